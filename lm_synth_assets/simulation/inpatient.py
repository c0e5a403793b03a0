"""The hospital's year: the planned stays, begun by the ED visits that were made."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Ints
from lm_synth_assets.simulation.panel import Panel
from lm_synth_assets.simulation.spells import Origin, Spells, Stays
from lm_synth_assets.simulation.stay_plan import plan_stays


class Admissions(NamedTuple):
    """ED visits that end in admission, in order of arrival (admissions,)."""

    patient: Ints
    """Position in the panel."""
    departure: Ints
    """Seconds since 1 January of the start year."""


class HospitalYear(NamedTuple):
    """The spells and stays of a year, with the admission that began each spell through the ED."""

    spells: Spells
    stays: Stays
    admission: Ints
    """Position among the admissions, of the spells through the ED (spells through the ED,)."""


def hospital_year(region: Region, panel: Panel, visits: Ints, admissions: Admissions) -> HospitalYear:
    """The stays of patients with these many ED visits (patients,) and these admissions.

    A patient's first, second, ... admission through the ED starts the spell planned for it when the ED visit
    ends. Raises NoRoom as `plan_stays` does.
    """
    of_patient = np.bincount(admissions.patient, minlength=len(panel))
    spells, stays = plan_stays(region, panel, visits, of_patient)
    order = np.argsort(admissions.patient, kind="stable")
    return HospitalYear(spells.started(Origin.THROUGH_ED, admissions.departure[order]), stays, order)
