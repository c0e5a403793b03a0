"""The page about the data set that people look at, made of what is stored."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from lm_synth_assets.orchestration.assets import MADE_FROM, REPORT, version_of
from lm_synth_assets.orchestration.io_manager import IO_MANAGER
from lm_synth_assets.orchestration.provenance import part_key
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.version import __version__

if TYPE_CHECKING:
    from lm_synth_assets.dataset.dataset import DataSet


def quality_report(folder: Path, freshness: dg.FreshnessPolicy) -> dg.AssetsDefinition:
    """The asset that writes the page into a folder.

    It comes last, so its freshness is that of the whole data set. Where Dagster's own sensor for automation
    is turned on, it is made again by itself whenever a part of the data set was made without it.
    """

    @dg.asset(
        name=REPORT,
        group_name="report",
        deps=[*map(part_key, MADE_FROM[REPORT].parts), *TABLES],
        required_resource_keys={IO_MANAGER},
        description="One page about the data set: what it is, its gates, pictures and columns.",
        kinds={"python", "html"},
        code_version=__version__,
        freshness_policy=freshness,
        automation_condition=dg.AutomationCondition.eager(),
    )
    def report(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        # Imported lazily: not needed to load definitions.
        from lm_synth_assets.orchestration.picture_metadata import pictures
        from lm_synth_assets.report.report import FILE, write
        from lm_synth_assets.report.report import quality_report as report_on

        data_set: DataSet = getattr(context.resources, IO_MANAGER).data_set
        found = report_on(data_set)
        path = folder / FILE
        size = write(found, path)
        gates = found.outcome.gates
        # Without DAGSTER_HOME, nobody can look at this run later.
        shown = pictures(data_set) if os.environ.get("DAGSTER_HOME") else {}
        return dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(str(path)),
                "bytes": size,
                "gates": len(gates),
                "gates passed": sum(result.passed for result in gates),
                **shown,
            },
            data_version=version_of(REPORT, data_set.region),
        )

    return report
