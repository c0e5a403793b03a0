"""What text may be stored in a table, and which names databases take for the same."""

import re
import unicodedata
from typing import Final

# Control characters, line separators, quotes and backslashes: no two tools that load CSV files agree on all
# of them.
_FORBIDDEN = '\\x00-\\x1f\\x7f-\\x9f\u2028\u2029"\\\\'

FORBIDDEN: Final = f"[{_FORBIDDEN}]"
"""A regular expression of the characters that no stored text may hold."""

STORABLE: Final = f"^[^{_FORBIDDEN}]*$"
"""A regular expression that matches the text that may be stored."""

REFUSED: Final = "double quotes, backslashes, line breaks and other control characters"
"""The same in words."""

_CHARACTERS = {
    "\n": "a line break",
    "\r": "a line break",
    "\x85": "a line break (U+0085)",
    "\u2028": "a line break (U+2028)",
    "\u2029": "a line break (U+2029)",
    "\t": "a tab",
    '"': "a double quote",
    "\\": "a backslash",
}

# Letters that Unicode does not decompose, but collations take for these.
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ґ": "г"})


def name_problem(name: str) -> str:
    """What keeps a name from being stored; empty if nothing does.

    Spaces at the ends could be stored, but some databases ignore them, and people do not see them.
    """
    if character := re.search(FORBIDDEN, name):
        what = _CHARACTERS.get(character[0], f"the control character U+{ord(character[0]):04X}")
        folded = name.rstrip("\n") == name[: character.start()]
        hint = " at its end (a YAML block after > or | ends in one, after >- or |- it does not)"
        return f"holds {what}{hint if folded else ''}; a name may not hold {REFUSED}"
    if name != name.strip():
        return "begins or ends with a space; a name may not"
    return ""


def collated(name: str) -> str:
    """A name without what the usual collations of databases ignore: case, accents, invisible characters.

    It stands for Unicode's collation without accents and case, which MySQL 8 and MariaDB 11 use. Older
    collations merge more, such as all emoji; there the server refuses the second name.
    """
    letters = unicodedata.normalize("NFKD", name)
    kept = "".join(letter for letter in letters if unicodedata.category(letter) not in ("Mn", "Me", "Cf"))
    return kept.casefold().translate(_LETTERS)
