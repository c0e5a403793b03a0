"""`TableStore.inspect`: whatever stands in the place of a table, everything wrong with it is reported."""

import io
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from lm_synth_assets.errors import StorageError
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.errors import UnreadableTable
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.files.folder import Folder
from lm_synth_assets.storage.files.parquet import ParquetStore
from lm_synth_assets.storage.files.store import FileStore
from lm_synth_assets.storage.frames import to_arrow
from lm_synth_assets.storage.inspection import Inspection
from lm_synth_assets.storage.record import Record
from lm_synth_assets.storage.store import Replacement, TableStore
from lm_synth_assets_tests.support.frames import frames, valid_frame
from lm_synth_assets_tests.support.stores import FLAT_OPENERS, OPENERS, remedy

ED, PATIENTS, STAYS, SITES, PROGRAMS = (
    TABLES[name] for name in ["ed_encounters", "patients", "ip_stays", "dim_site", "dim_program"]
)
REMEDY = "correct it or make it again with `lm-synth generate --with-ed --with-ip --out "


def same(left: pd.DataFrame | None, right: pd.DataFrame) -> None:
    assert left is not None
    pd.testing.assert_frame_equal(left, right, check_exact=True)


def inspected(
    folder: Path, content: bytes, kind: type[FileStore] = CsvStore, table: sa.Table = ED
) -> Inspection:
    """What a store finds where someone has left a file."""
    store = kind(folder)
    Path(store.location(table)).write_bytes(content)
    found = store.inspect(table)
    if found.problems:
        # What an inspection calls a problem, reading refuses.
        with pytest.raises(StorageError):
            store.read(table)
    else:
        same(store.read(table), found.frame)
    return found


def csv_bytes(table: sa.Table = ED, rows: int = 3) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        written = CsvStore(folder).write(table, valid_frame(table, rows))
        return Path(written.location).read_bytes()


