"""Measures of projected volumes: by scenario, and beside the first year of the baseline."""

from typing import Final

from lm_synth_assets.powerbi.measures.measure import PERCENT, WHOLE, Format, Measure, growth

BASELINE: Final = 1
"""The scenario that others are compared with."""


def _measure(name: str, format: Format, description: str, dax: str, sql: str) -> Measure:
    return Measure(name, "ed_projection", "Projections", format, description, dax, sql)


def _volume(extreme: str) -> str:
    """SQL: the volume of the baseline in the first or last year of the projection."""
    return f"""\
SUM(ed_projection.projected_volumes) FILTER (
    WHERE ed_projection.scenario_id = {BASELINE}
      AND ed_projection.year = (SELECT {extreme}(ed_projection.year) FROM ed_projection))"""


MEASURES: Final = (
    _measure(
        "Projected ED Visits",
        WHOLE,
        "ED visits that are projected for the last year in the selection, in the selected scenario; in the "
        "baseline where none or several are selected (visits per year, all residents). A site here is the "
        "default site of the areas where people live.",
        f"""\
VAR LastYear = MAX ( ed_projection[year] )
VAR OneScenario = SELECTEDVALUE ( dim_scenario[scenario_id], {BASELINE} )
RETURN
    CALCULATE (
        SUM ( ed_projection[projected_volumes] ),
        REMOVEFILTERS ( dim_scenario ),
        ed_projection[year] = LastYear,
        ed_projection[scenario_id] = OneScenario
    )""",
        f"SELECT {_volume('MAX')}\nFROM ed_projection",
    ),
    _measure(
        "ED Visits in First Year",
        WHOLE,
        "ED visits that the baseline projects for the first year, whatever years and scenarios are selected "
        "(visits per year, all residents).",
        f"""\
VAR FirstYear = CALCULATE ( MIN ( ed_projection[year] ), REMOVEFILTERS () )
RETURN
    CALCULATE (
        SUM ( ed_projection[projected_volumes] ),
        REMOVEFILTERS ( dim_date ),
        REMOVEFILTERS ( dim_scenario ),
        ed_projection[year] = FirstYear,
        ed_projection[scenario_id] = {BASELINE}
    )""",
        f"SELECT {_volume('MIN')}\nFROM ed_projection",
    ),
    _measure(
        "Projected Growth",
        PERCENT,
        "Growth of projected ED visits: the last year in the selection and the selected scenario, beside the "
        "first year of the baseline (share).",
        growth("[Projected ED Visits]", "[ED Visits in First Year]"),
        f"SELECT {_volume('MAX')}\n  / {_volume('MIN')} - 1\nFROM ed_projection",
    ),
)
