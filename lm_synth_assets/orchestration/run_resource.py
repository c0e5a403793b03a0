"""The resource that says what one run makes: the same fields for launchpad, schedules and commands."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from lm_synth_assets.errors import CapacityError, ConfigError
from lm_synth_assets.orchestration import provenance
from lm_synth_assets.orchestration.dagster_internals import MAX_RETRIES_TAG
from lm_synth_assets.orchestration.settings import dagster_home
from lm_synth_assets.region.run_request import FIELDS, RunRequest
from lm_synth_assets.simulation.catalogue import part_values

RESOURCE = "generation"
"""The name of the resource in run configuration."""

_TYPES = {int: dg.IntSource, float: dg.Float, bool: dg.BoolSource}


def run_resource(config: str, given: RunRequest | None = None) -> dg.ResourceDefinition:
    """The resource that gives each step its `RunRequest`.

    The configuration is read and checked before the run's first step, from `config` unless the run names
    another file; `given` is a request that has been read already, for a run in this process.
    """

    def request(context: dg.InitResourceContext) -> RunRequest:
        try:
            request = given or requested({"config": config, **context.resource_config})
        except (ConfigError, CapacityError):
            if context.instance is not None and context.run_id is not None:
                not_retried(context.instance, context.run_id)
            raise
        # A temporary instance has nothing to compare a configuration with.
        if context.instance is not None and dagster_home():
            provenance.record(context.instance, part_values(request.region))
        return request

    return dg.ResourceDefinition(
        request,
        config_schema=_schema(config),
        description="The configuration that a run reads, and the fields in which it differs from it.",
    )


def requested(fields: Mapping[str, Any]) -> RunRequest:
    """The run that some fields of the resource describe.

    Raises ConfigError for a configuration that cannot be used, CapacityError for too many
    patients, or contacts.
    """
    # Imported lazily: not needed to load definitions.
    from lm_synth_assets.model.feasibility import require_feasible

    changes = dict(fields)
    config = changes.pop("config", None)
    request = RunRequest.read(config, source=f"resource {RESOURCE}", **changes)
    require_feasible(request.region)
    return request


def not_retried(instance: dg.DagsterInstance, run_id: str) -> None:
    """Keep Dagster from repeating a run that fails before its first step, and would fail again."""
    instance.add_run_tags(run_id, {MAX_RETRIES_TAG: "0"})


def run_config(config: str, **changes: Any) -> dict[str, Any]:
    """Run configuration that asks for a file and some changes."""
    return {"resources": {RESOURCE: {"config": {"config": config, **changes}}}}


def _schema(config: str) -> dict[str, dg.Field]:
    fields = {
        name: dg.Field(
            _TYPES[field.kind],
            is_required=False,
            description=f"{field.description}: {field.limits}. As configured where it is left out.",
        )
        for name, field in FIELDS.items()
    }
    file = dg.Field(dg.StringSource, default_value=config, description="Configuration file")
    return {"config": file, **fields}
