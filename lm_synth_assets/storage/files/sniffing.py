"""Telling by its bytes why a file cannot be the table that its name promises, in words."""

import codecs
import csv
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

PARQUET = b"PAR1"
"""How a Parquet file begins and ends."""

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
_SHOWN = 60


@contextmanager
def mapped(path: Path) -> Iterator[mmap.mmap]:
    """The bytes of a file that is not empty, without reading them all into memory. Raises OSError."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        yield text


def csv_problem(path: Path, table: sa.Table) -> str | None:
    """Why a file cannot be the CSV file of `table`; None where it can. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip():
        return "it is empty"
    if kind := _kind(head):
        return f"it is {kind}; {_AS_CSV}"
    with mapped(path) as text:
        if (place := text.find(b"\0")) >= 0:
            return f"line {_line(text, place)} holds a NUL byte: it is damaged, or UTF-16 text"
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
    """Why a file cannot be a Parquet file, by its two ends; None where it can. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(max(0, file.seek(0, os.SEEK_END) - len(PARQUET)))
        tail = file.read()
    if not head:
        return "it is empty"
    if not head.startswith(PARQUET):
        kind = _kind(head)
        return f"it is {kind} and not a Parquet file" if kind else "it is not a Parquet file"
    return None if tail == PARQUET else "the end of the Parquet file is missing: copy it again"


def encoding_problem(path: Path) -> str | None:
    """Where a file is not text in UTF-8; None where it is. Raises OSError."""
    with mapped(path) as text:
        place = _first_not_utf8(text)
        if place == len(text):
            return None
        byte = text[place : place + 1]
        return (
            f"line {_line(text, place)} is not UTF-8: it holds the byte 0x{byte.hex().upper()}, "
            f"which is {byte.decode('cp1252', 'replace')!r} in Windows-1252 (Latin-1); save it as UTF-8"
        )


def quote_problem(path: Path) -> str | None:
    """The first line in which a quotation mark is opened and not closed. Raises OSError."""
    with mapped(path) as text:
        place = text.find(b'"')
        while place >= 0:
            start, end = text.rfind(b"\n", 0, place) + 1, text.find(b"\n", place)
            stop = end if end >= 0 else len(text)
            if text[start:stop].count(b'"') % 2:
                return f"line {_line(text, place)} opens a quotation mark that is not closed"
            place = text.find(b'"', stop)
    return None


def _kind(head: bytes) -> str | None:
    return next((kind for beginning, kind in _BEGINNINGS.items() if head.startswith(beginning)), None)


def _names(line: str, separator: str) -> set[str]:
    """The names in a header, however large their letters are."""
    try:
        fields = next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return set()
    return {name.strip().lower() for name in fields}


def _first_not_utf8(text: mmap.mmap) -> int:
    """The place of the first byte that is not UTF-8; past the end where there is none."""
    place = 0
    while place < len(text):
        block = text[place : place + _BLOCK]
        try:
            place += codecs.utf_8_decode(block, "strict", place + len(block) == len(text))[1]
        except UnicodeDecodeError as error:
            return place + error.start
    return place


def _line(text: mmap.mmap, place: int) -> int:
    return text[:place].count(b"\n") + 1
