"""The ED's year: the visits in the order in which what happens to them is drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Ints
from lm_synth_assets.schema.vocabulary import DIED, DISPOSITIONS
from lm_synth_assets.simulation.arrivals import arrivals_of
from lm_synth_assets.simulation.panel import Panel
from lm_synth_assets.simulation.spells import Origin
from lm_synth_assets.simulation.stay_plan import plan_stays
from lm_synth_assets.simulation.streams import Streams
from lm_synth_assets.simulation.triage import fatal, triaged
from lm_synth_assets.simulation.visits import Visits


def ed_year(region: Region, panel: Panel, counts: Ints) -> tuple[Visits, Ints]:
    """The visits of `counts` (patients, ED subservices) and their arrivals, in seconds since 1 January.

    Triage comes first, since admissions decide on beds; arrivals keep clear of the beds; deaths come last,
    since only the last contact of a patient can be fatal. Raises NoRoom where visits do not fit the year.
    """
    rng = Streams(region.run.seed).generator("ed", region.run.start_year)
    visits = triaged(region, panel.people, counts, rng)
    admissions = np.bincount(visits.patient[visits.admitted], minlength=len(panel))
    spells, _ = plan_stays(region, panel, counts.sum(axis=1), admissions)
    arrival = arrivals_of(region, visits, spells, rng)
    elsewhere = spells.contacts(spells.origin != Origin.THROUGH_ED)
    died = fatal(region, visits, arrival, elsewhere, rng)
    disposition = np.where(died, DISPOSITIONS.index(DIED), visits.disposition)
    return replace(visits, disposition=disposition), arrival
