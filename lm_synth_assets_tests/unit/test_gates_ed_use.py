"""The gates on ED use see the wrong people, and people who are too much alike."""

import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.gates.statistics.ed_use import children_go_to_pediatric_ed
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, GENDERS, PEDIATRIC_ED, URGENT_CARE
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.support.datasets import Tables, retuned


@pytest.fixture
def visits(tables: Tables) -> pd.DataFrame:
    """A copy of the encounters, to be damaged."""
    return tables["ed_encounters"].copy()


class TestPediatric:
    def test_sees_children_sent_elsewhere(self, judge: Judge, tables: Tables, visits: pd.DataFrame) -> None:
        self.send(visits, tables, ["0-4", "5-14"], 0.3, URGENT_CARE)
        verdict = judge("ed_encounters", "children_go_to_pediatric_ed", ed_encounters=visits)
        assert not verdict.passed
        assert float(verdict.observed.split("%")[0]) < 65

    def test_sees_adults_among_children(self, judge: Judge, tables: Tables, visits: pd.DataFrame) -> None:
        self.send(visits, tables, ["25-44"], 0.1, PEDIATRIC_ED)
        verdict = judge("ed_encounters", "adults_stay_out_of_pediatric_ed", ed_encounters=visits)
        assert not verdict.passed
        assert float(verdict.observed.split("%")[0]) > 2

    def test_lets_youths_be_seen_there(self, judge: Judge, tables: Tables, visits: pd.DataFrame) -> None:
        self.send(visits, tables, ["15-24"], 0.5, PEDIATRIC_ED)
        assert judge("ed_encounters", "adults_stay_out_of_pediatric_ed", ed_encounters=visits).passed
        assert judge("ed_encounters", "children_go_to_pediatric_ed", ed_encounters=visits).passed

    def test_has_nothing_to_hold_where_the_rates_have_no_pediatric_ed(
        self, tables: Tables, region: Region
    ) -> None:
        no_rates = dict.fromkeys(AGE_GROUPS, dict.fromkeys(GENDERS, 0.0))
        none = {"ed": {"rates_per_1000": {PEDIATRIC_ED: no_rates}}}
        elsewhere = tables["ed_encounters"].copy()
        pediatric = elsewhere["ed_subservice"] == PEDIATRIC_ED
        elsewhere.loc[pediatric, "ed_subservice"] = URGENT_CARE
        stored = StoredTables.of(tables | {"ed_encounters": elsewhere})
        assert not children_go_to_pediatric_ed(stored, region).passed
        assert children_go_to_pediatric_ed(stored, retuned(region, none)).passed

    @staticmethod
    def send(
        visits: pd.DataFrame, tables: Tables, age_groups: list[str], share: float, subservice: str
    ) -> None:
        """Send a share of the visits of some age groups to one subservice."""
        age_group = visits["patient_id"].map(tables["patients"].set_index("patient_id")["age_group"])
        own = visits.index[age_group.isin(age_groups)]
        visits.loc[own[: int(len(own) * share)], "ed_subservice"] = subservice


class TestVisitsPerPerson:
    def test_sees_visits_that_are_dealt_out_regardless_of_frailty(
        self, judge: Judge, tables: Tables, visits: pd.DataFrame
    ) -> None:
        ids = tables["patients"]["patient_id"]
        anybody = np.random.default_rng(1).integers(0, len(ids), len(visits))
        dealt = visits.assign(patient_id=ids.array.take(anybody))
        verdict = judge("ed_encounters", "visits_per_person", ed_encounters=dealt)
        assert not verdict.passed
        assert "patients with 4 or more visits" in set(verdict.offending["figure"])

    def test_sees_that_everybody_comes_once(self, judge: Judge, visits: pd.DataFrame) -> None:
        once = visits.drop_duplicates("patient_id")
        assert not judge("ed_encounters", "visits_per_person", ed_encounters=once).passed

    def test_sees_that_one_patient_has_many_visits_of_others(
        self, judge: Judge, visits: pd.DataFrame
    ) -> None:
        visits.loc[visits.index[:60], "patient_id"] = visits["patient_id"].iloc[0]
        verdict = judge("ed_encounters", "visits_per_person", ed_encounters=visits)
        assert verdict.offending["figure"].tolist() == ["variance / mean"]

    def test_no_visits_are_no_finding(self, judge: Judge, visits: pd.DataFrame) -> None:
        assert judge("ed_encounters", "visits_per_person", ed_encounters=visits.iloc[:0]).passed
