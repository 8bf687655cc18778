"""The instrument of the tutorial keeps the contract it explains."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from soundscape.audio import check_signal
from soundscape.contract import Tone
from soundscape.rng import Seed

PAGE = Path(__file__).parents[2] / "docs/extend/instrument.md"


def test_the_marimba_of_the_tutorial_is_a_tuned_tone_that_ends_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    (source,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.S)
    module = types.ModuleType("marimba")
    monkeypatch.setitem(sys.modules, "marimba", module)
    exec(compile(source, "marimba", "exec"), module.__dict__)
    tone = Tone(pitch=69, length_s=1.0, velocity=0.8)
    audio = check_signal(module.tone(module.Params(), tone, 48_000, Seed(1)))
    spectrum = np.abs(np.fft.rfft(audio[0], 1 << 19))
    assert spectrum.argmax() * 48_000 / (1 << 19) == pytest.approx(440.0, abs=0.5)
    assert 0.1 < np.abs(audio).max() < 1.0
    assert np.abs(audio[:, -1]).max() < 1e-6
    assert not np.array_equal(audio, module.tone(module.Params(), tone, 48_000, Seed(2)))
