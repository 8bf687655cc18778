"""Struck bodies: a sum of decaying sinusoids, and what a harder strike changes.

Physics: a mallet stays in contact for a time that shortens with force, so that its pulse excites higher modes
(Fletcher & Rossing, *The Physics of Musical Instruments*, 2nd ed., ch. 19-21); a mode of a nearly symmetric body
is a pair whose two halves beat.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.audio import Audio
from soundscape.dsp.noise import white
from soundscape.rng import Seed

FLOOR = 1e-4
"""A mode is followed down to -80 dB."""
HIGHEST = 0.42
"""Highest mode, as a share of the sample rate."""
FADE_S = 0.02
LANES, CHUNK = 16, 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What rings: modes as ratios to the fundamental."""

    ratios: tuple[float, ...]
    levels: tuple[float, ...]
    """Amplitudes of the modes under an ideal strike."""
    t60_s: float
    """Decay of the fundamental by 60 dB."""
    damping: float
    """A mode of ratio r decays r**damping times as fast."""
    beat_hz: float = 0.0
    """Difference between the two halves of each mode; 0 for none."""
    width: float = 0.3
    """0 to 1: how far modes are spread between left and right."""


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"})
def _ring(out, frequency, decay, amplitude, left, right):  # type: ignore[no-untyped-def]
    """Add decaying sines until they have fallen below the floor.

    Each by its two-term recurrence, sixteen frames at a time from as many and twice as many before: for none of
    them has the next to wait.
    """
    frames = out.shape[1]
    wave = np.empty(2 * LANES + CHUNK)
    near, back = np.uint64(LANES), np.uint64(2 * LANES)
    for mode in range(frequency.shape[0]):
        r, angle = decay[mode], frequency[mode]
        last = frames
        if r < 1.0:
            last = min(frames, int(np.log(FLOOR) / np.log(r)) + 1)
        for i in range(2 * LANES):
            wave[i] = amplitude[mode] * r**i * np.sin(angle * i)
        twice, square = 2.0 * r**LANES * np.cos(angle * LANES), r ** (2 * LANES)
        for start in range(0, last, CHUNK):
            for i in range(back, np.uint64(wave.shape[0])):
                wave[i] = twice * wave[i - near] - square * wave[i - back]
            count = min(CHUNK, last - start)
            out_left, out_right = out[0, start : start + count], out[1, start : start + count]
            for i in range(count):
                out_left[i] += left[mode] * np.float32(wave[i])
                out_right[i] += right[mode] * np.float32(wave[i])
            wave[: 2 * LANES] = wave[CHUNK:]


def strike(
    body: Body,
    *,
    frequency_hz: float,
    contact_hz: float,
    level: float,
    noise: float,
    rate: int,
    seed: Seed,
) -> Audio:
    """One stroke, float32 `(2, frames)`, from silence to silence.

    Parameters
    ----------
    contact_hz : float
        Modes above it are excited less, by 12 dB an octave: the inverse of the contact time.
    level : float
        Amplitude of the loudest modes together.
    noise : float
        Amplitude of the sound of the contact itself, relative to `level`.
    """
    random = seed.generator("strike")
    frequencies = frequency_hz * np.array(body.ratios)
    kept = frequencies < HIGHEST * rate
    frequencies = frequencies[kept]
    ratios = frequencies / frequency_hz
    # Where the stroke lands differs a little each time: no two strokes excite the modes alike.
    amplitudes = np.array(body.levels)[kept] * (1.0 + 0.06 * random.uniform(-1.0, 1.0, len(ratios)))
    amplitudes = amplitudes / (1.0 + (frequencies / contact_hz) ** 2)
    t60_s = body.t60_s / ratios**body.damping
    pans = body.width * np.where(np.arange(len(ratios)) % 2, 1.0, -1.0) * (ratios > 1.0)
    if body.beat_hz > 0.0:
        beats = np.minimum(body.beat_hz * ratios**0.3, 0.002 * frequencies) * random.uniform(0.8, 1.2, len(ratios))
        frequencies = np.concatenate([frequencies, frequencies + beats])
        amplitudes = np.concatenate([0.72 * amplitudes, 0.28 * amplitudes])
        t60_s = np.concatenate([t60_s, 0.9 * t60_s])
        pans = np.concatenate([pans, -pans])
    amplitudes = amplitudes * level / max(1e-12, float(amplitudes.sum()))
    out = np.zeros((2, round(float(t60_s.max()) * 4 / 3 * rate) + 2), np.float32)
    _ring(
        out,
        2.0 * np.pi * frequencies / rate,
        10.0 ** (-3.0 / (t60_s * rate)),
        amplitudes,
        *_pan(pans),
    )
    _add_contact(out, contact_hz, level * noise, rate, seed)
    return faded(out, rate)


def _pan(pans: npt.NDArray[np.float64]) -> tuple[Audio, Audio]:
    """Constant-power gains, 1 in the middle."""
    angle = (pans + 1.0) * np.pi / 4
    return (np.sqrt(2.0) * np.cos(angle)).astype(np.float32), (np.sqrt(2.0) * np.sin(angle)).astype(np.float32)


def _add_contact(out: Audio, contact_hz: float, level: float, rate: int, seed: Seed) -> None:
    """A short burst of noise below the contact frequency: the mallet's own sound."""
    frames = min(out.shape[1], round(0.012 * rate))
    if level <= 0.0 or frames < 8:
        return
    burst = white(frames, seed.key("contact")).astype(np.float64)
    width = max(2, round(rate / contact_hz))
    kernel = np.hanning(width + 2)[1:-1]
    burst = np.convolve(burst, kernel / np.sqrt((kernel**2).sum()), mode="same")
    burst *= np.sin(np.pi * np.linspace(0.0, 1.0, frames) ** 0.4) ** 2
    out[:, :frames] += (level * burst).astype(np.float32)


def faded(audio: Audio, rate: int) -> Audio:
    """The same signal with its last 20 ms brought to silence."""
    frames = min(audio.shape[1], round(FADE_S * rate))
    if frames:
        audio[:, -frames:] *= (0.5 + 0.5 * np.cos(np.pi * np.linspace(0.0, 1.0, frames))).astype(np.float32)
    return audio


def damped(audio: Audio, *, length_s: float, release_s: float, rate: int) -> Audio:
    """The same tone under a damper that falls when the key is released."""
    start = round(length_s * rate)
    frames = max(1, round(release_s * rate))
    if start >= audio.shape[1]:
        return audio
    audio = audio[:, : start + frames]
    fall = 0.5 + 0.5 * np.cos(np.pi * np.arange(audio.shape[1] - start) / frames)
    audio[:, start:] *= fall.astype(np.float32)
    return faded(audio, rate)
