"""Calibration: every preset sounds equally loud at its neutral settings, so that chance never sets a level.

A layer is brought to -23 LUFS; a tone to -20 LUFS and a hit, which must stand out, to -14 LUFS in their loudest
400 ms. The gain is measured once
for a unit and its parameters and kept beside the parts.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

import numpy as np

from soundscape.audio import Audio, AudioFile
from soundscape.code import code_digest
from soundscape.contract import TICK, Tone, neutral
from soundscape.dsp.loudness import loudness_lufs
from soundscape.files import atomic, make_folder
from soundscape.metering.gating import BINS_PER_SECOND, MOMENTARY_BINS, integrated, power_to_lufs, window_powers
from soundscape.metering.meter import EnergyMeter
from soundscape.model import SAMPLE_RATE, Sound
from soundscape.params import ParamValue, make_params
from soundscape.registry import unit
from soundscape.rng import Seed
from soundscape.synthesis import code_of, given_files

LAYER_LUFS = -23.0
HIT_LUFS = -14.0
TONE_LUFS = -20.0
TONE_S = 3.0
"""Long enough for the slowest instrument to reach its level."""
TAKES = 4
"""Several players beat differently in each take of a tone."""
LAYER_S = 15.0
DIALOGUE_LUFS = -23.0
"""The anchor to which every recording of narration is brought, gated, so that pauses do not count."""
BIN = SAMPLE_RATE // BINS_PER_SECOND
STEP_BINS = 5
HIGHEST_DB = 40.0
"""No preset is raised by more than this; what is quieter is meant to be silent."""


def calibration_db(sound: Sound, folder: Path) -> float:
    """Gain in dB that brings a sound to its reference loudness.

    Parameters
    ----------
    sound : Sound
        Its unit and parameters count; of a hit also the seed, for two blows are never equally hard.
    folder : Path
        Where measured gains are kept.
    """
    return _known(facts_of(sound), folder)


def facts_of(sound: Sound) -> str:
    """What the gain of a sound depends on: sounds of the same facts have the same gain."""
    seed = sound.seed if sound.kind == "hits" else 0
    facts = [sound.kind, sound.unit, sound.params, seed]
    facts += [code_of(sound.kind, sound.unit), code_digest(__name__), given_files(sound)]
    return json.dumps(facts, sort_keys=True)


def anchor_db(path: Path) -> float:
    """Gain in dB that brings a recording of speech to the dialogue anchor; 0 where there is nothing to measure."""
    with AudioFile(path) as file:
        meter = EnergyMeter(file.info.sample_rate, 1)
        for block in file.blocks():
            meter.push(block.mean(axis=0, keepdims=True))
    loudness = integrated(meter.energies, file.info.sample_rate)
    # It is laid into both channels, which is 3 LU louder than the one that was measured.
    return 0.0 if loudness is None else round(DIALOGUE_LUFS - (loudness + 3.01), 2)


@lru_cache(maxsize=4096)
def _known(facts: str, folder: Path) -> float:
    key = hashlib.blake2b(facts.encode(), digest_size=16).hexdigest()
    path = folder / "calibration" / f"{key}.json"
    try:
        return float(json.loads(path.read_text()))
    except (OSError, ValueError):
        value = _measure(*json.loads(facts)[:4])
    make_folder(path.parent)
    with atomic(path, durable=False) as file:
        file.write(json.dumps(value).encode())
    return value


def _measure(kind: str, name: str, params: dict[str, ParamValue], chosen_seed: int) -> float:
    module = unit(kind, name)
    made = make_params(module.Params, params)
    seed = Seed(chosen_seed)
    if kind == "layers":
        ticks = int(LAYER_S * SAMPLE_RATE) // TICK
        rendered = module.render(made, neutral(ticks, block=256), SAMPLE_RATE, seed)
        level, reference = loudness_lufs(np.concatenate(list(rendered), axis=1), SAMPLE_RATE), LAYER_LUFS
    elif kind == "hits":
        level, reference = loudest(module.render(made, SAMPLE_RATE, seed).audio), HIT_LUFS
    else:
        low, high = module.RANGE
        tone = Tone(pitch=float(min(max(62, low), high)), length_s=TONE_S, velocity=0.7)
        takes = [seed.child(take) for take in range(TAKES)]
        level = float(np.mean([loudest(module.tone(made, tone, SAMPLE_RATE, take)) for take in takes]))
        reference = TONE_LUFS
    return round(min(reference - level, HIGHEST_DB), 2)


def loudest(audio: Audio) -> float:
    """Loudness in LUFS of the loudest 400 ms of a short signal, in steps of 50 ms; silence follows it."""
    frames = audio.shape[1]
    windows = max(1, -(-(frames - MOMENTARY_BINS * BIN) // (STEP_BINS * BIN)) + 1)
    heard = ((windows - 1) * STEP_BINS + MOMENTARY_BINS) * BIN
    meter = EnergyMeter(SAMPLE_RATE, audio.shape[0])
    meter.push(np.pad(audio, ((0, 0), (0, heard - frames))))
    return power_to_lufs(float(window_powers(meter.energies, MOMENTARY_BINS, SAMPLE_RATE, hop=STEP_BINS).max()))
