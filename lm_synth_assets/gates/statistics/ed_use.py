"""Gates on who uses the ED: children and adults, and how much people differ."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lm_synth_assets.gates.comparing import sampling_margin, within
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.limits import FEW_VISITS, FROM_AGE, UNDER_AGE
from lm_synth_assets.gates.views import Visits, visits_of
from lm_synth_assets.model.frailty import repeat_visits, share_with, strata_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats
from lm_synth_assets.schema.vocabulary import ED_SUBSERVICES, FREQUENT_VISITS, OLDEST_AGE, PEDIATRIC_ED


def _pediatric_visits(visits: Visits, first_age: int, last_age: int) -> tuple[int, int]:
    """Visits to Pediatric ED, and all ED visits, of patients of some ages at the reference date."""
    age = visits.people.age[visits.patient]
    of_age = (age >= first_age) & (age <= last_age)
    return int((visits.service[of_age] == ED_SUBSERVICES.index(PEDIATRIC_ED)).sum()), int(of_age.sum())


def children_go_to_pediatric_ed(tables: Tables, region: Region) -> Verdict:
    """Of the visits of children, at least the configured share is to Pediatric ED."""
    share, slack = region.gates.pediatric_under_15_pct, region.gates.volume_least_visits
    pediatric, visits = _pediatric_visits(visits_of(tables, region), 0, UNDER_AGE - 1)
    # Where the share of a few visits is at stake, whole visits decide.
    least = visits * share / 100 - (slack if visits < FEW_VISITS else 0)
    return Verdict(
        pediatric >= least,
        f"at least {share:g} % of the visits under {UNDER_AGE}",
        f"{100 * pediatric / max(visits, 1):.1f} % of {visits:,}",
    )


def adults_stay_out_of_pediatric_ed(tables: Tables, region: Region) -> Verdict:
    """Of the visits of adults, hardly any is to Pediatric ED."""
    share, slack = region.gates.pediatric_from_25_pct, region.gates.volume_least_visits
    pediatric, visits = _pediatric_visits(visits_of(tables, region), FROM_AGE, OLDEST_AGE)
    return Verdict(
        pediatric <= max(visits * share / 100, slack),
        f"at most {share:g} % of the visits from {FROM_AGE}",
        f"{100 * pediatric / max(visits, 1):.2f} % of {visits:,}",
    )


def visits_per_person(tables: Tables, region: Region) -> Verdict:
    """ED use differs between patients as gamma frailty implies: a few come often, most never."""
    visits = visits_of(tables, region)
    counts, shape = visits.per_patient, region.ed.frailty_shape
    total, size = _by_stratum(visits, region)
    repeats, variance = repeat_visits(total, size, shape)
    fewer = [share_with(number, total, size, shape) for number in range(FREQUENT_VISITS)]
    frequent = 1 - np.minimum(np.sum(fewer, axis=0), 1.0)
    everybody, mean = max(counts.sum(), 1), counts.sum() / max(len(counts), 1)
    compared = pd.DataFrame(
        {
            "figure": ["variance / mean", f"patients with {FREQUENT_VISITS} or more visits"],
            "expected": [1 + repeats.sum() / everybody - mean, (size * frequent).sum()],
            "observed": [
                1 + (counts * (counts - 1)).sum() / everybody - mean,
                (counts >= FREQUENT_VISITS).sum(),
            ],
        }
    )
    by_chance = [
        region.gates.standard_errors * np.sqrt(variance.sum()) / everybody,
        # A patient with many visits leaves fewer to the others, so counts vary less than independent ones.
        sampling_margin((size * frequent * (1 - frequent)).sum(), region),
    ]
    stated = compared["expected"].to_numpy(float) * region.gates.dispersion_tolerance_pct / 100
    return within(compared, np.maximum(stated, by_chance), "(variance / mean, or patients with many visits)")


def _by_stratum(visits: Visits, region: Region) -> tuple[Floats, Floats]:
    """Visits and patients of each stratum inside which everybody has the same rates (strata,)."""
    stratum = strata_of(visits.people, region)
    return np.bincount(stratum, visits.per_patient).astype(float), np.bincount(stratum).astype(float)
