"""The values of the configuration that the rules' SQL needs, as SQL text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Any

from lm_synth_assets.model.admissions import stay_rates, takes
from lm_synth_assets.model.calendar import statutory_holidays
from lm_synth_assets.model.flows import travel_seconds
from lm_synth_assets.model.units import Unit, units_of
from lm_synth_assets.model.visit_hours import SHORTEST_SECONDS, longest_seconds
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Mask
from lm_synth_assets.schema.identifiers import subprogram_key
from lm_synth_assets.schema.vocabulary import AGE_BANDS, AGE_GROUPS, ED_SUBSERVICES, GENDERS


class Parameters(dict[str, Any]):
    """What may stand in braces in a rule: a section of the configuration, or one of `COMPUTED`.

    A computed parameter is rendered when a rule first asks for it.
    """

    def __init__(self, region: Region) -> None:
        super().__init__(region)
        self.region = region

    def __missing__(self, name: str) -> object:
        return COMPUTED[name](self.region)


def rows(values: Iterable[tuple[str | int | None, ...]]) -> str:
    """Rows, at least one, as SQL that both DuckDB and MySQL take: their VALUES differ."""
    selects = [f"SELECT {', '.join(map(_literal, row))}" for row in values]
    return " UNION ALL\n    ".join(selects)


def _literal(value: str | int | None) -> str:
    if value is None:
        return "NULL"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


def _key(unit: Unit) -> int:
    return subprogram_key(unit.program_id, unit.subprogram_id)


def _age_of_p(region: Region) -> str:
    """Whole years of the patient `p` at the reference date, which is 1 January."""
    born = "p.dob"
    return (
        f"({region.run.start_year} - EXTRACT(YEAR FROM {born})"
        f" - CASE WHEN EXTRACT(MONTH FROM {born}) = 1 AND EXTRACT(DAY FROM {born}) = 1 THEN 0 ELSE 1 END)"
    )


def _takes(region: Region) -> str:
    """Each subprogram with beds, gender, first and last age that it takes; everybody whom none takes."""
    units = units_of(region)
    taken = takes(units)
    nobody: Mask = stay_rates(region).all.sum(axis=-1) <= 0
    return rows(
        (_key(unit), gender, first, last)
        for number, unit in enumerate(units)
        for index, gender in enumerate(GENDERS)
        for first, last in _runs(taken[:, index, number] | nobody[:, index])
    )


def _runs(which: Mask) -> Iterator[tuple[int, int]]:
    """The first and last index of each run of true values."""
    for is_true, run in groupby(range(len(which)), key=lambda index: bool(which[index])):
        indexes = list(run)
        if is_true:
            yield indexes[0], indexes[-1]


def _referrals(region: Region) -> str:
    """Each site, a preference from 0, and the site to which it then refers: first of all itself."""
    sites = list(region.sites)
    return rows(
        (sites.index(code) + 1, preference, sites.index(target) + 1)
        for code, site in region.sites.items()
        for preference, target in enumerate((code, *site.refers_to))
    )


def _corridors(region: Region) -> str:
    """Each site, and each other to which it transfers patients."""
    sites = list(region.sites)
    corridors = [
        (sites.index(code) + 1, sites.index(target) + 1)
        for code, site in region.sites.items()
        for target, weight in site.transfers_to.items()
        if weight > 0
    ]
    return rows(corridors or [(None, None)])


def _holidays(region: Region) -> str:
    """The days, and names, of the statutory holidays from the year before the horizon to that after it."""
    years = range(region.run.start_year - 1, region.run.start_year + region.run.years + 1)
    days = [(day.isoformat(), name) for day, name in statutory_holidays(*years).items()]
    # None are known of the far future.
    return rows(days or [(None, None)])


def _default_sites(region: Region) -> str:
    sites = list(region.sites)
    return _single(sorted({sites.index(lha.default_site) + 1 for lha in region.lhas.values()}))


def _single(column: Iterable[str | int]) -> str:
    return rows((value,) for value in column)


def _first_day(region: Region) -> date:
    return date(region.run.start_year - 1, 1, 1)


def _last_day(region: Region) -> date:
    return date(region.run.start_year + region.run.years, 12, 31)


def _days(region: Region) -> int:
    return (_last_day(region) - _first_day(region)).days + 1


COMPUTED: dict[str, Callable[[Region], object]] = {
    "age_bands": lambda region: rows(AGE_BANDS),
    "age_groups": lambda region: _single(AGE_GROUPS),
    "age_of_p": _age_of_p,
    "corridors": _corridors,
    "days": _days,
    "default_site_ids": _default_sites,
    "first_day": _first_day,
    "first_of_january": lambda region: (
        "EXTRACT(YEAR FROM period_date) = year AND EXTRACT(MONTH FROM period_date) = 1"
        " AND EXTRACT(DAY FROM period_date) = 1"
    ),
    "genders": lambda region: _single(GENDERS),
    "holidays": _holidays,
    "last_day": _last_day,
    "longest_visit_seconds": longest_seconds,
    "lha_ids": lambda region: _single(range(1, len(region.lhas) + 1)),
    "referrals": _referrals,
    "scenario_ids": lambda region: _single(range(1, len(region.scenarios) + 1)),
    "shortest_visit_seconds": lambda region: SHORTEST_SECONDS,
    "subservices": lambda region: _single(ED_SUBSERVICES),
    "takes": _takes,
    "travel_seconds": travel_seconds,
    "years": lambda region: _single(range(region.run.start_year, region.run.start_year + region.run.years)),
}
"""How each parameter that is no field of the configuration is rendered."""
