"""The address of a database: what a URL says, where the password comes from, and that it is never shown."""

import ssl
from pathlib import Path

import pytest

from lm_synth_assets.orchestration.io_manager import io_manager
from lm_synth_assets.orchestration.settings import Settings, read_settings
from lm_synth_assets.storage.mysql.address import (
    PASSWORD_FILE_VARIABLE,
    PASSWORD_VARIABLE,
    URL_VARIABLE,
    Address,
    BadAddress,
    Tls,
    address_of,
    has_password,
    without_password,
)
from lm_synth_assets.storage.mysql.store import MysqlStore

URL = "mysql://me@here/lm"


def address(url: str, **variables: str) -> Address:
    return address_of(url, variables)


class TestUrl:
    def test_says_where_the_database_is_and_who_asks(self) -> None:
        assert address("mysql://me@here:3307/lm") == Address("here", 3307, "lm", "me")

    def test_has_usual_values_for_what_it_leaves_out(self) -> None:
        found = address(URL)
        assert (found.port, found.tls, found.ca, found.password) == (3306, Tls.REQUIRED, None, "")

    @pytest.mark.parametrize(
        ("host", "tls"),
        [
            ("localhost", Tls.PREFERRED),
            ("127.0.0.1", Tls.PREFERRED),
            ("127.1.2.3", Tls.PREFERRED),
            ("[::1]", Tls.PREFERRED),
            ("10.0.0.7", Tls.REQUIRED),
            ("localhost.example.org", Tls.REQUIRED),
            ("db", Tls.REQUIRED),
        ],
    )
    def test_asks_for_encryption_wherever_there_is_a_network(self, host: str, tls: Tls) -> None:
        assert address(f"mysql://me@{host}/lm").tls is tls
        assert address(without_password(f"mysql://me@{host}/lm")).tls is tls
        assert address(f"mysql://me@{host}/lm?ssl-mode=DISABLED").tls is Tls.DISABLED

    @pytest.mark.parametrize("scheme", ["mysql", "mysql+pymysql", "mariadb", "mariadb+pymysql"])
    def test_may_have_other_words_for_mysql(self, scheme: str) -> None:
        assert address(f"{scheme}://me@here/lm") == address(URL)

    @pytest.mark.parametrize("mode", list(Tls))
    def test_says_how_to_encrypt(self, mode: Tls) -> None:
        assert address(f"{URL}?ssl-mode={mode.lower()}&ssl-ca=/a%20b/ca.pem").tls is mode
        assert address(f"{URL}?ssl-mode={mode}&ssl-ca=/a%20b/ca.pem").ca == "/a b/ca.pem"

    def test_may_name_the_character_set_that_is_used_anyway(self) -> None:
        assert address(f"{URL}?charset=utf8mb4") == address(URL)

    def test_may_name_a_host_by_its_number(self) -> None:
        found = address("mysql://me@[::1]:3307/lm")
        assert (found.host, found.server, str(found)) == ("::1", "[::1]:3307", "mysql://me@[::1]:3307/lm")

    @pytest.mark.parametrize(
        "made",
        [
            Address("here", 3306, "lm", "me"),
            Address("::1", 3307, "lm", "me", Tls.VERIFY_CA, "/a b/c&d=e?f@g/ca.pem"),
            Address("10.0.0.7", 3306, "a/b`c'd\"e%20?f#g@h", "o'brien@x:y/z %`\\", Tls.DISABLED),
        ],
    )
    def test_makes_the_address_again(self, made: Address) -> None:
        assert address(made.url) == made
        assert without_password(made.url) == made.url

    def test_without_its_password_is_for_all_to_see(self) -> None:
        assert without_password("mysql://me:sesame@here/lm") == "mysql://me@here:3306/lm?ssl-mode=REQUIRED"
        assert not has_password(without_password("mysql://me:sesame@here/lm"))

    def test_may_hold_a_password(self) -> None:
        assert has_password("mysql://me:sesame@here/lm")
        assert has_password("mysql://me:@here/lm")
        assert not has_password(URL)


