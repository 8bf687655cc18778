"""A programme that can be heard again and again: as it is, with loud passages lowered, through the limiter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from soundscape.audio import Audio
from soundscape.mastering.leveller import Lowering, level_curve
from soundscape.mastering.limiter import Curve, Limiter, with_gains
from soundscape.metering.meter import Meter

OpenBlocks = Callable[[], Iterable[Audio]]
"""The signal from its start, anew at every call, in blocks of any sizes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """Where a signal comes from, and how it is measured."""

    open_blocks: OpenBlocks
    sample_rate: int
    layout: str | None = None
    cinema: bool = False
    """Whether Leq(m) and LAeq are measured, too."""

    def measure(self, blocks: Iterable[Audio] | None = None) -> Meter:
        """A meter that has heard all of it, or the blocks that are given; an empty signal counts as mono."""
        meter = None
        for block in self.open_blocks() if blocks is None else blocks:
            meter = meter or Meter(self.sample_rate, block.shape[0], self.layout, cinema=self.cinema)
            meter.push(block)
        return meter or Meter(self.sample_rate, 1, cinema=self.cinema)

    def lowered(self, lowering: Lowering) -> Iterator[Audio]:
        """The signal with its loud passages lowered."""
        return lowered(self.open_blocks(), self.sample_rate, lowering)


def lowered(blocks: Iterable[Audio], sample_rate: int, lowering: Lowering) -> Iterator[Audio]:
    """Blocks with loud passages lowered."""
    position = 0
    for block in blocks:
        yield block * level_curve(lowering, position, block.shape[1], sample_rate)
        position += block.shape[1]


def limited(
    blocks: Iterable[Audio], sample_rate: int, gain_db: float, ceiling_dbtp: float
) -> Iterator[tuple[Audio, Curve]]:
    """Every block with its gains, so that its true peak stays below the ceiling."""
    rest = iter(blocks)
    for first in rest:
        limiter = Limiter(first.shape[0], sample_rate, ceiling_dbtp, gain_db=gain_db)
        yield from with_gains(chain([first], rest), limiter)
