"""What makes a run impossible or contradicts its own thresholds, and how it is worded.

More cases are in `fuzz/retunings.py`, `REFUSED`.
"""

from typing import Any

import numpy as np
import pytest

from lm_synth_assets.errors import CapacityError, ConfigError
from lm_synth_assets.model.feasibility import require_feasible
from lm_synth_assets.model.flows import cross_lha_share
from lm_synth_assets.model.lengths import lognormal_length, lognormal_mean
from lm_synth_assets.model.room import heaviest_load
from lm_synth_assets.model.visits import pediatric_share
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, GENDERS
from lm_synth_assets_tests.support.datasets import Tables, retuned


def stays_of_girls(rate: float) -> dict[str, Any]:
    return {"inpatient": {"stays_per_1000": {"Female": {"0-4": rate}}}}


def test_the_default_region_is_feasible(region: Region) -> None:
    require_feasible(region)


def test_all_contradictions_are_named_at_once(region: Region) -> None:
    both = retuned(region, {"gates": {"cross_lha_pct": [0, 1], "pediatric_under_15_pct": 99.0}})
    with pytest.raises(ConfigError) as caught:
        require_feasible(both)
    lines = str(caught.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "gates.cross_lha_pct",
        "gates.pediatric_under_15_pct",
    ]
    assert "lhas.<LHA>.leaves_pct" in lines[0]
    assert "ed.rates_per_1000" in lines[1]


def test_thresholds_of_visits_do_not_matter_to_a_run_without_them(region: Region) -> None:
    strict = retuned(region, {"gates": {"pediatric_under_15_pct": 99.0}})
    require_feasible(strict.with_run(with_ed=False, with_ip=False))


def test_the_share_that_crosses_areas_is_that_of_the_patients(region: Region, tables: Tables) -> None:
    patients = tables["patients"]
    default = patients["lha_id"].map(tables["dim_lha"].set_index("lha_id")["default_site_id"])
    # Half a patient for each area: who leaves is rounded.
    away = (patients["facility_home_id"] != default).mean()
    assert away == pytest.approx(cross_lha_share(region), abs=6 / len(patients))


def test_the_share_of_pediatric_ed_is_that_of_the_rate_table(region: Region, tables: Tables) -> None:
    people = tables["population_projection"].query("year == 2025")
    visits = people.merge(tables["ed_baseline_rates"], on=["lha_id", "age_group", "gender"])
    young = visits[visits["age_group"].isin(["0-4", "5-14"])]
    count = young["population"] * young["baserate_per_1000"]
    pediatric = count[young["ed_subservice"] == "Pediatric ED"].sum()
    assert pediatric_share(region, 0, 14) == pytest.approx(pediatric / count.sum())


def test_too_many_stays_are_refused_with_the_rate_the_area_and_what_fits(region: Region) -> None:
    with pytest.raises(CapacityError) as caught:
        require_feasible(retuned(region, stays_of_girls(40_000)))
    message = str(caught.value)
    assert message.startswith("inpatient.stays_per_1000.Female.0-4: is 40000, which is too much: ")
    assert "at most 219 days of a year; lower it to " in message
    assert message.endswith("or raise ed.frailty_shape, which shares contacts out more evenly")


def test_the_load_grows_with_rates_and_with_the_number_of_patients(region: Region) -> None:
    girls = (0, AGE_GROUPS.index("0-4"), GENDERS.index("Female"))
    loads = [
        heaviest_load(retuned(region, stays_of_girls(rate)).with_run(patients=patients)).days[girls]
        for rate, patients in ((44, 5_000), (440, 5_000), (440, 50_000))
    ]
    assert loads == sorted(loads)
    assert loads[0] < loads[1] / 5


def test_a_cell_without_patients_needs_nothing(region: Region) -> None:
    nobody = retuned(region, {"lhas": {"Riverbend": {"base_population": 0}}})
    riverbend = list(region.lhas).index("Riverbend")
    assert heaviest_load(nobody).days[riverbend].max() == 0


@pytest.mark.parametrize("sigma", [0.0, 0.5, 2.5])
@pytest.mark.parametrize("longest", [1.0, 10.0, 1_000.0])
def test_the_mean_of_a_lognormal_is_that_of_its_lengths(sigma: float, longest: float) -> None:
    share = (np.arange(200_000) + 0.5) / 200_000
    lengths = lognormal_length(share, np.array(4.0), np.array(sigma), np.array(longest))
    mean = lognormal_mean(np.array(4.0), np.array(sigma), np.array(longest))
    assert float(mean) == pytest.approx(lengths.mean(), rel=0.002)
