"""Looking at a data set that is stored already, whoever made or changed it; nothing is made again."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from lm_synth_assets.acceptance import Comparison
from lm_synth_assets.acceptance import compare as published_figures
from lm_synth_assets.config_files import ConfigError, load_region
from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.gates.registry import all_gates, chosen_gates
from lm_synth_assets.gates.results import result_of
from lm_synth_assets.generation import Generation
from lm_synth_assets.outcome import Outcome, Progress
from lm_synth_assets.schema import TABLES
from lm_synth_assets.simulation.patients import CapacityError
from lm_synth_assets.storage.errors import NoDataSet
from lm_synth_assets.storage.file_stores import FILE_STORES
from lm_synth_assets.storage.stores import open_store
from lm_synth_assets.storage.table_store import Readable, TableStore

_MANIFEST = TABLES["dataset_manifest"]
_RUN = ("patients", "seed", "start_year", "years", "with_ed", "with_ip")
_OPTIONAL = {"ed_encounters": "with_ed", "ip_stays": "with_ip"}
"""The tables that a data set may lack, and the column of its manifest that says whether it does."""


def validate(
    config: str,
    storage: str | None,
    place: str,
    thresholds: dict[str, float | None],
    patterns: Sequence[str],
    fidelity: bool,
    progress: Progress,
) -> Outcome:
    """Look at the stored tables of one place with all gates, or with those that `patterns` name.

    With `fidelity` those of sdmetrics are among them.

    What was generated is read from the manifest; where there is none that can be read, it is taken for what
    the configuration says. Raises StorageError where the place holds no data set, ConfigError where its
    manifest describes no run or it holds two data sets and no format is given, UnknownGate for a pattern
    that names no gate, FidelityUnavailable where sdmetrics is not installed.
    """
    return judge(config, open_existing(storage, place), thresholds, patterns, fidelity, progress)


def judge(
    config: str,
    store: Readable,
    thresholds: dict[str, float | None],
    patterns: Sequence[str],
    fidelity: bool,
    progress: Progress,
) -> Outcome:
    """The same for the tables of a store."""
    gates = chosen_gates(all_gates(fidelity=fidelity), patterns)
    generation = generation_of(config, store, thresholds)
    left_out = _left_out(generation, store)
    due = [gate for gate in gates if gate.table not in left_out]
    tables = StoredTables(lambda name: store.examine(TABLES[name]))
    outcome = Outcome(left_out=left_out)
    by_table = [(table, list(own)) for table, own in groupby(due, attrgetter("table"))]
    for done, (table, own) in enumerate(by_table, start=1):
        outcome.gates += [result_of(gate, gate.look(tables, generation.region)) for gate in own]
        progress(done, len(by_table), table)
    return outcome


def compare(config: str, storage: str | None, place: str) -> list[Comparison]:
    """The published figures as a stored data set has them.

    Raises StorageError where a table that they need is not there, ConfigError as `validate` does.
    """
    store = open_existing(storage, place)
    region = generation_of(config, store, {}).region
    tables = {name: store.read(TABLES[name]) for name in ("patients", "ed_encounters", "ip_stays")}
    return published_figures(tables, region)


def generation_of(config: str, store: Readable, thresholds: dict[str, float | None]) -> Generation:
    """The run that a stored data set came from, by its manifest, or else by the configuration.

    Raises ConfigError where the manifest describes no run.
    """
    manifest = store.examine(_MANIFEST).frame
    if manifest is None:
        return Generation.of(config, load_region(config), **thresholds)
    where = store.location(_MANIFEST)
    if len(manifest) != 1:
        raise ConfigError(f"{where}: must have one row; has {len(manifest)}")
    told = {name: manifest[name].iloc[0].item() for name in _RUN}
    fields: dict[str, Any] = {**told, **thresholds}
    generation = Generation(config=config, **fields)
    try:
        generation.load()
    except (ConfigError, CapacityError) as error:
        raise ConfigError(f"{where}: {error}") from None
    return generation


def _left_out(generation: Generation, store: Readable) -> dict[str, str]:
    """The tables that do not belong to a data set, with the reason."""
    reasons = {}
    for name, column in _OPTIONAL.items():
        if not getattr(generation, column):
            reasons[name] = "not made, as the manifest says"
            if store.exists(TABLES[name]):
                reasons[name] += f"; {store.location(TABLES[name])} is from another run"
    return reasons


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
    found = [
        name
        for name in FILE_STORES
        if any(open_store(name, folder).exists(table) for table in TABLES.values())
    ]
    if len(found) > 1:
        raise ConfigError(f"{folder} holds data sets in {' and '.join(found)}: choose one with --format")
    if not found:
        raise NoDataSet(folder)
    return found[0]
