"""Opening a file that somebody named: a file of text of a sensible size, or refused in words."""

import io
import os
import stat
from pathlib import Path
from typing import Final

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.region.wording import shown_file

LARGEST: Final = 10_000_000
"""The size of the largest file that is read, in bytes; the default configuration has 40,000."""

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def read_text(path: Path) -> str:
    """The text of a file. Raises ConfigError, which names the file, where there is none or it is no text.

    What is no file is not opened: a pipe would wait for a writer, and a device need never end.
    """
    name = shown_file(path)
    try:
        kind = stat.S_IFMT(path.stat().st_mode)
        if kind != stat.S_IFREG:
            raise ConfigError(f"{name}: is {_KINDS.get(kind, 'something else')}; must be a file")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise ConfigError(f"{name}: must hold at most {LARGEST:,} bytes")
        # Excel begins a CSV file with a byte order mark, and some editors do so with any file.
        return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig").read()
    except FileNotFoundError:
        raise ConfigError(f"{name}: no such file{_searched(path)}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name}: must be UTF-8 text; byte {error.start + 1} is not") from None
    except OSError as error:
        raise ConfigError(f"{name}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise ConfigError(f"{name}: cannot be the name of a file") from None


def _searched(path: Path) -> str:
    """Where a relative path leads, which the reader of a message may not know."""
    try:
        return "" if path.is_absolute() else f"; looked for {shown_file(Path(os.getcwd()) / path)}"
    except FileNotFoundError:
        return "; the working directory does not exist"
