"""The numbers that pictures show are those of the tables, counted in another way; what they tell is true."""

import re
from collections import Counter
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import betabinom, norm

from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.gates.statistics.lengths import alc_mix
from lm_synth_assets.model.lengths import alc_chances
from lm_synth_assets.model.people import people_of
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.report.pictures.registry import PICTURES
from lm_synth_assets.report.pictures.style import change
from lm_synth_assets.schema.vocabulary import (
    ADULT_ED,
    AGE_GROUPS,
    DIED,
    DISCHARGED,
    DISPOSITIONS,
    ED_SUBSERVICES,
    GENDERS,
    LEFT,
    PEDIATRIC_ED,
    URGENT_CARE,
)
from lm_synth_assets_tests.support.datasets import Tables, make_tables, retuned

BY_NAME = {picture.name: picture for picture in PICTURES}


def measured(name: str, tables: Tables, region: Region) -> pd.DataFrame:
    return BY_NAME[name].measure(tables, region)


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (1_088_545.0, 1_088_496.0, "0.0%"),
        (1000.0, 1000.4, "0.0%"),
        (1000.0, 1006.0, "+0.6%"),
        (1000.0, 994.0, "-0.6%"),
        (0.0, 5.0, "–"),
    ],
)
def test_a_change_has_a_sign_unless_it_rounds_to_nothing(before: float, after: float, shown: str) -> None:
    assert change(before, after) == shown


class TestPopulationPyramid:
    def test_shows_the_residents_of_the_first_and_of_the_last_year(
        self, tables: Tables, region: Region
    ) -> None:
        shown = measured("population_pyramid", tables, region)
        stored = tables["population_projection"]
        counted: Counter[tuple[int, str, str]] = Counter()
        for year, gender, age, people in zip(
            stored["year"], stored["gender"], stored["age_group"], stored["population"], strict=True
        ):
            if year in (2025, 2034):
                counted[year, gender, age] += people
        assert len(shown) == 2 * len(GENDERS) * len(AGE_GROUPS)
        assert {(row.year, row.gender, row.age_group): row.residents for row in shown.itertuples()} == counted

    def test_tells_totals_and_shares(self, tables: Tables, region: Region) -> None:
        picture = BY_NAME["population_pyramid"]
        people = (
            tables["population_projection"].groupby(["year", "age_group"], observed=True)["population"].sum()
        )
        first, last = people[2025], people[2034]
        old = 100 * first[["65-74", "75-84", "85+"]].sum() / first.sum()
        told = picture.describe(picture.measure(tables, region))
        assert f"{first.sum():,} residents in 2025 and {last.sum():,} in 2034" in told
        assert f"({100 * last.sum() / first.sum() - 100:+.1f}%)" in told
        assert f"{old:.1f}% in 2025" in told

    def test_of_one_year_has_no_second(self, region: Region) -> None:
        one = retuned(region, {"run": {"patients": 10, "years": 1}})
        picture, tables = BY_NAME["population_pyramid"], make_tables(one)
        shown = picture.measure(tables, one)
        assert set(shown["year"]) == {2025}
        assert picture.describe(shown).startswith("2,400,000 residents in 2025, by age group and gender.")


