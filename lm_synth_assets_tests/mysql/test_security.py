"""Who may do what, what is encrypted, that nothing breaks out of SQL, and that no password is to be found."""

import base64
import dataclasses
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pandas as pd
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from lm_synth_assets.dataset.load import create_tables
from lm_synth_assets.errors import ConfigError
from lm_synth_assets.orchestration.runs import generate
from lm_synth_assets.orchestration.settings import read_settings
from lm_synth_assets.region.files import load_region
from lm_synth_assets.region.run_request import RunRequest
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.simulation.tables.dimensions import dim_gender
from lm_synth_assets.storage.enforcement import enforce
from lm_synth_assets.storage.errors import NotAFolder
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.formats import open_store
from lm_synth_assets.storage.mysql import reading
from lm_synth_assets.storage.mysql.address import (
    PASSWORD_FILE_VARIABLE,
    PASSWORD_VARIABLE,
    URL_VARIABLE,
    Address,
    Tls,
)
from lm_synth_assets.storage.mysql.ddl import BOOKKEEPING
from lm_synth_assets.storage.mysql.errors import DatabaseError
from lm_synth_assets.storage.mysql.session import session
from lm_synth_assets.storage.mysql.store import MysqlStore
from lm_synth_assets_tests.support.commands import (
    ROOT,
    SCRIPTS,
    TINY,
    Call,
    environment,
)
from lm_synth_assets_tests.support.servers import (
    GRANTS,
    PASSWORD,
    OwnServer,
    Server,
    free_port,
    kinds,
    own_kinds,
    running,
)

NONE = pytest.param("none", marks=pytest.mark.skip(reason="no MySQL server, as the last lines say"))
EACH_OWN = own_kinds() or [NONE]
ONE = kinds()[:1] or [NONE]
"""For what does not depend on the kind of server."""

PROGRAMS = TABLES["dim_program"]


def literal(words: str) -> str:
    """A text as the server reads it."""
    return "'" + words.replace("\\", "\\\\").replace("'", "\\'") + "'"


def programs(*names: str) -> pd.DataFrame:
    return enforce(
        PROGRAMS, pd.DataFrame({"program_id": range(1, len(names) + 1), "program_name": list(names)})
    )


# What the app user may do


def grants(server: Server, address: Address) -> dict[str, set[str]]:
    """What a user may do, by what it may do it to."""
    found: dict[str, set[str]] = {}
    for (line,) in server.admin(f"SHOW GRANTS FOR {address.user}@'%'"):
        told = re.match(r"GRANT (.+?) ON (\S+) TO ", line)
        assert told is not None, line
        assert "WITH GRANT OPTION" not in line
        found.setdefault(told[2].replace("`", "").replace("\\_", "_"), set()).update(told[1].split(", "))
    return found


