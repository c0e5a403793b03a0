"""Gates on single ED encounters: they agree with their patient, and none is during another or after death."""

from __future__ import annotations

import numpy as np

from lm_synth_assets.gates.comparing import none_of
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.views import visits_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import DIED, DISPOSITIONS, ED_SUBSERVICES


def visits_match_patients(tables: Tables, region: Region) -> Verdict:
    """patients.ed_visits_year is the number of the patient's encounters."""
    patients = tables["patients"]
    other = patients[visits_of(tables, region).per_patient != patients["ed_visits_year"].to_numpy()]
    return none_of(other, "patient with another number of visits", len(patients))


def primary_subservice(tables: Tables, region: Region) -> Verdict:
    """patients.primary_ed_subservice is where most of the patient's visits are, if there are any."""
    patients, visits = tables["patients"], visits_of(tables, region)
    count = len(ED_SUBSERVICES)
    cell = visits.patient * count + visits.service
    by_service = np.bincount(cell, minlength=len(patients) * count).reshape(-1, count)
    primary = patients["primary_ed_subservice"].cat.codes.to_numpy(np.int64)
    own = np.take_along_axis(by_service, primary[:, None], 1)[:, 0]
    other = patients[own < by_service.max(axis=1)]
    return none_of(other, "patient who goes elsewhere more often", len(patients))


def visits_at_home_facility(tables: Tables, region: Region) -> Verdict:
    """Each visit is at the patient's home facility."""
    frame, visits = tables["ed_encounters"], visits_of(tables, region)
    away = visits.row[visits.site != visits.people.home[visits.patient]]
    return none_of(frame.iloc[away], "visit elsewhere than at home", len(frame))


def arrivals_in_year(tables: Tables, region: Region) -> Verdict:
    """Arrivals lie in the start year, on their day, before the departure."""
    frame = tables["ed_encounters"]
    wrong = (
        (frame["arrival_ts"].dt.year != region.run.start_year)
        | (frame["arrival_ts"].dt.normalize() != frame["arrival_date"])
        | (frame["departure_ts"] <= frame["arrival_ts"])
    )
    return none_of(frame[wrong], "encounter outside the year or with times out of order", len(frame))


def one_visit_at_a_time(tables: Tables, region: Region) -> Verdict:
    """No visit of a patient begins before their last one has ended."""
    frame, visits = tables["ed_encounters"], visits_of(tables, region)
    order = np.lexsort((visits.arrival, visits.patient))
    row, patient = visits.row[order], visits.patient[order]
    arrival, departure = (frame[name].to_numpy()[row] for name in ("arrival_ts", "departure_ts"))
    early = (patient[1:] == patient[:-1]) & (arrival[1:] < departure[:-1])
    return none_of(frame.iloc[row[1:][early]], "visit during another", len(frame))


def no_visit_after_death(tables: Tables, region: Region) -> Verdict:
    """Nobody comes again after dying in the ED."""
    frame, visits = tables["ed_encounters"], visits_of(tables, region)
    fatal = visits.disposition == DISPOSITIONS.index(DIED)
    died = np.full(len(visits.people), np.iinfo(np.int64).max)
    np.minimum.at(died, visits.patient[fatal], visits.arrival[fatal])
    after = visits.row[visits.arrival > died[visits.patient]]
    return none_of(frame.iloc[after], "visit after death", len(frame))