class TestProjectedAndGenerated:
    def test_projects_what_the_baseline_of_ed_projection_does(self, tables: Tables, region: Region) -> None:
        shown = measured("projected_and_generated", tables, region).set_index("site")
        stored = tables["ed_projection"].query("scenario_id == 1 and year == 2025")
        by_site = (
            stored.merge(tables["dim_site"], on="site_id").groupby("site_name")["projected_volumes"].sum()
        )
        assert shown["projected_visits"].to_dict() == pytest.approx(by_site.to_dict(), abs=1e-3)
        assert shown["projected_visits"].is_monotonic_decreasing

    def test_weighs_visits_of_an_areas_people_and_those_at_the_site(
        self, tables: Tables, region: Region
    ) -> None:
        shown = measured("projected_and_generated", tables, region).set_index("site")
        visits = tables["ed_encounters"].merge(tables["patients"], on="patient_id").merge(tables["dim_lha"])
        names = tables["dim_site"].set_index("site_id")["site_name"]
        for column, place in (("generated_visits", "default_site_id"), ("visits_at_the_site", "facility_id")):
            weighed = visits.groupby(visits[place].map(names))["sampling_weight"].sum()
            assert shown[column].to_dict() == pytest.approx(weighed.to_dict())
        assert not np.allclose(shown["generated_visits"], shown["visits_at_the_site"])

    def test_tells_the_totals_and_the_site_that_is_farthest_off(self, tables: Tables, region: Region) -> None:
        picture = BY_NAME["projected_and_generated"]
        visits = tables["ed_encounters"]
        hers = tables["patients"].set_index("patient_id")["lha_id"].reindex(visits["patient_id"]).to_numpy()
        # Half of the visits of the people of the ninth area, whose site is the fifth.
        fewer = tables | {"ed_encounters": visits.drop(index=visits.index[hers == 9][::2])}
        shown = picture.measure(fewer, region)
        site = tables["dim_site"].set_index("site_id").loc[5, "site_name"]
        off = shown.set_index("site").loc[site]
        assert off["difference_pct"] == pytest.approx(
            100 * off["generated_visits"] / off["projected_visits"] - 100
        )
        assert off["difference_pct"] == pytest.approx(-50, abs=5)
        told = picture.describe(shown)
        assert f"{shown['projected_visits'].sum():,.0f} ED visits" in told
        assert f"{len(fewer['ed_encounters']) * 2_400_000 / 5_000:,.0f}" in told
        assert f"The catchment of {site} is farthest off ({off['difference_pct']:+.1f}%)" in told

    def test_leaves_out_visits_of_nobody(self, tables: Tables, region: Region) -> None:
        stray = tables["ed_encounters"].copy()
        stray.loc[stray.index[:100], "patient_id"] = "P9999999"
        shown = measured("projected_and_generated", tables | {"ed_encounters": stray}, region)
        assert shown["visits_at_the_site"].sum() == pytest.approx((len(stray) - 100) * 480)


class TestArrivals:
    def test_count_each_hour_of_the_week_over_its_days(self, tables: Tables, region: Region) -> None:
        shown = measured("arrivals_by_hour_and_weekday", tables, region)
        assert len(shown) == 3 * 7 * 24
        visits = tables["ed_encounters"]
        counted = Counter(
            zip(
                visits["ed_subservice"],
                visits["arrival_ts"].dt.day_name(),
                visits["arrival_ts"].dt.hour,
                strict=True,
            )
        )
        found = {(row.ed_subservice, row.weekday, row.hour): row.visits for row in shown.itertuples()}
        assert {cell: number for cell, number in found.items() if number} == counted
        # 2025 begins and ends on a Wednesday.
        days = shown["weekday"].map(lambda day: 53 if day == "Wednesday" else 52)
        assert shown["visits_per_hour"].to_numpy() == pytest.approx((shown["visits"] / days).to_numpy())

    def test_leave_out_other_years(self, tables: Tables, region: Region) -> None:
        late = tables["ed_encounters"].copy()
        late["arrival_ts"] += pd.Timedelta(days=31)
        shown = measured("arrivals_by_hour_and_weekday", tables | {"ed_encounters": late}, region)
        assert shown["visits"].sum() == (late["arrival_ts"] < "2026").sum() < len(late)

    def test_tell_visits_and_the_busiest_hour_of_each_subservice(
        self, tables: Tables, region: Region
    ) -> None:
        visits = tables["ed_encounters"]
        adult = visits[visits["ed_subservice"] == ADULT_ED]
        rush = adult.assign(arrival_ts=pd.Timestamp("2025-03-04 05:30"))
        one = visits[visits["ed_subservice"] == URGENT_CARE].head(1)
        picture = BY_NAME["arrivals_by_hour_and_weekday"]
        told = picture.describe(picture.measure({"ed_encounters": pd.concat([rush, one])}, region))
        assert f"Adult ED Tuesday from 5:00 ({len(rush) / 52:.2f} visits an hour)" in told
        assert "Pediatric ED has no visits;" in told
        assert "Urgent Care Centre " in told


