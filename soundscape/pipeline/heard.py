"""What a preset measures and looks like before it is heard: so that all play equally loud, and each has a face."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from soundscape.audio import BLOCK, Audio
from soundscape.dsp.convolve import Convolver
from soundscape.files import atomic, make_folder
from soundscape.mastering.limiter import Limiter, with_gains
from soundscape.metering.gating import integrated
from soundscape.metering.meter import EnergyMeter, Meter
from soundscape.mix.rooms import room_response
from soundscape.model import SAMPLE_RATE
from soundscape.pipeline.live import LiveSound, live_sound
from soundscape.planning.audition import Audition, audition_plan
from soundscape.serial import to_data
from soundscape.synthesis import code_of
from soundscape.units import db_to_gain

REFERENCE_LUFS = -23.0
"""Integrated loudness at which everything is auditioned, as by `soundscape audition`."""
PEAK_DBTP = -1.0
DEEPEST_DB = 12.0
"""Limiting by which a sound may reach the reference: clicks need most."""
HIGHEST_DB = 40.0
"""No sound is raised by more than this; what is quieter is meant to be silent."""
ENDLESS_S = 15.0
"""How much of a sound without end is measured."""
ESTIMATE_S = 3.0
FORM = 2
"""Counts up when what is measured or drawn changes."""
COLUMNS, ROWS = 96, 40
LOW_HZ, HIGH_HZ = 45.0, 18_000.0
_RANGE_DB = 62.0
_WINDOW = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was measured of a sound."""

    gain_db: float
    """Brings it to the reference, or as near as its peaks allow."""
    loudness_lufs: float | None
    """Integrated, before that gain; None for silence."""
    true_peak_dbtp: float | None
    seconds: float
    picture: str
    """Spectrogram: base64 of `COLUMNS * ROWS` bytes, column by column from low to high, 0 to 255 over 62 dB."""


