"""How filters travel through a model: Power BI refuses one in which two ways lead to the same table."""

from collections import Counter, defaultdict
from collections.abc import Iterable


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
