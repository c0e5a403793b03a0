"""Figures beside what was published: ranges are facts, tolerances follow the size, targets are apart."""

import ast
import json
import re
from collections.abc import Callable
from math import isnan, sqrt
from pathlib import Path

import numpy as np
import pytest

from lm_synth_assets.dataset.figures import catalogue, comparison, publications
from lm_synth_assets.dataset.figures.catalogue import (
    PUBLISHED,
    TARGETS,
    Acceptance,
    PublishedFigure,
    Target,
)
from lm_synth_assets.dataset.figures.comparison import (
    Comparison,
    Verdict,
    as_object,
    compare_estimate,
    compare_tables,
    summary,
)
from lm_synth_assets.dataset.figures.estimates import (
    NOTHING_TO_MEASURE,
    Estimate,
    by_patient,
    quantile,
    ratio,
)
from lm_synth_assets.dataset.figures.publications import SOURCES, Publication
from lm_synth_assets.region.files import load_region
from lm_synth_assets_tests.support.datasets import make_tables

RANGES = {
    "hospital ED visits per 1,000": (305, 455),
    "urgent care visits per 1,000": (120, 120),
    "female share of ED visits, %": (51.8, 51.8),
    "people with any ED visit, %": (19.6, 19.6),
    "one visit only, % of users": (66.7, 66.7),
    "three visits and more, % of adult users": (13.8, 15.3),
    "their share of the visits of adults, %": (40.3, 40.3),
    "four visits and more, % of users": (6.6, 6.6),
    "left without being seen, % of hospital ED visits": (5.5, 5.5),
    "left without being seen, % of Pediatric ED visits": (2.3, 2.3),
    "inpatient stays per 1,000": (69.9, 70),
    "mean LOS, days": (7.3, 7.3),
    "stays of patients aged 65+, %": (39.8, 39.8),
    "admissions through the ED, excluding births, %": (60, 60),
    "stays with ALC, %": (5.8, 6.9),
    "ALC share of days, %": (12.6, 16.1),
    "mean ALC days of stays with ALC, aged 65+": (25, 25),
    "births per 1,000": (8.6, 8.6),
    "occupied beds per 1,000": (1.85, 1.85),
}
"""What was published, written down from the sources once more."""


def not_measured(sample: object) -> Estimate:
    raise AssertionError


FIGURE = PublishedFigure(
    "visits per 1,000",
    (Publication(400, 400, "BC", "2024", ("S1",)), Publication(420, 420, "Ontario", "2008", ("S4",))),
    not_measured,
    matters=40,
    acceptance=Acceptance(350, "Fewer live near a hospital."),
)
TARGET = Target("visits per 1,000", 410, "asked for", not_measured, matters=40)


def estimate(observed: float, size: int = 50_000) -> Estimate:
    """Visits per 1,000 of as many patients, twice as dispersed as Poisson counts."""
    return Estimate(observed, 2 * 1000 / size, size)


def compared(observed: float, size: int = 50_000, figure: PublishedFigure | Target = FIGURE) -> Comparison:
    return compare_estimate(figure, estimate(observed, size), size)


class TestWhatWasPublished:
    def test_is_as_the_sources_have_it(self) -> None:
        assert {figure.name: (figure.low, figure.high) for figure in PUBLISHED} == RANGES

    def test_cites_known_sources_and_every_source_is_cited(self) -> None:
        cited = {source for figure in PUBLISHED for source in figure.sources}
        reasons = " ".join(figure.acceptance.reason for figure in PUBLISHED if figure.acceptance)
        assert cited | set(re.findall(r"S\d+", reasons)) == set(SOURCES)

    def test_has_a_place_and_a_range_that_is_one(self) -> None:
        for figure in PUBLISHED:
            assert figure.publications
            for publication in figure.publications:
                assert publication.place
                assert publication.sources
                assert publication.low <= publication.high

    def test_comes_from_no_module_of_ours(self) -> None:
        tree = ast.parse(Path(publications.__file__).read_text("utf-8"))
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
        assert [getattr(node, "module", "") for node in imports] == ["typing"]

    def test_and_what_matters_is_a_tenth_of_it_at_most(self) -> None:
        assert all(round(figure.matters / figure.high, 3) <= 0.1 for figure in PUBLISHED)

    def test_is_accepted_outside_on_one_side_and_not_within(self) -> None:
        for figure in PUBLISHED:
            if figure.acceptance:
                assert not figure.low <= figure.acceptance.limit <= figure.high
                assert figure.acceptance.reason.endswith(".")


