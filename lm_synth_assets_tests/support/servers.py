"""Real database servers for tests: those that tests start, and one that is named to them.

A server that tests start has a folder and a port of its own, answers to this machine only, and is gone after.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pymysql
from sqlalchemy.engine import make_url

from lm_synth_assets.schema.catalogue import TABLES, foreign_keys
from lm_synth_assets.storage.mysql.address import Address, Tls
from lm_synth_assets.storage.mysql.errors import grantable

PROGRAMS = {"mysql": "mysqld", "mariadb": "mariadbd"}
"""The kinds of server, and the program that has to be on the path for each."""

DATABASE = "lm_synth"
OWNER, APP = "lm_owner", "lm_app"
PASSWORD = "pa'ss \\word$\"#%"
"""A password that has to be quoted wherever it can be."""

GRANTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "CREATE TEMPORARY TABLES")
"""All that the app user may do."""

URL_VARIABLE = "LM_SYNTH_TEST_MYSQL_URL"
"""Names a server that tests may use, by an account that may create databases and users."""

REQUIRED_VARIABLE = "LM_SYNTH_TEST_REQUIRE_MYSQL"
"""Set to 1, it is a failure that this machine lacks a kind of server."""

_START_SECONDS = 60


def kinds() -> list[str]:
    """The kinds of server that tests run on; `named` is the one that the environment names."""
    return [*(["named"] if os.environ.get(URL_VARIABLE) else []), *own_kinds()]


def own_kinds() -> list[str]:
    """The kinds of server that tests can start: those that this machine has, or those that it must have."""
    if os.environ.get(REQUIRED_VARIABLE) == "1":
        return list(PROGRAMS)
    return [kind for kind, program in PROGRAMS.items() if _is(kind, program)]


@cache
def _is(kind: str, program: str) -> bool:
    """Whether a program is there and is what its name says: MariaDB goes by the name of mysqld as well."""
    if (found := _program(program)) is None:
        return False
    told = subprocess.run([found, "--version"], capture_output=True, check=False, text=True).stdout
    return ("MariaDB" in told) == (kind == "mariadb")


def _program(name: str) -> str | None:
    # Debian puts servers where only root's path leads.
    return shutil.which(name) or shutil.which(name, path="/usr/local/sbin:/usr/sbin:/sbin:/usr/libexec")


@dataclass
class Server:
    """A server that is running, and the account that may do everything on it."""

    kind: str
    host: str = "127.0.0.1"
    port: int = 0
    root: str = "root"
    root_password: str = field(default="", repr=False)

    def admin(self, *statements: str, database: str | None = None) -> list[tuple[Any, ...]]:
        """Run statements as root; returns the rows of the last one."""
        connection = pymysql.connect(
            host=self.host,
            port=self.port,
            user=self.root,
            password=self.root_password,
            database=database,
            autocommit=True,
            # To look for this machine's certificates takes longer than most statements do.
            ssl_disabled=not self.root_password,
        )
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def prepare(self, database: str = DATABASE) -> None:
        """An empty database, its owner, and the app user with no more than it needs."""
        self.admin(f"CREATE DATABASE {database} CHARACTER SET utf8mb4")
        self.allow(OWNER, "ALL", database=database)
        self.allow(APP, *GRANTS, database=database)

    def allow(self, user: str, *grants: str, database: str) -> None:
        """Let a user, made where it is not there, do something in a database."""
        identified = "IDENTIFIED BY '{}'".format(PASSWORD.replace("\\", "\\\\").replace("'", "\\'"))
        grant = [f"GRANT {', '.join(grants)} ON {grantable(database)} TO {user}@'%'"] if grants else []
        self.admin(f"CREATE USER IF NOT EXISTS {user}@'%' {identified}", *grant)

    def sessions(self, database: str) -> list[str]:
        """What each session that uses a database is doing, in the server's words."""
        shown = self.admin("SHOW FULL PROCESSLIST")
        return [str(state) for _, _, _, used, _, _, state, *_ in shown if used == database]

    def orphans(self, database: str) -> dict[str, int]:
        """The rows that refer to nothing, by foreign key; empty where every reference is true."""
        counts = [
            f"SELECT '{table.name} ({', '.join(columns)})', COUNT(*) FROM {table.name} c WHERE "
            + " AND ".join(f"c.{name} IS NOT NULL" for name in columns)
            + f" AND NOT EXISTS (SELECT 1 FROM {parent} p WHERE "
            + " AND ".join(f"p.{key} = c.{name}" for name, key in zip(columns, targets, strict=True))
            + ")"
            for table in TABLES.values()
            for columns, parent, targets in foreign_keys(table)
        ]
        found = self.admin(" UNION ALL ".join(counts), database=database)
        return {words: count for words, count in found if count}

    def address(self, user: str = APP, database: str = DATABASE, tls: Tls = Tls.PREFERRED) -> Address:
        """The address of a database for one of its users."""
        return Address(self.host, self.port, database, user, tls, password=PASSWORD)


