"""The dagster-pandas types: they take every frame that the schema takes, and refuse the plain breaches."""

from collections.abc import Callable

import pandas as pd
import pytest
import sqlalchemy as sa
from dagster import DagsterType, TypeCheck

from lm_synth_assets.orchestration.asset_types import dataframe_type
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets_tests.support.datasets import Tables
from lm_synth_assets_tests.support.frames import valid_frame

Edit = Callable[[pd.DataFrame], pd.DataFrame]


def checked(kind: DagsterType, frame: pd.DataFrame) -> TypeCheck:
    return kind.type_check(None, frame)  # type: ignore[arg-type]


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_frame_that_keeps_to_its_schema_is_accepted(tables: Tables, table: sa.Table) -> None:
    kind = dataframe_type(table)
    for frame in (tables[table.name], valid_frame(table), valid_frame(table, 0)):
        result = checked(kind, frame)
        assert result.success, result.description


def test_a_type_tells_the_limits_of_each_column() -> None:
    told = str(dataframe_type(TABLES["ed_encounters"]).description).splitlines()
    assert told[0] == "ED visits of the reference year; key encounter_id"
    assert "- **encounter_id**: at least 1, not null" in told
    assert "- **acuity**: at least 1, at most 5, null" in told


BREACHES: dict[str, tuple[str, Edit, str]] = {
    "no frame": ("patients", lambda frame: frame["dob"], "Must be a pandas.DataFrame"),
    "missing column": ("patients", lambda frame: frame.drop(columns="dob"), "dob"),
    "value outside a closed list": ("patients", lambda frame: frame.assign(gender="Robot"), "gender"),
    "value below its range": ("patients", lambda frame: frame.assign(lha_id=0), "lha_id"),
    "value above its range": ("ed_encounters", lambda frame: frame.assign(acuity=6.0), "acuity"),
    "null where none may be": ("patients", lambda frame: frame.assign(dob=pd.NaT), "dob"),
    "text for a number": ("ip_stays", lambda frame: frame.assign(los_days="long"), "los_days"),
    "number for a truth": ("ip_stays", lambda frame: frame.assign(alc_flag=1), "alc_flag"),
    "text for a time": ("ip_stays", lambda frame: frame.assign(admit_ts="2025-01-01"), "admit_ts"),
}


@pytest.mark.parametrize(("name", "edit", "told"), BREACHES.values(), ids=BREACHES)
def test_a_plain_breach_is_refused_and_named(name: str, edit: Edit, told: str) -> None:
    result = checked(dataframe_type(TABLES[name]), edit(valid_frame(TABLES[name])))
    assert not result.success
    assert told in str(result.description)


def test_a_kind_of_column_that_has_no_type_yet_is_an_error() -> None:
    strange = sa.Table("strange", sa.MetaData(), sa.Column("blob", sa.LargeBinary, primary_key=True))
    with pytest.raises(TypeError, match="blob: no kind declares the type"):
        checked(dataframe_type(strange), pd.DataFrame())
