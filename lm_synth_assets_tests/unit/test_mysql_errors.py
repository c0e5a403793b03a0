"""What is said of an error of MySQL: which person can do what about it, and never a password."""

import pytest
from pymysql import err

from lm_synth_assets.storage.mysql import errors
from lm_synth_assets.storage.mysql.address import Address, Tls
from lm_synth_assets.storage.mysql.errors import DatabaseError, RowsRefused, code_of, explained

ADDRESS = Address("here", 3307, "lm", "me", Tls.REQUIRED, password="sesame")
UNTOUCHED = "what was there before is untouched"


def said(code: int, words: str = "So\n it  is", address: Address = ADDRESS, **how: bool) -> str:
    return str(explained(err.OperationalError(code, words), address, "storing patients", **how))


SENTENCES = {
    "nobody answers": (
        (2002, 2003),
        "no MySQL server answers at here:3307. Start it, or correct host and port of the URL. (So it is)",
    ),
    "no TLS": (
        (2026,),
        "here:3307 offers no TLS, and ssl-mode=REQUIRED asks for it, as it is by default unless the server "
        "is on this machine. Let an administrator switch it on, or add ?ssl-mode=PREFERRED to the URL if "
        "everybody on the network may read the data and the password. (So it is)",
    ),
    "clear text": (
        (2059,),
        "here:3307 wants So it is. It was not sent: a server that asks for it may be somebody else. Let an "
        "administrator give me a plugin that keeps it secret, such as caching_sha2_password.",
    ),
    "a file": (
        (2068,),
        "here:3307 asked for the file So it is of this machine, which no statement has named. It got nothing "
        "and the connection is closed: somebody else may answer there; ssl-mode=VERIFY_IDENTITY keeps them "
        "out.",
    ),
    "no connection for the user": (
        (1226, 1203),
        "me has no connection left (So it is). A run holds one for its lock, and uses others beside it.",
    ),
    "no connection left": (
        (1040,),
        "here:3307 has no connection left: close some, or raise max_connections.",
    ),
    "not let in": (
        (1045,),
        "here:3307 does not let me in: the name or the password is wrong, or the user must use TLS. The "
        "password comes from LM_SYNTH_MYSQL_PASSWORD or LM_SYNTH_MYSQL_PASSWORD_FILE.",
    ),
    "no database": (
        (1049,),
        "here:3307 has no database lm that me may use. Correct the URL, or let an administrator create it "
        "(CREATE DATABASE lm) and give what it takes (GRANT SELECT, INSERT, UPDATE, DELETE, CREATE TEMPORARY "
        "TABLES ON lm.* TO 'me'@'...').",
    ),
    "no table": (
        (1146,),
        "a table is missing: create what is missing with `lm-synth db init`. (So it is)",
    ),
    "disk full": (
        (1114, 1021, 1026, 1028),
        f"the disk of here:3307 is full; {UNTOUCHED}. Free some space and run again. (So it is)",
    ),
    "clash": (
        (1213, 1205, 1020),
        f"another session held rows or the table for too long (So it is); {UNTOUCHED}. End it (SHOW "
        "PROCESSLIST names it), and run again.",
    ),
    "broken": (
        (0, 2006, 2013, 1053, 1158, 1159, 1160, 1161),
        "the connection to here:3307 broke. Run again: each table is the old one or the new one, whole.",
    ),
    "anything else": ((1064, 3159), f"So it is; {UNTOUCHED}."),
}


@pytest.mark.parametrize(("codes", "told"), SENTENCES.values(), ids=SENTENCES)
def test_each_error_has_its_sentence(codes: tuple[int, ...], told: str) -> None:
    for code in codes:
        assert said(code) == f"storing patients: {told}"


@pytest.mark.parametrize(
    ("database", "told"),
    [("lm", "lm.*"), ("lm_synth", r"`lm\_synth`.*"), ("a%b", r"`a\%b`.*"), ("a`b", "`a``b`.*")],
)
def test_a_grant_is_for_one_database_whatever_its_name(database: str, told: str) -> None:
    assert errors.grantable(database) == told


