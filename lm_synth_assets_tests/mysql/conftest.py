"""A real server for each test that asks for one, and a database on it that is the test's own."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from lm_synth_assets.dataset.load import create_tables
from lm_synth_assets.storage.mysql.address import Address
from lm_synth_assets.storage.mysql.store import MysqlStore
from lm_synth_assets_tests.support.servers import (
    OWNER,
    URL_VARIABLE,
    OwnServer,
    Server,
    kinds,
    named,
    own_kinds,
    running,
)

_numbers = count(1)


def _each(found: list[str]) -> list[object]:
    nothing = pytest.mark.skip(reason="no MySQL server, as the last lines say")
    return list(found) or [pytest.param("none", marks=nothing)]


@contextmanager
def _started(kind: str, *options: str) -> Iterator[OwnServer]:
    # A short path: that of a socket has at most 107 characters.
    with (
        tempfile.TemporaryDirectory(prefix="lm") as folder,
        running(kind, Path(folder) / "s", options) as own,
    ):
        yield own


@pytest.fixture(scope="session", params=_each(kinds()))
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server that all tests share: leave it as it is."""
    if request.param == "named":
        yield named(os.environ[URL_VARIABLE])
        return
    with _started(request.param) as own:
        yield own


@pytest.fixture(params=_each(own_kinds()))
def own_server(request: pytest.FixtureRequest) -> Iterator[OwnServer]:
    """A server of the test's own, which it may stop or kill; without a database."""
    with _started(request.param) as own:
        yield own


@pytest.fixture(scope="module", params=_each(own_kinds()))
def mortal(request: pytest.FixtureRequest) -> Iterator[OwnServer]:
    """A server for tests that stop it; what it has committed it keeps when it is killed."""
    with _started(request.param, "--innodb-flush-log-at-trx-commit=1") as own:
        own.prepare()
        create_tables(own.address(OWNER))
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
