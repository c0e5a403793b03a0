"""Where a database is and who asks for it: read from a URL, with the password kept out of all that is shown.

The password is no part of Dagster's configuration, which ends up in its instance and on its pages: it is
looked up in the environment each time an address is made.
"""

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from lm_synth_assets.errors import StorageError

EXAMPLE = "mysql://lm_app@127.0.0.1:3306/lm_synth"
URL_VARIABLE = "LM_SYNTH_MYSQL_URL"
PASSWORD_VARIABLE = "LM_SYNTH_MYSQL_PASSWORD"
PASSWORD_FILE_VARIABLE = "LM_SYNTH_MYSQL_PASSWORD_FILE"

_DRIVERS = ("mysql", "mysql+pymysql", "mariadb", "mariadb+pymysql")
_PORT = 3306
_LAST_PORT = 65_535


class BadAddress(StorageError):
    """What should say where a database is does not."""


class Tls(StrEnum):
    """How a connection is encrypted, in the words of MySQL's own clients."""

    DISABLED = "DISABLED"
    PREFERRED = "PREFERRED"
    REQUIRED = "REQUIRED"
    VERIFY_CA = "VERIFY_CA"
    VERIFY_IDENTITY = "VERIFY_IDENTITY"

    @property
    def verifies(self) -> bool:
        """Whether the server must show a certificate that a known authority has signed."""
        return self in (Tls.VERIFY_CA, Tls.VERIFY_IDENTITY)


@dataclass(frozen=True)
class Address:
    """A database, the user who asks for it, and how."""

    host: str
    port: int
    database: str
    user: str
    tls: Tls = Tls.PREFERRED
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
        """The URL that makes this address again, but for the password."""
        ca = f"&ssl-ca={quote(self.ca)}" if self.ca else ""
        return f"{self}?ssl-mode={self.tls}{ca}"

    def encryption(self) -> ssl.SSLContext:
        """How to encrypt. Raises BadAddress for a CA file that is of no use."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = self.tls is Tls.VERIFY_IDENTITY
        if not self.tls.verifies:
            context.verify_mode = ssl.CERT_NONE
        elif self.ca is None:
            context.load_default_certs()
        else:
            _trust(context, self.ca)
        # The certificates that MySQL makes for itself lack extensions that strict checks ask for.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        return context


def _trust(context: ssl.SSLContext, ca: str) -> None:
    try:
        context.load_verify_locations(ca)
    except OSError as error:
        raise BadAddress(f"ssl-ca: {ca} holds no certificate that can be read ({error})") from None


def address_of(url: str, environment: Mapping[str, str] = os.environ) -> Address:
    """The address that a URL names, with the password that the environment holds.

    Raises BadAddress, which never repeats a password.
    """
    parsed = _parsed(url)
    return _address(parsed, _password(parsed, environment))


def without_password(url: str) -> str:
    """The same URL for all to see. Raises BadAddress."""
    return _address(_parsed(url), "").url


def has_password(url: str) -> bool:
    """Whether a password stands in a URL. Raises BadAddress."""
    return _parsed(url).password is not None


def _address(parsed: URL, password: str) -> Address:
    options = {name: str(value) for name, value in parsed.query.items()}
    tls, ca = options.pop("ssl-mode", Tls.PREFERRED).upper(), options.pop("ssl-ca", None)
    if options.pop("charset", "utf8mb4") != "utf8mb4":
        raise BadAddress("charset: must be utf8mb4")
    if options:
        raise BadAddress(f"{', '.join(options)}: unknown in a URL; known are ssl-mode and ssl-ca")
    if tls not in Tls.__members__:
        raise BadAddress(f"ssl-mode: must be one of {', '.join(Tls)}; found '{tls}'")
    return Address(
        host=parsed.host or "",
        port=parsed.port or _PORT,
        database=parsed.database or "",
        user=parsed.username or "",
        tls=Tls[tls],
        ca=ca,
        password=password,
    )


def _parsed(url: str) -> URL:
    if url.count("@") > 1:
        # A password that holds one would be cut there, and the rest be taken for the host and shown.
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
    given = {
        "the URL": url.password,
        URL_VARIABLE: _configured(url, environment) if url.password is None else None,
        PASSWORD_VARIABLE: environment.get(PASSWORD_VARIABLE),
        PASSWORD_FILE_VARIABLE: environment.get(PASSWORD_FILE_VARIABLE),
    }
    found = {where: str(value) for where, value in given.items() if value is not None}
    if len(found) > 1:
        raise BadAddress(f"the password is given more than once, by {' and '.join(found)}: choose one")
    if path := found.get(PASSWORD_FILE_VARIABLE):
        return _from_file(Path(path))
    return next(iter(found.values()), "")


def _configured(url: URL, environment: Mapping[str, str]) -> str | None:
    """The password of the configured URL, if that is for the same user of the same server.

    What Dagster hands on is the configured URL without its password.
    """
    configured = environment.get(URL_VARIABLE)
    if not configured:
        return None
    usual = _parsed(configured)
    same = (usual.host, usual.port or _PORT, usual.username) == (url.host, url.port or _PORT, url.username)
    return usual.password if same else None


def _from_file(path: Path) -> str:
    try:
        return path.read_text("utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text in UTF-8"
        raise BadAddress(f"{PASSWORD_FILE_VARIABLE}: {path} cannot be read: {reason}") from None
