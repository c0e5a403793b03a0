"""The IO manager: every table asset is written and read through it, and one run shares what it has read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import sqlalchemy as sa

from lm_synth_assets.errors import StorageError
from lm_synth_assets.orchestration.run_resource import RESOURCE
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets.schema.catalogue import CLAIMS, TABLES
from lm_synth_assets.schema.kinds import Family, family_of
from lm_synth_assets.storage.record import REPORT_FILE, Record
from lm_synth_assets.text import in_markdown, printable

if TYPE_CHECKING:
    import pandas as pd

    from lm_synth_assets.dataset.dataset import DataSet
    from lm_synth_assets.storage.store import TableStore

IO_MANAGER = "io_manager"
"""The name of the resource in run configuration."""

POOL = "lm_synth_tables"
"""The pool of all that reads or writes stored tables: of two runs at once, the second waits in the queue.

The lock of the storage keeps writers apart where an instance limits no pool.
"""

REMOVED = "removed from "
"""Prefix of the metadata that count rows of other tables that were removed with those they referred to."""

RETRIES = 2
SECONDS_BETWEEN_RETRIES = 10.0
"""How often, and after which wait, a step is retried when storage could not be reached."""


class TableIOManager(dg.IOManager):
    """Stores the table that an asset is named after, and reads it from the data set of the run.

    Checks, report and inputs of a run share `data_set`, so that each table is read once after it was written.
    The file `report` is taken away with what else is no longer true. Raises StorageError as it is.
    """

    def __init__(self, store: TableStore, data_set: DataSet, report: Path) -> None:
        self.store = store
        self.data_set = data_set
        self.report = report

    def handle_output(self, context: dg.OutputContext, obj: pd.DataFrame) -> None:
        """Store the table, with metadata: rows, bytes, location and first rows."""
        table = TABLES[context.asset_key.path[-1]]
        try:
            with _retried_if_transient():
                # A step of a run whose main process was killed may go on for a while.
                self.store.run_lock.refuse_others(context.run_id)
                made_from = self.data_set.made_from(table.name)
                written = self.store.write(table, obj, made_from=made_from)
        except BaseException:
            # A connection lost during a commit leaves unknown what was stored.
            self.data_set.forget(*TABLES)
            raise
        self.data_set.forget(table.name, *written.removed, *written.withdrawn)
        if written.withdrawn:
            self._withdraw_report()
        removed = {f"{REMOVED}{name}": count for name, count in written.removed.items()}
        context.add_output_metadata(
            {
                **removed,
                "dagster/row_count": written.rows,
                "dagster/uri": _uri(written.location),
                "bytes": written.bytes,
                "digest": written.digest,
                "preview": dg.MetadataValue.md(_first_rows(table, obj)),
            }
        )

    def records(self) -> dict[str, Record]:
        """The records of all stored tables, once those that the run replaces by none are removed."""
        for name in self.data_set.obsolete:
            self.store.remove(TABLES[name])
            self.data_set.forget(name, *CLAIMS)
        return self.data_set.records()

    def _withdraw_report(self) -> None:
        """Take away the report on tables that lie elsewhere; files have taken away the one beside them."""
        # Imported lazily: not needed to load definitions.
        from lm_synth_assets.storage.files.sniffing import companion_problem
        from lm_synth_assets.storage.formats import formats_at

        if not formats_at(self.report.parent) and not companion_problem(self.report):
            self.report.unlink(missing_ok=True)

    def load_input(self, context: dg.InputContext) -> pd.DataFrame:
        """The stored table."""
        with _retried_if_transient():
            return self.data_set.read(context.asset_key.path[-1])


def io_manager(settings: Settings, given: DataSet | None = None) -> dg.IOManagerDefinition:
    """The resource that gives each run its IO manager; `given` is the data set of a run in this process.

    It has no run configuration: tables and report of all runs are where the settings say.
    """

    def opened(context: dg.InitResourceContext) -> TableIOManager:
        # Imported lazily: not needed to load definitions.
        from lm_synth_assets.dataset.dataset import DataSet
        from lm_synth_assets.dataset.saved_queries import saved_queries
        from lm_synth_assets.storage.formats import open_store

        store = open_store(settings.storage, settings.location, settings.partition_by)
        data_set = given or DataSet(store, getattr(context.resources, RESOURCE))
        store.saved_queries = partial(saved_queries, data_set.region)
        return TableIOManager(store, data_set, settings.out / REPORT_FILE)

    return dg.IOManagerDefinition(
        opened,
        config_schema={},
        required_resource_keys={RESOURCE},
        description=f"Stores tables as {settings.storage} in {printable(settings.location)} "
        "(LM_SYNTH_ variables).",
    )


def _first_rows(table: sa.Table, frame: pd.DataFrame) -> str:
    """The first rows of a frame as a Markdown table; days without a time of day, and no text is markup."""
    rows = frame[list(table.columns.keys())].head()
    shown = {
        Family.DAY: lambda values: values.dt.date,
        Family.TEXT: lambda values: values.astype(object).map(in_markdown, na_action="ignore"),
    }
    columns = {
        column.name: shown[family_of(column)](rows[column.name])
        for column in table.columns
        if family_of(column) in shown
    }
    return rows.assign(**columns).to_markdown(index=False)


def _uri(location: str) -> str:
    """A path or a URL as a URL."""
    return location if "://" in location else Path(location).resolve().as_uri()


@contextmanager
def _retried_if_transient() -> Iterator[None]:
    """Ask Dagster to retry the step where that may help."""
    try:
        yield
    except StorageError as error:
        if not error.transient:
            raise
        raise dg.RetryRequested(RETRIES, SECONDS_BETWEEN_RETRIES) from error
