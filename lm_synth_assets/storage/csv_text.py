"""The CSV dialect: how a table looks as text, and how text becomes a table again.

UTF-8 without a byte order mark, a header of bare names, commas, line feeds; empty is null; times as
`YYYY-MM-DD HH:MM:SS`, dates as `YYYY-MM-DD`, booleans as 0 and 1, decimals with all digits of their scale;
quotes only around text with a comma in it. Columns may come back in any order, and lines may end in CRLF.
"""

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import sqlalchemy as sa

from lm_synth_assets.storage.errors import SchemaError
from lm_synth_assets.storage.frames import arrow_type, column_problems

_BATCH_ROWS = 65_536


def write_csv(arrow: pa.Table, file: IO[bytes]) -> None:
    """Write a table as text. Its text columns must be free of quotes and line breaks.

    The lines are joined here because Arrow's own writer quotes either all text or none.
    """
    file.write((",".join(arrow.column_names) + "\n").encode())
    for batch in arrow.to_batches(_BATCH_ROWS):
        *cells, last = (_text(column) for column in batch.columns)
        ends = pc.binary_join_element_wise(last, "\n", "", null_handling="replace")
        lines = pc.binary_join_element_wise(*cells, ends, ",", null_handling="replace")
        file.write(lines.buffers()[2])


def read_csv(path: Path, table: sa.Table, columns: Sequence[str]) -> pa.Table:
    """The named columns of a table's file, with the types that `table` declares.

    Raises SchemaError where the file has other columns, and ValueError or OSError where it cannot be read.
    """
    with path.open("rb") as file:
        header = next(csv.reader([file.readline().decode("utf-8-sig")]), [])
    if problems := column_problems(table, header):
        raise SchemaError(table.name, problems)
    options = pa_csv.ConvertOptions(
        column_types={column.name: arrow_type(column) for column in table.columns},
        include_columns=columns,
        null_values=[""],
        strings_can_be_null=True,
        true_values=["1"],
        false_values=["0"],
    )
    try:
        return pa_csv.read_csv(path, convert_options=options)
    except pa.ArrowInvalid as error:
        named = re.sub(r"In CSV column #(\d+)", lambda found: header[int(found[1])], str(error))
        raise ValueError(named) from error


def _text(column: pa.Array) -> pa.Array:
    if pa.types.is_string(column.type):
        return _quoted(column)
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("s"))
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    return column.cast(pa.string())


def _quoted(text: pa.Array) -> pa.Array:
    commas = pc.match_substring(text, ",")
    if not pc.any(commas).as_py():
        return text
    return pc.if_else(commas, pc.binary_join_element_wise('"', text, '"', ""), text)
