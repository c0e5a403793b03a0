"""The asset checks `structure` and `rules`: exact gates of a table as one check, which names each of them."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg

from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets_tests.support.commands import TINY

GENDER = dg.AssetKey("dim_gender")
Edit = Callable[[list[str]], list[str]]


def evaluation(folder: Path, edit: Edit, check: str = "structure") -> dg.AssetCheckEvaluation:
    """A check's evaluation after an edit of the lines of a stored table."""
    job = build_defs(Settings(out=folder, config=TINY)).resolve_implicit_global_asset_job_def()
    instance = dg.DagsterInstance.ephemeral()
    job.execute_in_process(asset_selection=[GENDER], instance=instance)
    path = folder / "dim_gender.csv"
    path.write_text("\n".join(edit(path.read_text("utf-8").splitlines())) + "\n", encoding="utf-8")
    subset = job.get_subset(asset_selection=set(), asset_check_selection={dg.AssetCheckKey(GENDER, check)})
    result = subset.execute_in_process(instance=instance, raise_on_error=False)
    [found] = result.get_asset_check_evaluations()
    # A check that only warns does not stop what depends on the table.
    assert result.success == (found.passed or found.severity is dg.AssetCheckSeverity.WARN)
    return found


def texts(found: dg.AssetCheckEvaluation) -> dict[str, object]:
    return {key: value.value for key, value in found.metadata.items()}


def test_names_every_rule_with_what_was_expected_and_observed(tmp_path: Path) -> None:
    found = evaluation(tmp_path, lambda lines: lines)
    assert found.passed
    assert found.description == "schema, layout, keys hold"
    assert (texts(found)["failed"], texts(found)["offending"]) == (0, 0)
    assert texts(found)["keys"] == "pass: expected no duplicate; observed 0 of 3 rows; threshold no exception"
    assert {"schema", "layout"} <= texts(found).keys()


def test_is_an_error_where_a_rule_that_blocks_fails(tmp_path: Path) -> None:
    found = evaluation(tmp_path, lambda lines: [*lines, lines[-1]])
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert (found.description or "").startswith("keys: expected no duplicate; observed 2 of 4 rows")
    assert (texts(found)["failed"], texts(found)["offending"]) == (1, 2)
    assert "Other" in str(texts(found)["keys: offending rows"])


def test_warns_where_only_the_layout_differs(tmp_path: Path) -> None:
    found = evaluation(tmp_path, lambda lines: [",".join(reversed(line.split(","))) for line in lines])
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert str(texts(found)["layout"]).startswith("warn: ")


def test_rules_is_an_error_that_names_the_rule_that_fails_and_the_others(tmp_path: Path) -> None:
    found = evaluation(tmp_path, lambda lines: lines[:-1], check="rules")
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert (found.description or "").startswith("row_count: expected 3 rows; observed 2 rows")
    assert "; as_configured: expected " in (found.description or "")
    assert str(texts(found)["row_count"]).startswith("fail: expected 3 rows")
    assert "Other" in str(texts(found)["as_configured: offending rows"])
