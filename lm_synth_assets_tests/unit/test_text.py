"""Text of data and configuration where it is shown: it acts on no terminal, page, log or parser."""

import json
import math
import unicodedata
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm_synth_assets.dataset.outcome import Outcome
from lm_synth_assets.dataset.outcome_files import as_json, as_junit
from lm_synth_assets.errors import StorageError, UserError
from lm_synth_assets.gates.results import GateResult, Mark, OffendingRows
from lm_synth_assets.storage.errors import SchemaError
from lm_synth_assets.text import in_markdown, in_one_line, json_text, printable

ANYTHING = st.text(st.characters())
"""Any text that Python can hold, halves of characters included."""

ESCAPED = {
    "\x1b[31mred": r"\x1b[31mred",
    "\x01\x07": r"\x01\x07",
    "a\rb": r"a\rb",
    "a\tb": r"a\tb",
    "\x9b31m": r"\x9b31m",
    "gnp\u202egpj.exe": r"gnp\u202egpj.exe",
    "\u2066x\u2069": r"\u2066x\u2069",
    "zero\u200bwidth\ufeff": r"zero\u200bwidth\ufeff",
    "\u2028": r"\u2028",
    "\ufffe\uffff": r"\ufffe\uffff",
    "\U0001ffff": r"\U0001ffff",
    "caf\udce9": r"caf\udce9",
}
AS_IT_IS = ["", "two\nlines", "Rivière-à-l'Ours 列治文", "👩‍⚕️ e\u0301 \u00a0", "a\\b", "\ufffd"]


@pytest.mark.parametrize(("text", "shown"), ESCAPED.items())
def test_what_is_not_to_be_printed_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize("text", AS_IT_IS)
def test_other_text_is_shown_as_it_is(text: str) -> None:
    assert printable(text) == text


@given(ANYTHING)
def test_no_control_and_no_half_of_a_character_is_ever_printed(text: str) -> None:
    shown = in_one_line(text)
    assert not {unicodedata.category(letter) for letter in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert printable(shown) == shown
    shown.encode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b", r"a\|b"),
        ("[here](http://x)", r"\[here\](http://x)"),
        ("![x](y)", r"!\[x\](y)"),
        ("<img src=x>", r"\<img src=x\>"),
        ("`code`", r"\`code\`"),
        ("**b** _i_", r"\*\*b\*\* \_i\_"),
        ("los_days", "los_days"),
        (r"\|", r"\\\|"),
        ("a\nb", r"a\\nb"),
    ],
)
def test_no_text_is_markup_in_a_markdown_table(text: str, shown: str) -> None:
    assert in_markdown(text) == shown


def result(text: str) -> GateResult:
    rows = OffendingRows((text,), ((text,), (math.inf,)), 2)
    return GateResult("patients", "keys", text, text, True, Mark.FAIL, text, text, text, (text,), rows)


@given(ANYTHING)
def test_junit_is_well_formed_whatever_the_data_hold(text: str) -> None:
    document = as_junit(Outcome(gates=[result(text)], errors=[text], not_run=["ip_stays.keys"]))
    assert ElementTree.fromstring(document).get("tests") == "3"


def strict(text: str) -> object:
    """JSON as strict parsers read it."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    value = json.loads(text, parse_constant=refuse)
    json.dumps(value, ensure_ascii=False).encode()
    return value


@given(ANYTHING, st.floats())
def test_json_is_what_every_parser_reads(text: str, number: float) -> None:
    strict(json_text({text: [number, (number,), text]}))
    strict(as_json(Outcome(gates=[result(text)], errors=[text])))


def test_numbers_that_are_not_finite_are_null_in_json() -> None:
    assert strict(json_text([math.nan, math.inf, -math.inf, 1.5])) == [None, None, None, 1.5]


@pytest.mark.parametrize("kind", [UserError, StorageError])
def test_no_message_of_an_error_holds_a_control_character(kind: type[UserError]) -> None:
    assert str(kind("in \x1b[2J\nline 2")) == "in \\x1b[2J\nline 2"
    assert str(SchemaError("dim_site", ["\u202e"])).endswith("\n  - \\u202e")


def test_offending_rows_are_shown_escaped_and_kept_as_they_are() -> None:
    rows = OffendingRows(("name",), (("\x1b[31m|x",),), 1)
    assert "\\x1b[31m|x" in rows.text()
    assert r"\\x1b\[31m\|x" in rows.markdown()
    assert rows.objects() == [{"name": "\x1b[31m|x"}]
