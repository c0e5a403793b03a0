"""`lm-synth compare`: a stored data set beside what was published, and beside our own targets."""

import json
from pathlib import Path

from lm_synth_assets.dataset.figures.catalogue import PUBLISHED, TARGETS
from lm_synth_assets_tests.support.commands import TINY, Call


def test_compare_shows_every_figure_with_what_was_published_and_observed(call: Call, tiny: Path) -> None:
    shown = json.loads(call("compare", "--config", TINY, "--in", tiny, "--json").out)
    assert [one["name"] for one in shown["published_figures"]] == [figure.name for figure in PUBLISHED]
    assert [one["name"] for one in shown["targets"]] == [target.name for target in TARGETS]
    for one, figure in zip(shown["published_figures"], PUBLISHED, strict=True):
        assert (one["low"], one["high"]) == (figure.low, figure.high)
        assert {source for each in one["publications"] for source in each["sources"]} <= set(shown["sources"])


def test_a_tiny_data_set_is_too_small_to_tell_and_fails_for_nothing(call: Call, tiny: Path) -> None:
    ran = call("compare", "--config", TINY, "--in", tiny)
    assert ran.code == 0
    last = " ".join(ran.out[ran.out.index("compare: ") :].split())
    assert last.startswith(f"compare: {len(PUBLISHED)} published figures: ")
    assert "own targets: all with too few patients to tell" in last
    assert "outside" not in last
    assert "met" not in last


def test_json_has_no_nan_where_there_is_nothing_to_measure(call: Call, copy: Path) -> None:
    for table in ("ed_encounters", "ip_stays"):
        file = copy / f"{table}.csv"
        file.write_text(file.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    ran = call("compare", "--config", TINY, "--in", copy, "--json")

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    shown = json.loads(ran.out, parse_constant=refuse)
    by_name = {one["name"]: one for one in shown["published_figures"]}
    los = by_name["mean LOS, days"]
    assert (los["verdict"], los["observed"]) == ("nothing to measure", None)


def test_compare_ends_with_1_where_a_figure_is_outside_without_a_reason(call: Call, copy: Path) -> None:
    file = copy / "ed_encounters.csv"
    header, *visits = file.read_text("utf-8").splitlines()
    file.write_text("\n".join([header, *visits[: len(visits) // 4]]) + "\n", "utf-8")
    ran = call("compare", "--config", TINY, "--in", copy, "--quiet")
    assert ran.code == 1
    assert "hospital ED visits per 1,000" in ran.out
    assert "outside without a stated reason" in " ".join(ran.out.split())
    assert "births per 1,000" not in ran.out


def test_compare_tells_which_table_is_missing(call: Call, copy: Path) -> None:
    (copy / "ip_stays.csv").unlink()
    ran = call("compare", "--config", TINY, "--in", copy)
    assert ran.code == 1
    assert "ip_stays is not there" in ran.err
    assert "Traceback" not in ran.err


def test_a_quiet_comparison_shows_only_what_fails(call: Call, tiny: Path) -> None:
    ran = call("compare", "--config", TINY, "--in", tiny, "--quiet")
    assert (ran.code, ran.out) == (0, "")
