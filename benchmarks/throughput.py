"""CPU seconds of simulating and storing every table as CSV, imports and Dagster apart.

Usage: throughput.py CONFIG PATIENTS FOLDER; prints {"rows": ..., "cpu": ...}.
"""

import json
import sys
import time

from lm_synth_assets.model import population, rates
from lm_synth_assets.region.files import load_region
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.simulation.streams import Streams
from lm_synth_assets.simulation.tables import (
    dataset_manifest as manifest,
)
from lm_synth_assets.simulation.tables import (
    dim_date as calendar,
)
from lm_synth_assets.simulation.tables import (
    dimensions,
    patients,
)
from lm_synth_assets.simulation.tables import (
    ed_encounters as emergency,
)
from lm_synth_assets.simulation.tables import (
    ed_projection as projections,
)
from lm_synth_assets.simulation.tables import (
    ip_stays as inpatient,
)
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.version import __version__


def main(config: str, size: int, folder: str) -> None:
    """Make every table in order, each stored before the next, as a run does."""
    region = load_region(config).with_run(patients=size)
    streams = Streams(region.run.seed)
    store = CsvStore(folder)
    simple = {
        "dim_site": dimensions.sites,
        "dim_program": dimensions.programs,
        "dim_subprogram": dimensions.subprograms,
        "dim_lha": dimensions.lhas,
        "dim_age_group": lambda region: dimensions.age_groups(),
        "dim_gender": lambda region: dimensions.genders(),
        "dim_ed_subservice": lambda region: dimensions.ed_subservices(),
        "dim_date": calendar.dates,
        "dim_scenario": dimensions.scenarios,
        "program_coverage": dimensions.program_coverage,
        "population_projection": population.project,
        "ed_baseline_rates": rates.baseline_rates,
        "dataset_manifest": lambda region: manifest.manifest(region, __version__),
    }
    # The first use of the holidays package imports it.
    calendar.statutory_holidays(region.run.start_year)
    began = time.process_time()
    frames = {name: make(region) for name, make in simple.items()}
    frames["ed_projection"] = projections.project_ed(
        region, frames["population_projection"], frames["ed_baseline_rates"], frames["dim_lha"]
    )
    frames["patients"] = patients.generate_patients(region, streams)
    frames["ed_encounters"] = emergency.generate_ed_encounters(region, frames["patients"], streams)
    frames["ip_stays"] = inpatient.generate_ip_stays(
        region, frames["patients"], frames["ed_encounters"], streams
    )
    rows = sum(store.write(TABLES[name], frame).rows for name, frame in frames.items())
    print(json.dumps({"rows": rows, "cpu": time.process_time() - began}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
