"""Measures of inpatient stays: volumes, rates, lengths, ALC and transfers."""

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
from lm_synth_assets.schema.vocabulary import ROUTE_TRANSFER

_OF_THE_YEAR = "ip_stays.admit_date >= (SELECT MAX(dataset_manifest.reference_date) FROM dataset_manifest)"
_FROM = f"FROM ip_stays\nWHERE {_OF_THE_YEAR}"
_STAYS = "[IP Stays]"


def _begun(expression: str, comparison: str = ">=") -> str:
    """DAX: an expression over the stays that began on or after the reference date, or before it."""
    return f"""\
VAR FirstDay = MAX ( dataset_manifest[reference_date] )
RETURN
    CALCULATE (
        {expression},
        KEEPFILTERS ( ip_stays[admit_date] {comparison} FirstDay )
    )"""


def _among(condition: str) -> str:
    """DAX: the stays that keep to a condition."""
    return f"CALCULATE ( {_STAYS}, KEEPFILTERS ( {condition} ) )"


def _measure(name: str, format: Format, description: str, dax: str, sql: str) -> Measure:
    return Measure(name, "ip_stays", "Inpatient", format, description, dax, sql)


_TRANSFER = f'ip_stays[admit_route] = "{ROUTE_TRANSFER}"'
_NO_TRANSFER = f'ip_stays[admit_route] <> "{ROUTE_TRANSFER}"'

# Stays under way on the reference date are there because they are long: rates and lengths leave them out.
MEASURES: Final = (
    _measure(
        "IP Stays",
        WHOLE,
        "Inpatient stays that began on or after the reference date (stays of the sample).",
        _begun("COUNTROWS ( ip_stays )"),
        f"SELECT COUNT(*)\n{_FROM}",
    ),
    _measure(
        "IP Stays Under Way",
        WHOLE,
        "Inpatient stays that were under way on the reference date (stays of the sample). No other measure "
        "counts them.",
        _begun("COUNTROWS ( ip_stays )", "<"),
        f"SELECT COUNT(*)\nFROM ip_stays\nWHERE {_OF_THE_YEAR.replace('>=', '<')}",
    ),
    _measure(
        "IP Admissions",
        WHOLE,
        "Inpatient stays that continue no other one, so that a transferred patient counts once (stays of the "
        "sample).",
        _among(_NO_TRANSFER),
        f"SELECT COUNT(*)\n{_FROM}\n  AND ip_stays.admit_route <> '{ROUTE_TRANSFER}'",
    ),
    _measure(
        "IP Transfers",
        WHOLE,
        "Inpatient stays that continue one at another site (stays of the sample).",
        _among(_TRANSFER),
        f"SELECT COUNT(*)\n{_FROM}\n  AND ip_stays.admit_route = '{ROUTE_TRANSFER}'",
    ),
    _measure(
        "Estimated IP Stays",
        WHOLE,
        "Inpatient stays of all residents, estimated: a stay counts as many times as its patient stands for "
        "residents (stays).",
        _begun("SUMX ( ip_stays, RELATED ( patients[sampling_weight] ) )"),
        "SELECT SUM(patients.sampling_weight)\nFROM ip_stays\n"
        f"JOIN patients ON patients.patient_id = ip_stays.patient_id\nWHERE {_OF_THE_YEAR}",
    ),
    _measure(
        "IP Stays per 1,000",
        ONE_DECIMAL,
        "Inpatient stays per 1,000 residents at the reference date. Filters on areas, age groups and genders "
        "apply to stays and residents, those on sites, programs and days to stays alone.",
        per_1000("[Estimated IP Stays]", "[Residents]"),
        "SELECT SUM(patients.sampling_weight) / (SELECT SUM(patients.sampling_weight) FROM patients) * 1000\n"
        "FROM ip_stays\n"
        f"JOIN patients ON patients.patient_id = ip_stays.patient_id\nWHERE {_OF_THE_YEAR}",
    ),
    _measure(
        "IP Days",
        WHOLE,
        "Days of inpatient stays, ALC included, counted with the day of admission (days of the sample).",
        _begun("SUM ( ip_stays[los_days] )"),
        f"SELECT SUM(ip_stays.los_days)\n{_FROM}",
    ),
    _measure(
        "Average LOS",
        TWO_DECIMALS,
        "Mean length of inpatient stays, ALC included (days).",
        _begun("AVERAGE ( ip_stays[los_days] )"),
        f"SELECT AVG(ip_stays.los_days)\n{_FROM}",
    ),
    _measure(
        "Median LOS",
        TWO_DECIMALS,
        "Median length of inpatient stays, ALC included (days).",
        _begun("MEDIAN ( ip_stays[los_days] )"),
        f"SELECT MEDIAN(ip_stays.los_days)\n{_FROM}",
    ),
    _measure(
        "ALC Rate",
        PERCENT,
        "Share of inpatient stays with alternate level of care (ALC), of all stays.",
        share(_among("ip_stays[alc_flag] = TRUE ()"), _STAYS),
        f"SELECT AVG(CASE WHEN ip_stays.alc_flag THEN 1 ELSE 0 END)\n{_FROM}",
    ),
    _measure(
        "ALC Share of Days",
        PERCENT,
        "Share of inpatient days that are alternate level of care (ALC), of all days.",
        _begun("DIVIDE ( SUM ( ip_stays[alc_days] ), SUM ( ip_stays[los_days] ) )"),
        f"SELECT SUM(ip_stays.alc_days) / SUM(ip_stays.los_days)\n{_FROM}",
    ),
)
