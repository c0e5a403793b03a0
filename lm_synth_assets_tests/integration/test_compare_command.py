"""`lm-synth compare`: a stored data set beside the published figures."""

import json
from pathlib import Path

from lm_synth_assets.dataset.published_figures import FIGURES
from lm_synth_assets_tests.support.commands import TINY, Call


def test_compare_shows_every_figure_with_its_target_and_what_was_observed(call: Call, tiny: Path) -> None:
    ran = call("compare", "--config", TINY, "--in", tiny, "--json")
    found = json.loads(ran.out)
    assert [one["name"] for one in found] == [figure.name for figure in FIGURES]
    assert all(one["met"] == (abs(one["observed"] - one["target"]) <= one["tolerance"]) for one in found)


def test_compare_exits_0_only_if_every_figure_is_met(call: Call, tiny: Path) -> None:
    ran = call("compare", "--config", TINY, "--in", tiny, "--json")
    assert ran.code == (0 if all(one["met"] for one in json.loads(ran.out)) else 1)


def test_compare_tells_which_table_is_missing(call: Call, copy: Path) -> None:
    (copy / "ip_stays.csv").unlink()
    ran = call("compare", "--config", TINY, "--in", copy)
    assert ran.code == 1
    assert "ip_stays is not there" in ran.err
    assert "Traceback" not in ran.err


def test_a_quiet_comparison_shows_only_the_figures_that_are_missed(call: Call, tiny: Path) -> None:
    missed = [
        one["name"]
        for one in json.loads(call("compare", "--config", TINY, "--in", tiny, "--json").out)
        if not one["met"]
    ]
    ran = call("compare", "--config", TINY, "--in", tiny, "--quiet")
    assert all((figure.name in ran.out) == (figure.name in missed) for figure in FIGURES)
