"""EBU Tech 3342 (2023), loudness range: within 1 LU. Signals 5 and 6 are recorded programmes."""

from __future__ import annotations

import pytest

from tests.metering.signals import Segment, heard, stereo, tone

SIGNALS: dict[int, tuple[float, list[Segment]]] = {
    1: (10.0, [(20, -20), (20, -30)]),
    2: (5.0, [(20, -20), (20, -15)]),
    3: (20.0, [(20, -40), (20, -20)]),
    4: (15.0, [(20, -50), (20, -35), (20, -20), (20, -35), (20, -50)]),
}


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("number", SIGNALS)
def test_loudness_range(number: int, rate: int) -> None:
    expected, segments = SIGNALS[number]
    result = heard(stereo(tone(segments, rate)), rate).result()
    assert result.loudness_range_lu == pytest.approx(expected, abs=1.0)


@pytest.mark.parametrize("number", SIGNALS)
def test_loudness_range_stays_when_the_programme_is_repeated(number: int) -> None:
    expected, segments = SIGNALS[number]
    result = heard(stereo(tone([*segments, *segments], 48_000)), 48_000).result()
    assert result.loudness_range_lu == pytest.approx(expected, abs=1.0)
