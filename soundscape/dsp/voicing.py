"""What the controls do to a layer whose parts have fixed levels: strength, colour, and no lows that nobody hears.

For sounds too sparse to be set by a trial, as `soundscape.dsp.blend` does: a moment of them says nothing of the rest.
"""

from __future__ import annotations

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import TICK, ControlBlock
from soundscape.dsp.blend import Voice
from soundscape.dsp.burst import between
from soundscape.dsp.highpass import HighPass
from soundscape.dsp.machine import finish


class Voicing:
    """Intensity and brightness as `Voice` states them, in place, for as long as it is fed."""

    def __init__(self, rate: int, voice: Voice) -> None:
        self._rate, self._voice = rate, voice
        self._high_pass = HighPass(rate)
        self._dark, self._turns = np.zeros(2, np.float32), np.zeros(3)

    def run(self, audio: Audio, block: ControlBlock) -> None:
        """Shape the next frames of `audio`, `(2, block.frames)`."""
        voice, none = self._voice, np.zeros(block.ticks + 1, np.float32)
        gain, highs = (
            (10.0 ** (range_db / 20.0 * (block[name] - 0.5))).astype(np.float32)
            for range_db, name in ((voice.intensity_db, "intensity"), (voice.brightness_db, "brightness"))
        )
        audio *= between(block.frames, gain, step=TICK)
        finish(audio, highs, none, none, self._turns, self._dark, voice.split_hz, self._rate)
        self._high_pass.run(audio)
