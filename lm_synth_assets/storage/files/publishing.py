"""Writing a file whole or not at all, and checking beforehand that its folder can be written to."""

import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from lm_synth_assets.storage.errors import UnwritableFolder

_SUFFIX = ".partial"
_LEFTOVER_SECONDS = 3600


def check_folder(folder: Path) -> None:
    """Check that a folder can be written to, or can be made, and leave no trace.

    Raises UnwritableFolder.
    """
    nearest = next(path for path in [folder.absolute(), *folder.absolute().parents] if path.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest) as file:
            file.write(b"\n")
    except OSError as error:
        raise UnwritableFolder(folder, error) from error


@contextmanager
def atomic_file(path: Path) -> Iterator[IO[bytes]]:
    """A temporary file that replaces the file at `path` once all of it is on the disk.

    If anything fails before that, or is interrupted, the old file is unchanged and no other file is left. The
    folder is made if it is missing. Raises UnwritableFolder.
    """
    # A random name lets two runs write the same table at once: the one that ends later wins, whole.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_SUFFIX}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(path)
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise UnwritableFolder(path, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def _clear_leftovers(path: Path) -> None:
    """Remove what killed runs left of `path`; a file younger than an hour may still be written to."""
    for leftover in path.parent.glob(f".{path.name}.*{_SUFFIX}"):
        with suppress(OSError):
            if time.time() - leftover.stat().st_mtime > _LEFTOVER_SECONDS:
                leftover.unlink()