def parquet_bytes(arrow: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(arrow, file)
    return file.getvalue()


# As written


@pytest.mark.parametrize("kind", OPENERS.values(), ids=OPENERS)
@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_what_was_written_is_found_without_problem_or_remark(
    kind: Callable[..., TableStore], table: sa.Table
) -> None:
    @settings(max_examples=10)
    @given(frames(table))
    def round_trip(frame: pd.DataFrame) -> None:
        with tempfile.TemporaryDirectory() as folder:
            kind(folder).write(table, frame)
            found = kind(folder).inspect(table)
            same(found.frame, frame)
            assert (found.problems, found.remarks) == ((), ())

    round_trip()


# Another layout


def quoted(text: bytes) -> bytes:
    return b"\n".join(b'"' + line.replace(b",", b'","') + b'"' for line in text.splitlines()) + b"\n"


def reversed_columns(text: bytes) -> bytes:
    return b"\n".join(b",".join(line.split(b",")[::-1]) for line in text.split(b"\n"))


def windows(text: bytes) -> bytes:
    return text.replace(b"\n", b"\r\n")


BOM = "it begins with a byte order mark"
CRLF = "its lines end in CRLF (Windows) where LF is written"
QUOTED = "its header is in quotes"
RETURNS = "it has carriage returns (CR) within lines: programs may count its lines differently"
NO_END = "its last line has no line end: it may have been cut off"
ORDER = "the columns are in another order: departure_ts stands where encounter_id is declared"
LAYOUTS: dict[str, tuple[Callable[[bytes], bytes], tuple[str, ...]]] = {
    "byte order mark": (lambda text: b"\xef\xbb\xbf" + text, (BOM,)),
    "windows line ends": (windows, (CRLF,)),
    "old line ends": (lambda text: text.replace(b"\n", b"\r"), ("its lines end in CR where LF is written",)),
    "quotes": (quoted, (QUOTED,)),
    "one carriage return": (lambda text: text.replace(b"\n2,", b"\r2,"), (RETURNS,)),
    "a carriage return after each line feed": (lambda text: text.replace(b"\n", b"\n\r"), (RETURNS,)),
    "two carriage returns before each line feed": (
        lambda text: text.replace(b"\n", b"\r\r\n"),
        (CRLF, RETURNS),
    ),
    "no last line end": (lambda text: text.rstrip(b"\n"), (NO_END,)),
    "another order": (reversed_columns, (ORDER,)),
    "empty lines": (
        lambda text: text.replace(b"\n", b"\n\n", 2),
        ("it has empty lines, which are not counted as rows",),
    ),
    "all at once": (
        lambda text: b"\xef\xbb\xbf" + windows(quoted(reversed_columns(text))).rstrip(),
        (ORDER, BOM, CRLF, QUOTED, NO_END),
    ),
    "blanks around numbers": (lambda text: text.replace(b",2,", b", 2 ,"), ()),
}


@pytest.mark.parametrize(("edit", "remarks"), LAYOUTS.values(), ids=LAYOUTS)
def test_another_layout_harms_no_value_and_is_remarked(
    tmp_path: Path, edit: Callable[[bytes], bytes], remarks: tuple[str, ...]
) -> None:
    found = inspected(tmp_path, edit(csv_bytes()))
    same(found.frame, valid_frame(ED))
    assert (found.problems, found.remarks) == ((), remarks)


@pytest.mark.parametrize(
    "edit", [bytes, windows, lambda text: b"\xef\xbb\xbf" + text], ids=["LF", "CRLF", "BOM"]
)
def test_text_with_commas_comes_back_from_any_layout(tmp_path: Path, edit: Callable[[bytes], bytes]) -> None:
    text = b'site_type,site_name,site_code,site_id\nregional,"Oak, Hill",OAK,1\nsmall,"Fir",FIR,2\n'
    found = inspected(tmp_path, edit(text), table=SITES)
    assert found.frame is not None
    assert found.frame["site_name"].tolist() == ["Oak, Hill", "Fir"]
    assert found.frame["site_id"].tolist() == [1, 2]


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_header_alone_is_a_table_without_rows(tmp_path: Path, end: bytes) -> None:
    found = inspected(tmp_path, csv_bytes().splitlines()[0] + end)
    same(found.frame, valid_frame(ED, 0))
    assert found.problems == ()


def test_parquet_of_other_types_is_remarked_by_column(tmp_path: Path) -> None:
    loose = valid_frame(STAYS).astype({"facility_id": "int64", "alc_flag": "int64"})
    found = inspected(tmp_path, parquet_bytes(pa.Table.from_pandas(loose)), ParquetStore, STAYS)
    same(found.frame, valid_frame(STAYS))
    assert found.problems == ()
    assert {
        "facility_id: stored as int64 where int32 is declared",
        "alc_flag: stored as int64 where bool is declared",
        "admit_ts: stored as timestamp[ns] where timestamp[us] is declared",
        "los_days: stored as double where decimal128(6, 2) is declared",
        "admit_route: stored as dictionary<values=string, indices=int8, ordered=0> where string is declared",
    } <= set(found.remarks)
    assert not any(remark.startswith("subprogram_key") for remark in found.remarks)


def test_parquet_in_another_order_is_remarked(tmp_path: Path) -> None:
    arrow = to_arrow(ED, valid_frame(ED))
    found = inspected(tmp_path, parquet_bytes(arrow.select(arrow.column_names[::-1])), ParquetStore)
    same(found.frame, valid_frame(ED))
    assert (found.problems, found.remarks) == ((), (ORDER,))


# No table at all


@pytest.fixture(params=FLAT_OPENERS.values(), ids=FLAT_OPENERS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    return request.param(tmp_path)


@pytest.mark.parametrize("kind", OPENERS.values(), ids=OPENERS)
def test_a_table_that_is_not_there_is_told_with_the_commands_that_make_it(
    kind: Callable[..., TableStore], tmp_path: Path
) -> None:
    store = kind(tmp_path)
    assert store.inspect(ED) == Inspection(
        None,
        (
            f"ed_encounters is not there (looked for {store.location(ED)}); make it with "
            f"{remedy(store, 'ed_encounters')}.",
        ),
        is_stored=False,
    )


def test_a_folder_in_the_place_of_a_file_is_told(store: FileStore) -> None:
    Path(store.location(ED)).mkdir()
    [problem] = store.inspect(ED).problems
    assert f"{store.location(ED)} cannot be read as ed_encounters: it is a folder and not a file; " in problem


UNREADABLE = {
    "the file": (os, "open", "{file} cannot be read as ed_encounters"),
    "the folder": (Path, "exists", "Cannot read from {folder}"),
}


@pytest.mark.parametrize(("owner", "method", "named"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_may_not_be_read_is_named(
    store: FileStore, monkeypatch: pytest.MonkeyPatch, owner: object, method: str, named: str
) -> None:
    store.write(ED, valid_frame(ED))

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(owner, method, refuse)
    [problem] = store.inspect(ED).problems
    file = Path(store.location(ED))
    named = named.format(file=file, folder=file.parent)
    assert f"{named}: this user may not read it, or another program holds" in problem
    if isinstance(store, CsvStore):
        with pytest.raises(StorageError, match="this user may not read it"):
            store.read(ED)


def zipped(text: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "in").mkdir()
        (Path(folder) / "in" / "a.csv").write_bytes(text)
        return Path(shutil.make_archive(f"{folder}/a", "zip", f"{folder}/in")).read_bytes()


AS_CSV = "save it as CSV in UTF-8 with commas"
NO_TABLE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "it is empty"),
    "blank": (lambda _: b"\n \n", "it is empty"),
    "workbook": (zipped, f"it is a zip archive (an Excel workbook is one); {AS_CSV}"),
    "parquet": (lambda _: parquet_bytes(pa.table({"a": [1]})), f"it is a Parquet file; {AS_CSV}"),
    "utf-16": (lambda text: text.decode().encode("utf-16"), f"it is UTF-16 text; {AS_CSV}"),
    "utf-16 without mark": (
        lambda text: text.decode().encode("utf-16-le"),
        "line 1 holds a NUL byte: it is damaged, or UTF-16 text",
    ),
    "windows-1252": (
        lambda text: text.replace(b"P0000002", b"P\xe9"),
        "line 3 is not UTF-8: it holds the byte 0xE9, which is 'é' in Windows-1252 (Latin-1); ",
    ),
    "windows-1252 header": (
        lambda text: text.replace(b"dispo", b"d\xe9"),
        "line 1 is not UTF-8: it holds the b",
    ),
    "semicolons": (
        lambda text: text.replace(b",", b";"),
        f"semicolons stand between its columns; {AS_CSV}",
    ),
    "tabs": (lambda text: text.replace(b",", b"\t"), f"tabs stand between its columns; {AS_CSV}"),
    "no header": (
        lambda text: text.split(b"\n", 1)[1],
        "its first line is '1,P0000001,1,",
    ),
    "words": (
        lambda _: b"Dear all,\nplease find",
        "its first line is 'Dear all,' where the header is needed: en",
    ),
    "quote that is not closed": (
        lambda text: csv_bytes(rows=70_000).replace(b"P0000009,", b'"P0000009,'),
        "line 10 opens a quotation mark that is not closed",
    ),
}


@pytest.mark.parametrize(("edit", "reason"), NO_TABLE.values(), ids=NO_TABLE)
def test_a_file_that_is_no_csv_of_the_table_is_told_what_it_is(
    tmp_path: Path, edit: Callable[[bytes], bytes], reason: str
) -> None:
    found = inspected(tmp_path, edit(csv_bytes()))
    assert (found.frame, found.remarks) == (None, ())
    [problem] = found.problems
    assert problem.startswith(f"{tmp_path}/ed_encounters.csv cannot be read as ed_encounters: {reason}")
    assert REMEDY in problem


def test_a_nul_byte_among_text_is_told(tmp_path: Path) -> None:
    store = CsvStore(tmp_path)
    Path(store.location(ED)).write_bytes(csv_bytes().replace(b"P0000002", b"P00\x00002"))
    [problem] = store.inspect(ED).problems
    assert "line 3 holds a NUL byte: it is damaged, or UTF-16 text; " in problem


NO_PARQUET: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "it is empty"),
    "text": (lambda _: b"encounter_id,patient_id\n", "it is not a Parquet file"),
    "workbook": (zipped, "it is a zip archive (an Excel workbook is one) and not a Parquet file"),
    "cut": (lambda parquet: parquet[:-100], "the end of the Parquet file is missing: copy it again"),
    "broken": (lambda parquet: parquet[:-60] + b"?" * 52 + parquet[-8:], ""),
}


