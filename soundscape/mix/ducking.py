"""Making room for speech: music, effects and ambience are lowered while someone speaks, by as much as needed.

Driven by loudness, not by peaks: speech is found in the dialogue stem, pauses shorter than the hold are bridged,
and every passage gets one constant depth, so nothing ever pumps. A bus is lowered until the speech stands out by
the wanted loudness difference (Torcoli et al., *Background ducking to produce esthetically pleasing audio for TV
with clear speech*, 2019), in every 3-second window. If the band of intelligibility is still covered, it alone is
dipped between 1 and 4 kHz.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from soundscape.ahead import Lanes, begun
from soundscape.audio import BLOCK, Audio
from soundscape.metering.gating import BINS_PER_SECOND, integrated
from soundscape.metering.meter import EnergyMeter
from soundscape.mix.lows import BUTTERWORTH_Q
from soundscape.model import SAMPLE_RATE, Clip, Ducking

BIN = SAMPLE_RATE // BINS_PER_SECOND
"""Frames of a bin of 10 ms."""
WINDOW_BINS = 300
SHORTEST_BINS = 10
"""Windows with less speech than this say nothing about it."""
TINY = 1e-20
"""Energy of a bin that counts as silence."""
SPEECH_FLOOR_LUFS = -50.0
SPEECH_BELOW_LU = 20.0
"""Speech is what is louder than the floor and no more than this below the dialogue's own loudness."""
SPLIT_S = 0.3
"""A gap longer than this ends a stretch of speech."""
LEAD_S = 0.05
"""The room is made this long before the first sound of speech."""
TAIL_S = 0.25
STEEPEST_DB_S = 20.0
"""Steepest release, where a bus and the dip in it come back together."""
BAND_HZ = (1000.0, 4000.0)
DIP_HZ, DIP_Q = 2000.0, 2.0 / 3.0