BAD = {
    "not a url": (
        "sesame",
        "not the URL of a database; one looks like mysql://lm_app@127.0.0.1:3306/lm_synth",
    ),
    "no slashes": ("mysql:me:sesame@here/lm", "not the URL of a database"),
    "port is a word": ("mysql://me:open@here:sesame/lm", "not the URL of a database"),
    "port too high": (
        "mysql://me:sesame@here:99999/lm",
        "the port of the URL must be from 1 to 65535; found 99999",
    ),
    "port zero": ("mysql://me:sesame@here:0/lm", "the port of the URL must be from 1 to 65535; found 0"),
    "other database": (
        "postgresql://me:sesame@here/lm",
        "'postgresql' is no MySQL database; a URL looks like mysql://lm_app@127.0.0.1:3306/lm_synth",
    ),
    "no user": ("mysql://:sesame@here/lm", "the URL lacks a user;"),
    "no host": ("mysql://me:sesame@/lm", "the URL lacks a host;"),
    "no database": ("mysql://me:sesame@here", "the URL lacks a database;"),
    "nothing": ("mysql://", "the URL lacks a host and a database and a user;"),
    "unknown option": (
        f"{URL}?password=sesame&timeout=sesame",
        "password, timeout: unknown in a URL; known are ssl-mode and ssl-ca",
    ),
    "unknown mode": (
        "mysql://me:sesame@here/lm?ssl-mode=maybe",
        "ssl-mode: must be one of DISABLED, PREFERRED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY; found 'MAYBE'",
    ),
    "other characters": ("mysql://me:sesame@here/lm?charset=latin1", "charset: must be utf8mb4"),
    "bare @ in a password": (
        "mysql://me:open@sesame@here/lm",
        "the URL has more than one @: where one is part of a name or a password, write %40",
    ),
    "bare @ and slash in a password": ("mysql://me:open@a/sesame@here/lm", "the URL has more than one @"),
}


@pytest.mark.parametrize(("url", "told"), BAD.values(), ids=BAD)
def test_a_bad_url_is_told_without_its_password(url: str, told: str) -> None:
    for read in (address, without_password):
        with pytest.raises(BadAddress) as caught:
            read(url)
        assert str(caught.value).startswith(told)
        assert "sesame" not in str(caught.value)
        # Nor in an error behind it, which a traceback would show.
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None


