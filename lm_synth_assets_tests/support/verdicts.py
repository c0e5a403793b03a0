"""What becomes of a configuration: refused in words, or data and what all gates have against them."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.model.feasibility import require_feasible
from lm_synth_assets.region.agreement import disagreements
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.validation import problems_of
from lm_synth_assets_tests.support.datasets import Tables, make_tables


def region_of(values: Mapping[str, Any]) -> Region:
    """The region of these values, as a run would accept it.

    Raises ConfigError and CapacityError as the command does before it makes anything.
    """
    try:
        region = Region.model_validate(values)
    except ValidationError as error:
        problems, _ = problems_of(error.title, error.errors(include_url=False))
        raise ConfigError("\n".join(map(str, problems))) from None
    if problems := disagreements(dict(region)):
        raise ConfigError("\n".join(map(str, problems)))
    require_feasible(region)
    return region


def failures(region: Region, *, only_blocking: bool = False) -> list[str]:
    """What the gates have against the data that a region makes."""
    return list(_failures(make_tables(region), region, only_blocking))


def _failures(tables: Tables, region: Region, only_blocking: bool) -> Iterator[str]:
    stored = StoredTables.of(tables)
    for gate in all_gates():
        if gate.blocking or not only_blocking:
            verdict = gate.evaluate(stored, region)
            if not verdict.passed:
                yield f"{gate.table}.{gate.name}: {verdict.observed}, expected {verdict.expected}"