Curve = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Speech without a pause longer than the hold, and the room that is made for it."""

    start: int
    """Bin of 10 ms."""
    end: int
    depth_db: dict[str, float]
    """Bus → by how much it is lowered."""
    missing_lu: dict[str, float]
    """Bus → by how much speech stands out of it less than is wanted, because it is lowered no deeper."""
    dip_db: float
    """Of all buses but the dialogue, at 2 kHz."""


class DuckAnalysis:
    """Listens to a mix once, then says where room has to be made."""

    def __init__(self, buses: Iterable[str]) -> None:
        self._loudness = {bus: EnergyMeter(SAMPLE_RATE, 2) for bus in buses}
        self._band = {bus: _BandMeter() for bus in self._loudness}

    def push(self, stems: Mapping[str, Audio]) -> None:
        """Take the next block of every stem."""
        for bus, audio in stems.items():
            self._loudness[bus].push(audio)
            self._band[bus].push(audio)

    def speech(self, clips: Sequence[Clip] = ()) -> npt.NDArray[np.bool_]:
        """Bins of 10 ms in which somebody speaks: as it is heard, or as the clips say where they say it."""
        active = speech_bins(self._loudness["dialogue"].energies)
        for clip in clips:
            if clip.speech:
                # What is heard spreads by a bin either way.
                active[max(0, clip.at // BIN - 2) : -(-(clip.at + clip.length) // BIN) + 2] = False
                for begin, end in clip.speech:
                    active[(clip.at + begin) // BIN : -(-(clip.at + end) // BIN)] = True
        return active

    def passages(self, settings: Ducking, clips: Sequence[Clip] = ()) -> tuple[Passage, ...]:
        """Every passage of speech with the depth each bus needs."""
        loudness = {bus: meter.energies for bus, meter in self._loudness.items()}
        band = {bus: meter.energies for bus, meter in self._band.items()}
        active = self.speech(clips)
        speech = loudness.pop("dialogue")
        voice = band.pop("dialogue")
        wanted = {bus: getattr(settings, f"{bus}_lu") for bus in loudness}
        found = []
        for start, end in _runs(active, round(settings.hold_s * BINS_PER_SECOND)):
            at = slice(start, end)
            needed = {
                bus: _needed_db(speech[at], energies[at], active[at], wanted[bus])
                for bus, energies in loudness.items()
            }
            depth = {bus: min(needed_db, settings.deepest_db) for bus, needed_db in needed.items()}
            missing = {bus: round(needed_db - depth[bus], 2) for bus, needed_db in needed.items()}
            lowered = sum(energies[at] * 10.0 ** (-depth[bus] / 10.0) for bus, energies in band.items())
            dip = _dip(voice[at], np.asarray(lowered), active[at], settings)
            found.append(Passage(start=start, end=end, depth_db=depth, missing_lu=missing, dip_db=dip))
        return tuple(found)


def speech_bins(energies: Curve) -> npt.NDArray[np.bool_]:
    """Bins of 10 ms in which there is speech; gaps of up to 300 ms between syllables and words count as speech."""
    loudness = integrated(energies, SAMPLE_RATE)
    active = np.zeros(len(energies), bool)
    if loudness is None:
        return active
    threshold = 10.0 ** ((max(SPEECH_FLOOR_LUFS, loudness - SPEECH_BELOW_LU) + 0.691) / 10.0)
    smooth = np.convolve(energies, np.full(3, 1.0 / (3 * BIN)), "same")
    for start, end in _runs(smooth > threshold, round(SPLIT_S * BINS_PER_SECOND)):
        active[start:end] = True
    return active


def regions(active: npt.NDArray[np.bool_]) -> tuple[tuple[int, int], ...]:
    """Stretches of speech in frames, from and to."""
    return tuple((start * BIN, end * BIN) for start, end in _runs(active, 0))


def duck(
    blocks: Iterable[Mapping[str, Audio]],
    passages: tuple[Passage, ...],
    settings: Ducking,
    frames: int,
    *,
    buses: Mapping[str, str] | None = None,
) -> Iterator[dict[str, Audio]]:
    """The stems with room made for speech; the dialogue passes as it is.

    Parameters
    ----------
    blocks : iterable of dict
        Bus → float32 `(2, frames)`, in blocks of `BLOCK` frames and a shorter last one.
    passages : tuple of Passage
        From `DuckAnalysis`.
    settings : Ducking
        For the times of attack and release.
    frames : int
        Length of the programme.
    buses : mapping of str to str, optional
        The bus of every stem; without it a stem is a bus.
    """
    bins = frames // BIN + 2
    curves = {
        bus: curve(passages, [passage.depth_db[bus] for passage in passages], settings, bins)
        for bus in (passages[0].depth_db if passages else ())
    }
    dip = curve(passages, [passage.dip_db for passage in passages], settings, bins)
    filters: dict[str, _Dip] = {}

    def lowered(name: str, audio: Audio, position: int) -> Audio:
        bus = name if buses is None else buses[name]
        if bus not in curves:
            return audio
        result: Audio = audio * _gain(curves[bus], position, audio.shape[1])
        filters.setdefault(name, _Dip()).apply(result, _gain(dip, position, audio.shape[1]))
        return result

    with Lanes() as lanes:
        jobs = (
            {name: lanes.submit(name, lowered, name, audio, at * BLOCK) for name, audio in stems.items()}
            for at, stems in enumerate(blocks)
        )
        for made in begun(jobs):
            yield {name: stem.result() for name, stem in made.items()}


def curve(passages: tuple[Passage, ...], depths_db: list[float], settings: Ducking, bins: int) -> Curve:
    """Level in dB (0 or below) at every edge of a bin: raised cosines in dB down to each depth and back."""
    level = np.zeros(bins)
    edges = np.arange(bins) / BINS_PER_SECOND
    for passage, depth in zip(passages, depths_db, strict=True):
        if depth <= 0.0:
            continue
        begin = passage.start / BINS_PER_SECOND - LEAD_S
        end = passage.end / BINS_PER_SECOND + TAIL_S
        most_db = max(passage.depth_db.values()) + passage.dip_db
        release = max(settings.release_s, 0.5 * math.pi * most_db / STEEPEST_DB_S)
        falling = np.clip((edges - (begin - settings.attack_s)) / max(settings.attack_s, 0.01), 0.0, 1.0)
        rising = np.clip((end + release - edges) / release, 0.0, 1.0)
        shape = 0.5 - 0.5 * np.cos(math.pi * np.minimum(falling, rising))
        level = np.minimum(level, -depth * shape)
    return level


def _needed_db(speech: Curve, bed: Curve, active: npt.NDArray[np.bool_], wanted_lu: float) -> float:
    """By how much a bus must fall so that in every 3-second window speech is louder by what is wanted."""
    over_db = _over_db(speech, bed, active, WINDOW_BINS)
    return round(max(0.0, wanted_lu - float(over_db.min())), 2) if over_db.size else 0.0


def _dip(voice: Curve, bed: Curve, active: npt.NDArray[np.bool_], settings: Ducking) -> float:
    """How deep the band of intelligibility must be dipped: by the worst twentieth of seconds."""
    over_db = _over_db(voice, bed, active, BINS_PER_SECOND)
    if not over_db.size:
        return 0.0
    missing_db = max(0.0, settings.clarity_db - float(np.percentile(over_db, 5)))
    return round(min(_bell_db(missing_db), settings.deepest_dip_db), 2)


def _over_db(voice: Curve, bed: Curve, active: npt.NDArray[np.bool_], width: int) -> Curve:
    """How far speech stands over a bed in every window of `width` bins (or the whole, if it is shorter) in which
    somebody speaks: the bed as it is meanwhile, or in all of the window where that is louder."""
    width = min(width, len(active))

    def total(energies: npt.NDArray[np.float64] | npt.NDArray[np.bool_]) -> Curve:
        sums = np.concatenate(([0.0], np.cumsum(energies, dtype=np.float64)))
        return sums[width:] - sums[:-width]

    bins = total(active)
    heard = bins >= min(SHORTEST_BINS, width)
    speaking = np.where(heard, bins, 1.0)
    over = total(voice * active) / speaking
    under = np.maximum(total(bed) / width, total(bed * active) / speaking)
    heard &= under > TINY
    return 10.0 * np.log10(np.maximum(over[heard], TINY) / under[heard])


def _bell_db(wanted_db: float) -> float:
    """Depth at `DIP_HZ` of the bell that takes so much from the whole band of intelligibility."""
    depths = np.arange(0.0, 20.5, 0.5)
    z = np.exp(2j * np.pi * np.geomspace(*BAND_HZ, 64) / SAMPLE_RATE)
    b0, a1, a2 = _bell()
    bell = b0 * (1.0 - z**-2) / (1.0 + a1 / z + a2 / z**2)
    left = np.abs(1.0 + (10.0 ** (-depths[:, None] / 20.0) - 1.0) * bell) ** 2
    return float(np.interp(wanted_db, -10.0 * np.log10(left.mean(axis=1)), depths))


def _bell() -> tuple[float, float, float]:
    """`b0`, `a1`, `a2` of a band-pass with a gain of 1 at `DIP_HZ` (R. Bristow-Johnson, *Cookbook formulae*)."""
    omega = 2.0 * math.pi * DIP_HZ / SAMPLE_RATE
    alpha = math.sin(omega) / (2.0 * DIP_Q)
    return alpha / (1.0 + alpha), -2.0 * math.cos(omega) / (1.0 + alpha), (1.0 - alpha) / (1.0 + alpha)


def _runs(active: npt.NDArray[np.bool_], bridge: int) -> list[tuple[int, int]]:
    """Runs of true, joined over gaps of up to `bridge` bins."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], active, [False])).astype(np.int8)))
    runs: list[tuple[int, int]] = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if runs and start - runs[-1][1] <= bridge:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return runs


