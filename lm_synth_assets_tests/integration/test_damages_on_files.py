"""A dozen of the mutation suite's damages on files, seen through `lm-synth validate`."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.files.csv import CsvStore, write_csv
from lm_synth_assets.storage.frames import to_arrow
from lm_synth_assets_tests.damages.damage import Damage
from lm_synth_assets_tests.damages.suite import good, whole_suite
from lm_synth_assets_tests.support.commands import Call

GATES = (
    "dim_lha.as_configured",
    "dim_date.contiguous_days",
    "population_projection.totals_follow_growth",
    "ed_baseline_rates.rates_follow_configuration",
    "patients.keys",
    "patients.marginals",
    "patients.unique_quasi_identifiers",
    "ed_encounters.clock",
    "ed_encounters.volumes_by_site",
    "ed_encounters.foreign_keys",
    "ip_stays.alc_above_threshold",
    "ip_stays.admissions_have_stays",
    "ip_stays.one_place_at_a_time",
    "ed_projection.reconciles_with_sql",
)
DAMAGES = [next(damage for damage in whole_suite() if damage.gate == gate) for gate in GATES]


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The good data of the suite as CSV files."""
    folder = tmp_path_factory.mktemp("good")
    for name, frame in good()[1].items():
        CsvStore(folder).write(TABLES[name], frame)
    return folder


def test_the_good_files_pass(call: Call, files: Path) -> None:
    ran = call("validate", "--in", files, "--quiet")
    assert ran == (0, "", "")


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: f"{damage.gate}: {damage.words}")
def test_damaged_files_fail_by_the_name_of_the_gate(
    call: Call, files: Path, tmp_path: Path, damage: Damage
) -> None:
    folder = Path(shutil.copytree(files, tmp_path / "damaged"))
    for name, frame in damage.change(good()[1]).items():
        assert isinstance(frame, pd.DataFrame)
        with (folder / f"{name}.csv").open("wb") as file:
            write_csv(list(TABLES[name].columns.keys()), [to_arrow(TABLES[name], frame)], file)
    ran = call("validate", "--in", folder, "--select", damage.gate, "--json")
    [gate] = json.loads(ran.out)["gates"]
    assert (ran.code, ran.err) == (1, "")
    assert (gate["mark"], gate["passed"]) == ("fail", False)
