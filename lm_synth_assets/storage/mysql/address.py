"""The address of a database, read from a URL; its password is never shown.

The password is not part of Dagster's configuration, which Dagster stores and displays. It is read from the
environment whenever an address is made.
"""

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from lm_synth_assets.errors import StorageError, UserError

EXAMPLE = "mysql://lm_app@127.0.0.1:3306/lm_synth"
URL_VARIABLE = "LM_SYNTH_MYSQL_URL"
PASSWORD_VARIABLE = "LM_SYNTH_MYSQL_PASSWORD"
PASSWORD_FILE_VARIABLE = "LM_SYNTH_MYSQL_PASSWORD_FILE"

_DRIVERS = ("mysql", "mysql+pymysql", "mariadb", "mariadb+pymysql")
_PORT = 3306
_LAST_PORT = 65_535


class BadAddress(StorageError):
    """A URL, or a variable that completes it, does not name a database that can be used."""

    exit_code = UserError.exit_code


class Tls(StrEnum):
    """How a connection is encrypted: the values of `ssl-mode` in MySQL's own clients."""

    DISABLED = "DISABLED"
    PREFERRED = "PREFERRED"
    REQUIRED = "REQUIRED"
    VERIFY_CA = "VERIFY_CA"
    VERIFY_IDENTITY = "VERIFY_IDENTITY"

    @property
    def verifies(self) -> bool:
        """Whether the server's certificate must be signed by a known authority."""
        return self in (Tls.VERIFY_CA, Tls.VERIFY_IDENTITY)


@dataclass(frozen=True)
class Address:
    """A database, the user who connects to it, and how the connection is encrypted."""

    host: str
    port: int
    database: str
    user: str
    tls: Tls = Tls.REQUIRED
    ca: str | None = None
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"mysql://{quote(self.user, safe='')}@{self.server}/{quote(self.database, safe='')}"

    @property
    def server(self) -> str:
        """The host and the port."""
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL that gives this address, without the password."""
        ca = f"&ssl-ca={quote(self.ca)}" if self.ca else ""
        return f"{self}?ssl-mode={self.tls}{ca}"

    def encryption(self) -> ssl.SSLContext:
        """The TLS settings of a connection. Raises BadAddress for a CA file that cannot be used."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = self.tls is Tls.VERIFY_IDENTITY
        if not self.tls.verifies:
            context.verify_mode = ssl.CERT_NONE
        elif self.ca is None:
            context.load_default_certs()
        else:
            _trust(context, self.ca)
        # Certificates that MySQL generates lack extensions that strict checks require.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        return context


def _trust(context: ssl.SSLContext, ca: str) -> None:
    try:
        context.load_verify_locations(ca)
    except OSError as error:
        raise BadAddress(f"ssl-ca: {ca} holds no certificate that can be read ({error})") from None


def address_of(url: str, environment: Mapping[str, str] = os.environ) -> Address:
    """The address that a URL names, with the password from the URL or the environment.

    Raises BadAddress, whose message never contains a password.
    """
    parsed = _parsed(url)
    return _address(parsed, _password(parsed, environment))


def without_password(url: str) -> str:
    """The same URL without its password. Raises BadAddress."""
    return _address(_parsed(url), "").url


def has_password(url: str) -> bool:
    """Whether a URL contains a password. Raises BadAddress."""
    return _parsed(url).password is not None


def _address(parsed: URL, password: str) -> Address:
    options = {name: str(value) for name, value in parsed.query.items()}
    host = parsed.host or ""
    usual = Tls.PREFERRED if _is_this_machine(host) else Tls.REQUIRED
    tls, ca = options.pop("ssl-mode", usual).upper(), options.pop("ssl-ca", None)
    if options.pop("charset", "utf8mb4") != "utf8mb4":
        raise BadAddress("charset: must be utf8mb4")
    if options:
        raise BadAddress(f"{', '.join(options)}: unknown in a URL; known are ssl-mode and ssl-ca")
    if tls not in Tls.__members__:
        raise BadAddress(f"ssl-mode: must be one of {', '.join(Tls)}; found '{tls}'")
    return Address(
        host=host,
        port=parsed.port or _PORT,
        database=parsed.database or "",
        user=parsed.username or "",
        tls=Tls[tls],
        ca=ca,
        password=password,
    )


def _is_this_machine(host: str) -> bool:
    """Whether a host is reached without a network."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _parsed(url: str) -> URL:
    if url.count("@") > 1:
        # An unescaped @ in a password would split it, and part of it would be shown as the host.
        raise BadAddress("the URL has more than one @: where one is part of a name or a password, write %40")
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise BadAddress(f"not the URL of a database; one looks like {EXAMPLE}") from None
    if parsed.drivername not in _DRIVERS:
        raise BadAddress(f"'{parsed.drivername}' is no MySQL database; a URL looks like {EXAMPLE}")
    missing = [
        part
        for part, value in {
            "a host": parsed.host,
            "a database": parsed.database,
            "a user": parsed.username,
        }.items()
        if not value
    ]
    if missing:
        raise BadAddress(f"the URL lacks {' and '.join(missing)}; one looks like {EXAMPLE}")
    if parsed.port is not None and not 0 < parsed.port <= _LAST_PORT:
        raise BadAddress(f"the port of the URL must be from 1 to {_LAST_PORT}; found {parsed.port}")
    return parsed


def _password(url: URL, environment: Mapping[str, str]) -> str:
    sources = {
        "the URL": url.password,
        URL_VARIABLE: _configured(url, environment) if url.password is None else None,
        PASSWORD_VARIABLE: environment.get(PASSWORD_VARIABLE),
        PASSWORD_FILE_VARIABLE: environment.get(PASSWORD_FILE_VARIABLE),
    }
    passwords = {source: str(value) for source, value in sources.items() if value is not None}
    if len(passwords) > 1:
        raise BadAddress(f"the password is given more than once, by {' and '.join(passwords)}: choose one")
    if path := passwords.get(PASSWORD_FILE_VARIABLE):
        return _from_file(Path(path))
    return next(iter(passwords.values()), "")


def _configured(url: URL, environment: Mapping[str, str]) -> str | None:
    """The password of the configured URL, if it names the same user of the same server.

    Dagster passes the configured URL on without its password.
    """
    variable = environment.get(URL_VARIABLE)
    if not variable:
        return None
    configured = _parsed(variable)
    same = _user_and_server(configured) == _user_and_server(url)
    return configured.password if same else None


def _user_and_server(url: URL) -> tuple[str | None, int, str | None]:
    return url.host, url.port or _PORT, url.username


def _from_file(path: Path) -> str:
    try:
        return path.read_text("utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text in UTF-8"
        raise BadAddress(f"{PASSWORD_FILE_VARIABLE}: {path} cannot be read: {reason}") from None
