"""Edits of stored data sets that do not depend on the format: of the bytes of a file, and of whole files.

Each takes a random generator and the folder of a data set, and changes it in place. Reencodings leave every
value as it is; damages may change some.
"""

import gzip
import os
import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

Edit = Callable[[random.Random, Path], None]
BytesEdit = Callable[[random.Random, bytes], bytes]

RECORDS = ".lm-synth"


def a_table(rng: random.Random, folder: Path) -> Path:
    """The file of any table."""
    return rng.choice(tables_in(folder))


def tables_in(folder: Path) -> list[Path]:
    """The files of all tables."""
    return sorted(path for path in folder.iterdir() if path.suffix in (".csv", ".parquet"))


def on_a_file(edit: BytesEdit) -> Edit:
    """An edit of a folder that changes the bytes of any table's file."""

    def change(rng: random.Random, folder: Path) -> None:
        path = a_table(rng, folder)
        path.write_bytes(edit(rng, path.read_bytes()))

    return change


def _span(rng: random.Random, content: bytes, longest: int = 200) -> tuple[int, int]:
    start = rng.randrange(len(content) + 1)
    return start, min(len(content), start + rng.randint(1, longest))


def _cut(rng: random.Random, content: bytes) -> bytes:
    return content[: rng.randrange(len(content))]


def _bits_flipped(rng: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.randint(1, 5)):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _overwritten(rng: random.Random, content: bytes) -> bytes:
    start, end = _span(rng, content)
    return content[:start] + rng.randbytes(end - start) + content[end:]


def _zeros(rng: random.Random, content: bytes) -> bytes:
    start, end = _span(rng, content)
    return content[:start] + b"\0" * (end - start) + content[end:]


def _inserted(rng: random.Random, content: bytes) -> bytes:
    start, _ = _span(rng, content)
    return content[:start] + rng.randbytes(rng.randint(1, 50)) + content[start:]


def _removed(rng: random.Random, content: bytes) -> bytes:
    start, end = _span(rng, content)
    return content[:start] + content[end:]


def _blocks_swapped(rng: random.Random, content: bytes) -> bytes:
    first, second, third, fourth = sorted(rng.randrange(len(content) + 1) for _ in range(4))
    return (
        content[:first]
        + content[third:fourth]
        + content[second:third]
        + content[first:second]
        + content[fourth:]
    )


def _tail(rng: random.Random, content: bytes) -> bytes:
    return content + rng.choice((rng.randbytes(20), b"\n", b"\0" * 100, b" ", b"PAR1", b"\x1a"))


def _digits(rng: random.Random, content: bytes) -> bytes:
    places = [place for place, byte in enumerate(content) if byte in b"0123456789"]
    changed = bytearray(content)
    for place in rng.sample(places, min(len(places), rng.randint(1, 3))):
        changed[place] = rng.choice(b"0123456789")
    return bytes(changed)


def _compressed(rng: random.Random, content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


BYTES: Mapping[str, BytesEdit] = {
    "cut off": _cut,
    "bits flipped": _bits_flipped,
    "overwritten": _overwritten,
    "zeros": _zeros,
    "bytes inserted": _inserted,
    "bytes removed": _removed,
    "blocks swapped": _blocks_swapped,
    "bytes at the end": _tail,
    "digits changed": _digits,
    "twice in a row": lambda rng, content: content * 2,
    "emptied": lambda rng, content: b"",
    "compressed": _compressed,
}


def _removed_file(rng: random.Random, folder: Path) -> None:
    a_table(rng, folder).unlink()


def _renamed(rng: random.Random, folder: Path) -> None:
    path = a_table(rng, folder)
    path.rename(path.with_name(rng.choice((path.name.upper(), f"{path.name}.bak", f" {path.name}"))))


def _exchanged(rng: random.Random, folder: Path) -> None:
    one, other = rng.sample(tables_in(folder), 2)
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)


def _not_a_file(rng: random.Random, folder: Path) -> None:
    path = a_table(rng, folder)
    path.unlink()
    rng.choice(
        (
            path.mkdir,
            lambda: os.mkfifo(path),
            lambda: path.symlink_to(path.name),
            lambda: path.symlink_to("nowhere"),
            lambda: path.symlink_to("/dev/zero"),
            lambda: path.symlink_to("/dev/null"),
            lambda: path.symlink_to("/proc/self/mem"),
            lambda: path.symlink_to("/etc/passwd"),
        )
    )()


def _sparse(rng: random.Random, folder: Path) -> None:
    with a_table(rng, folder).open("r+b") as file:
        file.truncate(1 << 30)


def _without_claims(rng: random.Random, folder: Path) -> None:
    for path in tables_in(folder):
        if path.stem.startswith("dataset_") and rng.random() < 0.7:
            path.unlink()


def _linked(rng: random.Random, folder: Path) -> None:
    path = a_table(rng, folder)
    (folder / "elsewhere").mkdir()
    path.symlink_to(path.rename(folder / "elsewhere" / path.name))


def _records_gone(rng: random.Random, folder: Path) -> None:
    shutil.rmtree(folder / RECORDS)


def _records_altered(rng: random.Random, folder: Path) -> None:
    for path in (folder / RECORDS).iterdir():
        path.write_bytes(rng.choice((b"", b"{", b"[]", b'{"rows": 1}', b"\xff", rng.randbytes(50))))


def _notes_beside(rng: random.Random, folder: Path) -> None:
    (folder / "notes.csv").write_bytes(b"mine\n")
    (folder / ".patients.csv.0a1b2c3d.partial").write_bytes(b"torn")


def _pipes_beside(rng: random.Random, folder: Path) -> None:
    record = rng.choice(sorted((folder / RECORDS).iterdir()))
    record.unlink()
    for path in (record, folder / ".lm-synth.lock"):
        os.mkfifo(path)


DAMAGES: Mapping[str, Edit] = {
    **{name: on_a_file(edit) for name, edit in BYTES.items()},
    "file removed": _removed_file,
    "file renamed": _renamed,
    "files exchanged": _exchanged,
    "no file": _not_a_file,
    "sparse": _sparse,
    "without contents or manifest": _without_claims,
}

REENCODINGS: Mapping[str, Edit] = {
    "a link": _linked,
    "records gone": _records_gone,
    "records altered": _records_altered,
    "notes beside": _notes_beside,
    "pipes beside": _pipes_beside,
}
