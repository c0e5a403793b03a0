"""Text of data, configuration and paths as it may be shown: it does nothing to a terminal, a log or a page.

Files keep the text as it is; a message, a table or a page shows an escape in the place of each character that
would not be seen, or would do something. Imports nothing of ours.
"""

import json
import math
import re
from typing import Any

_UNSEEN = re.compile(
    "["
    # Controls of terminals, line ends but for the line feed, and line separators.
    "\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029"
    # What changes the direction of writing, or is not seen; joiners are part of some letters and stay.
    "\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
    # Halves of characters, and what is none: XML cannot hold them.
    "\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr((plane << 16) + end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
    + "]"
)
_MARKDOWN = re.compile(r"[\\`*\[\]<>|]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])")


def printable(text: str) -> str:
    r"""Text with an escape, such as `\x1b`, for each character that must not be printed; lines stay lines."""
    return _UNSEEN.sub(lambda match: _escape(match[0]), text)


def in_one_line(text: str) -> str:
    r"""The same with `\n` for each line feed."""
    return printable(text).replace("\n", "\\n")


def in_markdown(text: str) -> str:
    """The same for a cell of a Markdown table: nothing in it is a link, an image, or the end of the cell."""
    return _MARKDOWN.sub(r"\\\g<0>", in_one_line(text))


def counted(number: int, one: str, several: str) -> str:
    """A number of things as a sentence has it: 1 value is, 2,000 values are."""
    return f"{number:,} {one if number == 1 else several}"


def json_text(value: Any) -> str:
    """A value as JSON that every parser reads: null for numbers that are not finite."""
    return json.dumps(_plain(value), indent=2, allow_nan=False)


def _escape(letter: str) -> str:
    code = ord(letter)
    if code < 0x100:
        return {"\t": "\\t", "\r": "\\r"}.get(letter, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _plain(value: Any) -> Any:
    """A value of JSON without numbers that are not finite, and without halves of characters."""
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if type(value) is str:
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    return value
