"""SQL over frames, for gates that compute a figure a second time and by another way than the simulation."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa


def query(sql: str, /, **tables: pd.DataFrame) -> pd.DataFrame:
    """The result of one query over some frames, each under its name as a table.

    Closed lists are plain text to the query. Runs in memory and in one thread, so that sums are always taken
    in the same order. Raises duckdb.Error for a query that cannot be run.
    """
    # Here and not above: kept in a module until the end, it ends Python with a list of leaks.
    import duckdb

    with duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False}) as connection:
        for name, frame in tables.items():
            connection.register(name, pa.Table.from_pandas(frame, preserve_index=False))
        return connection.execute(sql).df()
