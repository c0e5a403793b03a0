"""Damages to the structure of every table: values, layout, keys and references."""

from functools import partial

import numpy as np

from lm_synth_assets.schema.catalogue import TABLES, foreign_keys, must_be_referred_to
from lm_synth_assets.schema.kinds import Family, family_of
from lm_synth_assets.storage.inspection import Inspection
from lm_synth_assets_tests.damages.damage import Damaged, damage
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


for _name, _table in TABLES.items():
    damage(f"{_name}.schema", f"the last column of {_name} is dropped")(
        partial(the_last_column_dropped, _name)
    )
    damage(f"{_name}.schema", f"{_name} is lost")(partial(the_file_lost, _name))
    damage(f"{_name}.layout", f"the columns of {_name} are in another order")(
        partial(the_columns_reordered, _name)
    )
    damage(f"{_name}.keys", f"a row of {_name} is there twice")(partial(a_row_repeated, _name))
    if foreign_keys(_table):
        damage(f"{_name}.foreign_keys", f"a row of {_name} refers to nothing")(
            partial(a_reference_broken, _name)
        )
    if must_be_referred_to(_table):
        damage(f"{_name}.foreign_keys", f"{_name} has no row for the last of its parents")(
            partial(a_parent_never_referred_to, _name)
        )
