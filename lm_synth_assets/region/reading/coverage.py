"""Reading the coverage matrix: a CSV file that says which site offers which subprogram."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.region.problems import Source
from lm_synth_assets.region.reading.text import read_text
from lm_synth_assets.region.wording import cut, shown, shown_file

COVERAGE = "coverage_matrix"

_MOST_CELLS = 100_000


def coverage_of(sources: Sequence[Source], name: Any) -> Source:
    """The matrix that a configuration names; the file is sought beside the one that names it."""
    origin = next((source for source in reversed(sources) if COVERAGE in source.values), sources[-1])
    try:
        if not isinstance(name, str) or not name:
            raise ConfigError(f"must be the name of a CSV file; found {shown(name)}")
        return _read_coverage(origin.file.parent / name)
    except ConfigError as error:
        unread = Source(origin.file)
        unread.add_problem(origin.lines.get((COVERAGE,), 1), (COVERAGE,), str(error))
        return unread


def _read_coverage(path: Path) -> Source:
    """The coverage matrix, as if it stood in YAML: program, subprogram, site.

    Raises ConfigError, which quotes nothing of a file whose first line is not that of a matrix.
    """
    header, rows = _rows_of(path)
    sites = header[2:]
    matrix: dict[str, dict[str, dict[str, bool]]] = {}
    source = Source(path, {COVERAGE: matrix}, {(COVERAGE,): 1})
    for site, count in Counter(sites).items():
        if count > 1:
            source.add_problem(1, (COVERAGE,), f"site {cut(site)} has {count} columns; must have one")
    for line, row in rows:
        row_path = (COVERAGE, *row[:2])
        if len(row) != len(header):
            source.add_problem(line, row_path, f"the row has {len(row)} values; must have {len(header)}")
            continue
        if row_path in source.lines:
            source.add_problem(line, row_path, f"is repeated; first set in line {source.lines[row_path]}")
        source.lines.setdefault(row_path[:2], line)
        source.lines.setdefault(row_path, line)
        cells = dict(zip(sites, row[2:], strict=True))
        for site, cell in cells.items():
            if cell not in ("0", "1"):
                source.add_problem(line, (*row_path, site), f"must be 0 or 1; found {shown(cell)}")
        matrix.setdefault(row[0], {})[row[1]] = {site: cell == "1" for site, cell in cells.items()}
    return source


def _rows_of(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header of the file, and the other rows with their lines."""
    reader = csv.reader(io.StringIO(read_text(path)), strict=True)
    name = shown_file(path)
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise ConfigError(f"{name}:{reader.line_num}: not valid CSV: {error}") from None
    header = rows[0][1] if rows else []
    if header[:2] != ["program", "subprogram"] or len(rows) == 1:
        raise ConfigError(
            f"{name}:1: must begin with the columns program,subprogram and one for each site, "
            "and have a row for each subprogram"
        )
    if len(header) * len(rows) > _MOST_CELLS:
        raise ConfigError(f"{name}: must hold at most {_MOST_CELLS} cells")
    return header, rows[1:]
