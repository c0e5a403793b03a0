"""The project as files: what Power BI Desktop opens, its semantic model and its report.

`python -m lm_synth_assets.powerbi.project FOLDER` writes it to FOLDER anew, with the default parameters.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any, Final

from lm_synth_assets.errors import StorageError, UserError
from lm_synth_assets.powerbi.identity import PROJECT, REPORT, SEMANTIC_MODEL, identity
from lm_synth_assets.powerbi.model import model_files
from lm_synth_assets.powerbi.report.report import report_files
from lm_synth_assets.powerbi.source import Source
from lm_synth_assets.schema.vocabulary import DISCLAIMER

_SCHEMAS: Final = "https://developer.microsoft.com/json-schemas/fabric"
_SETTINGS_OF_ONE_USER: Final = "**/.pbi/localSettings.json\n**/.pbi/cache.abf\n"


class FolderInUse(UserError):
    """The folder that the project is to be written to holds something."""

    def __init__(self, folder: Path, *, is_project: bool) -> None:
        todo = (
            "name another folder, or write over it and what was edited in it with --replace"
            if is_project
            else "name an empty or a new folder"
        )
        kind = "a Power BI project" if is_project else "other files"
        super().__init__(f"{folder} holds {kind}: {todo}")


class ProjectNotWritten(StorageError):
    """A file of the project cannot be written."""

    def __init__(self, error: OSError) -> None:
        super().__init__(f"the Power BI project is not whole: {error.filename}: {error.strerror}")


def project_files(source: Source) -> dict[str, str]:
    """By path, the text of every file of the project."""
    return {
        ".gitignore": _SETTINGS_OF_ONE_USER,
        f"{PROJECT}.pbip": _json(
            "pbip/pbipProperties/1.0.0",
            version="1.0",
            artifacts=[{"report": {"path": REPORT}}],
            settings={"enableAutoRecovery": True},
        ),
        f"{SEMANTIC_MODEL}/.platform": _platform("SemanticModel"),
        f"{SEMANTIC_MODEL}/definition.pbism": _json(
            "item/semanticModel/definitionProperties/1.0.0", version="4.2", settings={}
        ),
        **_below(f"{SEMANTIC_MODEL}/definition", model_files(source)),
        f"{REPORT}/.platform": _platform("Report"),
        f"{REPORT}/definition.pbir": _json(
            "item/report/definitionProperties/2.0.0",
            version="4.0",
            datasetReference={"byPath": {"path": f"../{SEMANTIC_MODEL}"}},
        ),
        **_below(REPORT, {path: json_text(content) for path, content in report_files().items()}),
    }


def write(folder: Path, files: dict[str, str], *, replace: bool = False) -> None:
    """Write the files of a project to a folder that is new, empty, or, with `replace`, holds a project.

    What the project there had more, such as pages of its own, is removed. Raises FolderInUse before anything
    is written, ProjectNotWritten.
    """
    try:
        is_project = (folder / f"{PROJECT}.pbip").is_file()
        if any(folder.iterdir() if folder.is_dir() else ()) and not (is_project and replace):
            raise FolderInUse(folder, is_project=is_project)
        for part in (SEMANTIC_MODEL, REPORT):
            # Power BI reads every file in there, whether it is listed or not.
            shutil.rmtree(folder / part / "definition", ignore_errors=True)
        for path, text in files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ProjectNotWritten(error) from error


def json_text(content: Any) -> str:
    """JSON as Power BI Desktop lays it out."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _json(schema: str, **content: Any) -> str:
    return json_text({"$schema": f"{_SCHEMAS}/{schema}/schema.json", **content})


def _platform(kind: str) -> str:
    """What Git integration in Fabric knows an item by."""
    return _json(
        "gitIntegration/platformProperties/2.0.0",
        metadata={"type": kind, "displayName": PROJECT, "description": DISCLAIMER},
        config={"version": "2.0", "logicalId": identity(kind)},
    )


def _below(folder: str, files: dict[str, str]) -> dict[str, str]:
    return {f"{folder}/{path}": text for path, text in files.items()}


if __name__ == "__main__":
    write(Path(sys.argv[1]), project_files(Source()), replace=True)
