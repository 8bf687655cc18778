"""The tin: scrape, pop, wobbling lid, and what stirs inside."""

from __future__ import annotations

import numpy as np

from soundscape.hits.tin_opening import CAN_HZ, _tin
from soundscape.rng import Seed
from tests import descriptors
from tests.hits.rendering import RATE, make


def test_the_tin_has_the_modes_of_a_measured_can() -> None:
    tin = _tin(Seed(1).generator(), 1.0, 0.5)
    away = np.abs(tin.frequency_hz[:, None] / CAN_HZ - 1.0).min(axis=0)
    assert away.max() <= 0.016
    quality = tin.t60_s * np.pi * tin.frequency_hz / (3.0 * np.log(10.0))
    assert quality.min() >= 60.0 - 1e-9
    assert quality.max() <= 125.0 + 1e-9


def test_the_scrape_comes_first_and_stops_before_the_pop() -> None:
    hit = make("tin_opening", scrape=1.0)
    pop_db, still_db, scrape_db = (
        descriptors.rms_db(hit.audio[:, first:last], RATE)
        for first, last in (
            (hit.sync, hit.sync + RATE // 20),
            (hit.sync - RATE // 25, hit.sync),
            (RATE // 25, hit.sync - RATE // 8),
        )
    )
    assert pop_db - 35.0 < scrape_db < pop_db - 6.0
    assert still_db < scrape_db - 15.0


def test_the_scrape_jerks() -> None:
    hit = make("tin_opening", scrape=1.0, size=0.9)
    level = descriptors.levels_db(hit.audio[:, RATE // 20 : hit.sync - RATE // 6], RATE, frame_s=0.01)
    assert np.std(level) > 3.0


def test_jewellery_stirs_after_the_pop() -> None:
    full, empty = (make("tin_opening", inside=name) for name in ("jewels", "nothing"))
    after = slice(full.sync + round(0.2 * RATE), full.sync + round(0.9 * RATE))
    high = []
    for hit in (full, empty):
        audio = np.pad(hit.audio, ((0, 0), (0, 2 * RATE)))[:, after]
        frequency, density = descriptors.spectrum(audio, RATE, size=4096)
        high.append(10.0 * np.log10(density[frequency > 4_000.0].sum() + 1e-30))
    assert high[0] > high[1] + 15.0


def test_a_free_lid_rings_on() -> None:
    tight, free = (make("tin_opening", inside="nothing", wobble=value).audio for value in (0.0, 1.0))
    assert free.shape[1] > 1.15 * tight.shape[1]
