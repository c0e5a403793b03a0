"""The runs that `make bench` measures, which stand in for parts of the package, still run."""

import json
import sys
from pathlib import Path

import pytest

from lm_synth_assets.storage.formats import FILE_FORMATS
from lm_synth_assets_tests.support.commands import TINY, run

pytestmark = pytest.mark.slow


def test_the_floor_runs_with_assets_gates_and_a_report_that_do_nothing(tmp_path: Path) -> None:
    ran = run(sys.executable, "-m", "benchmarks.floor", tmp_path / "out")
    assert ran.code == 0, ran.err
    assert (tmp_path / "out" / "patients.csv").read_text("utf-8").count("\n") == 1


def test_generation_runs_without_gates(tmp_path: Path) -> None:
    ran = run(sys.executable, "-m", "benchmarks.ungated", TINY, "300", tmp_path / "out")
    assert ran.code == 0, ran.err
    assert (tmp_path / "out" / "patients.csv").read_text("utf-8").count("\n") == 301


@pytest.mark.parametrize("who", ["ours", "bare"])
@pytest.mark.parametrize("format", FILE_FORMATS)
def test_every_format_is_measured(format: str, who: str) -> None:
    ran = run(sys.executable, "-m", "benchmarks.writers", "once", format, who, "2000")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["cpu"] > 0
