"""Stems between mixing and mastering: on disk, so that a long film needs no more memory than a short one.

Blocks of float32 `(channels, frames)`, one after the other as they come from the mix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from soundscape.ahead import ahead
from soundscape.audio import BLOCK, Audio
from soundscape.errors import OutputError


class StemStore:
    """The stems of a programme in a folder that the caller removes.

    Parameters
    ----------
    folder : Path
        An empty folder with room for 4 bytes a frame, channel and stem.
    buses : tuple of str
        The stems, in the order in which they are summed.
    channels : int
        Channels of each.
    """

    def __init__(self, folder: Path, buses: tuple[str, ...], *, channels: int = 2) -> None:
        self.buses, self.channels = buses, channels
        self._paths = {bus: folder / f"{bus}.f32" for bus in buses}

    def fill(self, blocks: Iterable[Mapping[str, Audio]], *, done: Callable[[], None]) -> None:
        """Store the blocks of a mix; `done` is told of each."""
        files = {bus: path.open("wb") for bus, path in self._paths.items()}
        try:
            for block in ahead(blocks):
                for bus, file in files.items():
                    file.write(np.ascontiguousarray(block[bus]).data)
                done()
        except OSError as error:
            raise OutputError(
                f"stems cannot be stored: {error.strerror}; {4 * self.channels} bytes a frame and stem are needed",
                path=self._paths[self.buses[0]].parent,
            ) from error
        finally:
            for file in files.values():
                file.close()

    def blocks(self) -> Iterator[dict[str, Audio]]:
        """The stems again, in blocks of `BLOCK` frames and a shorter last one."""
        files = {bus: path.open("rb") for bus, path in self._paths.items()}
        try:
            while True:
                raw = {bus: np.fromfile(file, np.float32, self.channels * BLOCK) for bus, file in files.items()}
                if not raw[self.buses[0]].size:
                    return
                yield {bus: data.reshape(self.channels, -1) for bus, data in raw.items()}
        finally:
            for file in files.values():
                file.close()

    def programme(self) -> Iterator[Audio]:
        """The sum of the stems, in blocks."""
        for stems in ahead(self.blocks()):
            yield programme_of(stems)


def programme_of(stems: Mapping[str, Audio]) -> Audio:
    """The sum of stems, rounded once."""
    total = np.zeros(next(iter(stems.values())).shape)
    for stem in stems.values():
        total += stem
    return total.astype(np.float32)