def test_a_data_set_is_made_shrunk_and_read_with_no_more_than_the_grants(
    server: Server, database: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = grants(server, database)
    assert (allowed["*.*"], allowed[f"{database.database}.*"]) == ({"USAGE"}, set(GRANTS))
    monkeypatch.setenv(PASSWORD_VARIABLE, database.password)
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    for patients in (600, 300):
        request = RunRequest.read(TINY, patients=patients, years=1)
        outcome = generate(request, "mysql", database.url, lambda *_: None)
        assert outcome.errors == []
        assert outcome.not_run == []
        assert {table.name for table in outcome.tables} == set(TABLES)
        store = MysqlStore(database)
        assert len(store.read(TABLES["patients"])) == patients
        assert all(store.inspect(table).problems == () for table in TABLES.values())
    assert sum(sum(table.removed.values()) for table in outcome.tables) > 0
    assert grants(server, database) == allowed


@pytest.mark.parametrize("missing", GRANTS)
def test_none_of_the_grants_is_superfluous(server: Server, database: Address, missing: str) -> None:
    MysqlStore(database).write(PROGRAMS, programs("Surgery", "Medicine", "Cardiac"))
    less = dataclasses.replace(database, user=f"lm_less_{os.getpid()}")
    server.allow(less.user, *(grant for grant in GRANTS if grant != missing), database=less.database)
    try:
        with pytest.raises(DatabaseError, match=f"the grant {missing} is missing"):
            MysqlStore(less).write(PROGRAMS, programs("Surgery", "Cardiac"))
        server.allow(less.user, missing, database=less.database)
        MysqlStore(less).write(PROGRAMS, programs("Surgery", "Cardiac"))
    finally:
        server.admin(f"DROP USER {less.user}@'%'")


# What is encrypted

CIPHER = "SELECT VARIABLE_VALUE AS cipher FROM {schema}.{table} WHERE VARIABLE_NAME = 'Ssl_cipher'"
CIPHERS = {
    "mysql": CIPHER.format(schema="performance_schema", table="session_status"),
    "mariadb": CIPHER.format(schema="information_schema", table="SESSION_STATUS"),
}
"""How a session learns what it is encrypted with."""


class Ways(NamedTuple):
    """Whether each of the ways in which tables are read is encrypted."""

    session: bool
    connectorx: bool


def encrypted(server: Server, address: Address) -> Ways:
    """What the server says of a session, and of a read by connectorx."""
    with session(address, "reading", waits=()) as opened:
        assert (
            opened.value(CIPHERS[server.kind]) == opened.rows("SHOW SESSION STATUS LIKE 'Ssl_cipher'")[0][1]
        )
        [(cipher,)] = opened.rows(CIPHERS[server.kind])
        [read] = reading._by_connectorx(opened, CIPHERS[server.kind]).to_pylist()
        assert opened.is_encrypted() == bool(cipher)
    return Ways(bool(cipher), bool(read["cipher"]))


def refusal(address: Address) -> str:
    """Why there is no way in, which is told at once."""
    with pytest.raises(DatabaseError) as caught, session(address, "reading", waits=()):
        pass
    return str(caught.value)


def certificate(name: str, key: rsa.RSAPrivateKey, by: str, signer: rsa.RSAPrivateKey) -> bytes:
    """A certificate; an authority's own where it has signed it itself, a server's otherwise."""

    def named(words: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])

    made = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(by))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2000, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2049, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=name == by, path_length=None), critical=True)
    )
    if name != by:
        here = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
        made = made.add_extension(here, critical=False)
    return made.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, a server's certificate by it that is for 127.0.0.1 only, and another authority."""
    folder = tmp_path_factory.mktemp("certificates")
    ca, key, other = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(3))
    (folder / "ca.pem").write_bytes(certificate("authority", ca, "authority", ca))
    (folder / "other.pem").write_bytes(certificate("authority", other, "authority", other))
    (folder / "server.pem").write_bytes(certificate("server", key, "authority", ca))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return folder


@contextmanager
def prepared(kind: str, options: Sequence[str]) -> Iterator[OwnServer]:
    with (
        tempfile.TemporaryDirectory(prefix="lm") as folder,
        running(kind, Path(folder) / "s", options) as own,
    ):
        own.prepare()
        yield own


@pytest.fixture(scope="module", params=EACH_OWN)
def encrypting(request: pytest.FixtureRequest, certificates: Path) -> Iterator[OwnServer]:
    """A server that offers TLS, with the certificate that is for 127.0.0.1."""
    options = [
        f"--ssl-{option}={certificates / name}.pem"
        for option, name in {"ca": "ca", "cert": "server", "key": "key"}.items()
    ]
    with prepared(request.param, options) as own:
        yield own


@pytest.fixture(scope="module", params=EACH_OWN)
def plain(request: pytest.FixtureRequest) -> Iterator[OwnServer]:
    """A server that offers no TLS."""
    with prepared(request.param, ["--tls-version="] if request.param == "mysql" else []) as own:
        yield own


