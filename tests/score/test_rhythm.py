"""Bass and drums: held where it is calm, driven where it is tense; and room in the register for a melody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from soundscape.model import SAMPLE_RATE
from soundscape.score.compose import compose
from soundscape.score.harmony import CHORDS, foreign_tones, is_colourful
from soundscape.score.pitch import Key
from soundscape.score.readings import by_bar
from soundscape.score.request import Brief, CueRequest, CueScore, Voice
from tests.score.test_compose import request


def at_tension(tension: float, *, drum: bool = True, **changes: Any) -> CueRequest:
    asked = request(tension=((0, tension),), **changes)
    drummer = Voice(low=29, high=60, drum=drum)
    return replace(asked, voices={**asked.voices, "accent": drummer})


def struck(score: CueScore, role: str) -> float:
    """Notes of a role in a bar, in the middle of all bars."""
    return float(np.median([len(group) for group in by_bar(score, role)]))


@pytest.mark.parametrize(("tension", "a_bar"), [(0.4, 1), (0.7, 3), (0.95, 8)])
def test_the_bass_is_held_then_driven_by_threes_then_in_eighths(tension: float, a_bar: int) -> None:
    assert struck(compose(at_tension(tension)), "bass") == a_bar


def test_a_bass_that_is_slow_to_speak_is_held_at_any_tension() -> None:
    asked = at_tension(0.95)
    slow = replace(asked.voices["bass"], onset_s=lambda _: 0.3)
    assert struck(compose(replace(asked, voices={**asked.voices, "bass": slow})), "bass") == 1


def test_a_drum_beats_between_hits_where_it_is_tense_and_nothing_else_does() -> None:
    strong = len(request().hits)
    tense = compose(at_tension(0.95)).parts["accent"]
    bars = len(compose(at_tension(0.95)).tension)
    assert len(tense) > 2 * bars
    for other in (at_tension(0.5), at_tension(0.95, drum=False)):
        assert len(compose(other).parts["accent"]) <= 3 * (strong + 1)


def test_the_drum_is_softer_than_the_hits_and_leaves_them_alone() -> None:
    asked = at_tension(0.95)
    score = compose(asked)
    at = np.array([asked.start + note.start for note in score.parts["accent"]])
    velocity = np.array([note.velocity for note in score.parts["accent"]])
    landed = np.array([hit.landed for hit in score.report.hits])
    apart = np.abs(at[:, None] - landed[None, :]).min(axis=1)
    on_hit = apart < 0.01 * SAMPLE_RATE
    assert on_hit.sum() >= len(landed)
    assert velocity[~on_hit].max() < velocity[on_hit].min()
    assert apart[~on_hit].min() > 0.05 * SAMPLE_RATE


def test_the_pad_lies_under_the_melody_that_it_accompanies() -> None:
    score = compose(at_tension(0.9))
    (statement,) = score.statements
    inside = (statement.start - score.music.at, statement.end - score.music.at)
    lead = [n.pitch for n in score.parts["lead"] if inside[0] <= n.start + n.length / 2 <= inside[1]]
    pad = [n.pitch for n in score.parts["pad"] if inside[0] <= n.start + n.length / 2 <= inside[1]]
    assert max(pad) < np.mean(lead)


@pytest.mark.parametrize("mode", ["dorian", "phrygian", "lydian", "mixolydian"])
def test_a_mode_is_known_by_its_own_chords(mode: str) -> None:
    key = Key.parse("D", mode)
    score = compose(request(brief=Brief(key="D", mode=mode), tension=((0, 0.45),), appearances=(), hits=()))
    colourful = {chord.name for chord in CHORDS if is_colourful(chord, key)}
    assert all(foreign_tones(chord, key) == 0 for chord in CHORDS if is_colourful(chord, key))
    assert colourful & set(score.chords)
