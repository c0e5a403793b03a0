"""Describing, from its bytes, why a file cannot be the table that its name promises."""

import codecs
import csv
import mmap
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from lm_synth_assets.storage.errors import why_not_read
from lm_synth_assets.storage.files.opening import regular_file
from lm_synth_assets.storage.record import PACKAGE_FILE, REPORT_FILE

PARQUET = b"PAR1"
"""The first and the last four bytes of a Parquet file."""

_MARKS = {
    REPORT_FILE: (b'<meta name="generator" content="lm-synth ', "a quality report"),
    PACKAGE_FILE: (b'"generator": "lm-synth ', "a data package of lm-synth"),
}
"""By the name of a file beside the tables, what only ours holds, and what it is then."""

_BEGINNINGS = {
    b"PK\x03\x04": "a zip archive (an Excel workbook is one)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "compressed by gzip",
    PARQUET: "a Parquet file",
    codecs.BOM_UTF16_LE: "UTF-16 text",
    codecs.BOM_UTF16_BE: "UTF-16 text",
}
_AS_CSV = "save it as CSV in UTF-8 with commas"
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_HEAD = 1 << 16
_BLOCK = 1 << 20
_LONG_LINE = re.compile(rb"[^\r\n]{%d,}" % _BLOCK)
_SHOWN = 60


@contextmanager
def mapped(path: Path) -> Iterator[mmap.mmap]:
    """The bytes of a file that is not empty, mapped into memory. Raises OSError."""
    with regular_file(path) as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        yield text


def csv_problem(path: Path, table: sa.Table) -> str | None:
    """Why a file cannot be the CSV file of `table`; None if it can. Raises OSError."""
    with regular_file(path) as file:
        head = file.read(_HEAD)
    if not head.strip():
        return "it is empty" if len(head) < _HEAD else f"its first {_HEAD:,} bytes are blank"
    if kind := _kind(head):
        return f"it is {kind}; {_AS_CSV}"
    with mapped(path) as text:
        if (position := text.find(b"\0")) >= 0:
            return f"line {_line(text, position)} holds a NUL byte: it is damaged, or UTF-16 text"
    try:
        return _header_problem(head.splitlines()[0].decode("utf-8-sig"), list(map(str, table.columns.keys())))
    except UnicodeDecodeError:
        return encoding_problem(path)


def _header_problem(line: str, columns: list[str]) -> str | None:
    if _names(line, ",") & set(columns):
        return None
    for separator, kind in _SEPARATORS.items():
        if _names(line, separator) & set(columns):
            return f"{kind} stand between its columns; {_AS_CSV}"
    return f"its first line is {line[:_SHOWN]!r} where the header is needed: {','.join(columns)}"


def parquet_problem(path: Path) -> str | None:
    """Why a file cannot be a Parquet file, from its first and last bytes; None if it can. Raises OSError."""
    with regular_file(path) as file:
        head = file.read(_HEAD)
        file.seek(max(0, file.seek(0, os.SEEK_END) - len(PARQUET)))
        tail = file.read()
    if not head:
        return "it is empty"
    if not head.startswith(PARQUET):
        kind = _kind(head)
        return f"it is {kind} and not a Parquet file" if kind else "it is not a Parquet file"
    return None if tail == PARQUET else "the end of the Parquet file is missing: copy it again"


def companion_problem(path: Path) -> str | None:
    """Why a file beside the tables cannot be ours, whose name it has; None if it can, or is not there."""
    mark, kind = _MARKS[path.name]
    try:
        with regular_file(path) as file:
            return None if mark in file.read(_HEAD) else f"it is not {kind}"
    except FileNotFoundError:
        return None
    except OSError as error:
        return why_not_read(error)


def encoding_problem(path: Path) -> str | None:
    """The first line of a file that is not UTF-8; None if all lines are. Raises OSError."""
    with mapped(path) as text:
        position = _first_not_utf8(text)
        if position == len(text):
            return None
        byte = text[position : position + 1]
        return (
            f"line {_line(text, position)} is not UTF-8: it holds the byte 0x{byte.hex().upper()}, "
            f"which is {byte.decode('cp1252', 'replace')!r} in Windows-1252 (Latin-1); save it as UTF-8"
        )


def quote_problem(path: Path) -> str | None:
    """The first line whose quotation mark is not closed; None if all are closed. Raises OSError."""
    with mapped(path) as text:
        position = text.find(b'"')
        while position >= 0:
            start, end = text.rfind(b"\n", 0, position) + 1, text.find(b"\n", position)
            stop = end if end >= 0 else len(text)
            if text[start:stop].count(b'"') % 2:
                return f"line {_line(text, position)} opens a quotation mark that is not closed"
            position = text.find(b'"', stop)
    return None


def line_problem(path: Path) -> str | None:
    """The first line of a file that is longer than Arrow reads; None if there is none. Raises OSError."""
    with mapped(path) as text:
        if (longest := _LONG_LINE.search(text)) is None:
            return None
        start, end = longest.span()
        return (
            f"line {_line(text, start)} has {end - start:,} bytes, as no row of a table has: it is damaged, "
            "or its line ends are missing"
        )


def _kind(head: bytes) -> str | None:
    return next((kind for beginning, kind in _BEGINNINGS.items() if head.startswith(beginning)), None)


def _names(line: str, separator: str) -> set[str]:
    """The names in a header, in lower case."""
    try:
        fields = next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return set()
    return {name.strip().lower() for name in fields}


def _first_not_utf8(text: mmap.mmap) -> int:
    """The position of the first byte that is not UTF-8; the length of the text if there is none."""
    position = 0
    while position < len(text):
        block = text[position : position + _BLOCK]
        try:
            position += codecs.utf_8_decode(block, "strict", position + len(block) == len(text))[1]
        except UnicodeDecodeError as error:
            return position + error.start
    return position


def _line(text: mmap.mmap, position: int) -> int:
    return text[:position].count(b"\n") + 1
