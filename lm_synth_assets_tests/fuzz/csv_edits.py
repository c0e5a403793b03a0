"""Edits of the CSV files of a data set: other notations of the same values, and damages."""

import csv
import io
import random
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.schema.kinds import Family, family_of
from lm_synth_assets_tests.fuzz import file_edits
from lm_synth_assets_tests.fuzz.file_edits import BytesEdit, Edit, a_table, on_a_file

Rows = list[list[str]]
RowsEdit = Callable[[random.Random, Rows], None]
"""Changes rows in place, of which the first is the header."""

_INTRUDERS = (
    *("", " ", "nan", "NaN", "NULL", "None", "NA", "inf", "-inf", "-1", "0", "1", "-0", "1e308", "1e-400"),
    *("9" * 20, "9" * 400, "0x1F", "1,5", "1.50000000000000000001", "007", "+1", "1_000", "\u0663"),
    *(
        "2025-02-30",
        "0000-00-00",
        "9999-12-31",
        "1600-01-01",
        "2025-06-01 24:00:00",
        "2025-06-01T12:00:00-08:00",
    ),
    *("true", "yes", "TRUE", "=1+1", "@SUM(1)", "<script>", "P9999999", "ED", "direct", "a" * 70_000),
    *(
        "\x00",
        "\x1b[31m",
        "\x07",
        "\x85",
        "\u2028",
        "\u202e",
        "\ufeff",
        "\ufffe",
        "e\u0301",
        "\U0001f3e5",
        "\\N",
        '"',
    ),
)


def _on_rows(edit: RowsEdit) -> Edit:
    def change(rng: random.Random, folder: Path) -> None:
        path = a_table(rng, folder)
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
        edit(rng, rows)
        path.write_text(_text_of(rows), encoding="utf-8")

    return change


def _text_of(rows: Rows, quoting: int = csv.QUOTE_MINIMAL) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=quoting)  # type: ignore[arg-type]
    writer.writerows(rows)
    return text.getvalue()


def _a_cell(rng: random.Random, rows: Rows) -> tuple[list[str], int]:
    row = rng.choice(rows[1:])
    return row, rng.randrange(len(row))


def _cell_altered(rng: random.Random, rows: Rows) -> None:
    for _ in range(rng.randint(1, 3)):
        row, place = _a_cell(rng, rows)
        row[place] = rng.choice(_INTRUDERS)


def _control_character(rng: random.Random, rows: Rows) -> None:
    row, place = _a_cell(rng, rows)
    row[place] += chr(
        rng.choice((0, 1, 7, 8, 9, 10, 13, 27, 127, 0x85, 0x9B, 0x2029, 0x202E, 0xFFFE, 0xE0041))
    )


def _cells_exchanged(rng: random.Random, rows: Rows) -> None:
    one, place = _a_cell(rng, rows)
    other = rng.choice(rows[1:])
    one[place], other[place] = other[place], one[place]


def _number_moved(rng: random.Random, rows: Rows) -> None:
    numbers = [
        (row, place)
        for row in rows[1:]
        for place, cell in enumerate(row)
        if re.fullmatch(r"-?\d+(\.\d+)?", cell)
    ]
    row, place = rng.choice(numbers)
    whole, point, part = row[place].partition(".")
    step = rng.choice((-1, 1))
    row[place] = (
        f"{int(whole)}.{(int(part) + step) % 10 ** len(part):0{len(part)}}"
        if point
        else f"{int(whole) + step}"
    )


def _row_removed(rng: random.Random, rows: Rows) -> None:
    del rows[rng.randrange(1, len(rows))]


def _row_doubled(rng: random.Random, rows: Rows) -> None:
    row = rng.randrange(1, len(rows))
    rows.insert(row, list(rows[row]))


def _rows_ragged(rng: random.Random, rows: Rows) -> None:
    row = rng.choice(rows)
    if rng.random() < 0.5:
        row.pop()
    else:
        row.append("1")


def _column_removed(rng: random.Random, rows: Rows) -> None:
    place = rng.randrange(len(rows[0]))
    for row in rows:
        del row[place]


def _column_doubled(rng: random.Random, rows: Rows) -> None:
    place = rng.randrange(len(rows[0]))
    for row in rows:
        row.append(row[place])


def _names_exchanged(rng: random.Random, rows: Rows) -> None:
    one, other = rng.sample(range(len(rows[0])), 2)
    rows[0][one], rows[0][other] = rows[0][other], rows[0][one]


def _name_altered(rng: random.Random, rows: Rows) -> None:
    place = rng.randrange(len(rows[0]))
    name = rows[0][place]
    rows[0][place] = rng.choice((name.upper(), f" {name}", "", f"{name}_2", "x" * 100_000, "\x1b[2J", '"'))


def _header_moved(rng: random.Random, rows: Rows) -> None:
    header = rows.pop(0)
    if rng.random() < 0.5:
        rows.insert(rng.randrange(1, len(rows) + 1), header)


def _separated_otherwise(rng: random.Random, content: bytes) -> bytes:
    return content.replace(b",", rng.choice((b";", b"\t", b"|", b" ", b", ")))


