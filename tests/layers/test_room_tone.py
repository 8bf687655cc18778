"""Room tone against recordings of steady interiors and the rules of a quiet room."""

from __future__ import annotations

import numpy as np
import pytest

from tests import descriptors
from tests.layers.rendering import RATE, presets_of, render

RANGES = {
    "slope_db_oct": (-10.3, -0.83),
    "tonal_fraction": (0.0, 0.588),
    "gust_sd_db": (0.25, 4.5),
    "onsets_per_s": (0.0, 0.5),
    "evolution_sd_db": (0.3, 5.0),
    "kurtosis_hp100": (2.8, 147.0),
    "loop_peak": (0.0, 0.12),
    "iacc_60_250": (0.5, 1.0),
    "iacc_4000_9000": (-0.1, 0.4),
}
"""Recordings of hums and rooms, 5th and 95th percentile, with the limits of a quiet room."""


@pytest.mark.parametrize("preset", [preset.name for preset in presets_of("room_tone")])
def test_it_measures_like_recordings(preset: str) -> None:
    found = descriptors.describe(render(preset, 30.0), RATE, only=RANGES)
    assert not {name: found[name] for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


@pytest.mark.parametrize("control", ["intensity", "brightness"])
@pytest.mark.parametrize("value", [0.25, 0.75])
def test_it_measures_like_recordings_at_every_control(control: str, value: float) -> None:
    found = descriptors.describe(render("old-house", 30.0, **{control: value}), RATE, only=RANGES)
    assert not {name: found[name] for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


def test_the_hum_stands_at_its_pitch() -> None:
    audio = render("office-air", 20.0, changes=(("hum", 1.0), ("hum_pitch", 120.0), ("modes", 0.0)))
    frequency, density = descriptors.spectrum(audio, RATE, size=1 << 15)
    inside = (frequency > 60.0) & (frequency < 500.0)
    assert frequency[inside][np.argmax(density[inside])] == pytest.approx(120.0, abs=3.0)


def test_a_draught_moves_the_air() -> None:
    still, moving = (render("old-house", 20.0, changes=(("draught", value),)) for value in (0.0, 1.0))
    assert descriptors.gust_sd_db(moving, RATE) > 1.3 * descriptors.gust_sd_db(still, RATE)


def test_ticks_come_as_often_as_asked() -> None:
    changes = (("draught", 0.0), ("flutter", 0.2), ("hum", 0.0))
    few, many = (
        descriptors.events_per_s(render("old-house", 20.0, changes=(*changes, ("ticks", count))), RATE)
        for count in (0.0, 60.0)
    )
    assert few < 0.2
    assert many == pytest.approx(1.0, abs=0.5)


@pytest.mark.parametrize("preset", [preset.name for preset in presets_of("room_tone") if preset.make().hum > 0.0])
def test_where_mains_or_machines_hum_their_lines_are_heard(preset: str) -> None:
    # Of recorded machines 2 to 59 % lies in lines.
    assert 0.0188 <= descriptors.tonal_fraction(render(preset, 30.0), RATE) <= 0.588
