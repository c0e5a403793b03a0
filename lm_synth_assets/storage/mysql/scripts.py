"""SQL scripts that load CSV files with nothing but a `mysql` client, and verify what is loaded.

Run as a program, the module writes these scripts and the DDL into a folder.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from lm_synth_assets.schema.catalogue import CLAIMS, TABLES, foreign_key_constraints, primary_key
from lm_synth_assets.schema.projection_sql import ed_projection
from lm_synth_assets.storage.mysql.ddl import STORED_TABLES, WRITING_RUN, in_order, literal, quoted, script
from lm_synth_assets.storage.mysql.session import BLOCKED_SECONDS, STRICT
from lm_synth_assets.storage.mysql.verification import same_value

_ORDER = in_order(TABLES.values())

_HEAD = """\
-- Made from lm_synth_assets/schema/ by `make docs`: do not edit.
"""

_LOAD = f"""\
-- Puts the CSV files of a data set into the tables that schema.sql has made, all of them or none:
--
--   cd out && mysql --local-infile=1 -h HOST -u lm_app -p lm_synth < ../deploy/mysql/load.sql
--
-- What was in the tables before is replaced. Files go into temporary tables first. Nothing is replaced unless
-- each has the rows that dataset_contents.csv lists, also where the client goes on after errors (--force,
-- source); otherwise the warnings and the tables that differ are shown, and the last statements fail.
SET NAMES utf8mb4;
SET SESSION sql_mode = '{STRICT}';
SET SESSION foreign_key_checks = 1, unique_checks = 1, sql_safe_updates = 0;
SET SESSION lock_wait_timeout = {BLOCKED_SECONDS}, innodb_lock_wait_timeout = {BLOCKED_SECONDS};
SET @refused = 0, @stored = 0, @complete = 0;
SET @lock = LEFT(CONCAT('lm_synth:', DATABASE()), 64);
-- Other runs wait meanwhile, or this one for them.
SET @alone = GET_LOCK(@lock, 60);
{{alone}}
REPLACE INTO {quoted(WRITING_RUN.name)}
  SELECT @lock, CONNECTION_ID(), 'load.sql', UUID(), 0, '', DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%d %H:%i:%s')
  FROM DUAL WHERE @alone = 1;

DROP TEMPORARY TABLE IF EXISTS `_loaded`;
CREATE TEMPORARY TABLE `_loaded` (`table_name` VARCHAR(64) PRIMARY KEY, `row_count` BIGINT NOT NULL);
"""

_CHECK = """
SELECT c.`table_name`, c.`row_count` AS listed, COALESCE(l.`row_count`, 0) AS in_the_file
  FROM `_load_dataset_contents` c LEFT JOIN `_loaded` l ON l.`table_name` = c.`table_name`
  WHERE NOT (l.`row_count` <=> c.`row_count`);
SET @differing = (SELECT COUNT(*)
  FROM `_load_dataset_contents` c LEFT JOIN `_loaded` l ON l.`table_name` = c.`table_name`
  WHERE NOT (l.`row_count` <=> c.`row_count`));
SET @unlisted = (SELECT COUNT(*)
  FROM `_loaded` l LEFT JOIN `_load_dataset_contents` c ON c.`table_name` = l.`table_name`
  WHERE c.`table_name` IS NULL AND l.`row_count` > 0 AND l.`table_name` NOT IN ({claims}));
SET @listed = (SELECT COUNT(*) FROM `_load_dataset_contents`);
SET @manifests = (SELECT COUNT(*) FROM `_load_dataset_manifest`);
SET @complete = COALESCE(@alone = 1 AND @refused = 0 AND @differing = 0 AND @unlisted = 0 AND @listed > 0
  AND @manifests = 1, 0);
{complete}

-- A statement that fails may end the transaction; without this, each one after it would be committed alone.
SET SESSION autocommit = 0;
START TRANSACTION;
"""

_RECORD = f"""\
REPLACE INTO {quoted(STORED_TABLES.name)} SELECT l.`table_name`, l.`row_count`, c.`digest`, c.`made_from`
  FROM `_loaded` l LEFT JOIN `dataset_contents` c ON c.`table_name` = l.`table_name` WHERE @complete = 1;
