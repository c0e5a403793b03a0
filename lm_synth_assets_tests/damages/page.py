"""The page of all damages, with every gate that sees each."""

from itertools import groupby
from operator import attrgetter

from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets_tests.damages.damage import Damage
from lm_synth_assets_tests.damages.suite import PATIENTS, seen_by, whole_suite

SEES_ALL = "dataset_contents.tables_as_listed"
"""The gate that no change of a table escapes."""


def damages_page() -> str:
    """Every damage with the gate that must see it and the others that do."""
    lines = [
        "# What if ...",
        "",
        "Made by `make docs` from the mutation suite (`lm_synth_assets_tests/damages`): good data of "
        f"{PATIENTS:,} patients, damaged in one way at a time. Tests assert that the gate of each section "
        "sees its damages; the last column says which others do not pass them either, by what they see or "
        f"because they cannot be evaluated. `{SEES_ALL}` sees every change of a table, and is not repeated. "
        "Undamaged, the data pass every gate.",
    ]
    for gate, damages in groupby(whole_suite(), attrgetter("gate")):
        lines += ["", f"## {gate}", "", "| what if | also seen by |", "|---|---|"]
        lines += map(row, damages)
    return "\n".join(lines) + "\n"


def row(damage: Damage) -> str:
    """A damage, and the gates besides its own that do not pass it."""
    others = [name for name in seen_by(damage, all_gates()) if name not in (damage.gate, SEES_ALL)]
    return f"| {damage.words} | {', '.join(others) or '-'} |"


if __name__ == "__main__":
    print(damages_page(), end="")
