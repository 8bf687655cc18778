"""Under water: a muffled bed, bubbles in streams, and the groans of a hull or of ice under pressure.

Water carries lows and little else: the bed is noise whose highs the depth takes away, swayed by swells of many
seconds. Bubbles rise in streams that come and go, each a damped sine at 3 over its radius, heard through the same
water. Now and then something gives under the load: metal or ice that groans, a narrow resonance stuck and slipping,
whose pitch sags while its overtones waver. After K. van den Doel, *Physically based models for liquid sounds* (ACM
Trans. Applied Perception 2, 2005), M. Minnaert (1933) for the bubbles, G. Wenz (J. Acoust. Soc. Am. 34, 1962) for
the spectrum of the bed, and A. Farnell, *Designing Sound* (2010), for stick and slip.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.bands import NoiseBands
from soundscape.dsp.bubbles import Bubbles
from soundscape.dsp.drift import Drift
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.resonators import LANES, NoiseResonators
from soundscape.params import number
from soundscape.rng import Seed

BUS = "ambience"
CONTROLS = ("intensity", "brightness", "density")

SWELL, STREAM, PLACE, GROAN = range(4)
"""Slow motions: of the bed, of how many bubbles rise, of where they rise, of the groans' pitch."""
BED_HZ = np.array((70.0, 240.0, 900.0))
BED_SHARE = np.array((1.0, 0.5, 0.1))
SHARED = (0.95, 0.6, 0.2)
CAVITIES = 6
"""Resonators that colour the bed; the others groan."""
GROAN_RATIO = np.array((1.0, 1.52, 2.07, 2.76, 3.9))
"""Overtones of a stiff hull."""
VOICES = 2
INTENSITY_DB, BRIGHTNESS_OCT, OFTEN = 12.0, 2.0, 3.5
"""What the range of a control moves: level, colour, factor of the bubbles each way from the middle."""
LEVEL = 0.024
"""RMS of the bed at neutral controls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How deep, and what lives and gives there."""

    depth: float = number(0.5, low=0.0, high=1.0, help="deeper is darker and heavier")
    swell: float = number(0.5, low=0.0, high=1.0, help="how far the bed sways")
    bubbles: float = number(14.0, low=0.0, high=400.0, unit="1/s", help="bubbles in a stream")
    size: float = number(3.0, low=0.6, high=8.0, unit="mm", help="median radius; bigger is lower")
    streams: float = number(0.8, low=0.0, high=1.5, help="how unevenly they rise")
    groans: float = number(4.0, low=0.0, high=20.0, unit="1/min", help="how often something gives")
    groan_pitch: float = number(95.0, low=40.0, high=400.0, unit="Hz", help="pitch of what gives")
    cavities: float = number(0.4, low=0.0, high=1.0, help="hollow colour of an enclosed water")
    width: float = number(0.8, low=0.0, high=1.0, help="difference of the two sides")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """Water for every control block, float32 `(2, block.frames)`."""
    slow = Drift(seed.child("slow"), rate, motions=4, low_hz=0.03, high_hz=2.0, slope=1.5)
    shaking = Drift(seed.child("shaking"), rate, motions=VOICES, low_hz=3.0, high_hz=40.0, slope=0.7)
    left, middle, right = (1.0 - params.width * (1.0 - share) for share in SHARED)
    bed = NoiseBands(seed.child("bed"), rate, shared=(left, middle, right))
    bubbles = Bubbles(seed.child("bubbles"), rate, radius_sd=0.4, rising=0.7, densest=4_000.0)
    groans = Groans(params, rate, seed.child("groans"))
    colour_hz, q, pan = _cavities(params, seed)
    singing = NoiseResonators(seed.child("singing"), rate, q=q)
    high_pass = HighPass(rate)
    muffled = 2.0 ** (1.0 - 2.0 * params.depth)
    for block in controls:
        edges = block.ticks + 1
        motion = slow.advance(block.ticks)
        strength = LEVEL * 10.0 ** (INTENSITY_DB / 20.0 * (block["intensity"].astype(np.float64) - 0.5))
        bright = 2.0 ** (BRIGHTNESS_OCT * (block["brightness"].astype(np.float64) - 0.5))
        swell = np.exp(params.swell * (0.5 * motion[:, SWELL] - 0.12))
        audio = np.zeros((2, block.frames), np.float32)
        level = (
            (strength * swell)[:, None]
            * BED_SHARE
            * np.array((1.0, muffled, muffled))
            * bright[:, None] ** (0, 0.7, 1)
        )
        bed.add(audio, BED_HZ * muffled * bright[:, None], np.repeat(level[:, :, None], 2, axis=2))
        often = params.bubbles * OFTEN ** (2.0 * block["density"].astype(np.float64) - 1.0)
        often = np.minimum(often * np.exp(params.streams * motion[:, STREAM]), 3_500.0)
        rising = 0.9 * strength * bright**0.7 * math.sqrt(muffled)
        bubbles.add(
            audio, often, params.size / bright**0.35, rising, 0.6 * params.width * np.tanh(motion[:, PLACE])
        )
        hz, loud = np.empty((edges, LANES)), np.zeros((edges, LANES))
        hz[:, :CAVITIES] = colour_hz * bright[:, None] ** 0.3
        loud[:, :CAVITIES] = 0.3 * params.cavities * (strength * swell)[:, None] * (200.0 / colour_hz) ** 0.5
        groans.fill(hz[:, CAVITIES:], loud[:, CAVITIES:], motion[:, GROAN], shaking.advance(block.ticks))
        loud[:, CAVITIES:] *= strength[:, None]
        singing.add(audio, hz, loud, np.broadcast_to(pan, (edges, LANES)))
        high_pass.run(audio)
        yield audio


