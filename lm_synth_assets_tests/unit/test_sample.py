"""The size of the sample: in proportion to the residents, and as many as can be told apart."""

import re
from datetime import date

import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.errors import CapacityError
from lm_synth_assets.model.population import residents
from lm_synth_assets.model.sample import sample_sizes
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.simulation.tables.patients import patients as patients_of
from lm_synth_assets_tests.support.datasets import Tables, retuned
from lm_synth_assets_tests.support.people import QUASI_IDENTIFIERS


@pytest.fixture(scope="module")
def patients(tables: Tables) -> pd.DataFrame:
    return tables["patients"]


class TestSampleSizes:
    @pytest.mark.parametrize("patients", [1, 10, 288, 5_000, 200_000])
    def test_each_cell_is_within_one_of_its_share(self, region: Region, patients: int) -> None:
        sizes = sample_sizes(region.with_run(patients=patients))
        population = residents(region, region.run.start_year)
        assert sizes.sum() == patients
        assert np.abs(sizes - population / population.sum() * patients).max() < 1

    def test_too_many_for_distinct_birth_days_is_an_error_that_names_the_cell_and_its_capacity(
        self, region: Region
    ) -> None:
        with pytest.raises(CapacityError) as caught:
            sample_sizes(region.with_run(patients=1_000_000))
        message = str(caught.value)
        assert message.startswith("1,000,000 patients are too many for unique quasi-identifiers")
        assert "the cell Harborview x 25-44 x Male" in message
        days = (date(2000, 1, 1) - date(1980, 1, 1)).days
        assert f"has {days:,}." in message
        assert "privacy.unique_quasi_identifiers: false" in message

    @pytest.mark.parametrize("start_year", [2024, 2025, 2100])
    def test_the_error_names_the_largest_number_that_fits(self, region: Region, start_year: int) -> None:
        run = region.with_run(patients=1_000_000, start_year=start_year)
        most = most_patients(run)
        assert sample_sizes(run.with_run(patients=most)).sum() == most
        with pytest.raises(CapacityError):
            sample_sizes(run.with_run(patients=most + 1))

    def test_the_largest_number_may_exceed_the_residents(self, one_area: Region) -> None:
        village = retuned(one_area, {"lhas": {"Harborview": {"base_population": 1_000}}})
        most = most_patients(village.with_run(patients=1_000_000))
        assert most > 1_000
        with pytest.raises(CapacityError):
            sample_sizes(village.with_run(patients=most + 1))

    def test_the_largest_number_can_really_be_made(self, one_area: Region) -> None:
        most = most_patients(one_area.with_run(patients=100_000))
        patients = patients_of(one_area.with_run(patients=most, seed=1))
        assert not patients.duplicated(QUASI_IDENTIFIERS).any()
        fullest = patients[(patients["age_group"] == "25-44") & (patients["gender"] == "Male")]
        every_day = pd.date_range("1980-01-02", "2000-01-01")
        assert set(fullest["dob"]) == set(every_day), "the fullest cell holds every day of its age group"

    def test_doubles_may_be_allowed(self, one_area: Region) -> None:
        allowed = retuned(one_area, {"privacy": {"unique_quasi_identifiers": False}})
        patients = patients_of(allowed.with_run(patients=60_000, seed=1))
        assert len(patients) == 60_000
        assert patients.duplicated(QUASI_IDENTIFIERS).any()


def most_patients(region: Region) -> int:
    with pytest.raises(CapacityError) as caught:
        sample_sizes(region)
    found = re.search(r"Ask for at most ([\d,]+) patients", str(caught.value))
    assert found
    return int(found[1].replace(",", ""))
