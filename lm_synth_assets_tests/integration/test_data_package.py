"""The data package beside the tables: another program validates the files by it, and detects faults."""

import hashlib
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package, Report, system

from lm_synth_assets.schema.catalogue import CLAIMS, TABLES
from lm_synth_assets.schema.vocabulary import DISCLAIMER
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.files.parquet import ParquetStore
from lm_synth_assets.storage.files.store import FileStore
from lm_synth_assets.storage.formats import open_store
from lm_synth_assets_tests.conftest import MadeWith
from lm_synth_assets_tests.support.commands import PACKAGE, TINY, Call, files
from lm_synth_assets_tests.support.frames import valid_frame

SITES = TABLES["dim_site"]
MANIFEST = TABLES["dataset_manifest"]
RUN = ("generate", "--config", TINY, "--patients", 50, "--years", 1, "--quiet")


def validated(folder: Path, name: str | None = None) -> Report:
    """What frictionless says of the package in a folder and of the files that it describes, or of one."""
    with system.use_context(trusted=True):
        return Package(str(folder / PACKAGE)).validate(name=name)


def package_of(folder: Path) -> dict[str, Any]:
    package: dict[str, Any] = json.loads((folder / PACKAGE).read_text("utf-8"))
    return package


def errors(report: Report) -> set[tuple[str, str, str | None]]:
    return {
        (task.name, error.type, getattr(error, "field_name", None))
        for task in report.tasks
        for error in task.errors
    }


# What it says


def test_frictionless_validates_a_whole_data_set(tiny: Path) -> None:
    report = validated(tiny)
    assert report.valid, report.to_summary()
    assert [task.name for task in report.tasks] == list(TABLES)
    rows = {task.name: task.stats["rows"] for task in report.tasks}
    assert rows["patients"] == len(CsvStore(tiny).read(TABLES["patients"]))


def test_it_says_what_the_data_are(tiny: Path) -> None:
    package = package_of(tiny)
    assert package["profile"] == "tabular-data-package"
    assert package["description"] == DISCLAIMER
    assert [licence["name"] for licence in package["licenses"]] == ["MIT"]
    assert {resource["profile"] for resource in package["resources"]} == {"tabular-data-resource"}


@pytest.mark.parametrize("name", TABLES)
def test_it_has_the_size_and_the_hash_of_every_file(tiny: Path, name: str) -> None:
    [resource] = [each for each in package_of(tiny)["resources"] if each["name"] == name]
    content = (tiny / f"{name}.csv").read_bytes()
    assert (resource["path"], resource["bytes"]) == (f"{name}.csv", len(content))
    assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_without_encounters_and_stays_it_lists_what_is_there(made_with: MadeWith) -> None:
    _, folder = made_with()
    assert {resource["name"] for resource in package_of(folder)["resources"]} == {*TABLES} - {
        "ed_encounters",
        "ip_stays",
    }
    assert validated(folder).valid


# Planted faults


def replaced(old: str, new: str, *, row: int = 1) -> Callable[[str], str]:
    """Replaces a part of the header (row 0) or of a row."""

    def edit(text: str) -> str:
        lines = text.splitlines(keepends=True)
        assert old in lines[row], lines[row]
        lines[row] = lines[row].replace(old, new, 1)
        return "".join(lines)

    return edit


def cell(column: str, value: str, *, table: str = "ed_encounters", row: int = 1) -> Callable[[str], str]:
    """Replaces a cell."""
    place = list(TABLES[table].columns.keys()).index(column)

    def edit(text: str) -> str:
        lines = text.splitlines()
        cells = lines[row].split(",")
        cells[place] = value
        lines[row] = ",".join(cells)
        return "\n".join(lines) + "\n"

    return edit


def without_last_column(text: str) -> str:
    return "".join(line.rpartition(",")[0] + "\n" for line in text.splitlines())


