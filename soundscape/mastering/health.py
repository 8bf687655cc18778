"""What is wrong with a mix that loudness does not show: offset, clipping, channels that cancel in mono."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit

from soundscape.audio import Audio

_WINDOW_S = 3
_FULL_SCALE = np.float32(0.99996)  # the largest 16-bit value, with room for rounding
_RUN = 3
"""Equal samples at full scale that make a clip."""
_OFFSET_DBFS = -60.0
_ANTI_PHASE = -0.2
_FOLD_LOSS_DB = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What was found in one signal."""

    offset_dbfs: float | None
    """Largest DC of a channel; None when there is none."""
    clipped_runs: int
    """Runs of 3 or more equal samples at full scale."""
    correlation: float | None
    """Of the first two channels over the whole signal, -1 to 1; None for mono and silence."""
    lowest_correlation: float | None
    """The same in the worst 3 seconds."""
    fold_loss_db: float | None
    """Power that is lost when the first two channels are added to mono, against uncorrelated ones."""

    used_bits: int | None = None
    """Of each sample, 1 to 24; None where it is more, as in most float files, or all is silent."""
    dual_mono: bool = False
    """Whether the first two channels carry the same."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What its owner should know, in words."""
        found = []
        if self.clipped_runs:
            found.append(f"{self.clipped_runs} clipped passages")
        if self.offset_dbfs is not None and self.offset_dbfs > _OFFSET_DBFS:
            found.append(f"an offset of {self.offset_dbfs:.0f} dBFS")
        if self.dual_mono:
            found.append("both channels carry the same")
        if self.lowest_correlation is not None and self.lowest_correlation < _ANTI_PHASE:
            found.append(f"correlation down to {self.lowest_correlation:.2f}")
        if self.fold_loss_db is not None and self.fold_loss_db > _FOLD_LOSS_DB:
            found.append(f"loses {self.fold_loss_db:.0f} dB in mono")
        return tuple(found)


@njit(cache=True, nogil=True)
def _scan(channel, state):  # type: ignore[no-untyped-def]
    """Sum and clipped runs of a channel; `state` is (sum, last sample, length of its run, runs).

    Returns all bits that are used, the lowest standing for 2⁻³¹.
    """
    total, last, run, runs = state
    used = np.int64(0)
    for n in range(channel.shape[0]):
        sample = np.float64(channel[n])
        total += sample
        used |= np.int64(sample * 2147483648.0)
        if abs(sample) >= _FULL_SCALE and sample == last:
            run += 1.0
            if run == _RUN:
                runs += 1.0
        else:
            run = 1.0
        last = sample
    state[0], state[1], state[2], state[3] = total, last, run, runs
    return used


@njit(cache=True, nogil=True)
def _products(left, right, state, position, window, out):  # type: ignore[no-untyped-def]
    """Energies and product of two channels for every second; the unfinished one stays in `state`."""
    both, one, other = state
    filled = 0
    for n in range(left.shape[0]):
        a, b = np.float64(left[n]), np.float64(right[n])
        both += a * b
        one += a * a
        other += b * b
        if (position + n + 1) % window == 0:
            out[filled, 0], out[filled, 1], out[filled, 2] = both, one, other
            both = one = other = 0.0
            filled += 1
    state[0], state[1], state[2] = both, one, other


class Inspector:
    """Looks at a signal that comes in blocks."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._rate = sample_rate
        self._frames = 0
        self._scans = np.zeros((channels, 4))
        self._used = 0
        self._same = channels > 1
        self._pair = np.zeros(3)
        self._seconds: list[np.ndarray[tuple[int, int], np.dtype[np.float64]]] = []

    def push(self, audio: Audio) -> None:
        """Take the next block, float32 `(channels, frames)`."""
        for channel, state in zip(audio, self._scans, strict=True):
            self._used |= int(_scan(channel, state))
        if self._same:
            self._same = bool(np.array_equal(audio[0], audio[1]))
        end = self._frames + audio.shape[1]
        if len(audio) > 1:
            seconds = np.zeros((end // self._rate - self._frames // self._rate, 3))
            _products(audio[0], audio[1], self._pair, self._frames, self._rate, seconds)
            self._seconds.append(seconds)
        self._frames = end

    def result(self) -> Health:
        """What was found so far."""
        offset = float(np.abs(self._scans[:, 0]).max()) / max(1, self._frames)
        seconds = np.concatenate([*self._seconds, self._pair[None]])
        both, one, other = (float(value) for value in seconds.sum(axis=0))
        windows = [seconds[i : i + _WINDOW_S].sum(axis=0) for i in range(max(1, len(seconds) - _WINDOW_S))]
        correlations = [c for w in windows if (c := _correlation(*w)) is not None]
        fold = (one + other + 2.0 * both) / (one + other) if one + other > 0.0 else 1.0
        return Health(
            offset_dbfs=20.0 * math.log10(offset) if offset > 1e-9 else None,
            clipped_runs=int(self._scans[:, 3].sum()),
            correlation=_correlation(both, one, other),
            lowest_correlation=min(correlations, default=None),
            fold_loss_db=-10.0 * math.log10(max(fold, 1e-12)) if one + other > 0.0 else None,
            used_bits=_used_bits(self._used),
            dual_mono=self._same and one > 0.0,
        )


def _used_bits(used: int) -> int | None:
    """Word length by the lowest bit that is used."""
    bits = 32 - ((used & -used).bit_length() - 1)
    return bits if used and bits <= 24 else None


def _correlation(both: float, one: float, other: float) -> float | None:
    return float(both / math.sqrt(one * other)) if one * other > 1e-20 else None
