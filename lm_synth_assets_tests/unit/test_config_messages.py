"""The error of a configuration: all problems at once, in order, in lines that stay lines."""

import re
from pathlib import Path

import pytest

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.region.files import DEFAULT_CONFIG, load_region
from lm_synth_assets_tests.support.configurations import (
    AGES,
    NUMBER,
    PATIENTS,
    SITES,
    OverlayComplaints,
    coverage,
)


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


@pytest.mark.parametrize(
    ("section", "entries"),
    [
        ("run", "".join(f"  k{number}: 5\n" for number in range(2_000))),
        ("lhas", "".join(f"  k{number}: 5\n" for number in range(2_000))),
        ("lhas", "".join(f"  Riverb{number}: {{growth_pct: 1}}\n" for number in range(334))),
    ],
    ids=["unknown keys", "wrong areas", "misspelt areas"],
)
def test_the_first_problems_are_shown_and_the_others_counted(
    overlay: OverlayComplaints, section: str, entries: str
) -> None:
    *shown, last = overlay(f"{section}:\n{entries}")

    assert len(shown) == 50
    assert shown[0].startswith(f"my.yaml:3: {section}.")
    assert re.fullmatch("and [0-9,]+ more problems", last)


def test_problems_that_are_not_shown_are_counted_exactly(overlay: OverlayComplaints) -> None:
    entries = "".join(f"  k{number}: 5\n" for number in range(9_000))

    assert overlay(f"run:\n{entries}")[-1] == "and 8,950 more problems"


def test_of_many_known_names_some_are_listed(overlay: OverlayComplaints) -> None:
    scenarios = "".join(f"  s{number}: {{}}\n" for number in range(40))
    Path("base.yaml").write_text(f"extends: {DEFAULT_CONFIG}\nscenarios:\n{scenarios}", encoding="utf-8")
    Path("child.yaml").write_text("extends: base.yaml\nscenarios: {Other: null}", encoding="utf-8")

    with pytest.raises(ConfigError, match=r"must be one of Baseline, .* s\d+ and \d+ more$"):
        load_region("child.yaml")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r'run: {"a\nb\N\L\e[31m": 5}', r"run.a\nb\x85\u2028\x1b[31m: unknown key"),
        (f"run: {{{'a' * 1000}: 5}}", f"run.{'a' * 60}...: unknown key"),
        (f"lhas: {{Riverbend: {{age_profile: {'a' * 100_000}}}}}", f"age_profile: {'a' * 60}... is not"),
        (r'lhas: {Riverbend: {default_site: "a\nb"}}', r"default_site: a\nb is not a site"),
        (r'sites: {LM-SNW: {type: "\e\u202e"}}', r'found "\u001b\u202e"'),
        (r'coverage_matrix: "a\nb.csv"', r"coverage_matrix: a\nb.csv: no such file"),
    ],
)
def test_names_are_shown_in_one_short_line(overlay: OverlayComplaints, text: str, shown: str) -> None:
    [line] = overlay(text)

    assert shown in line
    assert line.isprintable()
    assert len(line) < 700
