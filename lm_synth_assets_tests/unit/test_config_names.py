"""Names in a configuration: only those that tables of every format hold, each different from the others."""

from pathlib import Path

import pandas as pd
import pytest

from lm_synth_assets.region.files import DEFAULT_CONFIG, load_region
from lm_synth_assets.schema.text import FORBIDDEN, collated, name_problem
from lm_synth_assets_tests.support.configurations import STORABLE, OverlayComplaints

RULE = f"a name may not hold {STORABLE}"
CHARACTERS = {
    r"\"": "a double quote",
    r"\\": "a backslash",
    r"\t": "a tab",
    r"\n": "a line break",
    r"\r": "a line break",
    r"\N": "a line break (U+0085)",
    r"\L": "a line break (U+2028)",
    r"\P": "a line break (U+2029)",
    r"\0": "the control character U+0000",
    r"\e": "the control character U+001B",
    r"\x7f": "the control character U+007F",
}
"""Escapes of YAML, and what a message calls the characters."""


@pytest.mark.parametrize(("escape", "character"), CHARACTERS.items())
@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("sites: {{LM-SNW: {{name: {}}}}}", "sites.LM-SNW.name: "),
        ("sites: {{{}: 5}}", "sites."),
        ("scenarios: {{{}: {{}}}}", "scenarios."),
        ("lhas: {{{}: 5}}", "lhas."),
        ("programs: {{Medicine: {{subprograms: {{{}: 5}}}}}}", "programs.Medicine.subprograms."),
        ("rhythms: {{{}: 5}}", "rhythms."),
    ],
)
def test_a_name_that_cannot_be_stored_is_refused_with_its_line(
    overlay: OverlayComplaints, text: str, path: str, escape: str, character: str
) -> None:
    complaint = overlay(text.format(f'"A{escape}B"'))[0]
    assert complaint.startswith(f"my.yaml:2: {path}")
    assert complaint.endswith(f"holds {character}; {RULE}")
    assert complaint.isprintable()


def test_a_folded_block_leaves_a_line_break(overlay: OverlayComplaints) -> None:
    assert overlay("sites:\n  LM-SNW:\n    name: >\n      Snowberry\n      General\n") == [
        "my.yaml:4: sites.LM-SNW.name: holds a line break at its end (a YAML block after > or | ends in one, "
        f"after >- or |- it does not); {RULE}"
    ]


@pytest.mark.parametrize("name", [" Bay", "Bay ", "\u00a0Bay", "Bay\u3000", " "])
def test_a_name_with_spaces_at_its_ends_is_refused(overlay: OverlayComplaints, name: str) -> None:
    assert overlay(f"sites: {{LM-SNW: {{name: '{name}'}}}}") == [
        "my.yaml:2: sites.LM-SNW.name: begins or ends with a space; a name may not"
    ]


def test_storage_refuses_the_same_characters() -> None:
    letters = [chr(code) for code in range(0x2100)]
    codes = [f"a{letter}b" for letter in letters]
    refused = pd.Series(codes, dtype="string[pyarrow]").str.contains(FORBIDDEN)
    assert [letter for letter, code in zip(letters, codes, strict=True) if name_problem(code)] == [
        letter for letter, wrong in zip(letters, refused, strict=True) if wrong
    ]


@pytest.mark.parametrize(
    ("text", "path", "other"),
    [
        (
            "sites: {lm-snw: {name: A, type: small, refers_to: [LM-BRC], transfers_to: {}}}",
            "sites.lm-snw",
            "LM-SNW",
        ),
        ("scenarios: {HIGH GROWTH: {}}", "scenarios.HIGH GROWTH", "High growth"),
        ("scenarios: {Hïgh growth: {}}", "scenarios.Hïgh growth", "High growth"),
        (r'scenarios: {"High\u200b growth": {}}', r"scenarios.High\u200b growth", "High growth"),
    ],
)
def test_names_that_mysql_takes_for_the_same_are_refused(
    overlay: OverlayComplaints, text: str, path: str, other: str
) -> None:
    assert overlay(text)[0] == (
        f"my.yaml:2: {path}: differs from {other} only in case, accents or invisible characters, which MySQL "
        "and other databases ignore; rename one of them"
    )


def test_names_of_other_languages_are_fine(tmp_path: Path) -> None:
    names = ["Rivière-à-l'Ours", "列治文", "Ṯs'úu, =cmd()", "<script>", "🏥", "NULL", "007"]
    text = ", ".join(f'"{name}": {{}}' for name in names)
    (tmp_path / "my.yaml").write_text(f"extends: {DEFAULT_CONFIG}\nscenarios: {{{text}}}", encoding="utf-8")
    assert list(load_region(tmp_path / "my.yaml").scenarios)[-len(names) :] == names


@pytest.mark.parametrize("name", ["Straße", "Łódź", "Ærø", "İzmir", "ΟΔΟΣ", "ﬁn"])
def test_collation_does_not_depend_on_case(name: str) -> None:
    assert collated(name) == collated(name.upper()) == collated(name.lower())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ærø", "Aero"),
        ("Łódź", "Lodz"),
        ("Straße", "Strasse"),
        ("ᾳ", "α"),
        ("Ґ", "г"),
        ("a\u00adb", "ab"),
        ("ﬁ", "fi"),
    ],
)
def test_collation_merges_what_unicode_does_without_accents_and_case(one: str, other: str) -> None:
    assert collated(one) == collated(other)


@pytest.mark.parametrize(
    ("one", "other"), [("a", "b"), ("a b", "ab"), ("列", "治"), ("🏥", "😀"), ("1", "7")]
)
def test_collation_keeps_other_letters_apart(one: str, other: str) -> None:
    assert collated(one) != collated(other)
