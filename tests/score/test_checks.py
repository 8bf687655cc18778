"""Every check accepts a composed cue and refuses the variant that has the fault it is meant for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from soundscape.model import SAMPLE_RATE, Note
from soundscape.rng import Seed
from soundscape.score import masking
from soundscape.score.checks import CHECKS, check_score
from soundscape.score.compose import compose
from soundscape.score.motif import Motif, MotifNote
from soundscape.score.readings import by_bar, melody_of, spearman
from soundscape.score.request import Appearance, Brief, CueHit, CueRequest, CueScore, Voice
from soundscape.timecode import Rate

START = SAMPLE_RATE
HERO = Motif(
    name="hero",
    owners=(),
    notes=tuple(
        MotifNote(degree=d, beat=b, length=n)
        for d, b, n in [(0, 0, 1), (4, 1, 1.5), (5, 2.5, 0.5), (3, 3, 1), (7, 4, 2)]
    ),
)
RIVAL = Motif(
    name="rival",
    owners=(),
    notes=tuple(MotifNote(degree=d, beat=b, length=n) for d, b, n in [(7, 0, 3), (6, 3, 1), (3, 4, 2), (4, 6, 2)]),
)
VOICES = {
    "lead": Voice(low=60, high=96),
    "pad": Voice(low=36, high=84),
    "bass": Voice(low=28, high=55),
    "pulse": Voice(low=48, high=84),
    "accent": Voice(low=36, high=72),
}
REQUEST = CueRequest(
    name="dunes",
    start=START,
    end=START + 64 * SAMPLE_RATE,
    brief=Brief(key="D", mode="dorian", bpm_low=60, bpm_high=110),
    rate=Rate.parse("24"),
    voices=VOICES,
    seed=Seed(3),
    hits=tuple(CueHit(sample=START + n * 2_000, label=f"h{n}") for n in (290, 611, 850, 1203)),
    tension=((START, 0.1), (START + 64 * SAMPLE_RATE, 0.85)),
    motifs=(HERO, RIVAL),
    appearances=(
        Appearance(motif="hero", start=START + 290 * 2_000, end=START + 500 * 2_000),
        Appearance(motif="rival", start=START + 850 * 2_000, end=START + 1_100 * 2_000, intensity=0.8),
    ),
)
SCORE = compose(REQUEST)

Variant = Callable[[CueRequest, CueScore], tuple[CueRequest, CueScore]]


def notes_changed(score: CueScore, change: Callable[[str, int, Note], Note | None]) -> CueScore:
    parts = {
        role: tuple(new for index, note in enumerate(notes) if (new := change(role, index, note)) is not None)
        for role, notes in score.parts.items()
    }
    return replace(score, parts=parts)


def late(request: CueRequest, score: CueScore) -> tuple[CueRequest, CueScore]:
    """Every note a fifth of a second late: an orchestra that speaks slowly and does not begin early."""
    slow = {role: replace(voice, onset_s=lambda _: 0.2) for role, voice in request.voices.items()}
    return replace(request, voices=slow), score


def lurching(request: CueRequest, score: CueScore) -> tuple[CueRequest, CueScore]:
    """One beat in the middle of a section a tenth too long."""
    beats = list(score.music.beats)
    places = [n for n, beat in enumerate(beats) if beat.beat == 3]
    at = places[len(places) // 2]
    beats[at] = replace(beats[at], sample=beats[at].sample + 3_500)
    return request, replace(score, music=replace(score.music, beats=tuple(beats)))


def off_the_downbeat(request: CueRequest, score: CueScore) -> tuple[CueRequest, CueScore]:
    """Bars counted from the second beat."""
    beats = [replace(beat, beat=beat.beat % 4 + 1) for beat in score.music.beats]
    return request, replace(score, music=replace(score.music, beats=tuple(beats)))


def scrambled(request: CueRequest, score: CueScore) -> tuple[CueRequest, CueScore]:
    """Pitches drawn at random."""
    random = np.random.default_rng(0)

    def change(role: str, _: int, note: Note) -> Note:
        voice = request.voices[role]
        return replace(note, pitch=float(random.integers(voice.low, voice.high + 1)))

    return request, notes_changed(score, change)


def twins(request: CueRequest, score: CueScore) -> tuple[CueRequest, CueScore]:
    """A motif set in which one is another, a step higher."""
    copy = replace(HERO, name="heir", notes=tuple(replace(note, degree=note.degree + 1) for note in HERO.notes))
    return replace(request, motifs=(*request.motifs, copy)), score


def in_another_key(request: CueRequest, score: CueScore) -> tuple[CueRequest, CueScore]:
    """The same music, six semitones away from the key it claims."""
    return replace(request, brief=replace(request.brief, key="G#")), score


def planed(request: CueRequest, score: CueScore) -> tuple[CueRequest, CueScore]:
    """A pad that moves in one block, up and down."""
    downs = [beat.sample - score.music.at for beat in score.music.beats if beat.beat == 1]
    pad = tuple(
        Note(start=start, length=40_000, pitch=float(pitch + (bar % 2) * 2), velocity=0.4)
        for bar, start in enumerate(downs[:-1])
        for pitch in (50, 57, 62, 65)
    )
    return request, replace(score, parts={**score.parts, "pad": tuple(replace(n, length=100_000) for n in pad)})


def too_high(request: CueRequest, score: CueScore) -> tuple[CueRequest, CueScore]:
    """The lead two octaves up."""
    return request, notes_changed(
        score, lambda role, _, note: replace(note, pitch=note.pitch + 24) if role == "lead" else note
    )


def indifferent(request: CueRequest, score: CueScore) -> tuple[CueRequest, CueScore]:
    """A score made for a flat tension, judged against the real one."""
    flat = compose(replace(request, tension=((0, 0.45),)))
    return request, replace(flat, tension=score.tension)


def robotic(request: CueRequest, score: CueScore) -> tuple[CueRequest, CueScore]:
    """Every note as strong as every other."""
    return request, notes_changed(score, lambda _, __, note: replace(note, velocity=0.6))


def looped(request: CueRequest, score: CueScore) -> tuple[CueRequest, CueScore]:
    """The first bar over and over."""
    downs = [(beat.sample - score.music.at, at) for at, beat in enumerate(score.music.beats) if beat.beat == 1]
    pattern = [(0.0, 62.0), (0.25, 65.0), (0.5, 69.0), (0.75, 65.0)]
    notes = tuple(
        Note(
            start=round(a + share * (b - a)),
            length=9_600,
            pitch=pitch,
            velocity=0.5,
            beat=on + share * (after - on),
        )
        for (a, on), (b, after) in pairwise(downs)
        for share, pitch in pattern
    )
    return request, replace(score, parts={"pulse": notes})


def abandoned(request: CueRequest, score: CueScore) -> tuple[CueRequest, CueScore]:
    """Nothing after the first third."""
    return request, notes_changed(
        score, lambda _, __, note: note if note.start + note.length < score.music.length // 3 else None
    )


FAULTS: dict[str, Variant] = {
    "hits met": late,
    "tempo steps": lurching,
    "tempo range": lurching,
    "downbeats": off_the_downbeat,
    "statements heard": scrambled,
    "motifs distinct": twins,
    "in mode": scrambled,
    "own key": in_another_key,
    "parallels": planed,
    "ranges kept": too_high,
    "tension followed": indifferent,
    "human strength": robotic,
    "repetition": looped,
    "silence": abandoned,
}


def test_every_check_has_a_variant_that_fails_it() -> None:
    assert set(FAULTS) == set(CHECKS)


def test_a_composed_cue_passes_every_check() -> None:
    failed = [finding for finding in check_score(REQUEST, SCORE) if not finding.passed]
    assert failed == []


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_a_check_refuses_its_null_variant(name: str) -> None:
    passed, value = CHECKS[name](*FAULTS[name](REQUEST, SCORE))
    assert not passed, value


def test_velocities_without_memory_are_no_player() -> None:
    random = np.random.default_rng(5)
    parts = {
        role: tuple(
            replace(note, velocity=velocity)
            for note, velocity in zip(notes, random.permutation([n.velocity for n in notes]), strict=True)
        )
        for role, notes in SCORE.parts.items()
    }
    passed, value = CHECKS["human strength"](REQUEST, replace(SCORE, parts=parts))
    assert not passed, value


def test_octaves_that_are_not_struck_quite_at_once_are_heard_as_their_upper_note() -> None:
    statement = SCORE.statements[0]
    doubled = [
        replace(note, pitch=note.pitch - 12, start=note.start - 900 + 1_800 * (index % 2))
        for index, note in enumerate(SCORE.parts["lead"])
    ]
    score = replace(SCORE, parts={**SCORE.parts, "lead": (*SCORE.parts["lead"], *doubled)})
    assert melody_of(REQUEST, score, statement).pitches == melody_of(REQUEST, SCORE, statement).pitches


def test_a_pick_up_is_a_bar_of_its_own() -> None:
    hits = tuple(CueHit(sample=START + round(s * SAMPLE_RATE)) for s in (1.5, 12.3))
    brief = replace(REQUEST.brief, bpm_low=76, bpm_high=84)
    request = replace(REQUEST, hits=hits, brief=brief, tension=((0, 0.5),))
    score = compose(request)
    assert score.music.beats[0].beat != 1
    assert len(by_bar(score)) == len(score.tension)
    assert all(by_bar(score)[:2])


@pytest.mark.parametrize("mode", ["lydian", "phrygian", "aeolian"])
@pytest.mark.parametrize("seed", [11, 12])
def test_other_modes_and_cuts_pass_too(mode: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    frames = np.sort(np.arange(1, 5) * 300 + random.integers(-80, 80, 4))
    request = replace(
        REQUEST,
        brief=Brief(key="G", mode=mode, bpm_low=60, bpm_high=110),
        hits=tuple(CueHit(sample=START + int(n) * 2_000) for n in frames),
        seed=Seed(seed),
    )
    failed = [finding for finding in check_score(request, compose(request)) if not finding.passed]
    assert failed == []


def test_rank_correlation_with_ties_is_that_of_scipy() -> None:
    first = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9])
    second = np.array([2.0, 1, 4, 3, 3, 7, 5, 9, 2])
    from scipy.stats import spearmanr

    assert spearman(first, second) == pytest.approx(float(spearmanr(first, second).statistic))


RATE = SAMPLE_RATE


def speech() -> np.ndarray:
    """Noise shaped like speech: a slope from 500 Hz, in syllables."""
    random = np.random.default_rng(1)
    spectrum = np.fft.rfft(random.normal(size=RATE * 8))
    frequencies = np.fft.rfftfreq(RATE * 8, 1 / RATE)
    noise = np.fft.irfft(spectrum / (1 + (frequencies / 800) ** 2) * (frequencies > 150))
    syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * np.arange(RATE * 8) / RATE)
    return np.tile((0.1 * noise / noise.std() * syllables).astype(np.float32), (2, 1))


def tones(frequency_hz: float, gain: float) -> np.ndarray:
    at = np.arange(RATE * 8) / RATE
    return np.tile((gain * np.sin(2 * np.pi * frequency_hz * at)).astype(np.float32), (2, 1))


def test_soft_low_music_leaves_speech_clear_and_a_whistle_in_its_band_does_not() -> None:
    voice = speech()
    assert masking.band_clear_db(voice, tones(220.0, 0.02), RATE) > masking.CLEAR_DB
    assert masking.band_clear_db(voice, tones(2_000.0, 0.1), RATE) < masking.CLEAR_DB
    assert masking.loudness_apart_lu(voice, tones(220.0, 0.02), RATE) > masking.APART_LU
    assert masking.loudness_apart_lu(voice, tones(2_000.0, 0.1), RATE) < masking.APART_LU


def test_music_while_nobody_speaks_is_left_alone() -> None:
    voice = speech()
    voice[:, 4 * RATE :] = 0.0
    music = tones(2_000.0, 0.3)
    music[:, : 4 * RATE] = 0.001 * music[:, : 4 * RATE]
    assert masking.band_clear_db(voice, music, RATE) > masking.CLEAR_DB
