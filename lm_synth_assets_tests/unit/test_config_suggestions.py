"""Misspelt names: the nearest one is suggested, once, without a word of what follows from the mistake."""

import pytest

from lm_synth_assets.region.wording import nearest
from lm_synth_assets_tests.support.configurations import AGES, Complaints, OverlayComplaints, coverage

ALL_BUT_THE_PROFILE = (
    "default_site: LM-BRC, base_population: 1, growth_pct: 1, ed_rate_multiplier: 1, leaves_pct: 0, "
    "goes_to: {}"
)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "lhas: {Riverbnd: {growth_pct: 1}}",
            "lhas.Riverbnd: no such LHA is inherited, and a new one needs default_site, base_population, "
            "ed_rate_multiplier, age_profile, leaves_pct and 1 more; did you mean Riverbend?",
        ),
        (
            "sites: {LM-SNX: {name: Snowberry}}",
            "sites.LM-SNX: no such site is inherited, and a new one needs type, refers_to, transfers_to; did "
            "you mean LM-SNW?",
        ),
        (
            "programs: {Medecine: {subprograms: {Hospitalist: {stays: {via_ed: 0.5}}}}}",
            "programs.Medecine: no such program is inherited, and a new one needs "
            "subprograms.Hospitalist.setting, subprograms.Hospitalist.stays.share, "
            "subprograms.Hospitalist.stays.median_days, subprograms.Hospitalist.stays.sigma, "
            "subprograms.Hospitalist.stays.direct_rhythm; did you mean Medicine?",
        ),
        ("ed: {rate_overides: {}}", "ed.rate_overides: unknown key; did you mean rate_overrides?"),
        ("lhass: {}", "lhass: unknown key; did you mean lhas?"),
        (
            f"lhas: {{New: {{{ALL_BUT_THE_PROFILE}, age_profil: valley}}}}",
            "lhas.New.age_profil: unknown key; did you mean age_profile?",
        ),
        (
            "sites: {LM-BRC: {type: regionl}}",
            'sites.LM-BRC.type: must be one of tertiary, regional, community, small; found "regionl"; did '
            "you mean regional?",
        ),
        (
            "lhas: {Riverbend: {age_profile: young_subrban}}",
            "lhas.Riverbend.age_profile: young_subrban is not an age profile; did you mean young_suburban?",
        ),
        (
            "ed: {rate_overrides: {riverbend: {}}}",
            "ed.rate_overrides: riverbend is not an LHA; did you mean Riverbend?",
        ),
        (
            "lhas: {Riverbend: {goes_to: {LM-FGX: 1}}}",
            "lhas.Riverbend.goes_to: LM-FGX is not a site; did you mean LM-FGH?",
        ),
        (
            "inpatient: {stays_per_1000: {Femal: {}}}",
            "inpatient.stays_per_1000.Femal: unknown gender; did you mean Female? the list is fixed by "
            "design: Female, Male, Other",
        ),
    ],
)
def test_a_misspelt_name_is_named_once(overlay: OverlayComplaints, text: str, complaint: str) -> None:
    assert overlay(text) == [f"my.yaml:2: {complaint}"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "age_profiles: {five: {0-4: 6, 5-9: 6, 10-14: 6, 15-19: 6, 20-24: 6, 25-29: 6, 30-34: 58}}",
            "age_profiles.five.5-9: unknown age group, as are 10-14, 15-19, 20-24, 25-29, 30-34; "
            f"the list is fixed by design: {AGES}",
        ),
        (
            "ed_rhythms: {Fast Track: adult, Adult ED: adult}",
            "ed_rhythms.Fast Track: unknown ED subservice; the list is fixed by design: Adult ED, "
            "Pediatric ED, Urgent Care Centre",
        ),
        (
            "calendar: {holiday_factors: {family_day: 1, victoria_day: 1}}",
            "calendar.holiday_factors.family_day: unknown holiday, as is victoria_day; the list is fixed by "
            "design: dec25, jan1, other_statutory, day_after_statutory, dec26_to_jan2",
        ),
    ],
)
def test_a_list_that_is_fixed_by_design_says_so(
    overlay: OverlayComplaints, text: str, complaint: str
) -> None:
    assert overlay(text) == [f"my.yaml:2: {complaint}"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("LM-FGH", "LM-FGX", "my.csv:1: coverage_matrix: LM-FGX is not a site; did you mean LM-FGH?"),
        (
            "Medicine,Hospitalist",
            "Medicine,Hospitalists",
            "my.csv:3: coverage_matrix.Medicine.Hospitalists: Hospitalists is not a subprogram of Medicine; "
            "did you mean Hospitalist?",
        ),
    ],
)
def test_a_misspelt_name_in_the_coverage_matrix_is_named_once(
    matrix: Complaints, old: str, new: str, complaint: str
) -> None:
    assert matrix(coverage(old, new)) == [complaint]


def test_a_misspelt_program_in_the_coverage_matrix_is_named_once(matrix: Complaints) -> None:
    assert matrix(coverage().replace("\nMedicine,", "\nMedecine,")) == [
        "my.csv:2: coverage_matrix.Medecine: Medecine is not a program; did you mean Medicine?"
    ]


def test_a_new_entry_that_resembles_none_is_told_what_it_lacks(overlay: OverlayComplaints) -> None:
    assert overlay("sites: {LM-XYZ: {name: New, type: small, refers_to: []}}") == [
        "my.yaml:2: sites.LM-XYZ.transfers_to: missing; must be a section of named entries"
    ]


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("yaers", ("years", "seed"), "years"),
        ("RIVERBEND", ("Riverbend",), "Riverbend"),
        ("5-19", AGES.split(", "), None),
        ("10-14", AGES.split(", "), None),
        ("LM-XXX", ("LM-BRC", "LM-FGH"), None),
        ("", ("a",), None),
        ("a" * 100_000, ("a" * 99_999,), None),
        ("a", (), None),
    ],
)
def test_only_a_close_name_is_suggested(name: str, known: tuple[str, ...], meant: str | None) -> None:
    assert nearest(name, known) == meant
