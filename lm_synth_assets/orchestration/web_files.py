"""Files that Dagster's own web server hands out, so that a browser can open what lies beside the tables.

The server has one way to a file: the logs that runs leave in its storage folder. A path of the machine, or
`file://`, no browser opens from a page.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import dagster as dg

from lm_synth_assets.orchestration.dagster_internals import LocalComputeLogManager

_FOLDER = "lm_synth"


class WebFile(NamedTuple):
    """A file by its name and its kind: the last one that was published."""

    name: str
    suffix: str

    @property
    def url(self) -> str:
        """Where it is on the web server of the UI."""
        return f"/logs/{_FOLDER}/{self.name}/{self.suffix}"

    def publish(self, instance: dg.DagsterInstance, content: bytes) -> bool:
        """Hand out this content from now on; False where the instance keeps its logs elsewhere."""
        # Imported lazily: not needed to load definitions.
        from lm_synth_assets.storage.files.publishing import atomic_file

        logs = instance.compute_log_manager
        if not isinstance(logs, LocalComputeLogManager):
            return False
        path = Path(logs.get_captured_local_path([_FOLDER, self.name], self.suffix))
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(path) as file:
            file.write(content)
        return True


PAGE = WebFile("quality_report", "html")
PICTURE = WebFile("picture", "png")
"""The first picture of the report."""
