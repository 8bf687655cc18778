"""5.1: one spread of the stereo stems to L R C LFE Ls Rs (SMPTE order).

Dialogue goes to the centre, music and effects stay in front, and the ambience stands all round: the surrounds hear
it through all-pass filters of their own, so that it is as loud and no phantom of the front. The shares are such that
both the loudness of the 5.1 (BS.1770 counts surrounds 1.5 dB more) and that of its downmix (BS.775: centre and
surrounds 3 dB lower) stay within half a unit of the stereo mix.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from soundscape.audio import BLOCK, Audio
from soundscape.dsp.convolve import Convolver
from soundscape.mix.lows import LowPass
from soundscape.model import SAMPLE_RATE
from soundscape.units import db_to_gain

CHANNELS = {"stereo": 2, "5.1": 6}
LEFT, RIGHT, CENTRE, LFE, LEFT_SURROUND, RIGHT_SURROUND = range(6)
SURROUND_POWER = 0.25
"""Of the ambience; what counts most in loudness counts least in the downmix, and the front makes up for the mean."""
FRONT_POWER = 1.0 - 0.5 * (1.41 + 0.5) * SURROUND_POWER
DOWNMIX = np.array(
    [[1.0, 0.0, np.sqrt(0.5), 0.0, np.sqrt(0.5), 0.0], [0.0, 1.0, np.sqrt(0.5), 0.0, 0.0, np.sqrt(0.5)]]
)
"""Left and right of the ITU downmix (Lo/Ro, BS.775)."""
DELAYS = ((233, 401, 739, 1151), (269, 443, 797, 1237))
"""Of the all-passes of the left and the right surround, in frames: prime, up to 26 ms (M. R. Schroeder, 1962)."""
FEEDBACK = 0.55
RING = 1 << 14
"""Frames after which an all-pass has died away by more than 60 dB."""


def spread(
    blocks: Iterable[Mapping[str, Audio]], buses: Mapping[str, str], *, lfe_db: float | None
) -> Iterator[dict[str, Audio]]:
    """Stereo stems as 5.1.

    Parameters
    ----------
    blocks : iterable of dict
        Stem → float32 `(2, frames)`, all but the last block `BLOCK` frames long.
    buses : mapping of str to str
        The bus of every stem.
    lfe_db : float, optional
        Level at which the lows of the effects are added to the LFE.

    Yields
    ------
    dict of str to Audio
        Stem → float32 `(6, frames)`.
    """
    surrounds: dict[str, Convolver] = {}
    lows: dict[str, LowPass] = {}
    for stems in blocks:
        made = {}
        for name, stem in stems.items():
            wide = np.zeros((6, stem.shape[1]), np.float32)
            if buses[name] == "dialogue":
                wide[CENTRE] = (stem[0] + stem[1]) * np.float32(np.sqrt(0.5))
            elif buses[name] == "ambience":
                if name not in surrounds:
                    surrounds[name] = Convolver(all_passes() * np.float32(np.sqrt(SURROUND_POWER)))
                wide[:2] = stem * np.float32(np.sqrt(FRONT_POWER))
                padded = np.pad(stem, ((0, 0), (0, -stem.shape[1] % BLOCK)))
                wide[LEFT_SURROUND:] = surrounds[name].push(padded)[:, : stem.shape[1]]
            else:
                wide[:2] = stem
            if lfe_db is not None and buses[name] == "effects":
                wide[LFE] = (stem[0] + stem[1]) * np.float32(0.5 * db_to_gain(lfe_db))
                lows.setdefault(name, LowPass(SAMPLE_RATE)).apply(wide[LFE])
            made[name] = wide
        yield made


def all_passes() -> Audio:
    """Impulse responses of the two surrounds, float32 `(2, RING)`: flat spectra, independent of each other."""
    z = np.exp(-2j * np.pi * np.arange(RING + 1) / (2 * RING))
    responses = np.ones((2, RING + 1), np.complex128)
    for response, delays in zip(responses, DELAYS, strict=True):
        for delay in delays:
            response *= (z**delay - FEEDBACK) / (1.0 - FEEDBACK * z**delay)
    return np.fft.irfft(responses)[:, :RING].astype(np.float32)
