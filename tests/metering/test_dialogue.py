from __future__ import annotations

import numpy as np
import pytest

from soundscape.metering.dialogue import dialogue_loudness, find_speech, speech_share
from tests.metering.signals import Segment, heard, stereo, tone

RATE = 48_000


def energies(segments: list[Segment]) -> np.ndarray:
    return heard(stereo(tone(segments, RATE)), RATE).energies


def test_dialogue_is_measured_only_while_somebody_speaks() -> None:
    programme = energies([(5, -30), (5, -20), (5, -10)])
    assert dialogue_loudness(programme, RATE, [(5 * RATE, 10 * RATE)]) == pytest.approx(-20.0, abs=0.02)
    assert dialogue_loudness(programme, RATE, [(0, RATE), (RATE, 2 * RATE)]) == pytest.approx(-30.0, abs=0.02)


def test_there_is_no_relative_gate() -> None:
    programme = energies([(5, -20), (5, -60)])
    assert dialogue_loudness(programme, RATE, [(0, 10 * RATE)]) == pytest.approx(-23.0, abs=0.02)


def test_without_speech_there_is_no_value() -> None:
    assert dialogue_loudness(energies([(5, -20)]), RATE, []) is None
    assert dialogue_loudness(energies([(5, None)]), RATE, [(0, RATE)]) is None


def test_speech_is_found_in_its_stem_and_short_pauses_are_bridged() -> None:
    stem = energies([(2, None), (3, -20), (0.5, None), (2, -22), (4, None), (1, -60), (2, -20)])
    found = [(start / RATE, end / RATE) for start, end in find_speech(stem, RATE)]
    assert len(found) == 2
    assert found[0] == pytest.approx((2.0, 7.5), abs=0.25)
    assert found[1] == pytest.approx((12.5, 14.5), abs=0.25)
    assert find_speech(energies([(3, None)]), RATE) == []


def test_the_share_of_speech() -> None:
    assert speech_share([(0, 10), (20, 30)], 40) == 0.5
    assert speech_share([], 0) == 0.0
