"""The rows that breach a gate, as data and as a Markdown table."""

import pandas as pd

from lm_synth_assets.gates.results import MOST_ROWS, OffendingRows


def test_values_are_kept_as_json_has_them() -> None:
    frame = pd.DataFrame(
        {
            "patient_id": pd.Series(["P1", "P2"], dtype="string"),
            "acuity": pd.array([1, None], dtype="Int64"),
            "gender": pd.Categorical(["Female", None]),
            "alc_flag": [True, False],
            "dob": pd.to_datetime(["2000-02-29", None]),
            "arrival_ts": pd.to_datetime(["2025-01-01 00:00:00", "2025-01-01 13:30:05"]),
            "los_days": [0.5, float("nan")],
        }
    )
    assert OffendingRows.of(frame).objects() == [
        {
            "patient_id": "P1",
            "acuity": 1,
            "gender": "Female",
            "alc_flag": True,
            "dob": "2000-02-29",
            "arrival_ts": "2025-01-01",
            "los_days": 0.5,
        },
        {
            "patient_id": "P2",
            "acuity": None,
            "gender": None,
            "alc_flag": False,
            "dob": None,
            "arrival_ts": "2025-01-01 13:30:05",
            "los_days": None,
        },
    ]


def test_the_first_rows_are_kept_and_all_are_counted() -> None:
    rows = OffendingRows.of(pd.DataFrame({"row": range(MOST_ROWS + 5)}))
    assert [row["row"] for row in rows.objects()] == list(range(MOST_ROWS))
    assert rows.total == MOST_ROWS + 5


def test_no_rows_are_no_table() -> None:
    assert OffendingRows.of(pd.DataFrame()) == OffendingRows()
    assert OffendingRows().markdown() == ""


def test_markdown_has_a_header_and_a_line_a_row() -> None:
    header, rule, *lines = OffendingRows(("lha_id", "sum"), ((1, 0.5), (12, None)), 2).markdown().splitlines()
    assert [cell.strip() for cell in header.strip("|").split("|")] == ["lha_id", "sum"]
    assert set(rule) <= set("|:-")
    assert [[cell.strip() for cell in line.strip("|").split("|")] for line in lines] == [
        ["1", "0.5"],
        ["12", ""],
    ]
