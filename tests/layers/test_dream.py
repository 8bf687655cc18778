"""The dream: in tune, warm, and in motion on every scale of time."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import signal

from soundscape.contract import TICK
from soundscape.dsp.stacks import Stacks
from soundscape.layers import dream
from soundscape.layers._fragments import LINES, LONGEST_S, SHORTEST_S, fragments
from soundscape.rng import Seed
from soundscape.units import midi_to_hz
from tests import descriptors
from tests.layers.rendering import RATE, presets_of, render, ticks

PRESETS = tuple(preset.name for preset in presets_of("dream"))
STEADY = (("hiss", 0.02), ("blur", 0.0))

RANGES = {
    "centroid_hz": (200.0, 900.0),
    "gust_sd_db": (0.5, 3.0),
    "evolution_sd_db": (0.66, 9.0),
    "onsets_per_s": (0.0, 1.0),
}
DROPPING_OUT = {"lost-cassette": {"onsets_per_s": (1.0, 8.0)}}
"""A creased tape comes back after every drop-out."""


def flux_variation(audio: np.ndarray) -> float:
    """Standard deviation over mean of the spectral flux in frames of 0.1 s."""
    _, _, bins = signal.stft(audio.mean(axis=0), RATE, nperseg=RATE // 10, boundary=None)
    flux = np.sqrt((np.maximum(np.diff(np.abs(bins), axis=1), 0.0) ** 2).sum(axis=0))
    return float(np.std(flux) / np.mean(flux))


def partial_hz(audio: np.ndarray, low_hz: float, high_hz: float) -> np.ndarray:
    """Frequency of the strongest line of a band in windows of a quarter of a second."""
    size = RATE // 4
    frames = audio.mean(axis=0, dtype=np.float64)[: audio.shape[1] // size * size].reshape(-1, size)
    power = np.abs(np.fft.rfft(frames * np.hanning(size), 8 * size, axis=1)) ** 2
    frequency = np.fft.rfftfreq(8 * size, 1.0 / RATE)
    inside = (frequency > low_hz) & (frequency < high_hz)
    return frequency[inside][np.argmax(power[:, inside], axis=1)]


@pytest.mark.parametrize(
    ("preset", "controls"),
    [(preset, {}) for preset in PRESETS]
    + [("dream-tape", {name: value}) for name in dream.CONTROLS for value in (0.25, 0.75)],
)
def test_it_is_warm_and_never_static(preset: str, controls: dict[str, float]) -> None:
    audio = render(preset, 20.0, **controls)
    found = descriptors.describe(audio, RATE, only=RANGES)
    ranges = RANGES | DROPPING_OUT.get(preset, {})
    assert not {name: found[name] for name, (low, high) in ranges.items() if not low <= found[name] <= high}
    assert flux_variation(audio) >= 0.3


@pytest.mark.parametrize("preset", PRESETS)
def test_no_line_stays_within_a_cent_for_two_seconds(preset: str) -> None:
    pitch = partial_hz(render(preset, 10.0, changes=STEADY), 80.0, 800.0)
    spans = np.lib.stride_tricks.sliding_window_view(1200.0 * np.log2(pitch), 8)
    assert np.ptp(spans, axis=1).min() > 1.0


def test_tape_wow_moves_the_pitch_by_as_much_as_is_asked_for() -> None:
    still = (("detune", 2.0), ("flutter", 0.0), ("note", 40.0), *STEADY)
    found = []
    for wow in (0.2, 1.2):
        pitch = partial_hz(render("dream-tape", 20.0, changes=(*still, ("wow", wow))), 100.0, 200.0)
        steps = np.diff(np.log(pitch))
        found.append(float(np.std(steps[np.abs(steps) < 0.05])))
    assert found[1] > 3.0 * found[0]


@pytest.mark.parametrize(("root", "mode"), [(53, "lydian"), (62, "aeolian"), (48, "ionian")])
def test_its_voices_keep_to_the_key(root: int, mode: str) -> None:
    notes = dream._notes(dream.Params(root=root, mode=mode))
    semitones = 12.0 * np.log2(notes / midi_to_hz(root)) % 12.0
    away = np.abs((semitones[..., None] - np.array(dream.MODES[mode]) + 6.0) % 12.0 - 6.0).min(axis=-1)
    assert away.max() < 1e-6
    assert 98.0 <= notes.min() < 196.0


def test_what_is_heard_lies_on_the_notes() -> None:
    changes = (("detune", 2.0), ("wow", 0.05), ("flutter", 0.0), ("wear", 0.0), *STEADY)
    frequency, density = descriptors.spectrum(render("dream-tape", 20.0, changes=changes), RATE, size=1 << 16)
    lines, _ = signal.find_peaks(density, height=density.max() * 1e-3, distance=10)
    notes = np.unique(dream._notes(dream.Params()))
    harmonics = np.outer(notes, np.arange(1, dream.HARMONICS + 1)).ravel()
    cents = 1200.0 * np.log2(frequency[lines][:, None] / harmonics)
    assert len(lines) > 8
    assert np.abs(cents).min(axis=1).max() < 12.0


def test_notes_follow_one_another_and_no_two_are_the_same() -> None:
    notes = np.arange(8.0)
    key = np.uint32(5)
    for voice in range(dream.VOICES):
        heard = [dream._turn(notes, voice, 2_000.0, key, tick) for tick in range(0, 45_000, 50)]
        pitch = np.array([note for note, _ in heard])
        lengths = np.diff(np.flatnonzero(np.diff(pitch)))
        assert len(lengths) > 12
        assert np.std(lengths) / np.mean(lengths) > 0.1
        # A voice changes its note only where it is silent.
        amounts = np.array([amount for _, amount in heard])
        assert amounts[np.flatnonzero(np.diff(pitch))].max() < 0.3 * amounts.max()


def test_fragments_are_short_notes_of_the_key_in_phrases_that_leave_half_the_time_empty() -> None:
    notes = dream._melody(dream.Params(root=62, mode="dorian"))
    pitch, strength = fragments(notes, np.uint32(7), RATE, 0, ticks(400.0))
    assert np.isin(pitch, notes).all()
    semitones = 12.0 * np.log2(notes / midi_to_hz(62)) % 12.0
    assert (
        np.abs((semitones[:, None] - np.array(dream.MODES["dorian"]) + 6.0) % 12.0 - 6.0).min(axis=1).max() < 1e-6
    )
    assert (np.diff(notes) > 0.0).all()
    for line in range(LINES):
        sounding = strength[:, line] > 0.0
        assert 0.2 <= sounding.mean() <= 0.6
        # A note ends where the line falls silent or begins to rise from almost nothing.
        begins = np.flatnonzero(sounding[1:] & (strength[1:, line] > 3.0 * strength[:-1, line])) + 1
        begins = begins[np.diff(begins, prepend=-RATE) > 0.2 * RATE / TICK]
        lengths_s = [
            np.argmin(np.append(sounding[a:b], False)) * TICK / RATE for a, b in itertools.pairwise(begins)
        ]
        assert len(lengths_s) > 60
        assert min(lengths_s) >= SHORTEST_S - 0.05
        assert max(lengths_s) <= LONGEST_S + 0.05
        assert np.std(np.log(lengths_s)) >= 0.3


def test_any_moment_of_the_fragments_is_found_without_those_before() -> None:
    notes, key = dream._melody(dream.Params()), np.uint32(3)
    whole = fragments(notes, key, RATE, 0, 9_000)
    later = fragments(notes, key, RATE, 5_000, 4_000)
    assert all(np.array_equal(a[5_000:], b) for a, b in zip(whole, later, strict=True))


def test_the_farther_it_dissolves_the_more_fragments_shine_through() -> None:
    range_db = []
    for blur in (0.0, 1.0):
        audio = render("dream-blur", 30.0, changes=(("blur", blur), ("hiss", 0.02)))
        band = signal.sosfilt(signal.butter(4, (1_000.0, 3_000.0), "bandpass", fs=RATE, output="sos"), audio[0])
        range_db.append(
            float(np.ptp(np.percentile(descriptors.levels_db(band[None], RATE, frame_s=0.1), (10, 95))))
        )
    assert range_db[1] > range_db[0] + 3.0


def held(hz: float, gains: list[float], seconds: float = 2.0) -> np.ndarray:
    count = ticks(seconds)
    stacks = Stacks(Seed(1), RATE, pan=np.zeros(1))
    out = np.zeros((2, count * TICK), np.float32)
    stacks.add(out, np.full((count + 1, 1), hz), np.tile(np.array(gains), (count + 1, 1, 1)))
    return out[0].astype(np.float64)


@pytest.mark.parametrize("hz", [110.0, 997.0])
def test_a_held_stack_holds_its_harmonics_and_nothing_else(hz: float) -> None:
    gains = [1.0, 0.5, 0.25, 0.12, 0.06]
    audio = held(hz, gains)
    window = signal.windows.blackmanharris(len(audio))
    power = np.abs(np.fft.rfft(audio * window)) ** 2
    frequency = np.fft.rfftfreq(len(audio), 1.0 / RATE)
    near = np.abs(frequency[:, None] - hz * np.arange(1, 6)).min(axis=1) < 4.0
    assert 10.0 * np.log10(power[~near].sum() / power.sum()) < -80.0
    levels = [np.sqrt(power[np.abs(frequency - hz * (k + 1)) < 4.0].sum()) for k in range(5)]
    assert np.array(levels) / levels[0] == pytest.approx(gains, rel=1e-3)


def test_a_gliding_stack_is_at_its_pitch_at_every_moment() -> None:
    count = ticks(2.0)
    hz = np.geomspace(200.0, 400.0, count + 1)
    out = np.zeros((2, count * TICK), np.float32)
    Stacks(Seed(1), RATE, pan=np.zeros(1)).add(out, hz[:, None], np.ones((count + 1, 1, 1)))
    phase = np.unwrap(np.angle(signal.hilbert(out[0].astype(np.float64)))) / (2.0 * np.pi)
    edge = np.arange(20, count - 20)
    heard = (phase[(edge + 1) * TICK] - phase[edge * TICK]) * RATE / TICK
    assert heard == pytest.approx(0.5 * (hz[edge] + hz[edge + 1]), rel=1e-3)


def test_the_warm_tape_does_not_alias() -> None:
    audio = (0.9 / dream.INTO_TAPE * np.sin(2.0 * np.pi * 7_000.0 * np.arange(RATE // 4 * 4) / RATE)).astype(
        np.float32
    )
    audio = np.stack((audio, audio))[:, : RATE // TICK * TICK]
    dream._saturate(audio, 0.9, np.ones(RATE // TICK + 1))
    window = signal.windows.blackmanharris(audio.shape[1])
    power = np.abs(np.fft.rfft(audio[0] * window)) ** 2
    frequency = np.fft.rfftfreq(audio.shape[1], 1.0 / RATE)
    meant = (np.abs(frequency - 7_000.0) < 20.0) | (np.abs(frequency - 21_000.0) < 20.0)
    assert power[np.abs(frequency - 21_000.0) < 20.0].sum() > 1e-4 * power.sum()
    assert 10.0 * np.log10(power[~meant].sum() / power.sum()) < -60.0


@pytest.mark.parametrize("preset", PRESETS)
def test_its_sides_part_with_frequency_and_add_up(preset: str) -> None:
    # Real beds: 0.74 below 250 Hz, about 0.5 up to 4 kHz, about 0.1 above.
    audio = render(preset, 20.0)
    low, middle, high = (
        descriptors.interaural(audio, RATE, low_hz=start, high_hz=end)
        for start, end in ((60.0, 250.0), (250.0, 4_000.0), (4_000.0, 9_000.0))
    )
    assert low >= 0.4
    assert 0.35 <= middle <= 0.8
    assert high <= 0.4
    assert descriptors.mono_loss_db(audio, RATE) <= 2.0
