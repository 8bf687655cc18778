"""Steam: a leak that hisses, a boiler room that breathes, pipes that knock and sing.

Model: a jet's mixing noise is a broad hump around 0.2 U/D, of which mostly the rising flank is heard; it is made of
bands that flutter partly together, partly alone. Where the steam is wet, slugs of water choke the throat for moments
and are spat out as drops. A vessel fills until a valve opens, at a pressure that is never quite the same, and blows
down until it closes. A loose valve chatters at 20 to 90 Hz, water spits in the throat in clusters, a pipe sings on
its odd quarter waves while the flow suits it, and water hammer knocks a few times and dies away. Far under it the
boiler rumbles.

Sources: Lighthill on jet noise (1952), Strouhal number 0.2; blow-down of a vessel through a choked throat; quarter
wave resonators; water hammer after Joukowsky.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.bands import NoiseBands
from soundscape.dsp.blend import AS_BEFORE, SILENT_DB, Part, Voice, blend
from soundscape.dsp.drift import Drift
from soundscape.dsp.grains import Grains
from soundscape.dsp.modal import ring
from soundscape.dsp.noise import uniform, white
from soundscape.dsp.overlay import Overlay
from soundscape.dsp.resonators import LANES, NoiseResonators
from soundscape.dsp.wheel import Wheel
from soundscape.params import number
from soundscape.rng import Seed

BUS = "ambience"
CONTROLS = ("intensity", "brightness", "density")

VOICE = Voice(intensity_db=12.0, brightness_db=14.0, split_hz=1_800.0)
LEVEL_LUFS = -34.0
"""Working loudness: what stands out is far above the rest."""
SONGS = 4
"""Resonances of the pipe that may sing; the other lanes are the jet, half of them on either side."""
JET = LANES - SONGS
SOUND_M_S = 343.0
REST_HZ, REST_SHARE = (55.0, 160.0, 700.0), (1.0, 0.35, 0.1)
MODES = 10
"""Of a knocked pipe."""
SLUG, CHOKE = 0.3, 1.3
"""Standard deviations beyond which water chokes the throat, and how much more each does."""
PRESSURE, OPEN, COUNT = range(3)
"""State of the vessel: its pressure, how far the valve stands open, how often it has moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """How much steam, how it leaves, and through what."""

    peak: float = number(
        6.0, low=1.0, high=12.0, unit="kHz", help="where the hiss is strongest: 0.2 U/D of the nozzle"
    )
    leak: float = number(0.6, low=0.0, high=1.0, help="share of the steam that leaves without end")
    releases: float = number(6.0, low=0.0, high=80.0, unit="1/min", help="how often the valve opens")
    blowdown: float = number(1.2, low=0.1, high=6.0, unit="s", help="time in which a release dies away")
    chatter: float = number(0.2, low=0.0, high=1.0, help="a loose valve that flutters")
    chatter_hz: float = number(38.0, low=15.0, high=90.0, unit="Hz", help="its rate")
    water: float = number(0.3, low=0.0, high=1.0, help="water that spits")
    whistle: float = number(0.0, low=0.0, high=1.0, help="how far the pipe sings")
    pipe: float = number(0.35, low=0.05, high=3.0, unit="m", help="length of the pipe that sings and knocks")
    knocks: float = number(4.0, low=0.0, high=40.0, unit="1/min", help="water hammer in the pipes")
    rumble: float = number(-12.0, low=-40.0, high=12.0, unit="dB", help="boiler and pipes against the jet")
    flutter: float = number(1.2, low=0.3, high=4.0, unit="dB", help="unsteadiness of the jet")
    width: float = number(0.9, low=0.0, high=1.0, help="difference of the two sides")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """Steam, float32 `(2, block.frames)` for every control block."""

    def parts() -> list[tuple[float | None, Part]]:
        spit_db = -20.0 + 18.0 * params.water if params.water > 0.0 else SILENT_DB
        slugs = seed.child("slugs")
        return [
            (0.0, Jet(params, rate, seed.child("jet"), slugs)),
            (spit_db, Spit(params, rate, seed.child("spit"), slugs)),
            (params.rumble, Boiler(rate, seed.child("boiler"))),
            (AS_BEFORE, Knocks(params, rate, seed.child("knocks"))),
        ]

    return blend(parts, controls, rate, VOICE, level_lufs=LEVEL_LUFS)


