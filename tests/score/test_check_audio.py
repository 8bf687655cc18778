"""The checks on audio accept what is in time and clear, and refuse what is late or in the way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from soundscape.model import SAMPLE_RATE
from soundscape.score.check_audio import hits_heard, onsets, speech_clear
from soundscape.score.checks import AUDIO_CHECKS, check_audio
from tests.score.test_checks import REQUEST, START, speech, tones

FRAME = SAMPLE_RATE // 24


def struck(late: int, *, bed: float = 0.01) -> np.ndarray:
    """A bell on every strong hit, so many samples late, over a soft bed; it begins at `START`."""
    random = np.random.default_rng(1)
    music = random.normal(0.0, bed, (2, REQUEST.end - START)).astype(np.float32)
    at = np.arange(SAMPLE_RATE)
    bell = (0.5 * np.exp(-at / 9_600) * np.sin(2 * np.pi * 880 * at / SAMPLE_RATE)).astype(np.float32)
    for hit in REQUEST.hits:
        place = hit.sample - START + late
        music[:, place : place + SAMPLE_RATE] += bell
    return music


@pytest.mark.parametrize("late", [-FRAME, 0, 2 * FRAME])
def test_hits_inside_their_windows_are_heard(late: int) -> None:
    passed, value = hits_heard(REQUEST, struck(late), START)
    assert passed, value


@pytest.mark.parametrize("late", [-2 * FRAME, 3 * FRAME, 5 * FRAME])
def test_hits_that_sound_early_or_late_are_not(late: int) -> None:
    assert not hits_heard(REQUEST, struck(late), START)[0]


def test_silence_and_an_even_hiss_meet_no_hit() -> None:
    assert not hits_heard(REQUEST, np.zeros_like(struck(0)), START)[0]
    assert hits_heard(replace(REQUEST, hits=()), np.zeros_like(struck(0)), START)[0]


def test_an_onset_is_found_to_the_hop() -> None:
    (sample,) = {hit.sample - START for hit in REQUEST.hits[:1]}
    assert min(abs(onset - sample) for onset in onsets(struck(0), sample)) <= 128


def test_speech_is_clear_over_soft_low_music_and_not_under_a_whistle() -> None:
    asked = replace(REQUEST, narration=((START + SAMPLE_RATE, START + 7 * SAMPLE_RATE),))
    assert speech_clear(asked, tones(220.0, 0.02), speech(), START)[0]
    passed, value = speech_clear(asked, tones(2_000.0, 0.1), speech(), START)
    assert not passed
    assert "from 1 to 4 kHz" in value
    assert speech_clear(REQUEST, tones(2_000.0, 0.1), speech(), START) == (True, "no one speaks")


def test_a_stretch_of_speech_is_judged_whole_where_the_music_joins_in_its_midst() -> None:
    said, music = speech(), tones(220.0, 0.02)
    music[:, 3 * SAMPLE_RATE :] *= 4.0  # too loud, were the second half judged alone
    late = replace(REQUEST, start=START + 3 * SAMPLE_RATE, narration=((START, START + 4 * SAMPLE_RATE),))
    whole = speech_clear(replace(late, start=START), music, said, START)
    assert speech_clear(late, music, said, START) == whole


def test_without_audio_nothing_is_claimed() -> None:
    assert [(item.check, item.passed) for item in check_audio(REQUEST)] == [(name, None) for name in AUDIO_CHECKS]
    assert [item.passed for item in check_audio(REQUEST, struck(0), at=START)] == [True, True]