def _gain(level_db: Curve, position: int, frames: int) -> npt.NDArray[np.float32]:
    """Gain of the frames of a block, from levels at the edges of bins; exactly 1 where the level is 0."""
    first, last = position // BIN, (position + frames) // BIN + 2
    stretch = level_db[first:last]
    if not stretch.any():
        return np.ones(frames, np.float32)
    at = (np.arange(frames) + (position - first * BIN)) / BIN
    return (10.0 ** (np.interp(at, np.arange(len(stretch)), stretch) / 20.0)).astype(np.float32)


@njit(cache=True, nogil=True)
def _band_energies(x, sections, state, energies, filled):  # type: ignore[no-untyped-def]
    """Energy per bin of a signal through biquads; `filled` is the number of frames in the first bin already."""
    index = 0
    for n in range(x.shape[0]):
        y = np.float64(x[n])
        for k in range(sections.shape[0]):
            out = sections[k, 0] * y + state[k, 0]
            state[k, 0] = sections[k, 1] * y - sections[k, 3] * out + state[k, 1]
            state[k, 1] = sections[k, 2] * y - sections[k, 4] * out
            y = out
        energies[index] += y * y
        filled += 1
        if filled == BIN:
            filled = 0
            index += 1
            # In silence the state would sink to denormals, which are slow; at edges of bins, so that any blocks do.
            if np.abs(state).max() < TINY:
                state[:] = 0.0


