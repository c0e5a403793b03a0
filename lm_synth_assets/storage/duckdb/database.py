"""One DuckDB file: opening it when no other process has it, and saying what is wrong with it.

DuckDB lets one process write to a file, or any number read it. The second one waits.
"""

import errno
import logging
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

from lm_synth_assets.errors import StorageError
from lm_synth_assets.storage.errors import UnwritableFolder
from lm_synth_assets.storage.files.opening import regular_file

WAIT_SECONDS = 60.0
"""How long to wait for a process that has the file open: the steps of a run take turns."""

OLDEST_READER: Final = "v1.0.0"
"""The oldest version of DuckDB that reads the file."""

_POLL_SECONDS = 0.1
_QUIET_SECONDS = 5.0
_MARK: Final = b"DUCK"
_MARK_AT: Final = 8
_HOLDER = re.compile(r"\(PID (\d+)\)")
_LOG = logging.getLogger(__name__)
_CODES: Final = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOENT,
)


class FileInUse(StorageError):
    """Another program has the file open."""

    transient = True

    def __init__(self, path: Path, holder: str, waited: float) -> None:
        super().__init__(
            f"{path} is open in {holder}; waited {waited:.0f} seconds. Close it there, and run again."
        )


class DatabaseFailed(StorageError):
    """DuckDB refused to write."""

    def __init__(self, path: Path, error: Exception) -> None:
        super().__init__(f"Cannot write to {path}: {one_line(error)}; what was there before is untouched.")


class Database(NamedTuple):
    """The file at a path, which is made when it is first written to."""

    path: Path

    def problem(self) -> str | None:
        """Why the file cannot be a DuckDB database; None if it can. Raises OSError, also without a file."""
        with regular_file(self.path) as file:
            head = file.read(_MARK_AT + len(_MARK))
        if not head:
            return "it is empty"
        return None if head[_MARK_AT:] == _MARK else "it is not a DuckDB database"

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that reads. Raises FileInUse; ValueError or OSError for a file that cannot be read."""
        if problem := self.problem():
            raise ValueError(problem)
        try:
            with self._connected(read_only=True) as connection:
                yield connection
        except duckdb.Error as error:
            raise ValueError(one_line(error)) from error

    @contextmanager
    def writing(self, location: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection in a transaction, which is committed at the end, or rolled back.

        Raises FileInUse; UnwritableFolder, which names `location`; DatabaseFailed.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._connected(read_only=False) as connection:
                connection.begin()
                yield connection
                connection.commit()
        except OSError as error:
            raise UnwritableFolder(Path(location), error) from error
        except duckdb.Error as error:
            if cause := _of_the_system(error):
                raise UnwritableFolder(Path(location), cause) from error
            raise DatabaseFailed(self.path, error) from error

    @contextmanager
    def _connected(self, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = self._waited_for(read_only)
        try:
            yield connection
        finally:
            connection.close()

    def _waited_for(self, read_only: bool) -> duckdb.DuckDBPyConnection:
        start, said = time.monotonic(), False
        while True:
            try:
                return self._connect(read_only)
            except (duckdb.IOException, duckdb.ConnectionException) as error:
                holder = _holder(error)
                if holder is None:
                    raise
                waited = time.monotonic() - start
                if waited >= WAIT_SECONDS:
                    raise FileInUse(self.path, holder, waited) from error
            if not said and waited > _QUIET_SECONDS:
                _LOG.warning("%s is open in %s: waiting up to %.0f seconds", self.path, holder, WAIT_SECONDS)
                said = True
            time.sleep(_POLL_SECONDS)

    def _connect(self, read_only: bool) -> duckdb.DuckDBPyConnection:
        options: dict[str, str | bool | int | float | list[str]] = {"autoinstall_known_extensions": False}
        if not read_only:
            options["storage_compatibility_version"] = OLDEST_READER
        # Absolute, since DuckDB takes some names for other than files.
        return duckdb.connect(os.path.abspath(self.path), read_only=read_only, config=options)


def one_line(error: Exception) -> str:
    """The first line of an error of DuckDB, without its kind."""
    first = (str(error).splitlines() or [type(error).__name__])[0]
    return re.sub(r"^[A-Z][A-Za-z ]+ Error: ", "", first).rstrip(".")


def _holder(error: duckdb.Error) -> str | None:
    """The program that has the file open; None if the error is another one."""
    text = str(error)
    if "Could not set lock" in text:
        process = _HOLDER.search(text)
        return f"another program (process {process[1]})" if process else "another program"
    if "different configuration" in text:
        return "this program"
    return None


def _of_the_system(error: duckdb.Error) -> OSError | None:
    """The error of the operating system that an error of DuckDB tells of."""
    text = str(error)
    return next((OSError(code, os.strerror(code)) for code in _CODES if os.strerror(code) in text), None)