@pytest.mark.parametrize(("edit", "reason"), NO_PARQUET.values(), ids=NO_PARQUET)
def test_a_file_that_is_no_parquet_is_told_what_it_is(
    tmp_path: Path, edit: Callable[[bytes], bytes], reason: str
) -> None:
    good = parquet_bytes(to_arrow(ED, valid_frame(ED)))
    [problem] = inspected(tmp_path, edit(good), ParquetStore).problems
    assert problem.startswith(f"{tmp_path}/ed_encounters.parquet cannot be read as ed_encounters: {reason}")
    assert REMEDY in problem


# Rows, columns and values


def test_columns_that_are_too_many_are_told_and_left_out(store: FileStore) -> None:
    index = valid_frame(ED).rename_axis("note").reset_index()
    if isinstance(store, CsvStore):
        index.to_csv(store.location(ED), index=False)
    else:
        index.to_parquet(store.location(ED))
    found = store.inspect(ED)
    same(found.frame, valid_frame(ED))
    assert found.problems == ("note: the table has no such column",)
    assert not any("in another order" in remark for remark in found.remarks)


def test_a_frame_that_pandas_has_stored_with_its_index_is_recognised(tmp_path: Path) -> None:
    found = inspected(tmp_path, valid_frame(ED).to_csv().encode())
    same(found.frame, valid_frame(ED))
    assert found.problems == (
        "'': the table has no such column (pandas has stored the index of a frame: leave it out)",
    )