def of_any_script(own: OwnServer) -> Address:
    """The address for a user whose password is in more than ASCII."""
    password = "päß \u6f22\U0001f600" + PASSWORD
    own.allow("lm_any", *GRANTS, database="lm_synth")
    own.admin(f"ALTER USER lm_any@'%' IDENTIFIED BY {literal(password)}")
    return dataclasses.replace(own.address("lm_any"), password=password)


class TestServerWithTls:
    @pytest.mark.parametrize("mode", [Tls.PREFERRED, Tls.REQUIRED])
    def test_is_used_encrypted(self, encrypting: OwnServer, mode: Tls) -> None:
        assert encrypted(encrypting, encrypting.address(tls=mode)) == Ways(True, True)

    @pytest.mark.parametrize("mode", [Tls.VERIFY_CA, Tls.VERIFY_IDENTITY])
    def test_is_verified(self, encrypting: OwnServer, certificates: Path, mode: Tls) -> None:
        address = dataclasses.replace(encrypting.address(tls=mode), ca=str(certificates / "ca.pem"))
        assert encrypted(encrypting, address) == Ways(True, True)

    def test_is_used_in_plain_where_tls_is_disabled(self, encrypting: OwnServer) -> None:
        assert encrypted(encrypting, encrypting.address(tls=Tls.DISABLED)) == Ways(False, False)

    @pytest.mark.parametrize("ca", ["other.pem", None])
    @pytest.mark.parametrize("mode", [Tls.VERIFY_CA, Tls.VERIFY_IDENTITY])
    def test_that_another_authority_vouches_for_is_refused(
        self, encrypting: OwnServer, certificates: Path, mode: Tls, ca: str | None
    ) -> None:
        address = dataclasses.replace(encrypting.address(tls=mode), ca=ca and str(certificates / ca))
        told = refusal(address)
        assert f"{address.server} does not show a certificate that ssl-ca vouches for." in told
        assert "CERTIFICATE_VERIFY_FAILED" in told

    def test_by_another_name_is_refused_where_that_is_verified(
        self, encrypting: OwnServer, certificates: Path
    ) -> None:
        address = dataclasses.replace(
            encrypting.address(tls=Tls.VERIFY_CA), host="localhost", ca=str(certificates / "ca.pem")
        )
        with session(address, "reading", waits=()) as opened:
            assert opened.is_encrypted()
        told = refusal(dataclasses.replace(address, tls=Tls.VERIFY_IDENTITY))
        assert f"{address.server} does not show a certificate that ssl-ca vouches for." in told
        assert "Hostname mismatch" in told

    def test_lets_who_must_use_tls_in_with_it_only(self, encrypting: OwnServer) -> None:
        encrypting.allow("lm_tls", *GRANTS, database="lm_synth")
        encrypting.admin("ALTER USER lm_tls@'%' REQUIRE SSL")
        assert encrypted(encrypting, encrypting.address("lm_tls")) == Ways(True, True)
        told = refusal(encrypting.address("lm_tls", tls=Tls.DISABLED))
        assert "does not let lm_tls in: the name or the password is wrong, or the user must use TLS." in told

    def test_takes_a_password_in_any_script(self, encrypting: OwnServer) -> None:
        assert encrypted(encrypting, of_any_script(encrypting)) == Ways(True, True)


