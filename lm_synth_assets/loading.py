"""How the definitions load fast: what only computing needs is put off, and nothing is searched for garbage.

To look at the graph takes no pandas, yet `import pandas as pd` is the first line of a module that computes.
Within `put_off` such a line binds a stand-in, which imports the package when something of it is first used.
So modules that load with the definitions import these packages as modules, not names from them, use nothing
of them until they are called, and have `from __future__ import annotations`.
"""

import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

ONLY_TO_COMPUTE = ("dagster_pandas", "holidays", "numpy", "pandas", "pyarrow", "scipy")
"""Packages that assets and gates need when they run, and not before."""


class _StandIn(ModuleType):
    """Has what the module of its name has, which is imported when it is first asked for something."""

    def __init__(self, name: str, finder: "_StandIns") -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self._finder = finder

    def __getattr__(self, name: str) -> Any:
        # Who looks through all modules, as `inspect` does, asks for names like __file__.
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r}, put off, has no attribute {name!r}")
        self._finder.end()
        value = getattr(import_module(self.__name__), name)
        setattr(self, name, value)
        return value


class _StandIns(MetaPathFinder, Loader):
    """Finds a stand-in for every module of some packages, until its end."""

    def __init__(self, packages: set[str]) -> None:
        self._packages = packages

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname.partition(".")[0] in self._packages else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandIn(spec.name, self)

    def exec_module(self, module: ModuleType) -> None:
        """A stand-in is complete as it is."""

    def end(self) -> None:
        """Let all that is imported from now on be the thing itself."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
            for name, module in list(sys.modules.items()):
                if isinstance(module, _StandIn):
                    del sys.modules[name]


@contextmanager
def put_off(packages: Sequence[str]) -> Iterator[None]:
    """Within, to import one of the packages gives a stand-in, unless it has been imported already.

    Who uses one within gets it, and ends the putting off.
    """
    finder = _StandIns(set(packages) - sys.modules.keys())
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        finder.end()


@contextmanager
def all_kept() -> Iterator[None]:
    """Within, nothing is searched for garbage; nor is later what is there at the end: modules, definitions.

    They stay as long as the process, and to go through all of them again and again is a third of the time
    that loading them would take.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()
