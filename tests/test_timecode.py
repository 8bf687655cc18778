"""Exact time: labels, frames and samples at every rate."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundscape.errors import TimecodeError
from soundscape.timecode import Rate, frame_to_sample, frame_to_timecode, seconds_to_frame, timecode_to_frame

NAMES = ("23.976 24 25 29.97 29.97df 30 47.952 48 50 59.94 59.94df 60 100 119.88 119.88df 120").split()
rates = st.sampled_from([Rate.parse(name) for name in NAMES])


@pytest.mark.parametrize("name", NAMES)
def test_every_frame_of_a_day_goes_to_its_label_and_back(name: str) -> None:
    rate = Rate.parse(name)
    step = 1 if rate.nominal <= 30 else 7
    for frame in (*range(40_000), *range(40_000, rate.frames_per_day, 101 * step)):
        assert timecode_to_frame(frame_to_timecode(frame, rate), rate) == frame


@given(rates, st.integers(-(10**7), 10**8))
def test_labels_wrap_after_a_day_in_both_directions(rate: Rate, frame: int) -> None:
    assert timecode_to_frame(frame_to_timecode(frame, rate), rate) == frame % rate.frames_per_day


def test_an_hour_of_23976_is_longer_than_an_hour() -> None:
    rate = Rate.parse("23.976")
    frame = timecode_to_frame("01:00:00:00", rate)
    assert frame / rate.fps == Fraction("3603.6")
    assert frame_to_sample(frame, rate, 48_000) == 172_972_800


@pytest.mark.parametrize(
    ("name", "label", "frames"),
    [
        ("29.97df", "00:10:00;00", 17_982),
        ("29.97df", "01:00:00;00", 107_892),
        ("29.97df", "00:01:00;02", 1_800),
        ("29.97", "01:00:00:00", 108_000),
        ("59.94df", "23:59:59;59", 5_178_815),
        ("119.88df", "00:01:00;008", 7_200),
    ],
)
def test_published_counts(name: str, label: str, frames: int) -> None:
    rate = Rate.parse(name)
    assert timecode_to_frame(label, rate) == frames
    assert frame_to_timecode(frames, rate) == label


def test_a_day_of_drop_frame_has_2_589_408_frames() -> None:
    assert Rate.parse("29.97df").frames_per_day == 2_589_408


@given(rates, st.integers(0, 10**7))
def test_a_frame_is_never_more_than_half_a_sample_off(rate: Rate, frame: int) -> None:
    assert abs(frame_to_sample(frame, rate, 48_000) - frame / rate.fps * 48_000) <= Fraction(1, 2)


@given(rates, st.integers(0, 10**7))
def test_seconds_of_a_frame_give_the_frame_again(rate: Rate, frame: int) -> None:
    assert seconds_to_frame(frame / rate.fps, rate) == frame


@pytest.mark.parametrize("text", ["23.98", "23.976", "24000/1001", "23.976 fps", "23.976 NDF"])
def test_all_spellings_of_23976_are_one_rate(text: str) -> None:
    assert Rate.parse(text) == Rate(fps=Fraction(24000, 1001))


@pytest.mark.parametrize("text", ["0", "23", "29.9", "abc", "", "24/0", "1e9", "25df", "23.976df", "30df"])
def test_a_rate_that_does_not_exist_is_refused_with_the_allowed_ones(text: str) -> None:
    with pytest.raises(TimecodeError, match=r"allowed: 23\.976, 24|drop-frame"):
        Rate.parse(text)


def test_a_frame_number_beyond_the_rate_is_refused() -> None:
    with pytest.raises(TimecodeError, match="at 25 frames go from 00 to 24"):
        timecode_to_frame("01:00:00:25", Rate.parse("25"))


@pytest.mark.parametrize("text", ["", "1:2:3", "01:00:60:00", "01:60:00:00", "aa:bb:cc:dd", "01:00:00:00:00"])
def test_what_is_no_label_is_refused(text: str) -> None:
    with pytest.raises(TimecodeError, match="is not a timecode"):
        timecode_to_frame(text, Rate.parse("25"))


def test_a_dropped_label_is_moved_with_a_warning_and_refused_without() -> None:
    rate = Rate.parse("29.97df")
    told: list[str] = []
    assert timecode_to_frame("00:01:00;00", rate, warn=told.append) == 1_800
    assert timecode_to_frame("00:01:00;01", rate, warn=told.append) == 1_800
    assert len(told) == 2
    with pytest.raises(TimecodeError, match="does not exist in drop-frame"):
        timecode_to_frame("00:01:00;00", rate)


def test_a_pre_roll_before_midnight_is_negative() -> None:
    assert timecode_to_frame("-00:00:08:00", Rate.parse("24")) == -192
