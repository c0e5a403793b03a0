"""The Power BI project that is kept is the one that the code makes."""

from pathlib import Path

import pytest

from lm_synth_assets.powerbi.project import FolderInUse, ProjectNotWritten, project_files, write
from lm_synth_assets.powerbi.source import Source
from lm_synth_assets_tests.support.commands import ROOT, files
from lm_synth_assets_tests.support.powerbi_project import made


def test_the_project_is_current() -> None:
    kept = {path: content.decode() for path, content in files(ROOT / "powerbi").items()}
    assert sorted(kept) == sorted(made()), "run `make docs`"
    assert kept == made(), "run `make docs`"


def test_the_project_is_the_same_each_time() -> None:
    assert project_files(Source()) == made()


def test_a_project_goes_to_a_new_or_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "new" / "one"):
        write(folder, dict(made()))
        assert {path: text.decode() for path, text in files(folder).items()} == made()


def test_other_files_are_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    for replace in (False, True):
        with pytest.raises(FolderInUse, match="holds other files: name an empty or a new folder"):
            write(tmp_path, dict(made()), replace=replace)
    assert list(files(tmp_path)) == ["mine.txt"]


def test_a_project_is_written_over_where_that_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path, project_files(Source(data_folder="old")))
    with pytest.raises(FolderInUse, match="--replace"):
        write(tmp_path, project_files(Source(data_folder="new")))
    assert "old" in (tmp_path / "lm_synth.SemanticModel/definition/expressions.tmdl").read_text("utf-8")
    write(tmp_path, project_files(Source(data_folder="new")), replace=True)
    assert "new" in (tmp_path / "lm_synth.SemanticModel/definition/expressions.tmdl").read_text("utf-8")


def test_what_an_earlier_project_had_more_is_removed(tmp_path: Path) -> None:
    write(tmp_path, {**made(), "lm_synth.SemanticModel/definition/tables/old.tmdl": "table old\n"})
    (tmp_path / "lm_synth.SemanticModel" / ".pbi").mkdir()
    (tmp_path / "lm_synth.SemanticModel" / ".pbi" / "cache.abf").touch()
    write(tmp_path, dict(made()), replace=True)
    assert set(files(tmp_path)) - set(made()) == {"lm_synth.SemanticModel/.pbi/cache.abf"}


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ProjectNotWritten, match="file"):
        write(tmp_path / "file", dict(made()))
