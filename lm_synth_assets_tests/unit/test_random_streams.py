"""Random streams: found by name, alike for ever, independent of each other, and the only source of chance."""

import ast
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lm_synth_assets
from lm_synth_assets.simulation.streams import Streams

NAMES = st.lists(st.text("abcdefgh ", min_size=1, max_size=8) | st.integers(0, 3000), min_size=1, max_size=4)


@given(seed=st.integers(0, 2**63 - 1), name=NAMES)
def test_the_same_name_gives_the_same_numbers(seed: int, name: list[str | int]) -> None:
    first, second = (Streams(seed).generator(*name).random(5) for _ in range(2))
    assert (first == second).all()


def test_a_stream_begins_anew_whatever_was_drawn_from_it_or_from_others() -> None:
    streams = Streams(1)
    fresh = streams.generator("patients", "dob").random(3)
    streams.generator("patients", "dob").random(1_000)
    streams.generator("visits", 2025).random(1_000)
    assert (streams.generator("patients", "dob").random(3) == fresh).all()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param((1, ("ed", 2025)), (1, ("ed", 2026)), id="another year"),
        pytest.param((1, ("ed", 2025)), (1, ("stays", 2025)), id="another asset"),
        pytest.param((1, ("ed", 2025)), (2, ("ed", 2025)), id="another seed"),
        pytest.param((1, ("ed", 2025)), (1 + 2**32, ("ed", 2025)), id="a seed that differs above 32 bits"),
        pytest.param((1, ("a", "b")), (1, ("b", "a")), id="another order of the parts"),
        pytest.param((1, ("a", "b")), (1, ("a",)), id="one part fewer"),
        pytest.param((0, ("a",)), (0, ("",)), id="an empty name"),
    ],
)
def test_another_name_or_seed_gives_unrelated_numbers(one: tuple, other: tuple) -> None:
    first, second = (Streams(seed).generator(*name).standard_normal(10_000) for seed, name in (one, other))
    # Fixed names: the correlation of unrelated numbers is 0 +- 0.01, so 0.05 is five standard errors.
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.05
    assert not np.isin(first, second).any()


def test_the_first_numbers_never_change() -> None:
    """Every data set ever made depends on them: a change here changes them all."""
    streams = Streams(42)
    whole = streams.generator("patients", "dob").integers(0, 2**32, 4)
    assert whole.tolist() == [2027747420, 39486296, 2673985325, 2962914384]
    real = streams.generator("stays", "plan", 2025).random(2)
    assert real.tolist() == [0.7090178598820923, 0.7058141332301086]


def uses_of_numpy_random(tree: ast.AST, inside: str = "") -> Iterator[str]:
    """The names of the functions and classes of a module that use numpy.random, "" for the module itself."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.Attribute(value=ast.Name("np" | "numpy"), attr="random"):
                yield inside
            case ast.Import(names) if any(name.name.startswith("numpy.random") for name in names):
                yield inside
            case ast.ImportFrom(module=str(module)) if module.startswith("numpy.random"):
                yield inside
            case ast.ImportFrom(module="numpy", names=names) if any(name.name == "random" for name in names):
                yield inside
        within = isinstance(node, ast.FunctionDef | ast.ClassDef)
        yield from uses_of_numpy_random(node, node.name if within else inside)


def test_nothing_else_draws_random_numbers() -> None:
    package = Path(lm_synth_assets.__file__).parent
    uses = {
        (path.relative_to(package).as_posix(), where)
        for path in package.rglob("*.py")
        for where in uses_of_numpy_random(ast.parse(path.read_text()))
    }
    assert {path for path, _ in uses} == {"simulation/streams.py", "gates/statistics/fidelity.py"}
    # sdmetrics draws from numpy's global generator: it is seeded, and its state restored.
    assert {where for path, where in uses if path == "gates/statistics/fidelity.py"} == {
        "_global_generator_seeded"
    }


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\ndef draw():\n    return np.random.default_rng()",
        "def draw():\n    from numpy.random import default_rng",
        "def draw():\n    import numpy.random",
        "def draw():\n    from numpy import random",
    ],
)
def test_a_use_of_numpy_random_is_seen_where_it_is(source: str) -> None:
    assert set(uses_of_numpy_random(ast.parse(source))) == {"draw"}
