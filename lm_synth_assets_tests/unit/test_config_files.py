"""Files that are no configuration: refused in words, without a word of what they hold."""

import os
import socket
from pathlib import Path

import pytest
import yaml

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.region.files import DEFAULT_CONFIG, load_region
from lm_synth_assets_tests.support.configurations import (
    Complaints,
    OverlayComplaints,
)


class TestFile:
    def test_that_does_not_exist(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError) as caught:
            load_region(str(tmp_path / "nowhere.yaml"))

        assert str(caught.value) == f"{tmp_path / 'nowhere.yaml'}: no such file"

    def test_that_was_looked_for_in_the_working_directory(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)

        with pytest.raises(ConfigError) as caught:
            load_region("configs/mine.yaml")

        assert str(caught.value) == (
            f"configs/mine.yaml: no such file; looked for {tmp_path}/configs/mine.yaml"
        )

    def test_that_was_looked_for_in_a_directory_that_is_gone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "gone").mkdir()
        monkeypatch.chdir(tmp_path / "gone")
        (tmp_path / "gone").rmdir()

        with pytest.raises(ConfigError) as caught:
            load_region("mine.yaml")

        assert str(caught.value) == "mine.yaml: no such file; the working directory does not exist"

    @pytest.mark.parametrize("kind", ["folder", "named pipe", "socket", "device"])
    def test_that_is_none_is_not_opened(self, overlay: OverlayComplaints, kind: str) -> None:
        name = "/dev/zero" if kind == "device" else f"other {kind}"
        make = {"folder": os.mkdir, "named pipe": os.mkfifo, "socket": bound, "device": str}[kind]
        make(name)
        Path("link.yaml").symlink_to(name)
        complaint = f"{name}: is a {kind}; must be a file"

        with pytest.raises(ConfigError) as caught:
            load_region(name)
        assert str(caught.value) == complaint
        assert overlay(f"coverage_matrix: {name}") == [f"my.yaml:2: coverage_matrix: {complaint}"]
        Path("child.yaml").write_text("extends: link.yaml", encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            load_region("child.yaml")
        assert str(caught.value) == f"child.yaml:1: extends: link.yaml: is a {kind}; must be a file"

    def test_that_is_too_large_for_a_configuration(self, complaints: Complaints) -> None:
        assert complaints("#" * 10_000_001) == ["my.yaml: must hold at most 10,000,000 bytes"]

    def test_whose_name_is_too_long(self, overlay: OverlayComplaints) -> None:
        assert overlay(f"coverage_matrix: {'a' * 100_000}.csv") == [
            f"my.yaml:2: coverage_matrix: {'a' * 300}...: cannot be read: File name too long"
        ]

    def test_that_is_not_utf8(self, complaints: Complaints) -> None:
        assert complaints(b"run: \xff") == ["my.yaml: must be UTF-8 text; byte 6 is not"]

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("", "nothing"),
            ("# nothing yet\n", "nothing"),
            ("- run\n- sites\n", "a list"),
            ("5", "a value"),
        ],
    )
    def test_that_holds_no_sections(self, complaints: Complaints, text: str, found: str) -> None:
        assert complaints(text) == [
            f"my.yaml:1: must hold sections such as `run:` and `sites:`; found {found}"
        ]

    def test_that_lacks_sections(self, overlay: OverlayComplaints, complaints: Complaints) -> None:
        sections = yaml.safe_load(DEFAULT_CONFIG.read_text(encoding="utf-8"))
        del sections["gates"], sections["run"]["seed"], sections["coverage_matrix"]

        assert complaints("# header\n" + yaml.safe_dump(sections, sort_keys=False)) == [
            "my.yaml:1: coverage_matrix: must be the name of a CSV file; found nothing",
            "my.yaml:1: gates: missing; must be a section with row_counts, marginal_tolerance_pct, "
            "marginal_least_persons, volume_tolerance_pct, volume_least_visits, cross_lha_pct, "
            "pediatric_under_15_pct, pediatric_from_25_pct, profile_tolerance_pct, clock_tolerance_minutes, "
            "mix_tolerance_pct, dispersion_tolerance_pct, expected_rate_tolerance_pct, "
            "via_ed_tolerance_points, los_median_tolerance_pct, standard_errors, ks_threshold, "
            "corr_threshold, fidelity_margin, fidelity_patients",
            "my.yaml:2: run.seed: missing; must be a whole number, at least 0 and below 9223372036854775808",
        ]


SECRETS = (
    "root:*:20228:0:99999:7:::\ndaemon:*:20228:0:99999:7:::\n",
    "root:x:0:0:root:/root:/bin/bash\n",
    "password: hunter2\nuser: root\n",
    "services: {db: {password: hunter2}}\nvolumes: {}\nx: 1\nrun: {hunter2: hunter2}\n",
    "DB_PASSWORD=hunter2\n",
    "[client]\npassword = hunter2\n",
    "- hunter2\n",
    "-----BEGIN PRIVATE KEY-----\nhunter2==\n-----END PRIVATE KEY-----\n",
    '{"token": "hunter2", "other": [1, 2]}',
    "token: !hunter2 hunter2\n",
    "token: *hunter2\n",
    "hunter2: 'hunter2\n",
    "program;subprogram\nhunter2;1\n",
    "'hunter2\n",
    "".join(f"{number:x}hunter2: 1\n" for number in range(1_000)),
)


@pytest.mark.parametrize("text", SECRETS)
def test_nothing_is_quoted_of_a_file_that_is_no_configuration(overlay: OverlayComplaints, text: str) -> None:
    Path("secret").write_text(text, encoding="utf-8")
    Path("child.yaml").write_text("extends: secret", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_region("child.yaml")

    for complaint in (str(caught.value), *overlay("coverage_matrix: secret")):
        assert " secret:" in complaint
        assert complaint.isprintable()
        for quoted in ("hunter2", "root", "daemon", "20228", "password", "token", "services", "KEY"):
            assert quoted not in complaint


def test_a_configuration_is_quoted_although_a_section_is_misspelt(complaints: Complaints) -> None:
    assert "my.yaml:1: siets: unknown key; did you mean sites?" in complaints("siets: {A: {name: B}}")


def bound(name: str) -> None:
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(name)
