"""The asset of the quality report, made from the stored tables after all of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg

from lm_synth_assets.orchestration.assets import MADE_FROM, REPORT, version_of
from lm_synth_assets.orchestration.checks import page_of
from lm_synth_assets.orchestration.events import GatesFailed
from lm_synth_assets.orchestration.io_manager import IO_MANAGER, POOL, TableIOManager
from lm_synth_assets.orchestration.provenance import depends_on
from lm_synth_assets.orchestration.settings import dagster_home
from lm_synth_assets.orchestration.web_files import PAGE, PICTURE
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.text import in_markdown

if TYPE_CHECKING:
    from lm_synth_assets.dataset.dataset import DataSet
    from lm_synth_assets.dataset.outcome import Outcome
    from lm_synth_assets.report.report import Report

_DESCRIPTION = f"""One page about the data set: what it is, its gates, pictures and columns.

**[Open the report]({PAGE.url})** as the last run left it.

![The first picture of the report, once a run has made it]({PICTURE.url})
"""

_COUNTED = {"patients": "patients", "ed_encounters": "ED visits", "ip_stays": "inpatient stays"}
"""The tables whose rows are key figures, and what they are called."""

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
        deps=[*depends_on(MADE_FROM[REPORT].parts), *TABLES],
        required_resource_keys={IO_MANAGER},
        pool=POOL,
        description=_DESCRIPTION,
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
        from lm_synth_assets.dataset.figures.comparison import summary
        from lm_synth_assets.report.report import quality_report as report_on
        from lm_synth_assets.report.report import write

        io_manager: TableIOManager = getattr(context.resources, IO_MANAGER)
        data_set, path = io_manager.data_set, io_manager.report
        made = report_on(data_set)
        size = write(made, path)
        gates, verdict = made.outcome.gates, _verdict(made.outcome)
        rows = {table.name: table.rows for table in made.content.tables}
        yield dg.MaterializeResult(
            metadata={
                "verdict": dg.MetadataValue.text(_sentence(made.outcome)),
                "gates": len(gates),
                "gates passed": sum(result.passed for result in gates),
                **{label: count for name, label in _COUNTED.items() if (count := rows.get(name)) is not None},
                "figures": dg.MetadataValue.text(
                    summary(made.content.figures) if made.content.figures else made.content.no_figures_reason
                ),
                **(_for_browsers(context.instance, made, data_set) if dagster_home() else {}),
                "path": dg.MetadataValue.path(str(path)),
                "bytes": size,
            },
            data_version=version_of(REPORT, data_set.region),
            check_results=[verdict],
        )
        if not verdict.passed:
            compared = _comparison(made.outcome)
            raise GatesFailed([f"{REPORT}.{VERDICT.name}: {compared} ({page_of(REPORT, VERDICT.name)})"])

    return report


def _for_browsers(
    instance: dg.DagsterInstance, made: "Report", data_set: "DataSet"
) -> dict[str, dg.MetadataValue]:
    """The page behind a link, and the pictures."""
    # Imported lazily: not needed to load definitions.
    from lm_synth_assets.orchestration.picture_metadata import as_markdown, drawn

    pictures = list(drawn(data_set))
    if pictures:
        PICTURE.publish(instance, pictures[0].png)
    link = {"page": dg.MetadataValue.url(PAGE.url)} if PAGE.publish(instance, made.html.encode()) else {}
    return {**link, **{picture.title: as_markdown(picture) for picture in pictures}}


def _verdict(outcome: "Outcome") -> dg.AssetCheckResult:
    """The verdict of the page, with the gates that decide it."""
    return dg.AssetCheckResult(
        check_name=VERDICT.name,
        passed=outcome.passed,
        severity=dg.AssetCheckSeverity.ERROR,
        description=in_markdown(_comparison(outcome)),
        metadata={result.full_name: f"{result.mark}: {result.comparison}" for result in outcome.stopping},
    )


def _comparison(outcome: "Outcome") -> str:
    return f"expected PASS; observed {_sentence(outcome)}"


def _sentence(outcome: "Outcome") -> str:
    """PASS, or FAIL and the gates that decide."""
    names = ", ".join(result.full_name for result in outcome.stopping)
    return f"FAIL: {names}" if names else "PASS"
