"""Named random streams: the only place where random numbers come from.

A stream is found by its name, so adding an asset, a year or a draw never changes what another one draws.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

Generator: TypeAlias = np.random.Generator
"""What draws the numbers of one stream."""


@dataclass(frozen=True)
class Streams:
    """The streams of one data set, all derived from its seed."""

    seed: int

    def generator(self, *name: str | int) -> Generator:
        """The generator of one named stream, always at its beginning.

        The name (asset, year, purpose) is hashed, so its parts may be any words or numbers and their
        order counts.
        """
        digest = hashlib.sha256("/".join(map(str, name)).encode()).digest()
        entropy = np.frombuffer(digest, dtype="<u4").tolist()
        return np.random.Generator(np.random.PCG64DXSM(np.random.SeedSequence([self.seed, *entropy])))
