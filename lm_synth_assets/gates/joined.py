"""Stored tables joined: which row each row refers to, and the patients as people.

Looking up text takes longer than most gates, so each of these is done once for a data set that is judged.
"""

from __future__ import annotations

from lm_synth_assets.gates.gate import Tables
from lm_synth_assets.model.lookup import positions
from lm_synth_assets.model.people import People, people_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Ints


def referred(tables: Tables, table: str, column: str, parent: str, target: str) -> Ints:
    """The position in `parent` of the row that each row of a table refers to; -1 where there is none."""
    return tables.kept(
        ("referred", table, column, parent, target),
        lambda: positions(tables[table][column], tables[parent][target]),
    )


def patient_of(tables: Tables, table: str) -> Ints:
    """The position in patients of the patient of each row of a table; -1 where there is no such patient."""
    return referred(tables, table, "patient_id", "patients", "patient_id")


def people_in(tables: Tables, region: Region) -> People:
    """The patients as arrays."""
    day = region.run.reference_date
    return tables.kept(("people", day), lambda: people_of(tables["patients"], day))
