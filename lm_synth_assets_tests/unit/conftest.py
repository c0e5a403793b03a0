"""Fixtures of the tests of configurations: each gives the complaints about a file."""

from pathlib import Path

import pytest

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.region.files import DEFAULT_CONFIG, load_region
from lm_synth_assets_tests.support.configurations import Complaints, OverlayComplaints


@pytest.fixture
def complaints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Complaints:
    """What is said about a file my.yaml that holds the given text."""
    monkeypatch.chdir(tmp_path)

    def complain(text: str | bytes) -> list[str]:
        Path("my.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(ConfigError) as caught:
            load_region(Path("my.yaml"))
        return str(caught.value).splitlines()

    return complain


@pytest.fixture
def overlay(complaints: Complaints) -> OverlayComplaints:
    """What is said about the given text, from line 2 on, over the defaults."""
    return lambda text: complaints(f"extends: {DEFAULT_CONFIG}\n{text}")


@pytest.fixture
def matrix(overlay: OverlayComplaints) -> Complaints:
    """What is said about the given text as the coverage matrix my.csv of the defaults."""

    def complain(text: str | bytes) -> list[str]:
        Path("my.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
        return overlay("coverage_matrix: my.csv")

    return complain
