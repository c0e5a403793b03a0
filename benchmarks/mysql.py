"""Speed of the MySQL storage beside what one would use without it; every ratio is measured in this one run.

Needs mysqld, and the mysql client, on the path. Usage: python -m benchmarks.mysql [rows; default 1,000,000]
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import sqlalchemy as sa

from benchmarks.speed import report
from lm_synth_assets.dataset.load import create_tables
from lm_synth_assets.region.files import load_region
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.frames import to_arrow
from lm_synth_assets.storage.mysql.address import Address
from lm_synth_assets.storage.mysql.ddl import in_order
from lm_synth_assets.storage.mysql.store import MysqlStore
from lm_synth_assets.storage.mysql.text import lines
from lm_synth_assets_tests.support.datasets import make_tables
from lm_synth_assets_tests.support.servers import OWNER, OwnServer, running

ED = TABLES["ed_encounters"]
AS_IN_COMPOSE = (
    "--innodb-buffer-pool-size=1G",
    "--innodb-redo-log-capacity=1G",
    "--innodb-flush-log-at-trx-commit=1",
)
PANDAS_ROWS = 100_000


class Cost(NamedTuple):
    """What a task took: seconds of wall time and of this client's CPU, and memory beyond what it had (MB)."""

    wall: float
    cpu: float
    memory: float


def measured(task: Callable[..., Any], *arguments: object) -> Cost:
    """The cost of a task in a process of its own, without that of loading what it works with."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_timed, (task, *arguments))


def _timed(task: Callable[..., Any], *arguments: object) -> Cost:
    work = task(*arguments)
    held = _memory("VmRSS")
    # Forget the peak so far, which is that of loading the data.
    Path("/proc/self/clear_refs").write_text("5")
    before, wall = time.process_time(), time.perf_counter()
    work()
    cost = time.perf_counter() - wall, time.process_time() - before
    return Cost(*cost, _memory("VmHWM") - held)


def _memory(name: str) -> float:
    """What the system says of this process's memory, in MB."""
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith(name)).split()[1]) / 1024


def store_it(address: Address, path: str) -> Callable[[], Any]:
    """The write of the IO manager."""
    frame = pd.read_pickle(path)
    return lambda: MysqlStore(address).write(ED, frame)


def to_sql(address: Address, path: str) -> Callable[[], Any]:
    """What the blueprint does."""
    frame = pd.read_pickle(path).head(PANDAS_ROWS)
    engine = _engine(address)
    return lambda: frame.to_sql(
        ED.name, engine, if_exists="append", index=False, method="multi", chunksize=10_000
    )


def read_it(address: Address, path: str) -> Callable[[], Any]:
    """The read of the IO manager."""
    return lambda: MysqlStore(address).read(ED)


def read_sql(address: Address, path: str) -> Callable[[], Any]:
    """What one would read with otherwise."""
    engine = _engine(address)
    return lambda: pd.read_sql(f"SELECT * FROM {ED.name}", engine)


def by_client(server: OwnServer, path: Path) -> float:
    """Seconds in which the client loads a file that is ready straight into the table."""
    begun = time.perf_counter()
    subprocess.run(
        [
            "mysql",
            "--no-defaults",
            "--host=127.0.0.1",
            f"--port={server.port}",
            "--user=root",
            "--local-infile=1",
            "--execute",
            f"LOAD DATA LOCAL INFILE '{path}' INTO TABLE lm_synth.{ED.name} CHARACTER SET utf8mb4",
        ],
        check=True,
    )
    return time.perf_counter() - begun


def _engine(address: Address) -> sa.Engine:
    url = sa.URL.create(
        "mysql+pymysql", address.user, address.password, address.host, address.port, address.database
    )
    return sa.create_engine(url)


def visits(some: pd.DataFrame, rows: int) -> pd.DataFrame:
    """As many visits as wanted, numbered anew."""
    many = some.iloc[np.arange(rows) % len(some)].reset_index(drop=True)
    return many.assign(encounter_id=np.arange(1, rows + 1))


def main(rows: int) -> None:
    """Measure and report all."""
    tables = make_tables(load_region())
    with (
        tempfile.TemporaryDirectory() as folder,
        running("mysql", Path(folder) / "s", AS_IN_COMPOSE) as server,
    ):
        server.prepare()
        address = server.address()
        create_tables(server.address(OWNER))
        for table in in_order(TABLES.values()):
            if table.name not in ("ed_encounters", "ip_stays"):
                MysqlStore(address).write(table, tables[table.name])
        many = visits(tables["ed_encounters"], rows)
        frame, few, ready = (Path(folder) / name for name in ("frame", "few", "ready.tsv"))
        many.to_pickle(frame)
        many.head(rows // 4).to_pickle(few)
        with ready.open("wb") as file:
            for block in lines(to_arrow(ED, many)):
                file.write(block)

        def empty() -> None:
            # Not DELETE: the server would still be clearing the rows away while the next task is measured.
            server.admin("DROP TABLE lm_synth.ip_stays, lm_synth.ed_encounters")
            create_tables(server.address(OWNER))

        client, ours = [], []
        for _ in range(2):
            client.append(by_client(server, ready))
            empty()
            ours.append(measured(store_it, address, str(frame)))
            empty()
        best = min(ours)
        report(
            f"write of {rows:,} visits into an empty table",
            f"{rows / best.wall:,.0f} rows/s",
            "-",
            True,
        )
        report(
            "  rows per second over those of the mysql client",
            f"{min(client) / best.wall:.2f}",
            "at least 0.75",
            min(client) / best.wall >= 0.75,
        )
        cpu = min(cost.cpu for cost in ours) / rows * 1e6
        report("  client's CPU for a million rows", f"{cpu:.2f} s", "at most 1.5 s", cpu <= 1.5)
        quarter = measured(store_it, address, str(few))
        empty()
        for share, cost in (("a quarter of the rows", quarter), ("all rows", best)):
            report(f"  memory beside the frame, {share}", f"{cost.memory:.0f} MB", "-", True)

        pandas = measured(to_sql, address, str(frame))
        empty()
        hundred = visits(tables["ed_encounters"], PANDAS_ROWS)
        hundred.to_pickle(few)
        same = measured(store_it, address, str(few))
        report(
            f"write of {PANDAS_ROWS:,} visits: times as fast as pandas' to_sql(method='multi')",
            f"{pandas.wall / same.wall:.1f}",
            "at least 10",
            pandas.wall / same.wall >= 10,
        )
        empty()
        by_client(server, ready)
        reads = min(measured(read_it, address, "") for _ in range(3))
        usual = measured(read_sql, address, "")
        report(
            f"read of {rows:,} visits: times as fast as pandas.read_sql",
            f"{usual.wall / reads.wall:.1f}",
            "at least 10",
            usual.wall / reads.wall >= 10,
        )


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    main(int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else 1_000_000)