def _encoded_otherwise(rng: random.Random, content: bytes) -> bytes:
    encoding = rng.choice(("utf-16", "utf-16-le", "utf-32", "utf-7", "latin-1"))
    # With a letter that these write in another way.
    text = content.decode().replace("e", rng.choice(("e", "\u00e9")))
    return text.encode(encoding, "replace")


def _quotes(rng: random.Random, content: bytes) -> bytes:
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(content) + 1)
        content = content[:place] + rng.choice((b'"', b"'", b'""', b'",', b'\n"')) + content[place:]
    return content


def _lines_edited(rng: random.Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    place = rng.randrange(len(lines))
    extra = (b"sep=,\n", b"# a comment\n", b"\r", b",,,,\n", lines[rng.randrange(len(lines))])
    return b"".join([*lines[:place], rng.choice(extra), *lines[place:]])


_DAMAGES_OF_ROWS: Mapping[str, RowsEdit] = {
    "cell altered": _cell_altered,
    "control character": _control_character,
    "cells exchanged": _cells_exchanged,
    "number moved": _number_moved,
    "row removed": _row_removed,
    "row doubled": _row_doubled,
    "row ragged": _rows_ragged,
    "column removed": _column_removed,
    "column doubled": _column_doubled,
    "names exchanged": _names_exchanged,
    "name altered": _name_altered,
    "header moved": _header_moved,
}
_DAMAGES_OF_BYTES: Mapping[str, BytesEdit] = {
    "separated otherwise": _separated_otherwise,
    "encoded otherwise": _encoded_otherwise,
    "quotation marks": _quotes,
    "a line more": _lines_edited,
}


def _rows_shuffled(rng: random.Random, rows: Rows) -> None:
    rows[1:] = rng.sample(rows[1:], len(rows) - 1)


def _columns_shuffled(rng: random.Random, rows: Rows) -> None:
    order = rng.sample(range(len(rows[0])), len(rows[0]))
    rows[:] = [[row[place] for place in order] for row in rows]


def _notations(rng: random.Random, folder: Path) -> None:
    """Every value of a kind as another program writes it."""
    for path in file_edits.tables_in(folder):
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
        for place, name in enumerate(rows[0]):
            rewrite = rng.choice(_NOTATIONS[family_of(TABLES[path.stem].columns[name])])
            for row in rows[1:]:
                row[place] = rewrite(row[place]) if row[place] else ""
        path.write_text(_text_of(rows), encoding="utf-8")


_NOTATIONS: Mapping[Family, tuple[Callable[[str], str], ...]] = {
    Family.BOOLEAN: (
        lambda text: "true" if text == "1" else "false",
        lambda text: "TRUE" if text == "1" else "FALSE",
        lambda text: f"{text}.0",
    ),
    Family.INTEGER: (lambda text: f"{text}.0", lambda text: f"{text}.", lambda text: f" {text} "),
    Family.DECIMAL: (lambda text: f"{text}000", lambda text: str(float(text)), lambda text: f" {text}"),
    Family.TEXT: (lambda text: text,),
    Family.DAY: (lambda text: text, lambda text: f" {text} "),
    Family.TIME: (
        lambda text: text.replace(" ", "T"),
        lambda text: f"{text}.000",
        lambda text: f"{text}Z",
        lambda text: f"{text}+00:00",
        lambda text: f"{text.replace(' ', 'T')}.000000Z",
    ),
}


def _all_quoted(rng: random.Random, content: bytes) -> bytes:
    return _text_of(list(csv.reader(io.StringIO(content.decode()))), csv.QUOTE_ALL).encode()


def _header_quoted(rng: random.Random, content: bytes) -> bytes:
    header, _, rest = content.partition(b"\n")
    return b'"' + header.replace(b",", b'","') + b'"\n' + rest


def _empty_lines(rng: random.Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    for _ in range(rng.randint(1, 5)):
        lines.insert(rng.randrange(1, len(lines) + 1), b"\n")
    return b"".join(lines)


_REENCODINGS_OF_BYTES: Mapping[str, BytesEdit] = {
    "byte order mark": lambda rng, content: b"\xef\xbb\xbf" + content,
    "CRLF": lambda rng, content: content.replace(b"\n", b"\r\n"),
    "CR": lambda rng, content: content.replace(b"\n", b"\r"),
    "no last line end": lambda rng, content: content.removesuffix(b"\n"),
    "all quoted": _all_quoted,
    "header quoted": _header_quoted,
    "empty lines": _empty_lines,
}

REENCODINGS: Mapping[str, Edit] = {
    **file_edits.REENCODINGS,
    **{name: on_a_file(edit) for name, edit in _REENCODINGS_OF_BYTES.items()},
    "rows shuffled": _on_rows(_rows_shuffled),
    "columns shuffled": _on_rows(_columns_shuffled),
    "notations": _notations,
}
DAMAGES: Mapping[str, Edit] = {
    **file_edits.DAMAGES,
    **{name: _on_rows(edit) for name, edit in _DAMAGES_OF_ROWS.items()},
    **{name: on_a_file(edit) for name, edit in _DAMAGES_OF_BYTES.items()},
}
