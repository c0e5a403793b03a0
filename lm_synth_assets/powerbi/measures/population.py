"""Measures of the people: the sample, the residents that it stands for, and the projected population."""

from typing import Final

from lm_synth_assets.powerbi.measures.measure import PERCENT, WHOLE, Measure, growth

_FOLDER = "Population"
_RESIDENTS = "SUM(population_projection.population) FILTER (WHERE population_projection.year = {year})"


def _year(extreme: str) -> str:
    return f"(SELECT {extreme}(population_projection.year) FROM population_projection)"


# Patients and Residents count everybody in `patients`. Once a data set holds people who are registered later,
# they are to count those registered on the reference date; all rates per 1,000 divide by them.
MEASURES: Final = (
    Measure(
        "Patients",
        "patients",
        _FOLDER,
        WHOLE,
        "Patients of the sample at the reference date (persons of the sample).",
        "COUNTROWS ( patients )",
        "SELECT COUNT(*) FROM patients",
    ),
    Measure(
        "Residents",
        "patients",
        _FOLDER,
        WHOLE,
        "Residents at the reference date: what the patients of the sample stand for (persons).",
        "SUM ( patients[sampling_weight] )",
        "SELECT SUM(patients.sampling_weight) FROM patients",
    ),
    Measure(
        "Projected Population",
        "population_projection",
        _FOLDER,
        WHOLE,
        "Residents on 1 January of the last year in the selection (persons, all residents).",
        """\
VAR LastYear = MAX ( population_projection[year] )
RETURN
    CALCULATE (
        SUM ( population_projection[population] ),
        population_projection[year] = LastYear
    )""",
        f"SELECT {_RESIDENTS.format(year=_year('MAX'))}\nFROM population_projection",
    ),
    Measure(
        "Population in First Year",
        "population_projection",
        _FOLDER,
        WHOLE,
        "Residents on 1 January of the first year of the projection, whatever years are selected (persons, "
        "all residents).",
        """\
VAR FirstYear = CALCULATE ( MIN ( population_projection[year] ), REMOVEFILTERS () )
RETURN
    CALCULATE (
        SUM ( population_projection[population] ),
        REMOVEFILTERS ( dim_date ),
        population_projection[year] = FirstYear
    )""",
        f"SELECT {_RESIDENTS.format(year=_year('MIN'))}\nFROM population_projection",
    ),
    Measure(
        "Population Growth",
        "population_projection",
        _FOLDER,
        PERCENT,
        "Growth of the population from the first year of the projection to the last one selected (share).",
        growth("[Projected Population]", "[Population in First Year]"),
        f"""\
SELECT {_RESIDENTS.format(year=_year("MAX"))}
     / {_RESIDENTS.format(year=_year("MIN"))} - 1
FROM population_projection""",
    ),
)
