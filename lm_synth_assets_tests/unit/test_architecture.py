"""What holds of the package as a whole, beside the contracts on imports in pyproject.toml."""

import ast
from pathlib import Path

import pytest

import lm_synth_assets
from lm_synth_assets_tests.support.commands import ROOT

PACKAGE = Path(lm_synth_assets.__file__).parent
TESTS = ROOT / "lm_synth_assets_tests"
MODULES = sorted(PACKAGE.rglob("*.py"))
FOLDERS = sorted({module.parent for module in MODULES})
DAGSTER_INTERNALS = PACKAGE / "orchestration" / "dagster_internals.py"


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE.parent))


def imported(module: Path) -> set[str]:
    """The modules that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def is_private_to_dagster(name: str) -> bool:
    package, _, rest = name.partition(".")
    return package == "dagster_shared" or (
        package.startswith("dagster") and any(part.startswith("_") for part in rest.split("."))
    )


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {name_of(module): len(module.read_text("utf-8").splitlines()) for module in MODULES}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_the_root_of_the_package_holds_at_most_five_modules() -> None:
    assert len(list(PACKAGE.glob("*.py"))) <= 5


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_every_folder_says_what_belongs_in_it(folder: Path) -> None:
    docstring = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8")))
    assert docstring is not None
    first_line = docstring.splitlines()[0]
    assert first_line.endswith(".")
    assert len(first_line.split()) >= 5, "names the folder rather than its content"


def test_one_module_imports_from_private_modules_of_dagster() -> None:
    importing = {name_of(module) for module in MODULES if any(map(is_private_to_dagster, imported(module)))}
    assert importing == {name_of(DAGSTER_INTERNALS)}


def test_the_root_of_the_tests_holds_what_pytest_looks_for_there_and_nothing_else() -> None:
    assert [path.name for path in TESTS.glob("*.py")] == ["conftest.py"]