class TestSeasonality:
    def test_shows_visits_a_day_by_week_from_the_first_of_january(
        self, tables: Tables, region: Region
    ) -> None:
        shown = measured("seasonality", tables, region)
        assert len(shown) == 3 * 52
        visits = tables["ed_encounters"]
        for service, weeks in shown.groupby("ed_subservice"):
            days = visits.loc[visits["ed_subservice"] == service, "arrival_date"].dt.dayofyear
            by_week = [days.between(7 * week + 1, 7 * week + 7).sum() / 7 for week in range(51)]
            by_week.append((days > 357).sum() / 8)
            assert weeks["visits_per_day"].tolist() == pytest.approx(by_week)
            assert list(weeks["week_from"].iloc[[0, 51]]) == [
                pd.Timestamp("2025-01-01"),
                pd.Timestamp("2025-12-24"),
            ]

    def test_expects_the_same_total_in_proportion_to_months(self, tables: Tables, region: Region) -> None:
        shown = measured("seasonality", tables, region)
        days = np.tile(np.append(np.full(51, 7), 8), 3)
        shown["found"], shown["usual"] = shown["visits_per_day"] * days, shown["expected_per_day"] * days
        totals = shown.groupby("ed_subservice")[["found", "usual"]].sum()
        assert totals["usual"].to_numpy() == pytest.approx(totals["found"].to_numpy())
        for service, weeks in shown.groupby("ed_subservice"):
            months = region.rhythms[region.ed_rhythms[str(service)]].months
            by_day = weeks.set_index("week_from")["expected_per_day"]
            # Whole weeks without holidays, of February and of August.
            ratio = by_day[pd.Timestamp("2025-02-05")] / by_day[pd.Timestamp("2025-08-13")]
            assert ratio == pytest.approx(months[1] / months[7])

    def test_the_range_is_that_of_poisson_counts_without_day_effects(
        self, tables: Tables, region: Region
    ) -> None:
        level = {name: {"day_sd": 0.0} for name in region.rhythms}
        shown = measured("seasonality", tables, retuned(region, {"rhythms": level}))
        week = shown[shown["week_from"] == "2025-02-05"]
        expected = 7 * week["expected_per_day"]
        by_chance = norm.ppf(0.975) * np.sqrt(expected)
        assert (7 * week["high_per_day"] - expected).tolist() == pytest.approx(by_chance.tolist(), rel=1e-3)
        assert (7 * week["low_per_day"]).tolist() == pytest.approx(
            (expected - by_chance).clip(lower=0).tolist(), rel=1e-3
        )

    def test_day_effects_that_last_widen_the_range(self, tables: Tables, region: Region) -> None:
        """All days of a week alike, at all sites: a week's effect deviates as much as a day's."""
        shock = {
            "rhythms": {name: {"day_sd": 0.3} for name in region.rhythms},
            "calendar": {"day_effect_memory": 0.999999, "day_effect_shared": 1.0},
        }
        shown = measured("seasonality", tables, retuned(region, shock))
        week = shown[shown["week_from"] == "2025-02-05"]
        expected = 7 * week["expected_per_day"]
        spread = norm.ppf(0.975) * np.sqrt(expected + np.expm1(0.3**2) * expected**2)
        assert (7 * week["high_per_day"]).tolist() == pytest.approx((expected + spread).tolist(), rel=1e-3)

    def test_sites_of_their_own_even_out(self, tables: Tables, region: Region) -> None:
        shock = {name: {"day_sd": 0.3} for name in region.rhythms}
        alone = retuned(region, {"rhythms": shock, "calendar": {"day_effect_shared": 0.0}})
        everywhere = measured("seasonality", tables, alone)["high_per_day"]
        at_one_site = tables["ed_encounters"].assign(facility_id=1)
        at_one = measured("seasonality", tables | {"ed_encounters": at_one_site}, alone)["high_per_day"]
        assert (everywhere < at_one).all()

    def test_holds_most_weeks_and_sees_one_that_is_not_as_it_should_be(
        self, tables: Tables, region: Region
    ) -> None:
        picture = BY_NAME["seasonality"]
        shown = picture.measure(tables, region)
        outside = ~shown["visits_per_day"].between(shown["low_per_day"], shown["high_per_day"])
        assert outside.mean() < 0.1
        assert f"{outside.sum()} of 156 weeks fall outside" in picture.describe(shown)
        visits = tables["ed_encounters"]
        crowded = visits["arrival_ts"].between("2025-08-13", "2025-08-20")
        again = pd.concat([visits, visits[crowded], visits[crowded]])
        worse = picture.measure(tables | {"ed_encounters": again}, region).set_index("week_from")
        week = worse.loc["2025-08-13"]
        assert (week["visits_per_day"] > week["high_per_day"]).sum() >= 2

    def test_tells_the_range_of_weeks(self, tables: Tables, region: Region) -> None:
        picture = BY_NAME["seasonality"]
        shown = picture.measure(tables, region)
        found = shown[shown["ed_subservice"] == PEDIATRIC_ED]["visits_per_day"]
        assert f"Pediatric ED {found.min():.1f} to {found.max():.1f}" in picture.describe(shown)

    def test_in_a_leap_year_the_last_week_has_nine_days(self, region: Region) -> None:
        leap = retuned(region, {"run": {"patients": 500, "start_year": 2024, "years": 1}})
        tables = make_tables(leap)
        shown = measured("seasonality", tables, leap)
        days = np.tile(np.append(np.full(51, 7), 9), 3)
        assert (shown["visits_per_day"] * days).sum() == pytest.approx(len(tables["ed_encounters"]))


