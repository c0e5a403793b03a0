"""The semantic model of the Power BI project says what the schema declares, and Power BI can load it."""

import re

import pytest
from sqlalchemy import Column, ForeignKeyConstraint, Integer, MetaData, PrimaryKeyConstraint, String, Table

from lm_synth_assets.powerbi.measures.measure import WHOLE, Measure
from lm_synth_assets.powerbi.model import model_files
from lm_synth_assets.powerbi.power_query import parameter_value
from lm_synth_assets.powerbi.relationships import INACTIVE, relationships
from lm_synth_assets.powerbi.source import SOURCE_KINDS, Source
from lm_synth_assets.schema.catalogue import TABLES, foreign_key_constraints
from lm_synth_assets.schema.dictionary import entries
from lm_synth_assets.schema.kinds import KINDS, Family, family_of
from lm_synth_assets_tests.support.filter_paths import ambiguous_paths
from lm_synth_assets_tests.support.powerbi_json import schema_errors, with_schema
from lm_synth_assets_tests.support.powerbi_project import definition, made, model
from lm_synth_assets_tests.support.tmdl_reader import Model, TmdlError, read_model

DATA_TYPES = {
    Family.INTEGER: "int64",
    Family.DECIMAL: "double",
    Family.BOOLEAN: "boolean",
    Family.TEXT: "string",
    Family.DAY: "dateTime",
    Family.TIME: "dateTime",
}


def active(of: Model) -> list[tuple[str, str]]:
    """The (many side, one side) tables of the active relationships."""
    return [
        (of.ends(each)[0][0], of.ends(each)[1][0])
        for each in of.relationships.values()
        if each.properties.get("isActive") != "false"
    ]


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_has_the_columns_types_and_comments_of_the_schema(table: Table) -> None:
    columns = model().tables[table.name].of("column")
    assert list(columns) == [column.name for column in table.columns]
    for column, entry in zip(table.columns, entries(table), strict=True):
        properties = columns[column.name].properties
        assert properties["sourceColumn"] == column.name
        assert properties["dataType"] == DATA_TYPES[family_of(column)]
        assert properties["summarizeBy"] == "none"
        assert columns[column.name].description == f"{entry.meaning}."


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_is_loaded_with_the_kinds_of_the_schema(table: Table) -> None:
    (partition,) = model().tables[table.name].of("partition").values()
    source = str(partition.properties["source"])
    assert f'LoadTable("{table.name}", ' in source
    loaded = re.findall(r'\{"(\w+)", "(\w+)"\}', source)
    assert loaded == [(column.name, family_of(column).name.lower()) for column in table.columns]


def test_every_kind_of_values_is_converted() -> None:
    function = model().expressions["LoadTable"].value
    kinds = re.findall(r"^ +(\w+) = \{", function, re.M)
    assert sorted(kinds) == sorted({kind.family.name.lower() for kind in KINDS})


def test_every_foreign_key_is_a_relationship_unless_it_leads_to_its_own_table() -> None:
    keys = [
        key
        for table in TABLES.values()
        for key in foreign_key_constraints(table)
        if key.referred_table is not table
    ]
    ends = [model().ends(each) for each in model().relationships.values()]
    assert [(many[0], one[0]) for many, one in ends] == [
        (key.table.name, key.referred_table.name) for key in keys
    ]
    assert (("ip_stays", "subprogram_key"), ("dim_subprogram", "subprogram_key")) in ends


def test_both_ends_of_a_relationship_have_the_same_type() -> None:
    for each in model().relationships.values():
        many, one = model().ends(each)
        types = {
            model().tables[table].of("column")[column].properties["dataType"] for table, column in (many, one)
        }
        assert len(types) == 1, (many, one)


def test_no_two_ways_lead_from_a_table_to_another() -> None:
    assert ambiguous_paths(active(model())) == {}


@pytest.mark.parametrize("name", INACTIVE)
def test_an_inactive_relationship_would_make_paths_ambiguous(name: str) -> None:
    more = next(relation for relation in relationships(TABLES) if relation.name == name)
    assert ambiguous_paths([*active(model()), (more.table, more.parent)]) != {}


