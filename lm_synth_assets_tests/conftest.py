"""What many tests look at: the default region with 5,000 patients, and its tables, made once."""

import pytest

from lm_synth_assets.config import Region
from lm_synth_assets.config_files import load_region
from lm_synth_assets_tests.datasets import Tables, make_tables


@pytest.fixture(scope="session")
def region() -> Region:
    """The default region with 5,000 patients."""
    return load_region().with_run(patients=5_000)


@pytest.fixture(scope="session")
def tables(region: Region) -> Tables:
    """All tables of `region`. Shared by all tests: who changes one takes a copy."""
    return make_tables(region)