def whole(live: LiveSound, seconds: float, controls: Mapping[str, float]) -> Audio:
    """A live sound as it is heard: its tracks with their faders, in their space."""
    frames = -(-round(seconds * SAMPLE_RATE) // BLOCK) * BLOCK
    gains = np.array([db_to_gain(track.gain_db) for track in live.tracks], np.float32)
    convolver = Convolver(room_response(live.room)) if live.room else None
    blocks = []
    for _ in range(frames // BLOCK):
        mixed = np.einsum("t,tcf->cf", gains, live.read(BLOCK, controls))
        dry = np.pad(mixed, ((0, 0), (0, BLOCK - mixed.shape[1]))).astype(np.float32)
        blocks.append(dry + convolver.push(dry) if convolver else mixed.astype(np.float32))
    return np.concatenate(blocks, axis=1)[:, : round(seconds * SAMPLE_RATE)]


def palette_gain_db(live: LiveSound) -> float:
    """What should bring a palette to the reference: its tracks lie there before their faders, and their powers add."""
    powers = [db_to_gain(track.gain_db) ** 2 for track in live.tracks]
    return -10.0 * math.log10(max(sum(powers), 1e-4))


def hear(wanted: Audition, folders: Sequence[Path], folder: Path, *, kept: bool = False) -> Heard:
    """Measure a sound: all of one that ends, the first seconds of one that does not.

    Parameters
    ----------
    kept : bool
        Keep the result in `folder` for the next time.
    """
    path = kept_at(wanted, folders, folder)
    if (found := known(path)) is not None:
        return found
    live = live_sound(wanted, folders, folder)
    endless = any(track.endless for track in live.tracks)
    longest = wanted.seconds if wanted.curves else ENDLESS_S
    audio = whole(live, longest if endless or wanted.curves else 20.0, wanted.controls or {})
    if not endless:
        sounding = np.flatnonzero(np.abs(audio).max(axis=0) > 1e-5)
        audio = audio[:, : max(int(sounding[-1]) + 1 if sounding.size else 1, SAMPLE_RATE // 2)]
    heard = measured(audio)
    if kept:
        make_folder(path.parent)
        with atomic(path) as file:
            file.write(json.dumps(asdict(heard)).encode())
    return heard


def known(path: Path) -> Heard | None:
    """What was kept of a sound, if anything."""
    try:
        return Heard(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def measured(audio: Audio) -> Heard:
    """Measure a signal, float32 `(2, frames)`."""
    meter = Meter(SAMPLE_RATE, 2)
    meter.push(audio)
    result = meter.result()
    loudness, peak = result.integrated_lufs, result.true_peak_dbtp
    return Heard(
        gain_db=0.0 if loudness is None or peak is None else round(_gain_db(audio, loudness, peak), 2),
        loudness_lufs=None if loudness is None else round(loudness, 2),
        true_peak_dbtp=None if peak is None else round(peak, 2),
        seconds=round(audio.shape[1] / SAMPLE_RATE, 3),
        picture=_picture(audio),
    )


def _gain_db(audio: Audio, loudness_lufs: float, true_peak_dbtp: float) -> float:
    """Static gain that brings a signal to the reference behind a limiter, which takes a little of what it limits."""
    gain_db = min(REFERENCE_LUFS - loudness_lufs, HIGHEST_DB)
    if true_peak_dbtp + gain_db <= PEAK_DBTP:
        return gain_db
    highest_db = min(gain_db, PEAK_DBTP - true_peak_dbtp) + DEEPEST_DB
    for _ in range(3):
        gain_db = min(gain_db, highest_db)
        meter = EnergyMeter(SAMPLE_RATE, 2)
        limiter = Limiter(2, SAMPLE_RATE, PEAK_DBTP, gain_db=gain_db)
        for block, curve in with_gains([audio], limiter):
            meter.push(block * curve)
        limited = integrated(meter.energies, SAMPLE_RATE)
        gain_db += REFERENCE_LUFS - (loudness_lufs + gain_db if limited is None else limited)
    return min(gain_db, highest_db)


def kept_at(wanted: Audition, folders: Sequence[Path], folder: Path) -> Path:
    """File of a measurement, named by everything that it depends on."""
    plan = audition_plan(wanted, folders)
    units = {(sound.kind, sound.unit) for sound in plan.sounds}
    units |= {("spaces", room.unit) for room in plan.rooms.values()}
    digests = [code_of(kind, name) for kind, name in sorted(units)]
    facts = json.dumps([FORM, to_data(plan), digests], sort_keys=True)
    return folder / "calibration" / f"heard-{hashlib.blake2b(facts.encode(), digest_size=16).hexdigest()}.json"


def _picture(audio: Audio) -> str:
    """Loudest of both channels in bands of equal ratio, from the loudest downwards."""
    frames = audio.shape[1]
    window = np.hanning(_WINDOW).astype(np.float32)
    padded = np.pad(audio.mean(axis=0), _WINDOW // 2)
    edges = LOW_HZ * (HIGH_HZ / LOW_HZ) ** (np.arange(ROWS + 1) / ROWS) * _WINDOW / SAMPLE_RATE
    low = np.floor(edges[:-1]).astype(int)
    high = np.maximum(np.ceil(edges[1:]).astype(int), low + 1)
    columns = np.empty((COLUMNS, ROWS))
    for column in range(COLUMNS):
        centres = frames * (column + np.array([0.25, 0.75])) / COLUMNS
        parts = np.stack([padded[int(at) : int(at) + _WINDOW] * window for at in centres])
        power = (np.abs(np.fft.rfft(parts)) ** 2).mean(axis=0)
        total = np.concatenate(([0.0], np.cumsum(power)))
        columns[column] = (total[high] - total[low]) / (high - low) * np.sqrt(high - low)
    level = 10.0 * np.log10(columns + 1e-20)
    top = np.percentile(level, 99.7)
    scaled = np.clip((level - top) / _RANGE_DB + 1.0, 0.0, 1.0)
    return base64.b64encode((scaled * 255).astype(np.uint8).tobytes()).decode()
