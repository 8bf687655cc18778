"""How loud a sound-maker is by itself, and the gain that brings it to the reference of its kind.

A layer is brought to -23 LUFS; a tone to -20 LUFS and a hit, which must stand out, to -14 LUFS in their loudest
400 ms.
"""

from __future__ import annotations

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import TICK, Tone, neutral
from soundscape.dsp.loudness import loudness_lufs
from soundscape.metering.gating import BINS_PER_SECOND, MOMENTARY_BINS, power_to_lufs, window_powers
from soundscape.metering.meter import EnergyMeter
from soundscape.model import SAMPLE_RATE
from soundscape.oneshots import oneshot
from soundscape.params import ParamValue, make_params
from soundscape.registry import unit
from soundscape.rng import Seed

LAYER_LUFS = -23.0
HIT_LUFS = -14.0
TONE_LUFS = -20.0
TONE_S = 3.0
"""Long enough for the slowest instrument to reach its level."""
TAKES = 4
"""Several players beat differently in each take of a tone."""
LAYER_S = 15.0
BIN = SAMPLE_RATE // BINS_PER_SECOND
STEP_BINS = 5
HIGHEST_DB = 40.0
"""No preset is raised by more than this; what is quieter is meant to be silent."""


def reference_gain_db(kind: str, name: str, params: dict[str, ParamValue], seed: int) -> float:
    """Gain in dB that brings a unit with these parameters to its reference, at neutral settings."""
    module = unit(kind, name)
    made = make_params(module.Params, params)
    if kind == "layers":
        ticks = int(LAYER_S * SAMPLE_RATE) // TICK
        rendered = module.render(made, neutral(ticks, block=256), SAMPLE_RATE, Seed(seed))
        level, reference = loudness_lufs(np.concatenate(list(rendered), axis=1), SAMPLE_RATE), LAYER_LUFS
    elif kind == "hits":
        level, reference = loudest(oneshot(name, made, SAMPLE_RATE, seed).audio), HIT_LUFS
    else:
        low, high = module.RANGE
        tone = Tone(pitch=float(min(max(62, low), high)), length_s=TONE_S, velocity=0.7)
        takes = [Seed(seed).child(take) for take in range(TAKES)]
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
