"""Damages to the structure of every table: values, layout, keys and references."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from sqlalchemy import Table

from lm_synth_assets.schema.catalogue import TABLES, foreign_keys, must_be_referred_to
from lm_synth_assets.schema.kinds import Family, family_of
from lm_synth_assets.storage.inspection import Inspection
from lm_synth_assets_tests.damages.damage import Damage, Damaged
from lm_synth_assets_tests.support.datasets import Tables


def the_last_column_dropped(name: str, tables: Tables) -> Damaged:
    return {name: tables[name].iloc[:, :-1]}


def the_file_lost(name: str, tables: Tables) -> Damaged:
    return {name: Inspection(None, ("is not there",))}


def the_columns_reordered(name: str, tables: Tables) -> Damaged:
    return {name: Inspection(tables[name], remarks=("columns are in another order",))}


def a_row_repeated(name: str, tables: Tables) -> Damaged:
    frame = tables[name]
    return {name: frame.take(np.append(np.arange(len(frame)), 0)).reset_index(drop=True)}


def a_reference_broken(name: str, tables: Tables) -> Damaged:
    table = TABLES[name]
    column = next(
        columns[0]
        for columns, _, _ in foreign_keys(table)
        if family_of(table.columns[columns[0]]) is Family.INTEGER
    )
    frame = tables[name].copy()
    frame.loc[0, column] = 99_999_999
    return {name: frame}


def a_parent_never_referred_to(name: str, tables: Tables) -> Damaged:
    columns, _, _ = next(
        key for key in foreign_keys(TABLES[name]) if key[1] in must_be_referred_to(TABLES[name])
    )
    frame = tables[name]
    last = frame[columns[0]].iloc[-1]
    return {name: frame[frame[columns[0]] != last].reset_index(drop=True)}


def damages_of_table(table: Table) -> Iterator[Damage]:
    """A damage for each structural gate of a table."""
    name = table.name
    yield Damage(
        f"{name}.schema", f"the last column of {name} is dropped", partial(the_last_column_dropped, name)
    )
    yield Damage(f"{name}.schema", f"{name} is lost", partial(the_file_lost, name))
    yield Damage(
        f"{name}.layout", f"the columns of {name} are in another order", partial(the_columns_reordered, name)
    )
    yield Damage(f"{name}.keys", f"a row of {name} is there twice", partial(a_row_repeated, name))
    if foreign_keys(table):
        yield Damage(
            f"{name}.foreign_keys", f"a row of {name} refers to nothing", partial(a_reference_broken, name)
        )
    if must_be_referred_to(table):
        yield Damage(
            f"{name}.foreign_keys",
            f"{name} has no row for the last of its parents",
            partial(a_parent_never_referred_to, name),
        )


DAMAGES = [damage for table in TABLES.values() for damage in damages_of_table(table)]
