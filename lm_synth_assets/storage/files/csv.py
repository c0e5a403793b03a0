"""CSV files, and the dialect in which they are written and read.

UTF-8 without a byte order mark, a header of bare names, commas, line feeds. An empty field is null. Times are
`YYYY-MM-DD HH:MM:SS`, dates `YYYY-MM-DD`, booleans 0 and 1, decimals have all digits of their scale. Only
text with a comma is quoted. Reading also accepts columns in any order and lines that end in CRLF.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import sqlalchemy as sa

from lm_synth_assets.schema.kinds import kind_of
from lm_synth_assets.storage.enforcement import EXAMPLES
from lm_synth_assets.storage.files.data_package import TABULAR
from lm_synth_assets.storage.files.opening import regular_file
from lm_synth_assets.storage.files.sniffing import (
    csv_problem,
    encoding_problem,
    line_problem,
    mapped,
    quote_problem,
)
from lm_synth_assets.storage.files.store import FileStore
from lm_synth_assets.storage.frames import arrow_type
from lm_synth_assets.storage.inspection import StoredColumns
from lm_synth_assets.text import counted

_BATCH_ROWS = 65_536
_LONGEST_HEADER = 1 << 16
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_LONE_RETURN = re.compile(rb"\r(?!\n)")


class CsvStore(FileStore):
    """Tables as CSV files."""

    suffix = ".csv"
    form = MappingProxyType(
        {
            "profile": TABULAR,
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "dialect": {
                "delimiter": ",",
                "lineTerminator": "\n",
                "quoteChar": '"',
                "doubleQuote": True,
                "skipInitialSpace": False,
                "header": True,
                "caseSensitiveHeader": True,
            },
        }
    )

    def _encode(self, table: sa.Table, rows: Iterable[pa.Table], file: IO[bytes]) -> None:
        write_csv(list(table.columns.keys()), rows, file)

    def _names(self, table: sa.Table) -> list[str]:
        return read_header(self._path(table))

    def _load(self, table: sa.Table, columns: Sequence[str]) -> pa.Table:
        return read_csv(self._path(table), table, columns)

    def _load_as_stored(self, table: sa.Table, columns: Sequence[str]) -> StoredColumns:
        return read_text(self._path(table), table, columns)

    def _obstacle(self, table: sa.Table) -> str | None:
        return csv_problem(self._path(table), table)

    def _remarks(self, table: sa.Table) -> list[str]:
        return [*super()._remarks(table), *layout_remarks(self._path(table))]


def write_csv(names: Sequence[str], rows: Iterable[pa.Table], file: IO[bytes]) -> None:
    """Write a header and rows as text. Their text columns must be free of quotes and line breaks.

    Arrow's own writer quotes either all text or none, so lines are joined without it.
    """
    file.write((",".join(names) + "\n").encode())
    for part in rows:
        for batch in part.to_batches(_BATCH_ROWS):
            file.write(csv_lines(batch))


def csv_lines(batch: pa.RecordBatch, *, any_text: bool = False) -> pa.Buffer:
    """The lines of some rows. Text must be free of quotes and line breaks, unless it is `any_text`."""
    quoted = _any_quoted if any_text else _quoted
    *cells, last = (_text(column, quoted) for column in batch.columns)
    ends = pc.binary_join_element_wise(last, "\n", "", null_handling="replace")
    lines: pa.Array = pc.binary_join_element_wise(*cells, ends, ",", null_handling="replace")
    return lines.buffers()[2]


def read_header(path: Path) -> list[str]:
    """The names of a file's columns. Raises ValueError or OSError if they cannot be read."""
    with regular_file(path) as file:
        line = re.split(b"[\r\n]", file.readline(_LONGEST_HEADER), maxsplit=1)[0]
    try:
        return next(csv.reader([line.decode("utf-8-sig")]), [])
    except csv.Error as error:
        raise ValueError(str(error)) from error


def read_csv(path: Path, table: sa.Table, columns: Sequence[str]) -> pa.Table:
    """The named columns of a table's file, with the types that `table` declares.

    Raises ValueError or OSError if the file cannot be read.
    """
    types = {column.name: arrow_type(column) for column in table.columns}
    options = _conversion(types, columns)
    try:
        with _source(path) as source:
            return pa_csv.read_csv(source, parse_options=_parsing(path), convert_options=options)
    except pa.ArrowInvalid as error:
        header = read_header(path)
        message = re.sub(r"In CSV column #(\d+)", lambda match: header[int(match[1])], str(error))
        raise ValueError(message) from error


