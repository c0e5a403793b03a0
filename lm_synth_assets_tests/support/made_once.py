"""What is made once in a run of the tests, whichever of its processes asks for it first."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock


class MadeOnce:
    """A folder that all processes of one run of the tests share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of(cls, config: pytest.Config, factory: pytest.TempPathFactory) -> "MadeOnce":
        """The shared folder: that of pytest, which has one in it for each process of pytest-xdist."""
        base = factory.getbasetemp()
        return cls(base.parent if hasattr(config, "workerinput") else base)

    def __call__(self, name: str, make: Callable[[Path], Any]) -> tuple[Any, Path]:
        """What `make`, given a new folder, has returned (as JSON has it), and the folder with what it wrote.

        The first process to ask makes it; others wait for it. If it fails, the next one tries again.
        """
        folder, returned = self.folder / name, self.folder / f"{name}.json"
        with FileLock(self.folder / f"{name}.lock"):
            if not returned.exists():
                folder.mkdir(exist_ok=True)
                returned.write_text(json.dumps(make(folder)), encoding="utf-8")
        return json.loads(returned.read_text("utf-8")), folder