class TestAVerdict:
    @pytest.mark.parametrize(
        ("observed", "verdict"),
        [
            (410, Verdict.INSIDE),
            (400, Verdict.INSIDE),
            (393, Verdict.INSIDE),
            (391, Verdict.OUTSIDE),
            (350, Verdict.OUTSIDE),
            (320, Verdict.UNEXPLAINED),
            (440, Verdict.UNEXPLAINED),
        ],
    )
    def test_follows_the_observed_value(self, observed: float, verdict: Verdict) -> None:
        assert compared(observed).verdict is verdict

    @pytest.mark.parametrize(
        ("size", "verdict"),
        [(500, Verdict.TOO_FEW), (2_000, Verdict.INSIDE), (50_000, Verdict.OUTSIDE)],
    )
    def test_follows_the_size_for_the_same_observed_value(self, size: int, verdict: Verdict) -> None:
        assert compared(388, size).verdict is verdict

    def test_allows_two_standard_errors_of_the_nearest_published_value(self) -> None:
        assert compared(390).tolerance == pytest.approx(2 * 1000 * sqrt(2 * 0.400 / 50_000))

    def test_says_how_many_patients_it_takes(self) -> None:
        few = compared(388, 500)
        assert few.patients_needed is not None
        assert compared(388, few.patients_needed).verdict is not Verdict.TOO_FEW
        assert compared(388, int(few.patients_needed * 0.9)).verdict is Verdict.TOO_FEW
        assert few.standing == f"too few patients to tell: needs about {few.patients_needed:,}"

    def test_needs_patients_that_contribute(self) -> None:
        one_long_stay = Estimate(30, 0.0, 1)
        assert compare_estimate(FIGURE, one_long_stay, 2_000).verdict is Verdict.TOO_FEW
        assert compare_estimate(FIGURE, one_long_stay, 2_000).patients_needed == 60_000

    def test_of_a_figure_without_a_reason_is_never_accepted(self) -> None:
        assert compared(380, figure=FIGURE._replace(acceptance=None)).verdict is Verdict.UNEXPLAINED

    @pytest.mark.parametrize(("observed", "verdict"), [(410, Verdict.MET), (430, Verdict.MISSED)])
    def test_of_a_target_is_met_or_missed(self, observed: float, verdict: Verdict) -> None:
        assert compared(observed, figure=TARGET).verdict is verdict

    @pytest.mark.parametrize(
        ("observed", "standing"),
        [
            (410, "inside"),
            (395, "inside, 5.0 below but within the sampling error"),
            (380, "outside: 20.0 below (5%)"),
            (462, "outside without a stated reason: 42.0 above (10%)"),
        ],
    )
    def test_is_shown_with_its_numbers(self, observed: float, standing: str) -> None:
        assert compared(observed).standing == standing

    def test_has_a_reason_where_it_is_outside_and_nowhere_else(self) -> None:
        assert compared(380).reason == "Fewer live near a hospital."
        assert compared(410).reason == compared(440).reason == compared(388, 500).reason == ""

    def test_fails_for_what_is_missed_or_unexplained(self) -> None:
        assert {verdict for verdict in Verdict if compared(410)._replace(verdict=verdict).failed} == {
            Verdict.MISSED,
            Verdict.UNEXPLAINED,
        }


class TestTheSummary:
    def test_counts_targets_apart(self) -> None:
        comparisons = [compared(410), compared(380), compared(410, figure=TARGET)]
        assert summary(comparisons) == (
            "2 published figures: 1 inside the published range (within sampling error), "
            "1 outside for a stated reason; 1 own targets: all met."
        )

    def test_of_few_patients_is_neither_a_success_nor_a_failure(self) -> None:
        comparisons = [compared(410, 200), compared(300, 200), compared(410, 200, TARGET)]
        assert summary(comparisons) == (
            "2 published figures: all with too few patients to tell; "
            "1 own targets: all with too few patients to tell."
        )

    def test_names_what_is_outside_without_a_reason(self) -> None:
        assert "1 outside without a stated reason" in summary([compared(440), compared(410)])


class TestJson:
    def test_has_null_for_what_cannot_be_measured(self) -> None:
        nothing = compare_estimate(FIGURE, NOTHING_TO_MEASURE, 2_000)
        shown = json.loads(json.dumps(as_object([nothing]), allow_nan=False))
        (figure,) = shown["published_figures"]
        assert (figure["verdict"], figure["observed"], figure["tolerance"]) == (
            "nothing to measure",
            None,
            None,
        )
        assert shown["passed"]

    def test_holds_what_was_published(self) -> None:
        (figure,) = as_object([compared(380)])["published_figures"]
        assert (figure["low"], figure["high"]) == (400, 420)
        assert figure["publications"][0]["place"] == "BC"
        assert figure["reason"] == "Fewer live near a hospital."


