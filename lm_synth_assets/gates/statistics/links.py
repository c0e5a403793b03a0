"""Gates on what goes together: columns that the model links, and columns that it holds to be independent."""

from __future__ import annotations

import calendar
from collections.abc import Sequence

import numpy as np
import scipy.special as sc

from lm_synth_assets.gates.counts import Groups, independent, outcomes, part_of_stratum
from lm_synth_assets.gates.evidence import Evidence, weighed
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.statistics.arrivals import HOURS
from lm_synth_assets.gates.views import (
    NO_DISPOSITION,
    Visits,
    days_of,
    frailty_share,
    known,
    of_the_year,
    patient_of,
    people_in,
    unit_of,
    visits_of,
)
from lm_synth_assets.model.admissions import ed_unit_shares
from lm_synth_assets.model.calendar import HOUR
from lm_synth_assets.model.flows import flow_shares
from lm_synth_assets.model.lengths import acute_median_days, hundredths_from
from lm_synth_assets.model.lookup import positions
from lm_synth_assets.model.triage import ACUITIES, acuity_shares, admission_chances, other_shares
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.schema.vocabulary import (
    ADMIT_ROUTES,
    ADMITTED,
    AGE_GROUPS,
    DIED,
    DISCHARGED,
    DISPOSITIONS,
    ED_SUBSERVICES,
    GENDERS,
    LEFT,
    OLDEST_AGE,
    ROUTE_ED,
    TRANSFERRED,
)

_TINY = 1e-9
_PARTS = 8
_SHORTEST_FIRST = tuple(f"{part + 1} of {_PARTS}, shortest first" for part in range(_PARTS))
_LOWEST_FIRST = tuple(f"{part + 1} of {_PARTS}, lowest first" for part in range(_PARTS))
_ADMITTED, _DIED = map(DISPOSITIONS.index, (ADMITTED, DIED))
_MONTHS = tuple(calendar.month_name)[1:]
_STEPS = 0.1
"""Days: lengths that hardly differ more than this are too coarse, in hundredths of days, to be ranked."""


def visit_links(tables: Tables, region: Region) -> Verdict:
    """Acuity, disposition and length of visits go together with age, gender and site as modelled."""
    visits = visits_of(tables, region)
    if not len(visits.row):
        return weighed([], "visits")
    return weighed(
        [*_acuity(visits, region), *_disposition(visits, region), *_length(visits, tables, region)], "visits"
    )


def _acuity(visits: Visits, region: Region) -> list[Evidence]:
    chances = acuity_shares(region)[visits.service, visits.people.age_group[visits.patient]]
    cells = [f"acuity {level}" for level in range(1, ACUITIES + 1)]
    return [
        outcomes("acuity", groups, cells, visits.acuity, chances)
        for groups in _kinds_of_visits(visits, region)
    ]


def _disposition(visits: Visits, region: Region) -> list[Evidence]:
    """Whether visits end in admission, how the others end, and where people die."""
    known = (visits.acuity < ACUITIES) & (visits.disposition < NO_DISPOSITION)
    acuity = np.minimum(visits.acuity, ACUITIES - 1)
    admitted = admission_chances(region)[visits.service, visits.people.age_group[visits.patient], acuity]
    admission = np.where(known, (visits.disposition == _ADMITTED).astype(np.int64), -1)
    admitted_or_not = np.column_stack([1 - admitted, admitted])
    # Dispositions apart from admission are configured as shares of all visits. Deaths fall on any of them.
    of_staying = other_shares(region)[visits.service, acuity] / np.maximum(1 - admitted, _TINY)[:, None]
    others = np.column_stack([1 - of_staying.sum(axis=1), of_staying]).clip(0, 1)
    names = (DISCHARGED, LEFT, TRANSFERRED)
    other = np.full(len(admission), -1)
    for index, name in enumerate(names):
        other[known & (visits.disposition == DISPOSITIONS.index(name))] = index
    acuities = [f"{service}, acuity {level + 1}" for service in ED_SUBSERVICES for level in range(ACUITIES)]
    stratum = visits.service * ACUITIES + acuity
    by = [*_kinds_of_visits(visits, region), Groups("acuity", acuities, stratum)]
    died = (visits.disposition == _DIED).astype(np.int64)
    alive = np.where(known & (visits.disposition != _ADMITTED), stratum, -1)
    return [
        *(outcomes("admission", groups, ("no", "yes"), admission, admitted_or_not) for groups in by),
        *(outcomes("disposition", groups, names, other, others) for groups in by),
        *(
            independent("deaths", groups, ("no", "yes"), died, alive, len(acuities))
            for groups in _places(visits, region)
        ),
    ]