def read_text(path: Path, table: sa.Table, columns: Sequence[str]) -> StoredColumns:
    """The named columns as text, without ragged rows and without the blanks that reading ignores.

    Raises ValueError or OSError if the file cannot be read.
    """
    if problem := encoding_problem(path):
        raise ValueError(problem)
    ragged: list[pa_csv.InvalidRow] = []

    def skip(row: pa_csv.InvalidRow) -> str:
        ragged.append(row)
        return "skip"

    try:
        with _source(path) as source:
            text = pa_csv.read_csv(
                source,
                # With more than one thread, Arrow does not count rows.
                read_options=pa_csv.ReadOptions(use_threads=False),
                parse_options=_parsing(path, skip),
                convert_options=_conversion(dict.fromkeys(columns, pa.string()), columns),
            )
    except pa.ArrowInvalid as error:
        raise ValueError(quote_problem(path) or line_problem(path) or str(error)) from error
    for index, name in enumerate(columns):
        # Arrow ignores blanks where it reads these types.
        if kind_of(table.columns[name]).is_trimmed:
            text = text.set_column(index, name, pc.utf8_trim(text.column(name), " \t"))
    # Arrow counts the header.
    skipped = np.array([row.number - 1 for row in ragged], dtype=np.int64)
    rows = np.delete(np.arange(1, text.num_rows + len(ragged) + 1), skipped - 1)
    return StoredColumns(text, rows, tuple(_ragged_problems(ragged)))


def layout_remarks(path: Path) -> list[str]:
    """Describe how a file differs from the dialect where no value is affected. Raises OSError."""
    with mapped(path) as text:
        returns = text.find(b"\r") >= 0
        remarks = {
            "it begins with a byte order mark": text[:3] == codecs.BOM_UTF8,
            "its lines end in CRLF (Windows) where LF is written": returns and text.find(b"\r\n") >= 0,
            "its lines end in CR where LF is written": returns and text.find(b"\n") < 0,
            "it has carriage returns (CR) within lines: programs may count its lines differently": (
                returns and text.find(b"\n") >= 0 and bool(_LONE_RETURN.search(text))
            ),
            "its header is in quotes": text[:_LONGEST_HEADER].removeprefix(codecs.BOM_UTF8)[:1] == b'"',
            "it has empty lines, which are not counted as rows": bool(_EMPTY_LINE.search(text)),
            "its last line has no line end: it may have been cut off": text[-1:] not in (b"\n", b"\r"),
        }
    return [remark for remark, applies in remarks.items() if applies]


@contextmanager
def _source(path: Path) -> Iterator[IO[bytes]]:
    """What Arrow reads: a file of only a header gets the line end without which Arrow sees no header."""
    with regular_file(path) as file:
        head = file.read(_LONGEST_HEADER)
        file.seek(0)
        only_a_header = len(head) < _LONGEST_HEADER and len(head.splitlines()) == 1
        yield io.BytesIO(head + b"\n") if only_a_header else file


def _parsing(path: Path, invalid: Callable[[pa_csv.InvalidRow], str] | None = None) -> pa_csv.ParseOptions:
    """How Arrow splits a file into values.

    If a quotation mark is not closed, Arrow drops rows silently, unless it expects line ends in quotes. That
    costs time, so it is asked for only where the file has quotes.
    """
    with mapped(path) as text:
        return pa_csv.ParseOptions(newlines_in_values=text.find(b'"') >= 0, invalid_row_handler=invalid)


def _conversion(types: dict[str, pa.DataType], columns: Sequence[str]) -> pa_csv.ConvertOptions:
    return pa_csv.ConvertOptions(
        column_types=types,
        include_columns=columns,
        null_values=[""],
        strings_can_be_null=True,
        true_values=["1"],
        false_values=["0"],
    )


def _ragged_problems(ragged: Sequence[pa_csv.InvalidRow]) -> Iterator[str]:
    if ragged:
        columns = ragged[0].expected_columns
        shown = ", ".join(map(_ragged_row, ragged[:EXAMPLES]))
        many = counted(len(ragged), "row does", "rows do")
        yield f"{many} not have {columns} values, one for each column: {shown}"


def _ragged_row(row: pa_csv.InvalidRow) -> str:
    description = f"row {row.number - 1} (line {row.number}) has {row.actual_columns}"
    if more := len(row.text.splitlines()) - 1:
        description += f" and takes in {more:,} more lines by a quotation mark that is not closed"
    return description


def _text(column: pa.Array, quoted: Callable[[pa.Array], pa.Array]) -> pa.Array:
    if pa.types.is_string(column.type):
        return quoted(column)
    if pa.types.is_timestamp(column.type):
        column = _in_seconds(column)
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    return column.cast(pa.string())


def _in_seconds(times: pa.Array) -> pa.Array:
    """Times without digits below the second, if none has any."""
    try:
        return times.cast(pa.timestamp("s", times.type.tz))
    except pa.ArrowInvalid:
        return times


def _quoted(text: pa.Array) -> pa.Array:
    commas = pc.match_substring(text, ",")
    if not pc.any(commas).as_py():
        return text
    return pc.if_else(commas, pc.binary_join_element_wise('"', text, '"', ""), text)


def _any_quoted(text: pa.Array) -> pa.Array:
    """Text of other programs: empty text is quoted, since an empty field is null."""
    special = pc.match_substring_regex(text, '[,"\r\n]|^$')
    if not pc.any(special).as_py():
        return text
    doubled = pc.replace_substring(text, '"', '""')
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), text)
