"""SQL scripts that load CSV files with nothing but a `mysql` client, and verify what is loaded.

Run as a program, the module writes these scripts and the DDL into a folder.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from lm_synth_assets.schema.catalogue import TABLES, foreign_key_constraints
from lm_synth_assets.schema.projection_sql import ed_projection
from lm_synth_assets.storage.mysql.ddl import STORED_TABLES, in_order, quoted, script
from lm_synth_assets.storage.mysql.session import STRICT

_ORDER = in_order(TABLES.values())

_HEAD = """\
-- Made from lm_synth_assets/schema/ by `make docs`: do not edit.
"""

_LOAD = """\
-- Puts the CSV files of a data set into the tables that schema.sql has made, all of them or none:
--
--   cd out && mysql --local-infile=1 -h HOST -u lm_app -p lm_synth < ../deploy/mysql/load.sql
--
-- What was in the tables before is replaced. Where the server does not take every row as it stands in the
-- files, the warnings are shown, the last statement fails, and nothing has changed.
SET NAMES utf8mb4;
SET SESSION foreign_key_checks = 1, unique_checks = 1;
SET SESSION sql_mode = '{mode}';
SET @refused = 0;
START TRANSACTION;
"""

_RECORDED = """
UPDATE `stored_tables` s JOIN `dataset_contents` c ON c.`table_name` = s.`table_name`
  SET s.`digest` = c.`digest`, s.`made_from` = c.`made_from`;
"""

_FINISH = """\
SET @finish = IF(@refused = 0, 'COMMIT', 'SELECT * FROM `rows were refused, so nothing was loaded`');
PREPARE finish FROM @finish;
EXECUTE finish;
DEALLOCATE PREPARE finish;
"""

_VERIFY = """\
-- What is in the tables: rows, references to nothing (a sound data set has none), and the first year's ED
-- projection.
--
--   mysql -h HOST -u lm_app -p --table lm_synth < deploy/mysql/verify.sql
"""

_PROJECTION = f"""\
-- The ED projection of the first year
SET @year = (SELECT start_year FROM dataset_manifest);
{ed_projection("@year")};
"""


def load_script() -> str:
    """The script that replaces all tables by the CSV files in the folder where the client is started."""
    statements = [
        *(f"UPDATE {quoted(table.name)} SET {quoted(name)} = NULL;" for table, name in _self_references()),
        *(f"DELETE FROM {quoted(table.name)};" for table in reversed(_ORDER)),
        *map(_loaded, _ORDER),
        _RECORDED,
    ]
    return "\n".join([_HEAD + _LOAD.format(mode=STRICT), *statements, _FINISH])


def verify_script() -> str:
    """The script that counts rows and orphans, and projects the ED visits of the first year."""
    counts = "\nUNION ALL ".join(
        f"SELECT '{table.name}' AS table_name, COUNT(*) AS row_count FROM {quoted(table.name)}"
        for table in _ORDER
    )
    orphans = "\nUNION ALL ".join(
        _orphans(constraint) for table in _ORDER for constraint in foreign_key_constraints(table)
    )
    return f"{_HEAD}{_VERIFY}\n{counts};\n\n{orphans};\n\n{_PROJECTION}"


def _loaded(table: sa.Table) -> str:
    fields = ", ".join(
        f"@{column.name}" if column.nullable else quoted(column.name) for column in table.columns
    )
    nulls = [
        f"{quoted(column.name)} = NULLIF(@{column.name}, '')" for column in table.columns if column.nullable
    ]
    return (
        f"\nLOAD DATA LOCAL INFILE '{table.name}.csv' INTO TABLE {quoted(table.name)} CHARACTER SET utf8mb4\n"
        "  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' ESCAPED BY ''\n"
        f"  LINES TERMINATED BY '\\n' IGNORE 1 LINES\n  ({fields})"
        + (f"\n  SET {', '.join(nulls)}" if nulls else "")
        + ";\nSHOW WARNINGS LIMIT 3;\nSET @refused = @refused + @@warning_count;\n"
        f"REPLACE INTO {quoted(STORED_TABLES.name)} "
        f"SELECT '{table.name}', COUNT(*), NULL, NULL FROM {quoted(table.name)};"
    )


def _self_references() -> Iterator[tuple[sa.Table, str]]:
    for table in _ORDER:
        for constraint in foreign_key_constraints(table):
            if constraint.referred_table is table:
                yield from ((table, name) for name in constraint.column_keys)


def _orphans(constraint: sa.ForeignKeyConstraint) -> str:
    child, parent = constraint.table.name, constraint.referred_table.name
    pairs = [(element.parent.name, element.column.name) for element in constraint.elements]
    on = " AND ".join(f"p.{quoted(target)} = c.{quoted(name)}" for name, target in pairs)
    not_null = " AND ".join(f"c.{quoted(name)} IS NOT NULL" for name, _ in pairs)
    return (
        f"SELECT '{constraint.name}' AS foreign_key, COUNT(*) AS orphans FROM {quoted(child)} c "
        f"LEFT JOIN {quoted(parent)} p ON {on} WHERE {not_null} AND p.{quoted(pairs[0][1])} IS NULL"
    )


def main(folder: Path) -> None:
    """Write all scripts."""
    folder.mkdir(parents=True, exist_ok=True)
    scripts = {
        "schema.sql": _HEAD + script(TABLES.values()),
        "load.sql": load_script(),
        "verify.sql": verify_script(),
    }
    for name, text in scripts.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
