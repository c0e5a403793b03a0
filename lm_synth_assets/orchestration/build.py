"""The definitions: assets, checks, jobs, schedules, sensors and resources, built for some settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import dagster as dg

from lm_synth_assets.orchestration.assets import table_assets
from lm_synth_assets.orchestration.checks import table_checks
from lm_synth_assets.orchestration.configuration_assets import configuration
from lm_synth_assets.orchestration.configuration_sensor import configuration_changed
from lm_synth_assets.orchestration.dagster_internals import UnresolvedAssetJobDefinition
from lm_synth_assets.orchestration.executors import executor
from lm_synth_assets.orchestration.failure_sensor import failure_sensors
from lm_synth_assets.orchestration.io_manager import IO_MANAGER, io_manager
from lm_synth_assets.orchestration.jobs import jobs as named_jobs
from lm_synth_assets.orchestration.policy import with_policy
from lm_synth_assets.orchestration.report_asset import quality_report
from lm_synth_assets.orchestration.run_resource import RESOURCE, run_resource
from lm_synth_assets.orchestration.schedules import freshness, regeneration
from lm_synth_assets.orchestration.settings import Settings

if TYPE_CHECKING:
    from lm_synth_assets.dataset.dataset import DataSet


def build_defs(
    settings: Settings,
    data_set: DataSet | None = None,
    jobs: Sequence[UnresolvedAssetJobDefinition] = (),
    *,
    fidelity: bool = False,
) -> dg.Definitions:
    """The assets, gates, jobs, schedules and resources for some settings.

    `data_set` is what a run in this process makes; without it, runs read the configuration file that they or
    the settings name. With `fidelity` there are the checks of sdmetrics, too.
    """
    assets = [*configuration(), *table_assets(), quality_report()]
    return dg.Definitions(
        assets=with_policy(assets, settings, freshness(settings)),
        asset_checks=table_checks(fidelity=fidelity),
        jobs=[*named_jobs(), *jobs],
        schedules=[regeneration(settings)],
        sensors=[configuration_changed(settings), *failure_sensors(settings)],
        resources={
            RESOURCE: run_resource(str(settings.config), data_set.request if data_set else None),
            IO_MANAGER: io_manager(settings, data_set),
        },
        executor=executor(settings),
    )
