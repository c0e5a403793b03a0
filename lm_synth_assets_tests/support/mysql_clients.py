"""Asking a database without the code under test: by SQL, and by the client that comes with a server."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pymysql
import pytest

from lm_synth_assets.storage.mysql.address import Address
from lm_synth_assets_tests.support.commands import Ran

_PROGRAMS = {"mariadb": "mariadb"}
"""Neither client speaks to all servers of the other."""


def rows(address: Address, sql: str) -> Sequence[tuple[Any, ...]]:
    """The rows of a query."""
    with (
        pymysql.connect(
            host=address.host,
            port=address.port,
            user=address.user,
            password=address.password,
            database=address.database,
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
        return list(cursor.fetchall())


def client(kind: str, address: Address, script: Path, folder: Path, *options: str) -> Ran:
    """What the client of a kind of server says of a script that is run in a folder, with some options."""
    program = shutil.which(_PROGRAMS.get(kind, "mysql"))
    if program is None:
        pytest.skip(f"no client for {kind} on the path")
    with script.open("rb") as text:
        done = subprocess.run(
            [
                program,
                f"--host={address.host}",
                f"--port={address.port}",
                f"--user={address.user}",
                "--local-infile=1",
                *options,
                address.database,
            ],
            stdin=text,
            cwd=folder,
            env={"MYSQL_PWD": address.password, "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
    return Ran(done.returncode, done.stdout, done.stderr)