def test_each_known_code_has_been_tried() -> None:
    tried = {code for codes, _ in SENTENCES.values() for code in codes}
    assert {code for codes, _ in errors._EXPLANATIONS for code in codes} <= tried


@pytest.mark.parametrize(
    "words",
    ["[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", "Hostname does not match certificate"],
)
def test_a_certificate_that_nobody_vouches_for_is_told(words: str) -> None:
    told = f"here:3307 does not show a certificate that ssl-ca vouches for. ({words})"
    assert said(2003, words) == f"storing patients: {told}"


class TestGrants:
    @pytest.mark.parametrize("code", [1142, 1143, 1227, 1044])
    def test_the_one_that_the_server_names_is_named(self, code: int) -> None:
        words = "DELETE command denied to user 'me'@'there' for table 'patients'"
        assert said(code, words) == (
            "storing patients: me may not do this: the grant DELETE is missing. An administrator gives it "
            f"with GRANT DELETE ON lm.* TO 'me'@'...'. ({words})"
        )

    def test_several_are_named(self) -> None:
        assert "GRANT SELECT, INSERT ON lm.*" in said(1142, "SELECT, INSERT command denied to user 'me'@'x'")

    def test_the_one_that_the_server_does_not_name_is_that_for_temporary_tables(self) -> None:
        words = "Access denied for user 'me'@'there' to database 'lm'"
        assert "the grant CREATE TEMPORARY TABLES is missing" in said(1044, words)

    def test_without_any_there_is_no_way_in(self) -> None:
        assert said(1044, inside=False) == said(1049)

    def test_statements_to_copy_are_quoted_where_they_have_to_be(self) -> None:
        odd = Address("here", 3306, "a`b; DROP", "o'brien")
        assert "GRANT CREATE TEMPORARY TABLES ON `a``b; DROP`.* TO 'o''brien'@'...'" in said(
            1044, address=odd
        )
        assert "CREATE DATABASE `a``b; DROP`)" in said(1049, address=odd)
        assert "ON `a``b; DROP`.* TO 'o''brien'@'...')" in said(1049, address=odd)


class TestCode:
    @pytest.mark.parametrize("error", [err.OperationalError(2013, "lost"), err.InternalError(2013)])
    def test_is_the_number_of_the_error(self, error: Exception) -> None:
        assert code_of(error) == 2013

    @pytest.mark.parametrize("error", [err.InterfaceError(), err.InternalError(), err.InterfaceError(0, "")])
    def test_is_zero_for_a_closed_connection(self, error: Exception) -> None:
        assert code_of(error) == 0

    @pytest.mark.parametrize(
        "error", [err.OperationalError(), err.OperationalError("words"), RuntimeError(7), ValueError()]
    )
    def test_is_none_for_other_errors(self, error: Exception) -> None:
        assert code_of(error) is None

    def test_is_kept(self) -> None:
        assert explained(err.OperationalError(1213, ""), ADDRESS, "storing").code == 1213
        assert explained(RuntimeError("x"), ADDRESS, "storing").code is None
        assert DatabaseError("x").code is None


def test_an_error_of_the_driver_is_told_in_its_words() -> None:
    missing = RuntimeError("'cryptography' package is required")
    assert str(explained(missing, ADDRESS, "opening")) == (
        f"opening: 'cryptography' package is required; {UNTOUCHED}."
    )


def test_braces_in_what_a_server_says_stay_as_they_are() -> None:
    assert said(1146, "Table '{password}' {0}").endswith("(Table '{password}' {0})")
    assert said(1064, "near '{user}'") == f"storing patients: near '{{user}}'; {UNTOUCHED}."


def test_refused_rows_are_listed() -> None:
    refused = RowsRefused("patients", ["one", "two"])
    assert refused.problems == ["one", "two"]
    assert str(refused) == f"patients was not stored, and {UNTOUCHED}:\n  - one\n  - two"


def test_no_sentence_holds_the_password() -> None:
    codes = {code for codes, _ in errors._EXPLANATIONS for code in codes} | errors._DENIED | {1064}
    for code in codes:
        for inside in (True, False):
            told = explained(err.OperationalError(code, "So it is"), ADDRESS, "opening", inside=inside)
            assert "sesame" not in str(told) + repr(told)
