"""Pages of the documentation that are made from the code, so that they cannot say anything else.

`python -m lm_synth_assets.cli.documents FOLDER OUT` writes them to FOLDER; OUT holds the default data set.
"""

import sys
from pathlib import Path
from typing import Any

import yaml
from dagster import AssetKey, AssetSelection

from lm_synth_assets.dataset.dataset import DataSet, open_existing
from lm_synth_assets.dataset.figures.comparison import (
    BESIDE_PUBLISHED,
    BEYOND_CHANCE,
    Comparison,
    by_kind,
    compare,
    shown_number,
    summary,
)
from lm_synth_assets.dataset.figures.estimates import LEAST_PATIENTS
from lm_synth_assets.dataset.figures.publications import SOURCES
from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.gates.declared.structure import STRUCTURAL, STRUCTURE
from lm_synth_assets.gates.gate import Gate
from lm_synth_assets.gates.rules.rule import RULES, sql_of
from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets.powerbi.documentation import measures_page
from lm_synth_assets.region.fields import SECTION, ConfigField, config_fields
from lm_synth_assets.region.files import DEFAULT_CONFIG, load_region
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.wording import shown
from lm_synth_assets.schema.catalogue import TABLES, primary_key
from lm_synth_assets.schema.dictionary import entries
from lm_synth_assets.schema.text import REFUSED


def tables_page() -> str:
    """The data dictionary: every table with its columns, types, units and keys."""
    lines = [
        "# Tables",
        "",
        "Made from `lm_synth_assets/schema/` by `make docs`. Types are those of SQL; in CSV files "
        "dates are `YYYY-MM-DD`, times `YYYY-MM-DD HH:MM:SS`, booleans 0 or 1, and an empty field is NULL.",
    ]
    for table in TABLES.values():
        lines += ["", f"## {table.name}", "", f"{table.comment}. Key: {', '.join(primary_key(table))}.", ""]
        lines += ["| column | type | null | meaning |", "|---|---|---|---|"]
        lines += [
            f"| {entry.column} | {entry.kind} | {'yes' if entry.null else 'no'} | {entry.meaning} |"
            for entry in entries(table)
        ]
    return "\n".join(lines) + "\n"


def configuration_page() -> str:
    """Every field of a configuration: what is allowed, its unit, what it means and its default."""
    defaults = yaml.safe_load(DEFAULT_CONFIG.read_text(encoding="utf-8"))
    lines = [
        "# Configuration",
        "",
        "Made from `lm_synth_assets/region/models/` by `make docs`. A configuration file is YAML with the "
        "sections below; [lower_mainland_defaults.yaml](../configs/lower_mainland_defaults.yaml) is the "
        "default one.",
        "",
        "A file that starts with `extends: FILE` holds only what differs from that file. Sections of both "
        "are merged, key by key; a list or a single value replaces the inherited one, and `null` removes an "
        "inherited entry: `sites: {LM-GRS: {transfers_to: {LM-SRC: null}}}`, `scenarios: {High growth: "
        "null}`. An optional field goes back to its default with `null`; a required one cannot be removed. "
        "An empty section over one that is not empty changes nothing, and is an error. Other files are "
        "sought beside the file that names them; at most 20 files may extend one another.",
        "",
        "The age groups, genders, ED subservices and holidays are fixed by design. Names of sites, areas, "
        f"programs, subprograms, scenarios, age profiles and rhythms may not hold {REFUSED}, or begin or end "
        "with a space; no two sites, areas, programs, scenarios, or subprograms of one program, may differ "
        "only in case, accents or invisible characters, which databases ignore. Tags of YAML (`!` or `!!`) "
        "and merge keys (`<<`) are not supported, and a file holds at most 10 MB, 20 levels and 100,000 "
        "values.",
        "",
        "A part in angle brackets stands for a name: `<LHA>.growth_pct` is the `growth_pct` of each area. "
        "The column `default` shows what the default configuration holds, if that is a single value, or what "
        "applies where a field is left out.",
    ]
    for field in config_fields():
        section, *below = field.path
        if not below:
            lines += ["", f"## {section}", "", f"{field.description}.", "", *_FIELD_TABLE]
        if below or not field.limits.endswith(SECTION):
            path = f"`{'.'.join(below) or section}`"
            cells = (path, field.limits, field.unit, field.description, _default(field, defaults))
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


_FIELD_TABLE = ("| field | allowed | unit | meaning | default |", "|---|---|---|---|---|")


