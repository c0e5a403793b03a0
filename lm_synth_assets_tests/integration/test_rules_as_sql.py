"""The printed rules run over copies of the tables without the code that made them."""

import re
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from lm_synth_assets.gates.rules.rule import RULES
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.files.parquet import ParquetStore
from lm_synth_assets_tests.damages.damage import edited
from lm_synth_assets_tests.support.commands import ROOT, replaced, run
from lm_synth_assets_tests.support.datasets import Tables

PAGE = ROOT / "docs" / "rules.md"
STORES = {"csv": CsvStore, "parquet": ParquetStore}


@pytest.fixture(params=STORES)
def folder(request: pytest.FixtureRequest, tmp_path: Path, tables: Tables) -> Path:
    """A folder with the page and, in out/, good tables of the default configuration."""
    (tmp_path / "docs").mkdir()
    shutil.copy(PAGE, tmp_path / "docs")
    store = STORES[request.param](tmp_path / "out")
    for name, table in TABLES.items():
        store.write(table, tables[name])
    return tmp_path


def broken(folder: Path) -> dict[str, int]:
    """How many rows break each rule, by the name of its gate, as the page's program prints it."""
    (program,) = re.findall(
        r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    ran = run(sys.executable, "-c", program, cwd=folder)
    assert (ran.code, ran.err) == (0, "")
    lines = [line.split(" ") for line in ran.out.splitlines()]
    return {name: int(count) for name, count, *_ in lines}


def test_no_row_of_good_tables_breaks_a_rule(folder: Path) -> None:
    counts = broken(folder)
    assert len(counts) == len(RULES)
    assert set(counts.values()) == {0}


def test_rows_that_break_rules_are_counted(folder: Path, tables: Tables) -> None:
    stays = tables["ip_stays"]
    days = edited(tables["dim_date"], [7, 8], is_weekend=True, quarter=4)
    late = edited(stays, stays.index[:5], discharge_ts=stays["discharge_ts"][:5] + pd.Timedelta(days=1))
    kind = next(kind for name, kind in STORES.items() if next((folder / "out").glob(f"*.{name}"), None))
    replaced(folder / "out", "ip_stays", late, kind)
    replaced(folder / "out", "dim_date", days, kind)
    counts = broken(folder)
    assert counts["ip_stays.length_of_stay"] == 5
    assert counts["dim_date.calendar_parts"] == 2
    assert counts["ip_stays.alc_above_threshold"] == 0
