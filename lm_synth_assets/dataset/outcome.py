"""The outcome of a command as data: tables written, gates evaluated, errors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lm_synth_assets.dataset.state import State
from lm_synth_assets.errors import UserError
from lm_synth_assets.gates.results import GateResult, Mark


@dataclass(frozen=True)
class StoredTable:
    """A table that a run has written; `removed` counts the rows of other tables that went with its own."""

    name: str
    rows: int
    bytes: int
    location: str
    removed: Mapping[str, int] = field(default_factory=dict)


@dataclass
class Outcome:
    """The outcome of a run.

    `not_run` are gates that were due but not reached, `left_out` the tables that were not made or read, with
    the reason; `report` is the path of the quality report, if it was made. `usage_error` marks an error for
    which the user has to change the configuration. `state` says whether the stored tables are one data set;
    it is None where not all gates that decide it were due.
    """

    tables: list[StoredTable] = field(default_factory=list)
    gates: list[GateResult] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    report: str = ""
    usage_error: bool = False
    state: State | None = None

    @property
    def stopping(self) -> list[GateResult]:
        """The gates for which it has not passed: a blocking one that failed, any that was not evaluated."""
        return [result for result in self.gates if result.mark in (Mark.FAIL, Mark.NOT_EVALUATED)]

    @property
    def passed(self) -> bool:
        """Whether every blocking gate that was due has passed, and every other was at least evaluated."""
        return not (self.stopping or self.errors or self.not_run)

    @property
    def exit_code(self) -> int:
        """What the command ends with: 0 passed, 1 a gate or the storage failed, 2 usage or configuration."""
        return UserError.exit_code if self.usage_error else int(not self.passed)


Progress = Callable[[int, int, str], None]
"""Called with the number of steps done, the number of all steps, and the name of the last one."""


def unseen(done: int, steps: int, last: str) -> None:
    """Progress that is not shown."""
