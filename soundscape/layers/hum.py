"""Hum of a machine at work: powered armour idling, a turbine room, a ship's drone, mains, with servo moves.

Model: a shaft whose speed wanders (1/f) drives blades, one pulse each, unequal and varying from turn to turn;
gears add their mesh line with sidebands at the shaft rate, the mains a series at twice its frequency and a faint buzz
of what is loose in its field, both of them with the load on it. All of it
shakes a casing of 32 modes. A bed of flow noise as loud as the tone is modulated by the blades, and everything
flutters by some 2 dB: without that flutter a hum is heard as filtered noise. Load couples pitch, level and
brightness. Loose parts tick and servos move, clustered in time; no two moves are alike.

Sources: Farnell, *Designing Sound* (2010), motors; gear mesh and sidebands as in machine diagnostics;
levels and flutter after measurements of recorded machines.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock, neutral
from soundscape.dsp.buzz import Buzz
from soundscape.dsp.casing import MODES, Casing
from soundscape.dsp.drift import Drift
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.loudness import loudness_lufs
from soundscape.dsp.machine import fill_bed, fill_lines, finish
from soundscape.dsp.modal import pan_gains, ring
from soundscape.dsp.noise import white
from soundscape.dsp.overlay import Overlay
from soundscape.dsp.servo import servo_move
from soundscape.dsp.telegraph import Telegraph
from soundscape.params import number
from soundscape.rng import Seed
from soundscape.units import db_to_gain

BUS = "ambience"
CONTROLS = ("intensity", "brightness", "density")
PERIODIC = True

LEVEL_LUFS = -25.0
BED_OVER_TONE_DB = 2.3
"""1.3 in amplitude, as measured on real machines."""
LOAD_DB, LOAD_PITCH, LOAD_HIGHS_DB = 9.0, 0.16, 8.0
"""What the whole range of intensity moves: level, relative pitch, highs."""
BRIGHTNESS_DB = 22.0
SPLIT_HZ = 500.0
"""Above it brightness and load act."""
KNOCK_HZ = np.geomspace(900.0, 5_200.0, 8)
TRIAL_S = 3
UNBALANCE = 0.22
WANDER = 0.008
LOAD_STEP_DB, LOAD_SPELL_S = 1.2, 4.0
"""What a consumer adds to hum of the mains, and for how long it typically runs."""
BUZZ = 7.0
"""Of what is loose in the field of the mains against its lines."""
WHINE_HZ, WHINE_GAIN = 4_700.0, 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What runs, how steadily, and what moves on it."""

    pitch: float = number(74.0, low=25.0, high=240.0, unit="Hz", help="blade frequency: the fundamental")
    blades: int = number(5, low=1, high=16, help="pulses a revolution; sidebands lie at pitch / blades")
    tone: float = number(0.5, low=0.0, high=1.0, help="lines against flow noise; 0.5 is a typical machine")
    teeth: int = number(53, low=7, high=120, help="of the gear: mesh line at teeth times shaft rate")
    mesh: float = number(0.3, low=0.0, high=1.0, help="level of the gear mesh")
    mains: float = number(0.0, low=0.0, high=1.0, help="share of the mains series")
    mains_hz: float = number(50.0, low=40.0, high=70.0, unit="Hz", help="mains frequency; it hums at twice that")
    whine: float = number(0.3, low=0.0, high=1.0, help="level of the switching whine")
    size: float = number(0.5, low=0.0, high=1.0, help="of the casing: larger resonates lower")
    flutter: float = number(2.0, low=0.5, high=5.0, unit="dB", help="wandering of level and flow")
    unrest: float = number(0.5, low=0.0, high=1.0, help="wandering of the speed")
    ticks: float = number(1.0, low=0.1, high=8.0, unit="1/s", help="loose parts and relays that tick")
    moves: float = number(0.0, low=0.0, high=60.0, unit="1/min", help="servo moves")
    servo: float = number(520.0, low=150.0, high=1500.0, unit="Hz", help="tooth frequency of a servo at speed")
    width: float = number(0.6, low=0.0, high=1.0, help="difference of the two sides")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """The hum, float32 `(2, block.frames)` for every control block."""
    machine = Machine(params, rate, seed, _component_gains(params, rate, seed))
    moving = Moving(params, rate, seed)
    highpass = HighPass(rate)
    for block in controls:
        audio = machine.run(block)
        moving.add(audio, block)
        highpass.run(audio)
        yield audio


