"""Standard output and standard error that cannot be written to, a reader that has gone, narrow terminals."""

import os
import pty
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import suppress
from fcntl import ioctl
from pathlib import Path
from struct import pack

import pytest

from lm_synth_assets.cli.console import show
from lm_synth_assets.cli.streams import tolerant_streams
from lm_synth_assets.dataset.outcome import Outcome
from lm_synth_assets_tests.support.commands import ROOT, SCRIPTS, TINY, environment

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


@pytest.fixture
def command(tiny: Path) -> list[str]:
    """A run that passes and prints more than a line."""
    return list(
        map(str, (SCRIPTS / "lm-synth", "validate", "--in", tiny, "--config", TINY, "--select", "dim_site"))
    )


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """The exit code, and what was written to standard error."""
    _, errors = process.communicate(timeout=120)
    return process.returncode, errors


def started(command: list[str], **streams: object) -> "subprocess.Popen[str]":
    usual = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": ROOT}
    return subprocess.Popen(command, env=environment(), **(usual | streams))  # type: ignore[call-overload]


def test_a_reader_that_stops_changes_no_exit_code(command: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = started(command, stdout=writing)
    os.close(writing)
    code, errors = ended(process)
    assert code == 0
    assert "Traceback" not in errors
    assert "Exception ignored" not in errors


@needs_full
@pytest.mark.parametrize("options", [["--json"], ["--help"]], ids=["JSON", "help"])
def test_a_full_disk_under_standard_output_is_one_clear_line(command: list[str], options: list[str]) -> None:
    with FULL.open("w") as full:
        code, errors = ended(started([*command, *options], stdout=full))
    assert code == 1
    assert errors.splitlines()[-1] == "Error: standard output cannot be written to: the disk is full."
    assert "Traceback" not in errors


@needs_full
def test_a_full_disk_under_standard_error_loses_progress_only(command: list[str]) -> None:
    with FULL.open("w") as full:
        process = started(command, stderr=full)
        out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "validate: PASS" in out


@pytest.mark.parametrize("stream", [1, 2])
def test_a_closed_stream_is_no_error(stream: int) -> None:
    process = started(["sh", "-c", f"'{SCRIPTS / 'lm-synth'}' ddl {stream}>&-"])
    assert ended(process)[0] == 0


def test_letters_that_a_log_does_not_know_are_escaped() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w", encoding="ascii") as log, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", log)
        with tolerant_streams():
            show(Outcome(errors=["Rivière"]), as_json=False, quiet=True, title="generate")
    with os.fdopen(reading, encoding="ascii") as log:
        assert log.read().splitlines()[0] == r"ERROR Rivi\xe8re"


@pytest.fixture(params=[40, 80])
def narrow(request: pytest.FixtureRequest) -> Iterator[tuple[int, int]]:
    """A terminal of so many columns: the side of its user, and that of programs."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, pack("HHHH", 24, request.param, 0, 0))
    yield ours, theirs
    os.close(ours)


def read_all(terminal: int) -> str:
    parts = []
    # Linux fails once no program has the terminal open any more.
    with suppress(OSError):
        while part := os.read(terminal, 1 << 16):
            parts.append(part)
    return b"".join(parts).decode()


def test_a_narrow_terminal_shows_gates_with_their_verdicts(
    command: list[str], narrow: tuple[int, int]
) -> None:
    ours, theirs = narrow
    process = started(command, stdout=theirs, stderr=subprocess.DEVNULL)
    os.close(theirs)
    lines = [line.rstrip("\r") for line in read_all(ours).split("\n")]
    assert process.wait(timeout=120) == 0
    assert len(lines) < 40
    assert any("row_count" in line and "pass" in line for line in lines)
