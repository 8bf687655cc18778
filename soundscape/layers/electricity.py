"""Electricity: an arc lamp that buzzes, a discharge that comes and goes, a hall of transformers.

Model: iron hums at twice the frequency of the mains, with its series, through plates and tank; loose laminations buzz
in step with it while their gaps are closed, consumers come and go, windings creak. An arc goes out at every zero of
the current and strikes again a little later than it did the last time: pulses at twice the mains, gated by a random
telegraph signal whose spells on and off are drawn from a heavy tail, with the hiss of the discharge swelling at every
restrike. A coil has an interrupter of its own rate instead of the mains. A spark is a handful of streamers within
some milliseconds, broad snaps up to the end of hearing, over the thump of the channel that they open, and now and
then a fizz after it; sparks come in flurries. Corona hisses where it is damp, in bursts at either crest of the
voltage, loud and erratic at the positive one, and single sites crackle there for spells. Nothing of this keeps its
level: load and damp wander.

Sources: Y. Raizer, *Gas Discharge Physics* (1991), for streamers and channels; random telegraph signal with power-law
spells as in blinking discharges; magnetostriction of transformer cores at twice the mains; van den Doel & Pai on
modal sounds (1998); Farnell, *Designing Sound* (2010).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import ControlBlock
from soundscape.dsp.bands import BANDS, NoiseBands
from soundscape.dsp.blend import AS_BEFORE, SILENT_DB, Part, Voice, blend
from soundscape.dsp.buzz import Buzz
from soundscape.dsp.casing import MODES, Casing
from soundscape.dsp.creak import creak
from soundscape.dsp.drift import Drift
from soundscape.dsp.machine import fill_lines
from soundscape.dsp.overlay import Overlay
from soundscape.dsp.sparks import Sparks
from soundscape.dsp.struck import make_body
from soundscape.dsp.telegraph import Telegraph
from soundscape.dsp.wheel import Wheel
from soundscape.params import number
from soundscape.rng import Seed

BUS = "ambience"
CONTROLS = ("intensity", "brightness", "density")
PERIODIC = True

VOICE = Voice(intensity_db=11.0, brightness_db=16.0, split_hz=1_400.0)
LEVEL_LUFS = -42.0
"""Working loudness: what stands out is far above the rest."""
NONE_DB = -60.0
"""At this level a part is not there."""
HISS_HZ, HISS_SHARE = (300.0, 2_200.0, 9_000.0), (0.3, 0.8, 1.0)
FLOW_HZ, FLOW_SHARE = (70.0, 260.0, 1_300.0), (1.0, 0.6, 0.25)
SHARED = (0.7, 0.4, 0.1)
FLOW_DB = -1.0
"""Oil and fans against the hum."""
BARE = 0.5
"""Of an arc that is heard past its lamp."""
LOAD_STEP_DB, LOAD_SPELL_S = 2.4, 3.0
"""What a consumer adds to the hum, and for how long it typically runs."""
BUZZ = 10.0
"""Of loose laminations against the lines."""
CREAK, CREAK_EVERY_S = 5.0, 18.0
"""Peak of a creak, and the time between two."""
CREST, CALM = 0.25, 0.25
"""Place of the positive crest of the voltage in a turn of the mains, and the share of the hiss between crests."""
SITES, STREAMERS, CRACKLE = 3, 4, 1.5
SITE_SPELL_S, SITE_BURNING = 0.25, 0.35
"""Sites of corona, streamers of one at a crest and their level; typical spell of one and its share of the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What hums, what arcs, what sparks."""

    mains: float = number(
        50.0, low=16.0, high=70.0, unit="Hz", help="frequency of the mains; iron hums at twice that"
    )
    hum: float = number(0.0, low=-60.0, high=6.0, unit="dB", help="level of the hum")
    size: float = number(0.5, low=0.0, high=1.0, help="of tank and lamp: larger is lower")
    arc: float = number(-4.0, low=-60.0, high=18.0, unit="dB", help="level of the arc")
    interrupter: float = number(
        0.0, low=0.0, high=600.0, unit="Hz", help="restrikes of a coil a second; at 0 the arc follows the mains"
    )
    spell: float = number(0.4, low=0.03, high=4.0, unit="s", help="typical time for which the arc burns")
    burning: float = number(0.6, low=0.05, high=0.98, help="share of the time in which it burns")
    hiss: float = number(0.5, low=0.0, high=1.0, help="noise of the discharge in the arc")
    sparks: float = number(-8.0, low=-60.0, high=12.0, unit="dB", help="level of the sparks")
    rate: float = number(14.0, low=0.5, high=200.0, unit="1/s", help="sparks")
    corona: float = number(-18.0, low=-45.0, high=6.0, unit="dB", help="level of the corona's hiss")
    unrest: float = number(0.5, low=0.0, high=1.0, help="wandering of load and arc")
    width: float = number(0.7, low=0.0, high=1.0, help="difference of the two sides")


def render(params: Params, controls: Iterable[ControlBlock], rate: int, seed: Seed) -> Iterator[Audio]:
    """Current at work, float32 `(2, block.frames)` for every control block."""

    def level(value_db: float) -> float:
        return value_db if value_db > NONE_DB else SILENT_DB

    def parts() -> list[tuple[float | None, Part]]:
        return [
            (level(params.hum), Iron(params, rate, seed.child("iron"))),
            (AS_BEFORE, Windings(params, rate, seed.child("windings"))),
            (level(params.hum + FLOW_DB), Flow(params, rate, seed.child("flow"))),
            (level(params.arc), Arc(params, rate, seed.child("arc"))),
            (level(params.sparks), Sparks(seed.child("sparks"), rate, per_s=params.rate, width=params.width)),
            (params.corona, Corona(params, rate, seed.child("corona"))),
        ]

    return blend(parts, controls, rate, VOICE, level_lufs=LEVEL_LUFS)


class Iron:
    """A core at twice the mains, through plates and tank."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._rate, self._unrest = rate, params.unrest
        # No two grids, and no two moments of one, are quite alike.
        self._mains_hz = params.mains * (1.0 + 0.004 * float(seed.generator("own").standard_normal()))
        self._motion = Drift(seed.child("motion"), rate, motions=2, low_hz=0.02, high_hz=6.0)
        self._turns = seed.generator("turns").uniform(0.0, 1.0, 3)
        self._key = np.uint32(seed.key("unused"))
        self._consumer = Telegraph(seed.child("consumer"), rate, spell_s=LOAD_SPELL_S, burning=0.5)
        self._buzz = Buzz(seed.child("buzz"), rate, width=params.width)
        rng = seed.generator("tank")
        scale = 2.0 ** (0.8 - 1.6 * params.size)
        frequency = scale * np.geomspace(70.0, 2_600.0, MODES) * rng.uniform(0.94, 1.06, MODES)
        gain = (frequency / 200.0) ** -0.6 * rng.lognormal(0.0, 0.45, MODES) * rng.choice((-1.0, 1.0), MODES)
        self._tank = _casing(params, rate, frequency, rng.uniform(4.0, 14.0, MODES), gain, rng)

    def run(self, block: ControlBlock) -> Audio:
        """The hum under these controls."""
        grid, load = self._motion.advance(block.ticks).T
        hz = self._mains_hz * (1.0 + 0.0008 * grid)
        drawn = self._consumer.advance(block.ticks) - 0.5
        load_db = self._unrest * (1.6 * load + LOAD_STEP_DB * drawn)
        gain = (10.0 ** (load_db / 20.0)).astype(np.float32)
        lines, beat = np.empty((2, block.frames), np.float32)
        one = np.ones(1, np.float32)
        none, full = np.float32(0.0), np.float32(1.0)
        fill_lines(lines, beat, self._turns, hz, hz, gain, one, none, full, 1.0, self._rate, self._key)
        out = np.zeros((2, block.frames), np.float32)
        drive = np.stack((lines, lines))
        self._buzz.add(drive, hz, BUZZ * self._unrest * gain)
        self._tank.add(out, drive)
        return out


