"""Reflections of a shoebox room as pulses in time, before walls and air have taken anything from them.

Early ones are the image sources of a shoebox (J. B. Allen and D. A. Berkley, *Image method for efficiently
simulating small-room acoustics*, JASA 65, 1979) as a pair of cardioids hears them. Late ones are velvet noise:
pulses of random sign whose density grows with the square of time as that of image sources does, until the ear
hears no more grain (more than 1 550 a second: M. Karjalainen and H. Järveläinen, *Reverberation modeling using
velvet noise*, AES 30, 2007). Both carry the same power where one takes over from the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio

SPEED_OF_SOUND = 343.0
"""m/s, in air of 20 °C."""
EARLY = 36
"""Image sources; after the last of them statistics take over."""
DENSITY = 4_000.0
"""Pulses a second beyond which more would not be heard."""
SPACING_M, ANGLE_DEG = 0.17, 55.0
"""The pair of cardioids of the ORTF: distance, and angle of each from the middle."""
CARDIOID_POWER = 1.0 / 3.0
"""Share of a diffuse field that a cardioid takes up."""
SCATTER = 200.0
"""Pulses that a reflection becomes where diffusion is full."""
IMAGES_AN_AXIS = 6
"""Rooms repeated to each side: enough for the first `EARLY` reflections in any of the shapes."""

Vectors = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Box:
    """A shoebox room: its edges in metres, with a source and a listener somewhere in the middle half."""

    edges_m: Vectors
    source_m: Vectors
    listener_m: Vectors

    @classmethod
    def furnish(cls, edges_m: tuple[float, float, float], rng: np.random.Generator) -> Box:
        """A box of these edges; where one stands in it is up to chance."""
        edges = np.array(edges_m)
        return cls(edges, edges * rng.uniform(0.25, 0.75, 3), edges * rng.uniform(0.25, 0.75, 3))

    @property
    def volume_m3(self) -> float:
        """Volume in cubic metres."""
        return float(np.prod(self.edges_m))

    @property
    def direct_m(self) -> float:
        """Length of the direct path."""
        return float(np.linalg.norm(self.source_m - self.listener_m))

    def modes_hz(self, below_hz: float) -> Vectors:
        """Frequencies of its standing waves, without that of 0 Hz."""
        steps = [np.arange(int(2.0 * below_hz * edge / SPEED_OF_SOUND) + 1) / edge for edge in self.edges_m]
        found = SPEED_OF_SOUND / 2.0 * np.sqrt(sum(axis**2 for axis in np.meshgrid(*steps))).ravel()
        return np.sort(found[(found > 0.0) & (found < below_hz)])


def early(box: Box, *, width: float) -> tuple[Vectors, Vectors]:
    """The first reflections.

    Returns
    -------
    times_s : array `(2, EARLY)`
        Seconds after the direct sound at which the left and the right microphone hear them.
    gains : array `(2, EARLY)`
        1 / metres, times what a cardioid takes up from there.
    """
    images = _images(box)
    facing = box.source_m - box.listener_m
    facing = facing * (1.0, 1.0, 0.0) / max(np.hypot(*facing[:2]), 1e-9)
    left = np.array((-facing[1], facing[0], 0.0))
    angle = np.deg2rad(ANGLE_DEG * width)
    times, gains = np.empty((2, EARLY)), np.empty((2, EARLY))
    for channel, side in enumerate((left, -left)):
        path = images - box.listener_m - side * SPACING_M * width / 2.0
        metres = np.linalg.norm(path, axis=1)
        axis = np.cos(angle) * facing + np.sin(angle) * side
        times[channel] = np.maximum(0.0, metres - box.direct_m) / SPEED_OF_SOUND
        gains[channel] = (0.5 + 0.5 * path @ axis / metres) / metres
    return times, gains


def _images(box: Box) -> Vectors:
    """Positions of the `EARLY` image sources nearest to the listener, `(EARLY, 3)`; the source is none of them."""
    rooms = np.arange(-IMAGES_AN_AXIS, IMAGES_AN_AXIS + 1)
    axes = [
        np.concatenate((2.0 * rooms * edge + source, 2.0 * rooms * edge - source))
        for edge, source in zip(box.edges_m, box.source_m, strict=True)
    ]
    images = np.stack([axis.ravel() for axis in np.meshgrid(*axes)], axis=1)
    images = images[np.linalg.norm(images - box.source_m, axis=1) > 1e-9]
    return images[np.argsort(np.linalg.norm(images - box.listener_m, axis=1), kind="stable")[:EARLY]]


def late(box: Box, length_s: float, rng: np.random.Generator, *, diffusion: float) -> tuple[Vectors, Vectors]:
    """Velvet noise with the density and power of the reflections of this box.

    Returns
    -------
    times_s, gains : arrays `(pulses,)`
        Seconds after the direct sound, and amplitudes at 1 m with random signs.
    """
    grid = np.arange(0.0, length_s, 1e-3)
    after_source = grid + box.direct_m / SPEED_OF_SOUND
    reflections = 4.0 * np.pi * SPEED_OF_SOUND**3 * after_source**2 / box.volume_m3
    density = np.minimum(reflections * (1.0 + SCATTER * diffusion**2), DENSITY)
    count = np.concatenate(([0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * 1e-3)))
    slots = np.arange(int(count[-1]))
    times = np.interp(slots + rng.uniform(size=slots.size), count, grid)
    power = 4.0 * np.pi * SPEED_OF_SOUND / box.volume_m3 * CARDIOID_POWER
    return times, rng.choice((-1.0, 1.0), slots.size) * np.sqrt(power / np.interp(times, grid, density))


def place(times_s: Vectors, gains: Vectors, frames: int, rate: int) -> Audio:
    """Pulses as a signal `(frames,)`, each on its nearest frame; those beyond the end are left out."""
    at = np.round(times_s * rate).astype(np.int64)
    inside = at < frames
    return np.bincount(at[inside], gains[inside], frames).astype(np.float32)
