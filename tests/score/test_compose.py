"""A cue from request to notes: what the picture asks for is in the notes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from soundscape.contract import Tone
from soundscape.errors import ScoreError
from soundscape.model import SAMPLE_RATE
from soundscape.rng import Seed
from soundscape.score.checks import check_score
from soundscape.score.compose import compose
from soundscape.score.motif import Motif, MotifNote
from soundscape.score.pitch import Key
from soundscape.score.request import Appearance, Brief, CueHit, CueRequest, Voice
from soundscape.timecode import Rate

FRAME = SAMPLE_RATE // 24
HERO = Motif(
    name="hero",
    owners=("MIRA",),
    notes=tuple(
        MotifNote(degree=degree, beat=beat, length=length)
        for degree, beat, length in [(0, 0, 1), (4, 1, 1.5), (5, 2.5, 0.5), (3, 3, 1), (7, 4, 2)]
    ),
)
ONSETS = {"lead": 0.0, "pad": 0.4, "bass": 0.02, "pulse": 0.0, "accent": 0.0}
RANGES = {"lead": (60, 96), "pad": (36, 84), "bass": (28, 52), "pulse": (48, 84), "accent": (36, 72)}


def voice(role: str) -> Voice:
    low, high = RANGES[role]

    def onset_s(tone: Tone) -> float:
        return ONSETS[role] if tone.length_s > 0 else 0.0

    return Voice(low=low, high=high, onset_s=onset_s)


def request(**changes: Any) -> CueRequest:
    start = 2 * SAMPLE_RATE
    values: dict[str, Any] = {
        "name": "cave",
        "start": start,
        "end": start + 60 * SAMPLE_RATE,
        "brief": Brief(key="D", mode="phrygian", bpm_low=60, bpm_high=100),
        "rate": Rate.parse("24"),
        "voices": {role: voice(role) for role in RANGES},
        "seed": Seed(7),
        "hits": tuple(CueHit(sample=start + n * FRAME, label=f"h{n}") for n in (223, 482, 745, 1145)),
        "tension": ((start, 0.1), (start + 60 * SAMPLE_RATE, 0.9)),
        "motifs": (HERO,),
        "appearances": (Appearance(motif="hero", start=start + 482 * FRAME, end=start + 700 * FRAME),),
    }
    return CueRequest(**{**values, **changes})


def test_the_same_request_gives_the_same_score_and_another_seed_another_performance() -> None:
    assert compose(request()) == compose(request())
    other = compose(request(seed=Seed(8)))
    assert other.parts != compose(request()).parts
    assert other.chords == compose(request()).chords


def test_the_motif_is_stated_plainly_in_the_key_on_the_downbeat_of_its_owner() -> None:
    asked = request()
    score = compose(asked)
    (statement,) = score.statements
    appearance = asked.appearances[0]
    assert statement.complete
    assert -FRAME <= statement.start - appearance.start <= 2 * FRAME
    lead = [note for note in score.parts["lead"] if note.start >= statement.start - asked.start - 1_000]
    expected = HERO.pitches(Key.parse("D", "phrygian"))
    found = [int(note.pitch) for note in lead[: len(expected)]]
    assert np.diff(found).tolist() == np.diff(expected).tolist()
    assert (found[0] - expected[0]) % 12 == 0


def test_every_strong_hit_is_met_by_an_exact_accent() -> None:
    asked = request()
    score = compose(asked)
    starts = np.array([note.start for note in score.parts["accent"]]) + asked.start
    for hit in asked.hits:
        nearest = starts[np.abs(starts - hit.sample).argmin()]
        assert -FRAME <= nearest - hit.sample <= 2 * FRAME
    downbeats = {beat.sample for beat in score.music.beats if beat.beat == 1}
    assert set(starts.tolist()) <= downbeats


def test_accents_are_the_same_for_every_seed() -> None:
    assert compose(request()).parts["accent"] == compose(request(seed=Seed(99))).parts["accent"]


def test_notes_are_inside_the_ranges_of_their_instruments_and_inside_the_cue() -> None:
    asked = request()
    for role, notes in compose(asked).parts.items():
        low, high = RANGES[role]
        for note in notes:
            assert low <= note.pitch <= high
            assert -round(ONSETS[role] * SAMPLE_RATE) - 800 <= note.start < asked.end - asked.start
            assert note.length > 0
            assert 0 < note.velocity <= 1


def test_slow_instruments_begin_early_by_their_onset() -> None:
    quick = request(voices={**request().voices, "pad": Voice(low=36, high=84)})
    slow_notes, quick_notes = compose(request()).parts["pad"], compose(quick).parts["pad"]
    late = [slow.start - fast.start for slow, fast in zip(slow_notes, quick_notes, strict=True)]
    assert sorted(late)[len(late) // 2] == -round(0.4 * SAMPLE_RATE)


def test_strength_is_uneven_and_neighbours_are_alike() -> None:
    pulse = compose(request(tension=((0, 0.6),))).parts["pulse"]
    velocity = 127 * np.array([note.velocity for note in pulse])
    assert 4 < velocity.std() < 22
    wander = velocity - velocity.mean()
    assert 0.1 < (wander[1:] * wander[:-1]).mean() / wander.var() < 0.85


def test_nothing_sounds_where_silence_is_asked() -> None:
    start = request().start
    silence = (start + 25 * SAMPLE_RATE, start + 29 * SAMPLE_RATE)
    score = compose(request(silences=(silence,)))
    for notes in score.parts.values():
        for note in notes:
            begins, ends = start + note.start, start + note.start + note.length
            assert ends <= silence[0] or begins >= silence[1]


def test_over_narration_the_lead_keeps_below_a_kilohertz_and_softer() -> None:
    everywhere = ((0, 10**9),)
    free = compose(request()).parts["lead"]
    spoken = compose(request(narration=everywhere)).parts["lead"]
    assert max(note.pitch for note in spoken) <= 83
    assert np.mean([note.velocity for note in spoken]) < np.mean([note.velocity for note in free])


def test_tension_makes_the_music_denser_and_louder() -> None:
    score = compose(request())
    bars = [beat.sample for beat in score.music.beats if beat.beat == 1]
    notes = [(score.music.at + n.start, n.velocity) for role in score.parts.values() for n in role]
    density = [sum(a <= s < b for s, _ in notes) for a, b in pairwise(bars)]
    half = len(density) // 2
    assert sum(density[half:]) > 1.5 * sum(density[:half])


def test_sections_begin_on_the_tonic_and_are_prepared() -> None:
    score = compose(request())
    opens = {beat.bar for beat in score.music.beats for hit in score.report.hits if beat.sample == hit.landed}
    for bar in opens:
        assert score.chords[bar - 1] == "Dm"


def test_a_pickup_sounds_before_the_downbeat() -> None:
    pickup = replace(HERO, notes=(MotifNote(degree=-3, beat=-1, length=1), *HERO.notes))
    asked = request(motifs=(pickup,))
    score = compose(asked)
    (statement,) = score.statements
    downbeat = next(b.sample for b in score.music.beats if b.bar == statement.bar and b.beat == 1)
    assert statement.start < downbeat - SAMPLE_RATE // 3
    assert abs(downbeat - asked.appearances[0].start) <= 2 * FRAME


def test_no_two_notes_of_one_instrument_and_pitch_overlap() -> None:
    for notes in compose(request()).parts.values():
        last: dict[float, int] = {}
        for note in notes:
            assert note.start >= last.get(note.pitch, -SAMPLE_RATE)
            last[note.pitch] = note.start + note.length


@pytest.mark.parametrize("roles", [("lead",), ("pad",), ("pad", "accent"), ("lead", "pulse")])
def test_any_choice_of_voices_makes_a_score(roles: tuple[str, ...]) -> None:
    score = compose(request(voices={role: voice(role) for role in roles}))
    assert set(score.parts) <= set(roles)
    assert any(score.parts.values())


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"end": 2 * SAMPLE_RATE + 10}, "shorter than a second"),
        ({"hits": (CueHit(sample=0, label="early"),)}, 'hit "early" at 0.00 s lies outside cue "cave"'),
        ({"voices": {}}, "neither a lead nor a pad"),
        ({"voices": {"kazoo": Voice(low=1, high=19)}}, '"kazoo" is no role'),
        ({"appearances": (Appearance(motif="villain", start=0, end=1),)}, '"villain" is no motif'),
        ({"ending": "bang"}, '"bang" is no ending'),
    ],
)
def test_a_request_that_cannot_be_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ScoreError, match=says):
        request(**changes)


@pytest.mark.parametrize(
    "brief",
    [{"bpm_low": 120, "bpm_high": 80}, {"beats_per_bar": 1}, {"density": 2.0}, {"key": "X"}, {"mode": "blues"}],
)
def test_a_brief_that_cannot_be_is_refused(brief: dict[str, Any]) -> None:
    with pytest.raises(ScoreError):
        Brief(**brief)


def test_a_cue_at_the_very_start_of_the_film_has_no_note_before_it() -> None:
    score = compose(request(start=0, hits=()))
    assert min(note.start for notes in score.parts.values() for note in notes) >= 0


VILLAIN = Motif(
    name="villain",
    owners=("KOR",),
    notes=tuple(MotifNote(degree=d, beat=b, length=n) for d, b, n in [(4, 0, 2), (3, 2, 2), (2, 4, 4)]),
)


def test_whoever_appears_while_another_motif_sounds_joins_in_the_counter_voice_or_waits() -> None:
    first = request().appearances[0]
    second = Appearance(motif="villain", start=first.start + SAMPLE_RATE, end=first.end)
    voices = {**request().voices, "counter": Voice(low=40, high=76)}
    score = compose(request(motifs=(HERO, VILLAIN), appearances=(first, second), voices=voices))
    roles = {item.motif: item.role for item in score.statements}
    assert roles["hero"] == "lead"
    spans = {item.motif: (item.start, item.end) for item in score.statements}
    if roles["villain"] == "counter":
        assert spans["villain"][0] < spans["hero"][1]
    else:
        assert spans["villain"][0] >= spans["hero"][1] - FRAME
    alone = compose(request(motifs=(HERO, VILLAIN), appearances=(first, second)))
    assert all(item.role == "lead" for item in alone.statements)


def test_a_motif_may_have_its_own_player() -> None:
    first = request().appearances[0]
    later = Appearance(motif="villain", start=first.end, end=first.end + 8 * SAMPLE_RATE)
    voices = {**request().voices, "counter": Voice(low=40, high=76)}
    score = compose(
        request(motifs=(HERO, VILLAIN), appearances=(first, later), voices=voices, players={"villain": "counter"})
    )
    assert {item.motif: item.role for item in score.statements} == {"hero": "lead", "villain": "counter"}
    with pytest.raises(ScoreError, match='"tuba" is no voice'):
        request(players={"hero": "tuba"})


def test_no_motif_is_heard_in_counterpoint_before_its_owner_appears() -> None:
    first = request().appearances[0]
    voices = {**request().voices, "counter": Voice(low=40, high=76)}
    for seconds in (0.5, 1.5, 2.5, 3.5):
        second = Appearance(motif="villain", start=first.start + round(seconds * SAMPLE_RATE), end=first.end)
        score = compose(request(motifs=(HERO, VILLAIN), appearances=(first, second), voices=voices))
        for item in score.statements:
            assert item.start >= item.asked - SAMPLE_RATE // 2


def test_whoever_stays_is_heard_again_in_part() -> None:
    start = request().start
    long = Appearance(motif="hero", start=start, end=start + 60 * SAMPLE_RATE)
    forms = [item.form for item in compose(request(appearances=(long,))).statements]
    assert forms[0] == "plain"
    assert len(forms) >= 2
    assert set(forms[1:]) <= {"sequence", "fragment"}


def test_a_complete_return_is_doubled_at_the_octave() -> None:
    first = request().appearances[0]
    once = compose(request(appearances=(first,))).parts["lead"]
    full = compose(request(appearances=(replace(first, form="complete", intensity=0.5),))).parts["lead"]
    assert len(full) > len(once)


def test_a_button_stops_everything_on_the_last_downbeat_with_a_chord() -> None:
    asked = request(ending="button")
    score = compose(asked)
    downbeats = [beat.sample - asked.start for beat in score.music.beats if beat.beat == 1]
    last = max(note.start for notes in score.parts.values() for note in notes)
    assert min(abs(last - beat) for beat in downbeats) <= 1
    assert sum(note.start == last for note in score.parts["accent"]) >= 3
    assert last > asked.end - asked.start - 5 * SAMPLE_RATE


def test_an_instrument_of_less_than_an_octave_is_refused() -> None:
    with pytest.raises(ScoreError, match="an octave or more"):
        Voice(low=60, high=66)


def test_a_hit_that_no_downbeat_can_meet_is_struck_exactly_where_it_is() -> None:
    first = request().start + 20 * SAMPLE_RATE
    slam, echo = CueHit(sample=first, label="slam"), CueHit(sample=first + 17_000, label="echo", weight=0.5)
    asked = request(hits=(slam, echo))
    score = compose(asked)
    assert "hit echo is no downbeat" in score.report.given_up[0]
    starts = [asked.start + note.start for note in score.parts["accent"]]
    assert min(abs(start - echo.sample) for start in starts) <= FRAME


def test_a_cue_of_half_beats_and_fermatas_is_composed_without_a_gap_or_a_rush() -> None:
    # Eight and a half beats, then eight and a quarter, at 100 bpm.
    times = [request().start + round(0.6 * beats * SAMPLE_RATE) for beats in (8.5, 16.5, 24.75, 40.75)]
    hits = tuple(CueHit(sample=at, label=str(n), locked=True) for n, at in enumerate(times))
    asked = request(hits=hits, brief=Brief(bpm_low=99.9, bpm_high=100.1), tension=((0, 0.6),))
    score = compose(asked)
    assert {beat.share for beat in score.music.beats} == {0.5, 1.0}
    assert sum(beat.held for beat in score.music.beats) == 1
    gaps = np.diff([note.start for note in score.parts["pulse"]]) / SAMPLE_RATE
    assert gaps.min() > 0.3 - 0.04
    assert gaps.max() < 1.1
    assert all(
        finding.passed for finding in check_score(asked, score) if finding.check in ("hits met", "tempo steps")
    )


def test_a_theme_that_ends_in_calm_is_echoed_softly_by_another_player() -> None:
    calm = request(tension=((0, 0.2),), hits=request().hits[:1])
    score = compose(calm)
    statement = score.statements[0]
    lead = [note for note in score.parts["lead"] if statement.start <= calm.start + note.start < statement.end]
    echo = score.parts["pulse"]  # which has no other part in so calm a cue
    assert 2 <= len(echo) < len(lead)
    assert calm.start + echo[0].start >= statement.end - SAMPLE_RATE // 10
    assert max(note.velocity for note in echo) < min(note.velocity for note in lead)
    steps = np.diff([note.pitch for note in echo])
    assert list(steps) == list(np.diff([note.pitch for note in lead])[: len(steps)])


def test_the_pulse_breathes_at_the_end_of_a_phrase_and_drives_into_a_hit() -> None:
    score = compose(request(tension=((0, 0.5),), ending="fade"))
    opens = {bar.number for before, bar in pairwise(score.music.bars) if bar.section != before.section}
    first = {bar.section: bar.number for bar in reversed(score.music.bars)}
    begins = np.cumsum([0.0, *(bar.beats for bar in score.music.bars)])
    for bar, begin in zip(score.music.bars[:-1], begins, strict=False):
        count = sum(begin <= note.beat < begin + bar.beats for note in score.parts["pulse"])
        ends_phrase = (bar.number - first[bar.section]) % 4 == 3 and bar.number + 1 not in opens
        assert count == round(2 * bar.beats) / (2 if ends_phrase else 1), bar
