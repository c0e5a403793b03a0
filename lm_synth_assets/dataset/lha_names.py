"""A store in which tables may name local health areas instead of giving their numbers.

People who write such files by hand know areas by name.
"""

from collections.abc import Sequence

import pandas as pd
import sqlalchemy as sa

from lm_synth_assets.errors import StorageError
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.errors import SchemaError
from lm_synth_assets.storage.inspection import Inspection
from lm_synth_assets.storage.record import Record
from lm_synth_assets.storage.store import TableStore
from lm_synth_assets.text import counted

_AREAS = TABLES["dim_lha"]
_NUMBER, _NAME = "lha_id", "lha_name"
_SHOWN = 3


class LhaNames:
    """A store to read from, in which `lha_name` may stand for `lha_id`."""

    def __init__(self, store: TableStore) -> None:
        self.store = store
        self.format_options = store.format_options
        self.location_options = store.location_options

    def location(self, table: sa.Table) -> str:
        """Where the table is, or would be."""
        return self.store.location(table)

    def exists(self, table: sa.Table) -> bool:
        """Whether the table has been stored."""
        return self.store.exists(table)

    def read(self, table: sa.Table) -> pd.DataFrame:
        """The stored frame, with numbers. Raises MissingTable, UnreadableTable and SchemaError."""
        if not self._is_named(table):
            return self.store.read(table)
        return _numbered(table, self.store.read(_with_names(table)), self.store.read(_AREAS))

    def inspect(self, table: sa.Table) -> Inspection:
        """What is stored in the place of `table`, and all that is wrong with it; raises nothing for that."""
        if not self._is_named(table):
            return self.store.inspect(table)
        inspection = self.store.inspect(_with_names(table))
        if inspection.frame is None:
            return inspection
        try:
            return inspection._replace(frame=_numbered(table, inspection.frame, self.store.read(_AREAS)))
        except StorageError as error:
            return Inspection(None, (*inspection.problems, str(error)), inspection.remarks)

    def record(self, table: sa.Table) -> Record | None:
        """What was recorded when the table was last written; None where there is no record."""
        return self.store.record(table)

    def _is_named(self, table: sa.Table) -> bool:
        if _NUMBER not in table.columns or table is _AREAS or not self.store.exists(table):
            return False
        names = self.store.names(table)
        return _NAME in names and _NUMBER not in names


def _with_names(table: sa.Table) -> sa.Table:
    """The declaration of a table with names in the place of numbers, keys apart."""
    columns = (
        sa.Column(_NAME, _AREAS.columns[_NAME].type, nullable=False)
        if column.name == _NUMBER
        else sa.Column(column.name, column.type, nullable=column.nullable, info=column.info)
        for column in table.columns
    )
    return sa.Table(table.name, sa.MetaData(), *columns)


def _numbered(table: sa.Table, frame: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    number = areas.set_index(_NAME)[_NUMBER]
    unknown = frame[_NAME][~frame[_NAME].isin(number.index)]
    if len(unknown):
        shown = ", ".join(map(repr, unknown.unique()[:_SHOWN]))
        raise SchemaError(
            table.name,
            [f"{_NAME}: {counted(len(unknown), 'value is', 'values are')} in no row of dim_lha: {shown}"],
        )
    numbers = frame[_NAME].map(number).astype(number.dtype)
    columns: Sequence[str] = list(table.columns.keys())
    return frame.assign(**{_NUMBER: numbers})[columns]