@lru_cache(maxsize=64)
def _component_gains(params: Params, rate: int, seed: Seed) -> tuple[float, float]:
    """Gains of lines and bed by which their balance and the sum's loudness come out as meant, by trial."""
    ticks = TRIAL_S * rate // TICK
    lines, bed = (
        np.concatenate(list(map(Machine(params, rate, seed, gains).run, neutral(ticks))), axis=1)
        for gains in ((1.0, 0.0), (0.0, 1.0))
    )
    tone_db = 24.0 * (params.tone - 0.5) - BED_OVER_TONE_DB
    balance = db_to_gain(tone_db) * float(np.std(bed) / max(float(np.std(lines)), 1e-9))
    level = db_to_gain(LEVEL_LUFS - loudness_lufs(balance * lines + bed, rate))
    return balance * level, level


class Machine:
    """The running machine: shaft, gears, mains, flow and casing."""

    def __init__(self, params: Params, rate: int, seed: Seed, gains: tuple[float, float]) -> None:
        self._params, self._rate = params, rate
        self._lines_gain, self._bed_gain = gains
        self._motion = Drift(seed.child("motion"), rate, motions=5, low_hz=0.02, high_hz=8.0)
        self._casing = _casing(params, rate, seed)
        self._turns = seed.generator("turns").uniform(0.0, 1.0, 3)
        self._bed, self._tilt = np.zeros((2, 2), np.float32), np.zeros(2, np.float32)
        self._key = np.uint32(seed.key("noise"))
        self._at = 0
        self._buzz = Buzz(seed.child("buzz"), rate, width=params.width)
        self._consumer = Telegraph(seed.child("consumer"), rate, spell_s=LOAD_SPELL_S, burning=0.5)
        unequal = seed.generator("blades").standard_normal(params.blades)
        self._pattern = (1.0 + UNBALANCE * unequal).astype(np.float32)
        self._shared = math.sqrt(1.0 - min(1.0, 1.6 * params.width))
        # No two machines of a kind run at quite the same speed.
        self._own = 1.0 + 0.02 * float(seed.generator("own").standard_normal())

    def run(self, block: ControlBlock) -> Audio:
        """The machine alone under these controls."""
        params, rate = self._params, self._rate
        speed, level, flow, colour, grid = self._motion.advance(block.ticks).T
        load = block["intensity"].astype(np.float64) - 0.5
        blade_hz = params.pitch * self._own * (1.0 + LOAD_PITCH * load) * (1.0 + WANDER * params.unrest * speed)
        mains_hz = params.mains_hz * (1.0 + 0.2 * (self._own - 1.0) + 0.001 * grid)
        drawn_db = LOAD_STEP_DB * params.mains * (self._consumer.advance(block.ticks) - 0.5)
        lines_db = LOAD_DB * load + drawn_db + 0.45 * params.flutter * level
        flow_db = LOAD_DB * load + 0.9 * params.flutter * flow
        highs_db = (
            LOAD_HIGHS_DB * load + BRIGHTNESS_DB * (block["brightness"] - 0.5) + 0.7 * params.flutter * colour
        )
        lines_gain = (self._lines_gain * 10.0 ** (lines_db / 20.0)).astype(np.float32)
        bed_gain = (self._bed_gain * 10.0 ** (flow_db / 20.0)).astype(np.float32)

        lines, beat = np.empty((2, block.frames), np.float32)
        fill_lines(
            lines,
            beat,
            self._turns,
            blade_hz,
            mains_hz,
            lines_gain,
            self._pattern,
            np.float32(params.mesh),
            np.float32(params.mains),
            params.teeth / params.blades,
            rate,
            self._key,
        )
        audio = np.empty((2, block.frames), np.float32)
        fill_bed(audio, beat, bed_gain, self._bed, self._shared, rate, self._key, self._at)
        drive = lines + np.float32(2.0) * audio
        if params.mains > 0.0:
            self._buzz.add(drive, mains_hz, BUZZ * params.mains * lines_gain)
        self._casing.add(audio, drive)
        whine_hz = WHINE_HZ * (0.9 + 0.1 * blade_hz / params.pitch)
        highs = (10.0 ** (highs_db / 20.0)).astype(np.float32)
        whine = np.float32(WHINE_GAIN * params.whine) * lines_gain
        finish(audio, highs, whine, whine_hz, self._turns, self._tilt, SPLIT_HZ, rate)
        self._at += block.frames
        return audio


