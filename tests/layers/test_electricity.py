"""Electricity against what recorded hums measure and what is known of arcs."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.contract import TICK
from soundscape.dsp.buzz import Buzz
from soundscape.dsp.sparks import FIZZES, snap
from soundscape.dsp.telegraph import LONGEST, telegraph
from tests import descriptors
from tests.layers.rendering import RATE, SEED, presets_of, render, ticks

PRESETS = tuple(preset.name for preset in presets_of("electricity"))

HUM = {
    "tonal_fraction": (0.0188, 0.59),
    "slope_db_oct": (-10.3, -0.8),
    "kurtosis_hp100": (2.8, 147.0),
    "gust_sd_db": (0.25, 4.5),
    "centroid_hz": (137.0, 2_400.0),
    "onsets_per_s": (0.0, 6.15),
}
"""5th to 95th percentile of recorded hums."""
SPARKING = {
    "kurtosis_hp100": (8.0, 400.0),
    "crest_db": (18.0, 38.0),
    "gust_sd_db": (1.0, 10.0),
    "centroid_hz": (1_000.0, 5_000.0),
}
ALONE = (("arc", -60.0), ("sparks", -60.0), ("corona", -45.0))


def _outside(preset: str, ranges: dict[str, tuple[float, float]], **controls: float) -> dict[str, float]:
    found = descriptors.describe(render(preset, 15.0, **controls), RATE, only=ranges)
    return {name: round(found[name], 3) for name, (low, high) in ranges.items() if not low <= found[name] <= high}


@pytest.mark.parametrize("controls", [{}, {"intensity": 0.25}, {"intensity": 0.75}, {"density": 0.75}])
@pytest.mark.parametrize("preset", ["power-station", "arc-lamp"])
def test_it_hums_like_recorded_hums(preset: str, controls: dict[str, float]) -> None:
    assert not _outside(preset, HUM, **controls)


@pytest.mark.parametrize("controls", [{}, {"density": 0.25}, {"density": 0.75}])
@pytest.mark.parametrize("preset", ["tesla-coil", "sparking-cable"])
def test_discharges_live_from_impulses(preset: str, controls: dict[str, float]) -> None:
    assert not _outside(preset, SPARKING, **controls)


@pytest.mark.parametrize("preset", PRESETS)
def test_it_wanders_as_one_over_f(preset: str) -> None:
    audio = render(preset, 40.0)
    assert -1.6 <= descriptors.gust_psd_slope(audio, RATE) <= 0.25
    assert descriptors.evolution_sd_db(audio, RATE) >= 0.23


@pytest.mark.parametrize("mains", [50.0, 60.0])
def test_iron_hums_at_twice_the_mains_and_its_multiples_only(mains: float) -> None:
    audio = render("power-station", 12.0, changes=(*ALONE, ("mains", mains), ("unrest", 0.0)))
    frequency, density = descriptors.spectrum(audio, RATE, size=1 << 16)

    def line_db(hz: float) -> float:
        near = np.abs(frequency / hz - 1.0) < 0.015
        return float(10.0 * np.log10(density[near].max() / np.median(density[np.abs(frequency / hz - 1.0) < 0.1])))

    assert min(line_db(2.0 * mains), line_db(4.0 * mains)) > 15.0
    assert max(line_db(mains * 3.0), line_db(mains * 5.0)) < 10.0


def test_corona_bursts_at_the_crests_of_the_mains_and_more_at_the_positive_one() -> None:
    changes = (("hum", -60.0), ("arc", -60.0), ("sparks", -60.0), ("corona", 0.0), ("unrest", 0.0))
    audio = render("power-station", 10.0, changes=changes).mean(axis=0, dtype=np.float64)
    power = np.mean(audio[: len(audio) // 960 * 960].reshape(-1, 16, 60) ** 2, axis=2)
    over_turn = np.median(power, axis=0)
    # Between crests there is little.
    assert np.sort(over_turn)[-2:].mean() > 4.0 * np.sort(over_turn)[:2].mean()
    assert np.std(np.log(power.mean(axis=1))) > 0.3
    # Lines at the mains and at twice that: half-waves are unlike, and either has its crest.
    lines = np.abs(np.fft.rfft(over_turn))
    assert min(lines[1:3]) > 0.1 * lines[0]


def test_loose_iron_buzzes_for_a_while_in_step_with_the_mains() -> None:
    count = ticks(20.0)
    out = np.zeros((2, count * TICK), np.float32)
    Buzz(SEED, RATE, width=0.5).add(out, np.full(count + 1, 50.0), np.ones(count + 1))
    power = out[0].reshape(-1, 480).astype(np.float64) ** 2
    half_waves, over_turn = power.mean(axis=1), power.mean(axis=0)
    silent = half_waves < 0.01 * half_waves.max()
    assert 0.15 < silent.mean() < 0.85
    assert np.mean(silent[1:] == silent[:-1]) > 0.6
    # Strikes lie in a third of the half-wave.
    assert np.sort(over_turn)[-160:].sum() > 0.8 * over_turn.sum()


def test_an_arc_restrikes_at_twice_the_mains_and_a_coil_at_its_own_rate() -> None:
    def pitch(interrupter: float) -> float:
        changes = (
            ("hum", -60.0),
            ("sparks", -60.0),
            ("corona", -45.0),
            ("burning", 0.95),
            ("interrupter", interrupter),
        )
        audio = render("arc-lamp", 10.0, changes=changes).mean(axis=0)
        level = np.abs(audio[: len(audio) // 24 * 24]).reshape(-1, 24).mean(axis=1)
        power = np.abs(np.fft.rfft(level - level.mean()))
        frequency = np.fft.rfftfreq(len(level), 24.0 / RATE)
        heard = (frequency > 60.0) & (frequency < 200.0)
        return float(frequency[heard][np.argmax(power[heard])])

    assert pitch(0.0) == pytest.approx(100.0, rel=0.03)
    assert pitch(140.0) == pytest.approx(140.0, rel=0.03)


def test_the_telegraph_burns_for_its_share_in_spells_of_heavy_tail() -> None:
    count = 2_000 * RATE // TICK
    gate, state = np.empty(count), np.array([1.0, 0.0, 0.0, 0.0])
    telegraph(gate, state, 0.3, 0.6, np.uint32(7), TICK / RATE)
    burns = gate > 0.0
    turns = np.flatnonzero(np.diff(burns))
    spells = np.diff(turns)[burns[turns[:-1] + 1]] * TICK / RATE
    assert burns.mean() == pytest.approx(0.6, abs=0.05)
    assert spells.mean() == pytest.approx(0.3, rel=0.2)
    assert np.std(spells) / spells.mean() > 0.7
    assert spells.max() / spells.min() <= LONGEST + 1.0


def test_a_shorter_share_of_burning_leaves_more_silence() -> None:
    changes = (("sparks", -60.0), ("corona", -45.0), ("hum", -60.0))
    seldom, mostly = (render("tesla-coil", 15.0, changes=(*changes, ("burning", value))) for value in (0.2, 0.9))

    def silent(audio: np.ndarray) -> float:
        level = descriptors.levels_db(audio, RATE, frame_s=0.02)
        return float(np.mean(level < level.max() - 20.0))

    assert silent(seldom) > silent(mostly) + 0.3


def test_a_spark_is_a_handful_of_streamers_and_some_of_them_fizz() -> None:
    count = ticks(200.0) + 1
    per_s, fizz = np.full(count, 8.0), np.zeros(2)
    streamers, level, size = np.empty((3, count))
    snap(streamers, level, size, per_s, fizz, np.uint32(3), 0, TICK / RATE)
    sparks = np.flatnonzero(size)
    assert len(sparks) / 200.0 == pytest.approx(8.0, rel=0.1)
    # Some ten of them in the tick of a spark of middle size.
    assert 8.0 <= np.median(streamers[sparks]) * TICK / RATE <= 25.0
    alone = sparks[:-1][np.diff(sparks) > 4]
    assert np.mean(level[alone + 1] > 0.0) == pytest.approx(FIZZES, abs=0.06)


def test_more_sparks_are_the_same_ones_and_others() -> None:
    found = []
    for rate in (4.0, 16.0):
        streamers, level, size = np.empty((3, ticks(60.0)))
        snap(streamers, level, size, np.full(ticks(60.0), rate), np.zeros(2), np.uint32(3), 0, TICK / RATE)
        found.append(set(np.flatnonzero(size)))
    assert found[0] < found[1]


def test_sparks_reach_to_the_end_of_hearing() -> None:
    changes = (("hum", -60.0), ("arc", -60.0), ("corona", -45.0))
    frequency, density = descriptors.spectrum(render("sparking-cable", 20.0, changes=changes), RATE)
    high, middle = (density[(frequency > low) & (frequency < 1.26 * low)].sum() for low in (10_000.0, 2_000.0))
    assert 10.0 * np.log10(high / middle) > -10.0
