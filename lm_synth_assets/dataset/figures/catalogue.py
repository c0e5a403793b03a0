"""The figures: those that were published, and the targets of the default configuration that nobody published.

`matters` is the difference that a planner would act on, in the unit of the figure: where the sampling error
is wider, a data set has too few patients to tell. A figure that the default configuration puts outside what
was published says why we accept it, and up to which value.
"""

from typing import NamedTuple

from lm_synth_assets.dataset.figures import measures as m
from lm_synth_assets.dataset.figures import publications as p
from lm_synth_assets.schema.vocabulary import ADULT_ED, PEDIATRIC_ED, URGENT_CARE

_ADULT = 18
_SENIOR = 65


class Acceptance(NamedTuple):
    """Why we accept a figure outside what was published, up to `limit`."""

    limit: float
    reason: str


class PublishedFigure(NamedTuple):
    """A figure with what was published of it. `decimals` is how many are shown."""

    name: str
    publications: tuple[p.Publication, ...]
    measure: m.Measure
    matters: float
    decimals: int = 1
    acceptance: Acceptance | None = None

    @property
    def low(self) -> float:
        """The lowest published value."""
        return min(publication.low for publication in self.publications)

    @property
    def high(self) -> float:
        """The highest published value."""
        return max(publication.high for publication in self.publications)

    @property
    def references(self) -> list[str]:
        """What was published, where and when."""
        return [publication.text for publication in self.publications]

    @property
    def sources(self) -> list[str]:
        """The ids of its sources."""
        return list(dict.fromkeys(source for one in self.publications for source in one.sources))


class Target(NamedTuple):
    """A value that the default configuration aims at without a publication, and where it comes from."""

    name: str
    value: float
    basis: str
    measure: m.Measure
    matters: float
    decimals: int = 1

    @property
    def low(self) -> float:
        """The value."""
        return self.value

    @property
    def high(self) -> float:
        """The value."""
        return self.value

    @property
    def references(self) -> list[str]:
        """The value and where it comes from."""
        return [f"{self.value:g} ({self.basis})"]