class TestOurTargets:
    def test_change_nothing_that_was_published(self, monkeypatch: pytest.MonkeyPatch) -> None:
        region = load_region().with_run(patients=2_000)
        tables = make_tables(region)
        before = compare_tables(tables, region)
        monkeypatch.setattr(
            comparison, "TARGETS", tuple(one._replace(value=2 * one.value) for one in TARGETS)
        )
        after = compare_tables(tables, region)
        count = len(PUBLISHED)
        assert after[:count] == before[:count]
        assert [one.low for one in after[count:]] == [2 * one.low for one in before[count:]]

    def test_are_no_part_of_a_published_figure(self) -> None:
        assert not any("target" in field for field in PublishedFigure._fields)
        assert {one.name for one in TARGETS}.isdisjoint(one.name for one in PUBLISHED)
        assert catalogue.PUBLISHED is comparison.PUBLISHED


class TestAnEstimate:
    """Standard errors against the spread of 400 samples, whose own error is 3.5%: a fifth is almost six."""

    SAMPLES = 400

    def spread(self, draw: Callable[[np.random.Generator], Estimate]) -> tuple[float, float]:
        """The spread of estimates between samples, and the mean standard error that they state."""
        random = np.random.default_rng(20250101)
        estimates = [draw(random) for _ in range(self.SAMPLES)]
        observed = [one.observed for one in estimates]
        return float(np.std(observed)), float(
            np.mean([one.standard_error(one.observed) for one in estimates])
        )

    def test_of_a_share_is_binomial(self) -> None:
        part = np.arange(1_000) < 250
        share = ratio(part.astype(float), np.ones(1_000), 100)
        assert share.observed == 25
        assert share.standard_error(25) == pytest.approx(100 * sqrt(0.25 * 0.75 / 1_000))

    def test_of_overdispersed_counts_takes_their_dispersion(self) -> None:
        def draw(random: np.random.Generator) -> Estimate:
            frailty = random.gamma(0.55, 1 / 0.55, 2_000)
            return ratio(random.poisson(0.45 * frailty).astype(float), np.ones(2_000), 1000)

        between, stated = self.spread(draw)
        assert stated == pytest.approx(between, rel=0.2)
        assert stated > 1.2 * 1000 * sqrt(0.45 / 2_000)  # wider than Poisson

    def test_of_rows_takes_the_patient_as_the_unit(self) -> None:
        def draw(random: np.random.Generator) -> Estimate:
            visits = 1.0 + random.poisson(3, 500)
            female = random.random(500) < 0.5
            return ratio(visits * female, visits, 100)

        between, stated = self.spread(draw)
        assert stated == pytest.approx(between, rel=0.2)
        assert stated > 1.05 * 100 * sqrt(0.25 / 500)

    def test_of_a_quantile_follows_woodruff(self) -> None:
        def draw(random: np.random.Generator) -> Estimate:
            return quantile(random.lognormal(1.5, 0.9, 2_000), np.arange(2_000), 0.9)

        between, stated = self.spread(draw)
        assert stated == pytest.approx(between, rel=0.2)

    def test_of_no_event_is_as_wide_as_poisson_counts_are(self) -> None:
        none = ratio(np.zeros(10_000), np.ones(10_000), 1000)
        assert none.observed == 0
        assert none.standard_error(8.6) == pytest.approx(1000 * sqrt(0.0086 / 10_000))

    def test_of_nothing_is_nothing(self) -> None:
        assert isnan(ratio(np.zeros(10), np.zeros(10), 100).observed)
        assert isnan(quantile(np.empty(0), np.empty(0, dtype=np.int64), 0.5).observed)

    def test_halves_with_four_times_the_patients(self) -> None:
        part = np.tile([0.0, 0, 1, 2], 500)
        once, fourfold = ratio(part, np.ones(2_000), 1), ratio(np.tile(part, 4), np.ones(8_000), 1)
        assert once.standard_error(1) == pytest.approx(2 * fourfold.standard_error(1))

    def test_adds_up_by_patient(self) -> None:
        patients = np.array([0, 2, 2])
        assert by_patient(patients, size=4).tolist() == [1, 0, 2, 0]
        assert by_patient(patients, np.array([1.5, 1, 2])).tolist() == [1.5, 0, 3]
