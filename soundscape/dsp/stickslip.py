"""Stick-slip of a mallet that goes around rims: doublets of modes that a moving point of contact makes sing.

Model: a mode with `j` nodal diameters is two, cos jθ and sin jθ around the rim, nearly but not quite of one frequency.
At the mallet's place the rim swings as the sum of all of them. Friction that falls with speed feeds what swings there,
in phase with it, and the more the harder the mallet is pressed, until the rim swings as fast as the mallet goes: then
it sticks for part of every period, and no more is fed. So a rim takes seconds to sing, sings louder under a faster
mallet, settles on few modes, for all share one limit, and carries its nodes along as far as its doublets let go
of each other. A rim that swings faster than the mallet throws it off.

It runs in slow time, on complex amplitudes, once a tick (the method of averaging of Krylov and Bogoliubov), and gives
what friction adds to the phasors of a `ModalBank` of the same modes.

Source: O. Inacio, L. Henrique & J. Antunes, *The dynamics of Tibetan singing bowls* (Acta Acustica 92, 2006).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.contract import TICK
from soundscape.dsp.modalbank import Doublets
from soundscape.dsp.noise import white_at

Floats = npt.NDArray[np.float64]

ROUGH = 0.002
"""What friction stirs, beside the mallet's speed: from it the song grows."""
DRAG = -0.5
"""The most that a rim that swings too fast is braked, beside the most that it is fed."""


class StickSlip:
    """Mallets on the rims of several bodies, each with equally many modes.

    Parameters
    ----------
    rate : int
        Sample rate in Hz.
    key : int
        Stream of what friction stirs.
    doublets : Doublets
        `(bodies, modes)`, as their `ModalBank` has them.
    diameters : (modes,)
        Nodal diameters of each mode.
    """

    def __init__(
        self,
        rate: int,
        key: int,
        doublets: Doublets,
        *,
        diameters: npt.NDArray[np.int64],
    ) -> None:
        self._tick_s, self._key, self._tick = TICK / rate, np.uint32(key), 0
        step = np.exp((-math.log(1_000.0) / doublets.t60_s + 1j * math.pi * doublets.beat_hz) * self._tick_s)
        decay = np.abs(step)
        self._step = np.stack((step, decay**2 / step))
        self._diameters = diameters
        self._state = np.zeros((2, *doublets.frequency_hz.shape), np.complex128)
        # How far the carriers of the bank have turned by now, and turn in a tick.
        self._carrier = np.ones(doublets.frequency_hz.shape, np.complex128)
        self._turn = np.exp(2j * math.pi * doublets.frequency_hz * self._tick_s)

    def advance(self, grip: Floats, speed: Floats, angle: Floats) -> tuple[npt.NDArray[np.complex64], Floats]:
        """What friction adds in the next ticks, and how the rims swing under their mallets.

        Parameters
        ----------
        grip : (ticks, bodies, modes)
            How fast each mode would grow, in 1/s, if the mallet stood on its antinode; 0 where none touches.
        speed : (ticks, bodies)
            Of the mallet, as the amplitude of a rim that swings as fast.
        angle : (ticks, bodies)
            Of the mallet around the rim, in radians.

        Returns
        -------
        kicks : (ticks, 2, bodies * modes)
            For both partners of every doublet of a `ModalBank`.
        swing : (ticks, bodies)
            Amplitude of the rim under the mallet beside the mallet's speed; 0 where none touches.
        """
        ticks, bodies, modes = grip.shape
        kicks = np.zeros((ticks, 2, bodies, modes), np.complex64)
        swing = np.zeros((ticks, bodies))
        motion = self._state, self._step, self._carrier, self._turn
        hand = grip * self._tick_s, speed, angle
        _rub(kicks, swing, motion, hand, self._diameters, self._key, self._tick)
        self._tick += ticks
        return kicks.reshape(ticks, 2, bodies * modes), swing


@njit(cache=True, nogil=True)
def _rub(kicks, swing, motion, hand, diameters, key, tick):  # type: ignore[no-untyped-def]
    (state, step, carrier, turn), (grip, speed, angle) = motion, hand
    ticks, bodies, modes = grip.shape
    cosine, sine, here = np.zeros(modes), np.zeros(modes), np.zeros(modes, np.complex128)
    for t in range(ticks):
        for body in range(bodies):
            touched = grip[t, body, 0] > 0.0
            if touched:
                total = 0.0
                for m in range(modes):
                    at = diameters[m] * angle[t, body]
                    cosine[m], sine[m] = math.cos(at), math.sin(at)
                    here[m] = state[0, body, m] * cosine[m] + state[1, body, m] * sine[m]
                    total += here[m].real ** 2 + here[m].imag ** 2
                limit = speed[t, body] ** 2 + 1e-12
                swing[t, body] = math.sqrt(total / limit)
                fed = max(1.0 - total / limit, DRAG)
            for m in range(modes):
                up, low = state[0, body, m] * step[0, body, m], state[1, body, m] * step[1, body, m]
                if touched:
                    index = 2 * (((tick + t) * bodies + body) * modes + m)
                    rough = complex(white_at(key, index), white_at(key, index + 1)) * (ROUGH * speed[t, body])
                    push = grip[t, body, m] * (fed * here[m] + rough)
                    up, low = up + push * cosine[m], low + push * sine[m]
                    kicks[t, 0, body, m] = push * cosine[m] * carrier[body, m]
                    kicks[t, 1, body, m] = push * sine[m] * carrier[body, m]
                state[0, body, m], state[1, body, m] = up, low
                carrier[body, m] *= turn[body, m]