class _BandMeter:
    """Energy between 1 and 4 kHz in bins of 10 ms, both channels together."""

    def __init__(self) -> None:
        # Fourth order: a voice has most of its energy just below the band, which must not leak into it.
        self._sections = np.array(
            [
                _pass(cutoff, q, high=high)
                for cutoff, high in zip(BAND_HZ, (True, False), strict=True)
                for q in BUTTERWORTH_Q
            ]
        )
        self._states = np.zeros((2, 2 * len(BUTTERWORTH_Q), 2))
        self._bins: list[Curve] = []
        self._rest = 0.0
        self._filled = 0

    def push(self, audio: Audio) -> None:
        """Take the next block."""
        energies = np.zeros((self._filled + audio.shape[1]) // BIN + 1)
        energies[0] = self._rest
        for channel, state in zip(audio, self._states, strict=True):
            _band_energies(channel, self._sections, state, energies, self._filled)
        self._filled = (self._filled + audio.shape[1]) % BIN
        self._rest = float(energies[-1])
        self._bins.append(energies[:-1])

    @property
    def energies(self) -> Curve:
        """One energy a bin."""
        return np.concatenate([np.empty(0), *self._bins])


def _pass(cutoff_hz: float, q: float, *, high: bool) -> tuple[float, float, float, float, float]:
    """Low- or high-pass of second order (R. Bristow-Johnson, *Cookbook formulae*)."""
    omega = 2.0 * math.pi * cutoff_hz / SAMPLE_RATE
    cosine, alpha = math.cos(omega), math.sin(omega) / (2.0 * q)
    b1 = -(1.0 + cosine) if high else 1.0 - cosine
    a0 = 1.0 + alpha
    return abs(b1) / 2.0 / a0, b1 / a0, abs(b1) / 2.0 / a0, -2.0 * cosine / a0, (1.0 - alpha) / a0


@njit(cache=True, nogil=True)
def _apply_dip(audio, gain, coefficients, state):  # type: ignore[no-untyped-def]
    """Both channels at once: each sample waits for the one before it, and two that wait take no longer than one."""
    b0, a1, a2 = coefficients
    p1, p2 = state[0]
    q1, q2 = state[1]
    for n in range(audio.shape[1]):
        deeper = np.float64(gain[n]) - 1.0
        x, y = np.float64(audio[0, n]), np.float64(audio[1, n])
        band, other_band = b0 * x + p1, b0 * y + q1
        p1, p2 = -a1 * band + p2, -b0 * x - a2 * band
        q1, q2 = -a1 * other_band + q2, -b0 * y - a2 * other_band
        audio[0, n] = np.float32(x + deeper * band)
        audio[1, n] = np.float32(y + deeper * other_band)
        if n % BIN == 0 and abs(p1) + abs(p2) + abs(q1) + abs(q2) < TINY:
            p1 = p2 = q1 = q2 = 0.0  # in silence they would sink to denormals, which are slow
    state[0, 0], state[0, 1], state[1, 0], state[1, 1] = p1, p2, q1, q2


class _Dip:
    """A bell around 2 kHz whose depth moves: the signal plus its own band times a changing factor."""

    def __init__(self) -> None:
        self._coefficients = _bell()
        self._states = np.zeros((2, 2))

    def apply(self, audio: Audio, gain: npt.NDArray[np.float32]) -> None:
        """Change a block in place; where the gain is 1 the samples stay bit for bit."""
        _apply_dip(audio, gain, self._coefficients, self._states)
