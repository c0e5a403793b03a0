"""What one run makes, as a Dagster resource: the same fields for launchpad, schedules and commands."""

from typing import Any

from dagster import ConfigurableResource, InitResourceContext
from dagster._core.storage.tags import MAX_RETRIES_TAG
from pydantic import Field, PrivateAttr, ValidationError

from lm_synth_assets import provenance
from lm_synth_assets.config import Region
from lm_synth_assets.config_files import ConfigError, describe_validation_error, load_region
from lm_synth_assets.random_streams import Streams
from lm_synth_assets.simulation.patients import CapacityError, sample_sizes


class Generation(ConfigurableResource):  # type: ignore[type-arg]
    """The region that a run simulates, read and checked once, before anything is computed."""

    config: str = Field(description="Configuration file")
    patients: int = Field(description="Persons in the sample")
    seed: int = Field(description="Seed of every random stream")
    start_year: int = Field(description="Year of the encounters; ages refer to its 1 January")
    years: int = Field(description="Years of population projection")
    with_ed: bool = Field(default=True, description="ED encounters belong to the data set")
    with_ip: bool = Field(default=True, description="Inpatient stays belong to the data set")
    ks_threshold: float | None = Field(
        default=None, description="In place of the configured gates.ks_threshold"
    )
    corr_threshold: float | None = Field(
        default=None, description="In place of the configured gates.corr_threshold"
    )

    _region: Region | None = PrivateAttr(default=None)
    _parts: dict[str, Any] | None = PrivateAttr(default=None)

    @classmethod
    def of(cls, config: str, region: Region, **fields: Any) -> "Generation":
        """The run that a configuration file describes by default, but for some fields."""
        return cls(config=config, **{**region.run.model_dump(), **fields})

    def setup_for_execution(self, context: InitResourceContext) -> None:
        """Load the region before the run's first step, and tell Dagster which configuration it uses."""
        try:
            self._region = self.load()
        except (ConfigError, CapacityError):
            if context.instance is not None and context.run_id is not None:
                # Dagster repeats a run that was lost before its first step; this one would fail again.
                context.instance.add_run_tags(context.run_id, {MAX_RETRIES_TAG: "0"})
            raise
        if context.instance is not None:
            provenance.record(context.instance, self.parts)

    def load(self) -> Region:
        """The region with this run's fields.

        Raises ConfigError for a configuration that cannot be used, CapacityError for too many patients.
        """
        if self.with_ip and not self.with_ed:
            raise ConfigError(
                "run: with_ip: needs with_ed, because inpatient stays follow from ED admissions"
            )
        base = load_region(self.config)
        try:
            region = base.with_run(
                patients=self.patients, seed=self.seed, start_year=self.start_year, years=self.years
            ).with_thresholds(ks_threshold=self.ks_threshold, corr_threshold=self.corr_threshold)
        except ValidationError as error:
            raise ConfigError(describe_validation_error(error, "run")) from None
        sample_sizes(region)
        return region

    @property
    def region(self) -> Region:
        """The region of this run."""
        if self._region is None:
            self._region = self.load()
        return self._region

    @property
    def parts(self) -> dict[str, Any]:
        """The value of every part of the configuration that this run uses."""
        if self._parts is None:
            self._parts = provenance.part_values(self.region, with_ed=self.with_ed, with_ip=self.with_ip)
        return self._parts

    @property
    def streams(self) -> Streams:
        """The random streams of this run."""
        return Streams(self.region.run.seed)
