"""5.1: dialogue in the centre, ambience all round, LFE on request, and a downmix that is the stereo mix."""

from __future__ import annotations

import numpy as np
import pytest

from soundscape.audio import BLOCK, Audio
from soundscape.metering.meter import Meter
from soundscape.mix.surround import (
    CENTRE,
    DOWNMIX,
    LEFT_SURROUND,
    LFE,
    RIGHT_SURROUND,
    all_passes,
    spread,
)

RATE = 48_000
FRAMES = 3 * BLOCK + 999
RNG = np.random.default_rng(8)
BUSES = {bus: bus for bus in ("dialogue", "music", "effects", "ambience")}


def pink(*, correlated: bool = False) -> Audio:
    spectrum = np.fft.rfft(RNG.normal(size=(1 if correlated else 2, FRAMES)))
    spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(FRAMES, 1 / RATE), 20.0))
    audio = np.fft.irfft(spectrum, FRAMES)
    return (0.05 * audio / audio.std()).repeat(3 - len(audio), axis=0).astype(np.float32)


STEMS = {"dialogue": pink(correlated=True), "music": pink(), "effects": pink(), "ambience": pink()}


def laid_out(stems: dict[str, Audio], lfe_db: float | None = None) -> dict[str, Audio]:
    blocks = [{name: stem[:, at : at + BLOCK] for name, stem in stems.items()} for at in range(0, FRAMES, BLOCK)]
    made = list(spread(blocks, BUSES, lfe_db=lfe_db))
    return {name: np.concatenate([block[name] for block in made], axis=1) for name in stems}


@pytest.fixture(scope="module")
def wide() -> dict[str, Audio]:
    return laid_out(STEMS)


def loudness(audio: Audio) -> float:
    meter = Meter(RATE, len(audio))
    meter.push(np.ascontiguousarray(audio, np.float32))
    found = meter.result().integrated_lufs
    assert found is not None
    return found


def test_each_bus_has_its_speakers(wide: dict[str, Audio]) -> None:
    sounding = {name: np.flatnonzero(np.abs(audio).max(axis=1)).tolist() for name, audio in wide.items()}
    assert sounding == {
        "dialogue": [CENTRE],
        "music": [0, 1],
        "effects": [0, 1],
        "ambience": [0, 1, LEFT_SURROUND, RIGHT_SURROUND],
    }
    assert all(audio.shape == (6, FRAMES) for audio in wide.values())


@pytest.mark.parametrize("name", [*STEMS, "all"])
def test_the_downmix_and_the_surround_are_as_loud_as_the_stereo(name: str, wide: dict[str, Audio]) -> None:
    chosen = list(STEMS) if name == "all" else [name]
    stereo, surround = sum(STEMS[item] for item in chosen), sum(wide[item] for item in chosen)
    assert isinstance(surround, np.ndarray)
    assert isinstance(stereo, np.ndarray)
    assert loudness(DOWNMIX @ surround) == pytest.approx(loudness(stereo), abs=0.6)
    assert loudness(surround) == pytest.approx(loudness(stereo), abs=0.6)


def test_dialogue_of_the_downmix_is_that_of_the_stereo(wide: dict[str, Audio]) -> None:
    np.testing.assert_allclose(DOWNMIX @ wide["dialogue"], STEMS["dialogue"], atol=1e-6)


def test_surrounds_are_independent_of_the_front_and_of_each_other(wide: dict[str, Audio]) -> None:
    speakers = wide["ambience"][[0, 1, LEFT_SURROUND, RIGHT_SURROUND]]
    correlation = np.corrcoef(speakers) - np.eye(4)
    assert np.abs(correlation).max() < 0.2


def test_the_filters_of_the_surrounds_are_flat_and_end() -> None:
    response = all_passes()
    level_db = 20 * np.log10(np.abs(np.fft.rfft(response)))
    assert np.abs(level_db).max() < 0.2
    assert np.abs(response[:, -1000:]).max() < 1e-3


def test_the_lfe_has_the_lows_of_the_effects_on_request_only(wide: dict[str, Audio]) -> None:
    asked = laid_out(STEMS, lfe_db=-10.0)
    lows = asked["effects"][LFE]
    power = np.abs(np.fft.rfft(lows)) ** 2
    frequency = np.fft.rfftfreq(FRAMES, 1 / RATE)
    assert power[frequency < 120].sum() > 50 * power[frequency > 240].sum()
    for name in STEMS:
        np.testing.assert_array_equal(np.delete(asked[name], LFE, 0), np.delete(wide[name], LFE, 0))
