"""The gates on transfers see stays that do not continue another as configured, and too many of them."""

import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.model.flows import corridors
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.support.datasets import Tables

NEW_YEAR = pd.Timestamp("2025-01-01")


@pytest.fixture
def stays(tables: Tables) -> pd.DataFrame:
    """A copy of the stays, to be damaged."""
    return tables["ip_stays"].copy()


@pytest.fixture
def moved(stays: pd.DataFrame) -> int:
    """The index of a stay that a transfer began."""
    return int(stays.index[stays["transfer_from_stay_id"].notna()][0])


class TestTransfers:
    @pytest.mark.parametrize(
        ("column", "value"),
        [
            pytest.param("patient_id", "P0000001", id="of another patient"),
            pytest.param("admit_ts", NEW_YEAR, id="at another time"),
            pytest.param("transfer_from_stay_id", 10_000_000, id="from a stay that is not there"),
        ],
    )
    def test_see_one(self, judge: Judge, stays: pd.DataFrame, moved: int, column: str, value: object) -> None:
        stays.loc[moved, column] = value
        verdict = judge("ip_stays", "transfers_along_corridors", ip_stays=stays)
        assert not verdict.passed
        assert stays.loc[moved, "stay_id"] in verdict.offending["stay_id"].tolist()

    def test_see_one_to_another_subprogram_of_the_site(
        self, judge: Judge, stays: pd.DataFrame, moved: int
    ) -> None:
        stays.loc[moved, "subprogram_key"] = 102 if stays.loc[moved, "subprogram_key"] == 101 else 101
        verdict = judge("ip_stays", "transfers_along_corridors", ip_stays=stays)
        assert stays.loc[moved, "stay_id"] in verdict.offending["stay_id"].tolist()

    def test_see_one_to_another_subprogram_that_has_the_same_corridor(
        self, judge: Judge, region: Region, stays: pd.DataFrame
    ) -> None:
        units = units_of(region)
        keys = [unit.subprogram_key for unit in units]
        before = stays.set_index("stay_id").reindex(stays["transfer_from_stay_id"])
        row = np.flatnonzero(before["transfer_from_stay_id"].isna() & before["facility_id"].notna())[0]
        way = corridors(region, units)[
            int(before["facility_id"].iloc[row]) - 1, :, stays["facility_id"][row] - 1
        ]
        also = [key for key, share in zip(keys, way, strict=True) if share > 0]
        stays.loc[row, "subprogram_key"] = next(key for key in also if key != stays["subprogram_key"][row])
        verdict = judge("ip_stays", "transfers_along_corridors", ip_stays=stays)
        assert stays.loc[row, "stay_id"] in verdict.offending["stay_id"].tolist()

    def test_see_a_second_return(self, judge: Judge, region: Region, stays: pd.DataFrame) -> None:
        continues = stays.set_index("stay_id")["transfer_from_stay_id"]
        back = stays.index[stays["transfer_from_stay_id"].map(continues).notna()][0]
        away = stays.index[stays["stay_id"] == stays.loc[back, "transfer_from_stay_id"]][0]
        again = stays.loc[[back]].assign(
            stay_id=10_000_000,
            transfer_from_stay_id=stays.loc[back, "stay_id"],
            facility_id=stays.loc[away, "facility_id"],
            admit_ts=stays.loc[back, "discharge_ts"] + pd.Timedelta(hours=region.inpatient.travel_hours),
        )
        verdict = judge("ip_stays", "transfers_along_corridors", ip_stays=pd.concat([stays, again]))
        assert verdict.offending["stay_id"].tolist() == [10_000_000]

    def test_see_one_against_its_corridor(self, judge: Judge, region: Region, stays: pd.DataFrame) -> None:
        # From the tertiary sites no corridor leads on.
        ends = [number for number, site in enumerate(region.sites.values(), 1) if not site.transfers_to]
        origin = stays["transfer_from_stay_id"].map(stays.set_index("stay_id")["facility_id"])
        row = stays.index[origin.notna() & ~origin.isin(ends)][0]
        before = stays.index[stays["stay_id"] == stays.loc[row, "transfer_from_stay_id"]][0]
        stays.loc[before, "facility_id"] = ends[0]
        verdict = judge("ip_stays", "transfers_along_corridors", ip_stays=stays)
        assert stays.loc[row, "stay_id"] in verdict.offending["stay_id"].tolist()

    def test_see_a_return_to_another_site(self, judge: Judge, stays: pd.DataFrame) -> None:
        continues = stays.set_index("stay_id")["transfer_from_stay_id"]
        back = stays.index[stays["transfer_from_stay_id"].map(continues).notna()][0]
        stays.loc[back, "facility_id"] = stays.loc[back, "facility_id"] % 12 + 1
        verdict = judge("ip_stays", "transfers_along_corridors", ip_stays=stays)
        assert verdict.offending["stay_id"].tolist() == [stays.loc[back, "stay_id"]]

    def test_see_a_stay_that_two_continue(self, judge: Judge, stays: pd.DataFrame, moved: int) -> None:
        second = stays.loc[[moved]].assign(stay_id=10_000_000)
        verdict = judge("ip_stays", "transfers_along_corridors", ip_stays=pd.concat([stays, second]))
        assert set(verdict.offending["stay_id"]) == {stays.loc[moved, "stay_id"], 10_000_000}


class TestTransfersByProgram:
    def test_see_a_program_that_moves_everybody_on(
        self, judge: Judge, region: Region, stays: pd.DataFrame
    ) -> None:
        ends = [number for number, site in enumerate(region.sites.values(), 1) if not site.transfers_to]
        open_way = (stays["program_id"] == 1) & ~stays["facility_id"].isin(ends)
        alone = ~stays["stay_id"].isin(stays["transfer_from_stay_id"].dropna())
        first = stays[open_way & alone & stays["transfer_from_stay_id"].isna()]
        moved = first.assign(stay_id=first["stay_id"] + 1_000_000, transfer_from_stay_id=first["stay_id"])
        verdict = judge("ip_stays", "transfers_by_program", ip_stays=pd.concat([stays, moved]))
        assert not verdict.passed
        assert "Medicine" in verdict.offending["cell"].tolist()

    def test_see_that_all_return(self, judge: Judge, stays: pd.DataFrame) -> None:
        # Ten times as many patients, so that the returns of so few are more than chance.
        again = [
            stays.assign(
                stay_id=stays["stay_id"] + number * 1_000_000,
                transfer_from_stay_id=stays["transfer_from_stay_id"] + number * 1_000_000,
            )
            for number in range(10)
        ]
        many = pd.concat(again, ignore_index=True)
        continued = many["stay_id"].isin(many["transfer_from_stay_id"].dropna())
        moved = many[many["transfer_from_stay_id"].notna() & ~continued]
        back = moved.assign(stay_id=moved["stay_id"] + 100_000_000, transfer_from_stay_id=moved["stay_id"])
        verdict = judge("ip_stays", "transfers_by_program", ip_stays=pd.concat([many, back]))
        assert "returned" in verdict.offending["cell"].tolist()

    def test_do_not_expect_them_from_where_no_corridor_leads(
        self, judge: Judge, region: Region, stays: pd.DataFrame
    ) -> None:
        ends = [number for number, site in enumerate(region.sites.values(), 1) if not site.transfers_to]
        there = stays[stays["facility_id"].isin(ends) & stays["transfer_from_stay_id"].isna()]
        many = pd.concat([there.assign(stay_id=there["stay_id"] + n * 1_000_000) for n in range(20)])
        assert judge("ip_stays", "transfers_by_program", ip_stays=many).passed
