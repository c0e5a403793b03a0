"""One stored data set as an object: where its tables are, and the run that it is held against."""

import logging

import pandas as pd

from lm_synth_assets.errors import CapacityError, ConfigError
from lm_synth_assets.gates.gate import Gate, StoredTables
from lm_synth_assets.gates.results import GateResult, result_of
from lm_synth_assets.model.sample import sample_sizes
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.models.run import Run
from lm_synth_assets.region.run_request import RunRequest
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.simulation.catalogue import tables_left_out
from lm_synth_assets.storage.errors import NoDataSet
from lm_synth_assets.storage.formats import formats_at, open_store
from lm_synth_assets.storage.inspection import Inspection
from lm_synth_assets.storage.store import ReadableStore, TableStore

_LOG = logging.getLogger(__name__)
_MANIFEST = TABLES["dataset_manifest"]


class DataSet:
    """The tables of one store, and the run that they are held against.

    Each table is read once and each gate evaluated once, when first asked for, until `forget` says that
    tables have been written.
    """

    def __init__(self, store: ReadableStore, request: RunRequest) -> None:
        self.store = store
        self.request = request
        self.tables = StoredTables(self._inspect)
        self._inspections: dict[str, Inspection] = {}
        self._results: dict[Gate, GateResult] = {}

    @classmethod
    def identify(cls, store: ReadableStore, request: RunRequest | None = None) -> "DataSet":
        """A data set that is there already, held against the run that its manifest describes.

        What the manifest does not say is taken from `request`, by default the default configuration: without
        a readable manifest, everything. Raises ConfigError where the manifest describes no run.
        """
        request = request or RunRequest.read()
        inspection = store.inspect(_MANIFEST)
        manifest = inspection.frame
        if manifest is None:
            return cls(store, request)
        location = store.location(_MANIFEST)
        if len(manifest) != 1:
            raise ConfigError(f"{location}: must have one row; has {len(manifest)}")
        run = {name: manifest[name].iloc[0].item() for name in Run.model_fields}
        try:
            request = request.changed(location, **run)
            sample_sizes(request.region)
        except CapacityError as error:
            raise ConfigError(f"{location}: {error}") from None
        data_set = cls(store, request)
        data_set._inspections[_MANIFEST.name] = inspection
        return data_set

    @property
    def region(self) -> Region:
        """The region of the run."""
        return self.request.region

    @property
    def left_out(self) -> dict[str, str]:
        """The tables that do not belong to the data set, with the reason."""
        reasons = {}
        for name in tables_left_out(self.region.run):
            reasons[name] = "not made, as the manifest says"
            if self.store.exists(TABLES[name]):
                reasons[name] += f"; {self.store.location(TABLES[name])} is from another run"
        return reasons

    @property
    def results(self) -> dict[str, GateResult]:
        """By full name, the results of the gates that have been evaluated on the tables as they are."""
        return {gate.full_name: result for gate, result in self._results.items()}

    def read(self, name: str) -> pd.DataFrame:
        """The frame of a table: do not change it. Raises MissingTable, UnreadableTable and SchemaError."""
        inspection = self._inspect(name)
        if inspection.frame is not None and not inspection.problems:
            return inspection.frame
        self.forget(name)
        return self.store.read(TABLES[name])

    def evaluate(self, gate: Gate) -> GateResult:
        """The result of a gate on the tables as they are."""
        if gate not in self._results:
            self._results[gate] = result_of(gate, gate.evaluate(self.tables, self.region))
        return self._results[gate]

    def forget(self, *names: str) -> None:
        """Drop what is known of some tables, because they have been written."""
        for name in names:
            self._inspections.pop(name, None)
        self.tables = StoredTables(self._inspect)
        self._results = {
            gate: result
            for gate, result in self._results.items()
            if not {gate.table, *gate.reads} & set(names)
        }

    def release(self) -> None:
        """Free what gates have computed from the tables; tables and results are kept."""
        self.tables = StoredTables(self._inspect)

    def _inspect(self, name: str) -> Inspection:
        if name not in self._inspections:
            self._inspections[name] = self.store.inspect(TABLES[name])
        return self._inspections[name]


def open_existing(storage: str | None, place: str) -> TableStore:
    """The store of a data set that is there, in the format that is given, or in that of its files.

    Raises NoDataSet where there is none, ConfigError where a folder holds two and no format is given, and
    StorageError where the place cannot be read.
    """
    store = open_store(storage or _format_of(place), place)
    store.check(writing=False)
    if not any(store.exists(table) for table in TABLES.values()):
        raise NoDataSet(place)
    if writer := store.run_lock.holder():
        _LOG.warning("%s is being written by %s: its tables may be of two runs", place, writer)
    return store


def _format_of(folder: str) -> str:
    """The format in which a folder holds a data set."""
    names = formats_at(folder)
    if len(names) > 1:
        raise ConfigError(f"{folder} holds data sets in {' and '.join(names)}: choose one with --format")
    if not names:
        raise NoDataSet(folder)
    return names[0]