class TestVisitsPerPatient:
    def test_counts_patients_by_number_of_visits(self, tables: Tables, region: Region) -> None:
        shown = measured("visits_per_patient", tables, region)
        numbers = Counter(Counter(tables["ed_encounters"]["patient_id"]).values())
        numbers[0] = 5_000 - sum(numbers.values())
        assert shown["visits"].tolist() == [*"012345678", "9+"]
        assert shown["patients"].tolist() == [
            *(numbers[number] for number in range(9)),
            sum(count for number, count in numbers.items() if number >= 9),
        ]

    def test_expects_dirichlet_multinomial_counts_in_each_stratum(
        self, tables: Tables, region: Region
    ) -> None:
        shown = measured("visits_per_patient", tables, region)
        patients = tables["patients"]
        everybody = patients.assign(
            visits=patients["patient_id"]
            .map(Counter(tables["ed_encounters"]["patient_id"]))
            .fillna(0)
            .astype(int),
            child=people_of(patients, date(2025, 1, 1)).age <= region.ed.pediatric_last_age,
        )
        by = ["lha_id", "facility_home_id", "age_group", "gender", "child"]
        strata = everybody.groupby(by, observed=True)["visits"].agg(["sum", "size"])
        shape, expected = region.ed.frailty_shape, np.zeros(10)
        for visits, size in strata.to_numpy():
            if size == 1:
                expected[min(visits, 9)] += 1
                continue
            one = betabinom(visits, shape, shape * (size - 1))
            expected += size * np.append(one.pmf(np.arange(9)), one.sf(8))
        assert shown["expected_patients"].tolist() == pytest.approx(expected.tolist(), rel=1e-6)

    def test_large_strata_are_negative_binomial(self, tables: Tables, region: Region) -> None:
        """Everybody in one stratum: 20,000 patients with three visits on average."""
        many = pd.concat([tables["patients"].iloc[:1]] * 20_000, ignore_index=True)
        many["patient_id"] = pd.Series([f"P{row:07}" for row in range(20_000)], dtype="string[pyarrow]")
        visits = pd.DataFrame({"patient_id": many["patient_id"].repeat(3)})
        shown = measured("visits_per_patient", {"patients": many, "ed_encounters": visits}, region)
        shape, chances = region.ed.frailty_shape, []
        for number in range(9):
            before = chances[-1] * (shape + number - 1) / number * 3 / (shape + 3) if chances else None
            chances.append((shape / (shape + 3)) ** shape if before is None else before)
        assert (shown["expected_patients"][:9] / 20_000).tolist() == pytest.approx(chances, rel=1e-3)

    def test_the_range_holds_95_percent_of_poisson_counts(self, tables: Tables, region: Region) -> None:
        shown = measured("visits_per_patient", tables, region)
        drawn = np.random.default_rng(1).poisson(shown["expected_patients"], (20_000, 10))
        within = (
            (drawn >= shown["low_patients"].to_numpy()) & (drawn <= shown["high_patients"].to_numpy())
        ).mean(0)
        assert within.min() > 0.945
        assert within[:4] == pytest.approx(0.955, abs=0.01)

    def test_default_data_keep_to_what_is_expected(self, tables: Tables, region: Region) -> None:
        shown = measured("visits_per_patient", tables, region)
        inside = shown["patients"].between(shown["low_patients"], shown["high_patients"])
        assert inside.sum() >= 8

    def test_tells_those_without_visits_and_frequent_users(self, tables: Tables, region: Region) -> None:
        picture = BY_NAME["visits_per_patient"]
        shown = picture.measure(tables, region)
        visits = tables["patients"]["ed_visits_year"]
        told = picture.describe(shown)
        assert (
            f"Of 5,000 patients, {(visits == 0).sum():,} ({(visits == 0).mean() * 100:.1f}%) have no" in told
        )
        assert f"and {(visits >= 4).sum()} ({(visits >= 4).mean() * 100:.1f}%) have 4 or more" in told
        assert told.endswith(f"{shown['expected_patients'][4:].sum():,.0f}.")


