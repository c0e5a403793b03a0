"""Gates on the stays under way on 1 January: how many, of what kind, and since when."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lm_synth_assets.gates.counts import counted
from lm_synth_assets.gates.distributions import Grouping, Quantity, distributed
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.views import contacts_in_year, stays_of
from lm_synth_assets.model.calendar import DAY
from lm_synth_assets.model.carry_over import UnderWay, elapsed_range, expected_under_way, parts_under_way
from lm_synth_assets.model.frailty import levelled, recover_frailty
from lm_synth_assets.model.spans import Span
from lm_synth_assets.model.units import units_of
from lm_synth_assets.model.visits import expected_visits
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import ADMIT_ROUTES, ROUTE_DIRECT, ROUTE_ED


def census_on_1_january(tables: Tables, region: Region) -> Verdict:
    """The beds of 1 January hold as many as rates and lengths imply, by program, site, route and ALC."""
    stays, units, expected = stays_of(tables, region), units_of(region), expected_on_1_january(tables, region)
    before = ~stays.of_the_year
    programs, sites = list(region.programs), list(region.sites)
    program = np.array([programs.index(unit.program) for unit in units])
    by_unit, total = expected.by_place.sum(axis=0), float(expected.by_place.sum())
    routes = np.bincount(stays.route[before], minlength=len(ADMIT_ROUTES))
    with_alc = int((stays.alc[before] > 0).sum())
    counts = {
        "cell": ["all", *programs, *sites, ROUTE_ED, ROUTE_DIRECT, "with ALC", "without ALC"],
        "expected": [
            total,
            *np.bincount(program, by_unit, minlength=len(programs)),
            *expected.by_place.sum(axis=1),
            expected.via_ed,
            total - expected.via_ed,
            expected.with_alc,
            total - expected.with_alc,
        ],
        "observed": [
            int(before.sum()),
            *np.bincount(program[stays.unit[before]], minlength=len(programs)),
            *np.bincount(stays.site[before], minlength=len(sites)),
            routes[ADMIT_ROUTES.index(ROUTE_ED)],
            routes[ADMIT_ROUTES.index(ROUTE_DIRECT)],
            with_alc,
            int(before.sum()) - with_alc,
        ],
    }
    return counted(pd.DataFrame(counts), "stays under way")


def expected_on_1_january(tables: Tables, region: Region) -> UnderWay:
    """The stays of these patients that rates and lengths imply to be under way as the start year begins."""
    people = stays_of(tables, region).people
    rate = tables["patients"]["expected_ed_rate"].to_numpy(np.float64)
    frailty = levelled(recover_frailty(expected_visits(region, people), rate), people)
    return expected_under_way(region, people, frailty, contacts_in_year(tables, region) > 0)


def time_under_way(tables: Tables, region: Region) -> Verdict:
    """Stays under way on 1 January began at any time alike that leaves them under way, and are as long."""
    stays = stays_of(tables, region)
    which = np.flatnonzero(~stays.of_the_year)
    patient = stays.patient[which]
    crowded = (contacts_in_year(tables, region) > 0)[patient]
    born = stays.people.days_old[patient]
    los, alc = stays.los[which], stays.alc[which]
    elapsed = -stays.admitted[which]
    least, most = elapsed_range(region, np.rint(los * DAY), crowded, born)
    size = np.maximum(most - least + 1, 1)
    since = Span(*(np.clip((elapsed - least + more) / size, 0.0, 1.0) for more in (0, 1)))
    acute, waiting = parts_under_way(
        region, stays.unit[which], stays.people.age_group[patient], los - alc, alc, crowded, born
    )
    with_alc = np.flatnonzero(alc > 0)
    everything = np.zeros(len(which), dtype=np.int64)
    routes = [Grouping(["all"], everything), Grouping(ADMIT_ROUTES, stays.route[which])]
    return distributed(
        [
            Quantity("time since admission", since, routes),
            Quantity("acute days", acute, routes),
            Quantity("ALC days", waiting.take(with_alc), [Grouping(["all"], everything[with_alc])]),
        ],
        "stays under way",
    )
