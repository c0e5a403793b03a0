"""The plan of hospital spells: who lies in a bed, for what and how long, whenever that will be."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from lm_synth_assets.model.admissions import stay_rates
from lm_synth_assets.model.calendar import DAY, HOUR
from lm_synth_assets.model.people import People, people_of
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import AGE_GROUPS
from lm_synth_assets.simulation.panel import Panel
from lm_synth_assets.simulation.spells import HUNDREDTH, Origin, StayPlan
from lm_synth_assets.simulation.stay_plan import plan_stays
from lm_synth_assets_tests.support.datasets import Tables, retuned

Ints = NDArray[np.int64]
Planner = Callable[..., StayPlan]


@pytest.fixture(scope="module")
def people(region: Region, tables: Tables) -> People:
    return people_of(tables["patients"], region.run.reference_date)


def panel_with(people: People, frailty: NDArray[np.float64]) -> Panel:
    """The people with this frailty: each expects as many visits as that."""
    return Panel(people, np.ones((len(people), 1)), frailty)


@pytest.fixture(scope="module")
def plan_for(region: Region, people: People) -> Planner:
    """Plans for the patients, given how often each is admitted through the ED."""

    def plan(
        admissions: Ints, frailty: NDArray[np.float64] | None = None, seed: int = 42, region: Region = region
    ) -> StayPlan:
        panel = panel_with(people, np.ones(len(people)) if frailty is None else frailty)
        return plan_stays(region.with_run(seed=seed), panel, admissions, admissions)

    return plan


@pytest.fixture(scope="module")
def admissions(people: People) -> Ints:
    return np.random.default_rng(1).poisson(0.05, len(people))


@pytest.fixture(scope="module")
def plan(plan_for: Planner, admissions: Ints) -> StayPlan:
    return plan_for(admissions)


@pytest.fixture(scope="module")
def restless(region: Region, plan_for: Planner, admissions: Ints) -> StayPlan:
    """The plan where all who can are transferred, and every second stay could end in ALC."""
    all_move = {name: {"transfer_share": 1.0, "alc_factor": 1.0} for name in region.programs}
    all_wait = {"alc": {"probability": dict.fromkeys(AGE_GROUPS, 0.5)}}
    return plan_for(admissions, region=retuned(region, {"programs": all_move, "inpatient": all_wait}))


def test_each_admission_through_the_ed_has_one_spell(plan: StayPlan, admissions: Ints) -> None:
    spells = plan.spells
    through_ed = spells.origin == Origin.THROUGH_ED
    in_order = np.repeat(np.arange(len(admissions)), admissions)
    assert spells.patient[through_ed].tolist() == in_order.tolist(), "a patient's first admission first"
    assert spells.via_ed[through_ed].all()
    assert (spells.start[through_ed] == 0).all(), "the ED says when"


def test_direct_spells_top_up_to_the_rates(region: Region, plan: StayPlan, people: People) -> None:
    spells = plan.spells
    direct = spells.origin == Origin.DIRECT
    expected = stay_rates(region).direct.sum(axis=-1)[people.age, people.gender].sum()
    # Births and all others are drawn systematically, each to within one; stays a year ago are apart.
    assert abs(direct.sum() - expected) < 2


def test_births_do_not_follow_frailty_but_other_direct_stays_do(
    region: Region, plan_for: Planner, people: People
) -> None:
    none = np.zeros(len(people), dtype=np.int64)
    frail = np.random.default_rng(2).random(len(people)) < 0.5
    spells = plan_for(none, np.where(frail, 1.9, 0.1)).spells
    new = spells.origin == Origin.DIRECT
    births = np.array([unit.has_births for unit in units_of(region)])[spells.unit]
    # Some 40 births, half of them of the frail: standard error 0.08; of the others 95%.
    assert 0.2 < frail[spells.patient[new & births]].mean() < 0.8
    assert frail[spells.patient[new & ~births]].mean() > 0.85


def test_stays_follow_each_other_within_their_spell(region: Region, restless: StayPlan) -> None:
    travel = round(region.inpatient.travel_hours * HOUR)
    stays = restless.stays
    assert set(np.bincount(stays.spell)) == {1, 2, 3}, "alone, transferred, and returned"
    for spell in range(len(restless.spells.patient)):
        own = np.flatnonzero(stays.spell == spell)
        assert stays.first[own].tolist() == [True] + [False] * (len(own) - 1)
        ends = stays.offset[own] + stays.los[own] * HUNDREDTH
        assert stays.offset[own[0]] in (0, travel)
        assert (stays.offset[own[1:]] == ends[:-1] + travel).all()
        assert restless.spells.duration[spell] == ends[-1]


@pytest.mark.parametrize("which", ["plan", "restless"])
def test_lengths_keep_to_floor_threshold_and_cap(
    region: Region, which: str, request: pytest.FixtureRequest
) -> None:
    stays = request.getfixturevalue(which).stays
    inpatient, alc = region.inpatient, region.inpatient.alc
    los, alc_days = stays.los / 100, stays.alc / 100
    long_wait = alc_days > 0
    assert los.min() >= inpatient.los_floor_days
    assert los.max() <= inpatient.los_cap_days
    assert long_wait.sum() > 5
    assert (alc_days[long_wait] >= alc.least_days).all()
    assert (stays.los - stays.alc)[long_wait].min() >= alc.least_acute_days * 100
    assert los[long_wait].min() >= alc.threshold_days


def test_alc_comes_at_the_end_of_a_spell_only(restless: StayPlan) -> None:
    stays = restless.stays
    last = np.append(stays.spell[1:] != stays.spell[:-1], True)
    assert (stays.alc[~last] == 0).all()
    # Drawn at equal steps through the stays: half of them, to within one.
    assert abs((stays.alc[last] > 0).sum() - last.sum() / 2) < 20


def test_those_under_way_began_last_year_and_last_into_this_one(plan: StayPlan, people: People) -> None:
    spells = plan.spells
    before = spells.origin == Origin.UNDER_WAY
    assert before.sum() > 5
    assert (spells.start[before] < 0).all()
    assert (spells.start[before] >= -366 * DAY).all()
    assert (spells.start[before] + spells.duration[before] > 0).all()
    assert (spells.start[before] > -people.days_old[spells.patient[before]] * DAY).all(), (
        "nobody before birth"
    )
    assert len(set(spells.patient[before])) == before.sum(), "one bed each"


def test_nobody_lies_in_two_beds_when_the_year_begins_nor_in_one_before_birth(region: Region) -> None:
    count, days_old = 1_000, 30
    zeros = np.zeros(count, dtype=np.int64)
    infants = People(zeros, zeros, zeros, zeros, zeros + days_old, region.run.reference_date)
    often_ill = retuned(region, {"inpatient": {"stays_per_1000": {"Female": {"0-4": 10_000.0}}}})
    panel = panel_with(infants, np.ones(count))
    spells = plan_stays(often_ill.with_run(seed=1), panel, zeros, zeros).spells
    before = spells.origin == Origin.UNDER_WAY
    assert before.sum() > 30
    assert spells.start[before].min() > -days_old * DAY
    assert len(set(spells.patient[before])) == before.sum()


def test_who_has_other_contacts_is_home_again_before_the_summer(
    region: Region, plan_for: Planner, people: People
) -> None:
    units = units_of(region)
    long_stays: dict[str, dict] = {unit.program: {"subprograms": {}} for unit in units}
    for unit in units:
        long_stays[unit.program]["subprograms"][unit.name] = {"stays": {"median_days": 200.0}}
    spells = plan_for(
        np.ones(len(people), dtype=np.int64), region=retuned(region, {"programs": long_stays})
    ).spells
    left = (spells.start + spells.duration)[spells.origin == Origin.UNDER_WAY]
    assert len(left) > 20
    assert left.max() < 140 * DAY


@pytest.mark.parametrize("times_admitted", [2, 5, 20])
def test_the_stays_of_the_often_admitted_leave_room_in_the_year(
    plan_for: Planner, people: People, times_admitted: int
) -> None:
    often = np.where(np.arange(len(people)) % 50 == 0, times_admitted, 0)
    plan = plan_for(often)
    days = np.bincount(plan.spells.patient, plan.spells.duration, minlength=len(people)) / DAY
    assert days[often > 0].max() < 330


def test_the_plan_is_that_of_its_seed(plan: StayPlan, plan_for: Planner, admissions: Ints) -> None:
    again, other = plan_for(admissions), plan_for(admissions, seed=43)
    assert (again.stays.los == plan.stays.los).all()
    assert (again.spells.start == plan.spells.start).all()
    assert again.stays.los.tolist() != other.stays.los.tolist()


def test_somebody_who_is_never_admitted_has_an_empty_plan(region: Region) -> None:
    zero = np.zeros(1, dtype=np.int64)
    child = People(zero, zero + 1, zero, zero, zero + 10 * 365, region.run.reference_date)
    plan = plan_stays(region.with_run(seed=7), panel_with(child, np.ones(1)), zero, zero)
    assert len(plan.spells.patient) == len(plan.stays.los) == 0
