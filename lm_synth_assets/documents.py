"""Pages of the documentation that are made from the code, so that they cannot say anything else.

`python -m lm_synth_assets.documents FOLDER OUT` writes them to FOLDER; OUT holds the default data set.
"""

import sys
from pathlib import Path

from sqlalchemy import Enum

from lm_synth_assets.acceptance import Comparison
from lm_synth_assets.config_files import DEFAULT_CONFIG
from lm_synth_assets.runs import compare
from lm_synth_assets.schema import TABLES, foreign_keys, primary_key


def tables_page() -> str:
    """The data dictionary: every table with its columns, types, units and keys."""
    lines = [
        "# Tables",
        "",
        "Made from `lm_synth_assets/schema.py` by `make docs`. Types are in the words of SQL; in CSV files "
        "dates are `YYYY-MM-DD`, times `YYYY-MM-DD HH:MM:SS`, booleans 0 or 1, and an empty field is NULL.",
    ]
    for table in TABLES.values():
        lines += ["", f"## {table.name}", "", f"{table.comment}. Key: {', '.join(primary_key(table))}.", ""]
        lines += ["| column | type | null | meaning |", "|---|---|---|---|"]
        refers = {
            column: f"{parent}({target})"
            for columns, parent, targets in foreign_keys(table)
            for column, target in zip(columns, targets, strict=True)
        }
        for column in table.columns:
            kind = column.type
            words = kind.enums if isinstance(kind, Enum) else column.info.get("values", ())
            meaning = column.comment or ""
            meaning += f": {', '.join(words)}" if words else ""
            meaning += f"; refers to {refers[column.name]}" if column.name in refers else ""
            lines.append(f"| {column.name} | {kind} | {'yes' if column.nullable else 'no'} | {meaning} |")
    return "\n".join(lines) + "\n"


def figures_page(comparisons: list[Comparison]) -> str:
    """Target, published range and observed value of every figure that the defaults are calibrated to."""
    lines = [
        "# Published figures",
        "",
        "Made by `make docs` from the default data set (50,000 patients, seed 42), as `lm-synth compare` "
        "shows it. The sources are in [calibration.md](calibration.md).",
        "",
        "| figure | published | source | target | tolerance | observed | |",
        "|---|---|---|---:|---:|---:|---|",
    ]
    lines += [
        f"| {found.name} | {found.published} | {found.source} | {found.target:g} | {found.tolerance:g} "
        f"| {found.observed:.2f} | {'met' if found.met else '**missed**'} |"
        for found in comparisons
    ]
    return "\n".join(lines) + "\n"


def main(folder: Path, out: Path) -> None:
    """Write all pages."""
    (folder / "tables.md").write_text(tables_page(), encoding="utf-8")
    comparisons = compare(str(DEFAULT_CONFIG), out, None)
    (folder / "published-figures.md").write_text(figures_page(comparisons), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
