"""Draw the pictures of the mixing guide from what the program computes.

python docs/pictures/mixing.py
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from soundscape import pipeline
from soundscape.audio import Audio
from soundscape.deliver._drawing import Frame
from soundscape.deliver.picture import spectrogram_svg
from soundscape.film import Film
from soundscape.metering.gating import BINS_PER_SECOND
from soundscape.metering.meter import EnergyMeter
from soundscape.mix.ducking import DuckAnalysis, curve, duck
from soundscape.mix.mixer import mix
from soundscape.mixing import Join, MixSettings
from soundscape.model import SAMPLE_RATE, Plan, Shot, Timeline
from soundscape.pipeline.films import calibrated
from soundscape.planning.make import make_plan
from soundscape.progress import Silent
from soundscape.timecode import Rate

HERE = Path(__file__).parent
SAMPLES = HERE.parent.parent / "samples"
COLOURS = {"dialogue": "#7fd4e8", "music": "#fec287", "ambience": "#b5577a"}
LOWEST_LUFS, HIGHEST_LUFS, DEEPEST_DB = -60.0, -10.0, -15.0
STEP = 8
"""Hundredths of a second between two points of a curve."""
SETTINGS = pipeline.Settings()

Values = npt.NDArray[np.float64]


def stems_of(plan: Plan) -> list[dict[str, Audio]]:
    """The stems of a short film, before room is made for speech."""
    rendered = pipeline.render_parts(plan, SETTINGS, Silent())
    return list(mix(plan, {name: result.part for name, result in rendered.items()}))


def momentary(audio: Audio) -> Values:
    """Loudness of the 400 ms around every 10 ms."""
    meter = EnergyMeter(SAMPLE_RATE, 2)
    meter.push(np.ascontiguousarray(audio))
    power = np.convolve(meter.energies, np.full(40, 1.0 / 40.0), "same") / (SAMPLE_RATE / BINS_PER_SECOND)
    return -0.691 + 10.0 * np.log10(np.maximum(power, 1e-12))


def ducking() -> None:
    """Loudness of the stems of a film with narration, and the gain that made room for it."""
    plan = pipeline.plan(SAMPLES / "legacy" / "film.toml", settings=SETTINGS)
    blocks = stems_of(plan)
    analysis = DuckAnalysis(blocks[0])
    for block in blocks:
        analysis.push(block)
    assert plan.ducking is not None
    passages = analysis.passages(plan.ducking, plan.narration)
    lowered = list(duck(blocks, passages, plan.ducking, plan.length))
    frame = Frame(
        width=1200,
        heights=(260, 130),
        seconds=plan.length / SAMPLE_RATE,
        title="Legacy: momentary loudness of the stems, and the gain that makes room for the voice",
    )
    parts = [
        frame.level(0, 260 * (HIGHEST_LUFS - lufs) / (HIGHEST_LUFS - LOWEST_LUFS), f"{lufs:.0f} LUFS")
        for lufs in np.arange(LOWEST_LUFS, HIGHEST_LUFS + 1.0, 10.0)
    ]
    parts += [
        frame.level(1, 10 + 115 * level / DEEPEST_DB, f"{level:.0f} dB") for level in (0.0, -5.0, -10.0, -15.0)
    ]
    for bus, colour in COLOURS.items():
        loudness = momentary(np.concatenate([block[bus] for block in lowered], axis=1))
        rows = 260 * (HIGHEST_LUFS - np.clip(loudness, LOWEST_LUFS, HIGHEST_LUFS)) / (HIGHEST_LUFS - LOWEST_LUFS)
        seconds = np.arange(rows.size) / BINS_PER_SECOND
        parts.append(frame.curve(0, seconds[::STEP], rows[::STEP], colour, 1.2))
        if bus != "dialogue":
            depths = [passage.depth_db[bus] for passage in passages]
            level = curve(passages, depths, plan.ducking, rows.size)
            parts.append(frame.curve(1, seconds[::STEP], 10 + 115 * level[::STEP] / DEEPEST_DB, colour, 1.6))
    (HERE / "ducking.svg").write_text(frame.svg([*parts, frame.legend(list(COLOURS.items()))]))


def joined(kind: str) -> Audio:
    """Dunes that become a crystal cave, by a join of four seconds around the cut."""
    shots = tuple(
        Shot(label=label, scene=label, place=place, start=start * 24, end=end * 24, intensity=0.5)
        for label, place, start, end in (("1", "red dunes", 0, 8), ("2", "crystal cave", 8, 16))
    )
    film = Film(timeline="-", title=kind, mix=MixSettings(joins=(Join(shot="2", kind=kind, seconds=4.0),)))
    cut = Timeline(title=kind, rate=Rate(fps=Fraction(24)), start=0, shots=shots)
    plan = calibrated(make_plan(film, cut), SETTINGS)
    ambience = np.concatenate([block["ambience"] for block in stems_of(plan)], axis=1)
    return ambience[:, 3 * SAMPLE_RATE : 13 * SAMPLE_RATE]


def morphs() -> None:
    """A morph beside a crossfade of the same length."""
    for kind in ("morph", "crossfade"):
        marks = ((3.0, "begins"), (5.0, "cut of the picture"), (7.0, "ends"))
        title = f"Dunes to crystal cave: {kind} of 4 s"
        svg = spectrogram_svg(joined(kind), SAMPLE_RATE, title=title, marks=marks, width=1000, rows=200)
        (HERE / f"join-{kind}.svg").write_text(svg)


if __name__ == "__main__":
    ducking()
    morphs()