FAULTS: dict[str, tuple[str, Callable[[str], str], tuple[str, str | None]]] = {
    "no date": ("ed_encounters", cell("arrival_date", "03/01/2025"), ("type-error", "arrival_date")),
    "impossible date": ("ed_encounters", cell("arrival_date", "2025-02-30"), ("type-error", "arrival_date")),
    "time in ISO notation": (
        "ed_encounters",
        cell("arrival_ts", "2025-01-01T00:00:00"),
        ("type-error", "arrival_ts"),
    ),
    "above the range": ("ed_encounters", cell("acuity", "6"), ("constraint-error", "acuity")),
    "below the range": (
        "patients",
        cell("ed_visits_year", "-1", table="patients"),
        ("constraint-error", "ed_visits_year"),
    ),
    "part of a number": ("ed_encounters", cell("facility_id", "1.5"), ("type-error", "facility_id")),
    "true in letters": ("ip_stays", cell("alc_flag", "true", table="ip_stays"), ("type-error", "alc_flag")),
    "duplicate key": ("ed_encounters", cell("encounter_id", "1", row=2), ("primary-key", None)),
    "duplicate code": (
        "dim_site",
        cell("site_code", "LM-SNW", table="dim_site", row=2),
        ("unique-error", "site_code"),
    ),
    "dangling reference": ("ed_encounters", cell("patient_id", "P9999999"), ("foreign-key", None)),
    "dangling reference of two columns": (
        "ip_stays",
        cell("subprogram_id", "9", table="ip_stays"),
        ("foreign-key", None),
    ),
    "dangling reference to itself": (
        "ip_stays",
        cell("transfer_from_stay_id", "999999", table="ip_stays"),
        ("foreign-key", None),
    ),
    "unknown label": ("ed_encounters", cell("dispo", "Vanished"), ("constraint-error", "dispo")),
    "wrong form": (
        "patients",
        cell("patient_id", "X1", table="patients"),
        ("constraint-error", "patient_id"),
    ),
    "missing value": ("patients", cell("gender", "", table="patients"), ("constraint-error", "gender")),
    "missing column": ("ed_encounters", without_last_column, ("missing-label", "departure_ts")),
    "renamed column": (
        "ed_encounters",
        replaced("dispo", "disposition", row=0),
        ("incorrect-label", "dispo"),
    ),
}


@pytest.mark.parametrize(("name", "plant", "error"), FAULTS.values(), ids=FAULTS)
def test_frictionless_detects_a_planted_fault(
    copy: Path, name: str, plant: Callable[[str], str], error: tuple[str, str | None]
) -> None:
    file = copy / f"{name}.csv"
    file.write_text(plant(file.read_text("utf-8")), encoding="utf-8")
    rehashed(copy, name)
    report = validated(copy, name)
    assert not report.valid
    assert (name, *error) in errors(report)


