"""Stingers: tuned to the root, darkening as they ring."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from soundscape.contract import Hit
from soundscape.hits import stinger
from soundscape.rng import Seed
from soundscape.units import midi_to_hz
from tests import descriptors
from tests.hits.rendering import RATE, centroid_hz, make, render


@pytest.mark.parametrize("root", [33, 38, 45])
def test_its_lines_stand_on_the_root(root: int) -> None:
    audio = make("stinger", root=root, chord="unison", size=0.4).audio[:, RATE // 2 : 3 * RATE // 2].sum(axis=0)
    power = np.abs(np.fft.rfft(audio * np.hanning(len(audio)))) ** 2
    frequency = np.fft.rfftfreq(len(audio), 1.0 / RATE)
    nearest = np.round(frequency / midi_to_hz(root))
    near = np.abs(frequency / np.maximum(nearest, 1.0) / midi_to_hz(root) - 1.0) < 0.02
    wide = (frequency > 0.9 * midi_to_hz(root)) & (frequency < 12.0 * midi_to_hz(root))
    assert power[near & wide].sum() > 0.85 * power[wide].sum()


def test_it_darkens_as_it_rings() -> None:
    audio = make("stinger").audio
    early, late = (centroid_hz(Hit(audio[:, a:b], 0)) for a, b in ((2_000, RATE // 2), (2 * RATE, 5 * RATE // 2)))
    assert late < 0.85 * early


def test_chords_differ() -> None:
    minor, major = (make("stinger", chord=chord).audio[0, :RATE] for chord in ("minor", "major"))
    assert abs(np.corrcoef(minor, major)[0, 1]) < 0.98


def test_it_spreads_to_both_sides() -> None:
    left, right = make("stinger").audio[:, RATE // 4 : RATE]
    assert np.corrcoef(left, right)[0, 1] < 0.9


def test_the_harder_it_is_blown_the_further_its_spectrum_reaches() -> None:
    reach = [descriptors.rolloff95_hz(make("stinger", intensity=force).audio, RATE) for force in (0.1, 0.5, 1.0)]
    assert reach[0] < 0.7 * reach[1] < 0.5 * reach[2]


def test_growl_is_a_flutter_of_some_thirty_a_second_that_is_never_even() -> None:
    smooth, roaring = (
        np.mean([_flutter(make("stinger", growl=growl, seed=seed)) for seed in range(3)]) for growl in (0.0, 1.0)
    )
    # Players that are not of one pitch beat about as fast.
    assert roaring > 1.8 * smooth


def _flutter(hit: Hit) -> float:
    """Power of the level's motion at 18 to 45 Hz while it is held, above the tones whose beats are as fast."""
    high = signal.sosfilt(signal.butter(4, (600.0, 2_500.0), "band", fs=RATE, output="sos"), hit.audio)
    level = descriptors.levels_db(high[:, RATE // 4 : RATE], RATE, frame_s=0.005)
    power = np.abs(np.fft.rfft((level - level.mean()) * np.hanning(len(level)))) ** 2
    rate_hz = np.fft.rfftfreq(len(level), 0.005)
    return float(power[(rate_hz > 18.0) & (rate_hz < 45.0)].sum())


def test_players_come_in_one_by_one_and_no_two_blasts_are_blown_alike() -> None:
    def swell(seed: int) -> np.ndarray:
        level = descriptors.levels_db(make("stinger", seed=seed, size=0.9).audio[:, : 3 * RATE], RATE, frame_s=0.1)
        return level - np.polyval(np.polyfit(range(len(level)), level, 1), range(len(level)))

    courses = [swell(seed) for seed in range(4)]
    apart = [np.std(one - other) for index, one in enumerate(courses) for other in courses[:index]]
    assert min(apart) >= 0.7


def test_its_colour_follows_how_hard_it_is_blown() -> None:
    audio = make("stinger", size=0.9, growl=0.0).audio[:, RATE // 4 : 7 * RATE // 2]
    assert descriptors.level_centroid_corr(audio, RATE) >= 0.4


@pytest.mark.parametrize("preset", ["braam", "stinger"])
@pytest.mark.parametrize("seed", [1, 2])
def test_it_is_dense_and_holds_so_that_a_small_room_needs_no_more_of_it(preset: str, seed: int) -> None:
    audio = render(preset, seed=seed).audio
    level = descriptors.levels_db(audio, RATE, frame_s=0.2)
    peak_db = 20.0 * np.log10(np.abs(audio).max())
    # As loud as hits are brought to be, it stays under full scale without a limiter.
    assert peak_db - level.max() <= 13.2
    held_s = 0.2 * np.count_nonzero(level > level.max() - 8.0)
    assert held_s >= 0.37 * audio.shape[1] / RATE
    frequency, density = descriptors.spectrum(audio, RATE)
    body = (frequency > 90.0) & (frequency < 300.0)
    assert 10.0 * np.log10(density[body].sum() / density.sum()) >= -5.0


def test_what_is_driven_folds_nothing_back() -> None:
    brass = _loudest_brass()
    steep = {"axis": 1, "window": ("kaiser", 14.0)}
    wanted = signal.resample_poly(stinger._driven(signal.resample_poly(brass, 4, 1, **steep), 1.0), 1, 4, **steep)
    folded = (stinger._driven(brass, 1.0) - wanted)[:, 2_000:-2_000]
    hz, residue = signal.welch(folded, RATE, nperseg=4096)
    power = signal.welch(wanted, RATE, nperseg=4096)[1]
    heard = hz < 18_000.0
    assert 10.0 * np.log10(residue[:, heard].sum() / power.sum()) <= -80.0


def _loudest_brass() -> np.ndarray:
    params = stinger.Params(root=60, chord="cluster", size=0.0, intensity=1.0)
    brass = stinger._brass(params, RATE, Seed(1), 48_128, 4_000.0).astype(np.float64)
    return brass / np.abs(brass).max()
