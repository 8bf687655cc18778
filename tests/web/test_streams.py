"""Sounds that play: each tab has its own, and a tab that hurries leaves nothing behind."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from soundscape.web.streams import EACH, MOST, Streams


class Tone:
    """A sound that counts what is read of it."""

    tracks = ()

    def __init__(self) -> None:
        self.read_frames = 0

    def read(self, frames: int, controls: Mapping[str, float]) -> np.ndarray:
        del controls
        self.read_frames += frames
        return np.zeros((1, 2, frames), np.float32)


def test_a_sound_is_read_by_its_name_until_it_is_closed() -> None:
    streams, tone = Streams(), Tone()
    name = streams.open(tone, "tab")
    read = streams.read(name, 512, {})
    assert read is not None and read.shape == (1, 2, 512)
    assert tone.read_frames == 512
    streams.close(name)
    assert streams.read(name, 512, {}) is None


def test_a_tab_that_hurries_keeps_what_is_being_read() -> None:
    streams = Streams()
    playing = streams.open(Tone(), "tab")
    other = streams.open(Tone(), "another tab")
    for _ in range(50):
        assert streams.read(playing, 256, {}) is not None
        streams.open(Tone(), "tab")
    assert len(streams) <= EACH + 1
    assert streams.read(other, 256, {}) is not None


def test_all_tabs_together_are_bounded() -> None:
    streams = Streams()
    names = [streams.open(Tone(), f"tab {index}") for index in range(2 * MOST)]
    assert len(streams) == MOST
    assert streams.read(names[-1], 256, {}) is not None
    assert streams.read(names[0], 256, {}) is None
