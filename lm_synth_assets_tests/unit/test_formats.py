"""Each storage format is declared once, and everything that offers or opens formats reads that row."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from lm_synth_assets.cli.database import load
from lm_synth_assets.cli.generate import generate
from lm_synth_assets.cli.inspect import compare, report, validate
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage import formats
from lm_synth_assets.storage.errors import MissingPackage, StorageError, UnknownFormat
from lm_synth_assets.storage.formats import FILE_FORMATS, FORMATS, MYSQL, Format, formats_at, open_store
from lm_synth_assets.storage.mysql.store import MysqlStore
from lm_synth_assets.storage.store import TableStore
from lm_synth_assets_tests.support.frames import valid_frame

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lm_synth_assets"
URL = "mysql://me@localhost:3306/lm"
ALL_FORMATS = pytest.mark.parametrize("row", FORMATS.values(), ids=FORMATS)
SITES = TABLES["dim_site"]


def literals(module: Path) -> Iterator[str]:
    """Every text constant of a module."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


NAMES_OF_OTHERS = {
    "storage/mysql/address.py",
    "storage/files/csv.py",
    "storage/files/parquet.py",
}
"""Where SQLAlchemy's drivers and Frictionless' formats have names of ours."""


def test_no_other_module_names_a_format() -> None:
    naming = {
        str(module.relative_to(PACKAGE))
        for module in PACKAGE.rglob("*.py")
        if FORMATS.keys() & set(literals(module))
    }
    assert naming - NAMES_OF_OTHERS == {"storage/formats.py"}


@ALL_FORMATS
def test_a_row_opens_a_store(row: Format, tmp_path: Path) -> None:
    store = row.open(tmp_path if row.is_files else URL)
    assert isinstance(store, TableStore)
    assert SITES.name in store.location(SITES)


def test_the_row_of_a_database_opens_the_one_that_a_url_names() -> None:
    store = open_store(MYSQL.name, URL)
    assert isinstance(store, MysqlStore)
    assert store.address.database == "lm"


@ALL_FORMATS
def test_settings_take_every_format(row: Format) -> None:
    assert Settings(storage=row.name).storage == row.name


@pytest.mark.parametrize("command", [generate, validate, compare, report])
def test_commands_offer_every_format(command: click.Command) -> None:
    assert offered(command) == tuple(FORMATS)


def test_load_offers_the_formats_of_files() -> None:
    assert offered(load) == tuple(FILE_FORMATS)


def offered(command: click.Command) -> tuple[str, ...]:
    (option,) = [option for option in command.params if option.name == "storage"]
    assert isinstance(option.type, click.Choice)
    return tuple(option.type.choices)


@pytest.mark.parametrize("name", FILE_FORMATS)
def test_a_folder_is_recognised_by_one_of_its_tables(name: str, tmp_path: Path) -> None:
    assert formats_at(tmp_path) == []
    (tmp_path / "notes.csv").write_text("x\n")
    (tmp_path / "notes.parquet").write_text("x\n")
    assert formats_at(tmp_path) == []
    open_store(name, tmp_path).write(SITES, valid_frame(SITES))
    assert formats_at(tmp_path) == [name]


def test_an_unknown_format_is_named_with_those_that_are_known() -> None:
    with pytest.raises(
        UnknownFormat, match=r"no storage format 'xlsx'; choose one of csv, parquet, delta, duckdb, mysql\."
    ):
        open_store("xlsx", "out")


def test_a_package_that_is_missing_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "find_spec", lambda name: None)
    with pytest.raises(MissingPackage) as caught:
        open_store(MYSQL.name, URL)
    assert isinstance(caught.value, StorageError)
    assert str(caught.value) == (
        "MySQL needs the package pymysql: install it with `pip install 'lm-synth-assets[mysql]'`."
    )


@ALL_FORMATS
def test_what_a_row_needs_is_declared_by_the_package(row: Format) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extra = project["optional-dependencies"][row.extra] if row.extra else []
    needed = [requirement.lower() for requirement in (*project["dependencies"], *extra)]
    assert any(requirement.startswith(row.package) for requirement in needed)


LOADED = """
import sys
from pathlib import Path
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.formats import open_store
open_store(sys.argv[1], sys.argv[2]).exists(TABLES["dim_site"])
print("pymysql" in sys.modules)
"""


def printed(program: str, *arguments: str) -> str:
    """What a program prints, run in a process of its own."""
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True).stdout


@pytest.mark.parametrize("name", FILE_FORMATS)
def test_files_need_no_driver_of_a_database(name: str, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LOADED, name, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert ran.stdout == "False\n"


def test_the_list_of_formats_loads_nothing_heavy() -> None:
    probe = (
        "import sys, lm_synth_assets.storage.formats as _; "
        "print(sorted({'pandas', 'pyarrow', 'sqlalchemy', 'pymysql', 'numpy'} & set(sys.modules)))"
    )
    assert printed(probe) == "[]\n"
