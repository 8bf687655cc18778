"""Doppler: what comes nearer is heard faster and higher, by the factor 1 + v / c. Follows a curve of speeds.

The signal is read at the moments at which the listener hears it, with a windowed sinc (J. O. Smith, *Digital Audio
Resampling*, 1984); at rest on a whole frame the samples stay bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import BLOCK, Audio
from soundscape.contract import TICK

FASTEST_M_S = 60.0
SPEED_OF_SOUND = 343.0
HALF = 16
"""Taps on either side of a moment."""
PHASES = 512

Curve = tuple[tuple[int, float], ...]


def leads(curve: Curve, length: int) -> npt.NDArray[np.float64]:
    """Frames by which reading is ahead of hearing, at the tick edges of a sound; `curve` is 0.5 at rest."""
    edges = np.arange(-(-length // TICK) + 1) * TICK
    at, value = zip(*curve, strict=True)
    ratio = (np.interp(edges, at, value) - 0.5) * 2.0 * FASTEST_M_S / SPEED_OF_SOUND
    return np.concatenate(([0.0], np.cumsum(0.5 * (ratio[1:] + ratio[:-1]) * TICK)))


def extra(curve: Curve, length: int) -> int:
    """Frames that must be there beyond `length`."""
    return max(0, int(np.ceil(leads(curve, length)[-1]))) + HALF + 1


def heard(blocks: Iterable[Audio], curve: Curve, length: int) -> Iterator[Audio]:
    """The signal as the listener hears it, in blocks of `BLOCK` frames and a shorter last one.

    Parameters
    ----------
    blocks : iterable of Audio
        `length + extra(curve, length)` frames or more, in any blocks.
    curve : tuple
        Speed towards the listener: 0 to 1, 0.5 at rest, 1 at `FASTEST_M_S`.
    length : int
        Frames that are wanted.
    """
    ahead = leads(curve, length)
    table = _table()
    source = iter(blocks)
    held, first = np.zeros((2, HALF), np.float32), -HALF
    for start in range(0, length, BLOCK):
        frames = min(BLOCK, length - start)
        last = int(_position(ahead, start + frames - 1))
        while first + held.shape[1] < last + HALF + 1:
            held = np.concatenate((held, next(source)), axis=1)
        out = np.empty((2, frames), np.float32)
        _read(held, first, start, ahead, table, out)
        yield out
        done = max(0, last - HALF - first)
        held, first = np.ascontiguousarray(held[:, done:]), first + done


@cache
def _table() -> npt.NDArray[np.float32]:
    """Windowed sincs `(PHASES + 1, 2 * HALF)`, for moments 0 to 1 frame after the tap `HALF - 1`."""
    moments = np.arange(PHASES + 1)[:, None] / PHASES
    taps = np.arange(2 * HALF)[None, :] - (HALF - 1) - moments
    window = np.i0(9.0 * np.sqrt(np.maximum(0.0, 1.0 - (taps / HALF) ** 2))) / np.i0(9.0)
    whole = np.abs(taps) % 1.0 == 0.0
    table = np.where(whole, (taps == 0.0).astype(float), np.sinc(taps) * window)
    return (table / table.sum(axis=1, keepdims=True)).astype(np.float32)


@njit(inline="always", cache=True)
def _position(ahead, frame):  # type: ignore[no-untyped-def]
    """Where the signal is read for a frame that is heard."""
    tick = frame // TICK
    return frame + (ahead[tick] + (ahead[tick + 1] - ahead[tick]) / TICK * (frame - tick * TICK))


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})
def _read(held, first, start, ahead, table, out):  # type: ignore[no-untyped-def]
    for n in range(0, out.shape[1], TICK):
        stop = min(n + TICK, out.shape[1])
        tick = (start + n) // TICK
        if ahead[tick] == ahead[tick + 1]:
            whole, phase, between = _moment(_position(ahead, start + n))
            begin = whole - HALF + 1 - first
            for side in range(2):
                heard = held[side, begin : begin + stop - n + 2 * HALF]
                _stay(out[side, n:stop], heard, table, phase, between)
        else:
            _move(out[0, n:stop], out[1, n:stop], held, start + n, first, ahead, table)


@njit(inline="always")
def _moment(position):  # type: ignore[no-untyped-def]
    """The whole frame before a position, the row of the table for the rest, and how far from there to the next."""
    whole = int(np.floor(position))
    moment = (position - whole) * PHASES
    return whole, int(moment), np.float32(moment - int(moment))


@njit(inline="always")
def _stay(out, heard, table, phase, between):  # type: ignore[no-untyped-def]
    # At rest all frames are weighed alike, so that they run in lanes: eight taps at a time.
    if phase == 0 and between == np.float32(0.0):
        out[:] = heard[HALF - 1 : HALF - 1 + out.shape[0]]
        return
    out[:] = np.float32(0.0)
    w = np.empty(2 * HALF, np.float32)
    for tap in range(2 * HALF):
        w[tap] = table[phase, tap] + between * (table[min(phase + 1, PHASES), tap] - table[phase, tap])
    for tap in range(0, 2 * HALF, 8):
        a, b, c, d, e, f, g, h = (
            w[tap],
            w[tap + 1],
            w[tap + 2],
            w[tap + 3],
            w[tap + 4],
            w[tap + 5],
            w[tap + 6],
            w[tap + 7],
        )
        x = heard[tap : tap + out.shape[0] + 7]
        for i in range(out.shape[0]):
            out[i] += (a * x[i] + b * x[i + 1] + c * x[i + 2] + d * x[i + 3]) + (
                e * x[i + 4] + f * x[i + 5] + g * x[i + 6] + h * x[i + 7]
            )


@njit(inline="always")
def _move(out_left, out_right, held, start, first, ahead, table):  # type: ignore[no-untyped-def]
    left, right = held[0], held[1]
    for n in range(out_left.shape[0]):
        whole, phase, between = _moment(_position(ahead, start + n))
        here, there = table[phase], table[min(phase + 1, PHASES)]
        begin = np.uintp(whole - HALF + 1 - first)
        sum_left, sum_right = np.float32(0.0), np.float32(0.0)
        for tap in range(np.uintp(2 * HALF)):
            weight = here[tap] + between * (there[tap] - here[tap])
            sum_left += weight * left[begin + tap]
            sum_right += weight * right[begin + tap]
        out_left[n], out_right[n] = sum_left, sum_right
