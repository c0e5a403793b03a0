"""Whether a run can be made at all and pass its gates: what one value of a configuration cannot tell.

Rules between values that need no computation are in `region/agreement`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from lm_synth_assets.errors import CapacityError, ConfigError
from lm_synth_assets.model.calendar import days_of_year
from lm_synth_assets.model.flows import cross_lha_share
from lm_synth_assets.model.population import grown
from lm_synth_assets.model.room import Load, heaviest_load
from lm_synth_assets.model.sample import sample_sizes
from lm_synth_assets.model.visits import pediatric_share
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import (
    AGE_GROUPS,
    ED_SUBSERVICES,
    FROM_AGE,
    GENDERS,
    OLDEST_AGE,
    UNDER_AGE,
)


def require_feasible(region: Region) -> None:
    """Raises CapacityError where the patients or their contacts have no room, ConfigError for thresholds that
    the configuration itself breaks.
    """
    if problems := list(_residents(region)):
        raise ConfigError("\n".join(problems))
    sample_sizes(region)
    contradictions = [*_flows(region), *(_pediatric(region) if region.run.with_ed else ())]
    if contradictions:
        raise ConfigError("\n".join(contradictions))
    if region.run.with_ed:
        _require_room(region)


_MOST_RESIDENTS = 2**31 - 1
"""What a column of type INTEGER holds."""


def _residents(region: Region) -> Iterator[str]:
    """What is wrong with the residents that growth since the base year gives in the years of the run."""
    start, base = region.run.start_year, region.population.base_year
    if not np.rint(grown(region, start)).any():
        yield (
            f"lhas.<LHA>.growth_pct: nobody is left in the region in {start}, the first year; raise it, or "
            f"set population.base_year, {base}, nearer to that year"
        )
    for year in (start, start + region.run.years - 1):
        people = grown(region, year)
        area = int(np.argmax(people))
        if people[area] > _MOST_RESIDENTS:
            name = list(region.lhas)[area]
            yield (
                f"lhas.{name}.growth_pct: is {region.lhas[name].growth_pct:g}, by which its residents of "
                f"{base} grow to {people[area]:,.0f} in {year}; a table holds {_MOST_RESIDENTS:,} at most; "
                "lower it, or set population.base_year nearer to that year"
            )
            return


def _flows(region: Region) -> Iterator[str]:
    low, high = region.gates.cross_lha_pct
    share = 100 * cross_lha_share(region)
    if not low - 1e-9 <= share <= high + 1e-9:
        yield (
            f"gates.cross_lha_pct: is {low:g}-{high:g}%, but with lhas.<LHA>.leaves_pct {share:.3g}% of "
            "the residents leave their area for care; change either"
        )


def _pediatric(region: Region) -> Iterator[str]:
    gates = region.gates
    young, old = (
        100 * pediatric_share(region, first, last)
        for first, last in ((0, UNDER_AGE - 1), (FROM_AGE, OLDEST_AGE))
    )
    if 0 < young < gates.pediatric_under_15_pct:
        yield (
            f"gates.pediatric_under_15_pct: is {gates.pediatric_under_15_pct:g}, but with ed.rates_per_1000 "
            f"{young:.3g}% of the visits under {UNDER_AGE} are to Pediatric ED; lower it, or change "
            "the rates"
        )
    if old > gates.pediatric_from_25_pct:
        yield (
            f"gates.pediatric_from_25_pct: is {gates.pediatric_from_25_pct:g}, but with ed.rates_per_1000 "
            f"{old:.3g}% of the visits from {FROM_AGE} years are to Pediatric ED; raise it, or change "
            "the rates"
        )


_MOST, _ADVISED = 0.6, 0.35
"""Parts of the year that the busiest patient may need for care: with more than the first, contacts of random
lengths found no room apart from each other in trials of 2,000 and 20,000 patients; with the second, always.
"""

_HALVINGS = 12
"""Of the range from 0 to a rate, to find the highest that leaves room."""


def _require_room(region: Region) -> None:
    """Raises CapacityError where the busiest patient of a cell needs more of the year than there is room."""
    load, year = heaviest_load(region), len(days_of_year(region.run.start_year))
    if load.days.max() <= _MOST * year:
        return
    cell = np.unravel_index(np.argmax(load.days), load.days.shape)
    rate = _heaviest_rate(region, load, cell)
    asked = _value(region, rate)
    fits = _most(region, rate, lambda other: bool(heaviest_load(other).days[cell] <= _ADVISED * year), asked)
    advice = f"lower it to {fits:,.0f}" if fits >= 1 else "lower it and the other rates of the same people"
    needed, room = f"{load.days.max():,.0f}", f"{_MOST * year:,.0f}"
    raise CapacityError(
        f"{'.'.join(rate)}: is {asked:g}, which is too much: the patient with the most contacts, of "
        f"{list(region.lhas)[cell[0]]}, would need {needed} days of care, and contacts that do not overlap "
        f"find room in at most {room} days of a year; {advice}, or raise ed.frailty_shape, which shares "
        "contacts out more evenly"
    )


def _heaviest_rate(region: Region, load: Load, cell: tuple[np.intp, ...]) -> tuple[str, ...]:
    """The path of the rate that contributes most to the load of a cell."""
    area, age, gender = list(region.lhas)[cell[0]], AGE_GROUPS[cell[1]], GENDERS[cell[2]]
    by_service = load.visits[cell]
    if load.stays[cell] > by_service.max():
        return ("inpatient", "stays_per_1000", gender, age)
    where = (ED_SUBSERVICES[int(np.argmax(by_service))], age, gender)
    overridden = ("ed", "rate_overrides", area, *where)
    return ("ed", "rates_per_1000", *where) if _value(region, overridden) is None else overridden


def _value(region: Region, path: tuple[str, ...]) -> Any:
    """The value at a path of the configuration; None where it has none."""
    value: Any = region.model_dump(by_alias=True)
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _most(region: Region, path: tuple[str, ...], fits: Callable[[Region], bool], asked: float) -> float:
    """The highest value at a path, below the one that is asked for, that fits; 0 where none does."""
    values: Any = region.model_dump(by_alias=True)
    section = values
    for key in path[:-1]:
        section = section[key]
    low, high = 0.0, asked
    for _ in range(_HALVINGS):
        section[path[-1]] = middle = (low + high) / 2
        low, high = (middle, high) if fits(Region.model_validate(values)) else (low, middle)
    # Two digits are enough for advice.
    step = 10.0 ** max(len(f"{low:.0f}") - 2, 0)
    return low // step * step
