"""The asset of the quality report, made from the stored tables after all of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg

from lm_synth_assets.orchestration.assets import MADE_FROM, REPORT, version_of
from lm_synth_assets.orchestration.checks import page_of
from lm_synth_assets.orchestration.events import GatesFailed
from lm_synth_assets.orchestration.io_manager import IO_MANAGER, TableIOManager
from lm_synth_assets.orchestration.provenance import part_key
from lm_synth_assets.orchestration.settings import dagster_home
from lm_synth_assets.schema.catalogue import TABLES

if TYPE_CHECKING:
    from lm_synth_assets.dataset.outcome import Outcome
    from lm_synth_assets.gates.results import GateResult

VERDICT = dg.AssetCheckKey(dg.AssetKey(REPORT), "verdict")
"""The asset check that fails the run where the page says FAIL."""


def quality_report() -> dg.AssetsDefinition:
    """The asset that writes the page, and then fails its check `verdict` if the page says FAIL.

    The page is written and recorded first, so that it can be read whatever it says; the run then fails.
    Where Dagster's automation sensor is turned on, the report is made again whenever a part of the data set
    was made without it.
    """

    @dg.asset(
        name=REPORT,
        group_name="report",
        deps=[*map(part_key, MADE_FROM[REPORT].parts), *TABLES],
        required_resource_keys={IO_MANAGER},
        description="One page about the data set: what it is, its gates, pictures and columns.",
        automation_condition=dg.AutomationCondition.eager(),
        check_specs=[
            dg.AssetCheckSpec(
                VERDICT.name,
                asset=REPORT,
                blocking=True,
                description="Whether the page says PASS: every blocking gate of the stored data set has "
                "passed, also those of tables that the run did not make, and every other was evaluated.",
            )
        ],
    )
    # With a check among its outputs, Dagster takes no parameter of the type.
    def report(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        # Imported lazily: not needed to load definitions.
        from lm_synth_assets.orchestration.picture_metadata import pictures
        from lm_synth_assets.report.report import quality_report as report_on
        from lm_synth_assets.report.report import write

        io_manager: TableIOManager = getattr(context.resources, IO_MANAGER)
        data_set, path = io_manager.data_set, io_manager.report
        made = report_on(data_set)
        size = write(made, path)
        gates, verdict = made.outcome.gates, _verdict(made.outcome)
        yield dg.MaterializeResult(
            metadata={
                "verdict": dg.MetadataValue.text(_sentence(made.outcome)),
                "path": dg.MetadataValue.path(str(path)),
                "bytes": size,
                "gates": len(gates),
                "gates passed": sum(result.passed for result in gates),
                **(pictures(data_set) if dagster_home() else {}),
            },
            data_version=version_of(REPORT, data_set.region),
            check_results=[verdict],
        )
        if not verdict.passed:
            raise GatesFailed([f"{REPORT}: {verdict.description} ({page_of(REPORT, VERDICT.name)})"])

    return report


def _verdict(outcome: "Outcome") -> dg.AssetCheckResult:
    """The verdict of the page, with the gates that decide it."""
    return dg.AssetCheckResult(
        check_name=VERDICT.name,
        passed=outcome.passed,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"expected PASS; observed {_sentence(outcome)}",
        metadata={result.full_name: f"{result.mark}: {result.comparison}" for result in _stopping(outcome)},
    )


def _sentence(outcome: "Outcome") -> str:
    """PASS, or FAIL and the gates that decide."""
    names = ", ".join(result.full_name for result in _stopping(outcome))
    return f"FAIL: {names}" if names else "PASS"


def _stopping(outcome: "Outcome") -> list["GateResult"]:
    from lm_synth_assets.gates.results import Mark

    return [result for result in outcome.gates if result.mark in (Mark.FAIL, Mark.NOT_EVALUATED)]
