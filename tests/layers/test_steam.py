"""Steam against what is known of jets, valves and pipes."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.contract import TICK
from soundscape.layers.steam import breathe
from tests import descriptors
from tests.layers.rendering import RATE, presets_of, render

PRESETS = tuple(preset.name for preset in presets_of("steam"))

JET = {"centroid_hz": (2_400.0, 8_000.0), "slope_db_oct": (-3.0, 1.0), "tonal_fraction": (0.0, 0.05)}
ROOM = {"centroid_hz": (500.0, 2_400.0), "slope_db_oct": (-10.3, -0.8), "tonal_fraction": (0.0, 0.25)}
DRY, WET = (2.9, 4.6), (6.0, 20.0)
"""Kurtosis without and with water that spits."""


def _outside(preset: str, ranges: dict[str, tuple[float, float]], **controls: float) -> dict[str, float]:
    found = descriptors.describe(render(preset, 12.0, **controls), RATE, only=ranges)
    return {name: round(found[name], 3) for name, (low, high) in ranges.items() if not low <= found[name] <= high}


@pytest.mark.parametrize(
    "controls", [{}, {"intensity": 0.25}, {"intensity": 0.75}, {"density": 0.25}, {"density": 0.75}]
)
@pytest.mark.parametrize(("preset", "kurtosis"), [("steam-leak", DRY), ("steam-spit", WET)])
def test_a_jet_is_a_broad_hiss_and_spits_only_when_wet(
    preset: str, kurtosis: tuple[float, float], controls: dict[str, float]
) -> None:
    assert not _outside(preset, {**JET, "kurtosis_hp100": kurtosis}, **controls)


@pytest.mark.parametrize("value", [0.25, 0.75])
def test_a_jet_stays_a_jet_at_every_brightness(value: float) -> None:
    assert not _outside("steam-leak", {**JET, "slope_db_oct": (-4.0, 2.0)}, brightness=value)


@pytest.mark.parametrize("preset", ["boiler-room", "pipes"])
def test_a_room_of_boilers_is_darker(preset: str) -> None:
    assert not _outside(preset, ROOM)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_level_wanders_and_does_not_swing(preset: str) -> None:
    audio = render(preset, 40.0)
    assert descriptors.gust_sd_db(audio, RATE) > 0.5
    assert -2.2 <= descriptors.gust_psd_slope(audio, RATE) <= -0.2
    assert descriptors.evolution_sd_db(audio, RATE) >= 0.25


def test_a_release_falls_steadily_and_ever_more_slowly() -> None:
    count = 6 * RATE // TICK
    flow, vessel = np.empty(count), np.array([1.3, 0.0, 0.0])
    breathe(flow, vessel, 0.0, np.full(count, 1e-6), 1.0, np.uint32(1), TICK / RATE)
    level_db = 20.0 * np.log10(flow[np.argmax(flow) :] + 1e-9)
    falling = level_db[level_db > -24.0]
    assert np.all(np.diff(falling) < 0.0)
    time_s = np.arange(len(falling)) * TICK / RATE
    assert np.corrcoef(time_s, falling)[0, 1] ** 2 > 0.95
    # The pressure falls by a power just above 1: less in a second, the less is left.
    assert np.diff(falling)[-20] > np.diff(falling)[20]


def test_the_valve_opens_as_often_as_told_and_never_in_step() -> None:
    count = 600 * RATE // TICK
    flow, vessel = np.empty(count), np.zeros(3)
    breathe(flow, vessel, 0.0, np.full(count, 0.5), 0.3, np.uint32(9), TICK / RATE)
    opened = np.flatnonzero((flow[1:] > 0.3) & (flow[:-1] <= 0.3)) * TICK / RATE
    intervals = np.diff(opened)
    assert 150 <= len(opened) <= 350
    assert np.std(intervals) / np.mean(intervals) > 0.12


def test_chatter_beats_at_its_rate() -> None:
    def beat(chatter: float) -> float:
        changes = (("chatter", chatter), ("water", 0.0), ("knocks", 0.0), ("releases", 0.0), ("rumble", -40.0))
        audio = render("steam-leak", 10.0, changes=(*changes, ("chatter_hz", 40.0)))
        level = descriptors.levels_db(audio, RATE, frame_s=0.002)
        power = np.abs(np.fft.rfft(level - level.mean())) ** 2
        frequency = np.fft.rfftfreq(len(level), 0.002)
        near = (frequency > 25.0) & (frequency < 60.0)
        return float(power[near].mean() / power[frequency > 90.0].mean())

    assert beat(0.0) < 2.0
    assert beat(1.0) > 4.0


def test_a_pipe_sings_on_its_odd_quarter_waves() -> None:
    changes = (
        ("pipe", 0.17),
        ("releases", 0.0),
        ("leak", 1.0),
        ("water", 0.0),
        ("knocks", 0.0),
        ("rumble", -40.0),
    )
    silent, singing = (
        descriptors.spectrum(render("steam-whistle-vent", 10.0, changes=(*changes, ("whistle", level))), RATE)
        for level in (0.0, 1.0)
    )
    frequency, gain = silent[0], singing[1] / silent[1]
    quarter_hz = 343.0 / (4.0 * 0.17)
    found = [gain[np.abs(frequency - k * quarter_hz) < 0.06 * k * quarter_hz].max() for k in (1, 3, 5)]
    between = [gain[np.abs(frequency - k * quarter_hz) < 0.06 * k * quarter_hz].max() for k in (2, 4)]
    assert max(found) > 4.0 * max(between)


def test_knocks_are_low_and_ring() -> None:
    changes = (("knocks", 40.0), ("water", 0.0))
    still, knocking = (render("pipes", 20.0, changes=(("knocks", rate), changes[1])) for rate in (0.0, 40.0))
    louder = descriptors.levels_db(knocking, RATE, frame_s=0.05) - descriptors.levels_db(still, RATE, frame_s=0.05)
    assert louder.max() > 4.0
    assert np.median(louder) < 0.5
    frequency, rest = descriptors.spectrum(still, RATE)
    gain = descriptors.spectrum(knocking, RATE)[1] / rest
    assert gain[(frequency > 150.0) & (frequency < 1_000.0)].mean() > 1.15 * gain[frequency > 5_000.0].mean()
