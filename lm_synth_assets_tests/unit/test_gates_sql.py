"""SQL over frames gives what the frames say, whatever their dtypes."""

import pandas as pd

from lm_synth_assets.gates.sql import query
from lm_synth_assets_tests.support.datasets import Tables


def test_frames_are_joined_under_their_names() -> None:
    left = pd.DataFrame({"area": [1, 2, 2], "people": [10, 20, 30]})
    right = pd.DataFrame({"area": [1, 2], "site": pd.array(["A", "B"], dtype="string[pyarrow]")})
    found = query(
        "SELECT site, SUM(people) AS people FROM here JOIN there USING (area) GROUP BY site ORDER BY site",
        here=left,
        there=right,
    )
    assert found.to_numpy().tolist() == [["A", 10], ["B", 50]]


def test_closed_lists_are_plain_text() -> None:
    frame = pd.DataFrame({"gender": pd.Categorical(["Male", None], categories=["Female", "Male"])})
    found = query("SELECT gender, typeof(gender) AS kind FROM people WHERE gender = 'Male'", people=frame)
    assert found.to_numpy().tolist() == [["Male", "VARCHAR"]]


def test_every_stored_table_can_be_asked(tables: Tables) -> None:
    for name, frame in tables.items():
        assert query(f"SELECT COUNT(*) AS rows FROM {name}", **{name: frame})["rows"].tolist() == [len(frame)]


def test_tables_without_rows_can_be_asked(tables: Tables) -> None:
    found = query("SELECT COUNT(*) AS rows FROM visits", visits=tables["ed_encounters"].iloc[:0])
    assert found["rows"].tolist() == [0]


def test_no_frame_outlives_its_query() -> None:
    frame = pd.DataFrame({"one": [1]})
    query("CREATE TABLE kept AS SELECT * FROM given", given=frame)
    found = query("SELECT COUNT(*) AS tables FROM information_schema.tables")
    assert found["tables"].tolist() == [0]
