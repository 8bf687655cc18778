"""Draw the pictures of the scoring guide from what the program computes.

python docs/pictures/scoring.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from soundscape.model import SAMPLE_RATE
from soundscape.score.motif import Motif
from soundscape.score.notation import parse_motif
from soundscape.score.pitch import Key
from soundscape.score.request import Brief, CueHit
from soundscape.score.tempo import fit_tempo
from soundscape.score.transform import formed, inverted, reversed_in_time
from soundscape.timecode import Rate

HERE = Path(__file__).parent
INK, SOFT, FAINT, GOOD, BAD = "#24303a", "#b9c4cc", "#e6ebee", "#1f7a5c", "#b8452f"
RATE = Rate.parse("24")
HITS_S = (9.3, 20.1, 31.0, 38.6, 47.7, 56.2)
LENGTH_S = 62.0
WIDTH = 960


def text(x: float, y: float, words: str, *, colour: str = INK, size: int = 13, anchor: str = "start") -> str:
    """A label."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-family="sans-serif" font-size="{size}" '
        f'text-anchor="{anchor}">{words}</text>'
    )


def line(x1: float, y1: float, x2: float, y2: float, *, colour: str = INK, width: float = 1.0) -> str:
    """A straight line."""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"/>'
    )


def write(name: str, height: int, parts: list[str]) -> None:
    """One SVG file on white."""
    body = "\n".join(parts)
    (HERE / name).write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">\n'
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>\n{body}\n</svg>\n'
    )


def tempo_map() -> None:
    """Hits against the downbeats of the best single tempo and of the solved map."""
    hits = tuple(CueHit(sample=round(t * 24) * SAMPLE_RATE // 24, label=f"{n}") for n, t in enumerate(HITS_S, 1))
    brief = Brief(bpm_low=60, bpm_high=110)
    tempo = fit_tempo(start=0, end=round(LENGTH_S * SAMPLE_RATE), hits=hits, brief=brief, rate=RATE)
    solved = np.array([beat.sample / SAMPLE_RATE for beat in tempo.beats if beat.beat == 1])
    fixed = best_single(np.array([hit.sample for hit in hits]) / SAMPLE_RATE, brief)
    left, right = 150, WIDTH - 20

    def x(seconds: float) -> float:
        return left + (right - left) * seconds / LENGTH_S

    parts = []
    for y, name, downbeats in ((70, "one tempo", fixed), (150, "solved map", solved)):
        parts.append(text(10, y + 5, name))
        parts += [line(x(t), y - 16, x(t), y + 16, colour=SOFT, width=2) for t in downbeats if t <= LENGTH_S]
        for hit in hits:
            at = hit.sample / SAMPLE_RATE
            frames = (downbeats[np.abs(downbeats - at).argmin()] - at) * 24
            colour = GOOD if -1 <= frames <= 2 else BAD
            parts.append(f'<circle cx="{x(at):.1f}" cy="{y}" r="6" fill="{colour}"/>')
            parts.append(text(x(at), y + 34, f"{frames:+.1f} fr", colour=colour, size=12, anchor="middle"))
    parts += [text(x(t), 30, f"hit {n}", size=12, anchor="middle") for n, t in enumerate(HITS_S, 1)]
    lengths = np.diff([beat.sample for beat in tempo.beats])
    bpm = 60 * SAMPLE_RATE / lengths
    low, high = bpm.min() - 1, bpm.max() + 1
    samples = np.minimum([beat.sample / SAMPLE_RATE for beat in tempo.beats], LENGTH_S)
    heights = 300 - 70 * (bpm - low) / (high - low)
    steps = [
        (x(at), height)
        for start, end, height in zip(samples, samples[1:], heights, strict=False)
        for at in (start, end)
        if start < LENGTH_S
    ]
    parts += [
        f'<line x1="{x(t):.1f}" x2="{x(t):.1f}" y1="195" y2="305" stroke="{SOFT}" stroke-dasharray="3 4"/>'
        for t in HITS_S
    ]
    path = "M" + " L".join(f"{px:.1f} {py:.1f}" for px, py in steps)
    parts.append(f'<path d="{path}" fill="none" stroke="{INK}" stroke-width="2"/>')
    parts.append(text(10, 262, "tempo"))
    parts.append(text(10, 282, f"{bpm.min():.1f} to {bpm.max():.1f} bpm", size=12))
    parts.append(text(left, 330, f"largest step {tempo.report.largest_step:.1%}; 3 % is just noticed", size=12))
    write("tempo-map.svg", 345, parts)


def best_single(hits_s: np.ndarray, brief: Brief) -> np.ndarray:
    """Downbeats of the single tempo that meets most hits."""

    def met(bpm: float) -> int:
        bar = 240.0 / bpm
        late = (np.round(hits_s / bar) * bar - hits_s) * 24
        return int(np.sum((late >= -1) & (late <= 2)))

    bar_s = 240.0 / max(np.arange(brief.bpm_low, brief.bpm_high, 0.05), key=met)
    return np.arange(0.0, LENGTH_S + bar_s, bar_s)


def height_of(pitch: int, top: float) -> float:
    """Where a pitch lies in a piano roll."""
    return top + 100 - 2.7 * (pitch - 46)


def piano_roll(motif: Motif) -> None:
    """A motif and its forms, each as a small piano roll; what is no longer recognised is drawn pale."""
    key = Key.parse("C", "ionian")
    forms = [(name, formed(motif, name), key) for name in ("plain", "sequence", "answer", "augmented")]
    forms.insert(2, ("interchange", motif.notes, key.interchanged()))
    forms += [("fragment", formed(motif, "fragment"), key), ("inversion", inverted(motif.notes), key)]
    forms.append(("retrograde", reversed_in_time(motif.notes), key))
    parts = []
    for index, (name, notes, scale) in enumerate(forms):
        left, top = 20 + 235 * (index % 4), 50 + 160 * (index // 4)
        colour = SOFT if name in ("fragment", "inversion", "retrograde") else INK
        parts.append(text(left, top - 22, name))
        for octave in (-7, 0, 7, 14):  # the tonic
            y = height_of(scale.pitch(octave), top) + 3
            parts.append(line(left, y, left + 215, y, colour=FAINT))
        for bar in range(0, 15, 4):
            parts.append(line(left + 15 * bar, top - 8, left + 15 * bar, top + 104, colour=FAINT))
        for note in notes:
            pitch = scale.pitch(note.degree, note.alteration)
            parts.append(
                f'<rect x="{left + 15 * note.beat:.1f}" y="{height_of(pitch, top):.1f}" '
                f'width="{15 * note.length - 2:.1f}" height="6" rx="2" fill="{colour}"/>'
            )
    write("motif-forms.svg", 330, parts)


if __name__ == "__main__":
    tempo_map()
    piano_roll(parse_motif("1:1 5:3/2 6:1/2 4:1 ^1:2", name="hero"))
