"""Results that several tables or gates follow from, computed once in a process.

`patients` and `ed_encounters` follow from the same visits, `ed_encounters` and `ip_stays` from the same plan
of stays, and most gates from the same rates and timetable. Each of them asks for what it needs as if it were
alone; the second to ask, in the same process and with the same arguments, gets the result of the first.

A result is kept under a digest of everything that the function was given, so it is never that of another
region, run or patients table. `functools.lru_cache` would need hashable arguments, which arrays and regions
are not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np
from pydantic import BaseModel

P = ParamSpec("P")
T = TypeVar("T")

_MOST_RESULTS = 16
"""What one region and two replicates of it need, with room to spare; the oldest result goes first."""

_results: dict[bytes, Any] = {}


def memoised(function: Callable[P, T]) -> Callable[P, T]:
    """The same pure function of regions, arrays, dataclasses of arrays, numbers and dates, computed once.

    Arrays in its results are made read-only, since callers share them.
    """

    @wraps(function)
    def remembered(*args: P.args, **kwargs: P.kwargs) -> T:
        key = _digest(f"{function.__module__}.{function.__qualname__}", *args, *sorted(kwargs.items()))
        if key in _results:
            return cast(T, _results[key])
        result = function(*args, **kwargs)
        _protect(result)
        _results[key] = result
        while len(_results) > _MOST_RESULTS:
            del _results[next(iter(_results))]
        return result

    return remembered


def forget() -> None:
    """Drop all results: whatever is asked for next is computed anew."""
    _results.clear()


def _digest(*values: Any) -> bytes:
    digest = hashlib.sha256()
    for part in _parts(values):
        digest.update(part)
    return digest.digest()


def _parts(value: Any) -> Iterator[bytes | memoryview]:
    """A value as bytes from which no other value is made."""
    if isinstance(value, np.ndarray):
        yield f"array {value.dtype} {value.shape} ".encode()
        yield np.ascontiguousarray(value).data.cast("B") if value.size else b""
    elif isinstance(value, BaseModel):
        yield value.model_dump_json(by_alias=True).encode()
    elif is_dataclass(value):
        yield from _parts(tuple(getattr(value, field.name) for field in fields(value)))
    elif isinstance(value, tuple):
        yield f"tuple {len(value)} ".encode()
        for item in value:
            yield from _parts(item)
    elif isinstance(value, str | int | float | date):
        yield f"{value!r} ".encode()
    else:
        raise TypeError(f"{type(value).__name__} cannot be an argument of a memoised function")


def _protect(result: Any) -> None:
    """Make the arrays of a result read-only."""
    if isinstance(result, np.ndarray):
        result.setflags(write=False)
    elif is_dataclass(result):
        _protect(tuple(getattr(result, field.name) for field in fields(result)))
    elif isinstance(result, tuple):
        for item in result:
            _protect(item)
