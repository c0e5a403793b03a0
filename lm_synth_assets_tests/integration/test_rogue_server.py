"""A program that answers in the place of a MySQL server gets neither the password nor a file."""

from pathlib import Path

import pytest
from pymysql import err

from lm_synth_assets.storage.mysql.address import Address, Tls
from lm_synth_assets.storage.mysql.errors import DatabaseError
from lm_synth_assets.storage.mysql.session import session
from lm_synth_assets_tests.support.rogue_server import Rogue, rogue

SECRET = "Xq7Kd2Vw"
ATTEMPTS = 2
"""One with TLS, which the program does not offer, and one without. To try again would change nothing."""


def address(program: Rogue, tls: Tls = Tls.PREFERRED) -> Address:
    return Address("127.0.0.1", program.port, "lm", "me", tls, password=SECRET)


def wants(path: Path, statement: bytes, kind: bytes = b"LOAD") -> bytes | None:
    """A request for a file, in answer to any statement of a kind."""
    return b"\xfb" + str(path).encode() if statement[1:].startswith(kind) else None


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A file that nobody is to see."""
    (tmp_path / "canary").write_text(f"{SECRET}\n", encoding="utf-8")
    return tmp_path / "canary"


@pytest.mark.parametrize("plugin", ["mysql_clear_password", "dialog"])
def test_the_password_is_not_sent_as_clear_text(plugin: str) -> None:
    with rogue(plugin) as program:
        with (
            pytest.raises(DatabaseError, match=r"wants the password as clear text\. It was not sent"),
            session(address(program), "asking"),
        ):
            pass
        assert program.received == []
        assert program.connections == ATTEMPTS


def test_nothing_is_sent_without_tls_where_it_is_asked_for() -> None:
    with rogue() as program:
        with (
            pytest.raises(DatabaseError, match="offers no TLS"),
            session(address(program, Tls.REQUIRED), "asking"),
        ):
            pass
        assert program.received == []


@pytest.mark.parametrize("sends_files", [True, False])
def test_no_file_is_sent_that_no_statement_names(canary: Path, sends_files: bool) -> None:
    with rogue(answer=lambda statement: wants(canary, statement, b"SET SESSION")) as program:
        with (
            pytest.raises(DatabaseError, match=rf"asked for the file {canary} of this machine"),
            session(address(program), "asking", sends_files=sends_files),
        ):
            pass
        assert SECRET.encode() not in b"".join(program.received)
        assert program.connections == ATTEMPTS


def test_only_the_file_on_offer_is_sent(canary: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows"
    rows.write_text("1\t2\n", encoding="utf-8")
    with rogue(answer=lambda statement: wants(canary, statement)) as program:
        with (
            pytest.raises(DatabaseError, match="asked for the file"),
            session(address(program), "storing", sends_files=True) as opened,
            opened.connection.offering(str(rows)),
        ):
            opened.run(f"LOAD DATA LOCAL INFILE '{rows}' INTO TABLE t")
        assert SECRET.encode() not in b"".join(program.received)
    with rogue(answer=lambda statement: wants(rows, statement)) as program:
        with session(address(program), "storing", sends_files=True) as opened:
            with opened.connection.offering(str(rows)):
                opened.run(f"LOAD DATA LOCAL INFILE '{rows}' INTO TABLE t")
            with pytest.raises(err.OperationalError, match="2068"):
                opened.run(f"LOAD DATA LOCAL INFILE '{rows}' INTO TABLE t")
        assert b"1\t2\n" in program.received