def test_columns_that_are_missing_or_twice_leave_no_frame_and_hide_no_other_problem(tmp_path: Path) -> None:
    text = csv_bytes().replace(b"acuity", b"dispo", 1).replace(b"2025-01-01,", b"1/1/2025,", 1)
    found = inspected(tmp_path, text)
    assert found.frame is None
    assert found.problems == (
        "acuity: the column is missing",
        "dispo: the column is there 2 times",
        "arrival_date: 1 value is not days within 1677 to 2262, as YYYY-MM-DD: '1/1/2025' (row 1)",
    )


def test_a_column_that_is_missing_leaves_no_frame_even_where_the_others_are_good(store: FileStore) -> None:
    frame = valid_frame(ED).drop(columns="acuity")
    if isinstance(store, CsvStore):
        frame.to_csv(store.location(ED), index=False)
    else:
        frame.to_parquet(store.location(ED))
    found = store.inspect(ED)
    assert (found.frame, found.problems) == (None, ("acuity: the column is missing",))


def test_a_file_with_every_column_twice_is_told(tmp_path: Path) -> None:
    twice = b"\n".join(line + b"," + line for line in csv_bytes(SITES).splitlines())
    found = inspected(tmp_path, twice, table=SITES)
    assert found.frame is None
    assert found.problems == tuple(
        f"{name}: the column is there 2 times" for name in map(str, SITES.columns.keys())
    )


def test_every_column_with_wrong_values_is_told_with_rows_as_they_are_counted_in_the_file(
    tmp_path: Path,
) -> None:
    frame = valid_frame(PATIENTS, 20).astype({"gender": object})
    frame.loc[[3, 16], "gender"] = "female"
    frame["dob"] = frame["dob"].dt.strftime("%Y-%m-%d").where(frame.index != 7)
    frame["lha_id"] += 0.5
    frame["sampling_weight"] = "1,5"
    found = inspected(tmp_path, frame.to_csv(index=False).encode(), table=PATIENTS)
    assert found.frame is None
    assert found.problems == (
        "lha_id: 20 values are not whole numbers that fit INTEGER, without a decimal point: "
        "'1.5' (row 1), '2.5' (row 2), '3.5' (row 3)",
        "gender: 2 values are not among Female, Male, Other: 'female' (row 4)",
        "dob: 1 value is missing, and none may be (row 8)",
        "sampling_weight: 20 values are not numbers of at most 4 decimals that fit NUMERIC(12, 4): "
        "'1,5' (row 1)",
    )


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0"])
def test_blanks_beside_a_wrong_value_are_judged_as_reading_does(tmp_path: Path, blank: str) -> None:
    text = (
        csv_bytes().replace(b"P0000001,1,", f"P0000001,{blank}1,".encode()).replace(b"P0000002,2,", b"P2,x,")
    )
    [problem] = inspected(tmp_path, text).problems
    wrong = "'x' (row 2)" if blank in " \t" else "'\\xa01' (row 1), 'x' (row 2)"
    assert problem.endswith(f"without a decimal point: {wrong}")


