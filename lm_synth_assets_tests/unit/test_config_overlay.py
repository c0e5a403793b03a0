"""One file over another: what null removes, what changes nothing, and chains that do not end."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from lm_synth_assets.region.files import DEFAULT_CONFIG, load_region
from lm_synth_assets.region.models.scenarios import Scenario
from lm_synth_assets_tests.support.configurations import (
    PATIENTS,
    Complaints,
    OverlayComplaints,
)


class TestExtends:
    @pytest.mark.parametrize(
        ("name", "complaint"),
        [
            ("/nowhere.yaml", "/nowhere.yaml: no such file"),
            ("my.yaml", "my.yaml: extends itself, directly or through another file"),
            ("''", 'must be the name of a file; found ""'),
            ('"a\\0b"', "a\\x00b: cannot be the name of a file"),
            ("5", "must be the name of a file; found 5"),
            ("[a.yaml]", "must be the name of a file; found a list of 1"),
            ("", "must be the name of a file; found nothing"),
        ],
    )
    def test_no_file(self, complaints: Complaints, name: str, complaint: str) -> None:
        assert complaints(f"# mine\nextends: {name}\n") == [f"my.yaml:2: extends: {complaint}"]

    def test_a_file_that_extends_nothing_good(self, complaints: Complaints) -> None:
        Path("between.yaml").write_text("\nextends: my.yaml\n", encoding="utf-8")

        assert complaints("extends: between.yaml") == [
            "my.yaml:1: extends: between.yaml:2: extends: my.yaml: extends itself, directly or "
            "through another file"
        ]

    def test_a_broken_file(self, complaints: Complaints) -> None:
        Path("between.yaml").write_text("run: [", encoding="utf-8")

        (complaint,) = complaints("extends: between.yaml")

        assert complaint.startswith("my.yaml:1: extends: between.yaml:2:1: not valid YAML: ")

    def test_names_the_file_and_line_of_each_problem(self, complaints: Complaints) -> None:
        Path("between.yaml").write_text(
            f"extends: {DEFAULT_CONFIG}\nrun: {{years: 0, seed: -1}}\n", encoding="utf-8"
        )

        assert complaints("extends: between.yaml\nrun:\n  seed: -2\n  size: 3") == [
            "between.yaml:2: run.years: must be a whole number, at least 1 and at most 50; found 0",
            "my.yaml:3: run.seed: must be a whole number, at least 0 and below 9223372036854775808; found -2",
            "my.yaml:4: run.size: unknown key; must be one of patients, seed, start_year, years, with_ed, "
            "with_ip",
        ]

    def test_names_the_line_that_sets_a_value_last(self, overlay: OverlayComplaints) -> None:
        (complaint,) = overlay("gates: {cross_lha_pct: [12, 10]}")

        assert complaint == (
            "my.yaml:2: gates.cross_lha_pct: 12 is above 10; the lower limit must come first"
        )

    def test_refuses_agreed_rows_that_the_configuration_does_not_list(
        self, overlay: OverlayComplaints
    ) -> None:
        (complaint,) = overlay("gates:\n  row_counts: {dim_site: 11, dim_lha: 12}")

        assert complaint == (
            "my.yaml:3: gates.row_counts.dim_site: 11 rows are agreed, but the configuration lists 12; "
            "change this number, or leave it out to have as many as are listed"
        )

    def test_says_where_a_relative_path_leads(self, complaints: Complaints) -> None:
        Path("deeper").mkdir()
        Path("deeper/between.yaml").write_text("extends: nowhere.yaml", encoding="utf-8")

        assert complaints("extends: deeper/between.yaml") == [
            "my.yaml:1: extends: deeper/between.yaml:1: extends: deeper/nowhere.yaml: no such file; looked "
            f"for {Path.cwd()}/deeper/nowhere.yaml"
        ]

    def test_a_chain_of_too_many_files(self, complaints: Complaints) -> None:
        for number in range(3_000):
            Path(f"{number}.yaml").write_text(f"extends: {number + 1}.yaml", encoding="utf-8")

        assert complaints("extends: 0.yaml") == [
            "16.yaml:1: extends: 17.yaml:1: extends: 18.yaml:1: extends: at most 20 files may extend one "
            "another; these are more"
        ]

    def test_a_chain_of_twenty_files(self, tmp_path: Path) -> None:
        parents = [DEFAULT_CONFIG, *(tmp_path / f"{number}.yaml" for number in range(19))]
        for parent, file in pairwise(parents):
            file.write_text(f"extends: {parent}", encoding="utf-8")

        assert load_region(parents[-1]) == load_region()

    def test_a_link_to_itself(self, complaints: Complaints) -> None:
        Path("link.yaml").symlink_to("my.yaml")

        assert complaints("extends: link.yaml") == [
            "my.yaml:1: extends: link.yaml: extends itself, directly or through another file"
        ]


SPARE = "spare: {0-4: 100, 5-14: 0, 15-24: 0, 25-44: 0, 45-64: 0, 65-74: 0, 75-84: 0, 85+: 0}"


@pytest.fixture
def over_base(tmp_path: Path) -> Callable[[str, str], Path]:
    """A file over another one over the defaults, with the given texts."""

    def written(base: str, text: str) -> Path:
        (tmp_path / "base.yaml").write_text(f"extends: {DEFAULT_CONFIG}\n{base}", encoding="utf-8")
        (tmp_path / "my.yaml").write_text(f"extends: base.yaml\n{text}", encoding="utf-8")
        return tmp_path / "my.yaml"

    return written


class TestNull:
    @pytest.mark.parametrize(
        ("text", "path"),
        [
            (
                "sites: {LM-GRS: {transfers_to: {LM-SRC: null}}}",
                ("sites", "LM-GRS", "transfers_to", "LM-SRC"),
            ),
            ("lhas: {Harborview: {goes_to: {LM-MSC: ~}}}", ("lhas", "Harborview", "goes_to", "LM-MSC")),
            ("lhas:\n  Silver Falls:", ("lhas", "Silver Falls")),
            ("scenarios: {High growth: null}", ("scenarios", "High growth")),
            ("age_profiles: {spare: null}", ("age_profiles", "spare")),
        ],
    )
    def test_removes_what_is_inherited(
        self, over_base: Callable[[str, str], Path], text: str, path: tuple[str, ...]
    ) -> None:
        file = over_base(f"age_profiles: {{{SPARE}}}", text)
        expected = load_region(file.parent / "base.yaml").model_dump()
        *sections, name = path
        around = expected
        for section in sections:
            around = around[section]
        del around[name]

        assert load_region(file).model_dump() == expected

    def test_removes_all_entries_one_by_one(self, over_base: Callable[[str, str], Path]) -> None:
        file = over_base("", "sites: {LM-GRS: {transfers_to: {LM-FGH: null, LM-SRC: null}}}")

        assert load_region(file).sites["LM-GRS"].transfers_to == {}

    def test_goes_back_to_the_default_of_a_field(self, over_base: Callable[[str, str], Path]) -> None:
        file = over_base("run: {with_ip: false}", "run: {with_ip: null}")

        assert load_region(file).run.with_ip

    def test_lets_a_later_file_start_an_entry_anew(self, over_base: Callable[[str, str], Path]) -> None:
        file = over_base("scenarios: {High growth: null}", "scenarios: {High growth: {los: 2}}")

        assert load_region(file).scenarios["High growth"] == Scenario(los=2)

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            (
                "run: {patients: }",
                f"run.patients: null removes an inherited entry, but this one is required; {PATIENTS}",
            ),
            ("coverage_matrix: null", "coverage_matrix: must be the name of a CSV file; found nothing"),
            (
                "sites: {LM-BRC: {transfers_to: null}}",
                "sites.LM-BRC.transfers_to: null removes an inherited entry, but this one is required; must "
                "be a section of named entries",
            ),
            (
                "scenarios: {Hgih growth: null}",
                "scenarios.Hgih growth: null removes an inherited entry, and none of this name is inherited; "
                "did you mean High growth?",
            ),
            (
                "sites: {LM-GRS: {transfers_to: {LM-GPK: null}}}",
                "sites.LM-GRS.transfers_to.LM-GPK: null removes an inherited entry, and none of this name is "
                "inherited; must be one of LM-FGH, LM-SRC",
            ),
            (
                "sites: {LM-BRC: {transfers_to: {LM-GPK: null}}}",
                "sites.LM-BRC.transfers_to.LM-GPK: null removes an inherited entry, and none of this name is "
                "inherited",
            ),
            (
                "run: {with_ed: null}",
                "run.with_ed: null removes an inherited entry, and none of this name is inherited; must be "
                "one of patients, seed, start_year, years",
            ),
            (
                "inpatient: {program_mix_pct: {Male: {0-4: {Trauma: null}}}}",
                "inpatient.program_mix_pct.Male.0-4: sums to 99; must sum to 100",
            ),
        ],
    )
    def test_that_cannot_remove_is_an_error(
        self, overlay: OverlayComplaints, text: str, complaint: str
    ) -> None:
        assert overlay(text) == [f"my.yaml:2: {complaint}"]

    def test_in_a_file_that_extends_nothing_is_no_value(self, complaints: Complaints) -> None:
        lines = complaints("run: {patients: null, seed: 1, start_year: 2025, years: 1}")

        assert f"my.yaml:1: run.patients: {PATIENTS}; found nothing" in lines


class TestEmptySection:
    @pytest.mark.parametrize(
        ("text", "path", "example"),
        [
            ("sites: {LM-GRS: {transfers_to: {}}}", "sites.LM-GRS.transfers_to", "LM-FGH"),
            ("lhas: {Riverbend: {}}", "lhas.Riverbend", "default_site"),
            ("gates: {}", "gates", "row_counts"),
        ],
    )
    def test_over_one_that_is_not_empty_is_an_error(
        self, overlay: OverlayComplaints, text: str, path: str, example: str
    ) -> None:
        assert overlay(text) == [
            f"my.yaml:2: {path}: an empty section changes nothing of what is inherited; leave it out, or "
            f"remove single entries with null, as in {{{example}: null}}"
        ]

    @pytest.mark.parametrize("text", ["sites: {LM-BRC: {transfers_to: {}}}", "scenarios: {New: {}}"])
    def test_over_nothing_is_fine(self, over_base: Callable[[str, str], Path], text: str) -> None:
        assert load_region(over_base("", text))
