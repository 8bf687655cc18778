"""What holds for every layer that the registry finds, at every preset of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from soundscape.contract import CONTROLS, TICK
from soundscape.model import BUSES, Sound
from soundscape.params import Param, params_of
from soundscape.registry import unit
from soundscape.rng import Seed
from soundscape.synthesis import render_blocks
from tests import descriptors
from tests.layers.rendering import LAYERS, PRESETS, RATE, SEED, presets_of, render, render_curves, ticks

EACH_LAYER = pytest.mark.parametrize("layer", LAYERS)
EACH_PRESET = pytest.mark.parametrize("preset", PRESETS)

MOVES = {
    "intensity": ("loudness_lufs",),
    "brightness": ("centroid_hz",),
    "density": ("onsets_per_s", "events_per_s", "smoothness"),
}
"""What a control moves; where several are named, any may carry it: what is dense enough has no onsets left to count."""

NINE = tuple(np.linspace(0.0, 1.0, 9))


def extremes(param: Param) -> Sequence[float | str | bool]:
    """Every option; of a text in a notation none: each unit tests its own."""
    if param.reads:
        return [""]
    return param.options or ([True, False] if isinstance(param.default, bool) else [param.low, param.high])


EXTREMES = [
    (layer, param, value)
    for layer in LAYERS
    for param in params_of(unit("layers", layer).Params)
    for value in extremes(param)
]


def name_of(part: object) -> str:
    return part.name if isinstance(part, Param) else str(part)


def wandering(count: int, layer: str) -> dict[str, np.ndarray]:
    """Control curves that never rest."""
    steps = np.random.default_rng(5)
    names = [*unit("layers", layer).CONTROLS, "distance"]
    return {name: steps.uniform(0.2, 0.9, count + 1).astype(np.float32) for name in names}


@EACH_LAYER
def test_it_says_what_it_is_and_what_it_follows(layer: str) -> None:
    module = unit("layers", layer)
    assert len(module.__doc__.split()) > 20
    assert module.BUS in BUSES
    assert set(module.CONTROLS) <= set(CONTROLS) - {"distance"}
    assert "intensity" in module.CONTROLS


@EACH_LAYER
def test_it_has_a_test_and_at_least_two_presets(layer: str) -> None:
    assert (Path(__file__).parent / f"test_{layer}.py").is_file()
    assert len(presets_of(layer)) >= 2
    assert all(preset.words and preset.title for preset in presets_of(layer))


@EACH_PRESET
def test_any_sequence_of_blocks_gives_the_same_samples(preset: str) -> None:
    layer, made = PRESETS[preset].unit, PRESETS[preset].make()
    count = 260
    curves = wandering(count, layer)
    sequences = [[count], [7, 100, 1, 0, 151, 1]]
    if PRESETS[preset] in presets_of(layer)[:2]:
        sequences += [[1] * count, [3] * 86 + [2], [64, 64, 0, 64, 64, 4]]
    whole, *others = (render_curves(layer, made, curves, sizes) for sizes in sequences)
    assert whole.shape == (2, count * TICK)
    assert whole.any()
    for sizes, other in zip(sequences[1:], others, strict=True):
        assert np.array_equal(whole, other), f"blocks {sizes[:5]} differ"


@EACH_LAYER
def test_no_ticks_give_nothing(layer: str) -> None:
    module = unit("layers", layer)
    assert list(module.render(module.Params(), iter(()), RATE, SEED)) == []
    assert render_curves(layer, module.Params(), {}, [0]).shape == (2, 0)


@EACH_PRESET
def test_it_is_a_clean_signal(preset: str) -> None:
    audio = render(preset, 20.0)
    assert audio.dtype == np.float32
    assert audio.shape == (2, ticks(20.0) * TICK)
    assert np.isfinite(audio).all()
    assert np.abs(audio).max() < 1.0
    assert descriptors.dc_db(audio, RATE) <= -50.0
    assert descriptors.low_share(audio, RATE) <= 0.15
    assert descriptors.levels_db(audio[:, RATE:], RATE, frame_s=0.05).min() > -90.0


@EACH_PRESET
def test_there_is_room_for_its_peaks_at_full_intensity(preset: str) -> None:
    assert _highest_db(preset) <= -3.0
    assert descriptors.loudness_lufs(render(preset, 20.0), RATE) <= -18.0


@EACH_LAYER
def test_it_is_as_loud_as_the_peaks_of_its_presets_allow(layer: str) -> None:
    # Presets of a layer may share one working level; the gain of each is measured.
    presets = [preset.name for preset in presets_of(layer)]
    assert max(descriptors.loudness_lufs(render(name, 20.0), RATE) for name in presets) >= -28.0 or (
        max(map(_highest_db, presets)) >= -14.0
    )


def _highest_db(preset: str) -> float:
    return 20.0 * float(np.log10(np.abs(render(preset, 8.0, intensity=1.0)).max()))


@EACH_PRESET
def test_both_channels_are_equally_loud_and_add_up(preset: str) -> None:
    audio = render(preset, 20.0)
    assert abs(descriptors.balance_db(audio, RATE)) <= 3.0
    assert descriptors.mono_loss_db(audio, RATE) < 3.0


@EACH_PRESET
def test_it_does_not_repeat(preset: str) -> None:
    periodic = getattr(unit("layers", PRESETS[preset].unit), "PERIODIC", False)
    assert descriptors.loop_peak(render(preset, 20.0), RATE) <= (0.45 if periodic else 0.12)


@EACH_LAYER
def test_it_evolves_over_a_minute_and_does_not_repeat(layer: str) -> None:
    preset = presets_of(layer)[-1]
    audio = render(preset.name, 60.0)
    # Even the steadiest recorded machines move by 0.23 dB from one 5 s to the next.
    assert descriptors.evolution_sd_db(audio, RATE) >= 0.23
    assert descriptors.loop_peak(audio, RATE) <= (
        0.45 if getattr(unit("layers", layer), "PERIODIC", False) else 0.12
    )


@EACH_PRESET
def test_the_same_seed_gives_the_same_samples_and_another_seed_others(preset: str) -> None:
    made = PRESETS[preset].make()
    layer, count = PRESETS[preset].unit, ticks(4.0)
    first = render_curves(layer, made, {}, [count])
    assert np.array_equal(first, render_curves(layer, made, {}, [count]))
    other = render_curves(layer, made, {}, [count], seed=Seed(7))
    assert abs(np.corrcoef(first.ravel(), other.ravel())[0, 1]) < 0.1


@pytest.mark.parametrize(
    ("preset", "control"),
    [(name, control) for name, preset in PRESETS.items() for control in unit("layers", preset.unit).CONTROLS],
)
def test_each_control_moves_what_it_names(preset: str, control: str) -> None:
    moved = trends(MOVES[control], (0.1, 0.3, 0.5, 0.7, 0.9), lambda step: render(preset, 8.0, **{control: step}))
    assert max(moved.values()) >= 0.9, moved


@pytest.mark.slow
@pytest.mark.parametrize(
    ("preset", "control"),
    [
        (name, control)
        for name, preset in PRESETS.items()
        for control in (*unit("layers", preset.unit).CONTROLS, "distance", "walls")
    ],
)
def test_each_control_moves_what_it_names_over_nine_steps(preset: str, control: str) -> None:
    names = MOVES.get(control, ("loudness_lufs", "centroid_hz"))
    moved = trends(names, NINE, lambda step: as_planned(preset, 12.0, {control: step}))
    if control in MOVES:
        assert max(moved.values()) >= 0.9, moved
    else:
        # Air and walls take level and highs alike.
        assert max(moved.values()) <= -0.9, moved


@pytest.mark.slow
@pytest.mark.parametrize(
    "preset",
    [
        presets_of(layer)[0].name
        for layer in LAYERS
        if any(param.name == "size" for param in params_of(unit("layers", layer).Params))
    ],
)
def test_size_moves_level_or_colour_one_way_over_nine_steps(preset: str) -> None:
    layer = PRESETS[preset].unit
    (size,) = (param for param in params_of(unit("layers", layer).Params) if param.name == "size")
    moved = trends(
        ("loudness_lufs", "centroid_hz", "rolloff95_hz", "slope_db_oct"),
        NINE,
        lambda step: render(preset, 12.0, changes=(("size", size.low + step * (size.high - size.low)),)),
    )
    # A casing of hums hardly moves their centroid, for its lines stay where they are.
    assert max(abs(rho) for rho in moved.values()) >= 0.85, moved


def smoothness(audio: np.ndarray, rate: int) -> float:
    """How far it is from single events: the negative of its kurtosis."""
    return -descriptors.kurtosis_hp100(audio, rate)


def trends(names: tuple[str, ...], steps: Sequence[float], made: Callable[[float], np.ndarray]) -> dict[str, float]:
    """Spearman's rho of a control's steps and what is measured at them, without the last digits; 0 where none moves."""
    measures = {name: smoothness if name == "smoothness" else getattr(descriptors, name) for name in names}
    audio = [made(float(step)) for step in steps]
    measured = {name: [measure(item, RATE) for item in audio] for name, measure in measures.items()}
    return {
        name: round(float(stats.spearmanr(steps, values)[0]), 6) if len(set(values)) > 1 else 0.0
        for name, values in measured.items()
    }


def as_planned(preset: str, seconds: float, controls: dict[str, float]) -> np.ndarray:
    """A preset at constant controls as a plan has it rendered: through the air and the walls."""
    chosen = PRESETS[preset]
    sound = Sound(
        name=preset,
        kind="layers",
        unit=chosen.unit,
        preset=preset,
        params=chosen.params,
        seed=SEED.value,
        at=0,
        length=round(seconds * RATE),
        bus="ambience",
        curves={name: ((0, value),) for name, value in controls.items()},
    )
    return np.concatenate(list(render_blocks(sound)[0]), axis=1)


@pytest.mark.parametrize(("layer", "param", "value"), EXTREMES, ids=name_of)
def test_every_parameter_at_its_extremes_is_finite_and_does_not_clip(
    layer: str, param: Param, value: float | str | bool
) -> None:
    presets = presets_of(layer)
    audio = render(presets[0].name, 2.0, changes=((param.name, value),), intensity=1.0)
    assert np.isfinite(audio).all()
    assert np.abs(audio).max() < 1.0


@EACH_LAYER
@pytest.mark.parametrize("rate", [44_100, 24_000])
def test_other_sample_rates_sound_as_loud(layer: str, rate: int) -> None:
    for preset in presets_of(layer)[:2]:
        # Another rate draws other events: enough of them make the level comparable.
        many = {"density": 0.9} if "density" in unit("layers", layer).CONTROLS else {}
        usual, other = render(preset.name, 20.0, **many), render(preset.name, 20.0, rate=rate, **many)
        assert np.isfinite(other).all()
        assert _level_below(other, rate, 8_000.0) == pytest.approx(_level_below(usual, RATE, 8_000.0), abs=3.0)


def _level_below(audio: np.ndarray, rate: int, limit_hz: float) -> float:
    frequency, density = descriptors.spectrum(audio, rate)
    return float(10.0 * np.log10(density[frequency < limit_hz].sum() * frequency[1]))


@pytest.mark.parametrize(
    ("layer", "control"), [(layer, control) for layer in LAYERS for control in unit("layers", layer).CONTROLS]
)
def test_a_control_that_jumps_makes_no_click(layer: str, control: str) -> None:
    count, every = ticks(6.0), 47
    jumps = np.arange(every, count, every)
    curve = np.where((np.arange(count + 1) // every) % 2, 0.8, 0.2).astype(np.float32)
    for preset in presets_of(layer)[:2]:
        audio = render_curves(layer, preset.make(), {control: curve}, [count])
        bend = np.abs(np.diff(audio, n=2, axis=1)).max(axis=0)
        near = np.zeros(len(bend), bool)
        for jump in jumps:
            near[jump * TICK - 2 * TICK : jump * TICK + TICK] = True
        assert bend[near].max() <= 1.5 * bend[~near].max()
