"""The measures of the Power BI model: their SQL gives what pandas gives, and their DAX names the same data.

DAX is not evaluated: no engine for it runs here. What is seen of its mistakes: names of tables, columns and
measures that are not there, and data that the SQL beside it does not use.
"""

import re
from collections import Counter
from collections.abc import Callable

import pandas as pd
import pytest

from lm_synth_assets.powerbi.documentation import tables_of, value_of
from lm_synth_assets.powerbi.measures.catalogue import MEASURES
from lm_synth_assets.powerbi.measures.measure import PERCENT, WHOLE, Measure
from lm_synth_assets.schema.catalogue import TABLES, foreign_keys
from lm_synth_assets_tests.support.datasets import Tables

BY_NAME = {measure.name: measure for measure in MEASURES}

_COLUMN = re.compile(r"\b(\w+)\[(\w+)\]")
_MEASURE = re.compile(r"(?<!\w)\[([^\]]+)\]")
_WHOLE_TABLE = re.compile(r"\b(?:COUNTROWS|SUMX|AVERAGEX|MEDIANX|FILTER|REMOVEFILTERS) \(\s*([a-z]\w*)\b")
_SQL_COLUMN = re.compile(r"\b([a-z]\w*)\.([a-z]\w*)\b")


def of_the_year(tables: Tables) -> pd.DataFrame:
    """The stays that began on or after the reference date."""
    return tables["ip_stays"].query("admit_date >= @day", local_dict={"day": reference_date(tables)})


def reference_date(tables: Tables) -> pd.Timestamp:
    return tables["dataset_manifest"]["reference_date"].iloc[0]


def weights(rows: pd.DataFrame, tables: Tables) -> float:
    """The residents that the patients of some rows stand for, summed over the rows."""
    return float(rows["patient_id"].map(tables["patients"].set_index("patient_id")["sampling_weight"]).sum())


def hours(tables: Tables) -> pd.Series:
    visits = tables["ed_encounters"]
    return (visits["departure_ts"] - visits["arrival_ts"]).dt.total_seconds() / 3600


def ending(disposition: str) -> Callable[[Tables], float]:
    return lambda tables: float((tables["ed_encounters"]["dispo"] == disposition).mean())


def residents(tables: Tables) -> float:
    return float(tables["patients"]["sampling_weight"].sum())


def population(tables: Tables, extreme: str) -> float:
    by_year = tables["population_projection"].groupby("year")["population"].sum()
    return float(by_year[getattr(by_year.index, extreme)()])


def volume(tables: Tables, extreme: str) -> float:
    baseline = tables["ed_projection"].query("scenario_id == 1").groupby("year")["projected_volumes"].sum()
    return float(baseline[getattr(baseline.index, extreme)()])


COMPUTED: dict[str, Callable[[Tables], float]] = {
    "ED Visits": lambda tables: len(tables["ed_encounters"]),
    "Estimated ED Visits": lambda tables: weights(tables["ed_encounters"], tables),
    "ED Visits per 1,000": lambda tables: (
        tables["patients"]["ed_visits_year"].sum() / len(tables["patients"]) * 1000
    ),
    "LWBS Rate": ending("Left without being seen"),
    "ED Admission Rate": ending("Admitted"),
    "ED Transfer Rate": ending("Transferred"),
    "Average ED LOS": lambda tables: hours(tables).mean(),
    "Median ED LOS": lambda tables: hours(tables).median(),
    "ED within 4 Hours": lambda tables: (hours(tables) <= 4).mean(),
    "IP Stays": lambda tables: len(of_the_year(tables)),
    "IP Stays Under Way": lambda tables: len(tables["ip_stays"]) - len(of_the_year(tables)),
    "IP Admissions": lambda tables: of_the_year(tables)["transfer_from_stay_id"].isna().sum(),
    "IP Transfers": lambda tables: of_the_year(tables)["transfer_from_stay_id"].notna().sum(),
    "Estimated IP Stays": lambda tables: weights(of_the_year(tables), tables),
    "IP Stays per 1,000": lambda tables: len(of_the_year(tables)) / len(tables["patients"]) * 1000,
    "IP Days": lambda tables: of_the_year(tables)["los_days"].sum(),
    "Average LOS": lambda tables: of_the_year(tables)["los_days"].mean(),
    "Median LOS": lambda tables: of_the_year(tables)["los_days"].median(),
    "ALC Rate": lambda tables: (of_the_year(tables)["alc_days"] > 0).mean(),
    "ALC Share of Days": lambda tables: (
        of_the_year(tables)["alc_days"].sum() / of_the_year(tables)["los_days"].sum()
    ),
    "Patients": lambda tables: len(tables["patients"]),
    "Residents": residents,
    "Projected Population": lambda tables: population(tables, "max"),
    "Population in First Year": lambda tables: population(tables, "min"),
    "Population Growth": lambda tables: population(tables, "max") / population(tables, "min") - 1,
    "Projected ED Visits": lambda tables: volume(tables, "max"),
    "ED Visits in First Year": lambda tables: volume(tables, "min"),
    "Projected Growth": lambda tables: volume(tables, "max") / volume(tables, "min") - 1,
}
"""Each measure in pandas, by another way than its SQL where there is one."""


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_the_sql_of_a_measure_gives_what_pandas_gives(measure: Measure, tables: Tables) -> None:
    value = value_of(measure, tables)
    assert value == pytest.approx(COMPUTED[measure.name](tables), rel=1e-9)
    assert value > 0