class TestServerWithoutTls:
    @pytest.mark.parametrize("mode", [Tls.PREFERRED, Tls.DISABLED])
    def test_is_used_in_plain(self, plain: OwnServer, mode: Tls) -> None:
        assert encrypted(plain, plain.address(tls=mode)) == Ways(False, False)

    @pytest.mark.parametrize("mode", [Tls.REQUIRED, Tls.VERIFY_CA, Tls.VERIFY_IDENTITY])
    def test_is_refused_where_tls_is_asked_for(self, plain: OwnServer, mode: Tls) -> None:
        address = plain.address(tls=mode)
        assert f"{address.server} offers no TLS, and ssl-mode={mode} asks for it" in refusal(address)

    def test_lets_nobody_in_who_must_use_tls(self, plain: OwnServer) -> None:
        plain.allow("lm_tls", *GRANTS, database="lm_synth")
        plain.admin("ALTER USER lm_tls@'%' REQUIRE SSL")
        assert "or the user must use TLS" in refusal(plain.address("lm_tls"))

    def test_takes_the_usual_way_to_log_in(self, plain: OwnServer) -> None:
        if plain.kind == "mysql":
            [(plugin,)] = plain.admin("SELECT plugin FROM mysql.user WHERE user = 'lm_app'")
            assert plugin == "caching_sha2_password"
        # So that the server has to see the password itself, and not what it remembers of it.
        plain.admin("FLUSH PRIVILEGES")
        assert encrypted(plain, plain.address(tls=Tls.DISABLED)) == Ways(False, False)

    def test_takes_a_password_in_any_script(self, plain: OwnServer) -> None:
        assert encrypted(plain, of_any_script(plain)) == Ways(False, False)


@pytest.mark.parametrize("server", ["mysql"] if "mysql" in own_kinds() else [NONE], indirect=True)
def test_the_certificates_that_mysql_makes_for_itself_serve(server: OwnServer, database: Address) -> None:
    ca = str(server.folder / "data" / "ca.pem")
    address = dataclasses.replace(database, tls=Tls.VERIFY_CA, ca=ca)
    assert encrypted(server, address) == Ways(True, True)
    nameless = refusal(dataclasses.replace(address, tls=Tls.VERIFY_IDENTITY))
    assert "does not show a certificate that ssl-ca vouches for." in nameless


CONNECTORX = """
import sys
from types import SimpleNamespace
from lm_synth_assets.storage.mysql.address import Tls, address_of
from lm_synth_assets.storage.mysql.reading import _by_connectorx
print(_by_connectorx(SimpleNamespace(address=address_of(sys.argv[1])), "SELECT 1 AS one"))
"""


