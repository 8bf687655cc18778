"""A look-ahead limiter of true peaks that says what it does: one gain curve for all channels and all stems.

Peaks between the samples are found by `soundscape.metering.true_peak`; where one exceeds the ceiling, the reduction
it needs is held over the look-ahead before it and a hold after it, released, and smoothed by a Hann window as
long as the look-ahead, so that the full reduction is reached at the peak and never later. Where nothing exceeds
the ceiling the curve is exactly the static gain.

The release has two times: after a single peak the gain is back within a few tens of milliseconds (no hole after a
click), under dense peaks a slower average of the reduction takes over (no pumping, little distortion).

A changing gain makes a little spectrum of its own, so a second stage looks at what the first one made.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.metering.true_peak import CONTEXT, STEP, peaks_above
from soundscape.units import db_to_gain

LOOK_AHEAD_S = 0.002
HOLD_S = 0.012
"""The longest half period that is not followed: 42 Hz."""
_FAST_RELEASE_S = 0.04
_SLOW_ATTACK_S = 0.2
_SLOW_RELEASE_S = 0.4
_NOTHING = 1e-4
"""A reduction that is none: 0.0009 dB, far below what is heard."""

Curve = npt.NDArray[np.float32]


@njit(cache=True, nogil=True)
def _release(held, state, fast_release, slow_attack, slow_release, out):  # type: ignore[no-untyped-def]
    fast, slow = state
    for n in range(held.shape[0]):
        if held[n] == 0.0 and fast == 0.0 and slow == 0.0:
            out[n] = 0.0
            continue
        fast = max(np.float64(held[n]), fast * fast_release)
        slow += (fast - slow) * (slow_attack if fast > slow else slow_release)
        reduction = max(fast, slow)
        if reduction < _NOTHING:
            fast = slow = reduction = 0.0
        out[n] = reduction
    state[0], state[1] = fast, slow


@njit(cache=True, nogil=True)
def _smooth(reductions, window, out):  # type: ignore[no-untyped-def]
    """`out[n]` = weighted mean of `len(window)` reductions up to the one at `n`; the window is a multiple of 4."""
    out[:] = np.float32(0.0)
    count = out.shape[0]
    for k in range(0, window.shape[0], 4):
        w0, w1, w2, w3 = window[k], window[k + 1], window[k + 2], window[k + 3]
        near = reductions[k : k + count + 3]
        for n in range(count):
            out[n] += w0 * near[n] + w1 * near[n + 1] + w2 * near[n + 2] + w3 * near[n + 3]


def _sliding_maximum(values: Curve, width: int) -> Curve:
    """Largest of every `width` neighbours, by doubling."""
    size = 1
    while 2 * size <= width:
        values = np.maximum(values[:-size], values[size:])
        size *= 2
    rest = width - size
    return np.maximum(values[: len(values) - rest], values[rest:])


class _Stage:
    """Reductions (0 none, 1 all) that keep a signal below a threshold."""

    def __init__(self, channels: int, sample_rate: int, threshold: float) -> None:
        self._threshold = threshold
        self._look_ahead = 4 * max(1, round(LOOK_AHEAD_S * sample_rate / 4))
        hold = round(HOLD_S * sample_rate)
        window = np.hanning(self._look_ahead + 2)[1:-1]
        self._window = (window / window.sum()).astype(np.float32)
        self._held_over = hold + self._look_ahead + 1
        self._times = tuple(
            1.0 - np.exp(-1.0 / (seconds * sample_rate))
            for seconds in (_FAST_RELEASE_S, _SLOW_ATTACK_S, _SLOW_RELEASE_S)
        )
        # As if silence came before, as long as the look-ahead: its reductions are made and left out.
        self._signal = np.zeros((channels, STEP + self._look_ahead), np.float32)
        self._left_out = self._look_ahead
        self._last_required = np.float32(0.0)
        self._was_harmless = False
        self._required = np.zeros(hold, np.float32)
        self._state = np.zeros(2)
        self._reductions = np.zeros(self._look_ahead - 1, np.float32)

    @property
    def latency(self) -> int:
        """Frames that must follow a frame before its reduction is known, at most."""
        return self._look_ahead + CONTEXT + STEP

    def push(self, signal: Audio, *, harmless: bool = False) -> Curve:
        """The next reductions, from the first frame on without a gap, as many as are known by now.

        `harmless` says that this part of the signal, next to another such part, is known to stay below.
        """
        required = self._require(signal, harmless=harmless)
        pending = np.concatenate((self._required, required))
        if len(pending) < self._held_over:
            self._required = pending
            return np.empty(0, np.float32)
        self._required = pending[len(pending) - self._held_over + 1 :]
        count = len(pending) - self._held_over + 1
        released = np.zeros(count, np.float32)
        if pending.any() or self._state.any():
            fast, attack, slow = self._times
            _release(_sliding_maximum(pending, self._held_over), self._state, 1.0 - fast, attack, slow, released)
        pending = np.concatenate((self._reductions, released))
        self._reductions = pending[count:]
        smoothed = np.zeros(count, np.float32)
        if pending.any():
            _smooth(pending, self._window, smoothed)
        left_out = min(self._left_out, count)
        self._left_out -= left_out
        return smoothed[left_out:]

    def _require(self, signal: Audio, *, harmless: bool) -> Curve:
        """Reduction that each frame needs, so that the intervals before and after it stay below the threshold."""
        pending = np.concatenate((self._signal, signal), axis=1)
        stretches = max(0, pending.shape[1] - CONTEXT) // STEP
        self._signal = pending[:, stretches * STEP :].copy()
        required = np.zeros(1 + stretches * STEP, np.float32)
        required[0] = self._last_required
        if not (harmless and self._was_harmless):
            peaks = peaks_above(pending[:, : stretches * STEP + CONTEXT], self._threshold)
            loud = np.flatnonzero(peaks)
            required[1 + loud] = 1.0 - np.float32(self._threshold) / peaks[loud]
        self._was_harmless = harmless
        self._last_required = required[-1]
        return np.maximum(required[:-1], required[1:])


class Limiter:
    """Static gain and look-ahead limiting of linked channels, as a gain curve.

    Parameters
    ----------
    channels : int
        Channels of the signal; an LFE counts.
    sample_rate : int
        In Hz.
    ceiling_dbtp : float
        True peak that the result must not exceed.
    gain_db : float
        Static gain.
    """

    def __init__(self, channels: int, sample_rate: int, ceiling_dbtp: float, *, gain_db: float = 0.0) -> None:
        self._channels = channels
        self._gain = db_to_gain(gain_db)
        threshold = db_to_gain(ceiling_dbtp) / self._gain
        self._stages = tuple(_Stage(channels, sample_rate, threshold) for _ in range(2))
        self._waiting = np.empty((channels, 0), np.float32)
        self._first = np.empty(0, np.float32)
        self._frames = 0
        self._done = 0

    def push(self, audio: Audio) -> Curve:
        """Gains of the next frames, as many as are known by now; linear, with the static gain.

        Parameters
        ----------
        audio : Audio
            The next block, float32 `(channels, frames)`.
        """
        self._frames += audio.shape[1]
        curve = self._advance(audio)
        self._done += len(curve)
        return curve

    def flush(self) -> Curve:
        """Gains of the frames that are still due, as if silence followed."""
        due = self._frames - self._done
        silence = sum(stage.latency for stage in self._stages)
        curve = self._advance(np.zeros((self._channels, silence), np.float32))[:due]
        self._done += len(curve)
        return curve

    def _advance(self, audio: Audio) -> Curve:
        first, second = self._stages
        reductions = first.push(audio)
        known = len(reductions)
        untouched = not reductions.any()
        waiting = np.concatenate((self._waiting, audio), axis=1)
        self._waiting = waiting[:, known:].copy()
        kept = 1.0 - reductions
        self._first = np.concatenate((self._first, kept))
        kept_again = 1.0 - second.push(
            waiting[:, :known] if untouched else waiting[:, :known] * kept, harmless=untouched
        )
        curve = np.float32(self._gain) * (self._first[: len(kept_again)] * kept_again)
        self._first = self._first[len(kept_again) :].copy()
        return curve


def with_gains(blocks: Iterable[Audio], limiter: Limiter) -> Iterator[tuple[Audio, Curve]]:
    """Every block of a signal with its part of the gain curve, of the same length."""
    waiting: deque[Audio] = deque()
    ready = np.empty(0, np.float32)
    for block in blocks:
        waiting.append(block)
        ready = np.concatenate((ready, limiter.push(block)))
        while waiting and len(ready) >= waiting[0].shape[1]:
            oldest = waiting.popleft()
            yield oldest, ready[: oldest.shape[1]]
            ready = ready[oldest.shape[1] :]
    ready = np.concatenate((ready, limiter.flush()))
    for block in waiting:
        yield block, ready[: block.shape[1]]
        ready = ready[block.shape[1] :]
