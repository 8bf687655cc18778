"""The room against acoustics: decay by octave, image sources, echo density, stereo, level, resonances."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import fft

from soundscape.audio import Audio
from soundscape.registry import find_presets, get_preset
from soundscape.rng import Seed
from soundscape.spaces._decay import bands, coherence
from soundscape.spaces._reflections import EARLY, SPEED_OF_SOUND, Box, early, late
from soundscape.spaces.room import Params, impulse_response

RATE = 48_000
OCTAVES_HZ = (125.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0)
BOX = Box(np.array((6.0, 4.0, 3.0)), np.array((2.0, 1.5, 1.2)), np.array((4.0, 2.5, 1.7)))


def octaves(response: Audio, centres_hz: tuple[float, ...]) -> list[np.ndarray]:
    """Octaves of a signal through steep filters without phase."""
    size = fft.next_fast_len(2 * response.shape[1], real=True)
    spectrum, frequencies = fft.rfft(response, size), np.maximum(fft.rfftfreq(size, 1.0 / RATE), 1e-3)
    gains = [1.0 / np.sqrt(1.0 + (2.0 * np.abs(np.log2(frequencies / centre))) ** 24) for centre in centres_hz]
    return [fft.irfft(spectrum * gain.astype(np.float32), size)[:, : response.shape[1]] for gain in gains]


def measured_t60_s(response: Audio) -> list[float]:
    """T30 after ISO 3382: a line through the backward-integrated energy from -5 to -35 dB (M. R. Schroeder, 1965)."""
    found = []
    for band in octaves(response, OCTAVES_HZ):
        energy = (band.astype(np.float64) ** 2).sum(axis=0)[::-1].cumsum()[::-1]
        level_db = 10.0 * np.log10(energy / energy[0] + 1e-30)
        at = np.flatnonzero((level_db <= -5.0) & (level_db >= -35.0))
        found.append(-60.0 / np.polyfit(at / RATE, level_db[at], 1)[0])
    return found


def stated_t60_s(params: Params) -> list[float]:
    return [params.t60_s(centre) for centre in OCTAVES_HZ]


@pytest.mark.parametrize("preset", sorted(find_presets("spaces")))
def test_every_octave_of_a_preset_decays_in_the_time_that_its_parameters_say(preset: str) -> None:
    params = get_preset("spaces", preset).make()
    # A few tens of cycles a decay are few: the mean of several positions is what a room is measured by.
    measured = np.mean([measured_t60_s(impulse_response(params, RATE, Seed(n))) for n in range(2)], axis=0)
    assert measured == pytest.approx(stated_t60_s(params), rel=0.1)


@pytest.mark.parametrize("preset", sorted(find_presets("spaces")))
def test_the_response_that_films_hear_keeps_to_its_times_by_itself(preset: str) -> None:
    params, seed = get_preset("spaces", preset).make(), Seed(0).child("spaces", preset).value
    assert measured_t60_s(impulse_response(params, RATE, Seed(seed))) == pytest.approx(
        stated_t60_s(params), rel=0.1
    )


@pytest.mark.parametrize(
    "params",
    [
        Params(size_m=8.0, t60_low_s=0.5, t60_mid_s=0.5, t60_high_s=0.5, diffusion=0.1),
        Params(shape="shaft", size_m=50.0, t60_low_s=2.0, t60_mid_s=1.5, t60_high_s=1.0, bloom_ms=200.0),
        Params(shape="corridor", size_m=30.0, t60_low_s=1.0, t60_mid_s=1.6, t60_high_s=1.0, ring=1.0, width=0.0),
        Params(size_m=150.0, t60_low_s=3.0, t60_mid_s=2.0, t60_high_s=0.6, predelay_ms=90.0, shimmer=0.8),
    ],
    ids=["small", "bloom", "ring", "shimmer"],
)
def test_other_rooms_keep_to_their_times_too(params: Params) -> None:
    measured = np.mean([measured_t60_s(impulse_response(params, RATE, Seed(n))) for n in range(2)], axis=0)
    assert measured == pytest.approx(stated_t60_s(params), rel=0.1)


def test_reverberation_times_are_met_at_three_frequencies_and_held_outside() -> None:
    params = Params(t60_low_s=4.0, t60_mid_s=2.0, t60_high_s=0.5)
    assert [params.t60_s(f) for f in (20.0, 125.0, 1_000.0, 8_000.0, 20_000.0)] == pytest.approx(
        [4, 4, 2, 0.5, 0.5]
    )


def test_first_reflections_come_from_the_six_walls() -> None:
    times, gains = early(BOX, width=0.0)
    source, ear = BOX.source_m, BOX.listener_m
    walls = [
        np.where(np.arange(3) == axis, mirror, source)
        for axis in range(3)
        for mirror in (-source[axis], 2.0 * BOX.edges_m[axis] - source[axis])
    ]
    metres = np.sort([np.linalg.norm(image - ear) for image in walls])
    expected = (metres - np.linalg.norm(source - ear)) / SPEED_OF_SOUND
    assert times.shape == gains.shape == (2, EARLY)
    assert all(np.abs(times[0] - at).min() < 1e-9 for at in expected)
    assert times[0, 0] == pytest.approx(expected[0])
    assert (gains[0] <= 1.0 / (times[0] * SPEED_OF_SOUND + BOX.direct_m) + 1e-12).all()


def test_late_reflections_carry_the_power_of_image_sources() -> None:
    times, gains = late(BOX, 2.0, np.random.default_rng(1), diffusion=0.0)
    power = (gains[times > 0.5] ** 2).sum() / 1.5
    assert power == pytest.approx(4.0 * np.pi * SPEED_OF_SOUND / 72.0 / 3.0, rel=0.01)


def test_echoes_grow_denser_with_the_square_of_time_until_they_fuse() -> None:
    hall = Box(np.array((30.0, 20.0, 10.0)), np.array((15.0, 9.0, 5.0)), np.array((16.0, 9.0, 5.0)))
    times, _ = late(hall, 1.0, np.random.default_rng(2), diffusion=0.0)
    volume = 30.0 * 20.0 * 10.0
    for until in (0.1, 0.2):
        expected = 4.0 / 3.0 * np.pi * (SPEED_OF_SOUND * until + 1.0) ** 3 / volume
        assert np.count_nonzero(times < until) == pytest.approx(expected, rel=0.15)
    assert np.count_nonzero(times > 0.9) == pytest.approx(400, rel=0.05)


def test_modes_are_those_of_a_rigid_box() -> None:
    modes = BOX.modes_hz(100.0)
    assert modes[:3] == pytest.approx(SPEED_OF_SOUND / 2.0 * np.array((1 / 6, 1 / 4, np.hypot(1 / 6, 1 / 4))))
    weyl = 4.0 * np.pi / 3.0 * 72.0 * (300.0 / SPEED_OF_SOUND) ** 3
    assert BOX.modes_hz(300.0).size == pytest.approx(weyl, rel=0.5)


def test_bands_sum_to_one() -> None:
    frequencies = np.fft.rfftfreq(8_192, 1.0 / RATE)
    total = np.zeros(frequencies.size)
    for _, bins, gains in bands(frequencies):
        total[bins] += gains
    assert total == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("centre_hz", [125.0, 250.0, 4_000.0])
def test_lows_are_shared_and_highs_are_independent(centre_hz: float) -> None:
    response = impulse_response(Params(diffusion=1.0, t60_low_s=3.0, t60_mid_s=3.0, t60_high_s=3.0), RATE, Seed(4))
    left, right = octaves(response, (centre_hz,))[0]
    edges = centre_hz * 2.0 ** np.linspace(-0.5, 0.5, 50)
    expected = np.mean([coherence(float(f)) for f in edges])
    assert np.corrcoef(left, right)[0, 1] == pytest.approx(expected, abs=0.15)


def test_no_width_is_mono() -> None:
    left, right = impulse_response(Params(width=0.0), RATE, Seed(4))
    assert np.abs(left - right).max() < 1e-6 * np.abs(left).max()


@pytest.mark.parametrize("level_db", [0.0, -12.0])
def test_pink_noise_comes_out_at_the_stated_level(level_db: float) -> None:
    spectrum = np.fft.rfft(np.random.default_rng(3).normal(size=20 * RATE))
    frequencies = np.fft.rfftfreq(20 * RATE, 1.0 / RATE)
    spectrum *= np.where((frequencies >= 50.0) & (frequencies <= 16_000.0), 1.0 / np.sqrt(frequencies + 1e-9), 0.0)
    response = impulse_response(Params(level_db=level_db), RATE, Seed(5))
    wet = spectrum * np.fft.rfft(response, 20 * RATE, axis=1)
    ratio = (np.abs(wet) ** 2).mean(axis=0).sum() / (np.abs(spectrum) ** 2).sum()
    assert 10.0 * np.log10(ratio) == pytest.approx(level_db, abs=0.3)


def test_nothing_is_heard_before_the_predelay() -> None:
    response = np.abs(impulse_response(Params(predelay_ms=50.0), RATE, Seed(6)))
    assert response[:, :2_390].max() < 1e-4 * response.max()
    assert response[:, 2_400 : 2_400 + RATE // 20].max() == response.max()


def test_diffusion_turns_single_echoes_into_a_cloud() -> None:
    def crest(diffusion: float) -> float:
        start = impulse_response(Params(size_m=60.0, diffusion=diffusion), RATE, Seed(7))[:, : RATE // 5]
        return float(np.abs(start).max() / np.sqrt((start**2).mean()))

    assert crest(0.0) > 3.0 * crest(1.0)


def test_bloom_delays_the_loudest_moment() -> None:
    def centre_s(bloom_ms: float) -> float:
        response = impulse_response(Params(diffusion=1.0, bloom_ms=bloom_ms), RATE, Seed(8)).astype(np.float64)
        energy = (response**2).sum(axis=0)
        return float((energy * np.arange(energy.size)).sum() / energy.sum() / RATE)

    assert centre_s(200.0) > centre_s(0.0) + 0.05


@pytest.mark.parametrize(
    ("params", "low_hz", "high_hz"),
    [
        (Params(size_m=5.0, ring=1.0, t60_low_s=2.0, t60_mid_s=2.0), 60.0, 200.0),
        (Params(shimmer=1.0, t60_mid_s=4.0, t60_high_s=4.0), 2_000.0, 4_000.0),
    ],
    ids=["ring", "shimmer"],
)
def test_resonances_stand_out_as_lines_without_making_their_band_louder(
    params: Params, low_hz: float, high_hz: float
) -> None:
    def spectrum(chosen: Params) -> np.ndarray:
        late = impulse_response(chosen, RATE, Seed(9))[0, RATE // 5 :].astype(np.float64)
        power = np.abs(np.fft.rfft(late * np.hanning(late.size), 8 * RATE)) ** 2
        return power[int(8 * low_hz) : int(8 * high_hz)]

    plain = Params(
        size_m=params.size_m,
        t60_low_s=params.t60_low_s,
        t60_mid_s=params.t60_mid_s,
        t60_high_s=params.t60_high_s,
    )
    with_lines, without = spectrum(params), spectrum(plain)
    flatness = [np.exp(np.log(power + 1e-30).mean()) / power.mean() for power in (with_lines, without)]
    assert flatness[0] < 0.5 * flatness[1]
    assert 10.0 * np.log10(with_lines.mean() / without.mean()) == pytest.approx(0.0, abs=3.0)


def test_nothing_is_left_below_hearing() -> None:
    response = impulse_response(Params(size_m=100.0, t60_low_s=6.0), RATE, Seed(10)).astype(np.float64)
    power = (np.abs(np.fft.rfft(response, axis=1)) ** 2).sum(axis=0)
    frequencies = np.fft.rfftfreq(response.shape[1], 1.0 / RATE)
    assert power[frequencies < 5.0].max() < 0.02 * power[(frequencies > 50.0) & (frequencies < 200.0)].mean()
