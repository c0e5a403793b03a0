"""The result of a query on standard output: a table for people, or CSV or JSON as it comes."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from lm_synth_assets.cli.streams import is_read
from lm_synth_assets.dataset.query import Result
from lm_synth_assets.storage.files.csv import csv_lines
from lm_synth_assets.text import in_one_line, printable

if TYPE_CHECKING:
    import pyarrow as pa

MOST_ROWS = 1_000
"""Rows of a table for people; CSV and JSON have all of them."""

_GAP = 3


def show_table(result: Result, console: Console) -> None:
    """A table, or, where it is wider than the terminal, one row below the other."""
    import pyarrow as pa

    names = [in_one_line(name) for name in result.schema.names]
    rows = list(islice(_rows(result), MOST_ROWS + 1))
    shown = [[_cell(value) for value in row] for row in rows[:MOST_ROWS]]
    widths = [max(map(_width, column)) for column in zip(names, *shown, strict=True)]
    needed = sum(widths) + _GAP * len(widths)
    if not console.is_terminal:
        console.width = max(console.width, needed)
    if needed <= console.width:
        numeric = [
            pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
            for kind in result.schema.types
        ]
        _show_rows(console, names, shown, numeric)
    else:
        _show_records(console, names, shown)
    count = (
        f"the first {MOST_ROWS:,} rows; --csv and --json print all"
        if len(rows) > MOST_ROWS
        else ("1 row" if len(rows) == 1 else f"{len(rows):,} rows")
    )
    console.print(f"({count})", style="dim", soft_wrap=True)


def _show_rows(console: Console, names: list[str], rows: list[list[str]], numeric: list[bool]) -> None:
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, _GAP - 1, 0, 0))
    for name, is_number in zip(names, numeric, strict=True):
        table.add_column(name, justify="right" if is_number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _show_records(console: Console, names: list[str], rows: list[list[str]]) -> None:
    width = max(map(cell_len, names))
    for number, row in enumerate(rows, start=1):
        console.print(f"row {number:,}", style="bold")
        for name, cell in zip(names, row, strict=True):
            console.print(f"  {name}{' ' * (width - cell_len(name))}  {cell}", soft_wrap=True)


def print_csv(result: Result) -> None:
    """CSV in the dialect of the stored files; text with a comma, a quote or a line break is quoted."""
    import pyarrow as pa

    header = pa.record_batch(
        [pa.array([name], pa.string()) for name in result.schema.names], result.schema.names
    )
    for batch in chain([header], result.batches):
        sys.stdout.write(csv_lines(_flat(batch), any_text=True).to_pybytes().decode())
        if not is_read():
            return


def print_json(result: Result) -> None:
    """A JSON array with an object for each row, in a line of its own."""
    separator = "[\n"
    for row in _rows(result):
        fields = dict(zip(result.schema.names, map(_json_value, row), strict=True))
        sys.stdout.write(separator + json.dumps(fields, ensure_ascii=False))
        separator = ",\n"
        if not is_read():
            return
    print("[]" if separator == "[\n" else "\n]")


def _rows(result: Result) -> Iterator[tuple[Any, ...]]:
    for batch in result.batches:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _flat(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with text in the place of lists, structures and other values that CSV has no words for."""
    import pyarrow as pa

    plain = (
        pa.types.is_nested,
        pa.types.is_binary,
        pa.types.is_interval,
        pa.types.is_time,
        pa.types.is_duration,
    )
    columns = [
        pa.array([None if value is None else _cell(value) for value in column.to_pylist()], pa.string())
        if any(is_one(column.type) for is_one in plain)
        else column
        for column in batch.columns
    ]
    return pa.record_batch(columns, batch.schema.names)


def _width(cell: str) -> int:
    """The columns of a terminal that a cell takes; plans of queries have several lines."""
    return max(map(cell_len, cell.split("\n")))


def _cell(value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, list | tuple | dict | bytes):
        value = _json_value(value)
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False)
    return printable(str(value))


def _json_value(value: Any) -> Any:
    """A value of JSON: null for numbers that are not finite, text for times and lengths of time."""
    return next((convert(value) for kind, convert in _AS_JSON if isinstance(value, kind)), str(value))


_AS_JSON: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (bool | int | str | None, lambda value: value),
    (float, lambda value: value if math.isfinite(value) else None),
    (Decimal, lambda value: int(value) if value == value.to_integral_value() else float(value)),
    (bytes, bytes.hex),
    (dict, lambda value: {str(key): _json_value(item) for key, item in value.items()}),
    # A length of time is a tuple of numbers, and an entry of a map one of its key and its value.
    (tuple, lambda value: _interval(*value) if hasattr(value, "months") else list(map(_json_value, value))),
    (list, lambda value: list(map(_json_value, value))),
)


def _interval(months: int, days: int, nanoseconds: int) -> str:
    """A length of time, as DuckDB writes it: what has no fixed length apart."""
    seconds, rest = divmod(abs(nanoseconds), 10**9)
    hours, minutes = divmod(seconds // 60, 60)
    clock = f"{'-' if nanoseconds < 0 else ''}{hours:02}:{minutes:02}:{seconds - seconds // 60 * 60:02}"
    clock += f".{rest // 1000:06}" if rest else ""
    units = [
        f"{count} {unit}{'' if abs(count) == 1 else 's'}"
        for count, unit in ((months, "month"), (days, "day"))
        if count
    ]
    return " ".join([*units, clock] if nanoseconds or not units else units)
