"""A line between two modems: what its packets, its handshakes and the relays at its ends sound like.

A packet is a preamble, the header of its line, and a payload with as much order as real data has; it keys pitch,
phase or level, sets carriers side by side, chirps, or goes so fast that a rough band remains. Some packets break: a
fragment repeats 2 to 16 times, bits are lost. Signals are mono float32 `(frames,)`.

Sources: C. Roads, *Microsound* (2001), for the scale of time; `soundscape.dsp.keying`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.dsp import broken, keying
from soundscape.dsp.modal import ring

PROTOCOLS = ("two tones", "four tones", "phase", "level", "side by side", "chirps", "scrambled")
TONES = {"two tones": (1.0, 1.5), "four tones": (1.0, 1.25, 1.5, 2.0)}
"""Pitch of the symbols over the carrier."""
SIDE_BY_SIDE = (1.0, 1.26, 1.5, 1.89, 2.52)
SCRAMBLED = 14.0
"""By how much faster a line is whose symbols are not told apart any more."""
ORDER = 0.3
"""Chance that a symbol repeats the one before: data are no noise."""
PREAMBLE, HEADER = 6, 10
"""Symbols that alternate, and that all packets of a line have in common."""
RELAY_HZ = np.geomspace(1_100.0, 6_500.0, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What all packets of a line have in common."""

    carrier_hz: float
    symbols_per_s: float
    protocol: str
    pan: float
    gain: float
    wall_s: float
    """How much later the far wall sends it back."""
    header: tuple[int, ...]
    """First symbols of all its packets, 0 to 15."""


def payload(count: int, levels: int, line: Line, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Symbols: an alternating preamble, the header of the line, then data that tend to repeat themselves."""
    fresh = rng.integers(levels, size=count)
    kept = rng.uniform(size=count) < ORDER
    kept[0] = False
    data = fresh[np.maximum.accumulate(np.where(kept, 0, np.arange(count)))]
    head = np.concatenate((np.resize((0, levels - 1), PREAMBLE), np.array(line.header) % levels))[:count]
    data[: len(head)] = head
    return data


def keyed(frames: int, rate: int, line: Line, rng: np.random.Generator) -> Audio:
    """A packet of the line's protocol, `(frames,)`."""
    carrier_hz, per_s = line.carrier_hz, line.symbols_per_s
    count = math.ceil(frames / rate * per_s)
    match line.protocol:
        case "phase" | "level":
            symbols = payload(count, 2, line, rng)
            levels = (-1.0, 1.0) if line.protocol == "phase" else (0.15, 1.0)
            return keying.level_keyed(frames, rate, symbols, per_s, carrier_hz, levels)
        case "side by side":
            carriers = carrier_hz * np.array(SIDE_BY_SIDE)
            return keying.side_by_side(frames, rate, payload(count, 32, line, rng), per_s, carriers)
        case "chirps":
            symbols, high_hz = payload(count, 16, line, rng), 2.2 * carrier_hz
            return keying.chirped(frames, rate, symbols, 0.5 * per_s, low_hz=carrier_hz, high_hz=high_hz)
        case "scrambled":
            return keying.scrambled(frames, rate, rng, carrier_hz=max(carrier_hz, 1_200.0), per_s=SCRAMBLED * per_s)
        case tones:
            pitch_hz = carrier_hz * np.array(TONES[tones])
            return keying.pitch_keyed(frames, rate, payload(count, len(pitch_hz), line, rng), per_s, pitch_hz)


def handshake(frames: int, rate: int, line: Line, rng: np.random.Generator) -> Audio:
    """How two ends find each other: digits, a ladder of tones, or a tone that turns its phase twice a second."""
    kind = int(rng.integers(3))
    if kind == 0:
        digits = rng.integers(12, size=max(1, math.ceil(frames / rate * 7.0)))
        return keying.dialled(frames, rate, digits, 7.0, pitch=line.carrier_hz / 1_000.0)
    if kind == 1:
        steps = np.arange(max(2, math.ceil(frames / rate * 12.0)))
        ladder = line.carrier_hz * 2.0 ** (rng.choice((-1.0, 1.0)) * 0.25 * (steps % 8))
        return keying.pitch_keyed(frames, rate, steps, 12.0, ladder)
    turns = np.arange(max(1, math.ceil(frames / rate * 2.2))) % 2
    return keying.level_keyed(frames, rate, turns, 2.2, 1.5 * line.carrier_hz, (-1.0, 1.0))


def overdriven(mono: Audio) -> Audio:
    """A line that is a little overdriven: some of the third harmonic, which stays below three times the band."""
    return mono - np.float32(0.12) * mono * mono * mono


def stuck(mono: Audio, rate: int, grid_s: float, rng: np.random.Generator) -> Audio:
    """The packet until a fragment repeats 2 to 16 times, in whole, half or quarter cells; some lose their bits."""
    cell = round(grid_s * rate) // int(rng.choice((1, 1, 2, 4)))
    cell = min(max(cell, round(0.02 * rate)), len(mono))
    times = int(min(2.0 + rng.pareto(1.0), 16.0))
    start = int(rng.integers(max(1, len(mono) - cell + 1)))
    if rng.uniform() < 0.4:
        mono = broken.crushed(mono, bits=float(rng.uniform(1.5, 3.5)), hold=int(rng.integers(4, 14)))
    return broken.stuck(mono, rate, start=start, frames=cell, times=times)


def relay(rate: int, rng: np.random.Generator) -> Audio:
    """Two small contacts, one bouncing: `(frames,)`."""
    sound = np.zeros((2, round(0.08 * rate)), np.float32)
    modes = len(RELAY_HZ)
    for bounce, level in ((0.0, 1.0), (rng.uniform(0.004, 0.02), 0.5)):
        ring(
            sound,
            rate,
            start=round(bounce * rate) + rng.integers(0, rate // 1_500, modes),
            frequency_hz=RELAY_HZ * rng.uniform(0.92, 1.08, modes),
            t60_s=rng.uniform(0.012, 0.05, modes),
            gain=0.8 * level * rng.lognormal(0.0, 0.4, modes),
        )
    return sound[0]
