"""Any seed, size and year makes data that passes the gates.

Seeds are fixed, so a run either always passes or always fails. How often another seed would fail: volumes,
marginals and structure never do, since they hold by construction. Of the gates on freely drawn figures, a
marginal of `arrival_shape` fails one seed in 1,000 where it has under 400 visits and hardly any above
(Kolmogorov-Smirnov at the 99.9% point); `correlations` failed one of 450 seeds at 1,000 to 5,000 patients,
`los_medians` and `los_shape` none.
"""

import pytest

from lm_synth_assets.region.models.region import Region
from lm_synth_assets_tests.support.datasets import retuned
from lm_synth_assets_tests.support.verdicts import failures


@pytest.mark.parametrize("seed", range(10))
def test_seeds_pass_every_gate_with_5000_patients(region: Region, seed: int) -> None:
    assert failures(region.with_run(seed=seed)) == []


@pytest.mark.parametrize("seed", [42, 2**63 - 1])
def test_seeds_pass_every_gate_with_50000_patients(region: Region, seed: int) -> None:
    assert failures(region.with_run(patients=50_000, seed=seed)) == []


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("patients", [1, 10, 200])
def test_small_samples_pass_the_blocking_gates(region: Region, patients: int, seed: int) -> None:
    assert failures(region.with_run(patients=patients, seed=seed), only_blocking=True) == []


@pytest.mark.parametrize("start_year", [1950, 1970, 2000, 2028, 2100])
def test_any_start_year_passes_the_blocking_gates(region: Region, start_year: int) -> None:
    assert failures(region.with_run(start_year=start_year, years=2), only_blocking=True) == []


def test_the_farthest_horizon_passes_the_blocking_gates(region: Region) -> None:
    far = region.with_run(patients=500, start_year=2150, years=50)
    assert failures(far, only_blocking=True) == []


@pytest.mark.parametrize("seed", range(3))
def test_freely_drawn_volumes_pass_every_gate(region: Region, seed: int) -> None:
    assert failures(retuned(region.with_run(seed=seed), {"ed": {"volume_control": "free"}})) == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"ed": {"frailty_shape": 0.05}}, id="few people make most of the visits"),
        pytest.param({"ed": {"frailty_shape": 100.0}}, id="hardly any frequent users"),
        pytest.param({"ed": {"gap_hours": 24.0}}, id="a day between contacts"),
        pytest.param({"inpatient": {"travel_hours": 48.0}}, id="sites two days apart"),
        pytest.param({"inpatient": {"returned_share": 1.0}}, id="all who are transferred return"),
        pytest.param({"inpatient": {"los_cap_days": 30.0}}, id="no stay above a month"),
        pytest.param({"privacy": {"unique_quasi_identifiers": False}}, id="doubles allowed"),
    ],
)
def test_other_regions_pass_the_blocking_gates(region: Region, changes: dict) -> None:
    assert failures(retuned(region, changes), only_blocking=True) == []