class Windings:
    """Windings and clamps that creak as their load and heat change."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._rate, self._seed = params, rate, seed
        rng = seed.generator("clamps")
        lowest_hz = 260.0 * 2.0 ** (0.5 - params.size)
        self._body = make_body(
            rng, lowest_hz=lowest_hz, modes=12, stretch=1.3, loss=0.02, longest_s=0.3, irregular=0.15
        )
        self._sounds = Overlay()
        self._count, self._frame = 0, 0
        self._next_s = CREAK_EVERY_S * float(rng.exponential())

    def run(self, block: ControlBlock) -> Audio:
        """The creaks; they know of no control."""
        until_s = (self._frame + block.frames) / self._rate
        while self._next_s < until_s:
            rng = self._seed.generator("creak", self._count)
            sound = creak(
                self._rate,
                rng,
                self._body,
                length_s=0.12 * float(rng.lognormal(0.0, 0.6)),
                slips_hz=(float(rng.uniform(10.0, 25.0)), float(rng.uniform(25.0, 70.0))),
                corner_hz=float(rng.uniform(900.0, 2_500.0)),
                pan=self._params.width * float(rng.uniform(-0.7, 0.7)),
            )
            level = CREAK * self._params.unrest * rng.lognormal(0.0, 0.5)
            self._sounds.lay(max(int(self._next_s * self._rate) - self._frame, 0), np.float32(level) * sound)
            self._count += 1
            self._next_s += CREAK_EVERY_S * float(rng.exponential())
        out = np.zeros((2, block.frames), np.float32)
        self._sounds.add(out)
        self._frame += block.frames
        return out


class Flow:
    """Oil, fans and the room around the iron."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._unrest = params.unrest
        self._air = NoiseBands(seed.child("air"), rate, shared=SHARED)
        self._motion = Drift(seed.child("motion"), rate, motions=2 * BANDS, low_hz=0.03, high_hz=10.0)

    def run(self, block: ControlBlock) -> Audio:
        """The flow noise; it knows of no control."""
        out = np.zeros((2, block.frames), np.float32)
        _hiss(out, self._air, FLOW_HZ, FLOW_SHARE, np.exp(0.35 * self._unrest * self._motion.advance(block.ticks)))
        return out


