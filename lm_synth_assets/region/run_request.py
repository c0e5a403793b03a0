"""What one run makes: a configuration file, and the fields in which the run differs from it.

A field of a run is declared in `Run`, a threshold that a run may change in `Gates`. The command's options,
the Dagster resource, the manifest, the parts of the configuration and the printed command follow from there.
"""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

from pydantic import ValidationError

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.region.agreement import disagreements
from lm_synth_assets.region.files import DEFAULT_CONFIG, load_region
from lm_synth_assets.region.limits import describe_limits
from lm_synth_assets.region.models.gates import Gates
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.models.run import Run
from lm_synth_assets.region.models.values import Section
from lm_synth_assets.region.problems import Problem
from lm_synth_assets.region.validation import problems_of

THRESHOLDS = ("ks_threshold", "corr_threshold")
"""The thresholds of gates that a run may change."""


class RunField(NamedTuple):
    """One field in which a run may differ from its configuration file."""

    kind: type
    description: str
    unit: str
    limits: str
    option: str
    """Its option on the command line: `--start-year`."""


def _fields_of(model: type[Section], *names: str) -> dict[str, RunField]:
    properties = model.model_json_schema()["properties"]
    return {
        name: RunField(
            cast(type, model.model_fields[name].annotation),
            properties[name]["description"],
            properties[name].get("unit", ""),
            describe_limits(properties[name]),
            f"--{name.replace('_', '-')}",
        )
        for name in names
    }


FIELDS = _fields_of(Run, *Run.model_fields) | _fields_of(Gates, *THRESHOLDS)
"""Every field in which a run may differ from its configuration file, by name."""


@dataclass(frozen=True)
class RunRequest:
    """A run: its configuration file, what differs from it, and the region that both together give.

    `changes` holds the fields that were given, each one of `FIELDS`.
    """

    config: str
    changes: Mapping[str, Any]
    region: Region

    @classmethod
    def read(cls, config: str | Path | None = None, *, source: str = "run", **changes: Any) -> "RunRequest":
        """Read a configuration file, once, and apply some changes.

        Raises ConfigError for a file or a change that cannot be used.
        """
        path = DEFAULT_CONFIG if config is None else config
        if not str(path):
            raise ConfigError(f"{source}: config: names no file; leave it out for the default configuration")
        return cls(str(path), {}, load_region(path)).changed(source, **changes)

    def changed(self, source: str, **changes: Any) -> "RunRequest":
        """The same run but for some fields; one that is None stays as it is.

        Raises ConfigError, which names `source` and the field, for a change that is not allowed.
        """
        given = {name: value for name, value in changes.items() if value is not None}
        problems = [Problem((name,), "unknown key", name, FIELDS) for name in given if name not in FIELDS]
        region = self.region
        try:
            region = region.with_run(**{name: given[name] for name in Run.model_fields if name in given})
            region = region.with_thresholds(**{name: given[name] for name in THRESHOLDS if name in given})
        except ValidationError as error:
            problems += problems_of(error.title, error.errors())[0]
        rules = disagreements({"run": region.run})
        problems += [problem._replace(path=problem.path[1:]) for problem in rules]
        if problems:
            raise ConfigError("\n".join(f"{source}: {problem}" for problem in problems))
        return RunRequest(self.config, {**self.changes, **given}, region)

    def command(self, *options: str) -> str:
        """The command that makes the same data set from any folder, for people to copy; `options` are added.

        It names the file by its whole path, unless it is the one that is read by default. Thresholds do not
        change the data.
        """
        file = Path(self.config).absolute()
        config = [] if file.resolve() == DEFAULT_CONFIG.resolve() else ["--config", str(file)]
        fields = [
            FIELDS[name].option if value is True else f"{FIELDS[name].option} {value}"
            for name, value in self.region.run.model_dump().items()
            if value is not False
        ]
        return f"lm-synth generate {shlex.join([*config, *options])}".rstrip() + f" \\\n  {' '.join(fields)}"
