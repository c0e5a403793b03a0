"""Where all meets: assets, gates and resources, built for some settings."""

from collections.abc import Sequence
from multiprocessing import get_all_start_methods

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from lm_synth_assets import automation
from lm_synth_assets.assets import care, dimensions, reference
from lm_synth_assets.assets.configuration import configuration
from lm_synth_assets.assets.report import quality_report
from lm_synth_assets.config_files import load_region
from lm_synth_assets.configuration_sensor import configuration_changed
from lm_synth_assets.failures import tell_what_failed
from lm_synth_assets.gates.checks import table_checks
from lm_synth_assets.generation import Generation
from lm_synth_assets.settings import Settings
from lm_synth_assets.storage.io_manager import TableIOManager

# Where the system can fork, a step's process starts from one that has everything loaded: half the time.
_EVERYTHING = [f"lm_synth_assets.{name}" for name in ("definitions", "storage.stores", "pictures.registry")]
_START: dict[str, dict[str, list[str]]] = (
    {"forkserver": {"preload_modules": _EVERYTHING}}
    if "forkserver" in get_all_start_methods()
    else {"spawn": {}}
)

EXECUTORS: dict[str, dg.ExecutorDefinition] = {
    "in_process": dg.in_process_executor,
    "multiprocess": dg.multiprocess_executor.configured({"start_method": _START}),
}


def build_defs(
    settings: Settings,
    generation: Generation | None = None,
    jobs: Sequence[UnresolvedAssetJobDefinition] = (),
    *,
    fidelity: bool = False,
) -> dg.Definitions:
    """The assets, gates, jobs, schedules and resources for some settings.

    `generation` is what runs make unless they are told otherwise; by default what the configuration file of
    the settings says. With `fidelity` there are the checks of sdmetrics, too.
    Raises ConfigError for a configuration that cannot be used.
    """
    config = str(settings.config)
    usual = generation or Generation.of(config, load_region(config))
    tables = dg.load_assets_from_modules([dimensions, reference, care])
    return dg.Definitions(
        assets=[*configuration(), *tables, quality_report(settings.out, automation.freshness(settings))],
        asset_checks=table_checks(fidelity=fidelity),
        jobs=[*automation.jobs(), *jobs],
        schedules=[automation.regeneration(settings, usual)],
        sensors=[configuration_changed(settings), tell_what_failed],
        resources={
            "generation": usual,
            "io_manager": TableIOManager(format=settings.storage, place=settings.place),
        },
        executor=EXECUTORS[settings.executor],
    )
