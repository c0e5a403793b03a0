"""The Power Query of the Power BI project is what Microsoft's own parser reads.

LM_SYNTH_TEST_POWER_QUERY names the folder of its packages, which `.ci/power-query` fetches. Without it the
tests do not run, and say so; where LM_SYNTH_TEST_REQUIRE_POWER_QUERY is set, they fail.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from lm_synth_assets.powerbi.power_query import LOAD_TABLE, load, parameter_value
from lm_synth_assets.powerbi.source import Source
from lm_synth_assets.schema.catalogue import TABLES

PACKAGES_VARIABLE = "LM_SYNTH_TEST_POWER_QUERY"
REQUIRE_VARIABLE = "LM_SYNTH_TEST_REQUIRE_POWER_QUERY"
SCRIPT = Path(__file__).parents[1] / "support" / "parse_power_query.cjs"

pytestmark = pytest.mark.slow


def wrong(queries: Mapping[str, str]) -> dict[str, str]:
    """By name, what the parser says is wrong with a query; empty where it is right."""
    packages, node = os.environ.get(PACKAGES_VARIABLE), shutil.which("node")
    if packages is None or node is None:
        reason = f"{PACKAGES_VARIABLE} is not set, or no node is on the path"
        if os.environ.get(REQUIRE_VARIABLE):
            pytest.fail(f"{reason}, and {REQUIRE_VARIABLE} is set")
        pytest.skip(reason)
    ran = subprocess.run(
        [node, SCRIPT],
        input=json.dumps(queries),
        env={**os.environ, "NODE_PATH": packages},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    parsed: dict[str, str] = json.loads(ran.stdout)
    return {name: problem for name, problem in parsed.items() if problem}


def test_every_query_is_parsed() -> None:
    source = Source(data_folder='a "folder" #(odd)')
    parameters = {name: parameter_value(name, value) for name, value in source.parameters().items()}
    tables = {name: load(table) for name, table in TABLES.items()}
    assert wrong({**parameters, **tables, "LoadTable": LOAD_TABLE}) == {}


FAULTS = {
    "a comma too few": ("type nullable logical\n            },", "type nullable logical\n            }"),
    "a bracket too few": ("Folder.Contents(DataFolder)", "Folder.Contents(DataFolder"),
    "no end of a condition": ("else\n                error Error.Record", "error Error.Record"),
    "text without its end": ('".csv"', '".csv'),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str) -> None:
    right, faulty = FAULTS[fault]
    assert right in LOAD_TABLE
    assert list(wrong({"LoadTable": LOAD_TABLE.replace(right, faulty)})) == ["LoadTable"]
