"""YAML that is broken, hostile, or only nearly what it seems: refused with its line."""

import pytest

from lm_synth_assets_tests.support.configurations import (
    PATIENTS,
    Complaints,
    OverlayComplaints,
)


class TestYaml:
    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            (
                "run:\n  years: [1\n  seed: 2\n",
                "my.yaml:3:7: not valid YAML: did not find expected ',' or ']' (while parsing a flow "
                "sequence)",
            ),
            ("run: years: 3", "my.yaml:1:11: not valid YAML: mapping values are not allowed in this context"),
            ("run: *other", "my.yaml:1:6: not valid YAML: found undefined alias"),
            ("run: 1\nseed: \x01", "my.yaml:2: not valid YAML: control characters are not allowed"),
            (
                "run: 1\n---\nrun: 2\n",
                "my.yaml:2:1: not valid YAML: but found another document "
                "(expected a single document in the stream)",
            ),
        ],
    )
    def test_that_is_broken(self, complaints: Complaints, text: str, complaint: str) -> None:
        assert complaints(text) == [complaint]

    @pytest.mark.parametrize(
        "text",
        [
            "run: &run [*run]",
            "run: &run {years: *run}",
            "\n".join(
                f"{name}: &{name} [{', '.join([f'*{below}' if below else '1'] * 9)}]"
                for below, name in zip(["", *"abcdef"], "abcdefg", strict=True)
            ),
        ],
        ids=["a list in itself", "a section in itself", "nine lists of nine lists of ..."],
    )
    def test_whose_aliases_never_end(self, complaints: Complaints, text: str) -> None:
        assert complaints(text) == [
            "my.yaml: must hold at most 20 levels and 100000 values; "
            "does an alias (*name) refer to a section that contains it (&name)?"
        ]

    @pytest.mark.parametrize(
        "value",
        [
            "!!bool maybe",
            "!!int ''",
            "!!float ''",
            "!!timestamp soon",
            "!!python/object:os.system x",
            "! 3",
            "!anything 3",
            "!!str 3",
            "!!binary aGk=",
            "!<tag:x,2000:y> 3",
            "!!set {a}",
            "!!omap [a: 1]",
        ],
    )
    def test_with_a_tag(self, overlay: OverlayComplaints, value: str) -> None:
        assert overlay(f"run: {{patients: {value}}}") == [
            "my.yaml:2:17: a tag (`!` or `!!` before a value) is not supported; leave it out, or write the "
            "value in quotes if it is text"
        ]

    @pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{a: "])
    def test_that_is_nested_beyond_all_depth(self, complaints: Complaints, opening: str) -> None:
        [complaint] = complaints(opening * 100_000)
        assert complaint.startswith("my.yaml:1:")
        assert complaint.endswith(": must hold at most 20 levels and 100000 values")

    def test_of_more_values_than_any_region_has(self, complaints: Complaints) -> None:
        keys = "".join(f" {number}:\n" for number in range(100_001))
        [complaint] = complaints(f"lhas:\n{keys}")
        assert complaint.endswith(": must hold at most 20 levels and 100000 values")

    @pytest.mark.parametrize(
        "number",
        ["1" + ":59" * 100_000, "9" * 1_000_000, "1." + "9" * 1_000_000, "0x" + "f" * 1_000_000, "1e400"],
        ids=["base 60", "digits", "decimals", "base 16", "infinite"],
    )
    def test_with_a_number_that_is_none(self, overlay: OverlayComplaints, number: str) -> None:
        text = f'"{number}"'
        value = text if len(text) <= 60 else f"{text[:60]}..."
        assert overlay(f"run: {{patients: {number}}}") == [
            f"my.yaml:2: run.patients: {PATIENTS}; found {value}"
        ]

    def test_with_a_key_that_stands_twice(self, overlay: OverlayComplaints) -> None:
        text = (
            "run: {years: 3, seed: 1,\n  years: 4}\ngates: {ks_threshold: 0.1}\ngates: {corr_threshold: 0.1}"
        )
        assert overlay(text) == [
            "my.yaml:3: run.years: is repeated; first set in line 2",
            "my.yaml:5: gates: is repeated; first set in line 4",
        ]

    @pytest.mark.parametrize("key", ["5", "1.5", "no", "2025-01-01", "~", "2025-02-31"])
    def test_with_a_key_that_is_no_text(self, overlay: OverlayComplaints, key: str) -> None:
        assert overlay(f"scenarios:\n  {key}: {{}}\n") == [
            f"my.yaml:3: scenarios.{key}: a key must be text; write it in quotes: '{key}'"
        ]

    def test_with_a_list_as_a_key(self, overlay: OverlayComplaints) -> None:
        assert overlay("run:\n  ? [years]\n  : 3") == [
            "my.yaml:3: run: a key must be text; found a list or a section"
        ]

    def test_with_a_merge_key(self, overlay: OverlayComplaints) -> None:
        assert overlay("privacy: &p {unique_quasi_identifiers: true}\nrun: {<<: *p}") == [
            "my.yaml:3: run: << is not supported; write the values out, or use `extends`"
        ]
