"""Setting up a MySQL database, and loading a data set of files into it; no Dagster run."""

from collections.abc import Mapping
from contextlib import nullcontext

from lm_synth_assets.dataset.dataset import DataSet, open_existing
from lm_synth_assets.dataset.evaluate import evaluate
from lm_synth_assets.dataset.lha_names import LhaNames
from lm_synth_assets.dataset.outcome import Outcome, Progress, StoredTable
from lm_synth_assets.dataset.state import state_of
from lm_synth_assets.gates.declared.manifest import WHOLE
from lm_synth_assets.region.run_request import RunRequest
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.mysql.address import Address
from lm_synth_assets.storage.mysql.database_lock import DatabaseLock
from lm_synth_assets.storage.mysql.ddl import BOOKKEEPING, ddl, in_order, quoted
from lm_synth_assets.storage.mysql.inspection import missing, require_tables
from lm_synth_assets.storage.mysql.session import session
from lm_synth_assets.storage.mysql.store import MysqlStore
from lm_synth_assets.storage.record import Record
from lm_synth_assets.storage.run_lock import Writer


def create_tables(address: Address, *, recreate: bool = False) -> list[str]:
    """Create the tables that a database lacks; returns their names. With `recreate`, drop all of them first.

    Raises DatabaseError where this cannot be done, or where tables are there that are of another version,
    BeingWritten where a run writes to tables that are to be dropped.
    """
    writer = Writer.of_this_process("`lm-synth db init --recreate`")
    alone = DatabaseLock(address).held_by(writer) if recreate else nullcontext()
    with alone, session(address, "creating tables") as opened:
        if recreate:
            # In one statement, which waits for all of them before it drops the first.
            names = (table.name for table in (*reversed(in_order(TABLES.values())), *BOOKKEEPING))
            opened.run(f"DROP TABLE IF EXISTS {quoted(*names)}")
        lacking = missing(opened, TABLES.values())
        for table in lacking:
            opened.run(ddl(table))
        require_tables(opened, TABLES.values())
        return [table.name for table in lacking]


def load(
    request: RunRequest, storage: str | None, folder: str, url: str, *, validated: bool, progress: Progress
) -> Outcome:
    """Store the tables of a folder in a database, in an order in which each refers to those before it.

    Where they are to be validated, nothing is stored unless every blocking gate has passed. Raises
    StorageError where a table cannot be read or stored; those before it are then in the database, whole.
    No other run can write to the database meanwhile.
    """
    store = LhaNames(open_existing(storage, folder))
    source = DataSet.identify(store, request) if validated else DataSet(store, request)
    target = MysqlStore.at(url)
    target.check(writing=True)
    writer = Writer.of_this_process("`lm-synth load`")
    with target.run_lock.held_by(writer):
        return _load(source, target, writer, validated=validated, progress=progress)


def _load(
    source: DataSet,
    target: MysqlStore,
    writer: Writer,
    *,
    validated: bool,
    progress: Progress,
) -> Outcome:
    outcome = Outcome()
    if validated:
        outcome = evaluate(source, progress=progress)
        if not outcome.passed:
            outcome.errors.append("nothing was loaded; --no-validate loads what the gates do not pass")
            return outcome
    tables = [table for table in in_order(TABLES.values()) if table.name not in outcome.left_out]
    for table in tables:
        if not source.is_stored(table.name):
            outcome.left_out[table.name] = f"{source.store.location(table)} is not there"
    due = [table for table in tables if table.name not in outcome.left_out]
    sent = {}
    for done, table in enumerate(due, start=1):
        target.run_lock.refuse_others(writer.run)
        written = target.write(table, source.read(table.name), made_from=source.record(table.name).made_from)
        sent[table.name] = Record(written.rows, written.digest)
        outcome.tables.append(
            StoredTable(table.name, written.rows, written.bytes, written.location, dict(written.removed))
        )
        progress(done, len(due), table.name)
    _verify(DataSet(target, source.request), sent, outcome)
    if validated and not (outcome.state and outcome.state.sound):
        outcome.errors.append("what is stored is not one data set, although the files are: load them again")
    return outcome


def _verify(stored: DataSet, sent: Mapping[str, Record], outcome: Outcome) -> None:
    """Compare what is stored with what was sent, and say whether it is one data set."""
    for name, record in sent.items():
        lying = stored.record(name)
        if (lying.rows, lying.digest) != (record.rows, record.digest):
            outcome.errors.append(
                f"{name}: what is stored is not what was sent ({lying.rows:,} rows, {record.rows:,} sent): a "
                "trigger, or another program, has changed it. Find out which, and load again"
            )
    outcome.state = state_of(stored, map(stored.evaluate, WHOLE))
