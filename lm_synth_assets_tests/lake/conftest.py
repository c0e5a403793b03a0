"""Programs of others that read or keep tables, in the folder LM_SYNTH_TEST_LAKE; `.ci/lake` brings them."""

import os
from pathlib import Path

import pytest

FOLDER_VARIABLE = "LM_SYNTH_TEST_LAKE"
REQUIRED_VARIABLE = "LM_SYNTH_TEST_REQUIRE_LAKE"
"""Set to 1, it is a failure that this machine lacks them."""


@pytest.fixture(scope="session")
def tools() -> Path:
    """The folder of these programs."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder and os.environ.get(REQUIRED_VARIABLE) != "1":
        pytest.skip(f"{FOLDER_VARIABLE} is not set: `.ci/lake FOLDER` brings what this test needs")
    assert folder, f"{FOLDER_VARIABLE} must be set"
    return Path(folder)
