"""With `--json`, standard output is JSON also where there is no result."""

import json
from pathlib import Path
from typing import Any

import pytest

from lm_synth_assets.region.run_request import RunRequest
from lm_synth_assets_tests.support.commands import TINY, Call, config_file


def error_in(out: str) -> dict[str, Any]:
    """The error of a command that has printed one object and nothing else."""
    printed = json.loads(out)
    assert printed.keys() == {"error"}
    error: dict[str, Any] = printed["error"]
    assert error.keys() == {"message", "exit_code", "kind"}
    return error


CASES: dict[str, tuple[tuple[str, ...], int, str, str]] = {
    "no configuration": (("validate", "--config", "none.yaml"), 2, "configuration", "none.yaml"),
    "unknown option": (("compare", "--nothing"), 2, "usage", "No such option '--nothing'"),
    "wrong value": (("generate", "--patients", "many"), 2, "usage", "'many' is not a valid integer"),
    "options that do not fit": (
        ("validate", "--format", "csv", "--url", "mysql://u@h/d"),
        2,
        "usage",
        "choose",
    ),
    "unknown gate": (("validate", "--in", "{tiny}", "--select", "nothing"), 2, "usage", "nothing"),
    "unknown report": (("validate", "--in", "{tiny}", "--report", "gates.txt"), 2, "usage", "gates.txt"),
    "no page": (("report", "--in", "{tiny}", "--to", "page.txt"), 2, "usage", "must end in .html"),
    "too many patients": (("generate", "--patients", "2000000"), 2, "configuration", "unique_quasi_ident"),
    "no database": (("load",), 2, "usage", "no database is named"),
    "no database to set up": (("db", "init"), 2, "usage", "no database is named"),
    "no folder to write to": (("generate", "--out", "/dev/null/x"), 1, "storage", "Cannot write to"),
    "no data set to validate": (("validate", "--in", "{empty}"), 1, "storage", "holds no table"),
    "no data set to compare": (("compare", "--in", "{empty}"), 1, "storage", "holds no table"),
    "no data set to report": (("report", "--in", "{empty}"), 1, "storage", "holds no table"),
    "no data set for Power BI": (
        ("powerbi", "--in", "{empty}", "--to", "{empty}/bi"),
        1,
        "storage",
        "holds no table",
    ),
    "no data set to load": (
        ("load", "--url", "mysql://u@h/d", "--in", "{empty}"),
        1,
        "storage",
        "holds no table",
    ),
}


@pytest.mark.parametrize(("arguments", "code", "kind", "part"), CASES.values(), ids=CASES)
def test_an_error_is_one_object_with_message_exit_code_and_kind(
    tmp_path: Path, tiny: Path, call: Call, arguments: tuple[str, ...], code: int, kind: str, part: str
) -> None:
    ran = call(*(text.format(tiny=tiny, empty=tmp_path) for text in arguments), "--json")
    error = error_in(ran.out)
    assert (ran.code, error["exit_code"], error["kind"]) == (code, code, kind)
    assert part in error["message"]
    assert part in ran.err


def test_a_wrong_value_of_a_configuration_is_an_error_too(tmp_path: Path, call: Call) -> None:
    ran = call(
        "generate", "--json", "--config", config_file(tmp_path, f"extends: {TINY}\nrun: {{years: 0}}\n")
    )
    assert ran.code == 2
    error = error_in(ran.out)
    assert error["kind"] == "configuration"
    assert "my.yaml:2: run.years" in error["message"]


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def read(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(RunRequest, "read", read)


def test_an_interrupt_is_an_error_with_its_exit_code(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, KeyboardInterrupt())
    ran = call("validate", "--json")
    assert ran.code == 130
    assert error_in(ran.out) == {
        "message": "Interrupted: every table is either the one from before or whole and new. Run it again to "
        "make them one data set.",
        "exit_code": 130,
        "kind": "interrupted",
    }


def test_an_error_of_ours_is_json_and_keeps_its_traceback(
    call: Call, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, RuntimeError("a bug\x1b[31m"))
    with pytest.raises(RuntimeError):
        call("compare", "--json")
    assert error_in(capfd.readouterr().out) == {
        "message": "RuntimeError: a bug\\x1b[31m",
        "exit_code": 1,
        "kind": "internal",
    }


def test_without_the_option_an_error_is_text_on_standard_error(tmp_path: Path, call: Call) -> None:
    ran = call("validate", "--in", tmp_path)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"Error: {tmp_path} holds no table")