class TestLengthOfStay:
    def test_shows_the_quartiles_of_the_years_stays(self, tables: Tables, region: Region) -> None:
        shown = measured("los_by_subprogram", tables, region)
        stays = tables["ip_stays"].merge(tables["dim_subprogram"], on="subprogram_key")
        before = stays["admit_ts"] < "2025-01-01"
        assert before.any()
        by_name = {
            name: own["los_days"].to_numpy() for name, own in stays[~before].groupby("subprogram_name")
        }
        assert set(shown["subprogram"]) == set(by_name)
        columns = ["lower_quartile_days", "median_days", "upper_quartile_days"]
        for row in shown.to_dict("records"):
            own = by_name[row["subprogram"]]
            assert row["stays"] == len(own)
            assert [row[column] for column in columns] == pytest.approx(
                np.quantile(own, [0.25, 0.5, 0.75]).tolist()
            )

    def test_shows_the_expected_median_with_the_tolerance_of_its_gate(
        self, tables: Tables, region: Region
    ) -> None:
        wide = retuned(region, {"gates": {"los_median_tolerance_pct": 40.0}})
        shown = measured("los_by_subprogram", tables, wide)
        assert shown["expected_median_days"].is_monotonic_decreasing
        row = shown.set_index("subprogram").loc["Inpatient Pediatrics"]
        assert row["program"] == "MICY"
        # 2.1 acute days x 0.9, the factor of these ages; hardly any of them waits for other care.
        assert row["expected_median_days"] == pytest.approx(1.89, rel=0.01)
        assert row[["low_days", "high_days"]].tolist() == pytest.approx(
            [0.6 * row["expected_median_days"], 1.4 * row["expected_median_days"]]
        )
        assert "within 40% of the expected one" in BY_NAME["los_by_subprogram"].describe(shown)

    def test_tells_the_ends_and_how_many_are_as_configured(self, tables: Tables, region: Region) -> None:
        picture = BY_NAME["los_by_subprogram"]
        longer = tables["ip_stays"].copy()
        key = tables["dim_subprogram"].set_index("subprogram_name")["subprogram_key"]["Labour & Delivery"]
        longer.loc[longer["subprogram_key"] == key, "los_days"] = 100.0
        shown = picture.measure(tables | {"ip_stays": longer}, region)
        told = picture.describe(shown)
        off = shown["median_days"] / shown["expected_median_days"] - 1
        assert f"in {len(shown)} subprograms" in told
        assert "to 100.0 days (Labour & Delivery)" in told
        assert f"Of these medians, {(off.abs() <= 0.15).sum()} of 21 lie within 15%" in told

    def test_has_nothing_to_show_where_all_stays_began_before(self, tables: Tables, region: Region) -> None:
        early = tables["ip_stays"].assign(admit_ts=pd.Timestamp("2024-12-31"))
        assert measured("los_by_subprogram", tables | {"ip_stays": early}, region).empty


def test_subservices_stand_in_their_order(tables: Tables, region: Region) -> None:
    for name in ("arrivals_by_hour_and_weekday", "seasonality"):
        assert measured(name, tables, region)["ed_subservice"].unique().tolist() == list(ED_SUBSERVICES)


class TestProjectedByScenario:
    def test_shows_the_sum_of_the_projection_by_scenario_and_year(
        self, tables: Tables, region: Region
    ) -> None:
        shown = measured("projected_by_scenario", tables, region)
        names = tables["dim_scenario"].set_index("scenario_id")["scenario_name"].to_dict()
        counted: Counter[tuple[str, int]] = Counter()
        stored = tables["ed_projection"]
        for number, year, visits in zip(
            stored["scenario_id"], stored["year"], stored["projected_volumes"], strict=True
        ):
            counted[names[number], year] += visits
        cells = {(row.scenario, row.year): row.projected_visits for row in shown.itertuples()}
        assert cells == pytest.approx(dict(counted))
        assert shown["scenario"].iloc[0] == names[1]

    def test_says_how_the_baseline_grows_and_how_far_scenarios_are_apart(
        self, tables: Tables, region: Region
    ) -> None:
        picture = BY_NAME["projected_by_scenario"]
        shown = pd.DataFrame(
            {
                "scenario": ["Baseline", "Baseline", "More", "More", "Less", "Less"],
                "year": [2025, 2034] * 3,
                "projected_visits": [1000.0, 1210.0, 1000.0, 1500.0, 1000.0, 900.0],
            }
        )
        assert picture.describe(shown) == (
            "Baseline: 1,000 ED visits in 2025, 1,210 in 2034 (+21.0%). "
            "In 2034 the scenarios range from 900 (Less) to 1,500 (More)."
        )
        assert picture.describe(shown.head(1)) == "Baseline: 1,000 ED visits in 2025."