class TestPassword:
    def test_stands_in_the_url(self) -> None:
        assert address("mysql://me:s%40%2Fe%25s@here/lm").password == "s@/e%s"

    def test_or_in_a_variable(self) -> None:
        assert address(URL, **{PASSWORD_VARIABLE: "s@/e%s "}).password == "s@/e%s "

    @pytest.mark.parametrize("end", ["", "\n", "\r\n"])
    def test_or_in_a_file_with_or_without_a_line_end(self, tmp_path: Path, end: str) -> None:
        (tmp_path / "password").write_bytes(f" s@/é%s {end}".encode())
        found = address(URL, **{PASSWORD_FILE_VARIABLE: str(tmp_path / "password")})
        assert found.password == " s@/é%s "

    def test_or_in_the_configured_url_of_the_same_user_and_server(self) -> None:
        configured = {URL_VARIABLE: "mysql://me:sesame@here:3306/other"}
        assert address(URL, **configured).password == "sesame"
        assert address(without_password(configured[URL_VARIABLE]), **configured).password == "sesame"

    @pytest.mark.parametrize("url", ["mysql://me@there/lm", "mysql://me@here:3307/lm", "mysql://you@here/lm"])
    def test_of_the_configured_url_goes_to_no_other_server_or_user(self, url: str) -> None:
        assert address(url, **{URL_VARIABLE: "mysql://me:sesame@here/lm"}).password == ""

    def test_of_the_url_comes_before_that_of_the_configured_one(self) -> None:
        assert address("mysql://me:open@here/lm", **{URL_VARIABLE: "mysql://me:sesame@here/lm"}).password == (
            "open"
        )

    def test_may_be_missing(self) -> None:
        assert address(URL, **{URL_VARIABLE: ""}).password == ""
        assert address(URL, **{URL_VARIABLE: URL}).password == ""

    @pytest.mark.parametrize(
        ("url", "variables", "ways"),
        [
            ("mysql://me:sesame@here/lm", {PASSWORD_VARIABLE: "sesame"}, f"the URL and {PASSWORD_VARIABLE}"),
            (
                URL,
                {PASSWORD_VARIABLE: "sesame", PASSWORD_FILE_VARIABLE: "sesame"},
                f"{PASSWORD_VARIABLE} and {PASSWORD_FILE_VARIABLE}",
            ),
            (
                URL,
                {URL_VARIABLE: "mysql://me:sesame@here/lm", PASSWORD_FILE_VARIABLE: "sesame"},
                f"{URL_VARIABLE} and {PASSWORD_FILE_VARIABLE}",
            ),
        ],
    )
    def test_must_be_given_once(self, url: str, variables: dict[str, str], ways: str) -> None:
        with pytest.raises(BadAddress) as caught:
            address(url, **variables)
        assert str(caught.value) == f"the password is given more than once, by {ways}: choose one"

    def test_file_must_be_there(self, tmp_path: Path) -> None:
        with pytest.raises(BadAddress) as caught:
            address(URL, **{PASSWORD_FILE_VARIABLE: str(tmp_path / "none")})
        assert str(caught.value) == (
            f"{PASSWORD_FILE_VARIABLE}: {tmp_path / 'none'} cannot be read: No such file or directory"
        )

    def test_file_must_be_text(self, tmp_path: Path) -> None:
        (tmp_path / "password").write_bytes(b"sesame \xff")
        with pytest.raises(BadAddress) as caught:
            address(URL, **{PASSWORD_FILE_VARIABLE: str(tmp_path / "password")})
        assert str(caught.value) == (
            f"{PASSWORD_FILE_VARIABLE}: {tmp_path / 'password'} cannot be read: not text in UTF-8"
        )
        assert "sesame" not in repr(caught.value)
        assert caught.value.__suppress_context__

    def test_comes_from_the_environment_unless_told_otherwise(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(PASSWORD_VARIABLE, "sesame")
        assert address_of(URL).password == "sesame"


CONFIGURED = {
    "LM_SYNTH_STORAGE": "mysql",
    URL_VARIABLE: "mysql://me:sesame@here/lm",
    PASSWORD_VARIABLE: "sesame",
}


class TestShown:
    """What may end in a log, on a page or in a message holds no password."""

    def test_of_an_address(self) -> None:
        found = address("mysql://me:sesame@here/lm")
        assert found.password == "sesame"
        for shown in (repr(found), str(found), f"{found}", found.url, found.server, repr([found])):
            assert "sesame" not in shown

    def test_of_a_store(self) -> None:
        store = MysqlStore(address("mysql://me:sesame@here/lm"))
        assert "sesame" not in repr(store) + str(store)

    def test_of_settings(self) -> None:
        settings = read_settings(CONFIGURED)
        assert settings.mysql_password is not None
        assert settings.mysql_password.get_secret_value() == "sesame"
        shown = [repr(settings), str(settings), settings.model_dump_json(), repr(settings.model_dump())]
        assert "sesame" not in "".join([*shown, settings.location])

    def test_of_what_dagster_shows(self) -> None:
        settings = read_settings(CONFIGURED)
        definition = io_manager(settings)
        assert "mysql://me@here:3306/lm" in (definition.description or "")
        assert "sesame" not in (definition.description or "")

    def test_of_a_wrong_variable(self) -> None:
        with pytest.raises(Exception, match="LM_SYNTH_MYSQL_PASWORD: unknown variable") as caught:
            read_settings({"LM_SYNTH_MYSQL_PASWORD": "sesame", "LM_SYNTH_STORAGE": "mysql"})
        assert "sesame" not in str(caught.value)

    def test_of_a_bad_place(self) -> None:
        with pytest.raises(BadAddress) as caught:
            Settings.model_validate({"storage": "mysql", "mysql_url": "mysql:me:sesame@here"}).location  # noqa: B018
        assert "sesame" not in str(caught.value)


class TestEncryption:
    @pytest.mark.parametrize("mode", [Tls.PREFERRED, Tls.REQUIRED])
    def test_alone_asks_for_no_certificate(self, mode: Tls) -> None:
        context = Address("here", 3306, "lm", "me", mode).encryption()
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_NONE, False)

    def test_with_an_authority_asks_for_its_certificate(self) -> None:
        context = Address("here", 3306, "lm", "me", Tls.VERIFY_CA).encryption()
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, False)

    def test_with_identity_asks_for_the_name_too(self) -> None:
        context = Address("here", 3306, "lm", "me", Tls.VERIFY_IDENTITY).encryption()
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)

    def test_trusts_the_machines_authorities_where_no_file_is_named(self) -> None:
        usual = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        usual.load_default_certs()
        context = Address("here", 3306, "lm", "me", Tls.VERIFY_CA).encryption()
        assert context.get_ca_certs() == usual.get_ca_certs()

    @pytest.mark.parametrize("content", [None, "no certificate"])
    def test_needs_a_file_of_certificates(self, tmp_path: Path, content: str | None) -> None:
        file = tmp_path / "ca.pem"
        if content is not None:
            file.write_text(content)
        with pytest.raises(BadAddress) as caught:
            Address("here", 3306, "lm", "me", Tls.VERIFY_CA, str(file)).encryption()
        assert str(caught.value).startswith(f"ssl-ca: {file} holds no certificate that can be read (")

    @pytest.mark.parametrize(("mode", "verifies"), zip(Tls, [False] * 3 + [True] * 2, strict=True))
    def test_verifies_in_two_ways(self, mode: Tls, verifies: bool) -> None:
        assert mode.verifies is verifies
