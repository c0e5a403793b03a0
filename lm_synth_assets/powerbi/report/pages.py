"""The pages of the report, as data. Cells count columns from 2, right of the slicers, and rows from 3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lm_synth_assets.powerbi.report.kinds import cards, chart, heading, matrix, slicers
from lm_synth_assets.powerbi.report.visuals import Cells, Visual

_BARS, _COLUMNS, _LINES = "clusteredBarChart", "clusteredColumnChart", "lineChart"
_STACKED_BARS, _STACKED_COLUMNS = "barChart", "columnChart"

_YEAR = "dim_date.year"
_SITE = "dim_site.site_name"
_LHA = "dim_lha.lha_name"
_AGE = "dim_age_group.age_group"
_SUBSERVICE = "dim_ed_subservice.ed_subservice"
_PROGRAM = "dim_program.program_name"
_SCENARIO = "dim_scenario.scenario_name"
_MONTH = "dim_date.month_name"


@dataclass(frozen=True)
class Page:
    """A page of the report: its name in files, its title, and its visuals in the order of reading."""

    name: str
    title: str
    visuals: tuple[Visual, ...]


OVERVIEW: Final = Page(
    "overview",
    "Overview",
    (
        *heading("Overview: a fictional health region"),
        *slicers(_YEAR, _SITE, _LHA, _AGE, "dim_gender.gender", years_with="ED Visits"),
        cards(
            "All residents, estimated from the sample",
            "Residents",
            "Estimated ED Visits",
            "ED Visits per 1,000",
            "Estimated IP Stays",
            "IP Stays per 1,000",
        ),
        chart(
            _COLUMNS,
            "ED visits by month (all residents, estimated)",
            Cells(2, 3, 5, 4),
            _MONTH,
            "Estimated ED Visits",
            tooltips=("ED Visits", "LWBS Rate"),
        ),
        chart(
            _COLUMNS,
            "Inpatient stays by month of admission (all residents, estimated)",
            Cells(7, 3, 5, 4),
            _MONTH,
            "Estimated IP Stays",
            tooltips=("IP Stays", "Average LOS"),
        ),
        chart(
            _BARS,
            "ED visits per 1,000 residents by LHA",
            Cells(2, 7, 4, 5),
            _LHA,
            "ED Visits per 1,000",
            tooltips=("Residents", "Estimated ED Visits"),
        ),
        matrix(
            "Sites (sample)",
            Cells(6, 7, 6, 5),
            (_SITE,),
            ("ED Visits", "Median ED LOS", "LWBS Rate", "IP Stays", "Average LOS", "ALC Rate"),
        ),
    ),
)

EMERGENCY: Final = Page(
    "ed",
    "ED",
    (
        *heading("Emergency departments"),
        *slicers(_YEAR, _SITE, _LHA, _SUBSERVICE, _AGE, years_with="ED Visits"),
        cards(
            "ED visits of the sample",
            "ED Visits",
            "LWBS Rate",
            "ED Admission Rate",
            "Median ED LOS",
            "ED within 4 Hours",
        ),
        chart(
            _LINES,
            "ED visits by day (sample)",
            Cells(2, 3, 6, 4),
            "dim_date.date",
            "ED Visits",
            tooltips=("Median ED LOS", "LWBS Rate"),
        ),
        chart(
            _COLUMNS,
            "ED visits by weekday (sample)",
            Cells(8, 3, 4, 4),
            "dim_date.day_name",
            "ED Visits",
            tooltips=("Median ED LOS", "LWBS Rate"),
        ),
        chart(
            _COLUMNS,
            "ED visits by acuity (sample)",
            Cells(2, 7, 3, 5),
            "ed_encounters.acuity",
            "ED Visits",
            tooltips=("ED Admission Rate", "Median ED LOS"),
        ),
        chart(
            _BARS,
            "How ED visits end (sample)",
            Cells(5, 7, 3, 5),
            "ed_encounters.dispo",
            "ED Visits",
            tooltips=("Median ED LOS",),
        ),
        matrix(
            "Sites (sample)",
            Cells(8, 7, 4, 5),
            (_SITE,),
            ("ED Visits", "LWBS Rate", "ED Admission Rate", "Median ED LOS"),
        ),
    ),
)

INPATIENT: Final = Page(
    "inpatient",
    "Inpatient",
    (
        *heading("Inpatient stays"),
        *slicers(_YEAR, _SITE, _LHA, _PROGRAM, _AGE, years_with="IP Stays"),
        cards(
            "Stays of the sample that began on or after the reference date",
            "IP Stays",
            "IP Admissions",
            "Average LOS",
            "Median LOS",
            "ALC Rate",
            "ALC Share of Days",
        ),
        chart(
            _BARS,
            "Stays by program (sample)",
            Cells(2, 3, 5, 5),
            _PROGRAM,
            "IP Stays",
            tooltips=("Average LOS", "ALC Rate"),
        ),
        chart(
            _BARS,
            "ALC share of days by program",
            Cells(7, 3, 5, 5),
            _PROGRAM,
            "ALC Share of Days",
            tooltips=("IP Days", "ALC Rate"),
        ),
        chart(
            _STACKED_COLUMNS,
            "Stays by month and admission route (sample)",
            Cells(2, 8, 5, 4),
            _MONTH,
            "IP Stays",
            series="ip_stays.admit_route",
            tooltips=("Average LOS",),
        ),
        matrix(
            "Programs and subprograms (sample)",
            Cells(7, 8, 5, 4),
            (_PROGRAM, "dim_subprogram.subprogram_name"),
            ("IP Stays", "Average LOS", "Median LOS", "ALC Rate"),
        ),
    ),
)

PROJECTIONS: Final = Page(
    "projections",
    "Projections",
    (
        *heading("Projections: all residents, by scenario"),
        *slicers(_YEAR, _SCENARIO, _SITE, _SUBSERVICE, years_with="Projected ED Visits"),
        cards(
            "The last year and the scenario in the selection; the baseline where none is selected",
            "Projected ED Visits",
            "ED Visits in First Year",
            "Projected Growth",
            "Projected Population",
            "Population Growth",
        ),
        chart(
            _LINES,
            "Projected ED visits by year and scenario",
            Cells(2, 3, 6, 4),
            _YEAR,
            "Projected ED Visits",
            series=_SCENARIO,
            tooltips=("Projected Growth",),
        ),
        chart(
            _LINES,
            "Population by year and age group",
            Cells(8, 3, 4, 4),
            _YEAR,
            "Projected Population",
            series=_AGE,
            tooltips=("Population Growth",),
        ),
        chart(
            _STACKED_BARS,
            "Projected ED visits by site and subservice",
            Cells(2, 7, 5, 5),
            _SITE,
            "Projected ED Visits",
            series=_SUBSERVICE,
            tooltips=("Projected Growth",),
        ),
        matrix(
            "Projected ED visits by site and scenario",
            Cells(7, 7, 5, 5),
            (_SITE,),
            ("Projected ED Visits", "Projected Growth"),
            (_SCENARIO,),
        ),
    ),
)

PAGES: Final = (OVERVIEW, EMERGENCY, INPATIENT, PROJECTIONS)
"""In the order of the tabs."""
