"""Sixteen throats: pulses of air through four formants each, side by side in vector lanes.

The pulse is the flow of KLGLOTT88, `u**2 (q - u)` while the folds are open (D. Klatt & L. Klatt, J. Acoust. Soc. Am.
87, 1990); its spectrum falls by 12 dB/octave, so that even naive sampling folds back less than -80 dB. Pulses differ
in size from one to the next (shimmer), and every second one may be weaker, which is heard as an octave below: the
growl of large animals. Formants are complex one-pole resonators in parallel with alternating signs, which stay
smooth while they move. The last of them is also the hollow in front of the tongue, where a consonant hisses: noise
of its own enters there, and widens it (C. Shadle, *The acoustics of fricative consonants*, MIT, 1985).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.contract import TICK
from soundscape.dsp.modal import pan_gains
from soundscape.dsp.noise import mix32
from soundscape.dsp.ticknoise import fill_tick
from soundscape.rng import Seed

LANES = 16
FORMANTS = 4
OPEN = 0.62
"""Share of the period in which the folds are open."""
FULLEST = 27.0 / (4.0 * OPEN**3)
HISS_BAND_HZ = 1_600.0
"""How much wider the last formant is while nothing but noise goes through it."""
NOISE_RATE = 48_000
"""Sample rate at which noise of level 1 has values of RMS 0.577; at others its density stays."""
INAUDIBLE = 1e-7
MEAN = 9.0 / 16.0 * OPEN
WIDTH = FORMANTS * LANES
PACE, BEND, START, LOUD, LOUDER, AIRY, AIRIER, SHARP, SHARPER, ROWS = range(
    5 * WIDTH, 5 * WIDTH + 10 * LANES, LANES
)
"""Offsets into a tick's workspace, behind two states, two parts of the pole and the gain of every formant."""


