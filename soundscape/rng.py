"""Randomness by name: every sound draws from a seed made of the names of what it is.

Adding, removing or moving one thing changes no other, because no seed depends on an order or a position.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Seed:
    """A 64-bit seed with named children.

    Parameters
    ----------
    value : int
        0 to 2**64 - 1.
    """

    value: int

    def child(self, *names: str | int) -> Seed:
        """The seed of something named below this one; the same names give the same seed, always."""
        digest = hashlib.blake2b(self.value.to_bytes(8, "little"), digest_size=8)
        for name in names:
            encoded = str(name).encode()
            digest.update(len(encoded).to_bytes(4, "little") + encoded)
        return Seed(int.from_bytes(digest.digest(), "little"))

    def generator(self, *names: str | int) -> np.random.Generator:
        """A fresh NumPy generator for the child of these names."""
        import numpy as np

        return np.random.Generator(np.random.PCG64(self.child(*names).value))

    def key(self, *names: str | int) -> int:
        """A 32-bit key for counter-based noise in kernels (`soundscape.dsp.noise`)."""
        return self.child(*names).value & 0xFFFFFFFF
