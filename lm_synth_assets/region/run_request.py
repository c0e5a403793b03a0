"""What one run makes: a configuration file, and the fields in which the run differs from it.

The fields are declared once, in `Run` and `Gates`; the command's options, the Dagster resource, the manifest
and the printed command derive from `FIELDS`.
"""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.region.files import DEFAULT_CONFIG, load_region
from lm_synth_assets.region.models.gates import Gates
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.models.run import Run
from lm_synth_assets.region.problems import describe_validation_error

THRESHOLDS = ("ks_threshold", "corr_threshold")
"""The thresholds of gates that a run may change."""

FIELDS: dict[str, FieldInfo] = {
    **Run.model_fields,
    **{name: Gates.model_fields[name] for name in THRESHOLDS},
}
"""Every field in which a run may differ from its configuration file, by name."""


@dataclass(frozen=True)
class RunRequest:
    """A run: its configuration file, what differs from it, and the region that both together give.

    `changes` holds only fields that were given, each of `FIELDS`.
    """

    config: str
    changes: Mapping[str, Any]
    region: Region

    @classmethod
    def read(cls, config: str | Path | None = None, *, source: str = "run", **changes: Any) -> "RunRequest":
        """Read a configuration file, once, and apply some changes; one that is None changes nothing.

        `source` says in errors where the changes come from. Raises ConfigError for a file or a change that
        cannot be used.
        """
        path = config or DEFAULT_CONFIG
        given = {name: value for name, value in changes.items() if value is not None}
        region = load_region(path)
        try:
            region = region.with_run(
                **{name: value for name, value in given.items() if name not in THRESHOLDS}
            ).with_thresholds(**{name: value for name, value in given.items() if name in THRESHOLDS})
        except ValidationError as error:
            raise ConfigError(describe_validation_error(error, source)) from None
        if region.run.with_ip and not region.run.with_ed:
            raise ConfigError(
                f"{source}: with_ip: needs with_ed, because inpatient stays follow from ED admissions"
            )
        return cls(str(path), given, region)

    def command(self) -> str:
        """The command that makes the same data set, for people to copy."""
        values = self.region.run.model_dump()
        options = [
            f"--{name.replace('_', '-')}" + ("" if value is True else f" {value}")
            for name, value in values.items()
            if value is not False
        ]
        sizes = " ".join(option for option in options)
        return f"lm-synth generate --config {shlex.quote(Path(self.config).name)} \\\n  {sizes}"
