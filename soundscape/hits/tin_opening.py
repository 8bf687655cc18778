"""Opening of a metal tin: the lid scrapes, gives way with a pop, and the jewellery inside stirs.

Model: the scrape is friction noise and stick-slip ticks into the modes of the tin; the pop is a short pulse of
pressure and the cavity's resonance, whose pitch rises as the opening grows; the lid, free at last, rings with a
wobble of its two nearly equal modes; then what lies inside clinks.

Sources: can modes of 370, 1 025, 1 424, 2 149 and 3 596 Hz with Q of 60 to 125, after measurements used in the
Synthesis ToolKit (Cook & Scavone); cavity by Helmholtz' formula.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from soundscape.audio import Audio
from soundscape.contract import Hit
from soundscape.dsp.burst import envelope, noise_band, tone
from soundscape.dsp.casing import MODES, Casing
from soundscape.dsp.creak import slips
from soundscape.dsp.handful import shake
from soundscape.dsp.shot import finish
from soundscape.dsp.struck import Body, make_body, strike
from soundscape.params import choice, number
from soundscape.rng import Seed

BUS = "effects"
SYNC = "onset"

CAN_HZ = np.array([370.0, 1_025.0, 1_424.0, 2_149.0, 3_596.0])
STILL_S = 0.11
"""Between scrape and pop the lid holds, and only creaks."""
MATERIALS = {"tin": (1.0, 0.0012, 1.0), "brass": (1.9, 0.0006, 0.85), "wood": (0.16, 0.02, 0.62)}
"""Quality of the box's modes against a can's, loss angle tangent of its lid, and pitch."""
SLIPS_HZ = (35.0, 150.0)
"""Slips of the rim a second within a jerk."""
INSIDE = {"jewels": "jewels", "coins": "coins", "nothing": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What tin, how stiff its lid, what lies in it."""

    material: str = choice("tin", tuple(MATERIALS), help="what the box is made of")
    inside: str = choice("jewels", tuple(INSIDE), help="what stirs in the tin")
    size: float = number(0.4, low=0.0, high=1.0, help="of the tin: deeper and longer")
    distance: float = number(0.05, low=0.0, high=1.0, help="near to far: softer, darker")
    intensity: float = number(0.5, low=0.0, high=1.0, help="how hard the lid is pulled: level and brightness")
    scrape: float = number(0.5, low=0.0, high=1.0, help="how much the lid scrapes before")
    wobble: float = number(0.5, low=0.0, high=1.0, help="how freely the lid rings after")


def render(params: Params, rate: int, seed: Seed) -> Hit:
    """The opening; sync is the pop."""
    size, force = params.size, params.intensity
    rng = seed.generator("tin")
    quality, loss, pitch = MATERIALS[params.material]
    scale = pitch * 2.0 ** (0.8 * (1.0 - 2.0 * size))
    scrape_s = (0.35 + 0.6 * size) * rng.uniform(0.85, 1.15)
    pop_s = scrape_s + STILL_S
    sync = round(pop_s * rate)
    audio = np.zeros((2, round((pop_s + 2.4) * rate)), np.float32)
    tin = _tin(rng, scale, size, quality)
    corner_hz = 2_600.0 * 4.0 ** (force - 0.5)
    _scrape(audio[:, :sync], params, tin, rate, seed, scrape_s, corner_hz)
    strike(
        audio,
        rate,
        rng,
        tin,
        time_s=pop_s + np.array((0.0, 0.011, 0.034)) * rng.uniform(0.8, 1.2, 3),
        force=np.array((1.0, 0.35, 0.2)),
        corner_hz=corner_hz,
        contact=0.6,
        contact_s=0.007,
    )
    cavity_hz = 240.0 * scale
    rest = audio.shape[1] - sync
    cavity = tone(rest, rate, [(0.0, cavity_hz), (0.05, 1.7 * cavity_hz)], phase=0.1)
    audio[:, sync:] += (
        0.8 * cavity * envelope(rest, rate, [(0.0, 0.0), (0.022 + 0.03 * size, -24.0), (0.12, -90.0)])
    )
    lid = make_body(
        rng,
        lowest_hz=690.0 * scale,
        modes=18,
        stretch=1.1,
        loss=loss,
        longest_s=0.25 + 0.7 * params.wobble,
        irregular=0.15,
    )
    beating = Body(frequency_hz=lid.frequency_hz * rng.uniform(1.003, 1.011, 18), t60_s=lid.t60_s, gain=lid.gain)
    for part in (lid, beating):
        strike(
            audio,
            rate,
            rng,
            part,
            time_s=pop_s + 0.002,
            force=0.4 * (0.3 + 0.7 * params.wobble),
            corner_hz=corner_hz,
            contact=0.0,
        )
    if INSIDE[params.inside]:
        shake(
            audio,
            rate,
            seed.child("inside"),
            material=INSIDE[params.inside],
            things=14,
            size=size,
            force=force,
            start_s=pop_s + 0.12 * rng.uniform(0.8, 1.2),
            length_s=0.9 + 0.5 * size,
            level=0.3,
        )
    return finish(audio, rate, sync=sync, intensity=force, size=size, distance=params.distance)


