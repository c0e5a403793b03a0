"""Gates on the dimensions, and on the coverage of programs."""

from lm_synth_assets.gates.gate import Gate
from lm_synth_assets.schema.catalogue import TABLES, primary_key
from lm_synth_assets.schema.vocabulary import COUNTED_TABLES

_CONFIGURED_TABLES = (*COUNTED_TABLES, "dim_scenario", "program_coverage")
"""The tables that follow from the configuration alone, row for row."""

_SECTIONS: dict[str, tuple[str, ...]] = {
    "dim_site": ("sites",),
    "dim_program": ("programs",),
    "dim_subprogram": ("programs",),
    "dim_lha": ("lhas", "sites"),
    "dim_age_group": (),
    "dim_gender": (),
    "dim_ed_subservice": (),
    "dim_scenario": ("scenarios",),
    "program_coverage": ("coverage_matrix", "programs", "sites"),
}
"""The sections that each of them follows from; three are fixed."""


def _row_count(table: str) -> Gate:
    return Gate(
        table=table,
        name="row_count",
        description="The table has as many rows as the configuration lists.",
        formula="rows = those that the configuration lists, or that gates.row_counts agrees on",
        threshold="equal",
        decided_by=(*_SECTIONS[table], f"gates.row_counts.{table}"),
        function="statistics.dimensions:row_count",
        exact=True,
        arguments=(table,),
    )


def _as_configured(table: str) -> Gate:
    return Gate(
        table=table,
        name="as_configured",
        description="Every row is as configured; none is missing and none is extra.",
        formula=f"rows, by {', '.join(primary_key(TABLES[table]))}, = those that the configuration gives",
        threshold="equal",
        decided_by=_SECTIONS[table],
        function="statistics.dimensions:as_configured",
        exact=True,
        arguments=(table,),
    )


DIMENSIONS = (
    *map(_row_count, COUNTED_TABLES),
    *map(_as_configured, _CONFIGURED_TABLES),
    Gate(
        table="dim_date",
        name="contiguous_days",
        description="Every day of the horizon and of the years before and after it occurs once.",
        formula=(
            "days = those from 1 January before the start year to 31 December after the horizon, each once"
        ),
        threshold="equal",
        decided_by=("run.start_year", "run.years"),
        rule="contiguous_days",
    ),
    Gate(
        table="dim_date",
        name="calendar_parts",
        description="All columns of a day agree with its date.",
        formula=(
            "year, quarter, month, day, ISO week and weekday, weekend and fiscal calendar (from 1 April) = "
            "those that SQL gives for the date; is_holiday and holiday_name = BC's statutory holidays"
        ),
        threshold="equal",
        decided_by=("run.start_year", "calendar.fiscal_anchor_weekday"),
        rule="calendar_parts",
    ),
)
