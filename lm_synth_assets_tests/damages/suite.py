"""The whole mutation suite, and what sees each of its damages."""

from functools import cache

from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.gates.gate import Gate, StoredTables
from lm_synth_assets.region.files import load_region
from lm_synth_assets.region.models.region import Region
from lm_synth_assets_tests.damages import (
    dimensions,
    durations,
    emergency,
    fine_structure,
    inpatient,
    links,
    manifest,
    patients,
    patterns,
    population,
    projections,
    shape,
    structure,
)
from lm_synth_assets_tests.damages.damage import Damage, damages_of
from lm_synth_assets_tests.support.datasets import Tables, make_tables

SUBJECTS = (
    dimensions,
    population,
    patients,
    emergency,
    inpatient,
    durations,
    shape,
    patterns,
    links,
    fine_structure,
    projections,
    manifest,
)
"""The modules that declare a damage each by a function."""

PATIENTS = 20_000
"""Enough for an hour's shift of the clock to show, few enough for hundreds of damages."""


@cache
def good() -> tuple[Region, Tables]:
    """The region and the tables that are damaged."""
    region = load_region().with_run(patients=PATIENTS)
    return region, make_tables(region)


def seen_by(damage: Damage, gates: list[Gate]) -> list[str]:
    """The names of the gates, among some, that do not pass the damaged tables."""
    region, tables = good()
    damaged = damage.change(tables)
    stored = StoredTables.of({**tables, **damaged})
    touched = [gate for gate in gates if {gate.table, *gate.reads} & set(damaged)]
    return [gate.full_name for gate in touched if not gate.evaluate(stored, region).passed]


def whole_suite() -> list[Damage]:
    """Every damage, in the order of the gates that must see them."""
    order = [gate.full_name for gate in all_gates()]
    damages = [*structure.DAMAGES, *(damage for module in SUBJECTS for damage in damages_of(module))]
    return sorted(damages, key=lambda damage: order.index(damage.gate))
