"""A vortex of resonant air: four arms at four radii that turn around the listener, and motes that they sweep along.

The inner arms turn faster, as whatever falls inward does. Each is two howling bands, nearer and farther as it turns,
with Doppler, from side to side; a pull takes all of them up in pitch, level and brightness and draws them to the
middle. Tones of moving air lie at 0.2 U/d, so that what is swept faster howls higher (R. Selfridge et al., J. Audio
Eng. Soc. 66, 2018).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.dsp.drift import Drift
from soundscape.dsp.grains import Grains
from soundscape.rng import Seed

Floats = npt.NDArray[np.float64]
SPIN = np.array((1.0, 2.3, 5.1, 10.7))
"""Turns of the arms over those of the outermost."""
ARM_HZ = np.array((0.4, 0.75, 1.3, 2.2))
"""Pitch of the arms over the centre."""
HOWL = np.array((1.0, 2.3))
"""Bands of an arm over its lowest."""
BANDS = len(SPIN) * len(HOWL)
DOPPLER = 0.09
PULLED_OCT, DEEPEST = 1.1, 1.1
"""By how much a pull of 1 raises the vortex, and from where on it does no more."""


class Blown(NamedTuple):
    """Bands of noise, at tick edges: `(edges, bands)` each; for `soundscape.dsp.resonators`."""

    hz: Floats
    level: Floats
    pan: Floats


class Vortex:
    """Eight bands of noise and a few motes.

    Parameters
    ----------
    seed : Seed
        Its own.
    rate : int
        Sample rate in Hz.
    centre_hz : float
        In the middle of the arms at rest.
    level : float
        Of the lowest band while it is near.
    unsteady : float
        Standard deviation of the logarithm of a band's level.
    width : float
        How far to the sides the arms reach, 0 to 1.
    """

    def __init__(
        self, seed: Seed, rate: int, *, centre_hz: float, level: float, unsteady: float, width: float
    ) -> None:
        rng = seed.generator("arms")
        self._centre_hz, self._loud, self._unsteady, self._width = centre_hz, level, unsteady, width
        self._hz = (centre_hz * np.outer(ARM_HZ, HOWL)).ravel() * rng.uniform(0.93, 1.07, BANDS)
        self._level = level * (self._hz / self._hz[0]) ** -0.6
        self.quality = np.tile((4.0, 9.0), len(SPIN)) * rng.uniform(0.8, 1.25, BANDS)
        """Of the bands."""
        self._flutter = Drift(seed.child("flutter"), rate, motions=BANDS, low_hz=0.2, high_hz=20.0)
        self._motes = Grains(seed.child("motes"), rate, ring_s=0.003, size_sd=0.6, pitch_sd=0.45, densest=600.0)
        self._gusts = Drift(seed.child("gusts"), rate, low_hz=0.3, high_hz=30.0)

    def add(self, out: Audio, angle: Floats, pull: Floats, drive: Floats) -> Blown:
        """Add the motes of the next ticks to `out`, `(2, ticks * TICK)`; returns the arms.

        Parameters
        ----------
        angle : (ticks + 1, arms)
            Turns of the arms; at a whole one they are nearest.
        pull, drive : (ticks + 1,) each
            How strongly it pulls, 0 to some 1, and how fast all goes, 1 at rest.
        """
        flutter = self._flutter.advance(len(pull) - 1)
        turn = 2.0 * np.pi * np.repeat(angle, len(HOWL), axis=1)
        deep = np.minimum(pull, DEEPEST)[:, None]
        hz = self._hz * drive[:, None] ** 0.5 * 2.0 ** (PULLED_OCT * deep) * np.exp(0.03 * flutter)
        hz *= 1.0 - DOPPLER * np.sin(turn)
        near = 0.25 + 0.75 * (0.5 + 0.5 * np.cos(turn)) ** 1.5
        # What howls higher needs more speed: the pull brings it out.
        order = np.tile(np.arange(len(HOWL)), len(SPIN))
        level = self._level * near * (0.3 + deep) ** (0.8 + 0.6 * order) * np.exp(self._unsteady * flutter)
        pan = 0.95 * self._width * np.sin(turn) * (1.0 - 0.7 * np.minimum(deep, 1.0))
        gust = np.exp(0.8 * np.clip(self._gusts.advance(len(pull) - 1)[:, 0], -2.0, 2.0))
        per_s = np.minimum(90.0 * (0.03 + pull**2) * gust, 600.0)
        mote_hz = np.clip(6.0 * self._centre_hz * 2.0 ** (0.5 * pull), 1_500.0, 7_000.0)
        self._motes.add(out, per_s, mote_hz, 0.39 * self._loud * (0.3 + pull), pan[:, -1])
        return Blown(np.minimum(hz, 12_000.0), level, pan)
