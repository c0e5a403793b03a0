"""Volumes projected to later years, by scenario."""

from sqlalchemy import Date, Numeric, Table

from lm_synth_assets.schema.tables.columns import (
    METADATA,
    calendar_year,
    column,
    ed_subservice,
    key,
    number,
    reference,
)

ed_projection = Table(
    "ed_projection",
    METADATA,
    number("scenario_id", "Scenario number, 1 = baseline"),
    calendar_year(),
    number("site_id", "Default site of the residents' areas"),
    ed_subservice(),
    column("projected_volumes", Numeric(16, 5), "Projected visits per year, all residents", low=0),
    column("period_date", Date, "1 January of the year"),
    key("scenario_id", "year", "site_id", "ed_subservice"),
    reference("fk_edp_scenario", "scenario_id", "dim_scenario(scenario_id)", total=True),
    reference("fk_edp_site", "site_id", "dim_site(site_id)"),
    reference("fk_edp_sub", "ed_subservice", "dim_ed_subservice(ed_subservice)", total=True),
    reference("fk_edp_date", "period_date", "dim_date(date)"),
    comment="Population times rate by scenario, year, catchment site and ED subservice",
)

TABLES = (ed_projection,)
"""In the order of declaration."""