class TestProjectedBySite:
    def test_shows_the_first_and_the_last_year_of_each_site_and_scenario_the_largest_site_first(
        self, tables: Tables, region: Region
    ) -> None:
        shown = measured("projected_by_site", tables, region)
        sites = tables["dim_site"].set_index("site_id")["site_name"].to_dict()
        names = tables["dim_scenario"].set_index("scenario_id")["scenario_name"].to_dict()
        counted: Counter[tuple[str, str, int]] = Counter()
        for row in tables["ed_projection"].itertuples():
            if row.year in (2025, 2034):
                counted[sites[row.site_id], names[row.scenario_id], row.year] += row.projected_volumes
        cells = {(row.site, row.scenario, row.year): row.projected_visits for row in shown.itertuples()}
        assert cells == pytest.approx(dict(counted))
        assert len(shown) == len(sites) * len(names) * 2
        totals = shown.groupby("site", sort=False)["projected_visits"].sum()
        assert totals.is_monotonic_decreasing
        assert shown["scenario"].iloc[0] == names[1]

    def test_says_by_how_much_all_sites_grow_and_which_grow_least_and_most(self) -> None:
        shown = pd.DataFrame(
            {
                "site": ["North"] * 4 + ["South"] * 4,
                "scenario": ["Baseline", "Baseline", "More", "More"] * 2,
                "year": [2025, 2034] * 4,
                "projected_visits": [1000.0, 1100.0, 1000.0, 1500.0, 500.0, 700.0, 500.0, 900.0],
            }
        )
        picture = BY_NAME["projected_by_site"]
        assert picture.describe(shown) == (
            "Baseline: 1,500 ED visits at 2 sites in 2025, 1,800 in 2034 (+20.0%). The change is smallest at "
            "North (+10.0%) and largest at South (+40.0%). Busiest site: North, 1,000 visits in 2025 and "
            "1,100 in 2034."
        )
        one_year = shown[shown["year"] == 2025]
        assert picture.describe(one_year) == "Baseline: 1,500 ED visits in 2025, most at North (1,000)."


class TestAcuityAndDisposition:
    def test_counts_visits_by_acuity_and_disposition_with_totals(
        self, tables: Tables, region: Region
    ) -> None:
        shown = measured("acuity_and_disposition", tables, region)
        counted: Counter[tuple[str, str]] = Counter()
        visits = tables["ed_encounters"]
        for acuity, end in zip(visits["acuity"], visits["dispo"], strict=True):
            for cell in ((str(acuity), end), (str(acuity), "all"), ("all", end), ("all", "all")):
                counted[cell] += 1
        assert {(row.acuity, row.disposition): row.visits for row in shown.itertuples()} == {
            (level, end): counted[level, end]
            for level in ("1", "2", "3", "4", "5", "all")
            for end in ("all", *DISPOSITIONS)
        }

    def test_expects_what_triage_does_with_these_ages(self, tables: Tables, region: Region) -> None:
        shown = measured("acuity_and_disposition", tables, region).set_index(["acuity", "disposition"])
        visits = tables["ed_encounters"].merge(tables["patients"][["patient_id", "age_group"]])
        expected: Counter[str] = Counter()
        for service, age in zip(visits["ed_subservice"], visits["age_group"], strict=True):
            weights = region.ed.acuity_pct[service][age]
            for level, weight in enumerate(weights, start=1):
                expected[str(level)] += weight / sum(weights)
        for level, number in expected.items():
            assert shown["expected_visits"][level, "all"] == pytest.approx(number)
        # Whoever comes, dispositions add up to all visits.
        of_ends = shown["expected_share_pct"]["all"].drop("all")
        assert of_ends.sum() == pytest.approx(100)
        assert (shown["share_pct"] - shown["expected_share_pct"]).abs()["all"].max() < 2

    def test_says_how_many_are_admitted_and_leave_and_what_is_farthest_off(
        self, tables: Tables, region: Region
    ) -> None:
        visits = tables["ed_encounters"]
        all_left = tables | {
            "ed_encounters": visits.assign(dispo=visits["dispo"].where(visits["acuity"] < 4, LEFT))
        }
        said = BY_NAME["acuity_and_disposition"].describe(
            measured("acuity_and_disposition", all_left, region)
        )
        left = 100 * (all_left["ed_encounters"]["dispo"] == LEFT).mean()
        assert f"and {left:.1f}% leave without being seen" in said
        assert "Of the dispositions, Left without being seen is farthest from what is expected" in said