class Arc:
    """Restrikes of the discharge and its hiss, while the telegraph is on."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._params, self._rate = params, rate
        own = 1.0 + 0.004 * float(seed.generator("own").standard_normal())
        self._restrikes_hz = own * (params.interrupter if params.interrupter > 0.0 else 2.0 * params.mains)
        self._pulses = Wheel(
            seed.child("pulses"),
            rate,
            phase=(0.0, 0.05, 0.43),
            force=(1.0, 0.5, 0.3),
            length_s=(0.00006, 0.00004, 0.0001),
            group=(0, 1, 2),
            jitter=0.02,
            uneven=0.35,
            vary=0.2,
        )
        # The hiss swells with the same restrikes.
        self._swell = Wheel(seed.child("pulses"), rate, phase=0.0, length_s=0.3 / self._restrikes_hz, uneven=0.35)
        self._air = NoiseBands(seed.child("air"), rate, shared=SHARED)
        self._motion = Drift(seed.child("motion"), rate, motions=2 * BANDS + 2, low_hz=0.2, high_hz=25.0)
        self._burns = Telegraph(seed, rate, spell_s=params.spell, burning=params.burning)
        rng = seed.generator("lamp")
        frequency = (
            2.0 ** (0.5 - params.size) * np.geomspace(350.0, 10_500.0, MODES) * rng.uniform(0.94, 1.06, MODES)
        )
        gain = (frequency / 2_000.0) ** -0.25 * rng.lognormal(0.0, 0.4, MODES) * rng.choice((-1.0, 1.0), MODES)
        self._lamp = _casing(params, rate, frequency, rng.uniform(3.0, 9.0, MODES), gain, rng)

    def run(self, block: ControlBlock) -> Audio:
        """The arc under these controls."""
        params = self._params
        gate = self._burns.advance(block.ticks)
        motion = self._motion.advance(block.ticks)
        gate *= np.exp(0.5 * params.unrest * motion[:, -1])
        pace = self._restrikes_hz * np.exp(0.01 * params.unrest * motion[:, -2])
        drive = np.zeros((2, block.frames), np.float32)
        self._pulses.add(drive, pace, gate)
        swell = np.zeros((2, block.frames), np.float32)
        self._swell.add(swell, pace, 0.2 * params.hiss * gate)
        out = np.zeros((2, block.frames), np.float32)
        _hiss(out, self._air, HISS_HZ, HISS_SHARE, np.exp(0.3 * motion[:, :-2]))
        out *= swell
        self._lamp.add(out, drive)
        out += np.float32(BARE) * drive
        return out


class Corona:
    """The hiss of damp insulators and the air around them in step with the voltage, and the sites that crackle."""

    def __init__(self, params: Params, rate: int, seed: Seed) -> None:
        self._mains_hz = params.mains
        # Streamers at the positive crest are loud and erratic, pulses at the negative one soft and even.
        self._swell = Wheel(
            seed.child("swell"),
            rate,
            phase=(CREST, CREST + 0.5),
            force=(1.4, 0.6),
            length_s=(0.12 / params.mains, 0.2 / params.mains),
            group=(0, 1),
            jitter=0.01,
            uneven=0.6,
        )
        self._air = NoiseBands(seed.child("air"), rate, shared=SHARED)
        self._motion = Drift(seed.child("damp"), rate, motions=2 * BANDS + 1, low_hz=0.05, high_hz=12.0)
        pan = params.width * np.linspace(-0.8, 0.8, SITES)
        self._sites = [Site(seed.child("site", index), rate, place) for index, place in enumerate(pan)]

    def run(self, block: ControlBlock) -> Audio:
        """The corona; it knows of no control."""
        *bands, damp = self._motion.advance(block.ticks).T
        out = np.zeros((2, block.frames), np.float32)
        _hiss(out, self._air, HISS_HZ, HISS_SHARE, np.exp(0.25 * np.stack(bands, axis=1)))
        pace, wet = np.full(block.ticks + 1, self._mains_hz), np.exp(0.4 * damp)
        swell = np.full((2, block.frames), CALM, np.float32)
        self._swell.add(swell, pace, wet)
        out *= swell
        for site in self._sites:
            site.add(out, pace, wet)
        return out


class Site:
    """A drop or an edge that sends out streamers around the crest of the voltage, for spells."""

    def __init__(self, seed: Seed, rate: int, pan: float) -> None:
        rng = seed.generator("streamers")
        self._streamers = Wheel(
            seed.child("streamers"),
            rate,
            phase=rng.normal(CREST, 0.025, STREAMERS),
            force=CRACKLE * rng.lognormal(0.0, 0.5, STREAMERS),
            length_s=rng.uniform(0.00003, 0.00009, STREAMERS),
            pan=pan,
            group=np.arange(STREAMERS),
            jitter=0.03,
            uneven=0.9,
            vary=0.8,
        )
        self._damp = Telegraph(seed.child("damp"), rate, spell_s=SITE_SPELL_S, burning=SITE_BURNING)

    def add(self, out: Audio, pace: np.ndarray, wet: np.ndarray) -> None:
        """Add its streamers to `out`; mains in Hz and damp at tick edges."""
        self._streamers.add(out, pace, self._damp.advance(len(pace) - 1) * wet)


def _hiss(
    out: Audio, air: NoiseBands, corner_hz: tuple[float, ...], share: tuple[float, ...], moving: np.ndarray
) -> None:
    """Noise in bands of these shares that move, `(ticks + 1, 2 BANDS)`, added to `out`."""
    level = np.array(share)[:, None] * moving.reshape(-1, BANDS, 2)
    # Lows move alike on both sides.
    level[:, 0, 1] = level[:, 0, 0]
    air.add(out, np.tile(np.array(corner_hz), (len(moving), 1)), level)


def _casing(
    params: Params,
    rate: int,
    frequency_hz: np.ndarray,
    quality: np.ndarray,
    gain: np.ndarray,
    rng: np.random.Generator,
) -> Casing:
    """A casing whose two sides are a little detuned."""
    detune = 1.0 + 0.04 * params.width * rng.uniform(-1.0, 1.0, (2, MODES))
    return Casing(rate, frequency_hz=frequency_hz * detune, quality=quality, gain=np.tile(gain, (2, 1)))
