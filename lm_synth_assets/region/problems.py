"""What is wrong with a configuration: what the problem is, at which path, in which file and line."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.region.wording import KeyPath, dotted, instead_of, shown_file
from lm_synth_assets.text import in_one_line

SHOWN = 50
"""How many problems one error shows."""


class Problem(NamedTuple):
    """One thing that is wrong: its path in the configuration, and what.

    Where a name is `unknown`, the message ends with the one of the `known` names that was probably meant.
    """

    path: KeyPath
    message: str
    unknown: str | None = None
    known: Collection[str] = ()

    def description(self) -> str:
        """What is wrong, in one line."""
        if self.unknown is None or not self.known:
            return in_one_line(self.message)
        return in_one_line(f"{self.message}; {instead_of(self.unknown, self.known)}")

    def __str__(self) -> str:
        return f"{dotted(self.path)}: {self.description()}" if self.path else self.description()


class FileProblem(NamedTuple):
    """A problem with the line of the file that it is about."""

    file: Path
    line: int
    problem: Problem

    def __str__(self) -> str:
        return f"{shown_file(self.file)}:{self.line}: {self.problem}"


@dataclass
class Source:
    """One file: its values, the line of each path, and the problems met while reading it."""

    file: Path
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[KeyPath, int] = field(default_factory=dict)
    problems: list[FileProblem] = field(default_factory=list)

    def add_problem(self, line: int, path: KeyPath, message: str) -> None:
        """Note a problem of a line."""
        self.problems.append(FileProblem(self.file, line, Problem(path, message)))


def locate(problem: Problem, sources: Sequence[Source]) -> FileProblem:
    """The problem at the line that sets its path last, or that begins the nearest section around it.

    A later source overrides an earlier one; the first must have a line for the empty path.
    """
    nearest = (problem.path[:length] for length in range(len(problem.path), -1, -1))
    return next(
        FileProblem(source.file, source.lines[path], problem)
        for path in nearest
        for source in reversed(sources)
        if path in source.lines
    )


def error_of(problems: Sequence[FileProblem], sources: Sequence[Source], unexamined: int = 0) -> ConfigError:
    """One error of all problems, in the order of the files; it shows the first, and counts the others."""
    order = {source.file: position for position, source in enumerate(sources)}
    ordered = sorted(problems, key=lambda problem: (order[problem.file], problem.line))
    lines = [str(problem) for problem in ordered[:SHOWN]]
    more = len(ordered) + unexamined - len(lines)
    return ConfigError("\n".join(lines + [f"and {more:,} more problems"] * (more > 0)))
