"""The data model: described throughout, consistent in itself, and as the blueprint has it."""

import re
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa

from lm_synth_assets.schema.catalogue import (
    TABLES,
    foreign_keys,
    primary_key,
    unique_keys,
)
from lm_synth_assets.storage.mysql.ddl import column_type
from lm_synth_assets_tests.support.datasets import Tables

# Section 14.4 of the blueprint.
BLUEPRINT_DDL = """
CREATE TABLE dim_site (
  site_id INT AUTO_INCREMENT PRIMARY KEY,
  site_code VARCHAR(16) NOT NULL UNIQUE,
  site_name VARCHAR(128) NOT NULL
) ENGINE=InnoDB;

CREATE TABLE dim_program (
  program_id INT PRIMARY KEY,
  program_name VARCHAR(128) NOT NULL
) ENGINE=InnoDB;

CREATE TABLE dim_subprogram (
  program_id INT NOT NULL,
  subprogram_id INT NOT NULL,
  subprogram_name VARCHAR(128) NOT NULL,
  PRIMARY KEY (program_id, subprogram_id),
  CONSTRAINT fk_subprog_prog FOREIGN KEY (program_id) REFERENCES dim_program(program_id)
) ENGINE=InnoDB;

CREATE TABLE dim_lha (
  lha_id INT AUTO_INCREMENT PRIMARY KEY,
  lha_name VARCHAR(128) NOT NULL UNIQUE,
  default_site_id INT NOT NULL,
  CONSTRAINT fk_lha_site FOREIGN KEY (default_site_id) REFERENCES dim_site(site_id)
) ENGINE=InnoDB;

CREATE TABLE population_projection (
  year INT NOT NULL,
  lha_id INT NOT NULL,
  age_group VARCHAR(16) NOT NULL,
  gender ENUM('Female','Male','Other') NOT NULL,
  population INT NOT NULL,
  PRIMARY KEY (year, lha_id, age_group, gender),
  CONSTRAINT fk_pop_lha FOREIGN KEY (lha_id) REFERENCES dim_lha(lha_id)
) ENGINE=InnoDB;

CREATE TABLE ed_baseline_rates (
  lha_id INT NOT NULL,
  age_group VARCHAR(16) NOT NULL,
  gender ENUM('Female','Male','Other') NOT NULL,
  ed_subservice VARCHAR(48) NOT NULL,
  baserate_per_1000 DECIMAL(8,2) NOT NULL,
  PRIMARY KEY (lha_id, age_group, gender, ed_subservice),
  CONSTRAINT fk_rates_lha FOREIGN KEY (lha_id) REFERENCES dim_lha(lha_id)
) ENGINE=InnoDB;

CREATE TABLE patients (
  patient_id VARCHAR(24) PRIMARY KEY,
  lha_id INT NOT NULL,
  facility_home_id INT NOT NULL,
  age_group VARCHAR(16) NOT NULL,
  gender ENUM('Female','Male','Other') NOT NULL,
  dob DATE NOT NULL,
  primary_ed_subservice VARCHAR(48) NOT NULL,
  expected_ed_rate DECIMAL(8,4) NOT NULL,
  ed_visits_year INT NOT NULL,
  CONSTRAINT fk_pat_lha FOREIGN KEY (lha_id) REFERENCES dim_lha(lha_id),
  CONSTRAINT fk_pat_site FOREIGN KEY (facility_home_id) REFERENCES dim_site(site_id),
  INDEX idx_pat_lha (lha_id),
  INDEX idx_pat_site (facility_home_id)
) ENGINE=InnoDB;

CREATE TABLE ed_encounters (
  encounter_id BIGINT AUTO_INCREMENT PRIMARY KEY,
  patient_id VARCHAR(24) NOT NULL,
  facility_id INT NOT NULL,
  ed_subservice VARCHAR(48) NOT NULL,
  arrival_ts DATETIME NOT NULL,
  acuity TINYINT,
  dispo VARCHAR(32),
  CONSTRAINT fk_ed_pat FOREIGN KEY (patient_id) REFERENCES patients(patient_id),
  CONSTRAINT fk_ed_site FOREIGN KEY (facility_id) REFERENCES dim_site(site_id),
  INDEX idx_ed_patient (patient_id),
  INDEX idx_ed_arrival (arrival_ts)
) ENGINE=InnoDB;

CREATE TABLE ip_stays (
  stay_id BIGINT AUTO_INCREMENT PRIMARY KEY,
  patient_id VARCHAR(24) NOT NULL,
  facility_id INT NOT NULL,
  program_id INT NOT NULL,
  subprogram_id INT NOT NULL,
  admit_ts DATETIME NOT NULL,
  discharge_ts DATETIME,
  los_days DECIMAL(6,2) NOT NULL,
  alc_flag TINYINT(1) NOT NULL DEFAULT 0,
  CONSTRAINT fk_ip_pat FOREIGN KEY (patient_id) REFERENCES patients(patient_id),
  CONSTRAINT fk_ip_site FOREIGN KEY (facility_id) REFERENCES dim_site(site_id),
  CONSTRAINT fk_ip_prog FOREIGN KEY (program_id) REFERENCES dim_program(program_id),
  CONSTRAINT fk_ip_subprog FOREIGN KEY (program_id, subprogram_id)
    REFERENCES dim_subprogram(program_id, subprogram_id),
  INDEX idx_ip_patient (patient_id),
  INDEX idx_ip_admit (admit_ts)
) ENGINE=InnoDB;
"""


