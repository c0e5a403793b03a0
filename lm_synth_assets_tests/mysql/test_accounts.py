"""Accounts as the documentation and the compose stack make them: they work in one database and no other."""

import re
from pathlib import Path

import pymysql
import pytest

from lm_synth_assets.dataset.load import create_tables
from lm_synth_assets.storage.mysql.address import Address, Tls
from lm_synth_assets.storage.mysql.errors import DatabaseError
from lm_synth_assets.storage.mysql.store import MysqlStore
from lm_synth_assets_tests.support.commands import ROOT, run
from lm_synth_assets_tests.support.mysql_clients import rows
from lm_synth_assets_tests.support.servers import APP, OWNER, PASSWORD, OwnServer

NEIGHBOUR = "lmXsynth"
"""What `lm_synth` means too where `_` stands for any letter."""


def with_neighbour(server: OwnServer) -> None:
    server.admin(
        f"CREATE DATABASE {NEIGHBOUR}",
        f"CREATE TABLE {NEIGHBOUR}.other (id INT PRIMARY KEY)",
        f"INSERT INTO {NEIGHBOUR}.other VALUES (1)",
    )


def they_work_in_one_database_only(server: OwnServer, tls: Tls) -> None:
    owner, app = (server.address(user, tls=tls) for user in (OWNER, APP))
    create_tables(owner)
    MysqlStore(app).check(writing=True)
    for address in (owner, app):
        assert set(databases(address)) <= {"information_schema", "performance_schema", "lm_synth"}
        with pytest.raises(DatabaseError, match=f"no database {NEIGHBOUR}|Access denied"):
            MysqlStore(Address(**{**vars(address), "database": NEIGHBOUR})).check(writing=False)


def databases(address: Address) -> list[str]:
    return [name for (name,) in rows(address, "SHOW DATABASES")]


def test_those_of_the_documentation(own_server: OwnServer) -> None:
    with_neighbour(own_server)
    [sql] = re.findall(r"```sql\n(CREATE DATABASE.*?)```", (ROOT / "docs/mysql.md").read_text("utf-8"), re.S)
    literal = PASSWORD.replace("\\", "\\\\").replace("'", "''")
    # MariaDB has no certificate of its own.
    sql = sql.replace("'...'", f"'{literal}'").replace(" REQUIRE SSL", "")
    own_server.admin(*(statement for statement in re.split(r";[^\n]*\n", sql) if statement.strip()))
    they_work_in_one_database_only(own_server, Tls.PREFERRED)


def test_those_of_the_stack_also_where_an_earlier_version_made_them(
    own_server: OwnServer, tmp_path: Path
) -> None:
    if own_server.kind != "mysql":
        pytest.skip("the stack runs MySQL")
    with_neighbour(own_server)
    own_server.admin("ALTER USER root@localhost IDENTIFIED BY 'root secret'")
    own_server.root_password = "root secret"
    for name, password in {
        "lm_owner": PASSWORD,
        "lm_app": PASSWORD,
        "dagster": "d",
        "mysql_root": "root secret",
    }.items():
        (tmp_path / f"{name}_password").write_text(password)
    variables = {"SECRETS": str(tmp_path), "MYSQL_SOCKET": str(own_server.folder / "s")}
    script = ROOT / "deploy/compose/mysql-accounts.sh"

    assert run(script, variables=variables).code == 0
    they_work_in_one_database_only(own_server, Tls.REQUIRED)
    own_server.admin("GRANT SELECT, DELETE ON lm_synth.* TO lm_app@'%'")
    assert NEIGHBOUR in databases(own_server.address(tls=Tls.REQUIRED))
    assert run(script, variables=variables).code == 0
    they_work_in_one_database_only(own_server, Tls.REQUIRED)


def test_an_account_that_may_connect_once_only_is_told_that_a_run_takes_two(own_server: OwnServer) -> None:
    own_server.prepare()
    create_tables(own_server.address(OWNER))
    own_server.admin(f"ALTER USER {APP}@'%' WITH MAX_USER_CONNECTIONS 1")
    with (
        pymysql.connect(
            host="127.0.0.1", port=own_server.port, user=APP, password=PASSWORD, ssl_disabled=True
        ),
        pytest.raises(DatabaseError, match="A run holds one for its lock"),
    ):
        MysqlStore(own_server.address()).check(writing=True)