PUBLISHED = (
    PublishedFigure(
        "hospital ED visits per 1,000",
        p.HOSPITAL_ED_VISITS,
        m.visits_per_1000(ADULT_ED, PEDIATRIC_ED),
        matters=36,
    ),
    PublishedFigure(
        "urgent care visits per 1,000",
        p.URGENT_CARE_VISITS,
        m.visits_per_1000(URGENT_CARE),
        matters=12,
        acceptance=Acceptance(
            90,
            "The one publication counts patients of ten centres in one health authority. The lower rate was"
            " chosen by judgement for a region of which not every area is served so densely.",
        ),
    ),
    PublishedFigure(
        "female share of ED visits, %",
        p.FEMALE_VISITS,
        m.share_of_visits(m.female),
        matters=2,
        acceptance=Acceptance(
            50.5,
            "2% of patients have the gender Other, which the publication does not know. Of the visits of "
            "women and men, women make 52%.",
        ),
    ),
    PublishedFigure(
        "people with any ED visit, %",
        p.PEOPLE_WITH_A_VISIT,
        m.people_with_a_visit,
        matters=1,
        acceptance=Acceptance(
            29.5,
            "Published at 0.32 visits a person; here there are 0.45, urgent care included, so that more "
            "people have one.",
        ),
    ),
    PublishedFigure(
        "one visit only, % of users",
        p.ONE_VISIT,
        m.share_of_users(1, 1),
        matters=2,
        acceptance=Acceptance(
            62,
            "Published as two thirds, without decimals, at 0.32 visits a person; at 0.45 more of them come "
            "back.",
        ),
    ),
    PublishedFigure(
        "three visits and more, % of adult users",
        p.THREE_VISITS,
        m.share_of_users(3, first_age=_ADULT),
        matters=1.4,
    ),
    PublishedFigure(
        "their share of the visits of adults, %",
        p.VISITS_OF_THREE,
        m.visits_of_frequent_users(3, _ADULT),
        matters=4,
        acceptance=Acceptance(
            31,
            "Gamma frailty has a light tail: the number of frequent users is right, but hardly any of them "
            "comes ten times. Studies of the most frequent users need another source.",
        ),
    ),
    PublishedFigure(
        "four visits and more, % of users",
        p.FOUR_VISITS,
        m.share_of_users(4),
        matters=0.66,
        acceptance=Acceptance(
            5.6, "The frailty is fitted to one-time and frequent users together, and has a light tail."
        ),
    ),
    PublishedFigure(
        "left without being seen, % of hospital ED visits",
        p.LEFT_UNSEEN,
        m.share_of_visits(m.left_unseen, m.in_hospital_ed),
        matters=0.55,
        acceptance=Acceptance(
            4.8,
            "The defaults aim at 5.7% of adults and 2.4% of children. Single large sites of the Lower "
            "Mainland publish 4 to 11% (S8).",
        ),
    ),
    PublishedFigure(
        "left without being seen, % of Pediatric ED visits",
        p.CHILDREN_LEFT_UNSEEN,
        m.share_of_visits(m.left_unseen, m.in_pediatric_ed),
        matters=0.23,
        acceptance=Acceptance(
            2.7, "The defaults set the shares by acuity, which come to 2.4% and a little more."
        ),
    ),
    PublishedFigure(
        "inpatient stays per 1,000",
        p.STAYS,
        m.stays_per_1000,
        matters=7,
        acceptance=Acceptance(
            68.5,
            "Both publications are totals; rates by age and gender were set by judgement to meet them "
            "nearly.",
        ),
    ),
    PublishedFigure(
        "mean LOS, days",
        p.MEAN_LOS,
        m.mean_los,
        matters=0.7,
        decimals=2,
        acceptance=Acceptance(
            9.2,
            "Published for acute care; all stays are counted here. Without mental health, rehabilitation and "
            "palliative care, which last longer, the mean is 7.3.",
        ),
    ),
    PublishedFigure(
        "stays of patients aged 65+, %",
        p.STAYS_FROM_65,
        m.share_of_stays(m.aged(_SENIOR)),
        matters=3.9,
        acceptance=Acceptance(
            44.5,
            "Newborns have no stay of their own here; with one for each birth the share would be about 39%.",
        ),
    ),
    PublishedFigure(
        "admissions through the ED, excluding births, %",
        p.THROUGH_THE_ED,
        m.share_of_stays(m.through_the_ed, m.admissions_without_births),
        matters=6,
        acceptance=Acceptance(
            66, "Twenty years old and rounded. The shares by program are set by judgement, and come to 65%."
        ),
    ),
    PublishedFigure(
        "stays with ALC, %",
        p.STAYS_WITH_ALC,
        m.share_of_stays(m.with_alc),
        matters=0.58,
        acceptance=Acceptance(
            5.2,
            "The shares by age and program, which are set by judgement, come to 5.4%; one publication "
            "counts only those aged 40+.",
        ),
    ),
    PublishedFigure("ALC share of days, %", p.ALC_DAYS, m.alc_share_of_days, matters=1.26),
    PublishedFigure(
        "mean ALC days of stays with ALC, aged 65+",
        p.MEAN_ALC_DAYS,
        m.mean_alc_days(_SENIOR),
        matters=2.5,
        acceptance=Acceptance(
            21, "The model keeps the care of a patient within a year, which cuts the longest waits."
        ),
    ),
    PublishedFigure(
        "births per 1,000",
        p.BIRTHS,
        m.births_per_1000,
        matters=0.86,
        decimals=2,
        acceptance=Acceptance(
            7.4,
            "Births follow from the stays of women between 15 and 44, of which a share set by judgement are"
            " births.",
        ),
    ),
    PublishedFigure(
        "occupied beds per 1,000",
        p.OCCUPIED_BEDS,
        m.beds_per_1000,
        matters=0.18,
        decimals=2,
        acceptance=Acceptance(
            1.55,
            "Published for one day in January, the fullest month, with more patients than regular beds; "
            "here it is the mean of the year.",
        ),
    ),
)
"""The figures that were published, which the defaults are calibrated to."""

TARGETS = (
    Target("all ED visits per 1,000", 454, "required: 400 to 550", m.visits_per_1000(), matters=45),
    Target(
        "Pediatric ED in visits of patients under 15, %",
        76.9,
        "required: at least 70",
        m.share_of_visits(m.in_pediatric_ed, m.aged(0, 14)),
        matters=7,
    ),
    Target(
        "Pediatric ED in visits of patients aged 25+, %",
        0.03,
        "required: minimal",
        m.share_of_visits(m.in_pediatric_ed, m.aged(25)),
        matters=0.1,
        decimals=2,
    ),
    Target("median LOS, days", 4.3, "follows from medians by subprogram", m.quantile_of_los(0.5), 0.6, 2),
    Target(
        "90th percentile of LOS, days", 20, "follows from medians by subprogram", m.quantile_of_los(0.9), 4
    ),
)
"""What the default configuration aims at without a publication."""
