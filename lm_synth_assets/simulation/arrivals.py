"""When people come: drawing days and times of day from the configured rhythms.

Times are whole seconds since the start of the year's 1 January, on a local clock without daylight saving.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lm_synth_assets.model.arrivals import closed_days, day_weights, hour_weights
from lm_synth_assets.model.calendar import DAY, HOUR
from lm_synth_assets.model.proportions import cumulative
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.simulation.apportion import draw_rows
from lm_synth_assets.simulation.streams import Streams


@dataclass(frozen=True)
class Timetable:
    """The chances of every day and hour of one year, ready to draw from.

    `names` are the rhythms; `days` (rhythms, sites, days) and `hours` (rhythms, 2, 24) hold cumulative
    chances that end at 1; `closed` (days,) tells Sundays and statutory holidays.
    """

    names: tuple[str, ...]
    days: Floats
    hours: Floats
    closed: npt.NDArray[np.bool_]

    def draw(self, rhythm: Ints, site: Ints, rng: np.random.Generator) -> Ints:
        """A time for each arrival, given the index of its rhythm and of its site (arrivals,)."""
        sites, length = self.days.shape[1:]
        day = draw_rows(self.days.reshape(-1, length), rhythm * sites + site, rng.random(len(site)))
        hour_row = rhythm * 2 + self.closed[day]
        hour = draw_rows(self.hours.reshape(-1, 24), hour_row, rng.random(len(site)))
        return day * DAY + hour * HOUR + rng.integers(0, HOUR, len(rhythm))


def timetable(region: Region, streams: Streams) -> Timetable:
    """The timetable of the start year, its day effects included."""
    usual = day_weights(region)
    shocks = _day_shocks(
        region, usual.shape[1], streams.generator("arrivals", "day effects", region.run.start_year)
    )
    spread = np.array([rhythm.day_sd for rhythm in region.rhythms.values()])[:, None, None]
    days = usual[:, None] * np.exp(spread * shocks)
    return Timetable(
        tuple(region.rhythms), cumulative(days), cumulative(hour_weights(region)), closed_days(region)
    )


def _day_shocks(region: Region, length: int, rng: np.random.Generator) -> Floats:
    """Standard normal AR(1) shocks (sites, days), part of which all sites have in common."""
    memory, shared = region.calendar.day_effect_memory, region.calendar.day_effect_shared
    series = rng.standard_normal((1 + len(region.sites), length))
    series[:, 1:] *= np.sqrt(1 - memory**2)
    for day in range(1, length):
        series[:, day] += memory * series[:, day - 1]
    return np.sqrt(shared) * series[:1] + np.sqrt(1 - shared) * series[1:]
