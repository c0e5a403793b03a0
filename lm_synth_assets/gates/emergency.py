"""Gates on ED encounters: volumes, who comes, and that nobody is in two places or comes back from death."""

import numpy as np
import pandas as pd

from lm_synth_assets.config import Region
from lm_synth_assets.gates.gate import Tables, Verdict, gate, none_of, within
from lm_synth_assets.simulation.people import people_of
from lm_synth_assets.simulation.population import flow_shares
from lm_synth_assets.vocabulary import DIED, OLDEST_AGE, PEDIATRIC_ED

_FEW_VISITS = 100
_SEGMENTS = ("patients", "population_projection", "ed_baseline_rates", "dim_lha")


def _expected_by_area(tables: Tables, region: Region) -> pd.DataFrame:
    """Visits that population x rate gives the sample, and their variance if every person drew freely."""
    population = tables["population_projection"].query("year == @region.run.start_year")
    joined = population.merge(tables["ed_baseline_rates"], on=["lha_id", "age_group", "gender"])
    people = joined["population"].astype(float) * region.run.patients / population["population"].sum()
    rate = joined["baserate_per_1000"] / 1000
    joined["expected"] = people * rate
    joined["variance"] = people * (rate + rate**2 / region.ed.frailty_shape)
    by_area = joined.groupby(["lha_id", "ed_subservice"], observed=True)
    return by_area[["expected", "variance"]].sum().reset_index()


def _volumes(expected: pd.DataFrame, observed: "pd.Series[int]", region: Region) -> Verdict:
    """Compare volumes by the columns that `observed` is counted by."""
    gates = region.gates
    by = list(observed.index.names)
    compared = expected.groupby(by, observed=True)[["expected", "variance"]].sum()
    compared["observed"] = observed.reindex(compared.index, fill_value=0)
    tolerance = compared["expected"] * gates.volume_tolerance_pct / 100
    tolerance = tolerance.clip(lower=gates.volume_least_visits)
    threshold = f"max({gates.volume_tolerance_pct:g} %, {gates.volume_least_visits:g} visits"
    if region.ed.volume_control == "free":
        tolerance = np.maximum(tolerance, gates.standard_errors * np.sqrt(compared["variance"]))
        threshold += f", {gates.standard_errors:g} standard errors"
    compared = compared.drop(columns="variance").reset_index()
    return within(compared, tolerance.to_numpy(), "visits", threshold + ")")


@gate("ed_encounters", reads=_SEGMENTS)
def volumes_by_site(tables: Tables, region: Region) -> Verdict:
    """ED volumes by treating facility x ED subservice are population x rate, sent where patients go."""
    by_area = _expected_by_area(tables, region)
    shares = flow_shares(region)
    lha, site = np.nonzero(shares)
    to_site = pd.DataFrame({"lha_id": lha + 1, "facility_id": site + 1, "share": shares[lha, site]})
    flows = by_area.merge(to_site, on="lha_id")
    flows["expected"] *= flows["share"]
    flows["variance"] *= flows["share"]
    observed = tables["ed_encounters"].groupby(["facility_id", "ed_subservice"], observed=True).size()
    return _volumes(flows, observed, region)


@gate("ed_encounters", reads=_SEGMENTS)
def volumes_by_catchment(tables: Tables, region: Region) -> Verdict:
    """ED volumes by the default site of the patient's area x ED subservice are those of ed_projection."""
    default_site = tables["dim_lha"].set_index("lha_id")["default_site_id"]
    by_area = _expected_by_area(tables, region)
    by_area["site_id"] = by_area["lha_id"].map(default_site)
    area = tables["ed_encounters"]["patient_id"].map(tables["patients"].set_index("patient_id")["lha_id"])
    site = area.map(default_site).rename("site_id")
    observed = tables["ed_encounters"].groupby([site, "ed_subservice"], observed=True).size()
    return _volumes(by_area, observed, region)


