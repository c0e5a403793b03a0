"""Packages that are put off: imported by who uses them, and not before."""

import gc
import inspect
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from types import ModuleType

import pytest

from lm_synth_assets.loading import all_kept, put_off

NAME = "computing"
# Whose import lasts: so that threads meet in it.
TEXTS = {
    f"{NAME}/__init__.py": "import time\ntime.sleep(0.05)\nANSWER = 42\n",
    f"{NAME}/more/__init__.py": f"import {NAME}\nDOUBLE = 2 * {NAME}.ANSWER\n",
    "user.py": f"import {NAME} as c\nimport {NAME}.more as d\ndef total():\n    return c.ANSWER + d.DOUBLE\n",
    "hasty.py": f"import {NAME} as c\nNOW = c.ANSWER\n",
    "broken.py": f"import {NAME} as c\n1 / 0\n",
    "other.py": f"import {NAME} as c\n",
}


@pytest.fixture(autouse=True)
def _packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, text in TEXTS.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    ours = {name.partition("/")[0].removesuffix(".py") for name in TEXTS}
    for name in [name for name in sys.modules if name.partition(".")[0] in ours]:
        del sys.modules[name]


def imported() -> bool:
    return NAME in sys.modules


def loaded(name: str) -> ModuleType:
    with put_off([NAME]):
        return __import__(name)


def test_a_package_is_imported_when_something_of_it_is_used() -> None:
    user = loaded("user")
    assert not imported()
    assert user.total() == 42 + 84
    assert imported()
    assert f"{NAME}.more" in sys.modules


def test_who_imports_later_gets_the_package_itself() -> None:
    user = loaded("user")
    other = __import__("other")
    assert other.c is sys.modules[NAME]
    assert other.c is not user.c
    assert inspect.getsourcefile(other.c) is not None


def test_who_uses_it_at_once_gets_it_and_so_does_who_comes_after() -> None:
    with put_off([NAME]):
        user = __import__("user")
        hasty = __import__("hasty")
        other = __import__("other")
    assert hasty.NOW == 42
    assert other.c is sys.modules[NAME]
    assert user.total() == 42 + 84


def test_a_package_that_is_there_already_is_not_put_off() -> None:
    there = __import__(NAME)
    user = loaded("user")
    assert user.c is there
    assert user.d is sys.modules[f"{NAME}.more"]


def test_others_are_not_put_off() -> None:
    with put_off(["computer"]):
        other = __import__("other")
    assert other.c is sys.modules[NAME]


def test_what_the_package_lacks_its_stand_in_lacks_too() -> None:
    user = loaded("user")
    with pytest.raises(AttributeError, match="module 'computing' has no attribute 'QUESTION'"):
        _ = user.c.QUESTION


def test_who_looks_through_all_modules_imports_nothing() -> None:
    with put_off([NAME]):
        user = __import__("user")
        assert [module for module in list(sys.modules.values()) if hasattr(module, "__wrapped__")] == []
    assert not hasattr(user.c, "__file__")
    assert not imported()


def test_nothing_is_left_of_a_load_that_fails() -> None:
    finders = list(sys.meta_path)
    with pytest.raises(ZeroDivisionError):
        loaded("broken")
    assert sys.meta_path == finders
    assert not imported()


def test_threads_that_use_it_first_at_the_same_time_all_get_it() -> None:
    user, together = loaded("user"), Barrier(8)

    def use(_: int) -> int:
        together.wait()
        return int(user.total())

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(use, range(8))) == {42 + 84}


def test_nothing_is_searched_for_garbage_within_nor_what_was_made_there_later() -> None:
    frozen = gc.get_freeze_count()
    try:
        with all_kept():
            assert not gc.isenabled()
            made = [[number] for number in range(1_000)]
        assert gc.isenabled()
        assert gc.get_freeze_count() >= frozen + len(made)
    finally:
        gc.unfreeze()


def test_who_has_turned_the_search_for_garbage_off_keeps_it_off() -> None:
    gc.disable()
    try:
        with all_kept():
            pass
        assert not gc.isenabled()
    finally:
        gc.unfreeze()
        gc.enable()
