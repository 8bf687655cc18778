"""Stems between mixing and mastering: on disk, so that a long film needs no more memory than a short one.

Blocks of float32 `(channels, frames)`, one after the other as they come from the mix.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

import numpy as np

from soundscape.ahead import ahead
from soundscape.audio import BLOCK, Audio
from soundscape.errors import OutputError

Listener = Callable[[Mapping[str, Audio], Audio], None]
_SUM = ".sum"
"""Name of the file of the programme, which is that of no stem."""


class StemStore:
    """The stems of a programme in a folder that the caller removes.

    Parameters
    ----------
    folder : Path
        An empty folder with room for 4 bytes a frame, channel and stem, and their sum.
    buses : tuple of str
        The stems, in the order in which they are summed.
    channels : int
        Channels of each.
    """

    def __init__(self, folder: Path, buses: tuple[str, ...], *, channels: int = 2) -> None:
        self.buses, self.channels = buses, channels
        self._folder = folder

    def fill(
        self, blocks: Iterable[Mapping[str, Audio]], *, done: Callable[[], None], heard: Listener | None = None
    ) -> None:
        """Store the blocks of a mix and their sum, both of which `heard` is given; `done` is told of each block."""
        try:
            with self._files("wb", (*self.buses, _SUM)) as files:
                for block in ahead(blocks):
                    programme = programme_of({bus: block[bus] for bus in self.buses})
                    for bus, file in files.items():
                        file.write(np.ascontiguousarray(programme if bus == _SUM else block[bus]).data)
                    if heard is not None:
                        heard(block, programme)
                    done()
        except OSError as error:
            raise OutputError(
                f"stems cannot be stored: {error.strerror}; {4 * self.channels} bytes a frame and stem are needed",
                path=self._folder,
            ) from error

    def blocks(self) -> Iterator[dict[str, Audio]]:
        """The stems again, in blocks of `BLOCK` frames and a shorter last one."""
        return self._blocks(self.buses)

    def programme(self) -> Iterator[Audio]:
        """The sum of the stems, in blocks."""
        return (block[_SUM] for block in ahead(self._blocks((_SUM,))))

    def _blocks(self, names: tuple[str, ...]) -> Iterator[dict[str, Audio]]:
        with self._files("rb", names) as files:
            while True:
                raw = {name: np.fromfile(file, np.float32, self.channels * BLOCK) for name, file in files.items()}
                if not raw[names[0]].size:
                    return
                yield {name: data.reshape(self.channels, -1) for name, data in raw.items()}

    @contextlib.contextmanager
    def _files(self, mode: str, names: tuple[str, ...]) -> Iterator[dict[str, IO[bytes]]]:
        with contextlib.ExitStack() as held:
            yield {name: held.enter_context((self._folder / f"{name}.f32").open(mode)) for name in names}


def programme_of(stems: Mapping[str, Audio]) -> Audio:
    """The sum of stems, rounded once."""
    total = np.zeros(next(iter(stems.values())).shape)
    for stem in stems.values():
        total += stem
    return total.astype(np.float32)
