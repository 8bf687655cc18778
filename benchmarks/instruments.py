"""How fast every preset of an instrument is, how well in tune, how much force changes its colour, and how loud it is.

python benchmarks/instruments.py
"""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from soundscape.audio import Audio
from soundscape.calibration import calibration_db
from soundscape.contract import Tone
from soundscape.levels import loudest
from soundscape.model import Sound
from soundscape.registry import Preset, all_presets, unit
from soundscape.rng import Seed
from soundscape.units import midi_to_hz

RATE = 48_000


def centroid_hz(audio: Audio) -> float:
    """Magnitude-weighted mean frequency of the first second."""
    mono = audio[:, :RATE].mean(axis=0)
    spectrum = np.abs(np.fft.rfft(mono * np.hanning(2 * len(mono))[len(mono) :]))
    return float((spectrum * np.fft.rfftfreq(len(mono), 1 / RATE)).sum() / spectrum.sum())


def cents_off(audio: Audio, frequency_hz: float) -> float:
    """Distance of the fundamental, as the centre of its line, from the pitch asked for."""
    mono = audio.mean(axis=0)[: 4 * RATE]
    power = np.abs(np.fft.rfft(mono * np.hanning(len(mono)), 1 << 19)) ** 2
    frequencies = np.fft.rfftfreq(1 << 19, 1 / RATE)
    near = np.abs(1200 * np.log2(np.maximum(frequencies, 1) / frequency_hz)) < 60
    return float(1200 * np.log2((frequencies[near] * power[near]).sum() / power[near].sum() / frequency_hz))


def played(module: Any, params: Any, pitch: int, velocity: float, *, seed: int = 1) -> Audio:
    """A tone of three seconds."""
    audio: Audio = module.tone(params, Tone(pitch=pitch, length_s=3.0, velocity=velocity), RATE, Seed(seed))
    return audio


def matched_lufs(preset: Preset, audio: Audio) -> float:
    """The loudest 400 ms of a tone with the gain that brings its preset to the loudness of all others."""
    sound = Sound(
        name=preset.name,
        kind=preset.kind,
        unit=preset.unit,
        preset=preset.name,
        params=preset.params,
        seed=1,
        at=0,
        length=0,
        bus="music",
    )
    with tempfile.TemporaryDirectory() as folder:
        return loudest(audio) + calibration_db(sound, Path(folder))


def main() -> None:
    """One row a preset, at D4 or the nearest note of its range; times are CPU times of one core."""
    print(
        "preset             | x real time | ms a note | cents off | ff/pp colour | onset ms | peak at ff | played LUFS"
    )
    for preset in all_presets():
        if preset.kind != "instruments":
            continue
        module, params = unit("instruments", preset.unit), preset.make()
        pitch = min(max(62, module.RANGE[0]), module.RANGE[1])
        play = partial(played, module, params, pitch)
        play(0.5)
        spent, off = [], []
        for seed in range(5):
            began = time.process_time()
            audio = play(0.7, seed=seed)
            spent.append(time.process_time() - began)
            off.append(cents_off(audio, midi_to_hz(pitch)))
        loud = play(1.0)
        onset = module.onset_s(params, Tone(pitch=pitch, length_s=3.0, velocity=0.7))
        print(
            f"{preset.name:18s} | {audio.shape[1] / RATE / np.median(spent):11.0f} | {1_000 * np.median(spent):9.1f} | "
            f"{np.mean(off):9.2f} | {centroid_hz(loud) / centroid_hz(play(0.2)):12.2f} | "
            f"{1_000 * onset:8.0f} | {np.abs(loud).max():10.2f} | {matched_lufs(preset, play(0.7)):.1f}"
        )


if __name__ == "__main__":
    main()