class Voices:
    """`LANES` voices that are added to a stereo signal.

    Parameters
    ----------
    seed : Seed
        Its own.
    rate : int
        Sample rate in Hz.
    gain : (FORMANTS, LANES) array
        Response of every formant at resonance.
    pan : (LANES,) array
        Place of every voice, -1 to 1.
    shimmer : float
        By how much pulses differ in size, 0 to 1.
    alternate : float
        By how much every second pulse is weaker and the others stronger, 0 to 1.
    """

    def __init__(
        self,
        seed: Seed,
        rate: int,
        *,
        gain: npt.NDArray[np.float64],
        pan: npt.NDArray[np.float64],
        shimmer: float = 0.1,
        alternate: float = 0.0,
    ) -> None:
        self._rate = rate
        self._gain = gain
        self._sides = np.stack(pan_gains(pan)).astype(np.float32)
        self._uneven = (np.float32(shimmer), np.float32(alternate))
        self._key = np.uint32(seed.key())
        self._phase = seed.generator("phase").uniform(0.0, 1.0, LANES)
        self._pulse = np.arange(LANES, dtype=np.uint32) * np.uint32(0x9E3779B8)
        self._state = np.zeros(2 * FORMANTS * LANES, np.float32)
        self._tick = 0

    def add(
        self,
        out: Audio,
        pitch_hz: npt.NDArray[np.float64],
        level: npt.NDArray[np.float64],
        breath: npt.NDArray[np.float64],
        formant_hz: npt.NDArray[np.float64],
        hiss: npt.NDArray[np.float64],
    ) -> None:
        """Add the next ticks to `out`, `(2, ticks * TICK)`.

        Parameters
        ----------
        pitch_hz, level, breath, hiss : (ticks + 1, LANES) each
            At the tick edges: pulses a second, their size, the noise of the air against it, and the noise that
            enters the last formant alone.
        formant_hz : (ticks + 1, FORMANTS, LANES)
            Centres of the formants.
        """
        _add(
            out, pitch_hz, level, breath, formant_hz, hiss, self._gain, self._sides, self._uneven,
            self._rate, self._key, self._tick, self._phase, self._pulse, self._state,
        )  # fmt: skip
        self._tick += len(pitch_hz) - 1


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})
def _add(out, pitch_hz, level, breath, formant_hz, hiss, gain, sides, uneven, rate, key, tick, phase, pulse, state):  # type: ignore[no-untyped-def]
    # One flat array with rows at constant offsets keeps the lanes in vectors; the tick's noise comes last,
    # once for the voices and once for the hiss.
    m = np.empty(ROWS + 2 * TICK * LANES, np.float32)
    m[: 2 * WIDTH] = state
    shimmer, alternate = uneven
    one, scale, mean, wide = np.float32(1.0), np.float32(FULLEST), np.float32(MEAN), np.float32(OPEN)
    grain = np.float32(1.0 / 2147483648.0)
    dense = math.sqrt(rate / NOISE_RATE)
    for t in range(pitch_hz.shape[0] - 1):
        if (
            max(level[t].max(), level[t + 1].max(), hiss[t].max(), hiss[t + 1].max(), np.abs(m[: 2 * WIDTH]).max())
            < INAUDIBLE
        ):
            # All have been silent for long: only time goes on.
            m[: 2 * WIDTH] = np.float32(0.0)
            for k in range(LANES):
                _turn(phase, pulse, k, 0.5 * (pitch_hz[t, k] + pitch_hz[t + 1, k]) * TICK / rate)
            continue
        for k in range(LANES):
            for f in range(FORMANTS):
                centre = min(formant_hz[t, f, k], 0.42 * rate)
                # Bandwidths of vowels grow with the formant (after G. Fant).
                band = 40.0 + 0.06 * centre
                if f == FORMANTS - 1:
                    band += HISS_BAND_HZ * hiss[t, k] / (hiss[t, k] + level[t, k] + 1e-6)
                radius = math.exp(-math.pi * band / rate)
                angle = 2.0 * math.pi * centre / rate
                at = f * LANES + k
                m[2 * WIDTH + at] = radius * math.cos(angle)
                m[3 * WIDTH + at] = radius * math.sin(angle)
                m[4 * WIDTH + at] = gain[f, k] * (1.0 - radius)
            m[PACE + k] = pitch_hz[t, k] / rate
            m[BEND + k] = 0.5 * (pitch_hz[t + 1, k] - pitch_hz[t, k]) / (rate * TICK)
            m[START + k] = phase[k]
            # No throat is quite silent: its resonances would die into denormal numbers.
            m[LOUD + k] = max(level[t, k], 1e-9)
            m[LOUDER + k] = (max(level[t + 1, k], 1e-9) - m[LOUD + k]) / TICK
            m[AIRY + k], m[AIRIER + k] = dense * breath[t, k], dense * (breath[t + 1, k] - breath[t, k]) / TICK
            m[SHARP + k], m[SHARPER + k] = dense * hiss[t, k], dense * (hiss[t + 1, k] - hiss[t, k]) / TICK
        fill_tick(m[ROWS : ROWS + TICK * LANES], key, tick + t)
        for i in range(TICK):
            time = np.float32(i)
            x = ROWS + i * LANES
            for k in range(LANES):
                turns = m[START + k] + (m[PACE + k] + m[BEND + k] * time) * time
                whole = np.floor(turns)
                u = turns - whole
                count = np.uint32(pulse[k] + np.uint32(np.int32(whole)))
                own = np.float32(np.int32(mix32(np.uint32(count ^ key)))) * grain
                second = np.float32(np.int32(count & np.uint32(1)))
                size = one + shimmer * own + alternate * (one - second - second)
                flow = size * scale * u * u * max(wide - u, np.float32(0.0)) - mean
                air = m[AIRY + k] + m[AIRIER + k] * time
                m[x + TICK * LANES + k] = (m[SHARP + k] + m[SHARPER + k] * time) * m[x + k]
                m[x + k] = (m[LOUD + k] + m[LOUDER + k] * time) * (flow + air * m[x + k])
            for k in range(LANES):
                force = m[x + k]
                sharp = m[x + TICK * LANES + k]
                total = np.float32(0.0)
                sign = one
                for f in range(FORMANTS):
                    at = f * LANES + k
                    re, im = m[at], m[WIDTH + at]
                    into = force + sharp if f == FORMANTS - 1 else force
                    m[at] = re * m[2 * WIDTH + at] - im * m[3 * WIDTH + at] + m[4 * WIDTH + at] * into
                    m[WIDTH + at] = re * m[3 * WIDTH + at] + im * m[2 * WIDTH + at]
                    total += sign * m[at]
                    sign = -sign
                m[x + k] = total
        for i in range(TICK):
            x = ROWS + i * LANES
            left = np.float32(0.0)
            right = np.float32(0.0)
            for k in range(LANES):
                left += sides[0, k] * m[x + k]
                right += sides[1, k] * m[x + k]
            out[0, t * TICK + i] += left
            out[1, t * TICK + i] += right
        for k in range(LANES):
            _turn(phase, pulse, k, 0.5 * (pitch_hz[t, k] + pitch_hz[t + 1, k]) * TICK / rate)
    state[:] = m[: 2 * WIDTH]


@njit(inline="always")
def _turn(phase, pulse, k, turns):  # type: ignore[no-untyped-def]
    turns += phase[k]
    phase[k] = turns - math.floor(turns)
    pulse[k] += np.uint32(math.floor(turns))
