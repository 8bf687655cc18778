"""The standing portal: what glides both ways, its blur, its pulse."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.contract import TICK
from soundscape.dsp.bend import bent
from soundscape.dsp.sines import Sines
from soundscape.dsp.vortex import SPIN, Blown, Vortex
from soundscape.layers import portal
from soundscape.units import midi_to_hz
from tests import descriptors
from tests.layers.rendering import RATE, SEED, presets_of, render, ticks

PRESETS = [preset.name for preset in presets_of("portal")]
RANGES = {
    "centroid_hz": (100.0, 1_800.0),
    "slope_db_oct": (-12.0, -2.4),
    "crest_db": (9.0, 20.0),
    "kurtosis_hp100": (2.3, 8.0),
    "gust_sd_db": (0.6, 5.0),
    "gust_psd_slope": (-2.6, 0.4),
    "evolution_sd_db": (0.4, 6.0),
    "centroid_sd_oct": (0.1, 1.2),
    "onsets_per_s": (0.0, 2.5),
    "loop_peak": (0.0, 0.3),
    "clicks": (0.0, 1.0),
}
"""Reasoned: as dark and as unsteady as a large machine, without its lines; swirls begin softly."""
ALONE = (
    ("sub", -40.0),
    ("swirls", -40.0),
    ("blur", 0.0),
    ("unrest", 0.3),
    ("pace", 0.2),
    ("grit", 0.0),
    ("pull", 0.0),
)


@pytest.mark.parametrize("preset", PRESETS)
def test_it_stands_without_ever_standing_still(preset: str) -> None:
    found = descriptors.describe(render(preset, 30.0), RATE, only=RANGES)
    assert not {name: found[name] for name, (low, high) in RANGES.items() if not low <= found[name] <= high}


@pytest.mark.parametrize("preset", PRESETS)
def test_no_octave_is_lost_in_mono_and_lows_are_in_the_middle(preset: str) -> None:
    audio = render(preset, 30.0)
    loss_db = []
    for low_hz in 31.0 * 2.0 ** np.arange(8):
        octave = signal.butter(4, (low_hz, 2.0 * low_hz), "band", fs=RATE, output="sos")
        loss_db.append(descriptors.mono_loss_db(signal.sosfilt(octave, audio).astype(np.float32), RATE))
    assert max(loss_db) < 2.5
    assert max(loss_db[:2]) < 0.5


@pytest.mark.parametrize(("balance", "way"), [(1.0, 1.0), (0.0, -1.0)])
def test_it_glides_at_its_pace_and_the_way_it_is_asked(balance: float, way: float) -> None:
    audio = render("standing-portal", 8.0, changes=(*ALONE, ("balance", balance))).mean(axis=0, dtype=np.float64)
    frequency, time, bins = signal.stft(audio, RATE, nperseg=1 << 13, noverlap=(1 << 13) - 4_800)
    octaves = np.arange(np.log2(150.0), np.log2(1_200.0), 1 / 48)
    rows = np.array([np.interp(octaves, np.log2(frequency[1:]), np.abs(column[1:])) for column in bins.T])
    gap = round(0.5 / (time[1] - time[0]))
    shifts = np.arange(-12, 13)
    match = [
        sum(
            np.corrcoef(now[12:-12], np.roll(then, -shift)[12:-12])[0, 1]
            for now, then in zip(rows[:-gap], rows[gap:], strict=True)
        )
        for shift in shifts
    ]
    assert shifts[np.argmax(match)] / 48 / 0.5 == pytest.approx(0.2 * way, abs=0.09)


def test_the_sub_tone_stands_on_its_note_and_pulses() -> None:
    audio = render("standing-portal", 30.0, changes=(("sub", 9.0), ("root", 45), ("pulse", 1.0)))
    frequency, density = descriptors.spectrum(audio, RATE, size=1 << 15)
    low = frequency < 80.0
    assert frequency[low][np.argmax(density[low])] == pytest.approx(midi_to_hz(33), abs=2.0)
    bass = signal.sosfilt(signal.butter(4, 90.0, "low", fs=RATE, output="sos"), audio)
    level = 10.0 ** (descriptors.levels_db(bass.astype(np.float32), RATE, frame_s=0.05) / 20.0)
    rate_hz, beat = signal.welch(level - level.mean(), 20.0, nperseg=200)
    assert 0.7 <= rate_hz[np.argmax(beat * (rate_hz > 0.3))] <= 1.4


def blown(*, pull: float = 0.0, angle: np.ndarray | None = None) -> Blown:
    """A vortex of 400 ticks."""
    vortex = Vortex(SEED, RATE, centre_hz=420.0, level=1.0, unsteady=0.05, width=0.8)
    turns = np.zeros((401, len(SPIN))) if angle is None else angle
    return vortex.add(np.zeros((2, 400 * TICK), np.float32), turns, np.full(401, pull), np.ones(401))


def test_its_breath_grows_slowly_and_lets_go_at_once_never_alike() -> None:
    state, edges = np.array((1.0, 4.0, 1.0, 1e3, 0.0, 0.0)), ticks(400.0) + 1
    pull, fall, since = np.empty((3, edges))
    portal.breathe(pull, fall, since, state, 4.0, np.uint32(3), TICK / RATE)
    assert np.mean(np.diff(pull) > 0.0) > 0.7
    tops, _ = signal.find_peaks(pull)
    lengths = np.diff(tops) * TICK / RATE
    assert np.median(lengths) == pytest.approx(4.0, rel=0.15)
    assert np.std(lengths) > 0.6
    # The sub tone falls once the pull has let go.
    starts = np.flatnonzero(np.diff(since) < 0.0)
    assert np.all(pull[starts] < 0.02)
    assert fall[starts + ticks(0.05) + 1].mean() > 5.0 * fall[starts].mean()


def test_what_is_pulled_in_howls_higher_louder_and_in_the_middle() -> None:
    rest, pulled = blown(pull=0.0), blown(pull=1.0)
    assert np.all(np.mean(pulled.hz, axis=0) > 1.8 * np.mean(rest.hz, axis=0))
    assert np.all(np.mean(pulled.level, axis=0) > 2.0 * np.mean(rest.level, axis=0))


def test_an_arm_turns_around_the_listener() -> None:
    around = blown(angle=np.linspace(0.0, 1.0, 401)[:, None] * np.ones(len(SPIN)))
    assert around.pan[100, 0] > 0.5 > -0.5 > around.pan[300, 0]
    assert around.level[[0, -1]].mean() > 2.0 * around.level[200].mean()
    # It comes from one side and goes to the other: three semitones between.
    assert 2.0 < 12.0 * np.log2(around.hz[280:320].mean() / around.hz[80:120].mean()) < 5.0


def test_tones_that_sound_at_once_give_their_sums_and_differences() -> None:
    time = np.arange(RATE) / RATE
    pair = 0.5 * (np.sin(2.0 * np.pi * 310.0 * time) + np.sin(2.0 * np.pi * 430.0 * time))
    both = np.stack((pair, pair)).astype(np.float32)
    power = np.abs(np.fft.rfft(bent(both, 1.0)[0])) ** 2
    assert 10.0 * np.log10(power[[120, 740, 190, 550]].min() / power[310]) > -40.0
    assert 10.0 * np.log10(power[12_000:].max() / power[310]) < -80.0
    assert bent(both, 0.0) is both


def test_blur_turns_lines_into_bands() -> None:
    clear, blurred = (
        render(
            "standing-portal",
            12.0,
            changes=(("sub", -40.0), ("pace", 0.005), ("blur", value), ("swirls", -40.0), ("grit", 0.0)),
        )
        for value in (0.0, 1.0)
    )
    assert descriptors.tonal_fraction(clear, RATE) > 2.0 * descriptors.tonal_fraction(blurred, RATE)


def test_a_moving_sine_is_clean() -> None:
    count = ticks(4.0)
    hz = np.full((count + 1, 1), 997.0)
    out = np.zeros((2, count * TICK), np.float32)
    Sines(RATE, phase=np.zeros(1)).add(out, hz, np.ones_like(hz), np.zeros_like(hz))
    audio = out[0].astype(np.float64)
    assert np.allclose(audio, np.sin(2.0 * np.pi * 997.0 / RATE * np.arange(len(audio))), atol=1e-4)
    power = np.abs(np.fft.rfft(audio * signal.windows.blackmanharris(len(audio)))) ** 2
    away = np.abs(np.fft.rfftfreq(len(audio), 1.0 / RATE) - 997.0) > 20.0
    assert 10.0 * np.log10(power[away].sum() / power.sum()) <= -90.0
