"""A body that is struck again and again: its modes stay, every blow meets them elsewhere and with another force.

Mode damping is the material's loss angle under the ceiling of its mounting (Wildes & Richards 1988). A blow's
spectrum falls beyond a corner that rises with its force, because hard blows are short; where it meets the body
decides which modes answer (van den Doel & Pai, *The sounds of physical shapes*, Presence 7, 1998). The contact
itself is a dozen modes too damped to have a pitch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.dsp.modal import Values, material_t60_s, ring

Floats = npt.NDArray[np.float64]

CONTACTS = 10
"""Damped modes that make one contact."""
FORCE_BRIGHTENS = 0.35
"""Exponent of a blow's force in the corner of its spectrum."""
WEAKEST = 1e-3
FAINTEST = 10.0 ** (-90.0 / 20.0)
"""Against the hardest blow; what is softer is not followed."""
PLACES_SD = 0.45
"""Standard deviation of the logarithm of a mode's level from blow to blow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Modes of a thing: `(modes,)` each, power of the gains 1 in sum; `(things, modes)` of several."""

    frequency_hz: Floats
    t60_s: Floats
    gain: Floats


def make_body(
    rng: np.random.Generator,
    *,
    lowest_hz: Values,
    modes: int,
    stretch: float,
    loss: float,
    longest_s: float,
    irregular: float = 0.05,
    tilt: float = 0.0,
) -> Body:
    """A body of one material, or several of unlike size.

    Parameters
    ----------
    lowest_hz : lowest mode of the body, or `(things,)` of several
    stretch : growth of mode frequencies with their number: 1 a string, 2 a bar, in between plates
    loss : tan phi of the material
    longest_s : T60 that the mounting allows
    irregular : by how much modes stray from the series
    tilt : exponent of a mode's number in its level
    """
    order = np.arange(1, modes + 1)
    frequency = np.asarray(lowest_hz, np.float64)[..., None] * order**stretch
    frequency = frequency * rng.uniform(1.0 - irregular, 1.0 + irregular, frequency.shape)
    t60 = np.minimum(material_t60_s(frequency, loss), longest_s * order ** (-0.15 * stretch))
    gain = order**tilt * rng.lognormal(0.0, 0.35, frequency.shape)
    return Body(
        frequency_hz=frequency,
        t60_s=t60 * rng.lognormal(0.0, 0.15, frequency.shape),
        gain=gain / np.sqrt(np.sum(gain**2, axis=-1, keepdims=True)),
    )


def strike(
    out: Audio,
    rate: int,
    rng: np.random.Generator,
    body: Body,
    *,
    time_s: Values,
    force: Values,
    corner_hz: float,
    contact: float = 0.5,
    contact_s: float = 0.006,
    pan: Values = 0.0,
    width: float = 0.3,
) -> None:
    """Add blows on a body at these times, each drawn anew.

    Parameters
    ----------
    out : float32 `(2, frames)`, changed in place
    body : what is struck; of several things, one for each blow
    time_s, force, pan : of each blow, or one for all; a force of 1 peaks near 1 in the middle
    corner_hz : where the spectrum of a blow of force 1 begins to fall
    contact, contact_s : level and T60 of the contact's noise
    width : by how much the body's modes stand apart
    """
    given = time_s, force, pan
    each = np.empty((len(given), np.broadcast(*given).size, 1))
    for row, item in zip(each, given, strict=True):
        row[:, 0] = item
    when, blow, place = each
    blows, modes = len(when), body.frequency_hz.shape[-1]
    start = np.round(when * rate)
    corner = corner_hz * np.maximum(blow, WEAKEST) ** FORCE_BRIGHTENS
    spot = rng.lognormal(0.0, PLACES_SD, (blows, modes)) * (2.0 * rng.integers(2, size=(blows, modes)) - 1.0)
    noise_hz = corner * rng.uniform(0.25, 1.6, (blows, CONTACTS))
    parts = (
        (body.frequency_hz, body.t60_s, body.gain * spot * np.exp(-((body.frequency_hz / corner) ** 1.1))),
        (noise_hz, contact_s, contact / np.sqrt(CONTACTS) * rng.normal(0.0, 1.0, (blows, CONTACTS))),
    )
    for frequency, t60, gain in parts:
        apart = width * rng.uniform(-1.0, 1.0, gain.shape)
        ring(
            out,
            rate,
            start=start,
            frequency_hz=frequency,
            t60_s=t60,
            gain=blow * gain,
            pan=np.minimum(np.maximum(place + apart, -1.0), 1.0),
            floor=FAINTEST * float(blow.max(initial=0.0)),
        )