def _tin(rng: np.random.Generator, scale: float, size: float, better: float = 1.0) -> Body:
    frequency = np.concatenate((CAN_HZ, CAN_HZ * rng.uniform(1.06, 1.3, 5))) * scale * rng.uniform(0.985, 1.015, 10)
    quality = better * rng.uniform(60.0, 125.0, 10) * (0.7 + 0.6 * size)
    gain = (frequency / frequency[0]) ** -0.35 * rng.lognormal(0.0, 0.25, 10)
    return Body(
        frequency_hz=frequency,
        t60_s=3.0 * math.log(10.0) * quality / (math.pi * frequency),
        gain=gain / np.sqrt(np.sum(gain**2)),
    )


def _scrape(
    audio: Audio, params: Params, tin: Body, rate: int, seed: Seed, scrape_s: float, corner_hz: float
) -> None:
    """The rim on the lid: jerks in which it slips ever faster, louder until it holds; a faint rub through the tin."""
    rng = seed.generator("scrape")
    frames = audio.shape[1]
    jerks, moments, force = [(0.0, -60.0)], [], []
    at = 0.03
    while at < 0.92 * scrape_s:
        level_db, length_s = -4.0 + rng.uniform(-6.0, 4.0), rng.uniform(0.02, 0.06)
        times, pushes = slips(rng, length_s, first_hz=SLIPS_HZ[0], last_hz=SLIPS_HZ[1] * rng.uniform(0.7, 1.6))
        moments.append(at + times)
        force.append(10.0 ** (level_db / 20.0) * pushes)
        jerks += [(at, level_db), (at + length_s, level_db - 16.0)]
        at += length_s + rng.uniform(0.02, 0.09)
    jerks += [(max(at, 0.94 * scrape_s), -12.0), (scrape_s, -50.0), (scrape_s + 0.03, -90.0)]
    strike(
        audio,
        rate,
        rng,
        Body(frequency_hz=2.4 * tin.frequency_hz, t60_s=0.25 * tin.t60_s, gain=tin.gain),
        time_s=np.concatenate(moments),
        force=0.28 * params.scrape * np.concatenate(force),
        corner_hz=1.4 * corner_hz,
        contact=0.7,
        contact_s=0.003,
    )
    rub = noise_band(frames, rate, seed.child("rub"), low_hz=900.0, high_hz=0.7 * corner_hz, width=0.5)
    rub *= envelope(frames, rate, jerks)
    copies = np.resize(tin.frequency_hz, MODES) * np.repeat((1.0, 1.55, 2.3, 3.1), 10)[:MODES]
    casing = Casing(
        rate,
        frequency_hz=copies * rng.uniform(0.97, 1.03, (2, MODES)),
        quality=np.full(MODES, 35.0),
        gain=0.8 * rng.choice((-1.0, 1.0), MODES) * (copies / 1_000.0) ** -0.3,
    )
    through = np.zeros_like(audio)
    casing.add(through, rub)
    audio += np.float32(0.22 * params.scrape) * (0.2 * rub + through)
