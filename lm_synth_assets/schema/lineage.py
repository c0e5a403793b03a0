"""Where the columns of a table come from: its foreign keys, and what is computed from other columns."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Table

from lm_synth_assets.schema.catalogue import foreign_keys

Sources = dict[str, list[tuple[str, str]]]
"""By column of a table, the (table, column) pairs that it comes from."""


COMPUTED: dict[str, Sources] = {
    "program_coverage": {"subprogram_key": [("dim_subprogram", "subprogram_key")]},
    "ed_projection": {
        "year": [("population_projection", "year")],
        "site_id": [("dim_lha", "default_site_id")],
        "ed_subservice": [("ed_baseline_rates", "ed_subservice")],
        "projected_volumes": [
            ("population_projection", "population"),
            ("ed_baseline_rates", "baserate_per_1000"),
            ("dim_scenario", "growth_multiplier"),
            ("dim_scenario", "ed_rate_multiplier"),
        ],
    },
    "ed_encounters": {
        "facility_id": [("patients", "facility_home_id")],
        "ed_subservice": [("patients", "expected_ed_rate"), ("patients", "dob")],
        "acuity": [("patients", "age_group")],
        "dispo": [("patients", "age_group")],
    },
    "ip_stays": {
        "facility_id": [("ed_encounters", "facility_id"), ("patients", "facility_home_id")],
        "admit_ts": [("ed_encounters", "departure_ts")],
        "los_days": [("patients", "age_group")],
        "alc_flag": [("patients", "age_group")],
        "alc_days": [("patients", "age_group")],
        "admit_route": [("ed_encounters", "dispo")],
        "subprogram_key": [("dim_subprogram", "subprogram_key")],
    },
}
"""Sources that no foreign key declares."""


def sources_of(table: Table) -> Sources:
    """The columns that each column of a table comes from; columns that come from no other are left out."""
    sources: Sources = defaultdict(list)
    for columns, parent, targets in foreign_keys(table):
        if parent != table.name:
            for column, target in zip(columns, targets, strict=True):
                sources[column].append((parent, target))
    for column, computed in COMPUTED.get(table.name, {}).items():
        sources[column] += computed
    return dict(sources)