def _default(field: ConfigField, defaults: Any) -> str:
    """The default of a field; empty where each name has its own, or where it is not a single value."""
    value = defaults
    for key in field.path:
        value = value.get(key, field.default) if isinstance(value, dict) else field.default
    return field.default if isinstance(value, dict | list) else shown(value).strip('"')


def gates_page() -> str:
    """Every gate: what it protects, formula, threshold, severity, and what it blocks."""
    region = load_region()
    graph = build_defs(Settings()).resolve_asset_graph()
    downstream = {table: AssetSelection.assets(table).downstream().resolve(graph) for table in TABLES}
    blocked = {
        table: [name for name in TABLES if name != table and AssetKey(name) in below]
        for table, below in downstream.items()
    }
    lines = [
        "# Gates",
        "",
        "Made from the code by `make docs`. In Dagster a statistical gate is an asset check of its table. "
        "Exact gates, which leave no room for chance, share two checks that name each of them: `structure` "
        f"({', '.join(STRUCTURAL)}) and `rules`. "
        "`lm-synth validate` evaluates the same gates on any stored copy. "
        "Those that are exact rules are printed as SQL in [rules.md](rules.md).",
        "",
        "ERROR gates block: if one fails, the tables in the last column and the quality report are not made, "
        "and the exit code is 1. WARN gates are shown and stop nothing. "
        "Thresholds are those of the default configuration, section `gates`; a freely drawn figure may be "
        "off by its sampling error, one that the model controls may not. A gate is decided by the keys of "
        "the configuration that its expectation and threshold follow from; where there is none, only changed "
        "tables break it. A replicate is an independent data set of the same region with another seed.",
        "",
        "| table | gate | protects | formula | threshold | decided by | severity | blocks |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in STRUCTURAL:
        gate = next(gate for gate in STRUCTURE if gate.name == name)
        formula = _GENERAL.get(name, gate.formula)
        lines.append(_gate_row(gate, "every table", formula, region, ["what depends on the table"]))
    for gate in all_gates(fidelity=True):
        if gate.name not in STRUCTURAL:
            lines.append(_gate_row(gate, gate.table, gate.formula, region, blocked[gate.table]))
    return "\n".join(lines) + "\n"


def rules_page() -> str:
    """Every exact rule as SQL, with the values of the default configuration, and how to run them."""
    region = load_region()
    gates = [gate for gate in all_gates() if gate.rule]
    written = [gate for gate in gates if gate not in STRUCTURE]
    only_duckdb = [gate.full_name for gate in gates if not RULES[gate.rule].portable]
    lines = [
        "# Rules as SQL",
        "",
        "Made from `lm_synth_assets/gates/rules/` by `make docs`. Each query returns the rows that break an "
        "exact rule: a result without rows means that the rule holds. The gates of the same names run these "
        "queries in DuckDB. Values from the configuration, such as referrals and the reference date, are "
        "those of the default configuration.",
        "",
        "To run all of them over the files in `out/`, with DuckDB (`pip install duckdb`):",
        "",
        "```python",
        *_RUN_RULES.splitlines(),
        "```",
        "",
        "All but " + ", ".join(only_duckdb) + " run unchanged in MySQL too, over the tables that "
        "`lm-synth db init` creates. The tests compare what both databases return.",
        "",
        "For another configuration, print the SQL of a rule with its values:",
        "",
        "```sh",
        *_PRINT_RULE.splitlines(),
        "```",
    ]
    for heading, kind in (("Data", written), ("Keys and references", [g for g in gates if g in STRUCTURE])):
        lines += ["", f"## {heading}"]
        for gate in kind:
            lines += ["", f"### {gate.full_name}", ""]
            lines += ["```sql", *sql_of(gate.rule, region).splitlines(), "```"]
    return "\n".join(lines) + "\n"


_RUN_RULES = """\
import pathlib, re
import duckdb

database = duckdb.connect()
for file in pathlib.Path("out").iterdir():
    if file.suffix in (".csv", ".parquet"):
        database.sql(f"CREATE VIEW {file.stem} AS SELECT * FROM '{file}'")
page = pathlib.Path("docs/rules.md").read_text(encoding="utf-8")
for name, sql in re.findall(r"### (\\S+)\\n.*?```sql\\n(.*?)```", page, re.DOTALL):
    print(name, len(database.sql(sql).fetchall()), "rows break it")
"""

_PRINT_RULE = """\
python -c "from lm_synth_assets.gates.rules.rule import sql_of
from lm_synth_assets.region.files import load_region
print(sql_of('age_and_sex_fit', load_region('configs/lower_mainland_defaults.yaml')))"
"""


_GENERAL = {
    "layout": "order of columns, encoding, line ends and stored types = those that are written; "
    "a data package, if there is one, describes the files that are there (gate of dataset_manifest)",
    "keys": "rows that share the primary key, or a unique column",
    "foreign_keys": "rows without the row that they refer to; parents that must have rows and have none",
}
"""Formulas of the structural gates that name a table's own columns, for all tables."""


def _gate_row(gate: Gate, table: str, formula: str, region: Region, blocked: list[str]) -> str:
    threshold = gate.stated_threshold(region)
    severity = "ERROR" if gate.blocking else "WARN"
    stops = ", ".join(blocked) if gate.blocking and blocked else "-"
    keys = ", ".join(gate.keys) or "-"
    cells = (table, gate.name, gate.description, formula, threshold, keys, severity, stops)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def figures_page(comparisons: list[Comparison]) -> str:
    """Every published figure and every target beside the default data set, and how they are compared."""
    published, targets = by_kind(comparisons).values()
    lines = [
        "# Published figures",
        "",
        "Made by `make docs` from the default data set (50,000 patients, seed 42), as `lm-synth compare` "
        "shows it.",
        "",
        f"**{summary(comparisons)}**",
        "",
        *_HOW_COMPARED.splitlines(),
        "",
        "## Beside what was published",
        "",
        f"| figure | published | observed | ± {BESIDE_PUBLISHED} SE | a difference that matters | verdict "
        "| why we accept it outside |",
        "|---|---|---:|---:|---:|---|---|",
        *(_figure_row(one, one.reason or "-") for one in published),
        "",
        "## Own targets",
        "",
        "Nobody published these; the default configuration aims at them.",
        "",
        f"| figure | target | observed | ± {BEYOND_CHANCE} SE | a difference that matters | verdict |",
        "|---|---|---:|---:|---:|---|",
        *(_figure_row(one) for one in targets),
        "",
        "## Sources",
        "",
        "| | |",
        "|---|---|",
        *(f"| {id} | {title} |" for id, title in SOURCES.items()),
    ]
    return "\n".join(lines) + "\n"


_HOW_COMPARED = f"""\
A figure is compared with what was published, never with a target of ours. Where several publications
differ, their values span the range. The values are those of real places and of years between 2000 and 2025,
the data those of a fictional region: to be outside is no fault, to hide it would be one.

The tolerance is the sampling error of the observed value (SE, its standard error) for as many patients as
the data set has, drawn at random. The patient is the unit: visits and days of one patient hang together, so
their dispersion is that of the sums by patient (a ratio's linearized variance; for quantiles, Woodruff's
interval). It follows the size of the data set. A figure is *inside* within {BESIDE_PUBLISHED} SE of its
published range. A data set has *too few patients to tell* where these are more than a difference that
matters, or where fewer than {LEAST_PATIENTS} patients contribute; the verdict says how many patients it
takes. The generator controls many totals, so from seed to seed the figures scatter less than that.

`lm-synth compare` ends with 1 where a target is missed by more than {BEYOND_CHANCE} SE, or where a figure
is outside what was published and no reason is stated for it, or farther outside than the reason covers.
Figures that are outside for a stated reason, and those that a small data set cannot tell, end with 0."""


def _figure_row(comparison: Comparison, *more: str) -> str:
    figure = comparison.figure
    numbers = (shown_number(value, figure.decimals) for value in (comparison.observed, comparison.tolerance))
    cells = (figure.name, "<br>".join(figure.references), *numbers, f"{figure.matters:g}")
    return "| " + " | ".join((*cells, comparison.standing, *more)) + " |"


def main(folder: Path, out: Path) -> None:
    """Write all pages."""
    (folder / "tables.md").write_text(tables_page(), encoding="utf-8")
    (folder / "configuration.md").write_text(configuration_page(), encoding="utf-8")
    (folder / "gates.md").write_text(gates_page(), encoding="utf-8")
    (folder / "rules.md").write_text(rules_page(), encoding="utf-8")
    data_set = DataSet.identify(open_existing(None, str(out)))
    (folder / "published-figures.md").write_text(figures_page(compare(data_set)), encoding="utf-8")
    tables = {name: data_set.read(name) for name in TABLES}
    (folder / "power-bi-measures.md").write_text(measures_page(tables), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