@gate("ed_encounters", reads=("patients",))
def visits_match_patients(tables: Tables, region: Region) -> Verdict:
    """patients.ed_visits_year is the number of the patient's encounters."""
    patients = tables["patients"]
    visits = tables["ed_encounters"]["patient_id"].value_counts()
    counted = patients["patient_id"].map(visits).fillna(0)
    other = patients[counted != patients["ed_visits_year"]]
    return none_of(other, "patient with another number of visits", len(patients))


def _pediatric_visits(tables: Tables, region: Region, first_age: int, last_age: int) -> tuple[int, int]:
    """Visits to Pediatric ED, and all ED visits, of patients of some ages at the reference date."""
    patients = tables["patients"]
    age = pd.Series(people_of(patients, region.run.reference_date).age, index=patients["patient_id"])
    encounters = tables["ed_encounters"]
    own = encounters[encounters["patient_id"].map(age).between(first_age, last_age)]
    return int((own["ed_subservice"] == PEDIATRIC_ED).sum()), len(own)


@gate("ed_encounters", reads=("patients",))
def children_go_to_pediatric_ed(tables: Tables, region: Region) -> Verdict:
    """Of the visits of children under 15, at least the configured share is to Pediatric ED."""
    share, slack = region.gates.pediatric_under_15_pct, region.gates.volume_least_visits
    pediatric, visits = _pediatric_visits(tables, region, 0, 14)
    # Where the share of a few visits is at stake, whole visits decide.
    least = visits * share / 100 - (slack if visits < _FEW_VISITS else 0)
    return Verdict(
        pediatric >= least,
        f"at least {share:g} % of the visits under 15",
        f"{100 * pediatric / max(visits, 1):.1f} % of {visits:,}",
        f"{share:g} %; {slack:g} visits fewer where there are less than {_FEW_VISITS}",
    )


@gate("ed_encounters", reads=("patients",))
def adults_stay_out_of_pediatric_ed(tables: Tables, region: Region) -> Verdict:
    """Of the visits from 25 years up, hardly any is to Pediatric ED."""
    share, slack = region.gates.pediatric_from_25_pct, region.gates.volume_least_visits
    pediatric, visits = _pediatric_visits(tables, region, 25, OLDEST_AGE)
    return Verdict(
        pediatric <= max(visits * share / 100, slack),
        f"at most {share:g} % of the visits from 25",
        f"{100 * pediatric / max(visits, 1):.2f} % of {visits:,}",
        f"max({share:g} %, {slack:g} visits)",
    )


@gate("ed_encounters")
def arrivals_in_year(tables: Tables, region: Region) -> Verdict:
    """Arrivals lie in the start year, on their day, before the departure."""
    frame = tables["ed_encounters"]
    wrong = (
        (frame["arrival_ts"].dt.year != region.run.start_year)
        | (frame["arrival_ts"].dt.normalize() != frame["arrival_date"])
        | (frame["departure_ts"] <= frame["arrival_ts"])
    )
    return none_of(frame[wrong], "encounter outside the year or with times out of order", len(frame))


@gate("ed_encounters")
def one_visit_at_a_time(tables: Tables, region: Region) -> Verdict:
    """No visit of a patient begins before their last one has ended."""
    frame = tables["ed_encounters"].sort_values(["patient_id", "arrival_ts"])
    again = frame["patient_id"].eq(frame["patient_id"].shift())
    early = again & (frame["arrival_ts"] < frame["departure_ts"].shift())
    return none_of(frame[early], "visit during another", len(frame))


@gate("ed_encounters")
def no_visit_after_death(tables: Tables, region: Region) -> Verdict:
    """Nobody comes again after dying in the ED."""
    frame = tables["ed_encounters"]
    died = frame[frame["dispo"] == DIED].groupby("patient_id")["arrival_ts"].min()
    after = frame["arrival_ts"] > frame["patient_id"].map(died)
    return none_of(frame[after], "visit after death", len(frame))