class TestEdLengthOfStay:
    def test_shows_quartiles_of_the_hours_from_arrival_to_departure(
        self, tables: Tables, region: Region
    ) -> None:
        shown = measured("ed_length_of_stay", tables, region)
        visits = tables["ed_encounters"]
        hours = (visits["departure_ts"] - visits["arrival_ts"]).dt.total_seconds() / 3600
        assert DIED not in set(shown["disposition"])
        assert shown["visits"].sum() == (visits["dispo"] != DIED).sum()
        for row in shown.to_dict("records"):
            own = hours[
                (visits["ed_subservice"] == row["ed_subservice"]) & (visits["dispo"] == row["disposition"])
            ]
            quartiles = [row[f"{name}_hours"] for name in ("lower_quartile", "median", "upper_quartile")]
            assert quartiles == pytest.approx(np.quantile(own, [0.25, 0.5, 0.75]).tolist())

    def test_expects_the_configured_medians_in_a_range_that_shrinks_with_visits(
        self, tables: Tables, region: Region
    ) -> None:
        shown = measured("ed_length_of_stay", tables, region).set_index(["ed_subservice", "disposition"])
        configured = region.ed.visit_hours[ADULT_ED].discharged
        row = shown.loc[ADULT_ED, DISCHARGED]
        assert row["expected_median_hours"] == configured.median
        # The median of n normal values has the variance pi / 2n.
        assert np.log(row["high_hours"] / configured.median) == pytest.approx(
            1.96 * configured.sigma * np.sqrt(np.pi / 2 / row["visits"])
        )

    def test_sees_visits_that_last_twice_as_long(self, tables: Tables, region: Region) -> None:
        visits = tables["ed_encounters"]
        longer = visits.assign(
            departure_ts=visits["departure_ts"] + (visits["departure_ts"] - visits["arrival_ts"])
        )
        picture = BY_NAME["ed_length_of_stay"]
        good, bad = (
            picture.describe(measured("ed_length_of_stay", tables | {"ed_encounters": each}, region))
            for each in (visits, longer)
        )
        within = [
            int(re.findall(r"Of the medians, (\d+) of 11 fall within", said)[0]) for said in (good, bad)
        ]
        assert within[0] > within[1]


class TestCensus:
    def test_counts_the_patients_in_a_bed_and_in_alc_at_noon(self, tables: Tables, region: Region) -> None:
        shown = measured("census", tables, region).set_index("day")
        stays = tables["ip_stays"]
        alc_begins = stays["discharge_ts"] - pd.to_timedelta(
            stays["alc_days"].astype(float), unit="D"
        ).dt.round("s")
        for day in pd.to_datetime(["2025-01-01", "2025-06-15", "2025-12-31"]):
            noon = day + pd.Timedelta(hours=12)
            leaves = stays["discharge_ts"] > noon
            assert shown["patients"][day] == ((stays["admit_ts"] <= noon) & leaves).sum()
            waits = (alc_begins.clip(lower=stays["admit_ts"]) <= noon) & leaves
            assert shown["in_alc"][day] == waits.sum()
        assert len(shown) == 365
        assert shown["beds_of_all_residents"].tolist() == (shown["patients"] * 480).tolist()

    def test_expects_as_many_on_1_january_as_its_gate(self, tables: Tables, region: Region) -> None:
        shown = measured("census", tables, region)
        expected = shown["expected_patients"]
        assert expected.notna().tolist() == [True] + [False] * 364
        under_way = (tables["ip_stays"]["admit_ts"] < pd.Timestamp("2025-01-01")).sum()
        assert abs(under_way - expected[0]) < 4 * np.sqrt(expected[0]) + 1

    def test_says_between_which_days_it_lies_and_what_alc_takes(self) -> None:
        frame = pd.DataFrame(
            {
                "day": pd.to_datetime(["2025-01-01", "2025-01-02"]),
                "patients": [80, 120],
                "expected_patients": [81.26, float("nan")],
                "in_alc": [10, 15],
                "beds_of_all_residents": [3840, 5760],
            }
        )
        assert BY_NAME["census"].describe(frame) == (
            "On average 100.0 patients of the sample are in bed at noon, which stands for 4,800 beds of all "
            "residents. The fewest are 80 (1 January), the most 120 (2 January). For 1 January, rates and "
            "lengths of stay imply 81.3. Patients in ALC take 12.5% of the beds."
        )


