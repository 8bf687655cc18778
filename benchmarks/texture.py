"""How far the texture of every preset of every layer is from toys, worst first.

python benchmarks/texture.py [--ends] [--seeds 2] [--seconds 14] [NAME ...]      names of layers or presets to print

Toys are noise of a preset's own spectrum, that noise under a sine, and noise through a band-pass that random values or
an LFO move (tests/texture.py). The score is that of a linear discriminant between all presets and all toys which has
never heard the layer in question: above 0 a preset counts as a toy. Then come the nearest toy and its distance, and
what tells most of why: mean skew and kurtosis of the envelopes (of noise 0 and 2.9), how bands 2, 6 and 15 apart go
together (of noise 0; alike where one level moves all), the same of motions at 3, 12 and 50 Hz, and the share of
motions below 2 Hz. A thing can be far from every toy and from the real one too: real running water has bands that
hardly know of each other, hail and fire bands that do.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np

from soundscape.registry import unit
from tests import texture
from tests.layers.rendering import LAYERS, RATE, presets_of, render
from tests.texture import Array

APART, RATES = (2, 6, 15), (0, 2, 4)
"""Of the columns: distances of bands, and places in `texture.TOGETHER_HZ`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One preset at one setting: vectors of it and of its toys, a row for every seed, and what is printed of it."""

    layer: str
    name: str
    own: Array
    toys: dict[str, Array]
    told: Array


def main() -> None:
    """One row a preset, and one for either end of each of its controls if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seconds", type=float, default=14.0)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--ends", action="store_true", help="both ends of every control of what is printed")
    options = parser.parse_args()
    usual, rows = [], []
    for layer in LAYERS:
        for preset in presets_of(layer):
            usual.append(_hear(layer, preset.name, options.seconds, options.seeds))
            if not options.names or {layer, preset.name} & set(options.names):
                rows.append(usual[-1])
                ends = [(control, value) for control in unit("layers", layer).CONTROLS for value in (0.0, 1.0)]
                rows += [
                    _hear(layer, preset.name, options.seconds, options.seeds, **{control: value})
                    for control, value in (ends if options.ends else ())
                ]
    scores = {id(row): _score(row, usual) for row in rows}
    print(f"score  {'layer':12} {'preset':33} nearest      skew kurt   C2   C6  C15   c3  c12  c50 slow")
    for row in sorted(rows, key=lambda row: -scores[id(row)]):
        away = {name: np.linalg.norm(row.own - toy, axis=1).mean() for name, toy in row.toys.items()}
        near = min(away, key=lambda name: away[name])
        told = " ".join(f"{value:4.2f}" for value in row.told)
        print(f"{scores[id(row)]:5.1f}  {row.layer:12} {row.name:33} {near:7}{away[near]:5.2f} {told}")


def _hear(layer: str, preset: str, seconds: float, seeds: int, **controls: float) -> Heard:
    own, toys, told = [], [], []
    for seed in range(1, seeds + 1):
        sound = render.__wrapped__(preset, seconds, seed=seed, **controls).mean(axis=0, keepdims=True)
        sound = sound / max(float(sound.std()), 1e-9)
        rng = np.random.default_rng(seed)
        noise = texture.noise_like(sound, RATE, rng)
        made = {
            "noise": noise,
            "swayed": texture.swayed(noise, RATE),
            "moved": texture.moved(sound, RATE, rng),
            "turned": texture.turned(sound, RATE, rng),
        }
        found = texture.statistics(sound, RATE)
        own.append(texture.vector(found))
        toys.append({name: texture.vector(texture.statistics(toy, RATE)) for name, toy in made.items()})
        told.append(_tell(found))
    setting = "".join(f" {control}={value:g}" for control, value in controls.items())
    return Heard(
        layer=layer,
        name=preset + setting,
        own=np.array(own),
        toys={name: np.array([one[name] for one in toys]) for name in toys[0]},
        told=np.mean(told, axis=0),
    )


def _tell(found: dict[str, Array]) -> list[float]:
    motion = np.diagonal(found["motion_correlation"], 6, 1, 2).mean(axis=1)
    return [
        found["skew"].mean(),
        found["kurtosis"].mean(),
        *(texture.together(found, apart=apart) for apart in APART),
        *motion[list(RATES)],
        texture.slow_share(found, below_hz=2.0),
    ]


def _score(row: Heard, usual: list[Heard]) -> float:
    others = [other for other in usual if other.layer != row.layer]
    sounds = np.concatenate([other.own for other in others])
    toys = np.concatenate([toy for other in others for toy in other.toys.values()])
    direction, offset = texture.discriminant(sounds, toys)
    return float((row.own @ direction).mean() + offset)


if __name__ == "__main__":
    main()