def rehashed(folder: Path, name: str) -> None:
    """Make size and hash those of a changed file, so that only its content is wrong."""
    package = package_of(folder)
    [resource] = [each for each in package["resources"] if each["name"] == name]
    content = (folder / f"{name}.csv").read_bytes()
    resource |= {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
    (folder / PACKAGE).write_text(json.dumps(package), encoding="utf-8")


def test_frictionless_detects_other_bytes_by_the_hash(copy: Path) -> None:
    file = copy / "dim_site.csv"
    file.write_bytes(file.read_bytes().replace(b"General", b"Genera1"))
    assert errors(validated(copy, "dim_site")) == {("dim_site", "hash-count", None)}


def test_the_standard_itself_is_kept_to(tiny: Path) -> None:
    assert not list(Package.metadata_validate(package_of(tiny)))


# When it is made, and when it goes


@pytest.fixture(params=[CsvStore, ParquetStore], ids=["csv", "parquet"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    """A store with all tables."""
    store: FileStore = request.param(tmp_path)
    for table in TABLES.values():
        store.write(table, valid_frame(table))
    return store


def package(store: FileStore) -> Path:
    return store.folder / PACKAGE


def test_it_is_made_with_the_last_table(tmp_path: Path) -> None:
    store = CsvStore(tmp_path)
    for table in TABLES.values():
        assert not package(store).exists()
        store.write(table, valid_frame(table))
    assert package(store).exists()


def test_the_same_data_give_the_same_bytes(store: FileStore, tmp_path: Path) -> None:
    before = package(store).read_bytes()
    for table in TABLES.values():
        store.write(table, valid_frame(table))
        assert package(store).read_bytes() == before
    other = type(store)(tmp_path / "other")
    for table in TABLES.values():
        other.write(table, valid_frame(table))
    assert package(other).read_bytes() == before


@pytest.mark.parametrize("name", ["dim_site", "patients", CLAIMS[0]])
def test_a_table_that_changes_takes_it_away(tmp_path: Path, name: str) -> None:
    store = CsvStore(tmp_path)
    for table in TABLES.values():
        store.write(table, valid_frame(table))
    store.write(TABLES[name], valid_frame(TABLES[name], 2))
    assert not package(store).exists()


def test_a_table_that_is_removed_takes_it_away(store: FileStore) -> None:
    store.remove(SITES)
    assert not package(store).exists()


def test_other_bytes_of_the_same_rows_take_it_away_but_nothing_else(store: FileStore) -> None:
    store.write(SITES, valid_frame(SITES).iloc[::-1])
    assert not package(store).exists()
    assert store.exists(MANIFEST)


def test_a_run_that_is_killed_before_the_table_is_there_has_taken_it_away(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", killed)
    with pytest.raises(KeyboardInterrupt):
        store.write(SITES, valid_frame(SITES, 2))
    assert not package(store).exists()


@pytest.mark.parametrize("content", [b'{"name": "mine"}', b"", b"\xff"])
def test_that_of_another_program_is_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    (tmp_path / PACKAGE).write_bytes(content)
    store = CsvStore(tmp_path)
    with caplog.at_level(logging.WARNING):
        for table in TABLES.values():
            store.write(table, valid_frame(table))
    store.write(SITES, valid_frame(SITES, 2))
    assert package(store).read_bytes() == content
    assert caplog.messages == [
        f"{tmp_path / PACKAGE} is kept, and the tables have no data package: "
        "it is not a data package of lm-synth"
    ]


def test_generate_refuses_to_overwrite_that_of_another_program(tmp_path: Path, call: Call) -> None:
    (tmp_path / PACKAGE).write_bytes(b"{}")
    ran = call(*RUN, "--out", tmp_path)
    assert ran.code == 2
    assert f"would overwrite ({PACKAGE}: it is not a data package of lm-synth)" in ran.err
    assert files(tmp_path) == {PACKAGE: b"{}"}


# Whether it agrees with the files


def remarks(store: FileStore) -> tuple[str, ...]:
    return store.inspect(MANIFEST).remarks


def test_a_package_that_agrees_is_not_remarked_on(store: FileStore) -> None:
    assert remarks(store) == ()


def test_no_package_is_not_remarked_on(store: FileStore) -> None:
    package(store).unlink()
    assert remarks(store) == ()


def test_one_of_another_program_or_format_is_not_remarked_on(store: FileStore) -> None:
    text = package(store).read_text("utf-8")
    package(store).write_text(
        text.replace(f'"format": "{store.suffix[1:]}"', '"format": "xlsx"'), encoding="utf-8"
    )
    assert remarks(store) == ()
    package(store).write_text('{"resources": []}', encoding="utf-8")
    assert remarks(store) == ()


def test_validate_names_the_files_that_it_does_not_describe(store: FileStore) -> None:
    (store.folder / f"dim_site{store.suffix}").write_bytes(
        (store.folder / f"dim_gender{store.suffix}").read_bytes()
    )
    (store.folder / f"dim_lha{store.suffix}").unlink()
    assert remarks(store) == (
        f"{PACKAGE} describes other files than those of dim_lha, dim_site: "
        "delete it, or make the data set again",
    )


@pytest.mark.parametrize(
    "damage", [b"[]", b"{", b'{"resources": [1]}', b'{"resources": [{"name": "x"}]}', b"[" * 100_000]
)
def test_a_package_that_cannot_be_read_is_remarked_on(store: FileStore, damage: bytes) -> None:
    package(store).write_bytes(damage)
    assert remarks(store) == (f"{PACKAGE} is no data package: delete it, or make the data set again",)


def test_validate_warns(copy: Path, call: Call) -> None:
    file = copy / "dim_site.csv"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    ran = call("validate", "--in", copy, "--select", "dataset_manifest.layout", "--quiet")
    assert ran.code == 0
    assert f"observed {PACKAGE} describes other files than those of dim_site: delete it" in ran.out


# Parquet


def test_of_parquet_files_it_says_what_the_standard_has_for_them(store: FileStore, tmp_path: Path) -> None:
    parquet = open_store("parquet", tmp_path / "parquet")
    for table in TABLES.values():
        parquet.write(table, valid_frame(table))
    described = package_of(tmp_path / "parquet")
    assert described["profile"] == "data-package"
    assert {resource["profile"] for resource in described["resources"]} == {"data-resource"}
    assert not {"dialect", "encoding"} & described["resources"][0].keys()
    assert not list(Package.metadata_validate(described))