def named(url: str) -> Server:
    """The server of a URL, which need not name a database."""
    parsed = make_url(url)
    return Server(
        "named",
        parsed.host or "127.0.0.1",
        parsed.port or 3306,
        parsed.username or "root",
        parsed.password or "",
    )


@dataclass
class OwnServer(Server):
    """A server that can be started, stopped and killed."""

    folder: Path = Path()
    options: Sequence[str] = ()
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def create(self) -> None:
        """Make the data folder, without starting."""
        self.folder.mkdir(parents=True)
        self.port = self.port or free_port()
        if self.kind == "mysql":
            command = [_program("mysqld"), "--no-defaults", "--initialize-insecure", *self._usual()]
        else:
            command = [
                _program("mariadb-install-db"),
                "--no-defaults",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                *self._usual(),
            ]
        made = subprocess.run(command, capture_output=True, check=False, timeout=_START_SECONDS)
        assert made.returncode == 0, made.stdout.decode() + made.stderr.decode()

    def _usual(self) -> list[str]:
        user = ["--user=root"] if os.geteuid() == 0 else []
        # A server that starts clears the temporary files of others away, where they share a folder.
        return [f"--datadir={self.folder / 'data'}", f"--tmpdir={self.folder}", *user]

    def start(self) -> None:
        """Start, and wait until it answers."""
        own = (
            ["--mysqlx=OFF", "--secure-file-priv=NULL", "--innodb-redo-log-capacity=64M"]
            if self.kind == "mysql"
            else ["--innodb-log-file-size=64M"]
        )
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    str(_program(PROGRAMS[self.kind])),
                    "--no-defaults",
                    *self._usual(),
                    "--bind-address=127.0.0.1",
                    f"--port={self.port}",
                    f"--socket={self.folder / 's'}",
                    f"--pid-file={self.folder / 'pid'}",
                    "--local-infile=ON",
                    "--character-set-server=utf8mb4",
                    "--skip-log-bin",
                    "--innodb-flush-log-at-trx-commit=0",
                    *own,
                    *self.options,
                ],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        limit = time.monotonic() + _START_SECONDS
        while True:
            try:
                self.admin("SELECT 1")
                return
            except pymysql.err.MySQLError:
                assert self.process.poll() is None, (self.folder / "log").read_text(errors="replace")[-2000:]
                assert time.monotonic() < limit, (self.folder / "log").read_text(errors="replace")[-2000:]
                time.sleep(0.1)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, gently or not, and wait until it is gone."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, how)
            self.process.wait(_START_SECONDS)
            self.process = None


def free_port() -> int:
    """A port that nothing listens on just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(kind: str, folder: Path, options: Sequence[str] = ()) -> Iterator[OwnServer]:
    """A server that is there within, and gone afterwards with all its files."""
    server = OwnServer(kind, folder=folder, options=options)
    try:
        server.create()
        server.start()
        yield server
    finally:
        server.stop(signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)