def test_sites_areas_groups_days_and_scenarios_filter_the_facts() -> None:
    filtered = {
        "ed_encounters": {"dim_site", "dim_ed_subservice", "dim_date", "patients"},
        "ip_stays": {"dim_site", "dim_subprogram", "dim_date", "patients"},
        "patients": {"dim_lha", "dim_age_group", "dim_gender"},
        "population_projection": {"dim_lha", "dim_age_group", "dim_gender", "dim_date"},
        "ed_projection": {"dim_scenario", "dim_site", "dim_ed_subservice", "dim_date"},
    }
    for fact, dimensions in filtered.items():
        assert {one for many, one in active(model()) if many == fact} == dimensions


def test_the_date_table_is_marked_and_has_the_fiscal_calendar() -> None:
    calendar = model().tables["dim_date"]
    assert calendar.properties["dataCategory"] == "Time"
    assert calendar.of("column")["date"].properties["isKey"] is True
    levels = {name: list(each.of("level")) for name, each in calendar.of("hierarchy").items()}
    assert levels["Fiscal"] == ["fiscal_year", "fiscal_quarter", "fiscal_month", "date"]
    assert calendar.of("column")["month_name"].properties["sortByColumn"] == "month"
    assert "__PBI_TimeIntelligenceEnabled = 0" in made()["lm_synth.SemanticModel/definition/model.tmdl"]


def test_keys_are_hidden_and_names_are_not() -> None:
    hidden = {
        (table, name)
        for table, item in model().tables.items()
        for name, column in item.of("column").items()
        if column.properties.get("isHidden")
    }
    many_sides = {model().ends(each)[0] for each in model().relationships.values()}
    assert many_sides <= hidden
    assert {
        ("patients", "patient_id"),
        ("ip_stays", "stay_id"),
        ("dim_age_group", "age_group_order"),
    } <= hidden
    shown = {
        ("dim_age_group", "age_group"),
        ("dim_site", "site_name"),
        ("dim_date", "date"),
        ("patients", "dob"),
    }
    assert not shown & hidden


def test_names_of_places_have_no_category_that_a_map_would_look_up() -> None:
    categories = {
        str(column.properties["dataCategory"])
        for item in model().tables.values()
        for column in item.of("column").values()
        if "dataCategory" in column.properties
    }
    assert categories == {"Years", "QuarterOfYear", "MonthOfYear", "DayOfMonth", "DayOfWeek"}


def test_every_kind_of_source_is_loaded() -> None:
    function = model().expressions["LoadTable"].value
    assert re.findall(r'if SourceKind = "(\w+)"', function) == list(SOURCE_KINDS.values())


def test_parameters_name_the_source() -> None:
    source = Source("MySQL", "/data", "db:3307", "region")
    files = model_files(source)
    expressions = read_model(files).expressions
    values = {name: item.value.split(" meta ")[0] for name, item in expressions.items()}
    assert values["SourceKind"] == '"MySQL"'
    assert values["DataFolder"] == '"/data"'
    assert values["MySqlServer"] == '"db:3307"'
    assert values["MySqlDatabase"] == '"region"'
    assert 'List={"CSV", "Parquet", "Delta", "MySQL"}' in expressions["SourceKind"].value


def test_text_is_written_so_that_power_query_reads_the_same() -> None:
    written = parameter_value("DataFolder", 'C:\\a "b" #(lf)')
    assert written.startswith('"C:\\a ""b"" #(#)(lf)" meta [')


def test_a_table_and_a_measure_that_are_declared_are_in_the_model() -> None:
    metadata = MetaData()
    ward = Table(
        "dim_ward",
        metadata,
        Column("ward_id", Integer, comment="Ward number"),
        PrimaryKeyConstraint("ward_id"),
        comment="The wards",
    )
    beds = Table(
        "census",
        metadata,
        Column("ward_id", Integer, comment="Ward"),
        Column("kind", String(8), comment="Kind of bed"),
        Column("beds", Integer, comment="Occupied beds (beds)"),
        ForeignKeyConstraint(["ward_id"], ["dim_ward.ward_id"], name="fk_census_ward"),
        comment="Beds at midnight",
    )
    total = Measure(
        "Beds", "census", "Beds", WHOLE, "Beds.", "SUM ( census[beds] )", "SELECT SUM(census.beds)"
    )
    files = model_files(Source(), {**TABLES, "dim_ward": ward, "census": beds}, [total])
    extended = read_model(files)
    assert extended.tables["census"].of("measure")["Beds"].value == "SUM ( census[beds] )"
    assert list(extended.tables["census"].of("column")) == ["ward_id", "kind", "beds"]
    ends = [extended.ends(each) for each in extended.relationships.values()]
    assert (("census", "ward_id"), ("dim_ward", "ward_id")) in ends


