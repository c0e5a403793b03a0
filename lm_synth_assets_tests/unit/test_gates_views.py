"""Tables as arrays: what refers to nothing is left out or refused, so that no wild number makes a table of
its size.
"""

import pandas as pd
import pytest

from lm_synth_assets.gates.gate import StoredTables, Unreadable
from lm_synth_assets.gates.views import people_in, stays_of, visits_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets_tests.support.datasets import Tables

WILD = 100_000_000


def with_wild(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    copy = frame.copy()
    copy.loc[7, column] = WILD
    return copy


@pytest.mark.parametrize("column", ["lha_id", "facility_home_id"])
def test_patients_of_nowhere_are_not_evaluated(tables: Tables, region: Region, column: str) -> None:
    stored = StoredTables.of(tables | {"patients": with_wild(tables["patients"], column)})
    with pytest.raises(Unreadable, match="areas or facilities that are not there"):
        people_in(stored, region)


def test_visits_and_stays_at_no_facility_are_left_out(tables: Tables, region: Region) -> None:
    wild = {name: with_wild(tables[name], "facility_id") for name in ("ed_encounters", "ip_stays")}
    stored = StoredTables.of(tables | wild)
    assert 7 not in visits_of(stored, region).row
    assert 7 not in stays_of(stored, region).row
    assert len(visits_of(stored, region).row) == len(tables["ed_encounters"]) - 1
