"""What a hard blow brings with it: the rush of the contact itself, and loose parts that bounce until they lie still.

Two heavy faces that meet do all of it at once: they press out what is between them, air and ground give way, and
whatever hangs on them is thrown up. One of them falls back on the other, and both ring at every rebound."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.dsp.blast import thump
from soundscape.dsp.bounce import BOUNCES, bounces
from soundscape.dsp.burst import envelope, noise_band, unlike
from soundscape.dsp.struck import Body, Floats, make_body, strike
from soundscape.rng import Seed

RISE_S = 0.0005
FIRST_S = (0.018, 0.055)
"""Until a part comes down for the first time; a weaker blow throws it less high."""
PARTS = (2.0, 6.0)
"""What hangs loose on the smallest thing, and how much more on the largest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faces:
    """Two faces that meet, and what hangs loose on them."""

    rush: float
    """Level of the noise between them."""
    rush_hz: float
    """Its lower end for a thing of middle size."""
    rush_s: tuple[float, float]
    """How long it lasts: of the smallest thing, and how much longer of the largest."""
    push: float = 0.0
    """Level of the air or the ground that gives way."""
    push_hz: tuple[float, float] = (90.0, 46.0)
    loose: float
    loose_hz: float
    """Level and pitch of what hangs loose."""
    loss: float
    loose_s: float
    """Its material and mounting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heavy:
    """One of the heavy parts that strike each other."""

    lowest_hz: float
    level: float
    modes: int
    tilt: float
    """Exponent of a mode's number in its level."""


def rebound(
    out: Audio,
    rate: int,
    rng: np.random.Generator,
    parts: Iterable[Heavy],
    *,
    time_s: Floats,
    force: Floats,
    loss: float,
    longest_s: float,
    corner_hz: float,
    contact_s: float,
) -> None:
    """Add heavy parts of one material that ring together at every rebound.

    Parameters
    ----------
    time_s, force : (rebounds,) of each
    loss, longest_s : their material and mounting; see `soundscape.dsp.struck.make_body`
    corner_hz : where the spectrum of a blow of force 1 begins to fall
    contact_s : T60 of the contact's noise
    """
    for part in parts:
        body = make_body(
            rng,
            lowest_hz=part.lowest_hz,
            modes=part.modes,
            stretch=1.12,
            loss=loss,
            longest_s=longest_s,
            irregular=0.14,
            tilt=part.tilt,
        )
        strike(
            out,
            rate,
            rng,
            body,
            time_s=time_s,
            force=part.level * force,
            corner_hz=corner_hz,
            contact=0.7,
            contact_s=contact_s,
        )


def meet(
    out: Audio,
    rate: int,
    rng: np.random.Generator,
    seed: Seed,
    faces: Faces,
    *,
    start: int,
    size: float,
    scale: float,
    force: float,
    corner_hz: float,
) -> None:
    """Add what two faces do that meet at frame `start`; their own ringing is not among it.

    Parameters
    ----------
    size, force : 0 to 1
    scale : factor of all pitches by size
    corner_hz : where the spectrum of the blow begins to fall
    """
    if faces.push > 0.0:
        first_hz, last_hz = (hz * scale**0.55 for hz in faces.push_hz)
        push = thump(out.shape[1] - start, rate, start_hz=first_hz, end_hz=last_hz, t60_s=0.11 + 0.2 * size)
        out[:, start:] += np.float32(faces.push * (0.25 + 0.7 * size)) * push
    shortest_s, longer_s = faces.rush_s
    rush(
        out,
        rate,
        seed,
        start=start,
        level=faces.rush,
        low_hz=faces.rush_hz * scale**0.5,
        high_hz=2.0 * corner_hz,
        fall_s=(shortest_s + longer_s * size) * unlike(rng, 0.2),
    )
    few, more = PARTS
    rattle(
        out,
        rate,
        rng,
        start_s=start / rate,
        parts=round((few + more * size) * unlike(rng, 0.2)),
        pitch_hz=faces.loose_hz * scale**0.6,
        loss=faces.loss,
        longest_s=faces.loose_s * (0.5 + size),
        level=faces.loose * (0.4 + force),
        corner_hz=2.2 * corner_hz,
        force=force,
    )


def rush(
    out: Audio,
    rate: int,
    seed: Seed,
    *,
    start: int,
    level: float,
    low_hz: float,
    high_hz: float,
    fall_s: float,
) -> None:
    """Add the noise of surfaces that meet at frame `start`: RMS `level` at its loudest, -20 dB after `fall_s`."""
    frames = min(round(6.0 * fall_s * rate), out.shape[1] - start)
    noise = noise_band(frames, rate, seed, low_hz=low_hz, high_hz=[(0.0, high_hz), (4.0 * fall_s, 0.3 * high_hz)])
    fall = [(0.0, -40.0), (RISE_S, 0.0), (fall_s, -20.0), (3.0 * fall_s, -45.0), (6.0 * fall_s, -96.0)]
    noise *= np.float32(level) * envelope(frames, rate, fall)
    out[:, start : start + frames] += noise


def rattle(
    out: Audio,
    rate: int,
    rng: np.random.Generator,
    *,
    start_s: float,
    parts: int,
    pitch_hz: float,
    loss: float,
    longest_s: float,
    level: float,
    corner_hz: float,
    force: float = 1.0,
    pitch_sd: float = 0.4,
) -> None:
    """Add loose parts that a blow at `start_s` throws up.

    Parameters
    ----------
    out : float32 `(2, frames)`, changed in place
    parts : how many there are
    pitch_hz, pitch_sd : median of their lowest modes and standard deviation of its logarithm
    loss, longest_s : their material and mounting; see `soundscape.dsp.struck.make_body`
    level, corner_hz : of the hardest bounce, and where its spectrum begins to fall
    force : 0 to 1, how high they are thrown
    """
    if parts == 0:
        return
    things = make_body(
        rng,
        lowest_hz=pitch_hz * np.exp(pitch_sd * np.clip(rng.standard_normal(parts), -2.0, 2.0)),
        modes=6,
        stretch=1.2,
        loss=loss,
        longest_s=longest_s,
        irregular=0.2,
        tilt=-0.3,
    )
    when, speed = bounces(rng, rng.uniform(*FIRST_S, parts) * (0.5 + 0.7 * force))
    when += rng.uniform(0.0, 0.012, (parts, 1))
    which = np.repeat(np.arange(parts), BOUNCES)
    strike(
        out,
        rate,
        rng,
        Body(frequency_hz=things.frequency_hz[which], t60_s=things.t60_s[which], gain=things.gain[which]),
        time_s=start_s + when.ravel(),
        force=(level * rng.lognormal(-0.3, 0.5, (parts, 1)) * speed).ravel(),
        corner_hz=corner_hz,
        contact=0.4,
        contact_s=0.003,
        pan=rng.uniform(-0.6, 0.6, parts)[which],
        width=0.15,
    )
