"""A real server for each test that asks for one, and a database on it that is the test's own."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from lm_synth_assets.database import create_tables
from lm_synth_assets.storage.mysql.address import Address
from lm_synth_assets.storage.mysql.store import MysqlStore
from lm_synth_assets_tests.servers import OWNER, URL_VARIABLE, OwnServer, Server, named, own_kinds, running

OWN_KINDS = own_kinds()
KINDS = [*(["named"] if os.environ.get(URL_VARIABLE) else []), *OWN_KINDS]

_numbers = count(1)


def _each(kinds: list[str]) -> list[object]:
    nothing = pytest.mark.skip(reason=f"no MySQL server: set {URL_VARIABLE}, or install mysqld or mariadbd")
    return list(kinds) or [pytest.param("none", marks=nothing)]


@contextmanager
def _started(kind: str) -> Iterator[OwnServer]:
    # A short path: that of a socket has at most 107 characters.
    with (
        tempfile.TemporaryDirectory(prefix="lm") as folder,
        running(kind, Path(folder) / "s") as own,
    ):
        yield own


@pytest.fixture(scope="session", params=_each(KINDS))
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server that all tests share: leave it as it is."""
    if request.param == "named":
        yield named(os.environ[URL_VARIABLE])
        return
    with _started(request.param) as own:
        yield own


@pytest.fixture(params=_each(OWN_KINDS))
def own_server(request: pytest.FixtureRequest) -> Iterator[OwnServer]:
    """A server of the test's own, which it may stop or kill; without a database."""
    with _started(request.param) as own:
        yield own


@pytest.fixture
def database(server: Server) -> Iterator[Address]:
    """An empty database with all tables, as the app user sees it."""
    name = f"lm_test_{os.getpid()}_{next(_numbers)}"
    server.prepare(name)
    create_tables(server.address(OWNER, name))
    yield server.address(database=name)
    server.admin(f"DROP DATABASE {name}")


@pytest.fixture
def store(database: Address) -> MysqlStore:
    """The store of an empty database with all tables, for the app user."""
    return MysqlStore(database)
