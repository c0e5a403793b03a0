"""Bad configurations: each is refused with its file, line, path, value and what is allowed, all at once."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.region.files import CONFIG_FOLDER, DEFAULT_CONFIG, load_region

SITES = "LM-SNW, LM-BLH, LM-SLM, LM-MSC, LM-OTB, LM-BRC, LM-DFT, LM-STG, LM-SRC, LM-GRS, LM-FGH, LM-GPK"
AGES = "0-4, 5-14, 15-24, 25-44, 45-64, 65-74, 75-84, 85+"

Complaints = Callable[[str | bytes], list[str]]
OverlayComplaints = Callable[[str], list[str]]


@pytest.fixture
def complaints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Complaints:
    """What is said about a file my.yaml that holds the given text."""
    monkeypatch.chdir(tmp_path)

    def complain(text: str | bytes) -> list[str]:
        Path("my.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(ConfigError) as caught:
            load_region(Path("my.yaml"))
        return str(caught.value).splitlines()

    return complain


@pytest.fixture
def overlay(complaints: Complaints) -> OverlayComplaints:
    """What is said about the given text, from line 2 on, over the defaults."""
    return lambda text: complaints(f"extends: {DEFAULT_CONFIG}\n{text}")


@pytest.fixture
def matrix(overlay: OverlayComplaints) -> Complaints:
    """What is said about the given text as the coverage matrix my.csv of the defaults."""

    def complain(text: str | bytes) -> list[str]:
        Path("my.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
        return overlay("coverage_matrix: my.csv")

    return complain


def coverage(old: str = "", new: str = "") -> str:
    """The default coverage matrix, with one change."""
    text = (CONFIG_FOLDER / "coverage_matrix.csv").read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new, 1)


class TestFile:
    def test_that_does_not_exist(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError) as caught:
            load_region(str(tmp_path / "nowhere.yaml"))

        assert str(caught.value) == f"{tmp_path / 'nowhere.yaml'}: no such file"

    def test_that_is_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError) as caught:
            load_region(tmp_path)

        assert str(caught.value) == f"{tmp_path}: cannot be read: Is a directory"

    def test_that_is_not_utf8(self, complaints: Complaints) -> None:
        assert complaints(b"run: \xff") == ["my.yaml: must be UTF-8 text; byte 6 is not"]

    @pytest.mark.parametrize(
        ("text", "found"),
        [("", "nothing"), ("# nothing yet\n", "nothing"), ("- run\n- sites\n", "a list of 2"), ("5", "5")],
    )
    def test_that_holds_no_sections(self, complaints: Complaints, text: str, found: str) -> None:
        assert complaints(text) == [
            f"my.yaml:1: must hold sections such as `run:` and `sites:`; found {found}"
        ]

    def test_that_lacks_sections(self, overlay: OverlayComplaints, complaints: Complaints) -> None:
        sections = yaml.safe_load(DEFAULT_CONFIG.read_text(encoding="utf-8"))
        del sections["gates"], sections["run"]["seed"], sections["coverage_matrix"]

        assert complaints("# header\n" + yaml.safe_dump(sections, sort_keys=False)) == [
            "my.yaml:1: coverage_matrix: must be the name of a CSV file; found nothing",
            "my.yaml:1: gates: missing; must be a section with row_counts, marginal_tolerance_pct, "
            "marginal_least_persons, volume_tolerance_pct, volume_least_visits, cross_lha_pct, "
            "pediatric_under_15_pct, pediatric_from_25_pct, profile_tolerance_pct, clock_tolerance_minutes, "
            "mix_tolerance_pct, dispersion_tolerance_pct, expected_rate_tolerance_pct, "
            "via_ed_tolerance_points, los_median_tolerance_pct, standard_errors, ks_threshold, "
            "corr_threshold, fidelity_margin, fidelity_patients",
            "my.yaml:2: run.seed: missing; must be a whole number, at least 0 and below 9223372036854775808",
        ]


class TestYaml:
    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            (
                "run:\n  years: [1\n  seed: 2\n",
                "my.yaml:3:7: not valid YAML: did not find expected ',' or ']' (while parsing a flow "
                "sequence)",
            ),
            ("run: years: 3", "my.yaml:1:11: not valid YAML: mapping values are not allowed in this context"),
            ("run: *other", "my.yaml:1:6: not valid YAML: found undefined alias"),
            (
                "run: {years: !maybe 3}",
                "my.yaml:1:14: not valid YAML: could not determine a constructor for the tag '!maybe'",
            ),
            ("run: 1\nseed: \x01", "my.yaml:2: not valid YAML: control characters are not allowed"),
            (
                "run: 1\n---\nrun: 2\n",
                "my.yaml:2:1: not valid YAML: but found another document "
                "(expected a single document in the stream)",
            ),
        ],
    )
    def test_that_is_broken(self, complaints: Complaints, text: str, complaint: str) -> None:
        assert complaints(text) == [complaint]

    @pytest.mark.parametrize(
        "text",
        [
            "run: &run [*run]",
            "run: &run {years: *run}",
            "\n".join(
                f"{name}: &{name} [{', '.join([f'*{below}' if below else '1'] * 9)}]"
                for below, name in zip(["", *"abcdef"], "abcdefg", strict=True)
            ),
        ],
        ids=["a list in itself", "a section in itself", "nine lists of nine lists of ..."],
    )
    def test_whose_aliases_never_end(self, complaints: Complaints, text: str) -> None:
        assert complaints(text) == [
            "my.yaml: must hold at most 20 levels and 100000 values; "
            "does an alias (*name) refer to a section that contains it (&name)?"
        ]

    def test_with_a_key_that_stands_twice(self, overlay: OverlayComplaints) -> None:
        assert overlay("run: {years: 3, seed: 1,\n  years: 4}\ngates: {}\ngates: {}") == [
            "my.yaml:3: run.years: is repeated; first set in line 2",
            "my.yaml:5: gates: is repeated; first set in line 4",
        ]

    @pytest.mark.parametrize("key", ["5", "1.5", "no", "2025-01-01", "~", "2025-02-31"])
    def test_with_a_key_that_is_no_text(self, overlay: OverlayComplaints, key: str) -> None:
        assert overlay(f"scenarios:\n  {key}: {{}}\n") == [
            f"my.yaml:3: scenarios.{key}: a key must be text; write it in quotes: '{key}'"
        ]

    def test_with_a_list_as_a_key(self, overlay: OverlayComplaints) -> None:
        assert overlay("run:\n  ? [years]\n  : 3") == [
            "my.yaml:3: run: a key must be text; found a list or a section"
        ]

    def test_with_a_merge_key(self, overlay: OverlayComplaints) -> None:
        assert overlay("privacy: &p {unique_quasi_identifiers: true}\nrun: {<<: *p}") == [
            "my.yaml:3: run: << is not supported; write the values out, or use `extends`"
        ]


class TestExtends:
    @pytest.mark.parametrize(
        ("name", "complaint"),
        [
            ("nowhere.yaml", "nowhere.yaml: no such file"),
            ("my.yaml", "my.yaml: extends itself, directly or through another file"),
            ("''", ".: cannot be read: Is a directory"),
            ('"a\\0b"', "'a\\x00b': cannot be the name of a file"),
            ("5", "must be the name of a file; found 5"),
            ("[a.yaml]", "must be the name of a file; found a list of 1"),
            ("", "must be the name of a file; found nothing"),
        ],
    )
    def test_no_file(self, complaints: Complaints, name: str, complaint: str) -> None:
        assert complaints(f"# mine\nextends: {name}\n") == [f"my.yaml:2: extends: {complaint}"]

    def test_a_file_that_extends_nothing_good(self, complaints: Complaints) -> None:
        Path("between.yaml").write_text("\nextends: my.yaml\n", encoding="utf-8")

        assert complaints("extends: between.yaml") == [
            "my.yaml:1: extends: between.yaml:2: extends: my.yaml: extends itself, directly or "
            "through another file"
        ]

    def test_a_broken_file(self, complaints: Complaints) -> None:
        Path("between.yaml").write_text("run: [", encoding="utf-8")

        (complaint,) = complaints("extends: between.yaml")

        assert complaint.startswith("my.yaml:1: extends: between.yaml:2:1: not valid YAML: ")

    def test_names_the_file_and_line_of_each_problem(self, complaints: Complaints) -> None:
        Path("between.yaml").write_text(
            f"extends: {DEFAULT_CONFIG}\nrun: {{years: 0, seed: -1}}\n", encoding="utf-8"
        )

        assert complaints("extends: between.yaml\nrun:\n  seed: -2\n  size: 3") == [
            "between.yaml:2: run.years: must be a whole number, at least 1 and at most 50; found 0",
            "my.yaml:3: run.seed: must be a whole number, at least 0 and below 9223372036854775808; found -2",
            "my.yaml:4: run.size: unknown key; must be one of patients, seed, start_year, years, with_ed, "
            "with_ip",
        ]

    def test_names_the_line_that_sets_a_value_last(self, overlay: OverlayComplaints) -> None:
        (complaint,) = overlay("gates: {cross_lha_pct: [12, 10]}")

        assert complaint == (
            "my.yaml:2: gates.cross_lha_pct: 12 is above 10; the lower limit must come first"
        )


NUMBER = "must be a number, at least 0 and at most 50000"
PATIENTS = "must be a whole number, at least 1 and at most 9999999"
SHARE = "must be a number, at least 0 and at most 1"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("run: {patients: 0}", f"run.patients: {PATIENTS}; found 0", id="no patients"),
        pytest.param("run: {patients: -5}", f"run.patients: {PATIENTS}; found -5", id="negative patients"),
        pytest.param(
            "run: {patients: 5.0}", f"run.patients: {PATIENTS}; found 5.0", id="fraction of patients"
        ),
        pytest.param(
            "run: {patients: true}", f"run.patients: {PATIENTS}; found true", id="bool for a number"
        ),
        pytest.param("run: {patients: '5'}", f'run.patients: {PATIENTS}; found "5"', id="text for a number"),
        pytest.param("run: {patients: }", f"run.patients: {PATIENTS}; found nothing", id="no value"),
        pytest.param("run: {patients: [5]}", f"run.patients: {PATIENTS}; found a list of 1", id="list"),
        pytest.param("run: {patients: {a: 5}}", f"run.patients: {PATIENTS}; found a section", id="section"),
        pytest.param(
            "run: {patients: 2025-01-05}",
            f'run.patients: {PATIENTS}; found "2025-01-05"',
            id="date for a number",
        ),
        pytest.param(
            "run: {patients: 2025-13-45}", f'run.patients: {PATIENTS}; found "2025-13-45"', id="no such date"
        ),
        pytest.param("run: {patients: 010}", f'run.patients: {PATIENTS}; found "010"', id="octal number"),
        pytest.param("run: {patients: 1:30}", f'run.patients: {PATIENTS}; found "1:30"', id="base 60"),
        pytest.param(
            f"run: {{patients: 0x{'f' * 5000}}}",
            f'run.patients: {PATIENTS}; found "0x{"f" * 57}...',
            id="endless number",
        ),
        pytest.param(
            "run: {years: 0}",
            "run.years: must be a whole number, at least 1 and at most 50; found 0",
            id="no years",
        ),
        pytest.param(
            "run: {years: -1}",
            "run.years: must be a whole number, at least 1 and at most 50; found -1",
            id="negative years",
        ),
        pytest.param(
            "run: 5",
            "run: must be a section with patients, seed, start_year, years, with_ed, with_ip; found 5",
            id="no section",
        ),
        pytest.param(
            "run: {pateints: 5}",
            "run.pateints: unknown key; must be one of patients, seed, start_year, years, with_ed, with_ip",
            id="unknown key",
        ),
        pytest.param(
            "programs: {Medicine: {subprograms: {Hospitalist: {stays: {qa_median_days: 5}}}}}",
            "programs.Medicine.subprograms.Hospitalist.stays.qa_median_days: is no key any more: expected "
            "medians follow from the configuration; remove it",
            id="key of an earlier version",
        ),
        pytest.param(
            "lhas: {Riverbend: {growth_pct: 20}}",
            "lhas.Riverbend.growth_pct: must be a number, above -20 and below 20; found 20",
            id="growth out of bounds",
        ),
        pytest.param(
            "lhas: {Riverbend: {growth_pct: .nan}}",
            'lhas.Riverbend.growth_pct: must be a number, above -20 and below 20; found ".nan"',
            id="not a number",
        ),
        pytest.param(
            "lhas: {Riverbend: {default_site: 5}}",
            "lhas.Riverbend.default_site: must be text; found 5",
            id="number for a name",
        ),
        pytest.param(
            "sites: {LM-BRC: 5}",
            "sites.LM-BRC: must be a section with name, type, refers_to, transfers_to; found 5",
            id="number for a site",
        ),
        pytest.param(
            "sites: {LM-BRC: {refers_to: [LM-FGH, 5]}}",
            "sites.LM-BRC.refers_to[1]: must be text; found 5",
            id="number in a list of names",
        ),
        pytest.param(
            "sites: {LM-BRC: {type: huge}}",
            'sites.LM-BRC.type: must be one of tertiary, regional, community, small; found "huge"',
            id="word that is not on the list",
        ),
        pytest.param(
            "scenarios: {'': {}}",
            'scenarios.: the key must be text of 1 to 128 characters; found ""',
            id="empty name",
        ),
        pytest.param(
            "scenarios: {Slow: {los: 1.00005}}",
            "scenarios.Slow.los: 1.00005 has more than four decimals, which is all that dim_scenario stores",
            id="multiplier finer than its column",
        ),
        pytest.param(
            "ed: {rates_per_1000: {Adult ED: {85+: {Female: -1}}}}",
            f"ed.rates_per_1000.Adult ED.85+.Female: {NUMBER}; found -1",
            id="negative ED rate",
        ),
        pytest.param(
            "ed: {rate_overrides: {Riverbend: {Adult ED: {85+: {Female: -1}}}}}",
            f"ed.rate_overrides.Riverbend.Adult ED.85+.Female: {NUMBER}; found -1",
            id="negative rate of one cell",
        ),
        pytest.param(
            "ed: {rate_overrides: {Riverbend: {Adult ED: {85-90: {}}}}}",
            f"ed.rate_overrides.Riverbend.Adult ED.85-90: unknown key; must be one of {AGES}",
            id="rate of an unknown age group",
        ),
        pytest.param(
            "ed: {admission: {Walk-in: {}}}",
            "ed.admission.Walk-in: unknown key; must be one of Adult ED, Pediatric ED, Urgent Care Centre",
            id="admission from an unknown subservice",
        ),
        pytest.param(
            "population: {ageing_pct: {0-4: true}}",
            "population.ageing_pct.0-4: must be a number, above -20 and below 20; found true",
            id="bool in a table of numbers",
        ),
        pytest.param(
            "inpatient: {stays_per_1000: {Male: {0-4: '44'}}}",
            f'inpatient.stays_per_1000.Male.0-4: {NUMBER}; found "44"',
            id="text in a table of numbers",
        ),
        pytest.param(
            "inpatient: {stays_per_1000: {Male: {0-4: -0.5}}}",
            f"inpatient.stays_per_1000.Male.0-4: {NUMBER}; found -0.5",
            id="negative inpatient rate",
        ),
        pytest.param(
            "programs: {Medicine: {subprograms: {Hospitalist: {stays: {via_ed: 1.2}}}}}",
            f"programs.Medicine.subprograms.Hospitalist.stays.via_ed: {SHARE}; found 1.2",
            id="share above 1",
        ),
        pytest.param(
            "programs: {MICY: {subprograms: {Inpatient Pediatrics: {stays: {genders: []}}}}}",
            "programs.MICY.subprograms.Inpatient Pediatrics.stays.genders: must be a list of 1 or more, "
            "each one of Female, Male, Other; found a list of 0",
            id="for nobody",
        ),
        pytest.param(
            "age_profiles: {urban_core: {85+: 5}}",
            "age_profiles.urban_core: sums to 103; must sum to 100",
            id="percentages that do not sum to 100",
        ),
        pytest.param(
            "population: {gender_weights: {0-4: {Other: 0.5}}}",
            "population.gender_weights.0-4: sums to 1.496; must sum to 1",
            id="shares that do not sum to 1",
        ),
        pytest.param(
            "ed: {acuity_pct: {Adult ED: {0-4: [1, 2, 3, 4, 5]}}}",
            "ed.acuity_pct.Adult ED.0-4: sums to 15; must sum to 100",
            id="acuity that does not sum to 100",
        ),
        pytest.param(
            "inpatient: {program_mix_pct: {Male: {0-4: {Trauma: 50}}}}",
            "inpatient.program_mix_pct.Male.0-4: sums to 149; must sum to 100",
            id="program mix that does not sum to 100",
        ),
        pytest.param(
            "age_profiles: {even: {0-4: 100, 5-14: 0, 15-24: 0, 25-44: 0, 45-64: 0, 65-74: 0, 75-84: 0}}",
            "age_profiles.even.85+: missing; must be a number, at least 0 and at most 100",
            id="missing age group",
        ),
        pytest.param(
            "rhythms: {adult: {hours: [1, 2, 3]}}",
            "rhythms.adult.hours: must be a list of 24, each a number, at least 0; found a list of 3",
            id="too few hours",
        ),
        pytest.param(
            "rhythms: {adult: {weekdays: [0, 0, 0, 0, 0, 0, 0]}}",
            "rhythms.adult.weekdays: every value is 0; at least one must be above 0",
            id="closed all week",
        ),
        pytest.param(
            "rhythms: {urgent_care: {closed_day_hours: 9}}",
            "rhythms.urgent_care.closed_day_hours: must be a list of 24, each a number, at least 0; found 9",
            id="closed-day hours that are no list",
        ),
        pytest.param(
            "coverage_matrix: {Medicine: {}}",
            "coverage_matrix: must be the name of a CSV file; found a section",
            id="no file name",
        ),
        pytest.param(
            "coverage_matrix: nowhere.csv", "coverage_matrix: nowhere.csv: no such file", id="no such matrix"
        ),
    ],
)
def test_value_that_is_not_allowed(overlay: OverlayComplaints, text: str, complaint: str) -> None:
    assert overlay(text) == [f"my.yaml:2: {complaint}"]


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


class TestCoverageMatrix:
    @pytest.mark.parametrize("text", ["", "site;program\n", "program,subprogram,LM-BRC\n"])
    def test_that_is_no_matrix(self, matrix: Complaints, text: str) -> None:
        assert matrix(text) == [
            "my.yaml:2: coverage_matrix: my.csv:1: must begin with the columns program,subprogram and one "
            "for "
            "each site, and have a row for each subprogram"
        ]

    def test_that_is_no_csv(self, matrix: Complaints) -> None:
        assert matrix(coverage() + '"Trauma,') == [
            "my.yaml:2: coverage_matrix: my.csv:50: not valid CSV: unexpected end of data"
        ]

    def test_that_is_not_utf8(self, matrix: Complaints) -> None:
        assert matrix(b"\xff") == ["my.yaml:2: coverage_matrix: my.csv: must be UTF-8 text; byte 1 is not"]

    def test_with_an_unknown_site(self, matrix: Complaints) -> None:
        assert matrix(coverage("LM-FGH", "LM-XXX")) == [
            f"my.csv:1: coverage_matrix: LM-XXX is not a site; must be one of {SITES}",
            "my.csv:1: coverage_matrix: site LM-FGH has no column; every site must have one",
        ]

    def test_with_a_site_that_has_two_columns(self, matrix: Complaints) -> None:
        assert matrix(coverage("LM-FGH", "LM-BRC")) == [
            "my.csv:1: coverage_matrix: site LM-BRC has 2 columns; must have one"
        ]

    def test_that_lacks_a_subprogram(self, matrix: Complaints) -> None:
        assert matrix(coverage("Medicine,Hospitalist,1,1,1,1,1,1,1,1,1,1,1,0\n")) == [
            "my.csv:2: coverage_matrix.Medicine: subprogram Hospitalist has no row; every subprogram must "
            "have one"
        ]

    def test_with_an_unknown_program_and_subprogram(self, matrix: Complaints) -> None:
        ones = ",1" * 12

        (program, subprogram) = matrix(coverage() + f"Magic,Spells{ones}\nMedicine,Spells{ones}\n")

        assert program.startswith(
            "my.csv:50: coverage_matrix.Magic: Magic is not a program; must be one of Medicine, "
        )
        assert subprogram == (
            "my.csv:51: coverage_matrix.Medicine.Spells: Spells is not a subprogram of Medicine; must be "
            "one of General Medicine, Hospitalist, ACE (Acute Care for Elderly)"
        )

    def test_that_leaves_a_program_nowhere(self, matrix: Complaints) -> None:
        lines = coverage().splitlines()
        nowhere = [
            line.replace(",1", ",0") if line.startswith("Primary Health Care") else line for line in lines
        ]

        assert matrix("\n".join(nowhere)) == [
            "my.csv:29: coverage_matrix.Primary Health Care: is offered nowhere; at least one site must "
            "have a 1"
        ]

    def test_that_leaves_inpatients_nowhere_to_go(self, matrix: Complaints) -> None:
        row = "Cardiac,Cardiac Surgery/CSU,"

        assert matrix(coverage(row + "1,1,", row + "1,0,")) == [
            "my.csv:21: coverage_matrix.Cardiac.Cardiac Surgery/CSU: inpatients at LM-MSC, LM-OTB, LM-DFT, "
            "LM-SRC, LM-GRS have nowhere to go: the site or one of its `refers_to` must offer it"
        ]

    def test_that_closes_an_ed_where_residents_go(self, matrix: Complaints) -> None:
        row = "Emergency,Adult ED,"

        assert matrix(coverage(row + "1,", row + "0,")) == [
            "my.csv:1: coverage_matrix: LM-BRC must offer Adult ED: residents go there for it"
        ]

    @pytest.mark.parametrize("cell", ["", "2", "01", "yes", "1.0", " 1"])
    def test_with_a_cell_that_is_not_0_or_1(self, matrix: Complaints, cell: str) -> None:
        row = "Medicine,Hospitalist,"

        assert matrix(coverage(row + "1,", f"{row}{cell},")) == [
            f'my.csv:3: coverage_matrix.Medicine.Hospitalist.LM-BRC: must be 0 or 1; found "{cell}"'
        ]

    def test_with_a_row_too_short_and_one_too_many(self, matrix: Complaints) -> None:
        row = "Trauma,Follow-up Clinic,1,"
        again = "Medicine,Hospitalist,1,1,1,1,1,1,1,1,1,1,1,0\n"

        assert matrix(coverage(row, "Trauma,Follow-up Clinic,") + again) == [
            "my.csv:43: coverage_matrix.Trauma.Follow-up Clinic: the row has 13 values; must have 14",
            "my.csv:50: coverage_matrix.Medicine.Hospitalist: is repeated; first set in line 3",
        ]


def test_all_problems_are_reported_at_once_in_the_order_of_the_files(overlay: OverlayComplaints) -> None:
    text = coverage("Medicine,Hospitalist,1,", "Medicine,Hospitalist,x,")
    Path("my.csv").write_text(text, encoding="utf-8")

    assert overlay(
        """
