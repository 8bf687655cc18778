"""Words are found by their stems, phrases in one piece."""

from __future__ import annotations

import pytest

from soundscape.planning.words import found_words


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("dune", "over the dunes"),
        ("erupt", "a guardian erupts!"),
        ("crash", "it came crashing down"),
        ("strike team", "Strike-Teams, guardians"),
        ("memory", "old memories"),
        ("whistle", "whistling wind"),
        ("silence", "Silence"),
    ],
)
def test_another_form_of_a_word_is_found(word: str, text: str) -> None:
    assert found_words([word], text) == (word,)


@pytest.mark.parametrize(
    ("word", "text"), [("ice", "slice of rice"), ("strike team", "team strike"), ("hit", "white"), ("", "x")]
)
def test_a_part_of_a_word_is_not_found(word: str, text: str) -> None:
    assert found_words([word], text) == ()