class TestAlcByProgram:
    def test_counts_stays_and_days_with_alc(self, tables: Tables, region: Region) -> None:
        shown = measured("alc_by_program", tables, region).set_index("program")
        stays = tables["ip_stays"]
        stays = stays[stays["admit_ts"] >= pd.Timestamp("2025-01-01")]
        names = tables["dim_program"].set_index("program_id")["program_name"]
        by_program = stays.groupby(stays["program_id"].map(names))
        for program, own in by_program:
            row = shown.loc[program]
            assert (row["stays"], row["with_alc"]) == (len(own), own["alc_flag"].sum())
            assert row["days"] == pytest.approx(own["los_days"].astype(float).sum())
            assert row["alc_days"] == pytest.approx(own["alc_days"].astype(float).sum())
        assert len(shown) == len(by_program)

    def test_expects_what_ages_imply_of_stays_that_no_other_follows(
        self, tables: Tables, region: Region
    ) -> None:
        shown = measured("alc_by_program", tables, region).set_index("program")
        stays = tables["ip_stays"].merge(tables["patients"][["patient_id", "age_group"]])
        ends = ~stays["stay_id"].isin(stays["transfer_from_stay_id"].dropna().astype(int))
        units = units_of(region)
        chances = alc_chances(region, units)
        place = {unit.subprogram_key: number for number, unit in enumerate(units)}
        expected: Counter[str] = Counter()
        for row in stays[ends & (stays["admit_ts"] >= pd.Timestamp("2025-01-01"))].itertuples():
            unit = place[row.subprogram_key]
            expected[units[unit].program] += chances[unit, AGE_GROUPS.index(row.age_group)]
        assert (~ends).any()
        assert (shown["expected_pct"] * shown["stays"] / 100).to_dict() == pytest.approx(dict(expected))

    def test_the_range_is_what_the_gate_allows(self, tables: Tables, region: Region) -> None:
        shown = measured("alc_by_program", tables, region)
        assert alc_mix(StoredTables.of(tables), region).passed
        assert shown["with_alc_pct"].between(shown["low_pct"] - 1e-9, shown["high_pct"] + 1e-9).all()
        none = tables | {"ip_stays": tables["ip_stays"].assign(alc_flag=False)}
        assert not alc_mix(StoredTables.of(none), region).passed
        shown = measured("alc_by_program", none, region)
        assert not shown["with_alc_pct"].between(shown["low_pct"] - 1e-9, shown["high_pct"] + 1e-9).all()
        said = BY_NAME["alc_by_program"].describe(shown)
        assert said.startswith(f"0.0% of {shown['stays'].sum():,} stays end in ALC")
        assert f"of {len(shown)} are within what the gate allows" in said


class TestFlows:
    def test_counts_patients_by_area_and_home_facility(self, tables: Tables, region: Region) -> None:
        shown = measured("flows", tables, region)
        areas = tables["dim_lha"].set_index("lha_id")["lha_name"]
        sites = tables["dim_site"].set_index("site_id")["site_name"]
        patients = tables["patients"]
        counted = Counter(
            zip(patients["lha_id"].map(areas), patients["facility_home_id"].map(sites), strict=True)
        )
        cells = {(row.area, row.site): row.patients for row in shown.itertuples() if row.patients}
        assert cells == counted
        shares = shown.groupby("area")[["share_pct", "expected_share_pct"]].sum()
        assert shares.to_numpy().ravel() == pytest.approx(100)

    def test_expects_the_configured_flows(self, tables: Tables, region: Region) -> None:
        shown = measured("flows", tables, region)
        own = shown[shown["is_default"]].set_index("area")
        for name, area in region.lhas.items():
            assert own["site"][name] == region.sites[area.default_site].name
            assert own["expected_share_pct"][name] == pytest.approx(100 - area.leaves_pct)

    def test_says_how_many_leave_their_area_and_where_most_go(self) -> None:
        frame = pd.DataFrame(
            {
                "area": ["North", "North", "South"],
                "site": ["N", "S", "S"],
                "is_default": [True, False, True],
                "patients": [80, 20, 100],
                "share_pct": [80.0, 20.0, 100.0],
                "expected_share_pct": [81.0, 19.0, 100.0],
            }
        )
        assert BY_NAME["flows"].describe(frame) == (
            "10.0% of patients have a home facility outside their area; the largest flow is from North to S "
            "(20.0% of the area). The flow farthest from the configured one is 1.00 percentage points off."
        )
