"""What stands in the place of a table and is no regular file is refused in words, and never waited for."""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lm_synth_assets.dataset.lha_names import LhaNames
from lm_synth_assets.errors import StorageError
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.files.store import FileStore
from lm_synth_assets.storage.formats import FILE_FORMATS
from lm_synth_assets_tests.support.commands import TINY, Call
from lm_synth_assets_tests.support.stores import FLAT

PATIENTS = TABLES["patients"]
SECONDS = 60


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    """A test that waits for a writer fails instead."""

    def fail(*_: object) -> None:
        raise AssertionError(f"not done in {SECONDS} s: something waits")

    usual = signal.signal(signal.SIGALRM, fail)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, usual)


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        # The name of a socket may have only some hundred letters.
        started_in = Path.cwd()
        os.chdir(path.parent)
        listening.bind(path.name)
        os.chdir(started_in)


SPECIAL: dict[str, tuple[Callable[[Path], None], str]] = {
    "a named pipe": (os.mkfifo, "it is a named pipe and not a file"),
    "a link to a named pipe": (
        lambda path: (os.mkfifo(path.with_suffix(".pipe")), path.symlink_to(path.with_suffix(".pipe")))[1],
        "it is a named pipe and not a file",
    ),
    "a socket": (make_socket, "it is a socket and not a file"),
    "a link to a device": (lambda path: path.symlink_to("/dev/zero"), "it is a device and not a file"),
    "a folder": (Path.mkdir, "it is a folder and not a file"),
}


@pytest.fixture(params=FLAT)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    opened = FILE_FORMATS[request.param].open(tmp_path)
    assert isinstance(opened, FileStore)
    return opened


@pytest.mark.parametrize(("make", "reason"), SPECIAL.values(), ids=SPECIAL)
def test_no_store_opens_what_is_no_file(store: FileStore, make: Callable[[Path], None], reason: str) -> None:
    make(Path(store.location(PATIENTS)))
    [problem] = store.inspect(PATIENTS).problems
    assert reason in problem
    assert LhaNames(store).inspect(PATIENTS).problems == (problem,)
    for reader in (store, LhaNames(store)):
        with pytest.raises(StorageError, match=reason):
            reader.read(PATIENTS)


@pytest.mark.parametrize("table", ["patients", "dataset_manifest"])
def test_validate_names_a_pipe_in_the_place_of_a_table(copy: Path, call: Call, table: str) -> None:
    (copy / f"{table}.csv").unlink()
    os.mkfifo(copy / f"{table}.csv")
    ran = call(
        "validate", "--in", copy, "--config", TINY, "--quiet", "--select", "dim_site", "--select", table
    )
    assert ran.code == 1
    assert f"{table}.csv cannot be read as {table}: it is a named pipe and not a file" in ran.out


def test_compare_does_not_wait_for_a_pipe(copy: Path, call: Call) -> None:
    (copy / "patients.csv").unlink()
    os.mkfifo(copy / "patients.csv")
    ran = call("compare", "--in", copy, "--config", TINY)
    assert (ran.code, ran.out) == (1, "")
    assert "patients.csv cannot be read as patients: it is a named pipe and not a file" in ran.err


@pytest.mark.parametrize(
    "make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["pipe", "device"]
)
@pytest.mark.parametrize("name", [".lm-synth.lock", ".lm-synth/patients.csv.json"])
def test_files_of_our_own_are_not_waited_for_either(
    copy: Path, call: Call, make: Callable[[Path], None], name: str
) -> None:
    (copy / name).unlink(missing_ok=True)
    make(copy / name)
    ran = call("validate", "--in", copy, "--config", TINY, "--quiet", "--select", "dim_site")
    assert ran == (0, "", "")
    store = FILE_FORMATS["csv"].open(copy)
    assert (store.record(PATIENTS) is None) == ("patients" in name)
    assert store.run_lock.holder() is None
    assert store.strangers() == {}
