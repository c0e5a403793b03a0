"""One stored data set as an object: where its tables are, and the run that it is held against."""

import logging
from collections.abc import Sequence

import pandas as pd

from lm_synth_assets.errors import CapacityError, ConfigError
from lm_synth_assets.gates.contents import digest, listed_tables
from lm_synth_assets.gates.gate import Gate, StoredTables
from lm_synth_assets.gates.results import GateResult, result_of
from lm_synth_assets.model.sample import sample_sizes
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.models.run import Run
from lm_synth_assets.region.run_request import RunRequest
from lm_synth_assets.schema.catalogue import CLAIMS, TABLES
from lm_synth_assets.simulation.catalogue import RECIPES, tables_left_out
from lm_synth_assets.simulation.provenance import table_versions
from lm_synth_assets.storage.errors import NoDataSet
from lm_synth_assets.storage.formats import formats_at, open_store
from lm_synth_assets.storage.inspection import Inspection
from lm_synth_assets.storage.record import Record
from lm_synth_assets.storage.store import ReadableStore, TableStore

_LOG = logging.getLogger(__name__)
_CONTENTS, _MANIFEST = CLAIMS


class DataSet:
    """The tables of one store, and the run that they are held against.

    Each table is read once and each gate evaluated once, when first asked for, until `forget` says that
    tables have been written. `obsolete` are tables of an earlier run that a run removes once it has made its
    own.
    """

    def __init__(self, store: ReadableStore, request: RunRequest, obsolete: Sequence[str] = ()) -> None:
        self.store = store
        self.request = request
        self.obsolete = obsolete
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
        inspection = store.inspect(TABLES[_MANIFEST])
        manifest = inspection.frame
        if manifest is None:
            return cls(store, request)
        location = store.location(TABLES[_MANIFEST])
        if len(manifest) != 1:
            raise ConfigError(f"{location}: must have one row; has {len(manifest)}")
        run = {name: manifest[name].iloc[0].item() for name in Run.model_fields}
        try:
            request = request.changed(location, **run)
            sample_sizes(request.region)
        except CapacityError as error:
            raise ConfigError(f"{location}: {error}") from None
        data_set = cls(store, request)
        data_set._inspections[_MANIFEST] = inspection
        return data_set

    @property
    def region(self) -> Region:
        """The region of the run."""
        return self.request.region

    def is_stored(self, name: str) -> bool:
        """Whether anything is stored under the name of a table."""
        return self._inspect(name).is_stored

    @property
    def not_asked_for(self) -> list[str]:
        """The tables that the run does not make."""
        return tables_left_out(self.region.run)

    @property
    def listed(self) -> dict[str, Record] | None:
        """What dataset_contents says of each table; None where it cannot be read."""
        return listed_tables(self.tables) if self._inspect(_CONTENTS).frame is not None else None

    @property
    def without_tables(self) -> list[str]:
        """The tables that every run makes and this data set is without, as its manifest says."""
        manifest = self._inspect(_MANIFEST).frame
        names = [] if manifest is None else manifest["without_tables"].dropna().tolist()
        return [name for text in names for name in text.split(", ")]

    @property
    def left_out(self) -> dict[str, str]:
        """The tables that do not belong to the data set, with the reason."""
        return {name: reason for name in TABLES if (reason := self._reason_to_leave_out(name))}

    def lacks(self, gate: Gate) -> list[str]:
        """The tables that a gate needs and that do not belong to the data set."""
        if gate.table in CLAIMS:
            # Whether they are there is what these gates ask.
            return []
        return [name for name in (gate.table, *gate.reads) if self._reason_to_leave_out(name)]

    def absent(self, gate: Gate) -> list[str]:
        """The tables that a gate needs, that are not stored, and that the contents do not list either.

        For a run, which may write over a data set that has other tables than its own.
        """
        return [name for name in self.lacks(gate) if not self.is_stored(name)]

    def _reason_to_leave_out(self, name: str) -> str:
        """Why a table does not belong to the data set; empty where it does.

        What belongs to it is what its contents list. As long as there are none, it is what the run makes, and
        what is there.
        """
        listed = self.listed
        if name in CLAIMS or name in (listed or ()):
            return ""
        if listed is None and name not in self.not_asked_for:
            return "" if self.is_stored(name) else "not there"
        reason = "not part of this data set"
        if self.is_stored(name):
            reason += f"; {self.store.location(TABLES[name])} is from another run"
        return reason

    def record(self, name: str) -> Record:
        """What lies in a stored table, and what it was made from, where that is known.

        Raises MissingTable, UnreadableTable and SchemaError.
        """
        frame = self.read(name)
        known = [self.store.record(TABLES[name]), (self.listed or {}).get(name)]
        lying = digest(self.tables, name)
        made_from = [each.made_from for each in known if each is not None and each.digest == lying]
        return Record(len(frame), lying, next(filter(None, made_from), None))

    def records(self) -> dict[str, Record]:
        """The records of all tables that are stored. Raises UnreadableTable and SchemaError."""
        return {name: self.record(name) for name in TABLES if self.is_stored(name)}

    def made_from(self, name: str) -> str | None:
        """The version of the data of a table that is made now, of what is stored; None where it is not known.

        A table that was made of stored tables follows from what these were made from. Raises StorageError.
        """
        read = {parent: self.record(parent).made_from for parent in RECIPES[name].tables}
        known = {parent: version for parent, version in read.items() if version is not None}
        return table_versions(self.region, known)[name] if len(known) == len(read) else None

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
