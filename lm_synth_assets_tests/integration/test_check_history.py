"""What results of asset checks show: numbers, which Dagster draws over time, and what was compared."""

from pathlib import Path

import dagster as dg
import pytest

from lm_synth_assets.dataset.dataset import DataSet, open_existing
from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.gates.results import GateResult
from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets.region.run_request import RunRequest
from lm_synth_assets_tests.support.commands import TINY


@pytest.fixture(scope="module")
def results(tiny: Path) -> dict[str, GateResult]:
    data_set = DataSet(open_existing("csv", str(tiny)), RunRequest.read(TINY))
    return {gate.full_name: data_set.evaluate(gate) for gate in all_gates() if gate.statistical}


def test_statistical_gates_have_numbers(results: dict[str, GateResult]) -> None:
    assert {name for name, result in results.items() if "observed" not in result.numbers} == set()


def test_numbers_agree_with_the_text(results: dict[str, GateResult]) -> None:
    result = results["patients.marginals"]
    assert result.numbers["difference"] == result.numbers["observed"] - result.numbers["expected"]


def test_a_check_shows_the_numbers_and_says_what_was_compared(copy: Path) -> None:
    job = build_defs(Settings(out=copy, config=TINY)).resolve_job_def("validate_only")
    check = dg.AssetCheckKey(dg.AssetKey("patients"), "marginals")
    result = job.get_subset(asset_check_selection={check}).execute_in_process(
        instance=dg.DagsterInstance.ephemeral()
    )
    [found] = result.get_asset_check_evaluations()
    kinds = {name: type(value) for name, value in found.metadata.items()}
    assert {kinds[name] for name in ("observed", "expected", "difference", "threshold")} == {
        dg.FloatMetadataValue
    }
    shown = [value.value for value in found.metadata.values() if isinstance(value, dg.FloatMetadataValue)]
    assert [number for number in shown if number != float(f"{number:.6g}")] == [], "digits nobody reads"
    assert (found.description or "").startswith("expected ")
    # Dagster renders it as Markdown, in which `<LHA>` would be markup.
    assert "lhas.\\<LHA\\>.base_population" in (found.description or "")
    assert "mark" not in kinds