sites:
  LM-BRC: {refers_to: [LM-XXX]}
coverage_matrix: my.csv
run:
  years: 0
  years: -1
  patients: many
ed:
  rates_per_1000: {Adult ED: {0-4: {Female: -1, Male: .inf}}}
age_profiles:
  young: {0-4: 100}
  urban_core: {0-4: 33.4}
scenarios: {Baseline: {los: 2}}
colour: blue
"""
    ) == [
        f"my.yaml:4: sites.LM-BRC.refers_to: LM-XXX is not a site; must be one of {SITES}",
        "my.yaml:7: run.years: must be a whole number, at least 1 and at most 50; found -1",
        "my.yaml:8: run.years: is repeated; first set in line 7",
        f'my.yaml:9: run.patients: {PATIENTS}; found "many"',
        f"my.yaml:11: ed.rates_per_1000.Adult ED.0-4.Female: {NUMBER}; found -1",
        f'my.yaml:11: ed.rates_per_1000.Adult ED.0-4.Male: {NUMBER}; found ".inf"',
        *(
            f"my.yaml:13: age_profiles.young.{group}: missing; must be a number, at least 0 and at most 100"
            for group in AGES.split(", ")[1:]
        ),
        "my.yaml:14: age_profiles.urban_core: sums to 130; must sum to 100",
        "my.yaml:15: scenarios.Baseline: the first scenario is the baseline: all its multipliers must be 1",
        "my.yaml:16: colour: unknown key; must be one of run, privacy, coverage_matrix, sites, age_profiles, "
        "lhas, "
        "population, ed, rhythms, ed_rhythms, calendar, programs, inpatient, scenarios, gates",
        'my.csv:3: coverage_matrix.Medicine.Hospitalist.LM-BRC: must be 0 or 1; found "x"',
    ]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    below = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if below is None:
        yield path
    else:
        for key, item in below:
            yield from leaves(item, (*path, key))


LEAVES = list(leaves(yaml.load(DEFAULT_CONFIG.read_text(encoding="utf-8"), yaml.CSafeLoader)))
INTRUDERS: list[Any] = [None, True, "", "text", -1, 0, 1, 1e9, 10**30, float("nan")]
INTRUDERS += [[], [1], {}, {"a": 1}, {5: 1}, b"bytes", date(2025, 1, 1), datetime(2025, 1, 1, 3)]


def refusal(file: Path) -> str | None:
    try:
        load_region(file)
    except ConfigError as error:
        return str(error)
    return None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(LEAVES), intruder=st.sampled_from(INTRUDERS))
def test_any_value_anywhere_is_accepted_or_its_section_is_named(
    tmp_path: Path, path: tuple[Any, ...], intruder: Any
) -> None:
    sections = yaml.load(DEFAULT_CONFIG.read_text(encoding="utf-8"), yaml.CSafeLoader)
    sections["coverage_matrix"] = str(CONFIG_FOLDER / "coverage_matrix.csv")
    around = sections
    for key in path[:-1]:
        around = around[key]
    around[path[-1]] = intruder
    file = tmp_path / "any.yaml"
    file.write_text(yaml.dump(sections, Dumper=yaml.CSafeDumper), encoding="utf-8")

    said = refusal(file)

    # What two sections must agree on is said of the section that holds both.
    assert said is None or f" {path[0]}" in said
    assert "Input" not in (said or "")
