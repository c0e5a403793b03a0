"""The queries that a database file keeps beside its tables: the blueprint's projection, the exact rules."""

from collections.abc import Iterator

from lm_synth_assets.gates.rules.rule import RULES, sql_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.projection_sql import ed_projection
from lm_synth_assets.storage.store import SavedQuery

_REMARK = "-- "


def saved_queries(region: Region) -> Iterator[SavedQuery]:
    """The queries for one configuration: a rule returns the rows that break it, none where it holds."""
    year = region.run.start_year
    yield SavedQuery(
        "queries.ed_projection",
        f"Projected ED visits of {year} by default site and ED subservice: population x rate per 1,000",
        ed_projection(year),
        ("population_projection", "ed_baseline_rates", "dim_lha", "dim_site"),
    )
    for name, rule in RULES.items():
        remark, sql = _split(sql_of(name, region))
        yield SavedQuery(f"rules.{name.replace('.', '_')}", remark, sql, rule.tables)


def _split(sql: str) -> tuple[str, str]:
    """The remark that a query begins with, and the query without it."""
    lines = sql.strip().splitlines()
    count = next(number for number, line in enumerate(lines) if not line.startswith(_REMARK))
    remark = " ".join(line.removeprefix(_REMARK) for line in lines[:count])
    return remark, "\n".join(lines[count:]).rstrip(";")
