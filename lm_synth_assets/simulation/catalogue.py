"""How each table is made: one recipe a table, which assets, lineage, replicates and tests read.

A recipe names its function instead of importing it, so that whoever only wants to know what there is does
not load numpy and pandas. To add a table is to declare it in `schema` and to add its recipe here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.models.run import Run
from lm_synth_assets.schema.catalogue import CLAIMS, TABLES

if TYPE_CHECKING:
    import pandas as pd

    from lm_synth_assets.storage.record import Record

_TABLES = "lm_synth_assets.simulation.tables"

RUN_PARTS = tuple(Run.model_fields)
SECTIONS = tuple(name for name in Region.model_fields if name != "run")
PARTS = (*RUN_PARTS, *SECTIONS)
"""What a table can be made from: each field of a run, and each section of the configuration."""

GATES = "gates"
"""The part that no table is made from: thresholds."""


RECORDS = "records"
"""The one input that is no table: by name, the record of each table that lies in storage."""


class Recipe(NamedTuple):
    """How a table is made.

    `make` names a function of the region and of the tables in `inputs`, which it takes by name; RECORDS may
    be among them. `reads` are
    the parts of the configuration that its rows follow from; `after` are tables that hold the same facts as
    what it computes itself, so that a change of them shows as a cause. `needs` is the field of a run that has
    to be on for the table to belong to the data set.
    """

    make: str
    group: str
    about: str
    reads: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    needs: str | None = None

    @property
    def module(self) -> str:
        """The name of the module that holds the function."""
        return f"{_TABLES}.{self.make.partition(':')[0]}"

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables among `inputs`."""
        return tuple(name for name in self.inputs if name != RECORDS)

    def __call__(
        self, region: Region, inputs: Mapping[str, pd.DataFrame | Mapping[str, Record]]
    ) -> pd.DataFrame:
        """The rows of the table, from a region and at least what is in `inputs`."""
        function = resolve_name(f"{_TABLES}.{self.make}")
        return cast("pd.DataFrame", function(region, **{name: inputs[name] for name in self.inputs}))


_PEOPLE = ("seed", "start_year", "age_profiles", "ed", "lhas", "population", "sites")
_CARE = (*_PEOPLE, "calendar", "coverage_matrix", "inpatient", "programs", "rhythms")


_IDENTITY = tuple(part for part in PARTS if part != GATES)


def _dimension(make: str, about: str, *reads: str) -> Recipe:
    return Recipe(make, "dimensions", about, reads)


RECIPES: dict[str, Recipe] = {
    "dim_site": _dimension("dimensions:dim_site", "From the configured sites, in their order.", "sites"),
    "dim_program": _dimension(
        "dimensions:dim_program", "From the configured programs, in their order.", "programs"
    ),
    "dim_subprogram": _dimension(
        "dimensions:dim_subprogram", "From the configured programs, in their order.", "programs"
    ),
    "dim_lha": _dimension(
        "dimensions:dim_lha", "From the configured local health areas, in their order.", "lhas", "sites"
    ),
    "dim_age_group": _dimension("dimensions:dim_age_group", "Eight fixed groups."),
    "dim_gender": _dimension("dimensions:dim_gender", "Three fixed genders."),
    "dim_ed_subservice": _dimension("dimensions:dim_ed_subservice", "Three fixed subservices."),
    "dim_date": _dimension(
        "dim_date:dim_date",
        "Calendar, statutory holidays and fiscal year.",
        "start_year",
        "years",
        "calendar",
    ),
    "dim_scenario": _dimension(
        "dimensions:dim_scenario", "From the configured scenarios, the baseline first.", "scenarios"
    ),
    "program_coverage": _dimension(
        "dimensions:program_coverage", "From the coverage matrix.", "coverage_matrix", "sites", "programs"
    ),
    "population_projection": Recipe(
        "population_projection:population_projection",
        "population",
        "Base population, growth, age and gender weights; each area adds up exactly.",
        reads=("start_year", "years", "age_profiles", "lhas", "population"),
    ),
    "ed_baseline_rates": Recipe(
        "ed_baseline_rates:ed_baseline_rates",
        "rates",
        "Region-wide rates times each area's multiplier, and single cells that the configuration overrides.",
        reads=("lhas", "ed"),
    ),
    "patients": Recipe(
        "patients:patients",
        "patients",
        "Stratified by LHA, age group and gender; no two share date of birth, LHA and gender by default.",
        reads=(*_PEOPLE, "patients", "privacy"),
        after=("population_projection", "ed_baseline_rates"),
    ),
    "ed_encounters": Recipe(
        "ed_encounters:ed_encounters",
        "emergency",
        "Volumes equal population times rate, people vary, and no contacts overlap.",
        reads=(*_CARE, "patients", "ed_rhythms"),
        inputs=("patients",),
        needs="with_ed",
    ),
    "ip_stays": Recipe(
        "ip_stays:ip_stays",
        "inpatient",
        "Stays that ED admissions begin, direct ones, transfers, and those under way on 1 January.",
        reads=_CARE,
        inputs=("patients", "ed_encounters"),
        needs="with_ip",
    ),
    "ed_projection": Recipe(
        "ed_projection:ed_projection",
        "projections",
        "Computed from the stored tables, so that the same SQL over them gives the same numbers.",
        reads=("lhas", "population", "scenarios"),
        inputs=("population_projection", "ed_baseline_rates", "dim_lha"),
    ),
    "dataset_contents": Recipe(
        "dataset_contents:dataset_contents",
        "report",
        "From what was recorded as each table was written, where that is what lies there.",
        reads=_IDENTITY,
        inputs=(RECORDS,),
        after=tuple(name for name in TABLES if name not in CLAIMS),
    ),
    "dataset_manifest": Recipe(
        "dataset_manifest:dataset_manifest",
        "report",
        "Synthetic, for non-production testing.",
        reads=_IDENTITY,
        inputs=("dataset_contents",),
    ),
}
"""By table, in the order of the schema."""


def part_values(region: Region) -> dict[str, Any]:
    """The value of every part, as JSON has it."""
    values = region.model_dump(mode="json", by_alias=True)
    return {**values.pop("run"), **values}


def tables_left_out(run: Run) -> list[str]:
    """The tables that do not belong to the data set of a run."""
    return [name for name, recipe in RECIPES.items() if recipe.needs and not getattr(run, recipe.needs)]
