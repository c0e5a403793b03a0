"""The IO manager as a run has it, for tests that hand it to Dagster themselves."""

from os import devnull
from pathlib import Path

from lm_synth_assets.dataset.dataset import DataSet
from lm_synth_assets.orchestration.io_manager import TableIOManager
from lm_synth_assets.region.run_request import RunRequest
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.formats import is_url
from lm_synth_assets.storage.record import REPORT_FILE
from lm_synth_assets.storage.store import TableStore


def io_manager_of(store: TableStore) -> TableIOManager:
    """An IO manager that stores tables there, as a run of the default configuration does.

    Beside a database there is no report.
    """
    site = store.location(TABLES["dim_site"])
    report = Path(devnull if is_url(site) else site).with_name(REPORT_FILE)
    return TableIOManager(store, DataSet(store, RunRequest.read()), report)
