"""What the models refuse, as problems in an analyst's terms: one for each mistake, none for its symptoms."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic_core import ErrorDetails

from lm_synth_assets.region.limits import JsonSchema, describe_limits, limits_at, limits_of
from lm_synth_assets.region.problems import Problem
from lm_synth_assets.region.wording import KeyPath, dotted, listed, nearest, shown

REMOVED_KEYS = {
    "qa_median_days": "is no key any more: expected medians follow from the configuration; remove it"
}
"""What to do about a key that files of an earlier version may hold."""

_EXAMINED = 1_000
_KEY = "[key]"
_FEW = 5


@dataclass
class Inheritance:
    """What became of entries when files were overlaid, by path."""

    removed: set[KeyPath] = field(default_factory=set)
    """Entries that null has removed."""
    idle: dict[KeyPath, Collection[str]] = field(default_factory=dict)
    """Where null had nothing to remove, and the entries that could be removed instead."""
    added: dict[KeyPath, Collection[str]] = field(default_factory=dict)
    """New entries, and those that were there before."""


def problems_of(
    model: str, details: Sequence[ErrorDetails], inheritance: Inheritance | None = None
) -> tuple[list[Problem], int]:
    """The problems behind pydantic's errors about a model, and how many of the errors were not examined."""
    examined = _Errors(limits_of(model), details[:_EXAMINED], inheritance or Inheritance())
    return list(examined.problems()), len(details[_EXAMINED:])


class _Errors:
    """Pydantic's errors about one value, with what tells a mistake from its symptoms.

    `unknown` holds the unknown keys of each section, each with the known one that it resembles, if any.
    `incomplete` holds what new entries lack, where their name resembles that of an inherited one.
    """

    def __init__(self, limits: JsonSchema, details: Sequence[ErrorDetails], inheritance: Inheritance) -> None:
        self.limits, self.details, self.inheritance = limits, details, inheritance
        self.unknown: Mapping[KeyPath, dict[str, str | None]] = defaultdict(dict)
        self.incomplete: Mapping[KeyPath, list[KeyPath]] = defaultdict(list)
        self._is_misspelt: dict[KeyPath, bool] = {}
        for error in details:
            *section, key = path = error["loc"]
            if error["type"] == "extra_forbidden":
                known = limits_at(limits, tuple(section)).get("properties", ())
                self.unknown[tuple(section)][str(key)] = nearest(str(key), known)
            elif error["type"] == "missing" and (entry := self._misspelt_entry(path)):
                self.incomplete[entry].append(path[len(entry) :])

    def problems(self) -> Iterator[Problem]:
        for path, keys in self.unknown.items():
            yield from self._about_unknown(path, keys)
        for entry, missing in self.incomplete.items():
            yield self._about_misspelt(entry, missing)
        for error in self.details:
            if error["type"] == "missing":
                if not self._is_symptom(error["loc"]):
                    yield self._about_missing(error["loc"])
            elif error["type"] != "extra_forbidden":
                yield self._about_value(error)

    def _misspelt_entry(self, path: KeyPath) -> KeyPath | None:
        """The outermost new entry around a path whose name resembles one that is inherited."""
        for entry in (path[:length] for length in range(1, len(path))):
            before = self.inheritance.added.get(entry)
            if before is None or "by" not in limits_at(self.limits, entry[:-1]):
                continue
            if entry not in self._is_misspelt:
                self._is_misspelt[entry] = nearest(str(entry[-1]), before) is not None
            if self._is_misspelt[entry]:
                return entry
        return None

    def _is_symptom(self, path: KeyPath) -> bool:
        """Whether an entry is missing only because its key, or that of a section around it, is wrong."""
        unknown = self.unknown.get(path[:-1], {})
        is_fixed = bool(unknown) and _is_fixed(limits_at(self.limits, path[:-1]))
        return is_fixed or path[-1] in unknown.values() or self._misspelt_entry(path) is not None

    def _about_unknown(self, path: KeyPath, keys: Mapping[str, str | None]) -> Iterator[Problem]:
        section = limits_at(self.limits, path)
        known = list(section.get("properties", ()))
        if not _is_fixed(section):
            for key in keys:
                removed = REMOVED_KEYS.get(key)
                yield (
                    Problem((*path, key), removed)
                    if removed
                    else Problem((*path, key), "unknown key", key, known)
                )
            return
        fixed = f"the list is fixed by design: {', '.join(known)}"
        for key, alike in keys.items():
            if alike:
                yield Problem((*path, key), f"unknown {section['by']}; did you mean {alike}? {fixed}")
        if others := [key for key, alike in keys.items() if not alike]:
            also = f", as {'is' if len(others) == 2 else 'are'} {listed(others[1:], _FEW)}"
            message = f"unknown {section['by']}{also if others[1:] else ''}; {fixed}"
            yield Problem((*path, others[0]), message)

    def _about_misspelt(self, entry: KeyPath, missing: Sequence[KeyPath]) -> Problem:
        kind = limits_at(self.limits, entry[:-1])["by"]
        lacks = listed(map(dotted, missing), _FEW)
        message = f"no such {kind} is inherited, and a new one needs {lacks}"
        return Problem(entry, message, str(entry[-1]), self.inheritance.added[entry])

    def _about_missing(self, path: KeyPath) -> Problem:
        allowed = describe_limits(limits_at(self.limits, path))
        if path in self.inheritance.removed:
            return Problem(
                path, f"null removes an inherited entry, but this one is required; must be {allowed}"
            )
        return Problem(path, f"missing; must be {allowed}")

    def _about_value(self, error: ErrorDetails) -> Problem:
        path, value = error["loc"], error["input"]
        if path[-1:] == (_KEY,):
            return self._about_key(path[:-1], error)
        if path in self.inheritance.idle:
            message = "null removes an inherited entry, and none of this name is inherited"
            return Problem(path, message, str(path[-1]), self.inheritance.idle[path])
        if error["type"] == "value_error":
            return Problem(path, str(error["ctx"]["error"]))
        limits = limits_at(self.limits, path)
        allowed = describe_limits(limits)
        if not allowed:
            return Problem(path, f"{error['msg'].replace('Input should', 'must')}; found {shown(value)}")
        alike = nearest(value, limits["enum"]) if "enum" in limits and isinstance(value, str) else None
        suggestion = f"; did you mean {alike}?" if alike else ""
        return Problem(path, f"must be {allowed}; found {shown(value)}{suggestion}")

    def _about_key(self, path: KeyPath, error: ErrorDetails) -> Problem:
        if error["type"] == "value_error":
            return Problem(path, f"the name {error['ctx']['error']}")
        names = limits_at(self.limits, path[:-1]).get("propertyNames", {})
        return Problem(path, f"the key must be {describe_limits(names)}; found {shown(error['input'])}")


def _is_fixed(section: JsonSchema) -> bool:
    """Whether a section has an entry for each item of a list that no configuration changes."""
    return "by" in section and "properties" in section
