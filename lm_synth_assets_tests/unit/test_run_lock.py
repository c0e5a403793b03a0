"""The lock of a folder: one writer at a time, a second one waits or is told, a killed one blocks nobody."""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from lm_synth_assets.storage import run_lock
from lm_synth_assets.storage.files.folder_lock import FILE, FolderLock
from lm_synth_assets.storage.run_lock import BeingWritten, Writer

ONE = Writer("`lm-synth generate`", "one", 123, "here", "2026-01-01 12:00:00")
OTHER = ONE._replace(run="other", pid=124)

HOLD = """
import sys, time
from pathlib import Path
from lm_synth_assets.storage.files.folder_lock import FolderLock
from lm_synth_assets.storage.run_lock import Writer
with FolderLock(Path(sys.argv[1])).held_by(Writer.of_this_process("a test")):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_lock, "WAIT_SECONDS", 0.3)


def test_a_second_writer_is_told_who_writes_and_since_when(tmp_path: Path) -> None:
    said: list[str] = []
    with (
        FolderLock(tmp_path).held_by(ONE),
        pytest.raises(BeingWritten) as caught,
        FolderLock(tmp_path).held_by(OTHER, said.append),
    ):
        pass
    writer = "`lm-synth generate` (process 123 on here) since 2026-01-01 12:00:00 UTC"
    assert said == [f"{tmp_path} is being written by {writer}: waiting up to 0 seconds"]
    after = "; waited 0 seconds. Run again once that has ended."
    assert str(caught.value) == f"{tmp_path} is being written by {writer}{after}"
    assert caught.value.exit_code == 1


def test_a_second_writer_goes_on_once_the_first_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_lock, "WAIT_SECONDS", 30)
    waits = threading.Event()
    first = FolderLock(tmp_path)

    def end_first() -> None:
        waits.wait(30)
        first.release()

    assert first.take(ONE)
    ending = threading.Thread(target=end_first)
    ending.start()
    with FolderLock(tmp_path).held_by(OTHER, lambda _: waits.set()):
        assert FolderLock(tmp_path).holder() == OTHER
    ending.join()


def test_nobody_writes_after_the_end_and_no_file_stays(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    with lock.held_by(ONE):
        assert (tmp_path / FILE).exists()
        assert lock.holder() == ONE
    assert lock.holder() is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_nothing_was_written_to_does_not_stay(tmp_path: Path) -> None:
    with FolderLock(tmp_path / "new").held_by(ONE):
        pass
    with FolderLock(tmp_path / "used").held_by(ONE):
        (tmp_path / "used" / "table.csv").touch()
    assert [path.name for path in tmp_path.iterdir()] == ["used"]


def test_a_killed_writer_keeps_nobody_away(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    holder = FolderLock(tmp_path).holder()
    assert holder is not None
    assert (holder.command, holder.pid) == ("a test", process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (tmp_path / FILE).exists()
    assert FolderLock(tmp_path).holder() is None
    with FolderLock(tmp_path).held_by(ONE):
        pass
    assert not (tmp_path / FILE).exists()


def test_one_at_a_time_whoever_comes_and_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is removed at each end, so that others may just be opening it."""
    monkeypatch.setattr(run_lock, "WAIT_SECONDS", 60)
    monkeypatch.setattr(run_lock, "_POLL_SECONDS", 0.0005)
    inside: list[int] = []
    most: list[int] = []

    def come_and_go(number: int) -> None:
        for _ in range(40):
            with FolderLock(tmp_path).held_by(ONE, lambda _: None):
                inside.append(number)
                time.sleep(0.0005)
                most.append(len(inside))
                inside.remove(number)

    threads = [threading.Thread(target=come_and_go, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(most), max(most)) == (160, 1)


def test_steps_of_the_run_may_write_and_those_of_another_may_not(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    lock.refuse_others("other")
    with lock.held_by(ONE):
        lock.refuse_others("one")
        with pytest.raises(BeingWritten, match="process 123 on here"):
            lock.refuse_others("other")


def test_a_description_that_cannot_be_read_still_means_a_writer(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    with lock.held_by(ONE):
        (tmp_path / FILE).write_text("?", encoding="utf-8")
        assert str(lock.holder()) == "another program"