class Asked(NamedTuple):
    """What the blueprint asks of one table."""

    columns: list[tuple[str, str, bool]]
    """Name, type, and whether it may be null."""
    primary_key: list[str]
    unique: list[list[str]]
    foreign_keys: dict[str, tuple[list[str], str, list[str]]]
    indexes: dict[str, list[str]]


def names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]


def asked_of(body: str) -> Asked:
    asked = Asked([], [], [], {}, {})
    for line in (" ".join(part.split()) for part in body.split(",\n")):
        if found := re.fullmatch(r"PRIMARY KEY \((.+)\)", line):
            asked.primary_key.extend(names(found[1]))
        elif found := re.fullmatch(r"CONSTRAINT (\w+) FOREIGN KEY \((.+)\) REFERENCES (\w+)\((.+)\)", line):
            asked.foreign_keys[found[1]] = (names(found[2]), found[3], names(found[4]))
        elif found := re.fullmatch(r"INDEX (\w+) \((.+)\)", line):
            asked.indexes[found[1]] = names(found[2])
        else:
            name, kind, rest = re.fullmatch(r"(\w+) (\w+(?:\([^)]*\))?)(.*)", line).groups()
            asked.columns.append((name, kind, not re.search("NOT NULL|PRIMARY KEY", rest)))
            if "PRIMARY KEY" in rest:
                asked.primary_key.append(name)
            if "UNIQUE" in rest:
                asked.unique.append([name])
    return asked


BLUEPRINT = {
    found[1]: asked_of(found[2])
    for found in re.finditer(r"CREATE TABLE (\w+) \((.*?)\n\) ENGINE", BLUEPRINT_DDL, re.DOTALL)
}


def mysql_type(column: sa.Column[Any]) -> str:
    """A column's type as the blueprint writes it."""
    name, bracket, arguments = column_type(column).partition("(")
    return f"{name.upper()}{bracket}{arguments}"


ALL_TABLES = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


class TestBlueprint:
    def test_is_read_whole(self) -> None:
        assert len(BLUEPRINT) == 9
        assert sum(len(asked.columns) for asked in BLUEPRINT.values()) == 46

    @pytest.mark.parametrize("name", BLUEPRINT)
    def test_columns_come_first_in_order_with_their_types(self, name: str) -> None:
        columns = [(c.name, mysql_type(c), bool(c.nullable)) for c in TABLES[name].columns]
        assert columns[: len(BLUEPRINT[name].columns)] == BLUEPRINT[name].columns

    @pytest.mark.parametrize("name", BLUEPRINT)
    def test_keys_are_kept(self, name: str) -> None:
        table, asked = TABLES[name], BLUEPRINT[name]
        assert primary_key(table) == asked.primary_key
        assert all(key in unique_keys(table) for key in asked.unique)

    @pytest.mark.parametrize("name", BLUEPRINT)
    def test_references_keep_their_names_and_targets(self, name: str) -> None:
        declared = {
            str(constraint.name): (
                [element.parent.name for element in constraint.elements],
                constraint.referred_table.name,
                [element.column.name for element in constraint.elements],
            )
            for constraint in TABLES[name].foreign_key_constraints
        }
        asked = BLUEPRINT[name].foreign_keys
        assert {key: declared.get(key) for key in asked} == asked

    @pytest.mark.parametrize("name", BLUEPRINT)
    def test_indexes_are_kept(self, name: str) -> None:
        declared = {index.name: [column.name for column in index.columns] for index in TABLES[name].indexes}
        asked = BLUEPRINT[name].indexes
        assert {key: declared.get(key) for key in asked} == asked


class TestEveryTable:
    @ALL_TABLES
    def test_says_what_it_and_each_of_its_columns_means(self, table: sa.Table) -> None:
        assert table.comment
        assert [column.name for column in table.columns if not column.comment] == []

    @ALL_TABLES
    def test_has_names_in_snake_case_of_at_most_32_characters(self, table: sa.Table) -> None:
        for name in [table.name, *table.columns.keys()]:
            assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)
            assert len(name) <= 32

    @ALL_TABLES
    def test_has_a_primary_key_that_is_never_null(self, table: sa.Table) -> None:
        assert primary_key(table)
        assert not any(column.nullable for column in table.primary_key)

    @ALL_TABLES
    def test_refers_to_keys_of_tables_declared_before_it(self, table: sa.Table) -> None:
        declared = list(TABLES)
        for columns, parent, targets in foreign_keys(table):
            assert declared.index(parent) <= declared.index(table.name)
            assert targets == primary_key(TABLES[parent]) or targets in unique_keys(TABLES[parent])
            for own, target in zip(columns, targets, strict=True):
                assert mysql_type(table.c[own]) == mysql_type(TABLES[parent].c[target])

    @ALL_TABLES
    def test_has_constraint_names_that_no_other_uses(self, table: sa.Table) -> None:
        others = {
            c.name for other in TABLES.values() if other is not table for c in other.foreign_key_constraints
        }
        own = [constraint.name for constraint in table.foreign_key_constraints]
        assert all(own)
        assert not others & set(own)

    @ALL_TABLES
    def test_has_limits_in_order_and_words_that_fit(self, table: sa.Table) -> None:
        for column in table.columns:
            low, high = column.info.get("low"), column.info.get("high")
            assert low is None or high is None or low <= high
            for word in column.info.get("values", ()):
                assert len(word) <= column.type.length

    @ALL_TABLES
    def test_is_made_with_its_columns(self, table: sa.Table, tables: Tables) -> None:
        assert list(tables[table.name].columns) == list(table.columns.keys())
        assert len(tables[table.name]) > 0