def _casing(params: Params, rate: int, seed: Seed) -> Casing:
    """A casing of the size that is asked for; its two sides are a little detuned."""
    rng = seed.generator("casing")
    scale = 2.0 ** (1.0 - 2.0 * params.size)
    centre = np.geomspace(45.0, 4_200.0, MODES) * rng.uniform(0.94, 1.06, MODES)
    quality = np.clip(np.geomspace(5.0, 28.0, MODES) * rng.lognormal(0.0, 0.35, MODES), 4.0, 35.0)
    gain = (centre / 100.0) ** -0.75 * rng.lognormal(0.0, 0.3, MODES) * rng.choice((-1.0, 1.0), MODES)
    detune = 1.0 + 0.03 * params.width * rng.uniform(-1.0, 1.0, (2, MODES))
    return Casing(rate, frequency_hz=scale * centre * detune, quality=quality, gain=0.5 * gain)


class Moving:
    """Loose parts that tick and servos that move: drawn tick by tick."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._rate, self._seed = params, rate, seed
        self._bursts = Drift(seed.child("bursts"), rate, low_hz=0.03, high_hz=0.5)
        self._overlay = Overlay()
        self._at = 0

    def add(self, audio: Audio, block: ControlBlock) -> None:
        """Add what ticks and moves during this block, and what still rings from before."""
        params, ticks = self._params, block.ticks
        busy = 4.0 ** (2.0 * block["density"][:-1] - 1.0) * np.exp(0.6 * self._bursts.advance(ticks)[:-1, 0] - 0.18)
        share = busy * (TICK / self._rate)
        draws = [0.5 + 0.5 * white(ticks, self._seed.key(name), start=self._at) for name in ("ticks", "moves")]
        knocks, moves = draws[0] < params.ticks * share, draws[1] < params.moves / 60.0 * share
        level = 10.0 ** (LOAD_DB / 20.0 * (block["intensity"] - 0.5))
        for tick in np.flatnonzero(knocks | moves):
            rng = self._seed.generator("event", int(self._at + tick))
            for happens, make in ((knocks, self._knock), (moves, self._move)):
                if happens[tick]:
                    self._overlay.lay(int(tick) * TICK + int(rng.integers(TICK)), level[tick] * make(rng))
        self._overlay.add(audio)
        self._at += ticks

    def _knock(self, rng: np.random.Generator) -> Audio:
        modes = len(KNOCK_HZ)
        pitch = KNOCK_HZ * rng.uniform(0.9, 1.1, modes)
        sound = np.zeros((2, round(0.12 * self._rate)), np.float32)
        ring(
            sound,
            self._rate,
            start=rng.integers(0, self._rate // 500, modes),
            frequency_hz=pitch,
            t60_s=rng.uniform(0.02, 0.07),
            gain=0.023 * rng.lognormal(0.0, 0.3) * rng.lognormal(-0.2, 0.5, modes),
            pan=self._params.width * rng.uniform(-0.8, 0.8),
        )
        return sound

    def _move(self, rng: np.random.Generator) -> Audio:
        move = servo_move(
            self._rate,
            rng,
            length_s=rng.uniform(0.18, 0.6),
            mesh_hz=self._params.servo * rng.choice((0.75, 1.0, 1.0, 1.33)),
            load=rng.uniform(0.2, 0.8),
            clunk=rng.uniform(0.2, 0.6),
        )
        gains = np.array(pan_gains(self._params.width * rng.uniform(-0.8, 0.8)), np.float32)
        return np.float32(0.09 * min(rng.lognormal(0.0, 0.35), 1.6)) * gains[:, None] * move