def test_a_key_of_several_columns_without_a_single_one_is_refused() -> None:
    metadata = MetaData()
    two = Table("two", metadata, Column("a", Integer), Column("b", Integer), PrimaryKeyConstraint("a", "b"))
    keys = ForeignKeyConstraint(["a", "b"], ["two.a", "two.b"], name="fk_two")
    child = Table("child", metadata, Column("a", Integer), Column("b", Integer), keys)
    with pytest.raises(ValueError, match="fk_two: a relationship joins one column to one"):
        relationships({"two": two, "child": child})


def test_the_json_files_keep_to_the_schemas_of_microsoft() -> None:
    assert schema_errors(made()) == []
    without = {path for path in made() if path.endswith("json")} - set(with_schema(made()))
    assert without == {"lm_synth.Report/StaticResources/RegisteredResources/lm_synth.json"}


# Faults that a check has to find: the file, what stands there, and what is put in its place.

TMDL_FAULTS = {
    "spaces for tabs": ("tables/dim_site.tmdl", "\tcolumn site_id", "    column site_id"),
    "a property that columns lack": ("tables/dim_site.tmdl", "isKey", "isPrimary"),
    "a data type that there is not": ("tables/dim_site.tmdl", "dataType: int64", "dataType: int32"),
    "a column twice": ("tables/dim_site.tmdl", "column site_code", "column site_id"),
    "a property too deep": ("tables/dim_site.tmdl", "\t\tisKey", "\t\t\t\t\tisKey"),
    "a name with a space": ("tables/dim_site.tmdl", "column site_code", "column site code"),
    "a relationship to no column": (
        "relationships.tmdl",
        "toColumn: dim_site.site_id",
        "toColumn: dim_site.id",
    ),
    "a table that has no file": ("model.tmdl", "ref table patients", "ref table people"),
    "a sort by no column": ("tables/dim_date.tmdl", "sortByColumn: month", "sortByColumn: months"),
    "a level of no column": ("tables/dim_date.tmdl", "column: fiscal_year", "column: fiscal"),
}


@pytest.mark.parametrize("fault", TMDL_FAULTS)
def test_a_fault_in_tmdl_is_found(fault: str) -> None:
    path, right, wrong = TMDL_FAULTS[fault]
    files = definition(made())
    assert right in files[path]
    with pytest.raises(TmdlError):
        read_model({**files, path: files[path].replace(right, wrong, 1)})


PAGE = "lm_synth.Report/definition/pages/overview"
JSON_FAULTS = {
    "a property that pages lack": (f"{PAGE}/page.json", '"displayName"', '"title"'),
    "a visual without its height": (
        f"{PAGE}/visuals/overview_8_cardVisual/visual.json",
        '"height": 104,',
        "",
    ),
    "a scale that there is not": (f"{PAGE}/page.json", '"FitToPage"', '"FitToScreen"'),
    "a theme of no kind": ("lm_synth.Report/definition/report.json", '"RegisteredResources"', '"Own"'),
    "no version of the project": ("lm_synth.pbip", '"version": "1.0",', ""),
    "a setting that models lack": ("lm_synth.SemanticModel/definition.pbism", "{}", '{"cache": true}'),
    "a schema that is not there": (f"{PAGE}/page.json", "page/2.0.0", "page/9.0.0"),
}


@pytest.mark.parametrize("fault", JSON_FAULTS)
def test_a_fault_in_json_is_found(fault: str) -> None:
    path, right, wrong = JSON_FAULTS[fault]
    assert right in made()[path]
    assert schema_errors({path: made()[path].replace(right, wrong)}) != []


def test_an_ambiguous_path_is_found() -> None:
    assert ambiguous_paths([("a", "b"), ("b", "c"), ("a", "c")]) == {("c", "a"): 2}
    with pytest.raises(ValueError, match="filters itself"):
        ambiguous_paths([("a", "b"), ("b", "a")])
