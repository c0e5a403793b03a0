"""The asset of the quality report, made from the stored tables after all of them."""

from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from lm_synth_assets.orchestration.assets import MADE_FROM, REPORT, version_of
from lm_synth_assets.orchestration.io_manager import IO_MANAGER
from lm_synth_assets.orchestration.provenance import part_key
from lm_synth_assets.orchestration.settings import dagster_home
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.record import REPORT_FILE

if TYPE_CHECKING:
    from lm_synth_assets.dataset.dataset import DataSet


def quality_report(folder: Path) -> dg.AssetsDefinition:
    """The asset that writes the page into a folder.

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
    )
    def report(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        # Imported lazily: not needed to load definitions.
        from lm_synth_assets.orchestration.picture_metadata import pictures
        from lm_synth_assets.report.report import quality_report as report_on
        from lm_synth_assets.report.report import write

        data_set: DataSet = getattr(context.resources, IO_MANAGER).data_set
        made = report_on(data_set)
        path = folder / REPORT_FILE
        size = write(made, path)
        gates = made.outcome.gates
        return dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(str(path)),
                "bytes": size,
                "gates": len(gates),
                "gates passed": sum(result.passed for result in gates),
                **(pictures(data_set) if dagster_home() else {}),
            },
            data_version=version_of(REPORT, data_set.region),
        )

    return report
