"""What many tests look at: the default region with 5,000 patients, its tables, and the gates' verdicts."""

from typing import Protocol

import pandas as pd
import pytest
from hypothesis import settings

from lm_synth_assets.config import Region
from lm_synth_assets.config_files import load_region
from lm_synth_assets.gates.gate import StoredTables, Verdict
from lm_synth_assets.gates.registry import all_gates
from lm_synth_assets_tests.datasets import Tables, make_tables

# Whether a property holds depends neither on the clock nor on luck.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


class Judge(Protocol):
    """Asks one gate for its verdict on the good tables with some of them replaced."""

    def __call__(self, table: str, gate: str, /, **damaged: pd.DataFrame) -> Verdict: ...


@pytest.fixture(scope="session")
def region() -> Region:
    """The default region with 5,000 patients."""
    return load_region().with_run(patients=5_000)


@pytest.fixture(scope="session")
def tables(region: Region) -> Tables:
    """All tables of `region`. Shared by all tests: who changes one takes a copy."""
    return make_tables(region)


@pytest.fixture(scope="session")
def judge(region: Region, tables: Tables) -> Judge:
    """The verdict of a gate on damaged copies of some of the tables, the others being good."""
    gates = {(gate.table, gate.name): gate for gate in all_gates()}

    def ask(table: str, gate: str, /, **damaged: pd.DataFrame) -> Verdict:
        return gates[table, gate].judge(StoredTables.of(tables | damaged), region)

    return ask