def _length(visits: Visits, tables: Tables, region: Region) -> list[Evidence]:
    """The length of a visit depends on its subservice and disposition only."""
    frame = tables["ed_encounters"].iloc[visits.row]
    length = (frame["departure_ts"] - frame["arrival_ts"]).to_numpy().astype(np.int64)
    kinds = NO_DISPOSITION + 1
    stratum = visits.service * kinds + visits.disposition
    part = part_of_stratum(length, stratum, _PARTS)
    # A death has the length of a visit that would have ended otherwise.
    stratum = np.where(visits.disposition == _DIED, -1, stratum)
    days = days_of(region)
    day = np.clip(visits.day, 0, len(days) - 1)
    by = [
        *_places(visits, region),
        Groups("age group", AGE_GROUPS, visits.people.age_group[visits.patient]),
        Groups("gender", GENDERS, visits.people.gender[visits.patient]),
        Groups("acuity", [f"acuity {level}" for level in range(1, ACUITIES + 1)], visits.acuity),
        Groups("hour", [f"hour {hour}" for hour in range(HOURS)], visits.second // HOUR),
        Groups("weekday", list(calendar.day_name), days.dayofweek.to_numpy()[day]),
        Groups("month", _MONTHS, days.month.to_numpy()[day] - 1),
    ]
    strata = len(ED_SUBSERVICES) * kinds
    return [independent("length", groups, _SHORTEST_FIRST, part, stratum, strata) for groups in by]


def _places(visits: Visits, region: Region) -> list[Groups]:
    return [
        Groups("site", list(region.sites), visits.site),
        Groups("area", list(region.lhas), visits.people.lha[visits.patient]),
    ]


def _kinds_of_visits(visits: Visits, region: Region) -> list[Groups]:
    """Visits by subservice and site, age group or gender, and by area."""
    people, patient, sites = visits.people, visits.patient, list(region.sites)

    def of_subservice(by: str, labels: Sequence[str], group: Ints) -> Groups:
        names = [f"{service}, {label}" for service in ED_SUBSERVICES for label in labels]
        return Groups(f"subservice and {by}", names, visits.service * len(labels) + group)

    return [
        of_subservice("site", sites, visits.site),
        of_subservice("age group", AGE_GROUPS, people.age_group[patient]),
        of_subservice("gender", GENDERS, people.gender[patient]),
        Groups("area", list(region.lhas), people.lha[patient]),
    ]


def patient_links(tables: Tables, region: Region) -> Verdict:
    """Expected ED rate, home facility, area, age, gender and date of birth go together as modelled."""
    people = people_in(tables, region)
    if not len(people):
        return weighed([], "patients")
    share = frailty_share(tables, region)
    part = np.where(share < 0, -1, np.minimum((share * _PARTS).astype(np.int64), _PARTS - 1))
    even = np.broadcast_to(1 / _PARTS, (len(people), _PARTS))
    sites = list(region.sites)
    default = np.array([sites.index(lha.default_site) for lha in region.lhas.values()])
    stays = flow_shares(region)[np.arange(len(default)), default][people.lha]
    away = (people.home != default[people.lha]).astype(np.int64)
    born = (np.datetime64(people.reference_date, "D") - people.days_old).astype("datetime64[M]").astype(int)
    by = [
        Groups("age group", AGE_GROUPS, people.age_group),
        Groups("gender", GENDERS, people.gender),
        Groups("month of birth", _MONTHS, born % 12),
    ]
    area, home = Groups("area", list(region.lhas), people.lha), Groups("home facility", sites, people.home)
    rate = Groups("expected ED rate", _LOWEST_FIRST, part)
    return weighed(
        [
            *(
                outcomes("expected ED rate", groups, _LOWEST_FIRST, part, even)
                for groups in (*by, area, home)
            ),
            *(
                outcomes("care elsewhere", groups, ("no", "yes"), away, np.column_stack([stays, 1 - stays]))
                for groups in (*by, rate)
            ),
        ],
        "patients",
    )


def stay_links(tables: Tables, region: Region) -> Verdict:
    """LOS, ALC and subprogram of stays go together with site, area, age, gender and route as modelled."""
    frame, units = tables["ip_stays"], units_of(region)
    patient, unit = patient_of(tables, "ip_stays"), unit_of(frame, units)
    site = frame["facility_id"].to_numpy(np.int64) - 1
    included = (patient >= 0) & (unit >= 0) & known(site, len(region.sites)) & of_the_year(frame, region)
    if not included.any():
        return weighed([], "stays")
    last = (positions(frame["stay_id"], frame["transfer_from_stay_id"]) < 0)[included]
    frame, patient, unit = frame[included], patient[included], unit[included]
    people = people_in(tables, region)
    age_group, route = people.age_group[patient], frame["admit_route"].cat.codes.to_numpy().astype(np.int64)
    alc = frame["alc_flag"].to_numpy(dtype=bool).astype(np.int64)
    places = [
        Groups("site", list(region.sites), site[included]),
        Groups("area", list(region.lhas), people.lha[patient]),
        Groups("gender", GENDERS, people.gender[patient]),
    ]
    by = [
        *places,
        Groups("route", ADMIT_ROUTES, route),
        Groups("month", _MONTHS, frame["admit_ts"].dt.month.to_numpy().astype(np.int64) - 1),
    ]
    share = _acute_share(frame["los_days"].to_numpy(float), unit, age_group, region)
    ranked = np.where((share >= 0) & (alc == 0), unit, -1)
    length = part_of_stratum(share, unit, _PARTS)
    ages = Groups("age group", AGE_GROUPS, age_group)
    waits = part_of_stratum(frame["alc_days"].to_numpy(float), alc, _PARTS)
    may_wait = (unit * len(AGE_GROUPS) + age_group) * 2 + last
    through_ed = np.where(route == ADMIT_ROUTES.index(ROUTE_ED), unit, -1)
    units_there = ed_unit_shares(region)[np.clip(people.age, 0, OLDEST_AGE), people.gender][patient]
    names = [unit.name for unit in units]
    return weighed(
        [
            *(
                independent("LOS", groups, _SHORTEST_FIRST, length, ranked, len(units))
                for groups in (*by, ages)
            ),
            *(
                independent("ALC", groups, ("no", "yes"), alc, may_wait, len(units) * len(AGE_GROUPS) * 2)
                for groups in by
            ),
            *(
                independent("ALC days", groups, _SHORTEST_FIRST, waits, np.where(alc == 1, 0, -1), 1)
                for groups in places
            ),
            *(
                outcomes("subprogram", groups, names, through_ed, units_there)
                for groups in (
                    Groups("area", list(region.lhas), people.lha[patient]),
                    Groups("home facility", list(region.sites), people.home[patient]),
                )
            ),
        ],
        "stays",
    )


def _acute_share(days: Floats, unit: Ints, age_group: Ints, region: Region) -> Floats:
    """The share of stays above the floor that are shorter, of the same subprogram and age (stays,).

    -1 for stays at the floor, and where all stays are so alike that they differ by rounding.
    """
    units, floor = units_of(region), hundredths_from(region.inpatient.los_floor_days) / 100
    median = acute_median_days(region, units)[unit, age_group]
    sigma = np.array([unit.stays.sigma for unit in units])[unit]
    below, at_floor = (
        sc.ndtr(np.log(length / median) / np.maximum(sigma, _TINY))
        for length in (np.maximum(days, _TINY), floor)
    )
    differ = (days > floor) & (sigma * median >= _STEPS) & (at_floor < 1)
    return np.where(differ, (below - at_floor) / np.maximum(1 - at_floor, _TINY), -1.0)
