"""The hum against what recorded machines measure, and its parts against what mechanics says of them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.contract import TICK, neutral
from soundscape.dsp.casing import MODES, Casing
from soundscape.dsp.servo import TEETH, servo_move
from soundscape.layers import hum
from soundscape.rng import Seed
from tests import descriptors
from tests.layers.rendering import RATE, SEED, presets_of, render, ticks

PRESETS = [preset.name for preset in presets_of("hum")]


def rendered(seconds: float, **changes: float) -> np.ndarray:
    params = hum.Params(**changes)
    return np.concatenate(list(hum.render(params, neutral(ticks(seconds)), RATE, SEED)), axis=1)


@pytest.mark.parametrize("preset", PRESETS)
def test_it_lies_within_the_range_of_recorded_machines(preset: str) -> None:
    audio = render(preset, 30.0)
    assert 0.0188 <= descriptors.tonal_fraction(audio, RATE) <= 0.59
    assert -10.3 <= descriptors.slope_db_oct(audio, RATE) <= -0.8
    assert 0.25 <= descriptors.gust_sd_db(audio, RATE) <= 4.5
    assert descriptors.onsets_per_s(audio, RATE) <= 6.15
    assert descriptors.evolution_sd_db(audio, RATE) >= 0.23
    assert 137.0 <= descriptors.centroid_hz(audio, RATE) <= 2_400.0
    assert descriptors.crest_db(audio, RATE) <= 23.9
    assert 2.8 <= descriptors.kurtosis_hp100(audio, RATE) <= 147.0
    assert descriptors.clicks(audio, RATE) <= 1


@pytest.mark.parametrize("preset", PRESETS)
def test_the_level_wanders_as_one_over_f_and_not_as_an_oscillator(preset: str) -> None:
    slope = descriptors.gust_psd_slope(render(preset, 60.0), RATE)
    assert -1.6 <= slope <= 0.25


def test_more_flutter_moves_the_level_more() -> None:
    calm, restless = (descriptors.gust_sd_db(rendered(20.0, flutter=value), RATE) for value in (0.5, 4.0))
    assert restless > 2.0 * calm


def test_highs_of_the_two_sides_differ_while_lows_agree() -> None:
    audio = rendered(20.0, width=1.0, moves=0.0)
    assert descriptors.interaural(audio, RATE, low_hz=60.0, high_hz=250.0) > 0.6
    assert abs(descriptors.interaural(audio, RATE, low_hz=2_000.0, high_hz=9_000.0)) <= 0.4


def test_the_mesh_line_lies_at_teeth_times_the_shaft_rate() -> None:
    audio = rendered(20.0, pitch=60.0, blades=4, teeth=60, mesh=1.0, tone=0.9, unrest=0.0, whine=0.0)
    frequency, density = descriptors.spectrum(audio, RATE, size=1 << 15)
    near = (frequency > 800.0) & (frequency < 1_000.0)
    assert frequency[near][np.argmax(density[near])] == pytest.approx(900.0, rel=0.06)


def test_load_raises_the_pitch() -> None:
    params = hum.Params(pitch=100.0, blades=1, tone=1.0, unrest=0.0, mesh=0.0, ticks=0.1)
    found = []
    for intensity in (0.0, 1.0):
        audio = np.concatenate(
            list(hum.render(params, neutral(ticks(8.0), intensity=intensity), RATE, SEED)), axis=1
        )
        frequency, density = descriptors.spectrum(audio, RATE, size=1 << 15)
        near = (frequency > 80.0) & (frequency < 130.0)
        found.append(frequency[near][np.argmax(density[near])])
    assert found[1] / found[0] == pytest.approx(1.08 / 0.92, rel=0.03)


def test_servo_moves_come_more_often_with_density() -> None:
    def moved(density: float) -> float:
        still, moving = (
            np.concatenate(
                list(hum.render(hum.Params(moves=value), neutral(ticks(20.0), density=density), RATE, SEED)), axis=1
            )
            for value in (0.0, 20.0)
        )
        # Level is set without the events, so that all they do is the difference.
        return float(np.mean(np.abs(moving - still) > 1e-4))

    few, some, many = (moved(density) for density in (0.2, 0.5, 0.8))
    assert few < some < many


def test_no_two_servo_moves_are_alike() -> None:
    moves = [servo_move(RATE, Seed(index).generator(), length_s=0.4, mesh_hz=500.0)[0] for index in range(6)]
    size = min(map(len, moves))
    for index, move in enumerate(moves):
        for other in moves[index + 1 :]:
            assert abs(np.corrcoef(move[:size], other[:size])[0, 1]) < 0.5


def test_a_servo_starts_and_stops_slower_than_it_runs() -> None:
    move = servo_move(RATE, Seed(3).generator(), length_s=0.6, mesh_hz=600.0, clunk=0.0)[0]

    def pitch(part: np.ndarray) -> float:
        bins = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 16))
        bins[: int(100.0 / RATE * (1 << 16))] = 0.0
        bins[int(900.0 / RATE * (1 << 16)) :] = 0.0
        return float(np.argmax(bins)) * RATE / (1 << 16)

    size = len(move) // 12
    assert pitch(move[5 * size : 7 * size]) > 1.3 * pitch(move[:size])


def test_a_casing_answers_as_its_poles_say() -> None:
    frequency, quality, gain = np.full((2, MODES), 500.0), np.full(MODES, 20.0), np.zeros(MODES)
    gain[0] = 1.0
    casing = Casing(RATE, frequency_hz=frequency, quality=quality, gain=gain)
    drive = np.zeros((2, RATE), np.float32)
    drive[:, 0] = 1.0
    answer = np.zeros_like(drive)
    casing.add(answer, drive)
    response = np.abs(np.fft.rfft(answer[0]))
    assert int(np.argmax(response)) == pytest.approx(500, abs=2)
    assert response.max() == pytest.approx(1.0, rel=0.05)
    above = np.flatnonzero(response > response.max() / np.sqrt(2.0))
    assert above[-1] - above[0] == pytest.approx(500.0 / 20.0, abs=2)


def test_the_mains_series_does_not_alias() -> None:
    from soundscape.dsp.machine import fill_lines

    count = 400
    hz, ones = np.full(count + 1, 110.0), np.ones(count + 1, np.float32)
    lines, beat = np.empty((2, count * TICK), np.float32)
    turns = np.zeros(3)
    pattern = np.ones(1, np.float32)
    fill_lines(
        lines, beat, turns, hz, hz, ones, pattern, np.float32(0.5), np.float32(1.0), 40.0, RATE, np.uint32(1)
    )
    power = np.abs(np.fft.rfft(lines * signal.windows.blackmanharris(len(lines)))) ** 2
    frequency = np.fft.rfftfreq(len(lines), 1.0 / RATE)
    off = np.abs((frequency + 55.0) % 110.0 - 55.0) > 8.0
    assert 10.0 * np.log10(power[off].sum() / power.sum()) <= -80.0


def test_worn_teeth_spread_the_mesh_into_lines_a_turn_of_the_shaft_apart() -> None:
    shares = []
    for wear in (0.0, 1.0):
        # The length, the speed and the load are drawn alike.
        move = servo_move(RATE, Seed(3).generator(), length_s=3.0, mesh_hz=680.0, load=0.0, clunk=0.0, wear=wear)[0]
        steady = move[RATE : 2 * RATE].astype(np.float64) * np.hanning(RATE)
        power = np.abs(np.fft.rfft(steady)) ** 2
        mesh = 400 + int(np.argmax(power[400:900]))
        shaft = mesh / TEETH
        near = power[int(mesh - 6.5 * shaft) : int(mesh + 6.5 * shaft)].sum()
        third = sum(power[round(mesh + k * shaft) - 4 : round(mesh + k * shaft) + 5].sum() for k in (-5, -3, 3, 5))
        shares.append(third / near)
    assert shares[1] > 3.0 * shares[0]