SET @same = (SELECT COUNT(*) FROM `dataset_contents` c JOIN `_load_dataset_contents` l
  ON l.`table_name` = c.`table_name` AND l.`row_count` = c.`row_count` AND l.`digest` = c.`digest`);
"""

_FINISH = """\
SET @whole = COALESCE(@complete = 1 AND @stored = {tables} AND @same = @listed, 0);
SET @finish = IF(@whole = 1, 'COMMIT', 'DO 0');
PREPARE finish FROM @finish;
EXECUTE finish;
DEALLOCATE PREPARE finish;
ROLLBACK;
SET SESSION autocommit = 1;
DO RELEASE_LOCK(@lock);
{whole}
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
    claims = ", ".join(map(literal, CLAIMS))
    statements = [
        _LOAD.format(alone=_fail_unless("@alone", "another run is writing, nothing was loaded")),
        *map(_loaded, _ORDER),
        _CHECK.format(
            claims=claims,
            complete=_fail_unless("@complete", "rows were refused or are missing, nothing was loaded"),
        ),
        *(
            f"UPDATE {quoted(table.name)} SET {quoted(name)} = NULL WHERE @complete = 1;"
            for table, name in _self_references()
        ),
        *(f"DELETE FROM {quoted(table.name)} WHERE @complete = 1;" for table in reversed(_ORDER)),
        *map(_replaced, _ORDER),
        *map(_compared, _ORDER),
        _RECORD,
        _FINISH.format(
            tables=len(_ORDER), whole=_fail_unless("@whole", "the tables are as before, nothing was loaded")
        ),
    ]
    return "\n".join([_HEAD.rstrip("\n"), *statements])


def _fail_unless(variable: str, reason: str) -> str:
    """Statements that fail with a reason, which the server takes for the name of a table."""
    return (
        f"SET @step = IF({variable} = 1, 'DO 0', 'SELECT * FROM `{reason}`');\n"
        "PREPARE step FROM @step;\nEXECUTE step;\nDEALLOCATE PREPARE step;"
    )


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
    """Load a file into a temporary table of its own, and count its rows."""
    target = quoted(f"_load_{table.name}")
    fields = ", ".join(
        f"@{column.name}" if column.nullable else quoted(column.name) for column in table.columns
    )
    nulls = [
        f"{quoted(column.name)} = NULLIF(@{column.name}, '')" for column in table.columns if column.nullable
    ]
    return (
        f"DROP TEMPORARY TABLE IF EXISTS {target};\n"
        f"CREATE TEMPORARY TABLE {target} LIKE {quoted(table.name)};\n"
        f"LOAD DATA LOCAL INFILE '{table.name}.csv' INTO TABLE {target} CHARACTER SET utf8mb4\n"
        "  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' ESCAPED BY ''\n"
        f"  LINES TERMINATED BY '\\n' IGNORE 1 LINES\n  ({fields})"
        + (f"\n  SET {', '.join(nulls)}" if nulls else "")
        + ";\nSHOW WARNINGS LIMIT 3;\nSET @refused = @refused + @@warning_count;\n"
        f"INSERT INTO `_loaded` SELECT '{table.name}', COUNT(*) FROM {target};\n"
    )


def _replaced(table: sa.Table) -> str:
    columns = quoted(*(column.name for column in table.columns))
    return (
        f"INSERT INTO {quoted(table.name)} ({columns}) SELECT {columns} FROM {quoted(f'_load_{table.name}')} "
        f"WHERE @complete = 1 ORDER BY {quoted(*primary_key(table))};"
    )


def _compared(table: sa.Table) -> str:
    """Count a table as stored that holds the rows that were loaded for it, value by value, and no others."""
    keys = [f"t.{quoted(name)} = s.{quoted(name)}" for name in primary_key(table)]
    same = " AND ".join([*keys, *map(same_value, table.columns)])
    return (
        f"SET @rows = (SELECT row_count FROM `_loaded` WHERE table_name = '{table.name}');\n"
        f"SET @stored = @stored + ((SELECT COUNT(*) FROM {quoted(table.name)}) = @rows AND (SELECT COUNT(*)\n"
        f"  FROM {quoted(table.name)} t JOIN {quoted(f'_load_{table.name}')} s ON {same}) = @rows);"
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
