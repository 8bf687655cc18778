from __future__ import annotations

import numpy as np
import pytest

from soundscape.metering import gating

RATE = 48_000


def bins(*segments: tuple[float, float]) -> np.ndarray:
    """Energies of 10-ms bins from (seconds, LUFS)."""
    return np.concatenate(
        [np.full(round(seconds * 100), gating.lufs_to_power(lufs) * RATE / 100) for seconds, lufs in segments]
    )


@pytest.mark.parametrize("rate", [37, 8_000, 11_025, 22_050, 44_100, 48_000, 192_000])
def test_bins_begin_at_the_frame_nearest_to_10_ms(rate: int) -> None:
    edges = [(i * rate + 50) // 100 for i in range(200)]
    for frames in range(rate + 1):
        assert gating.bin_count(frames, rate) == sum(1 for edge in edges[1:] if edge <= frames)
        if frames > 1000:
            break


def test_window_powers_are_means_of_whole_windows() -> None:
    energies = np.random.default_rng(1).uniform(0.0, 1.0, 500)
    for width in (1, 3, 40, 300):
        expected = [energies[i : i + width].sum() / (width * 480) for i in range(500 - width + 1)]
        assert gating.window_powers(energies, width, RATE) == pytest.approx(expected)
        assert gating.window_powers(energies, width, RATE, hop=10) == pytest.approx(expected[::10])


def test_a_quiet_window_after_a_loud_one_keeps_its_accuracy() -> None:
    windows = gating.window_powers(bins((10, 0.0), (10, -140.0)), 300, RATE)
    assert gating.power_to_lufs(float(windows[-1])) == pytest.approx(-140.0, abs=1e-9)


def test_the_relative_gate_is_10_lu_below_the_absolutely_gated_loudness() -> None:
    assert gating.integrated(bins((60, -20.0), (60, -32.9)), RATE) == pytest.approx(-20.0, abs=0.03)
    louder = gating.integrated(bins((60, -20.0), (60, -32.7)), RATE)
    assert louder == pytest.approx(10 * np.log10((10**-2.0 + 10**-3.27) / 2), abs=0.03)


def test_the_absolute_gate_takes_only_what_is_above_minus_70() -> None:
    assert gating.integrated(bins((10, -69.9)), RATE) == pytest.approx(-69.9)
    assert gating.integrated(bins((10, -70.001)), RATE) is None


def test_an_incomplete_block_at_the_end_is_not_used() -> None:
    whole = bins((10, -23.0))
    assert gating.integrated(np.concatenate((whole, bins((0.09, 0.0)))), RATE) == gating.integrated(whole, RATE)
    assert gating.integrated(bins((0.39, -23.0)), RATE) is None
    assert gating.integrated(bins((0.40, -23.0)), RATE) == pytest.approx(-23.0)


def test_loudness_range_ranks_as_the_standard_prints_it() -> None:
    # Tech 3342: the element of rank round((n - 1) * p / 100 + 1), of windows of 3 s every 100 ms.
    energies = 10.0 ** np.random.default_rng(2).uniform(-4.0, -2.0, 1291).repeat(1)
    windows = np.sort([energies[i : i + 300].sum() / (300 * 480) for i in range(0, 1291 - 299, 10)])
    n = len(windows)
    high, low = (windows[int(np.floor((n - 1) * p / 100 + 1 + 0.5)) - 1] for p in (95, 10))
    assert gating.loudness_range(energies, RATE) == pytest.approx(10 * np.log10(high / low))


def test_what_is_too_short_has_no_value() -> None:
    assert gating.loudness_range(bins((2.99, -23.0)), RATE) is None
    assert gating.maximum(bins((2.99, -23.0)), gating.SHORT_TERM_BINS, RATE) is None
    assert gating.maximum(bins((0.39, -23.0)), gating.MOMENTARY_BINS, RATE) is None
