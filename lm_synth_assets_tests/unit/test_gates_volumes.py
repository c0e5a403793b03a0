"""The gates on ED volumes see visits that are too many, or at the wrong place."""

import pandas as pd
import pytest

from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.gates.statistics.volumes import volumes_by_catchment, volumes_by_site
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import PEDIATRIC_ED
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.support.datasets import Tables


@pytest.fixture
def visits(tables: Tables) -> pd.DataFrame:
    """A copy of the encounters, to be damaged."""
    return tables["ed_encounters"].copy()


def rows(frame: pd.DataFrame, condition: str, count: int) -> pd.Index:
    found = frame.query(condition).index[:count]
    assert len(found) == count
    return found


class TestVolumes:
    def test_by_site_sees_visits_at_another_site(self, judge: Judge, visits: pd.DataFrame) -> None:
        moved = rows(visits, "facility_id == 6 and ed_subservice == 'Adult ED'", 30)
        visits.loc[moved, "facility_id"] = 1
        verdict = judge("ed_encounters", "volumes_by_site", ed_encounters=visits)
        assert not verdict.passed
        cells = verdict.offending[["facility_id", "ed_subservice"]].to_numpy().tolist()
        assert cells == [[1, "Adult ED"], [6, "Adult ED"]]

    def test_by_site_sees_a_tenth_too_many_of_a_subservice(self, judge: Judge, visits: pd.DataFrame) -> None:
        more = pd.concat([visits, visits[visits["ed_subservice"] == "Urgent Care Centre"].iloc[::10]])
        verdict = judge("ed_encounters", "volumes_by_site", ed_encounters=more)
        assert not verdict.passed
        assert set(verdict.offending["ed_subservice"]) == {"Urgent Care Centre"}

    def test_by_catchment_sees_visits_of_another_areas_people(
        self, judge: Judge, tables: Tables, visits: pd.DataFrame
    ) -> None:
        patients = tables["patients"].set_index("patient_id")
        area = visits["patient_id"].map(patients["lha_id"])
        adult = visits["ed_subservice"] == "Adult ED"
        given_away = visits.index[(area == 2) & adult][:30]
        visits.loc[given_away, "patient_id"] = patients.index[patients["lha_id"] == 5][:30]
        verdict = judge("ed_encounters", "volumes_by_catchment", ed_encounters=visits)
        assert not verdict.passed
        assert set(verdict.offending["facility"]) == {"LM-BRC", "LM-SNW"}
        assert judge("ed_encounters", "volumes_by_site", ed_encounters=visits).passed, (
            "nothing moved between sites"
        )

    def test_by_catchment_sees_a_subservice_without_visits(self, judge: Judge, visits: pd.DataFrame) -> None:
        none = visits[visits["ed_subservice"] != PEDIATRIC_ED]
        verdict = judge("ed_encounters", "volumes_by_catchment", ed_encounters=none)
        assert not verdict.passed
        assert set(verdict.offending["ed_subservice"]) == {PEDIATRIC_ED}

    def test_the_two_ways_of_counting_expect_as_many_visits(self, region: Region, tables: Tables) -> None:
        nobody = StoredTables.of(tables | {"ed_encounters": tables["ed_encounters"].iloc[:0]})
        by_site, by_catchment = (
            gate(nobody, region).offending["expected"] for gate in (volumes_by_site, volumes_by_catchment)
        )
        # Cells of less than two visits are missing from both.
        assert by_site.sum() == pytest.approx(by_catchment.sum(), rel=0.01)

    def test_by_catchment_lets_free_draws_wander_by_their_sampling_error(
        self, judge: Judge, region: Region, tables: Tables, visits: pd.DataFrame
    ) -> None:
        fewer = visits.iloc[::10].index
        free = region.model_copy(update={"ed": region.ed.model_copy(update={"volume_control": "free"})})
        stored = StoredTables.of(tables | {"ed_encounters": visits.drop(index=fewer)})
        assert not volumes_by_catchment(stored, region).passed
        assert volumes_by_catchment(stored, free).passed
