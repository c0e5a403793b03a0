"""A real Dagster as `make ui` starts it: pages, daemon and code, in a folder and on a port of its own."""

import csv
import os
import shutil
import signal
import subprocess
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from lm_synth_assets.orchestration.assets import REPORT as QUALITY_REPORT
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets_tests.support.commands import (
    EXTENDS_DEFAULTS,
    EXTENDS_TINY,
    ROOT,
    SCRIPTS,
    environment,
)
from lm_synth_assets_tests.support.dagster_client import Dagster, until
from lm_synth_assets_tests.support.servers import free_port

SHOTS_VARIABLE = "LM_SYNTH_TEST_SHOTS"
"""Names a folder for pictures of what tests see."""

_FULL_SIZE = bool(os.environ.get(SHOTS_VARIABLE))

PATIENTS = 50_000 if _FULL_SIZE else 300
"""So few that a run is a matter of seconds; where pictures are taken, as many as people have."""

USUAL = f"{EXTENDS_DEFAULTS if _FULL_SIZE else EXTENDS_TINY}run: {{patients: {PATIENTS}}}\n"
"""The configuration that the server starts with."""

EVERYTHING = frozenset({*TABLES, QUALITY_REPORT})
"""All that is made."""

_TAIL = 8_000


@dataclass
class Server:
    """A server that is running; what belongs to it is in `folder`."""

    folder: Path
    dagster: Dagster
    process: "subprocess.Popen[bytes]"
    startup: str = ""
    """What it wrote until it was ready."""

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def config(self) -> Path:
        return self.folder / "region.yaml"

    def configure(self, text: str) -> None:
        """Replace the configuration file, whole, as editors do."""
        edited = self.config.with_suffix(".edited")
        edited.write_text(text, encoding="utf-8")
        edited.replace(self.config)

    def manifest(self) -> dict[str, str]:
        """The only row of the stored manifest."""
        with (self.out / "dataset_manifest.csv").open(newline="", encoding="utf-8") as file:
            [row] = csv.DictReader(file)
        return row

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8", errors="replace")

    @property
    def tail(self) -> str:
        return self.log[-_TAIL:]

    def wait(self) -> None:
        """Wait until it answers, its code is loaded and its daemon is at work."""

        def ready() -> bool:
            assert self.process.poll() is None, f"the server has ended:\n{self.tail}"
            try:
                return self.dagster.is_ready()
            except (urllib.error.URLError, ConnectionError):
                return False

        try:
            until(ready, "the server")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.tail}") from None
        self.startup = self.log

    def kill(self) -> None:
        """End all its processes, those of its runs too."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """A server that is there within, and gone afterwards. Its schedule is due every minute."""
    home = folder / "home"
    home.mkdir(parents=True)
    shutil.copy(ROOT / "deploy" / "local" / "dagster.yaml", home)
    (folder / "region.yaml").write_text(USUAL, encoding="utf-8")
    (folder / "tmp").mkdir()
    port = free_port()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [SCRIPTS / "dagster", "dev", "-h", "127.0.0.1", "-p", str(port), "-w", "workspace.yaml"],
            cwd=ROOT,
            env=environment(
                {
                    "DAGSTER_HOME": str(home),
                    "LM_SYNTH_OUT": str(folder / "out"),
                    "LM_SYNTH_CONFIG": str(folder / "region.yaml"),
                    "LM_SYNTH_SCHEDULE": "* * * * *",
                    "TMPDIR": str(folder / "tmp"),
                }
            ),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    server = Server(folder, Dagster(f"http://127.0.0.1:{port}"), process)
    try:
        server.wait()
        yield server
    finally:
        server.kill()
