"""Whether a data set is whole: the tables that lie there are those that its contents and its manifest name.

Each verdict lists every table that is wrong (`table`), and what is wrong with it (`problem`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from lm_synth_assets.gates.gate import StoredTables, Verdict
from lm_synth_assets.model.population import area_totals
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.models.run import Run
from lm_synth_assets.region.run_request import FIELDS
from lm_synth_assets.schema.catalogue import CLAIMS, TABLES
from lm_synth_assets.schema.vocabulary import DISCLAIMER
from lm_synth_assets.simulation.catalogue import RECIPES, tables_left_out
from lm_synth_assets.simulation.provenance import table_versions
from lm_synth_assets.simulation.tables.dataset_manifest import identity, run_of, tables_not_made
from lm_synth_assets.storage.digest import digest_of
from lm_synth_assets.storage.record import Record
from lm_synth_assets.version import __version__

Problem = tuple[str, str]
"""A table, and what is wrong with it."""

_CONTENTS, _MANIFEST = CLAIMS
_SHOWN = 12
"""Letters of an id that a message shows."""


def digest(tables: StoredTables, name: str) -> str:
    """The digest of a table as it is stored. Raises Unreadable where what is stored is not that table."""
    return tables.cached(("digest", name), lambda: digest_of(TABLES[name], tables[name]))


def listed_tables(tables: StoredTables) -> dict[str, Record]:
    """What dataset_contents says of every table that it lists, the manifest included. Raises Unreadable."""
    return tables.cached("listed tables", lambda: _records(tables[_CONTENTS]))


def _records(contents: pd.DataFrame) -> dict[str, Record]:
    columns = (contents[name].tolist() for name in ("table_name", "row_count", "digest", "made_from"))
    return {
        name: Record(rows, digest, None if pd.isna(made_from) else made_from)
        for name, rows, digest, made_from in zip(*columns, strict=True)
    }


def tables_as_listed(tables: StoredTables, region: Region) -> Verdict:
    """Every listed table is there, with the rows and the digest that are listed."""
    listed = listed_tables(tables)
    problems = (
        (name, problem)
        for name, record in listed.items()
        if name not in CLAIMS and (problem := _difference(tables, name, record))
    )
    return _none_of(problems, "every table as listed", len(listed))


def _difference(tables: StoredTables, name: str, record: Record) -> str:
    if name not in TABLES:
        return "this version knows no such table"
    inspection = tables.inspection(name)
    if not inspection.is_stored:
        return f"is not there; {record.rows:,} rows are listed"
    if inspection.frame is None:
        return "cannot be read as declared"
    rows = len(inspection.frame)
    if rows != record.rows:
        return f"{rows:,} rows, and {record.rows:,} are listed: of another run, or changed since"
    if digest(tables, name) != record.digest:
        return f"{rows:,} rows, whose values are not those listed: from another run, or changed since"
    return ""


def nothing_besides(tables: StoredTables, region: Region) -> Verdict:
    """No table lies there that is not listed."""
    listed = listed_tables(tables)
    others = [name for name in TABLES if name not in (*CLAIMS, *listed)]
    problems = ((name, _beside(name)) for name in others if tables.inspection(name).is_stored)
    return _none_of(problems, "no table beside those listed", len(others))


def _beside(name: str) -> str:
    field = RECIPES[name].needs
    other = f"make the data set with {FIELDS[field].option}" if field else "make the whole data set"
    return f"lies there from another run, and does not belong to this data set: remove it, or {other}"


def made_from_this_run(tables: StoredTables, region: Region) -> Verdict:
    """Every listed table was made from what the run describes: of one data set, in the version expected.

    The versions are compared where the tables are listed as those of the region's own data set.
    """
    contents, listed = tables[_CONTENTS], listed_tables(tables)
    foreign = set(contents["table_name"][contents["dataset_id"].isna()])
    ids = sorted(contents["dataset_id"].dropna().unique())
    run = run_of(region.run, listed)
    known = identity(run, region.hash(), __version__, tables_not_made(run, listed)) in ids
    if known:
        foreign |= _made_otherwise(listed, region.with_run(**run.model_dump()))
    problems = [(name, _origin(record)) for name, record in listed.items() if name in foreign]
    if len(ids) > 1:
        problems.append((_CONTENTS, f"lists tables of several data sets: {', '.join(map(_short, ids))}"))
    verdict = _none_of(problems, "every table made from what the run describes", len(listed))
    if problems or known:
        return verdict
    return Verdict(True, verdict.expected, "not compared: of another configuration, seed or version")


def _made_otherwise(listed: dict[str, Record], region: Region) -> set[str]:
    versions = table_versions(region)
    return {name for name, record in listed.items() if record.made_from != versions.get(name)}


def _origin(record: Record) -> str:
    if record.made_from is None:
        return f"{record.rows:,} rows of unknown origin: changed or replaced since they were written"
    return f"{record.rows:,} rows of another run: of another seed, configuration or version"


def follows_from_its_run(tables: StoredTables, region: Region) -> Verdict:
    """Every field of the manifest follows from the run, the configuration and the version that it names."""
    frame = tables[_MANIFEST]
    if len(frame) != 1:
        return Verdict(False, "one row", f"{len(frame)} rows")
    row = frame.iloc[0]
    if row["package_version"] != __version__:
        return Verdict(True, "as computed", f"not computed: made by version {row['package_version']}")
    run, without = _run_in(frame), _without(row)
    expected: dict[str, Any] = {
        "dataset_id": identity(run, row["config_hash"], __version__, without),
        "reference_date": pd.Timestamp(run.reference_date),
        "sampling_weight": round(row["population"] / run.patients, 4),
        "disclaimer": DISCLAIMER,
    }
    described = region.with_run(**run.model_dump())
    if row["config_hash"] == described.hash():
        expected["population"] = int(area_totals(described, run.start_year).sum())
    problems = [
        (_MANIFEST, f"{name} is {row[name]}, and follows from the other fields as {value}")
        for name, value in expected.items()
        if str(row[name]) != str(value)
    ]
    return _none_of(problems, "every field as computed", len(frame.columns))


def describes_these_tables(tables: StoredTables, region: Region) -> Verdict:
    """The manifest is the one that the tables were listed with, and names those that are listed."""
    frame, listed = tables[_MANIFEST], listed_tables(tables)
    if len(frame) != 1:
        return Verdict(False, "one row", f"{len(frame)} rows")
    row, run = frame.iloc[0], _run_in(frame)
    problems: list[Problem] = []
    ids = tables[_CONTENTS]["dataset_id"].dropna().unique()
    if of := sorted(_short(other) for other in ids if other != row["dataset_id"]):
        problems.append(
            (_MANIFEST, f"is of data set {_short(row['dataset_id'])}, the tables of {', '.join(of)}")
        )
    described = region.with_run(**run.model_dump())
    if (row["config_hash"], row["package_version"]) == (described.hash(), __version__):
        others = _made_otherwise(listed, described) - {_MANIFEST}
        problems += [(name, _origin(listed[name])) for name in listed if name in others]
    if _MANIFEST not in listed or listed[_MANIFEST].digest != digest(tables, _MANIFEST):
        problems.append((_MANIFEST, "is not the one that the tables were listed with"))
    named = {*TABLES} - {*CLAIMS, *tables_left_out(run), *(_without(row) or "").split(", ")}
    problems += [(name, "belongs to the data set, and is not listed") for name in sorted(named - {*listed})]
    problems += [
        (name, "is listed, and does not belong to the data set")
        for name in sorted({*listed} - {*CLAIMS} - named)
    ]
    return _none_of(problems, "the manifest of the listed tables", len(listed))


def _run_in(manifest: pd.DataFrame) -> Run:
    return Run.model_validate({name: manifest[name].iloc[0].item() for name in Run.model_fields})


def _without(row: pd.Series[Any]) -> str | None:
    return None if pd.isna(row["without_tables"]) else str(row["without_tables"])


def _short(dataset_id: str) -> str:
    return str(dataset_id)[:_SHOWN]


def _none_of(problems: Iterable[Problem] | Iterator[Problem], expected: str, compared: int) -> Verdict:
    rows = pd.DataFrame(list(problems), columns=["table", "problem"])
    names = ", ".join(rows["table"].unique())
    observed = f"mixed: {names}" if names else f"{compared} compared, all as expected"
    return Verdict(rows.empty, expected, observed, offending=rows)
