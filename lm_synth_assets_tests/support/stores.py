"""The formats that are kept in a folder, and what tests need to know of how each lies there."""

import shlex
from collections.abc import Callable

from lm_synth_assets.storage.formats import FILE_FORMATS
from lm_synth_assets.storage.store import TableStore

OPENERS: dict[str, Callable[..., TableStore]] = {name: row.open for name, row in FILE_FORMATS.items()}
"""By format, what opens a store of a folder."""

FLAT = ("csv", "parquet")
"""The formats of one flat file a table."""

FLAT_OPENERS = {name: OPENERS[name] for name in FLAT}


def remedy(store: TableStore, table: str) -> str:
    """The commands that make a table of a store, as messages name them."""
    options = shlex.join([*store.location_options, *store.format_options])
    return (
        f"`lm-synth generate --with-ed --with-ip {options}` or, in Dagster, "
        f"`dagster asset materialize -m lm_synth_assets --select '*{table}'`"
    )
