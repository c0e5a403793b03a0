"""Values that are each allowed, but do not agree with one another."""

import pytest
import yaml

from lm_synth_assets.region.files import CONFIG_FOLDER, DEFAULT_CONFIG
from lm_synth_assets_tests.support.configurations import (
    SITES,
    Complaints,
    OverlayComplaints,
)

MEDICINE = "programs: {Medicine: {subprograms: {Hospitalist: "


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "run: {with_ed: false}",
            "run.with_ip: needs with_ed, because inpatient stays follow from admissions through the ED",
        ),
        (
            "sites: {LM-BRC: {refers_to: [LM-XXX]}}",
            f"sites.LM-BRC.refers_to: LM-XXX is not a site; must be one of {SITES}",
        ),
        (
            "sites: {LM-BRC: {transfers_to: {LM-BRC: 1}}}",
            "sites.LM-BRC.transfers_to: LM-BRC cannot name itself; name another site",
        ),
        (
            "lhas: {Riverbend: {goes_to: {LM-XXX: 1}}}",
            f"lhas.Riverbend.goes_to: LM-XXX is not a site; must be one of {SITES}",
        ),
        (
            "lhas: {Riverbend: {goes_to: {LM-BRC: 1}}}",
            "lhas.Riverbend: goes_to names LM-BRC, the default site; must name other sites only",
        ),
        (
            "lhas: {Riverbend: {age_profile: old}}",
            "lhas.Riverbend.age_profile: old is not an age profile; must be one of young_suburban, "
            "urban_core, family_mixed, older_mixed, valley, retirement",
        ),
        (
            "ed: {dispositions: {Transferred: {Urgent Care Centre: [0.98, 0, 0, 0, 0]}}}",
            "ed: Urgent Care Centre, acuity 1: dispositions take 1.01 and admission up to 0 of the visits, "
            "1.01 in all; must be at most 1",
        ),
        (
            "ed: {admission: {Adult ED: {age_logit: {85+: 0}}}}",
            "ed: Adult ED, acuity 1: dispositions take 0.121 and admission up to 0.937 of the visits, 1.06 "
            "in all; must be at most 1",
        ),
        (
            MEDICINE + "{setting: day}}}}",
            "programs.Medicine.subprograms.Hospitalist: setting is day, but `stays` goes with inpatient only",
        ),
        (
            MEDICINE + "{stays: null}}}}",
            "programs.Medicine.subprograms.Hospitalist: setting is inpatient, so `stays` must describe its "
            "stays",
        ),
        (
            MEDICINE + "{stays: {first_age: 70, last_age: 60}}}}}",
            "programs.Medicine.subprograms.Hospitalist.stays: first_age 70 is above last_age 60; must be at "
            "most that",
        ),
        (
            MEDICINE + "{stays: {direct_rhythm: waltz}}}}}",
            "programs.Medicine.subprograms.Hospitalist.stays.direct_rhythm: waltz is not a rhythm; must "
            "be one of adult, pediatric, urgent_care, trauma, medical, elective, births",
        ),
        (
            MEDICINE + "{stays: {ed_rhythm: waltz}}}}}",
            "programs.Medicine.subprograms.Hospitalist.stays.ed_rhythm: waltz is not a rhythm; must be "
            "one of adult, pediatric, urgent_care, trauma, medical, elective, births",
        ),
        (
            "ed_rhythms: {Adult ED: waltz}",
            "ed_rhythms.Adult ED: waltz is not a rhythm; must be one of adult, pediatric, urgent_care, "
            "trauma, medical, elective, births",
        ),
        (
            "inpatient: {program_mix_pct: {Male: {0-4: {Emergency: 0}}}}",
            "inpatient.program_mix_pct.Male.0-4: Emergency is not a program with inpatient stays; must be "
            "one of Medicine, Inpatient MHSU, MICY, Critical Care, Surgery / Periop, Cardiac, Renal, "
            "Rehabilitation, Palliative Care, Trauma",
        ),
        (
            "inpatient: {program_mix_pct: {Male: {45-64: {Trauma: 0, MICY: 3.5}}}}",
            "inpatient.program_mix_pct.Male.45-64.MICY: is 3.5, but no subprogram of MICY takes Male "
            "patients "
            "aged 45-64; must be 0",
        ),
        (
            "inpatient: {alc: {threshold_days: 9, least_acute_days: 3, least_days: 1}}",
            "inpatient.alc: threshold_days 9 is above least_acute_days + least_days = 4; must be at most "
            "that, "
            "or short ALC stays would break it",
        ),
        (
            "inpatient: {los_cap_days: 60, alc: {least_acute_days: 21}}",
            "inpatient.alc.least_acute_days: 21 is above 20, a third of los_cap_days; must be at most that, "
            "or ALC stays would be longer than the cap",
        ),
        (
            "inpatient: {los_cap_days: 60, alc: {least_days: 41}}",
            "inpatient.alc.least_days: 41 is above 40, two thirds of los_cap_days; must be at most that, "
            "or ALC stays would be longer than the cap",
        ),
        (
            "scenarios: {Baseline: {los: 2}}",
            "scenarios.Baseline: the first scenario is the baseline: all its multipliers must be 1",
        ),
        (
            "ed: {rate_overrides: {Nowhere: {}}}",
            "ed.rate_overrides: Nowhere is not an LHA; must be one of Harborview, Riverbend, North "
            "Shoreline, Cedar Heights, Lakeside Plains, Granite Hills, Sunset Promenade, Driftwood Inlet, "
            "Otter Cove, Blueberry Meadows, Silver Falls, Stargazer Valley",
        ),
    ],
)
def test_values_that_do_not_agree(overlay: OverlayComplaints, text: str, complaint: str) -> None:
    assert overlay(text) == [f"my.yaml:2: {complaint}"]


def test_movers_without_a_place_to_go(complaints: Complaints) -> None:
    sections = yaml.safe_load(DEFAULT_CONFIG.read_text(encoding="utf-8"))
    sections["coverage_matrix"] = str(CONFIG_FOLDER / "coverage_matrix.csv")
    sections["lhas"]["Riverbend"] |= {"goes_to": {}, "leaves_pct": 5.5}

    (complaint,) = complaints(yaml.safe_dump(sections, sort_keys=False))

    assert complaint.endswith(
        "lhas.Riverbend: leaves_pct is 5.5, but goes_to names no site; must be 0, or name one"
    )


def test_region_without_residents(overlay: OverlayComplaints) -> None:
    lhas = yaml.safe_load(DEFAULT_CONFIG.read_text(encoding="utf-8"))["lhas"]

    empty = yaml.safe_dump({"lhas": {name: {"base_population": 0} for name in lhas}})

    assert overlay(empty) == [
        "my.yaml:2: lhas: nobody lives in the region: at least one base_population must be above 0"
    ]