class Jet:
    """What leaves the nozzle, with the valve before it and the pipe that sings in it."""

    def __init__(self, params: Params, rate: int, seed: Seed, slugs: Seed) -> None:
        self._params, self._rate = params, rate
        self._slugs = _slugs(slugs, rate)
        rng = seed.generator("lanes")
        bands = np.repeat(np.geomspace(170.0, 11_000.0, JET // 2), 2)
        song = SOUND_M_S / (4.0 * params.pipe) * np.array((1.0, 3.0, 5.0, 7.0)) * rng.uniform(0.985, 1.015, SONGS)
        self._hz = np.concatenate((bands * rng.uniform(0.94, 1.06, JET), np.minimum(song, 9_000.0)))
        # Flat up to the peak, by 12 dB/octave less above it, in bands of equal share of an octave.
        hump = (bands / 5_000.0) ** 0.5 / (1.0 + (bands / (1e3 * params.peak)) ** 2)
        sung = 1.3 * params.whistle * np.array((1.0, 0.6, 0.35, 0.2))
        self._level = np.concatenate((hump, sung))
        self._suits = np.concatenate((np.zeros(JET), rng.uniform(0.8, 1.15, SONGS)))
        side = np.tile((-1.0, 1.0), LANES // 2)
        spread = np.concatenate((np.linspace(0.6, 1.0, JET), np.full(SONGS, 0.3)))
        self._pan = params.width * side * spread
        q = np.concatenate((np.full(JET, 0.9), rng.uniform(25.0, 60.0, SONGS)))
        self._noise = NoiseResonators(seed.child("noise"), rate, q=q)
        self._motion = Drift(seed.child("motion"), rate, motions=LANES + 2, low_hz=0.05, high_hz=8.0)
        self._valve = Wheel(
            seed.child("valve"), rate, phase=0.0, length_s=0.45 / params.chatter_hz, jitter=0.07, uneven=0.2
        )
        self._key = np.uint32(seed.key("vessel"))
        self._vessel = np.array([seed.generator("vessel").uniform(0.3, 1.0), 0.0, 0.0])

    def run(self, block: ControlBlock) -> Audio:
        """The jet under these controls."""
        params = self._params
        *own, common, swing = self._motion.advance(block.ticks).T
        drive = 1.25 ** (2.0 * block["intensity"].astype(np.float64) - 1.0)
        often = params.releases / 60.0 * 2.0 ** (2.0 * block["density"].astype(np.float64) - 1.0)
        flow = np.empty(block.ticks + 1)
        breathe(flow, self._vessel, params.leak, often, params.blowdown, self._key, TICK / self._rate)
        speed = drive * np.sqrt(flow)
        flutter = 10.0 ** (params.flutter / 20.0 * (0.8 * common[:, None] + 0.7 * np.stack(own, axis=1)))
        slug = np.maximum(self._slugs.advance(block.ticks)[:, 0] - SLUG, 0.0)
        level = self._level * flutter * ((0.02 + flow) * np.exp(-CHOKE * params.water * slug))[:, None]
        fits = np.exp(-(((speed[:, None] / np.maximum(self._suits[JET:], 0.1)) - 1.0) ** 2) / 0.08)
        level[:, JET:] *= fits
        hz = self._hz * np.ones_like(level)
        hz[:, :JET] *= 0.7 + 0.3 * speed[:, None]
        hz[:, JET:] *= 1.0 + 0.02 * (speed[:, None] - 1.0)
        out = np.zeros((2, block.frames), np.float32)
        self._noise.add(out, hz, level, np.tile(self._pan, (len(level), 1)))
        if params.chatter > 0.0:
            beat = np.full((2, block.frames), 1.0 - params.chatter, np.float32)
            pace = params.chatter_hz * np.exp(0.12 * swing) * (0.8 + 0.2 * speed)
            self._valve.add(beat, pace, np.full(block.ticks + 1, 2.2 * params.chatter))
            out *= beat
        return out


def _slugs(seed: Seed, rate: int) -> Drift:
    """How much water is in the throat, and where it goes; the jet and its drops have one and the same."""
    return Drift(seed, rate, motions=2, low_hz=0.2, high_hz=25.0)


@njit(cache=True, nogil=True)
def breathe(flow, vessel, leak, often, blowdown_s, key, tick_s):  # type: ignore[no-untyped-def]
    """Flow out of a vessel at tick edges, into `flow`; `vessel` is its state and is moved on.

    `often` is the rate of releases in 1/s at tick edges; while the valve stands open the pressure falls, the
    slower the less is left.
    """
    attack, release = 1.0 - np.exp(-tick_s / 0.012), 1.0 - np.exp(-tick_s / 0.05)
    for edge in range(flow.shape[0]):
        if edge > 0:
            turn = int(vessel[COUNT])
            chance = uniform(key, turn)
            if turn % 2 == 0:
                vessel[PRESSURE] += often[edge] * tick_s
                if vessel[PRESSURE] > 0.75 + 0.5 * chance and often[edge] > 0.0:
                    vessel[COUNT] += 1.0
            else:
                vessel[PRESSURE] -= tick_s / blowdown_s * vessel[PRESSURE] ** 1.12
                if vessel[PRESSURE] < 0.04 + 0.3 * chance * chance:
                    vessel[COUNT] += 1.0
            wanted = 1.0 if int(vessel[COUNT]) % 2 == 1 else 0.0
            vessel[OPEN] += (attack if wanted > vessel[OPEN] else release) * (wanted - vessel[OPEN])
        flow[edge] = leak + (1.0 - leak) * vessel[OPEN] * vessel[PRESSURE]


class Spit:
    """Drops of water torn off in the throat, in clusters."""

    def __init__(self, params: Params, rate: int, seed: Seed, slugs: Seed) -> None:
        self._params = params
        self._grains = Grains(seed.child("drops"), rate, ring_s=0.0016, size_sd=0.9, pitch_sd=0.45, densest=1_200.0)
        self._slugs = _slugs(slugs, rate)

    def run(self, block: ControlBlock) -> Audio:
        """The drops under these controls."""
        out = np.zeros((2, block.frames), np.float32)
        burst, place = self._slugs.advance(block.ticks).T
        density = block["density"].astype(np.float64)
        per_s = (20.0 + 120.0 * self._params.water) * 4.0 ** (2.0 * density - 1.0) * np.exp(1.1 * burst - 0.5)
        pitch_hz = np.full(block.ticks + 1, 2_600.0)
        self._grains.add(
            out, np.minimum(per_s, 1_200.0), pitch_hz, np.ones_like(per_s), 0.5 * self._params.width * place
        )
        return out


class Boiler:
    """What boils and flows far inside."""

    def __init__(self, rate: int, seed: Seed) -> None:
        self._air = NoiseBands(seed.child("boil"), rate, shared=(0.85, 0.4, 0.1))
        self._motion = Drift(seed.child("motion"), rate, motions=6, low_hz=0.05, high_hz=12.0)

    def run(self, block: ControlBlock) -> Audio:
        """The rumble; it knows of no control."""
        out = np.zeros((2, block.frames), np.float32)
        moving = np.exp(0.28 * self._motion.advance(block.ticks)).reshape(-1, 3, 2)
        # Lows move alike on both sides.
        moving[:, 0, 1] = moving[:, 0, 0]
        self._air.add(out, np.tile(np.array(REST_HZ), (len(moving), 1)), np.array(REST_SHARE)[:, None] * moving)
        return out


class Knocks:
    """Water hammer: a few blows through the same pipe, now and then."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._rate, self._seed = params, rate, seed
        rng = seed.generator("pipe")
        self._modes = min(60.0 / params.pipe, 400.0) * np.cumsum(rng.uniform(0.7, 1.3, MODES))
        self._overlay = Overlay()
        self._at = 0

    def run(self, block: ControlBlock) -> Audio:
        """The knocks under these controls."""
        out = np.zeros((2, block.frames), np.float32)
        often = self._params.knocks / 60.0 * 4.0 ** (2.0 * block["density"][:-1] - 1.0) * (TICK / self._rate)
        draws = 0.5 + 0.5 * white(block.ticks, self._seed.key("knocks"), start=self._at)
        for tick in np.flatnonzero(draws < often):
            rng = self._seed.generator("knock", int(self._at + tick))
            self._overlay.lay(int(tick) * TICK + int(rng.integers(TICK)), self._knock(rng))
        self._overlay.add(out)
        self._at += block.ticks
        return out

    def _knock(self, rng: np.random.Generator) -> Audio:
        """A few blows that follow each other ever more faintly through the same pipe."""
        blows = int(rng.integers(2, 7))
        at_s = np.concatenate(([0.0], np.cumsum(rng.uniform(0.07, 0.3) * rng.uniform(0.8, 1.25, blows - 1))))
        force = 2.8 * min(rng.lognormal(0.0, 0.35), 1.5) * 0.7 ** np.arange(blows) * rng.lognormal(0.0, 0.2, blows)
        pitch = self._modes * rng.uniform(0.97, 1.03)
        colour = (pitch / pitch[0]) ** -0.7 * rng.lognormal(0.0, 0.4, MODES)
        colour /= np.sqrt(np.sum(colour**2))
        sound = np.zeros((2, round((at_s[-1] + 0.6) * self._rate)), np.float32)
        ring(
            sound,
            self._rate,
            start=np.repeat(np.round(at_s * self._rate), MODES),
            frequency_hz=np.tile(pitch, blows),
            t60_s=np.tile(0.5 * (pitch / 200.0) ** -0.4, blows),
            gain=(force[:, None] * colour).ravel(),
            pan=self._params.width * rng.uniform(-0.7, 0.7),
        )
        return sound
