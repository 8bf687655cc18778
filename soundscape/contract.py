"""What every sound-maker is given and gives back.

A **layer** is a generator: for every `ControlBlock` it is sent, it yields that many frames. Blocks are whole
ticks of `TICK` frames and control values stand at tick edges, so that a layer can work tick by tick in one
kernel and any sequence of block lengths gives the same samples.

A **hit** is rendered whole, with the frame that must land on the marker. An **instrument** renders one tone.
A **space** renders an impulse response.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.rng import Seed

TICK = 256
"""Frames between two control values: 5.3 ms at 48 kHz."""

CONTROLS: Mapping[str, tuple[float, str]] = {
    "intensity": (0.5, "how strong: level, and all that grows with it"),
    "brightness": (0.5, "spectral balance, dark to bright"),
    "density": (0.5, "how many events"),
    "distance": (0.0, "near to far: level and air absorption"),
    "walls": (0.0, "open air to behind a wall: level and all above the lows"),
    "speed": (0.5, "going away to coming nearer, 0.5 at rest: Doppler shift"),
    "wetness": (0.5, "the sound alone to its space alone, 0.5 as the place has it"),
}
"""Controls from 0 to 1 that the plan may draw as curves: neutral value and meaning. `distance`, `walls` and `speed`
are applied to every layer alike by `soundscape.synthesis`, `wetness` to every sound by `soundscape.mix`; the others
reach the layer, which names those it follows."""


@dataclass(frozen=True, slots=True)
class ControlBlock:
    """The controls of `ticks` ticks; each curve is float32 of shape `(ticks + 1,)`: values at the tick edges.

    The first value of a block is the last one of the block before it.
    """

    ticks: int
    curves: Mapping[str, npt.NDArray[np.float32]]

    @property
    def frames(self) -> int:
        """Frames that the layer must yield for this block."""
        return self.ticks * TICK

    def __getitem__(self, name: str) -> npt.NDArray[np.float32]:
        """Curve of a control: its neutral value where the plan says nothing."""
        curve = self.curves.get(name)
        return np.full(self.ticks + 1, CONTROLS[name][0], np.float32) if curve is None else curve


def neutral(ticks: int, *, block: int = 64, **values: float) -> Iterator[ControlBlock]:
    """Control blocks of constant values, `ticks` ticks in all, at most `block` in each."""
    while ticks > 0:
        size = min(block, ticks)
        yield ControlBlock(size, {name: np.full(size + 1, value, np.float32) for name, value in values.items()})
        ticks -= size


@dataclass(frozen=True, slots=True)
class Hit:
    """A one-shot sound: float32 `(2, frames)` and the frame that must land on the marker."""

    audio: Audio
    sync: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """One note as an instrument plays it."""

    pitch: float
    """MIDI pitch; fractions are allowed."""
    length_s: float
    """Until the key is released; what rings on after it is the instrument's."""
    velocity: float
    """0 to 1; changes colour as well as level."""


class Layer(Protocol):
    """`soundscape/layers/<name>.py`: a continuous bed that never repeats.

    Its `BUS` is "ambience" where it is the sound of a place, "effects" where somebody in the picture makes it.
    `LASTING = False` says that it has no character of its own that a seed gives it: where its place returns, another
    performance is heard, instead of the same one later on, of which the beginning would be rendered in vain.
    """

    BUS: str
    CONTROLS: tuple[str, ...]
    Params: type

    def render(self, params: Any, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
        """float32 `(2, block.frames)` for every control block."""


class HitMaker(Protocol):
    """`soundscape/hits/<name>.py`: a one-shot with a sync point."""

    BUS: str
    Params: type

    def render(self, params: Any, rate: int, seed: Seed) -> Hit:
        """The whole sound, from its first to its last audible frame."""


class Instrument(Protocol):
    """`soundscape/instruments/<name>.py`: a pitched voice."""

    RANGE: tuple[int, int]
    Params: type

    def onset_s(self, params: Any, tone: Tone) -> float:
        """Seconds from the start of a tone until it is heard as begun: half its peak level."""

    def tone(self, params: Any, tone: Tone, rate: int, seed: Seed) -> Audio:
        """float32 `(2, frames)` of one note with its release."""


class Space(Protocol):
    """`soundscape/spaces/<name>.py`: a room."""

    Params: type

    def impulse_response(self, params: Any, rate: int, seed: Seed) -> Audio:
        """float32 `(2, frames)`: the wet sound of a click at frame 0, without the direct sound."""