@pytest.mark.parametrize(
    ("ca", "said"),
    [("other.pem", b"certificate verify failed"), ("ca.pem", b"one: [[1]]")],
    ids=["another authority", "the right one"],
)
def test_connectorx_verifies_too(encrypting: OwnServer, certificates: Path, ca: str, said: bytes) -> None:
    address = dataclasses.replace(encrypting.address(tls=Tls.VERIFY_IDENTITY), ca=str(certificates / ca))
    # It tries for half a minute, which nothing can shorten; but it tells of the first attempt.
    with subprocess.Popen(
        [sys.executable, "-c", CONNECTORX, address.url],
        env=environment({PASSWORD_VARIABLE: address.password}),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        told = b""
        while said not in told.replace(b"\n", b"").replace(b"  ", b"") and (
            line := process.stdout.readline()
        ):
            told += line
        process.kill()
    assert said in told.replace(b"\n", b"").replace(b"  ", b"")
    assert (b"one:" in told) == (ca == "ca.pem")


# What cannot break out of SQL

NASTY = (
    "'); DROP TABLE dim_program; -- ",
    "' OR ''='",
    "`dim_program`; --",
    "%s %(x)s {0} %",
    "/* */ #",
    "@@version",
)
"""Of what a value may hold: double quotes, backslashes and line breaks are refused before this."""


def test_names_and_contents_are_data(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"lm`; -- '\"%s\\{{0}}/?#@ x{os.getpid()}"
    user = f"o'b`rien\"\\ %s@/:#?{os.getpid()}"
    quoted = "`" + name.replace("`", "``") + "`"
    account = f"{literal(user)}@'%'"
    server.admin(
        f"CREATE DATABASE {quoted} CHARACTER SET utf8mb4",
        f"CREATE USER {account} IDENTIFIED BY {literal(PASSWORD)}",
        f"GRANT ALL ON *.* TO {account}",
    )
    try:
        monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
        address = server.address(user, name)
        store = MysqlStore.at(address.url)
        assert store.address == address
        assert len(create_tables(store.address)) == len(TABLES) + len(BOOKKEEPING)
        store.check(writing=True)
        frame = programs(*NASTY)
        for rows in (frame, frame.head(3), frame):
            store.write(PROGRAMS, rows)
            pd.testing.assert_frame_equal(store.read(PROGRAMS), rows, check_exact=True)
        with monkeypatch.context() as patched:
            patched.setattr(reading, "_is_long", lambda session, table: True)
            patched.setattr(reading, "_row_by_row", None)
            pd.testing.assert_frame_equal(store.read(PROGRAMS), frame, check_exact=True)
        with pytest.raises(DatabaseError, match="does not let o'b"):
            MysqlStore(dataclasses.replace(address, password="wrong")).check(writing=False)
    finally:
        server.admin(f"DROP DATABASE {quoted}", f"DROP USER {account}")


# What nobody gets to see

TOKEN = "Xq7Kd2Vw"
SECRET = PASSWORD + TOKEN + PASSWORD
"""However it is quoted or escaped, its middle stays as it is."""

TRACES = [
    TOKEN.encode(),
    *(base64.b64encode(b"." * shift + SECRET.encode())[8:24] for shift in range(3)),
]


def traces(content: bytes, words: Sequence[bytes] = TRACES) -> list[bytes]:
    return [word for word in words if word in content]


def kept(folder: Path) -> Iterator[tuple[str, bytes]]:
    """All that a folder holds, with what stands compressed in databases of SQLite."""
    for path in (path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        yield str(path), content
        if content.startswith(b"SQLite format 3\0"):
            with closing(sqlite3.connect(path)) as database:
                names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
                for (name,) in names:
                    for row in database.execute(f'SELECT * FROM "{name}"'):
                        yield from ((f"{path} {name}", content) for content in map(unpacked, row))


def unpacked(value: object) -> bytes:
    raw = value if isinstance(value, bytes) else str(value).encode()
    with suppress(zlib.error):
        return zlib.decompress(raw)
    return raw


class Watched(NamedTuple):
    """What a command came to, what it said, and how it and its children showed among the processes."""

    code: int
    said: bytes
    processes: frozenset[bytes]


def watched(command: Sequence[object], variables: dict[str, str], cwd: Path) -> Watched:
    seen: set[bytes] = set()
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            list(map(str, command)), env=environment(variables), cwd=cwd, stdout=said, stderr=said
        ) as process,
    ):
        while process.poll() is None:
            seen.update(command_lines(process.pid))
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
        said.seek(0)
        return Watched(process.returncode, said.read(), frozenset(seen))


def command_lines(pid: int) -> Iterator[bytes]:
    """The command lines of a process and those that it has started; none where the system has no /proc."""
    with suppress(OSError):
        yield Path(f"/proc/{pid}/cmdline").read_bytes()
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from command_lines(int(child))


def shown(ran: Watched, home: Path) -> list[tuple[str, list[bytes]]]:
    """Where a password is to be seen."""
    places = [("output", ran.said), *(("process", line) for line in ran.processes), *kept(home)]
    return [(place, found) for place, content in places if (found := traces(content))]


@pytest.fixture
def guarded(server: Server, database: Address) -> Iterator[Address]:
    """A database with all tables, for a user whose password can be found anywhere."""
    address = dataclasses.replace(database, user=f"lm_guarded_{os.getpid()}", password=SECRET)
    server.allow(address.user, *GRANTS, database=address.database)
    server.admin(f"ALTER USER {address.user}@'%' IDENTIFIED BY {literal(SECRET)}")
    yield address
    server.admin(f"DROP USER {address.user}@'%'")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A new Dagster instance, which keeps all that it can."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "dagster.yaml").touch()
    return tmp_path / "home"


def in_variable(address: Address, folder: Path) -> dict[str, str]:
    return {URL_VARIABLE: address.url, PASSWORD_VARIABLE: address.password}


def in_file(address: Address, folder: Path) -> dict[str, str]:
    (folder / "password").write_text(address.password + "\n", encoding="utf-8")
    return {URL_VARIABLE: address.url, PASSWORD_FILE_VARIABLE: str(folder / "password")}


def in_url(address: Address, folder: Path) -> dict[str, str]:
    return {URL_VARIABLE: address.url.replace("@", f":{quote(address.password, safe='')}@", 1)}


MATERIALIZE = (SCRIPTS / "dagster", "asset", "materialize", "-m", "lm_synth_assets", "--select")
LM_SYNTH = SCRIPTS / "lm-synth"


@pytest.mark.parametrize("server", ONE, indirect=True)
@pytest.mark.parametrize("way", [in_variable, in_file, in_url])
def test_commands_show_no_password(
    guarded: Address, home: Path, tmp_path: Path, way: Callable[[Address, Path], dict[str, str]]
) -> None:
    CsvStore(tmp_path / "out").write(
        TABLES["dim_gender"], enforce(TABLES["dim_gender"], dim_gender(load_region(TINY)))
    )
    url = () if way is in_url else ("--url", guarded.url)
    variables = {"DAGSTER_HOME": str(home), "LM_SYNTH_STORAGE": "mysql", "LM_SYNTH_CONFIG": str(TINY)}
    variables |= way(guarded, tmp_path)
    for command, words in [
        ((LM_SYNTH, "db", "init", *url), b"all tables are there"),
        ((LM_SYNTH, "load", "--in", tmp_path / "out", "--no-validate", *url), b"load: "),
        (
            (LM_SYNTH, "generate", "--config", TINY, "--patients", 300, "--format", "mysql", *url),
            b"generate: ",
        ),
        (
            (LM_SYNTH, "validate", "--format", "mysql", "--select", "dim_*", "--json", *url),
            b'"gate": "foreign_keys"',
        ),
        ((*MATERIALIZE, "dim_gender,dim_site"), b"RUN_SUCCESS"),
    ]:
        ran = watched(command, variables, tmp_path)
        assert words in ran.said, ran.said.decode()
        assert shown(ran, home) == []
        assert not Path("/proc").is_dir() or any(command[0].name.encode() in line for line in ran.processes)
    assert_kept(home, [guarded.database.encode(), b"dim_site"])


def assert_kept(home: Path, words: list[bytes]) -> None:
    """That what is looked for is found where it is, compressed or not."""
    contents = list(kept(home))
    for word in words:
        assert any(word in content for _, content in contents)
    whole = [path.read_bytes() for path in home.rglob("*.db")]
    assert any(b"PipelineSnapshot" in content for _, content in contents)
    assert not any(b"PipelineSnapshot" in content for content in whole)


@pytest.mark.parametrize("server", ONE, indirect=True)
def test_failures_show_no_password(server: Server, guarded: Address, home: Path, tmp_path: Path) -> None:
    server.admin("SET foreign_key_checks = 0", "DROP TABLE dim_gender", database=guarded.database)
    wrong = dataclasses.replace(guarded, password=SECRET[::-1] + SECRET)
    gone = dataclasses.replace(guarded, port=free_port())
    verify = dataclasses.replace(guarded, tls=Tls.VERIFY_CA, ca=str(tmp_path / "none"))
    generating = (LM_SYNTH, "generate", "--config", TINY, "--format", "mysql")
    cases = [
        (wrong, generating, b"does not let lm_guarded"),
        (wrong, (*MATERIALIZE, "dim_site"), b"does not let lm_guarded"),
        (gone, (*MATERIALIZE, "dim_site"), b"no MySQL server answers"),
        (guarded, generating, b"lacks"),
        (guarded, (*MATERIALIZE, "dim_gender"), b"a table is missing"),
        (verify, (*MATERIALIZE, "dim_site"), b"holds no certificate"),
    ]
    with ThreadPoolExecutor(2) as pool:
        variables = {"DAGSTER_HOME": str(home), "LM_SYNTH_STORAGE": "mysql", "LM_SYNTH_CONFIG": str(TINY)}
        all_ran = list(
            pool.map(lambda case: watched(case[1], variables | in_url(case[0], tmp_path), tmp_path), cases)
        )
    for ran, (_, _, words) in zip(all_ran, cases, strict=True):
        assert ran.code != 0
        assert words in b" ".join(ran.said.split()), ran.said.decode()
        assert shown(ran, home) == []
    assert any(b"Traceback" in ran.said or b"Stack Trace" in ran.said for ran in all_ran)
    assert_kept(home, [b"does not let lm_guarded", b"a table is missing", b"in _connection"])


@pytest.mark.parametrize(
    "command",
    [
        ("generate",),
        ("validate",),
        ("compare",),
        ("load",),
        ("db", "init"),
        ("db", "init", "--recreate", "--yes"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize(
    "url",
    [
        f"mysql://me:{TOKEN}@127.0.0.1/lm",
        f"mysql://me:{TOKEN}@@127.0.0.1/lm",
        f"mysql://me:a@{TOKEN}@127.0.0.1/lm",
        f"mysql:me:{TOKEN}@127.0.0.1/lm",
        f"mysql://me:{TOKEN}@127.0.0.1:port/lm",
        f"mysql://me@127.0.0.1/lm?password={TOKEN}",
    ],
)
def test_a_password_on_the_command_line_is_refused_and_not_repeated(
    call: Call, command: tuple[str, ...], url: str
) -> None:
    ran = call(*command, "--url", url)
    assert ran.code == 2
    assert ran.err.count("\n") >= 1
    assert TOKEN not in ran.out + ran.err


@pytest.mark.parametrize("url", [f"mysql://me:{TOKEN}@127.0.0.1/lm", f"mariadb:/me:{TOKEN}@127.0.0.1/lm"])
@pytest.mark.parametrize(
    "command",
    [
        ("generate", "--out"),
        ("generate", "--config"),
        ("validate", "--in"),
        ("validate", "--report"),
        ("report", "--to"),
        ("load", "--in"),
    ],
    ids=" ".join,
)
def test_a_url_in_the_place_of_a_path_is_refused_and_not_repeated(
    call: Call, command: tuple[str, ...], url: str
) -> None:
    ran = call(*command, url)
    assert ran.code == 2
    assert "this is a URL: name a database or an object store with --url" in ran.err
    assert TOKEN not in ran.out + ran.err


def test_a_url_in_the_place_of_a_folder_is_refused_and_not_repeated_wherever_it_stands(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"mysql://me:{TOKEN}@127.0.0.1/lm"
    with pytest.raises(NotAFolder) as caught:
        open_store("csv", url)
    assert TOKEN not in str(caught.value)
    for variable in ("LM_SYNTH_OUT", "LM_SYNTH_CONFIG"):
        with pytest.raises(ConfigError, match="must be a path; a database is named by") as wrong:
            read_settings({variable: url})
        assert TOKEN not in str(wrong.value)


def test_what_is_looked_for_would_be_found(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db")) as database:
        database.execute("CREATE TABLE t (a, b)")
        database.execute("INSERT INTO t VALUES (1, ?)", (zlib.compress(repr(SECRET).encode()),))
        database.commit()
    assert [traces(content) for _, content in kept(tmp_path) if traces(content)] == [[TOKEN.encode()]]
    encoded: list[Any] = [
        quote(SECRET),
        repr(SECRET),
        *(base64.b64encode((" " * n + SECRET).encode()) for n in (0, 1, 2)),
    ]
    for words in encoded:
        assert traces(words if isinstance(words, bytes) else words.encode())
