"""One stored data set as an object: where its tables are, and the run that it is held against."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lm_synth_assets.errors import CapacityError, ConfigError
from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.model.sample import sample_sizes
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.models.run import Run
from lm_synth_assets.region.run_request import RunRequest
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.simulation.catalogue import tables_left_out
from lm_synth_assets.storage.errors import NoDataSet
from lm_synth_assets.storage.formats import formats_at, open_store
from lm_synth_assets.storage.store import ReadableStore, TableStore

_MANIFEST = TABLES["dataset_manifest"]


@dataclass(frozen=True)
class DataSet:
    """The tables of one store, and the run that they should come from.

    Each table is read once, when it is first asked for.
    """

    store: ReadableStore
    request: RunRequest
    tables: StoredTables

    @classmethod
    def of(cls, store: ReadableStore, request: RunRequest) -> "DataSet":
        """The data set of a run, in some store."""
        return cls(store, request, _tables_of(store))

    @classmethod
    def identify(
        cls, store: ReadableStore, config: str | None = None, thresholds: Mapping[str, Any] | None = None
    ) -> "DataSet":
        """A data set that is there already, held against the run that its manifest describes.

        Where there is no manifest that can be read, it is taken for what the configuration says. Raises
        ConfigError where the manifest describes no run.
        """
        changes = dict(thresholds or {})
        tables = _tables_of(store)
        manifest = tables.inspection(_MANIFEST.name).frame
        if manifest is None:
            return cls(store, RunRequest.read(config, **changes), tables)
        where = store.location(_MANIFEST)
        if len(manifest) != 1:
            raise ConfigError(f"{where}: must have one row; has {len(manifest)}")
        run = {name: manifest[name].iloc[0].item() for name in Run.model_fields}
        try:
            request = RunRequest.read(config, **run, **changes)
            sample_sizes(request.region)
        except (ConfigError, CapacityError) as error:
            raise ConfigError(f"{where}: {error}") from None
        return cls(store, request, tables)

    @property
    def region(self) -> Region:
        """The region of the run."""
        return self.request.region

    @cached_property
    def left_out(self) -> dict[str, str]:
        """The tables that do not belong to the data set, with the reason."""
        reasons = {}
        for name in tables_left_out(self.region.run):
            reasons[name] = "not made, as the manifest says"
            if self.store.exists(TABLES[name]):
                reasons[name] += f"; {self.store.location(TABLES[name])} is from another run"
        return reasons


def _tables_of(store: ReadableStore) -> StoredTables:
    return StoredTables(lambda name: store.inspect(TABLES[name]))


def open_existing(storage: str | None, place: str) -> TableStore:
    """The store of a data set that is there, in the format that is given, or in that of its files.

    Raises NoDataSet where there is none, ConfigError where a folder holds two and no format is given, and
    StorageError where the place cannot be read.
    """
    store = open_store(storage or _format_of(place), place)
    store.check(writing=False)
    if not any(store.exists(table) for table in TABLES.values()):
        raise NoDataSet(place)
    return store


def _format_of(folder: str) -> str:
    """The format in which a folder holds a data set."""
    names = formats_at(folder)
    if len(names) > 1:
        raise ConfigError(f"{folder} holds data sets in {' and '.join(names)}: choose one with --format")
    if not names:
        raise NoDataSet(folder)
    return names[0]
