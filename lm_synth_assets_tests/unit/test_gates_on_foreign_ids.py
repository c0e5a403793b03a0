"""References to nothing, however large, cost gates no memory: a gate of their table sees them."""

import tracemalloc

import pytest

from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.region.models.region import Region
from lm_synth_assets_tests.support.datasets import Tables

MEGABYTES = 300
FOREIGN = 99_999_999


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("patients", "lha_id"),
        ("patients", "facility_home_id"),
        ("ed_encounters", "facility_id"),
        ("ip_stays", "facility_id"),
        ("ip_stays", "subprogram_key"),
    ],
)
def test_a_reference_to_nothing_is_seen_and_takes_no_memory(
    tables: Tables, region: Region, table: str, column: str
) -> None:
    frame = tables[table].copy()
    frame.loc[frame.index[-1], column] = FOREIGN
    damaged = StoredTables.of({**tables, table: frame})
    failed = set()
    tracemalloc.start()
    try:
        for gate in all_gates():
            if not gate.evaluate(damaged, region).passed:
                failed.add(gate.full_name)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert any(name.startswith(f"{table}.") for name in failed)
    assert peak < MEGABYTES * 2**20
