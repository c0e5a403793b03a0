"""The command that the quality report prints makes the same bytes, wherever it is pasted."""

import re
import subprocess
from html import unescape
from pathlib import Path

import pytest

from lm_synth_assets_tests.support.commands import (
    EXTENDS_TINY,
    REPORT,
    SCRIPTS,
    Call,
    config_file,
    environment,
    files,
)

pytestmark = pytest.mark.usefixtures("few_pictures")
RUN = ("--patients", 120, "--seed", 11, "--years", 1, "--start-year", 2027, "--with-ed", "--quiet")


def printed(folder: Path) -> str:
    """What a report says of making its data set again: the command, or nothing."""
    page = (folder / REPORT).read_text("utf-8")
    found = re.search(r'aria-label="Command"><code>(.*?)</code>', page, re.DOTALL)
    return unescape(found[1]) if found else ""


def test_it_runs_as_printed_from_another_folder_and_gives_the_bytes(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a region's"
    folder.mkdir()
    config = config_file(folder, EXTENDS_TINY)
    monkeypatch.chdir(folder)
    made = folder / "made"
    assert call("generate", "--config", config.name, *RUN, "--format", "parquet", "--out", made).code == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    path = {"PATH": f"{SCRIPTS}:/usr/bin:/bin"}
    subprocess.run(
        ["bash", "-c", f"{printed(made)} --quiet"], cwd=elsewhere, env=environment(path), check=True
    )
    tables = {name: content for name, content in files(made).items() if name.endswith(".parquet")}
    again = files(elsewhere / "out")
    assert len(tables) > 10
    assert {name: again.get(name) for name in tables} == tables


def test_none_is_printed_that_cannot_work(call: Call, tmp_path: Path) -> None:
    config, made = config_file(tmp_path, EXTENDS_TINY), tmp_path / "made"
    assert call("generate", "--config", config, *RUN, "--out", made).code == 0
    assert printed(made)
    config.write_text(f"{EXTENDS_TINY}privacy: {{unique_quasi_identifiers: false}}\n", encoding="utf-8")
    call("report", "--in", made, "--config", config, "--quiet")
    assert printed(made) == ""
    page = (made / REPORT).read_text("utf-8")
    assert "The data were made with another configuration than my.yaml" in page


def test_it_is_all_that_two_pages_of_the_same_data_differ_in(call: Call, tmp_path: Path) -> None:
    made, pages = tmp_path / "made", []
    for name in ("one", "another"):
        (tmp_path / name).mkdir()
        config = config_file(tmp_path / name, EXTENDS_TINY)
        if not pages:
            assert call("generate", "--config", config, *RUN, "--out", made).code == 0
        assert call("report", "--in", made, "--config", config, "--quiet").code == 0
        assert str(config) in printed(made)
        pages.append((made / REPORT).read_text("utf-8").replace(printed(made), ""))
    assert pages[0] == pages[1]
