"""The Power Query of the model: the parameters of the source, and the function that loads any table."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Table

from lm_synth_assets.powerbi.source import SOURCE_KINDS
from lm_synth_assets.schema.kinds import family_of


def text(value: str) -> str:
    """Text as Power Query writes it: quotes are doubled, and `#(` begins an escape."""
    return '"' + value.replace('"', '""').replace("#(", "#(#)(") + '"'


def parameter_value(name: str, value: str) -> str:
    """The expression of a parameter, with what Power BI Desktop needs to show it as one."""
    listed = f"List={{{', '.join(map(text, SOURCE_KINDS.values()))}}}, DefaultValue={text(value)}, "
    choice = listed if name == "SourceKind" else ""
    return (
        f'{text(value)} meta [IsParameterQuery=true, {choice}Type="Text", '
        f"IsParameterQueryRequired={'false' if name.startswith('MySql') else 'true'}]"
    )


def load(table: Table) -> str:
    """The query that loads a table with the types that the schema declares."""
    columns = ",\n".join(
        f"        {{{text(column.name)}, {text(family_of(column).name.lower())}}}" for column in table.columns
    )
    return f"let\n    Source = LoadTable({text(table.name)}, {{\n{columns}\n    }})\nin\n    Source"


LOAD_TABLE: Final = """\
(tableName as text, columns as list) as table =>
    let
        // Files are found by name in a listing of their folder, so that Power BI asks once for the folder.
        Listing =
            if Text.StartsWith(DataFolder, "https://") then
                AzureStorage.DataLake(DataFolder, [HierarchicalNavigation = true])
            else
                Folder.Contents(DataFolder),
        Content = (name as text) => Listing{[Name = name]}[Content],

        Source =
            if SourceKind = "CSV" then
                Table.PromoteHeaders(
                    Csv.Document(
                        Content(tableName & ".csv"),
                        [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]
                    )
                )
            else if SourceKind = "Parquet" then
                Parquet.Document(Content(tableName & ".parquet"))
            else if SourceKind = "Delta" then
                // Reads the log, so that only the rows of the last commit are loaded.
                DeltaLake.Table(Content(tableName))
            else if SourceKind = "MySQL" then
                MySQL.Database(
                    MySqlServer,
                    MySqlDatabase,
                    [
                        ReturnSingleDatabase = true,
                        CreateNavigationProperties = false,
                        TreatTinyAsBoolean = false
                    ]
                ){[Schema = MySqlDatabase, Item = tableName]}[Data]
            else
                error Error.Record("SourceKind", "must be CSV, Parquet, Delta or MySQL", SourceKind),

        // The culture is given everywhere: the one of the computer would read 1.5 as 15 in some countries.
        Culture = "en-US",
        Local = (value as any) as any =>
            if value is datetimezone then
                DateTimeZone.RemoveZone(DateTimeZone.SwitchZone(value, 0))
            else
                value,
        Kinds = [
            boolean = {
                each Logical.From(if _ is text then Number.FromText(_, Culture) else _),
                type nullable logical
            },
            integer = {each Int64.From(_, Culture), Int64.Type},
            decimal = {each Number.From(_, Culture), type nullable number},
            text = {each Text.From(_, Culture), type nullable text},
            day = {
                each
                    if _ is text then
                        Date.FromText(_, [Format = "yyyy-MM-dd", Culture = Culture])
                    else
                        Date.From(Local(_), Culture),
                type nullable date
            },
            time = {
                each
                    if _ is text then
                        DateTime.FromText(_, [Format = "yyyy-MM-dd HH:mm:ss", Culture = Culture])
                    else
                        DateTime.From(Local(_), Culture),
                type nullable datetime
            }
        ],
        // In CSV files, nothing between two commas is null.
        Converted = (value as any, convert as function) as any =>
            if value = null or value = "" then null else convert(value),
        Transformation = (column as list) as list =>
            let
                kind = Record.Field(Kinds, column{1})
            in
                {column{0}, (value) => Converted(value, kind{0}), kind{1}},

        Declared = Table.SelectColumns(Source, List.Transform(columns, each _{0})),
        Typed = Table.TransformColumns(Declared, List.Transform(columns, Transformation))
    in
        Typed"""
"""The function that loads a table, given its name and its columns: pairs of a name and a kind.

Declared columns that the source lacks are an error; further ones are left out. Delta keeps the local clock as
UTC, which is taken off again.
"""
