"""Debris that trickles, patters and tumbles: gravel, rubble, scrap or glass that something has set loose.

It comes in clusters: something gives way, and a handful of pieces follows, thickly at first, then one by one. Every
piece bounces: each impact softer than the last and sooner after it, by one coefficient of restitution. A piece rings
in a few modes of its own, the bigger the lower and the louder. Under the pieces runs the grit that falls with them,
under all of it a faint bed. The clusters follow a Neyman-Scott process whose rate wanders as 1/f; bouncing after
A. Farnell, *Designing Sound* (2010), modes after K. van den Doel & D. Pai (1998).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.bands import BANDS, NoiseBands
from soundscape.dsp.drift import Drift
from soundscape.dsp.grains import Grains
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.modal import ring
from soundscape.dsp.overlay import Overlay
from soundscape.params import choice, number
from soundscape.rng import Seed

BUS = "ambience"
LASTING = False
CONTROLS = ("intensity", "brightness", "density")


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """How pieces of it ring."""

    pitch_hz: float
    """Lowest mode of a middling piece."""
    t60_s: float
    """Of that mode."""
    spread: float
    """Ratio of the highest of its modes to the lowest."""
    restitution: float
    """Speed after a bounce over that before it."""
    grit_hz: float
    """Pitch of what falls with it."""


MATERIALS = {
    "gravel": Material(pitch_hz=2_300.0, t60_s=0.011, spread=3.0, restitution=0.42, grit_hz=4_000.0),
    "rubble": Material(pitch_hz=1_150.0, t60_s=0.026, spread=4.5, restitution=0.35, grit_hz=2_400.0),
    "metal": Material(pitch_hz=1_300.0, t60_s=0.22, spread=5.5, restitution=0.58, grit_hz=4_200.0),
    "glass": Material(pitch_hz=3_000.0, t60_s=0.11, spread=2.6, restitution=0.5, grit_hz=5_000.0),
}
MODES, BOUNCES = 4, 5
SIZE_SD, BOUND = 0.33, 1.6
FLIGHT_S = 0.16
"""From the first impact of a middling piece to its second."""
HANDFUL, HANDFUL_S = 2.0, 0.07
"""Pieces that come loose together, and how far apart they fall."""
START, SIZE, RISE, FALL, PAN = range(5)
"""Columns of the table of clusters: seconds, factor, seconds, seconds, place."""
BED_HZ = (110.0, 700.0, 3_500.0)
SHARED = (0.9, 0.6, 0.15)
OFTEN, MANY, INTENSITY, BRIGHTNESS_OCT = 2.6, 1.4, 2.3, 1.6
"""What a control moves: factor of the rate, of the pieces and of the level each way from the middle, colour."""
STRAY = 40.0
"""Grains a second between the clusters, at full grit and neutral density."""
LOBES = 1.7
"""Standard deviation of the logarithm of how much moves, from 2 to 6 Hz."""
LEVEL = 0.028
"""Peak of a middling piece at neutral controls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What falls, how often, how much of it."""

    material: str = choice("gravel", tuple(MATERIALS), help="what the pieces are")
    clusters: float = number(30.0, low=2.0, high=150.0, unit="1/min", help="how often something gives way")
    pieces: float = number(9.0, low=1.0, high=60.0, help="pieces of a cluster")
    length: float = number(0.7, low=0.05, high=6.0, unit="s", help="over which they fall")
    unrest: float = number(0.15, low=0.0, high=1.5, help="how unevenly clusters come")
    bounce: float = number(0.5, low=0.0, high=1.0, help="how much pieces bounce")
    size: float = number(0.5, low=0.0, high=1.0, help="of the pieces: bigger is lower and longer")
    grit: float = number(0.5, low=0.0, high=1.0, help="fine grains that run with them")
    body: float = number(0.2, low=0.0, high=1.0, help="low sound of what they fall on")
    bed: float = number(0.4, low=0.0, high=1.0, help="faint movement everywhere else")
    width: float = number(0.8, low=0.0, high=1.0, help="how far to the sides they fall")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """Debris for every control block, float32 `(2, block.frames)`."""
    material = MATERIALS[params.material]
    falls = Falls(params, rate, seed)
    slow = Drift(seed.child("slow"), rate, motions=2, low_hz=0.05, high_hz=6.0, slope=0.5)
    clumps = Drift(seed.child("clumps"), rate, low_hz=3.0, high_hz=90.0)
    lobes = Drift(seed.child("lobes"), rate, low_hz=2.0, high_hz=6.0, slope=0.0)
    grains = Grains(seed.child("grit"), rate, ring_s=0.0007, densest=12_000.0)
    under = NoiseBands(seed.child("under"), rate, shared=SHARED)
    high_pass = HighPass(rate)
    grit_hz = material.grit_hz * 2.0 ** (0.4 - 0.8 * params.size)
    for block in controls:
        strength = LEVEL * _strength(block["intensity"])
        bright = 2.0 ** (BRIGHTNESS_OCT * (block["brightness"].astype(np.float64) - 0.5))
        moving, place = falls.advance(block)
        # What falls halts and gives way again.
        moving *= np.exp(LOBES * np.clip(lobes.advance(block.ticks)[:, 0], -3.0, 1.6) - 0.4 * LOBES**2)
        motion, clump = slow.advance(block.ticks), np.exp(0.6 * clumps.advance(block.ticks)[:, 0] - 0.18)
        audio = np.zeros((2, block.frames), np.float32)
        dense = OFTEN ** (2.0 * block["density"].astype(np.float64) - 1.0)
        stray = STRAY * dense * np.exp(0.6 * motion[:, 0])
        often = np.minimum(params.grit * (2_800.0 * moving + stray) * clump, 10_000.0)
        grains.add(audio, often, grit_hz * bright, 0.32 * strength * clump**0.3, place)
        corner = np.array(BED_HZ) * bright[:, None]
        # What many pieces make together grows with the root of their number, nearly.
        lot = (moving * clump) ** 0.6
        far = params.bed * np.sqrt(dense) * np.exp(0.3 * motion[:, 1])
        level = np.empty((block.ticks + 1, BANDS))
        level[:, 0] = strength * (0.08 * far + 0.3 * params.body * lot)
        level[:, 1] = strength * (0.055 * far + 0.06 * lot)
        level[:, 2] = strength * (0.04 * far + 0.06 * params.grit * lot)
        under.add(audio, corner, np.repeat(level[:, :, None], 2, axis=2))
        falls.pieces.add(audio)
        high_pass.run(audio)
        yield audio


def _strength(intensity: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    return INTENSITY ** (2.0 * intensity.astype(np.float64) - 1.0)


class Falls:
    """The clusters: when they begin, how much of each is still moving, and the pieces that ring."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._material, self._rate, self._seed = params, MATERIALS[params.material], rate, seed
        self._draw = seed.generator("clusters")
        self._mood, self._side = 0.0, 1.0
        self._next_s = float(self._draw.uniform(0.0, 0.6))
        self._clusters: list[npt.NDArray[np.float64]] = []
        self._tick = 0
        self.pieces = Overlay()

    def advance(self, block: ControlBlock) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """How much moves at the tick edges of this block, and where; the pieces are laid."""
        tick_s = TICK / self._rate
        end_s = (self._tick + block.ticks) * tick_s
        while self._next_s < end_s:
            tick = min(max(int(self._next_s / tick_s) - self._tick, 0), block.ticks - 1)
            cluster = self._begin(float(block["density"][tick]))
            self._clusters.append(cluster)
            offset = max(0, int(cluster[START] * self._rate) - self._tick * TICK)
            self.pieces.lay(offset, self._shatter(cluster, block, tick))
        now_s = (self._tick + np.arange(block.ticks + 1)) * tick_s
        moving, place = np.full(block.ticks + 1, 1e-9), np.zeros(block.ticks + 1)
        for cluster in self._clusters:
            age = np.maximum(now_s - cluster[START], 0.0)
            amount = cluster[SIZE] * (1.0 - np.exp(-age / cluster[RISE])) * np.exp(-age / cluster[FALL])
            moving += amount
            place += amount * cluster[PAN]
        self._tick += block.ticks
        self._clusters = [item for item in self._clusters if end_s - item[START] < 40.0 * item[FALL]]
        return moving, place / moving

    def _begin(self, density: float) -> npt.NDArray[np.float64]:
        draw, params = self._draw, self._params
        self._side = -self._side
        size = math.exp(0.4 * min(max(draw.standard_normal(), -2.0), 1.5))
        cluster = np.array((
            self._next_s,
            size,
            0.1 * params.length * draw.uniform(0.3, 1.0),
            0.5 * params.length * size**0.5 * draw.uniform(0.6, 1.5),
            self._side * params.width * draw.uniform(0.0, 0.5),
        ))  # fmt: skip
        # One thing that gives way loosens the next: the rate has moods that pass.
        self._mood = 0.75 * self._mood + 0.66 * draw.standard_normal()
        per_s = params.clusters / 60.0 * OFTEN ** (2.0 * density - 1.0) * math.exp(params.unrest * self._mood)
        self._next_s += max(draw.exponential(1.0), 0.05) / per_s
        return cluster

    def _shatter(self, cluster: npt.NDArray[np.float64], block: ControlBlock, tick: int) -> Audio:
        """The pieces of a cluster, each with its bounces."""
        params, material, rate = self._params, self._material, self._rate
        draw = self._seed.generator("pieces", round(cluster[START] * 1e6))
        pieces = params.pieces * cluster[SIZE] * MANY ** (2.0 * float(block["density"][tick]) - 1.0)
        count = 1 + draw.poisson(max(pieces - 1.0, 0.0))
        size = np.clip(draw.standard_normal((count, 1, 1)), -BOUND, BOUND)
        # One piece that comes loose takes others along.
        loose = draw.gamma(1.3, 0.55 * params.length * cluster[SIZE] ** 0.5, max(1, round(count / HANDFUL)))
        fall = draw.choice(loose, (count, 1, 1)) + draw.exponential(HANDFUL_S, (count, 1, 1))
        fall -= fall.min()
        # Flight times shrink as a geometric series.
        kept = np.arange(BOUNCES)[None, :, None]
        back = material.restitution * (0.6 + 0.8 * params.bounce) * draw.uniform(0.75, 1.2, (count, 1, 1))
        back = np.clip(back, 0.05, 0.85)
        flight_s = FLIGHT_S * (0.4 + params.bounce) * draw.lognormal(0.0, 0.4, (count, 1, 1)) * np.exp(0.2 * size)
        moment = fall + flight_s * (1.0 - back**kept) / (1.0 - back)
        lowest_hz = material.pitch_hz * 2.0 ** (0.7 - 1.4 * params.size) * np.exp(-0.3 * size)
        lowest_hz = lowest_hz * draw.lognormal(0.0, 0.25, (count, 1, 1))
        ratio = material.spread ** (np.arange(MODES) / (MODES - 1)) * draw.uniform(0.9, 1.1, (count, 1, MODES))
        strength = LEVEL * float(_strength(block["intensity"][tick])) * np.exp(SIZE_SD * size)
        bright = 2.0 ** (BRIGHTNESS_OCT * (float(block["brightness"][tick]) - 0.5))
        gain = strength * (0.8 * back) ** kept * draw.lognormal(0.0, 0.25, (count, BOUNCES, MODES))
        gain = gain * (ratio / bright) ** -0.7
        t60_s = material.t60_s * 2.0 ** (params.size - 0.5) * ratio**-0.6 * np.exp(0.2 * size)
        pan = cluster[PAN] + 0.4 * params.width * draw.uniform(-1.0, 1.0, (count, 1, 1))
        # Impacts 40 dB below the first are left out.
        heard = ((0.8 * back) ** kept > 0.01) & (gain > 0.0)
        sound = np.zeros((2, int((moment.max() + 1.6 * t60_s.max()) * rate) + 64), np.float32)
        full = heard.shape
        ring(
            sound,
            rate,
            start=np.broadcast_to((moment * rate).astype(np.int64), full)[heard],
            frequency_hz=np.broadcast_to(lowest_hz * ratio * bright**0.4, full)[heard],
            t60_s=np.broadcast_to(t60_s, full)[heard],
            gain=gain[heard],
            pan=np.clip(np.broadcast_to(pan, full)[heard], -1.0, 1.0),
            phase=draw.uniform(-0.4, 0.4, int(heard.sum())),
        )
        return sound