def test_rates_are_those_of_all_residents(tables: Tables) -> None:
    assert residents(tables) == tables["dataset_manifest"]["population"].iloc[0]
    estimated = value_of(BY_NAME["Estimated ED Visits"], tables)
    projected = value_of(BY_NAME["ED Visits in First Year"], tables)
    # One visit more or less of the sample stands for as many visits as one patient for residents.
    assert estimated == pytest.approx(projected, rel=0.02)


def dax_columns(measure: Measure) -> set[tuple[str, str]]:
    """The (table, column) pairs that the DAX of a measure names, also through other measures."""
    named = set(_COLUMN.findall(measure.dax))
    for name in _MEASURE.findall(measure.dax):
        named |= dax_columns(BY_NAME[name])
    return named


def dax_tables(measure: Measure) -> set[str]:
    """The tables that the DAX of a measure names, also through other measures."""
    named = {table for table, _ in _COLUMN.findall(measure.dax)} | set(_WHOLE_TABLE.findall(measure.dax))
    for name in _MEASURE.findall(measure.dax):
        named |= dax_tables(BY_NAME[name])
    return named


_KEYS = {
    pair
    for table in TABLES.values()
    for columns, parent, targets in foreign_keys(table)
    for pair in (*((table.name, column) for column in columns), *((parent, target) for target in targets))
}
"""The columns that join tables, which DAX leaves to the relationships."""

_ONLY_FILTER = {"dim_date", "dim_scenario"}
"""Tables whose filters measures remove or read: without any filter, they change no number."""


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_dax_and_sql_name_the_same_tables_and_columns(measure: Measure) -> None:
    sql = {pair for pair in _SQL_COLUMN.findall(measure.sql) if pair[0] in TABLES}
    dax = {(table, column) for table, column in dax_columns(measure) if table not in _ONLY_FILTER}
    assert all(column in TABLES[table].columns for table, column in sql | dax | dax_columns(measure))
    assert dax - sql == set()
    assert sql - dax <= _KEYS
    assert dax_tables(measure) - _ONLY_FILTER == set(tables_of(measure))


def whole_dax(measure: Measure) -> str:
    """The DAX of a measure, followed by that of the measures that it uses."""
    return "\n".join((measure.dax, *(whole_dax(BY_NAME[name]) for name in _MEASURE.findall(measure.dax))))


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_dax_and_sql_compare_columns_alike_and_aggregate_them_alike(measure: Measure) -> None:
    comparison = "(=|<>|>=|<=|<|>) (?!TRUE)"
    dax = set(re.findall(rf"\b(\w+)\[(\w+)\] {comparison}", whole_dax(measure)))
    sql = set(re.findall(rf"\b([a-z]\w*)\.(\w+) {comparison}", measure.sql))
    assert dax == {triple for triple in sql if triple[:2] not in _KEYS or triple in dax}
    names = {"AVERAGE": "AVG"}
    functions = re.findall(r"\b(SUM|MIN|MAX|AVERAGE|MEDIAN) \( (\w+)\[(\w+)\] \)", whole_dax(measure))
    of_columns = {(names.get(function, function), *column) for function, *column in functions}
    assert of_columns <= set(re.findall(r"\b(SUM|MIN|MAX|AVG|MEDIAN)\((\w+)\.(\w+)\)", measure.sql))


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_dax_is_balanced_and_its_names_are_there(measure: Measure) -> None:
    for opening, closing in ("()", "[]"):
        assert measure.dax.count(opening) == measure.dax.count(closing)
    assert measure.dax.count('"') % 2 == 0
    assert set(_MEASURE.findall(measure.dax)) <= set(BY_NAME)
    assert measure.table in TABLES
    assert set(re.findall(r'"([^"]+)"', measure.dax)) <= set(re.findall(r"'([^']+)'", measure.sql))


def test_names_of_measures_are_distinct_and_none_is_that_of_a_column_of_its_table() -> None:
    names = Counter(measure.name.casefold() for measure in MEASURES)
    assert max(names.values()) == 1
    for measure in MEASURES:
        assert measure.name.casefold() not in TABLES[measure.table].columns


def test_a_description_says_the_unit_or_that_it_is_a_share() -> None:
    for measure in MEASURES:
        assert re.search(r"\(.+\)|[Ss]hare|per 1,000", measure.description), measure.name
        assert (measure.format is PERCENT) == bool(re.search("share", measure.description, re.I)), (
            measure.name
        )


def test_what_counts_people_or_events_says_of_which_scale_it_is() -> None:
    for measure in MEASURES:
        if measure.format is WHOLE:
            assert re.search("sample|all residents|stand for", measure.description), measure.name
