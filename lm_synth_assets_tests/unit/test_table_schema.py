"""Table Schema says of every column and key what the declaration says, and is valid to its own standard."""

from typing import Any

import pytest
import sqlalchemy as sa
from frictionless import Schema

from lm_synth_assets.schema.catalogue import TABLES, foreign_keys, primary_key
from lm_synth_assets.schema.kinds import KINDS, Family, Kind, closed_list, family_of
from lm_synth_assets.schema.table_schema import table_schema

EVERY_TABLE = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
TYPES = {
    Family.BOOLEAN: "boolean",
    Family.INTEGER: "integer",
    Family.DECIMAL: "number",
    Family.TEXT: "string",
    Family.DAY: "date",
    Family.TIME: "datetime",
}


def fields(table: sa.Table, *, as_text: bool = True) -> dict[str, dict[str, Any]]:
    described = table_schema(table, TABLES, as_text=as_text)
    return {field["name"]: field for field in described["fields"]}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.declared.__name__)
def test_every_kind_has_the_type_of_its_family(kind: Kind) -> None:
    assert kind.table_schema == TYPES[kind.family]
    assert bool(kind.table_schema_csv) == (kind.family in (Family.BOOLEAN, Family.TIME))


@EVERY_TABLE
@pytest.mark.parametrize("as_text", [True, False])
def test_the_description_of_a_table_keeps_to_the_standard(table: sa.Table, as_text: bool) -> None:
    assert not list(Schema.metadata_validate(table_schema(table, TABLES, as_text=as_text)))


@EVERY_TABLE
def test_every_column_is_described_with_all_that_is_declared(table: sa.Table) -> None:
    described = fields(table)
    assert list(described) == list(table.columns.keys())
    for column in table.columns:
        field, info = described[column.name], column.info
        constraints = field["constraints"]
        assert field["type"] == TYPES[family_of(column)]
        assert field["description"] == column.comment
        assert constraints.get("required", False) == (not column.nullable)
        assert constraints.get("enum", []) == list(closed_list(column))
        assert constraints.get("minimum") == info.get("low")
        assert constraints.get("maximum") == info.get("high")
        assert constraints.get("pattern") == (info["form"][1] if "form" in info else None)


@EVERY_TABLE
def test_keys_are_those_that_are_declared(table: sa.Table) -> None:
    described = table_schema(table, TABLES, as_text=True)
    assert described["primaryKey"] == primary_key(table)
    assert [
        (key["fields"], key["reference"]["resource"] or table.name, key["reference"]["fields"])
        for key in described.get("foreignKeys", [])
    ] == foreign_keys(table)


def test_foreign_keys_lead_to_stored_tables_only() -> None:
    described = table_schema(TABLES["ip_stays"], {"ip_stays", "patients"}, as_text=True)
    assert [key["reference"]["resource"] for key in described["foreignKeys"]] == ["", "patients"]
    assert "foreignKeys" not in table_schema(TABLES["dim_lha"], {"dim_lha"}, as_text=True)


def test_how_values_are_written_is_said_of_text_only() -> None:
    table = TABLES["ip_stays"]
    assert fields(table)["admit_ts"]["format"] == "%Y-%m-%d %H:%M:%S"
    assert fields(table)["alc_flag"]["trueValues"] == ["1"]
    assert not {"format", "trueValues"} & {
        name for field in fields(table, as_text=False).values() for name in field
    }
