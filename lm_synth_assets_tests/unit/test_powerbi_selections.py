"""What is selected on a page filters the facts as planners expect: along the relationships of the model.

The selection is followed as Power BI does it, and the SQL of the measures runs over the rows that are left.
"""

import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.powerbi.documentation import value_of
from lm_synth_assets.powerbi.measures.catalogue import MEASURES
from lm_synth_assets_tests.support.datasets import Tables
from lm_synth_assets_tests.support.filter_paths import selected
from lm_synth_assets_tests.support.powerbi_project import model

BY_NAME = {measure.name: measure for measure in MEASURES}


def value(name: str, tables: Tables) -> float:
    return value_of(BY_NAME[name], tables)


def with_patients(rows: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    return rows.merge(tables["patients"], on="patient_id", suffixes=("", "_of_patient"))


@pytest.mark.parametrize(
    ("column", "measure"),
    [
        ("dim_site.site_name", "ED Visits"),
        ("dim_site.site_name", "IP Stays"),
        ("dim_lha.lha_name", "ED Visits"),
        ("dim_lha.lha_name", "Residents"),
        ("dim_lha.lha_name", "Projected Population"),
        ("dim_age_group.age_group", "Estimated IP Stays"),
        ("dim_gender.gender", "Patients"),
        ("dim_ed_subservice.ed_subservice", "ED Visits"),
        ("dim_ed_subservice.ed_subservice", "Projected ED Visits"),
        ("dim_program.program_name", "IP Stays"),
        ("dim_site.site_name", "Projected ED Visits"),
    ],
)
def test_the_parts_add_up_to_the_whole(column: str, measure: str, tables: Tables) -> None:
    table, _, name = column.partition(".")
    parts = [
        value(measure, selected(tables, model(), column, each)) for each in tables[table][name].astype(str)
    ]
    assert np.nansum(parts) == pytest.approx(value(measure, tables))
    assert np.nanmax(parts) > np.nanmin(parts)


def test_a_site_shows_what_happens_there_whoever_comes(tables: Tables) -> None:
    site = tables["dim_site"].iloc[0]
    left = selected(tables, model(), "dim_site.site_name", site["site_name"])
    assert value("ED Visits", left) == (tables["ed_encounters"]["facility_id"] == site["site_id"]).sum()
    assert value("Residents", left) == value("Residents", tables)


def test_an_area_shows_what_its_residents_do_wherever_they_go(tables: Tables) -> None:
    area = tables["dim_lha"].iloc[0]
    left = selected(tables, model(), "dim_lha.lha_name", area["lha_name"])
    visits = with_patients(tables["ed_encounters"], tables)
    residents = tables["patients"]["lha_id"] == area["lha_id"]
    assert value("ED Visits", left) == (visits["lha_id"] == area["lha_id"]).sum()
    assert value("ED Visits per 1,000", left) == pytest.approx(
        1000 * (visits["lha_id"] == area["lha_id"]).sum() / residents.sum()
    )


def test_a_subservice_shows_its_visits_per_resident_of_the_region(tables: Tables) -> None:
    left = selected(tables, model(), "dim_ed_subservice.ed_subservice", "Pediatric ED")
    pediatric = (tables["ed_encounters"]["ed_subservice"] == "Pediatric ED").sum()
    assert value("ED Visits per 1,000", left) == pytest.approx(1000 * pediatric / len(tables["patients"]))


def test_a_year_shows_its_projection_and_the_stays_that_began_in_it(tables: Tables) -> None:
    left = selected(tables, model(), "dim_date.year", 2030)
    projected = tables["ed_projection"].query("year == 2030 and scenario_id == 1")["projected_volumes"].sum()
    residents = tables["population_projection"].query("year == 2030")["population"].sum()
    assert value("Projected ED Visits", left) == pytest.approx(projected)
    assert value("Projected Population", left) == residents
    stays = selected(tables, model(), "dim_date.year", 2025)
    assert value("IP Stays", stays) == (tables["ip_stays"]["admit_date"].dt.year == 2025).sum()
    assert value("IP Stays Under Way", stays) == 0


def test_the_fiscal_year_runs_from_april(tables: Tables) -> None:
    left = selected(tables, model(), "dim_date.fiscal_year", "2025/26")
    days = left["ed_encounters"]["arrival_date"]
    assert (days.min(), days.max()) == (pd.Timestamp("2025-04-01"), pd.Timestamp("2025-12-31"))