def _cavities(params: Params, seed: Seed) -> tuple[npt.NDArray[np.float64], ...]:
    """Pitch in Hz of the hollows, and Q and pan of all resonators."""
    draw = seed.generator("place")
    colour_hz = 90.0 * 1.75 ** np.arange(CAVITIES) * draw.uniform(0.9, 1.1, CAVITIES)
    q = np.concatenate((draw.uniform(4.0, 9.0, CAVITIES), np.tile(draw.uniform(28.0, 60.0, 5), VOICES)))
    pan = params.width * draw.uniform(0.3, 0.9, LANES) * np.where(np.arange(LANES) % 2, 1.0, -1.0)
    return colour_hz, q, pan


class Groans:
    """What gives under the load: in turn one of two bodies, each with five overtones."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._tick_s = params, TICK / rate
        self._draw = seed.generator("groans")
        self._groans: list[tuple[float, float, float, float, float]] = []
        self._next_s = float(self._draw.uniform(0.5, 3.0))
        self._bodies = 1.0, float(self._draw.uniform(1.3, 1.7))
        self._tick = 0

    def fill(
        self,
        hz: npt.NDArray[np.float64],
        level: npt.NDArray[np.float64],
        slow: npt.NDArray[np.float64],
        shaking: npt.NDArray[np.float64],
    ) -> None:
        """Pitches and levels of the next tick edges, `(edges, 10)`, the levels over the bed's."""
        now_s = (self._tick + np.arange(len(hz))) * self._tick_s
        self._begin(float(now_s[-1]))
        self._tick += len(hz) - 1
        overtones = len(GROAN_RATIO)
        for voice, body in enumerate(self._bodies):
            strain, sag = np.zeros(len(hz)), np.zeros(len(hz))
            for start_s, length_s, size, bend, which in self._groans:
                age = (now_s - start_s) / length_s
                if which == voice:
                    window = np.where(
                        (age > 0.0) & (age < 1.0), np.sin(math.pi * np.clip(age, 0.0, 1.0) ** 0.7), 0.0
                    )
                    strain += size * window**2
                    sag += bend * window * age
            # It sticks and slips: the shaking shows most where the strain is great.
            gate = strain * np.exp(0.5 * np.clip(shaking[:, voice], -3.0, 1.5))
            pitch = self._params.groan_pitch * body * (1.0 + 0.02 * slow - 0.18 * sag)
            lanes = slice(voice * overtones, (voice + 1) * overtones)
            hz[:, lanes] = pitch[:, None] * GROAN_RATIO
            level[:, lanes] = gate[:, None] * GROAN_RATIO**-1.1

    def _begin(self, until_s: float) -> None:
        draw = self._draw
        start_s = self._tick * self._tick_s
        self._groans = [groan for groan in self._groans if groan[0] + groan[1] > start_s]
        while self._params.groans > 0.0 and self._next_s < until_s:
            size = 1.1 * math.exp(0.4 * min(max(draw.standard_normal(), -2.0), 1.2))
            self._groans.append(
                (self._next_s, draw.uniform(1.2, 5.0), size, draw.uniform(-0.4, 1.0), int(draw.integers(VOICES)))
            )
            self._next_s += 0.4 + draw.exponential(60.0 / self._params.groans)
