"""Rows as the text that `LOAD DATA` reads by default: tabs, line feeds, and `\\N` for null.

Pure, without loops over rows: Arrow joins whole columns.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from lm_synth_assets.storage.frames import to_arrow

_BATCH_ROWS = 65_536
_ESCAPED: Final = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"), ("\0", "\\0"))
_TO_ESCAPE = r"[\\\t\n\r\x00]"


class RecordBatches(Protocol):
    """Rows in batches: an Arrow table, or a frame that is converted batch by batch."""

    @property
    def num_rows(self) -> int: ...

    @property
    def column_names(self) -> list[str]: ...

    def to_batches(self, max_chunksize: int) -> Iterable[pa.RecordBatch]: ...


class FrameBatches:
    """The rows of an enforced frame, converted to Arrow one batch at a time to save memory."""

    def __init__(self, table: sa.Table, frame: pd.DataFrame) -> None:
        self.table = table
        self.frame = frame

    @property
    def num_rows(self) -> int:
        """The number of rows."""
        return len(self.frame)

    @property
    def column_names(self) -> list[str]:
        """The declared columns, in order."""
        return list(self.table.columns.keys())

    def to_batches(self, max_chunksize: int) -> Iterator[pa.RecordBatch]:
        """The rows in batches of at most `max_chunksize`."""
        for start in range(0, len(self.frame), max_chunksize):
            yield from to_arrow(self.table, self.frame.iloc[start : start + max_chunksize]).to_batches()


def lines(arrow: RecordBatches) -> Iterator[memoryview]:
    """The rows as blocks of bytes. Raises ArrowInvalid for a time with a fraction of a second."""
    for batch in arrow.to_batches(_BATCH_ROWS):
        cells = [_text(column) for column in batch.columns]
        joined = pc.binary_join_element_wise(*cells, "\t", null_handling="replace", null_replacement="\\N")
        block = pc.binary_join_element_wise(joined, "", "\n")
        offsets = np.frombuffer(block.buffers()[1], np.int32)[block.offset :]
        yield memoryview(block.buffers()[2])[offsets[0] : offsets[len(block)]]


def _text(values: pa.Array) -> pa.Array:
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _text(values.dictionary_decode())
    if pa.types.is_boolean(kind):
        return values.cast(pa.int8()).cast(pa.string())
    if pa.types.is_timestamp(kind):
        # MySQL rounds 23:59:59.6 up to the next day, without a warning.
        return values.cast(pa.timestamp("s")).cast(pa.string())
    text = values.cast(pa.string())
    if pa.types.is_string(kind) and pc.any(pc.match_substring_regex(text, _TO_ESCAPE)).as_py():
        for sign, escaped in _ESCAPED:
            text = pc.replace_substring(text, sign, escaped)
    return text
