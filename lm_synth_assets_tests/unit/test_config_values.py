"""Single values that are not allowed: named with file, line, path, and what is allowed."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.region.files import CONFIG_FOLDER, DEFAULT_CONFIG, load_region
from lm_synth_assets_tests.support.configurations import (
    AGES,
    NUMBER,
    PATIENTS,
    SHARE,
    STORABLE,
    OverlayComplaints,
)


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
            "run.pateints: unknown key; did you mean patients?",
            id="misspelt key",
        ),
        pytest.param(
            "run: {size: 5}",
            "run.size: unknown key; must be one of patients, seed, start_year, years, with_ed, with_ip",
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
            f'scenarios.: the key must be text of 1 to 128 characters without {STORABLE}; found ""',
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
            "ed.rate_overrides.Riverbend.Adult ED.85-90: unknown age group; the list is fixed by design: "
            f"{AGES}",
            id="rate of an unknown age group",
        ),
        pytest.param(
            "ed: {admission: {Walk-in: {}}}",
            "ed.admission.Walk-in: unknown ED subservice; the list is fixed by design: Adult ED, "
            "Pediatric ED, Urgent Care Centre",
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
    ],
)
def test_value_that_is_not_allowed(overlay: OverlayComplaints, text: str, complaint: str) -> None:
    assert overlay(text) == [f"my.yaml:2: {complaint}"]


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
INTRUDERS += [[], [1], {}, {"a": 1}, {5: 1}, date(2025, 1, 1), datetime(2025, 1, 1, 3)]


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