def test_ragged_rows_are_told_and_the_others_looked_at(tmp_path: Path) -> None:
    text = csv_bytes(rows=8).replace(b"P0000002,", b"P0000002").replace(b"P0000004,", b"P0000004,,")
    text = text.replace(b"Died", b"?").replace(b"\n8,", b"\n8,,,,,,,,,,") + b"9,P00"
    found = inspected(tmp_path, text)
    assert found.frame is None
    assert found.problems == (
        "4 rows do not have 9 values, one for each column: row 2 (line 3) has 8, row 4 (line 5) has 10, "
        "row 8 (line 9) has 18",
        "dispo: 1 value is not among Discharged, Admitted, Transferred, Left without being seen, Died: "
        "'?' (row 5)",
    )
    assert found.remarks == (NO_END,)


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        (lambda text: text.replace(b"Died", b"D" * 5_000_000), 6),
        (lambda text: text.replace(b"\n", b"," * 5_000_000 + b"\n", 1), 1),
        (lambda text: text + b" " * 5_000_000, 10),
    ],
    ids=["value", "header", "blanks at the end"],
)
def test_a_line_longer_than_any_row_is_told_with_its_number(
    tmp_path: Path, edit: Callable[[bytes], bytes], line: int
) -> None:
    [problem] = inspected(tmp_path, edit(csv_bytes(rows=8))).problems
    assert re.search(rf"line {line} has 5,000,\d\d\d bytes, as no row of a table has: it is damaged", problem)


def damaged_parquet(where: Callable[[pq.FileMetaData, bytearray], int]) -> bytes:
    """A Parquet file with 8 bytes of zeros."""
    content = bytearray(parquet_bytes(to_arrow(STAYS, valid_frame(STAYS, 50))))
    start = where(pq.read_metadata(io.BytesIO(content)), content)
    content[start : start + 8] = bytes(8)
    return bytes(content)


def test_a_damaged_page_of_parquet_is_told_with_its_column(tmp_path: Path) -> None:
    content = damaged_parquet(lambda file, _: file.row_group(0).column(5).dictionary_page_offset)
    [problem] = inspected(tmp_path, content, ParquetStore, STAYS).problems
    assert "ip_stays.parquet cannot be read as ip_stays: its columns admit_ts are damaged (" in problem


def test_damaged_metadata_of_parquet_are_told(tmp_path: Path) -> None:
    content = damaged_parquet(lambda file, content: len(content) - 8 - file.serialized_size)
    [problem] = inspected(tmp_path, content, ParquetStore, STAYS).problems
    assert "cannot be read as ip_stays: its metadata, at the end of the file, are damaged (" in problem


def test_a_quote_that_is_not_closed_is_told_by_the_row_that_swallows_the_others(tmp_path: Path) -> None:
    [problem] = inspected(tmp_path, csv_bytes().replace(b"P0000002,", b'"P0000002,')).problems
    assert problem == (
        "1 row does not have 9 values, one for each column: row 2 (line 3) has 2 and takes in 1 more "
        "lines by a quotation mark that is not closed"
    )


def test_no_row_is_lost_to_a_quote_that_is_not_closed(tmp_path: Path) -> None:
    text = csv_bytes(rows=70_000)
    place = text.index(b"P0030000,")
    store = CsvStore(tmp_path)
    Path(store.location(ED)).write_bytes(text[:place] + b'"' + text[place:])
    assert store.inspect(ED).frame is None
    with pytest.raises(UnreadableTable):
        store.read(ED)


def test_parquet_columns_that_do_not_fit_are_all_told(tmp_path: Path) -> None:
    arrow = to_arrow(STAYS, valid_frame(STAYS)).drop_columns(
        ["facility_id", "admit_ts", "alc_flag", "los_days"]
    )
    zone = pa.array([0, 1, 2], pa.timestamp("us", "America/Vancouver"))
    for name, values in {
        "facility_id": pa.array([True, False, True]),
        "admit_ts": zone,
        "alc_flag": pa.array([0, 1, 2]),
        "los_days": pa.array([1.0, float("nan"), 1e6]),
    }.items():
        arrow = arrow.append_column(name, values)
    found = inspected(tmp_path, parquet_bytes(arrow), ParquetStore, STAYS)
    assert found.frame is None
    assert found.problems == (
        "facility_id: stored as bool where int32 is declared",
        "admit_ts: stored as timestamp[us, tz=America/Vancouver] where timestamp[us] is declared; store what "
        "the clock shows without a time zone (in pandas: .dt.tz_localize(None)), since clocks of a zone skip "
        "an hour and repeat another",
        "los_days: 2 values are not numbers of at most 2 decimals that fit NUMERIC(6, 2): "
        "nan (row 2), 1000000 (row 3)",
        "alc_flag: 1 value is not among 0, 1: 2 (row 3)",
    )


