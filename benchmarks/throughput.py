"""CPU seconds of simulating and storing every table as CSV, imports and Dagster apart.

Usage, from the project: python -m benchmarks.throughput CONFIG PATIENTS FOLDER; prints
{"rows": ..., "cpu": ...}.
"""

import json
import sys
import time
from pathlib import Path

import pandas as pd

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.run_request import RunRequest
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.simulation.catalogue import RECIPES
from lm_synth_assets.storage.formats import open_store

FEW_PATIENTS = 1_000


def make(region: Region, folder: str) -> int:
    """Make every table in order, each stored before the next, as a run does; returns the number of rows."""
    store = open_store("csv", folder)
    frames: dict[str, pd.DataFrame] = {}
    rows = 0
    for name, recipe in RECIPES.items():
        frames[name] = recipe(region, frames)
        rows += store.write(TABLES[name], frames[name]).rows
    return rows


def main(config: str, patients: int, folder: str) -> None:
    """Measure one run, after a small one that imports everything."""
    region = RunRequest.read(config, patients=patients, with_ed=True, with_ip=True).region
    make(region.with_run(patients=FEW_PATIENTS), str(Path(folder) / "few"))
    began = time.process_time()
    rows = make(region, folder)
    print(json.dumps({"rows": rows, "cpu": time.process_time() - began}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
