"""Measures of ED visits: volumes, rates, how visits end, and how long they last."""

from typing import Final

from lm_synth_assets.powerbi.measures.measure import (
    ONE_DECIMAL,
    PERCENT,
    TWO_DECIMALS,
    WHOLE,
    Format,
    Measure,
    per_1000,
    share,
)
from lm_synth_assets.schema.vocabulary import ADMITTED, LEFT, TRANSFERRED

TARGET_HOURS: Final = 4
"""The length of an ED visit that planners aim at, in hours."""

_SECONDS = "DATEDIFF ( ed_encounters[arrival_ts], ed_encounters[departure_ts], SECOND )"
_SECONDS_SQL = "date_diff('second', ed_encounters.arrival_ts, ed_encounters.departure_ts)"
_WITH_PATIENTS = """\
FROM ed_encounters
JOIN patients ON patients.patient_id = ed_encounters.patient_id"""


def _measure(name: str, format: Format, description: str, dax: str, sql: str) -> Measure:
    return Measure(name, "ed_encounters", "Emergency", format, description, dax, sql)


def _share_ending(name: str, ending: str, description: str) -> Measure:
    """The share of visits that end in a way."""
    part = f'CALCULATE ( [ED Visits], KEEPFILTERS ( ed_encounters[dispo] = "{ending}" ) )'
    return _measure(
        name,
        PERCENT,
        description,
        share(part, "[ED Visits]"),
        f"SELECT AVG(CASE WHEN ed_encounters.dispo = '{ending}' THEN 1 ELSE 0 END)\nFROM ed_encounters",
    )


MEASURES: Final = (
    _measure(
        "ED Visits",
        WHOLE,
        "ED visits of the patients of the sample (visits of the sample).",
        "COUNTROWS ( ed_encounters )",
        "SELECT COUNT(*) FROM ed_encounters",
    ),
    _measure(
        "Estimated ED Visits",
        WHOLE,
        "ED visits of all residents, estimated: a visit counts as often as its patient stands for residents "
        "(visits).",
        "SUMX ( ed_encounters, RELATED ( patients[sampling_weight] ) )",
        f"SELECT SUM(patients.sampling_weight)\n{_WITH_PATIENTS}",
    ),
    _measure(
        "ED Visits per 1,000",
        ONE_DECIMAL,
        "ED visits per 1,000 residents at the reference date. Filters on areas, age groups and genders apply "
        "to visits and residents, those on sites, subservices and days to visits alone: a month gives the "
        "visits of that month per 1,000 residents.",
        per_1000("[Estimated ED Visits]", "[Residents]"),
        f"""\
SELECT SUM(patients.sampling_weight) / (SELECT SUM(patients.sampling_weight) FROM patients) * 1000
{_WITH_PATIENTS}""",
    ),
    _share_ending(
        "LWBS Rate", LEFT, "Share of ED visits that left without being seen (LWBS), of all ED visits."
    ),
    _share_ending(
        "ED Admission Rate", ADMITTED, "Share of ED visits that were admitted to hospital, of all ED visits."
    ),
    _share_ending(
        "ED Transfer Rate", TRANSFERRED, "Share of ED visits that were transferred, of all ED visits."
    ),
    _measure(
        "Average ED LOS",
        TWO_DECIMALS,
        "Mean length of ED visits, from arrival to departure, boarding included (hours).",
        f"AVERAGEX (\n    ed_encounters,\n    {_SECONDS}\n) / 3600",
        f"SELECT AVG({_SECONDS_SQL}) / 3600\nFROM ed_encounters",
    ),
    _measure(
        "Median ED LOS",
        TWO_DECIMALS,
        "Median length of ED visits, from arrival to departure, boarding included (hours).",
        f"MEDIANX (\n    ed_encounters,\n    {_SECONDS}\n) / 3600",
        f"SELECT MEDIAN({_SECONDS_SQL}) / 3600\nFROM ed_encounters",
    ),
    _measure(
        f"ED within {TARGET_HOURS} Hours",
        PERCENT,
        f"Share of ED visits that last at most {TARGET_HOURS} hours, boarding included, of all ED visits.",
        share(
            f"COUNTROWS (\n        FILTER (\n            ed_encounters,\n            {_SECONDS} <= "
            f"{TARGET_HOURS} * 3600\n        )\n    )",
            "[ED Visits]",
        ),
        f"SELECT AVG(CASE WHEN {_SECONDS_SQL} <= {TARGET_HOURS} * 3600 THEN 1 ELSE 0 END)\n"
        "FROM ed_encounters",
    ),
)