# Another kind of storage


class MemoryStore(TableStore):
    """As little as a kind of storage must have: columns of Arrow by table."""

    def __init__(self, **tables: pa.Table) -> None:
        super().__init__(Folder(Path("memory")))
        self.tables = tables
        self.fails = False

    def location(self, table: sa.Table) -> str:
        return f"memory:{table.name}"

    def exists(self, table: sa.Table) -> bool:
        return table.name in self.tables

    def record(self, table: sa.Table) -> Record | None:
        return None

    def _replace(self, table: sa.Table, frame: pd.DataFrame, record: Record) -> Replacement:
        self.tables[table.name] = to_arrow(table, frame)
        return Replacement(self.tables[table.name].nbytes)

    def remove(self, table: sa.Table) -> None:
        self.tables.pop(table.name, None)

    def _names(self, table: sa.Table) -> list[str]:
        return list(self.tables[table.name].column_names)

    def _load(self, table: sa.Table, columns: Sequence[str]) -> pa.Table:
        if self.fails:
            raise OSError("the line is\n down")
        return self.tables[table.name].select(columns)


def test_any_kind_of_storage_is_inspected_alike() -> None:
    store = MemoryStore()
    assert store.inspect(ED).problems[0].startswith("ed_encounters is not there (looked for memory:ed_enc")
    store.write(ED, valid_frame(ED))
    same(store.inspect(ED).frame, valid_frame(ED))
    assert store.inspect(ED)[1:] == ((), (), True)
    arrow = store.tables["ed_encounters"]
    store.tables["ed_encounters"] = arrow.select(arrow.column_names[::-1]).append_column("x", arrow["dispo"])
    found = store.inspect(ED)
    same(found.frame, valid_frame(ED))
    assert (found.problems, found.remarks) == (("x: the table has no such column",), (ORDER,))


def test_what_fails_for_no_value_is_told_in_the_words_of_the_storage_and_in_one_line() -> None:
    store = MemoryStore(ed_encounters=to_arrow(ED, valid_frame(ED)))
    store.fails = True
    [problem] = store.inspect(ED).problems
    assert problem.startswith("memory:ed_encounters cannot be read as ed_encounters: the line is down; ")
    with pytest.raises(
        UnreadableTable, match="memory:ed_encounters cannot be read as ed_encounters: the line is"
    ):
        store.read(ED)


# Anything


def never_raises(kind: type[FileStore], table: sa.Table, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(kind(folder).location(table)).write_bytes(content)
        found = kind(folder).inspect(table)
        assert (found.frame is not None) or found.problems
        assert all(isinstance(problem, str) and problem for problem in found.problems)


@settings(max_examples=150)
@given(st.binary(max_size=200), st.sampled_from(list(FLAT_OPENERS.values())))
def test_inspecting_any_bytes_ends_in_words(content: bytes, kind: type[FileStore]) -> None:
    never_raises(kind, PROGRAMS, content)


GOOD = {CsvStore: csv_bytes(STAYS, 5), ParquetStore: parquet_bytes(to_arrow(STAYS, valid_frame(STAYS, 5)))}


@settings(max_examples=150)
@given(
    st.sampled_from(list(GOOD)),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 8), st.binary(max_size=8)), min_size=1, max_size=4),
)
def test_inspecting_a_file_that_was_damaged_anywhere_ends_in_words(
    kind: type[FileStore], damages: list[tuple[float, int, bytes]]
) -> None:
    content = GOOD[kind]
    for share, length, new in damages:
        place = int(share * len(content))
        content = content[:place] + new + content[place + length :]
    never_raises(kind, STAYS, content)
