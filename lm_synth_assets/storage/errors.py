"""What can go wrong with stored tables, worded for the person who has to fix it."""

import errno
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from lm_synth_assets.errors import StorageError, UserError

_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file has reached the largest size that is allowed here",
    errno.EEXIST: "it is a file and not a folder",
    errno.EISDIR: "it is a folder and not a file",
    errno.ENOTDIR: "a part of its path is a file and not a folder",
    errno.ENOENT: "it does not exist and cannot be made",
    errno.EACCES: "this user may not write there, or another program holds the file open",
    errno.EPERM: "this user may not write there",
    errno.EROFS: "the disk is read-only",
    errno.ENAMETOOLONG: "its name is too long",
}
_REASONS_AGAINST_READING = {
    errno.EISDIR: "it is a folder and not a file",
    errno.EACCES: "this user may not read it, or another program holds the file open",
    errno.EPERM: "this user may not read it",
    errno.ENAMETOOLONG: "its name is too long",
}


_LONGEST_PATH = 400
"""Letters of a path that a message shows."""

_PASSING = {errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.ESTALE, errno.ETIMEDOUT}
"""Errors of a file system that may be gone on the next attempt."""


class SchemaError(StorageError):
    """A frame does not keep to its declared table; `problems` lists every difference."""

    def __init__(self, table: str, problems: Sequence[str]) -> None:
        self.table = table
        self.problems = tuple(problems)
        super().__init__("\n  - ".join([f"{table} does not keep to its schema:", *self.problems]))


class MissingTable(StorageError):
    """A table that is needed has not been stored; `options` are those by which a command writes it there."""

    def __init__(self, table: str, location: str, options: Sequence[str]) -> None:
        super().__init__(
            f"{table} is not there (looked for {location}); make it with {_remedy(table, options)}."
        )


class UnreadableTable(StorageError):
    """A stored table cannot be read: it was changed, damaged, or made by another program."""

    def __init__(self, table: str, location: str, reason: str, options: Sequence[str]) -> None:
        super().__init__(
            f"{location} cannot be read as {table}: {reason}; "
            f"correct it or make it again with {_remedy(table, options)}."
        )


class NoDataSet(StorageError):
    """A folder or a database holds none of the tables."""

    def __init__(self, location: str) -> None:
        written, read = (
            ("--url", "database with --url") if "://" in location else ("--out", "folder with --in")
        )
        super().__init__(
            f"{location} holds no table of a data set; make one with "
            f"{_remedy('dataset_manifest', (written, location))}, or name the {read}."
        )


class UnreadableFolder(StorageError):
    """It cannot be seen what is in a folder: no permission, or no such path."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(f"Cannot read from {short_path(path)}: {why_not_read(error)}.")


class NoWorkingFolder(StorageError):
    """A path begins at the working directory, which was removed."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{short_path(path)}: the working directory does not exist any more: change to another one, or "
            "give the path from the root."
        )


class UnwritableFolder(StorageError):
    """Nothing can be written to a path: no space, no permission, or no folder."""

    def __init__(self, path: Path, error: OSError) -> None:
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        super().__init__(f"Cannot write to {short_path(path)}: {reason}; what was there before is untouched.")
        self.transient = error.errno in _PASSING


class TablesWouldStay(StorageError):
    """Tables of an earlier run would stay beside those of one that does not make them."""

    exit_code = UserError.exit_code

    def __init__(self, location: str, tables: Sequence[str], options: Sequence[str]) -> None:
        elsewhere = "another database with --url" if "://" in location else "another folder with --out"
        super().__init__(
            f"{location} holds {' and '.join(tables)} of an earlier run, which would stay beside the tables "
            f"of this one. Make them too ({' '.join(options)}), choose {elsewhere}, or have them removed at "
            "the end with --replace. Nothing was changed."
        )


class FilesInTheWay(StorageError):
    """Files of other programs have the names of tables or of the report, and would be overwritten."""

    exit_code = UserError.exit_code

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        listed = "; ".join(f"{name}: {reason}" for name, reason in files.items())
        super().__init__(
            f"{short_path(folder)} holds files of other programs that this run would overwrite ({listed}). "
            "Move them away, choose another folder (--out; in Dagster: LM_SYNTH_OUT), or overwrite them with "
            "`lm-synth generate --replace`. Nothing was changed."
        )


class NotAFolder(StorageError):
    """A URL stands where a folder is needed. It is not repeated, since it may hold a password."""

    exit_code = UserError.exit_code

    def __init__(self) -> None:
        super().__init__(
            "The location is the URL of a database, and files are kept in a folder. Name the database with "
            "--url (in Dagster: LM_SYNTH_STORAGE=mysql and LM_SYNTH_MYSQL_URL), and give its password in "
            "LM_SYNTH_MYSQL_PASSWORD or LM_SYNTH_MYSQL_PASSWORD_FILE."
        )


class PathMisread(StorageError):
    """The path of a folder holds what the library that writes there takes for something else."""

    exit_code = UserError.exit_code

    def __init__(self, folder: Path, characters: str) -> None:
        super().__init__(
            f"{short_path(folder)}: the library that writes this format misreads paths with {characters!r}; "
            "choose another folder."
        )


class UnknownFormat(StorageError):
    """There is no storage format of that name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"There is no storage format '{name}'; choose one of {', '.join(known)}.")


class MissingPackage(StorageError):
    """A storage format needs a package that is not installed."""

    def __init__(self, title: str, package: str, extra: str | None) -> None:
        requirement = f"lm-synth-assets[{extra}]" if extra else package
        super().__init__(
            f"{title} needs the package {package}: install it with `pip install '{requirement}'`."
        )


def _remedy(table: str, options: Sequence[str]) -> str:
    """The commands that make a table and what it needs where some options say, to end a sentence with."""
    return (
        f"`lm-synth generate --with-ed --with-ip {shlex.join(options)}` or, in Dagster, "
        f"`dagster asset materialize -m lm_synth_assets --select '*{table}'`"
    )


def short_path(path: Path) -> str:
    """A path as a message shows it: the middle of a very long one is left out."""
    text = str(path)
    return (
        text
        if len(text) <= _LONGEST_PATH
        else f"{text[: _LONGEST_PATH // 2]}...{text[-_LONGEST_PATH // 2 :]}"
    )


def why_not_read(error: OSError) -> str:
    """Why the operating system cannot read something."""
    return _REASONS_AGAINST_READING.get(error.errno or 0, str(error))
