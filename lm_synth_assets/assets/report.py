"""The page about the data set that people look at, made of what is stored."""

from pathlib import Path

import dagster as dg

from lm_synth_assets import __version__
from lm_synth_assets.assets.table_asset import MADE_FROM, OWNERS, TAGS, version_of
from lm_synth_assets.generation import Generation
from lm_synth_assets.provenance import PARTS, MadeFrom, part_key
from lm_synth_assets.schema import TABLES
from lm_synth_assets.storage.io_manager import TableIOManager

NAME = "quality_report"


def quality_report(folder: Path, freshness: dg.FreshnessPolicy) -> dg.AssetsDefinition:
    """The asset that writes the page into a folder.

    It comes last, so its freshness is that of the whole data set. Where Dagster's own sensor for automation
    is turned on, it is made again by itself whenever a part of the data set was made without it.
    """
    MADE_FROM[NAME] = MadeFrom(PARTS, tuple(TABLES))

    @dg.asset(
        name=NAME,
        group_name="report",
        deps=[*map(part_key, PARTS), *TABLES],
        description="One page about the data set: what it is, its gates, pictures and columns.",
        kinds={"python", "html"},
        owners=OWNERS,
        tags=TAGS,
        code_version=__version__,
        freshness_policy=freshness,
        automation_condition=dg.AutomationCondition.eager(),
    )
    def report(
        generation: Generation, io_manager: dg.ResourceParam[TableIOManager]
    ) -> dg.MaterializeResult[None]:
        # Here and not above: who only looks at the graph needs none of it.
        from lm_synth_assets.quality_report.report import FILE, write
        from lm_synth_assets.quality_report.report import quality_report as report_on

        thresholds = {"ks_threshold": generation.ks_threshold, "corr_threshold": generation.corr_threshold}
        found = report_on(generation.config, io_manager.store, thresholds)
        path = folder / FILE
        size = write(found, path)
        gates = found.outcome.gates
        return dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(str(path)),
                "bytes": size,
                "gates": len(gates),
                "gates passed": sum(result.passed for result in gates),
            },
            data_version=version_of(NAME, generation),
        )

    return report
