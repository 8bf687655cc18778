"""Short sounds laid over a stream, in which they ring on beyond the block where they begin."""

from __future__ import annotations

from soundscape.audio import Audio


class Overlay:
    """Sounds waiting to be heard; each sample gets them in the order in which they were laid, in any block."""

    def __init__(self) -> None:
        self._at = 0
        self._sounds: list[tuple[int, Audio]] = []

    def lay(self, offset: int, sound: Audio) -> None:
        """Let `sound` `(2, n)` begin `offset` frames into the next block."""
        self._sounds.append((self._at + offset, sound))

    def add(self, audio: Audio) -> None:
        """Add what sounds during the next block to `audio` `(2, frames)`."""
        end = self._at + audio.shape[1]
        for start, sound in self._sounds:
            first, last = max(start, self._at), min(start + sound.shape[1], end)
            if last > first:
                audio[:, first - self._at : last - self._at] += sound[:, first - start : last - start]
        self._at = end
        self._sounds = [(start, sound) for start, sound in self._sounds if start + sound.shape[1] > end]
