"""Gates on the dimensions: as many rows as agreed, the rows that the configuration gives, a true calendar."""

from __future__ import annotations

import pandas as pd

from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.sql import query
from lm_synth_assets.model.calendar import statutory_holidays
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.catalogue import TABLES, primary_key
from lm_synth_assets.simulation.catalogue import RECIPES
from lm_synth_assets.storage.enforcement import enforce

_NAMED_ROWS = 3


def row_count(name: str, tables: Tables, region: Region) -> Verdict:
    """Whether a table has the agreed number of rows."""
    expected, observed = region.gates.row_counts[name], len(tables[name])
    return Verdict(expected == observed, f"{expected:,} rows", f"{observed:,} rows")


def as_configured(name: str, tables: Tables, region: Region) -> Verdict:
    """Whether a table holds the rows that its recipe makes of the configuration, and no others."""
    table = TABLES[name]
    key = primary_key(table)
    expected = enforce(table, RECIPES[name](region, {}))
    compared = tables[name].merge(expected, how="outer", indicator="found")
    differing = compared[compared["found"] != "both"].sort_values([*key, "found"])
    sides = {"left_only": "stored", "right_only": "configured"}
    return Verdict(
        differing.empty and len(tables[name]) == len(expected),
        f"{len(expected):,} rows as configured",
        _named(differing[key]) if len(differing) else f"{len(tables[name]):,} rows",
        offending=differing.assign(found=differing["found"].astype(str).replace(sides)),
    )


def _named(keys: pd.DataFrame) -> str:
    distinct = keys.drop_duplicates()
    named = ["-".join(map(str, key)) for key in distinct.head(_NAMED_ROWS).itertuples(index=False)]
    more = ", ..." if len(distinct) > len(named) else ""
    return f"{len(distinct):,} rows differ: {', '.join(distinct.columns)} {', '.join(named)}{more}"


def contiguous_days(tables: Tables, region: Region) -> Verdict:
    """Every day of the horizon and of the years before and after it is there once."""
    run = region.run
    expected = pd.date_range(f"{run.start_year - 1}-01-01", f"{run.start_year + run.years}-12-31", unit="ns")
    days = tables["dim_date"]["date"]
    missing = expected[~expected.isin(days)]
    besides = days[~days.isin(expected) | days.duplicated()]
    return Verdict(
        missing.empty and besides.empty,
        f"{len(expected):,} days",
        f"{len(days):,} days: {len(missing):,} missing, {len(besides):,} besides",
        offending=pd.DataFrame(
            {
                "date": [*missing, *besides],
                "found": ["missing"] * len(missing) + ["besides"] * len(besides),
            }
        ),
    )


_CALENDAR = """
WITH days AS (
    SELECT CAST(date AS DATE) AS date, row, anchor FROM dim_date
),
fiscal AS (
    -- Three months earlier, the fiscal year is a calendar year.
    SELECT *, date - INTERVAL 3 MONTH AS shifted, make_date(year(date - INTERVAL 3 MONTH), 4, 1) AS april
    FROM days
),
periods AS (
    SELECT *, april + CAST((anchor - isodow(april) + 7) % 7 + 21 AS INTEGER) AS first_end FROM fiscal
)
SELECT year(date) AS year,
       quarter(date) AS quarter,
       month(date) AS month,
       monthname(date) AS month_name,
       day(date) AS day,
       isoyear(date) AS iso_year,
       weekofyear(date) AS iso_week,
       isodow(date) AS day_of_week,
       dayname(date) AS day_name,
       isodow(date) IN (6, 7) AS is_weekend,
       format('{}/{:02d}', year(april), (year(april) + 1) % 100) AS fiscal_year,
       quarter(shifted) AS fiscal_quarter,
       month(shifted) AS fiscal_month,
       CASE WHEN date <= first_end THEN 1
            ELSE least(13, 2 + (date - first_end - 1) // 28) END AS fiscal_period
FROM periods
ORDER BY row
"""


def calendar_parts(tables: Tables, region: Region) -> Verdict:
    """All that is said of a day agrees with its date."""
    stored = tables["dim_date"]
    date = stored["date"]
    days = pd.DataFrame(
        {"date": date, "row": range(len(date)), "anchor": region.calendar.fiscal_anchor_weekday}
    )
    holidays = statutory_holidays(*date.dt.year.unique())
    parts = query(_CALENDAR, dim_date=days)
    parts["holiday_name"] = [holidays.get(day, "") for day in date.dt.date]
    parts["is_holiday"] = [day in holidays for day in date.dt.date]
    said = stored.assign(holiday_name=stored["holiday_name"].fillna(""))
    wrong = pd.DataFrame({name: said[name].to_numpy() != parts[name].to_numpy() for name in parts})
    columns = wrong.columns[wrong.any()]
    offending = stored[wrong.any(axis=1).to_numpy()]
    return Verdict(
        offending.empty,
        "parts that agree with the date",
        f"{len(offending):,} of {len(stored):,} days differ: {', '.join(columns) or 'none'}",
        offending=offending,
    )
