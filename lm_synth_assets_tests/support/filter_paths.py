"""How filters travel through a model: Power BI refuses one in which two ways lead to the same table."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from lm_synth_assets_tests.support.datasets import Tables
from lm_synth_assets_tests.support.tmdl_reader import Model


def ambiguous_paths(active: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """By (filtering table, filtered table), the number of ways between them, where there are several.

    `active` are the active relationships as (many side, one side); filters go from the one to the many.
    Raises ValueError where a table filters itself.
    """
    filtered = defaultdict(list)
    for many, one in active:
        filtered[one].append(many)
    counts: Counter[tuple[str, str]] = Counter()
    for start in list(filtered):
        _follow(start, start, filtered, counts, (start,))
    return {ends: ways for ends, ways in counts.items() if ways > 1}


def selected(tables: Tables, model: Model, column: str, value: object) -> Tables:
    """The rows of all tables that are left when one value of a column, "table.column", is selected.

    The selection goes along the active relationships of the model, from the one side to the many.
    """
    table, _, name = column.partition(".")
    left = {**tables, table: tables[table][tables[table][name] == value]}
    todo = [table]
    while todo:
        filtering = todo.pop()
        for each in model.relationships.values():
            (many, key), (one, target) = model.ends(each)
            if one == filtering and each.properties.get("isActive") != "false":
                left[many] = left[many][left[many][key].isin(left[one][target])]
                todo.append(many)
    return left


def _follow(
    start: str,
    table: str,
    filtered: dict[str, list[str]],
    counts: Counter[tuple[str, str]],
    way: tuple[str, ...],
) -> None:
    for following in filtered.get(table, []):
        if following in way:
            raise ValueError(f"{following} filters itself")
        counts[start, following] += 1
        _follow(start, following, filtered, counts, (*way, following))
