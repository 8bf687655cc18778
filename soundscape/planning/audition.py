"""A few seconds of any preset as a plan of its own: what is heard is what a film would get."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from soundscape import __version__
from soundscape.contract import CONTROLS
from soundscape.errors import PresetError
from soundscape.model import SAMPLE_RATE, Curve, Note, Plan, Room, Sound
from soundscape.params import ParamValue, params_of
from soundscape.planning.palette import Palette, get_palette
from soundscape.registry import KINDS, Preset, did_you_mean, find_presets, get_preset, unit
from soundscape.rng import Seed
from soundscape.timecode import Rate

PHRASE = ((0.0, 0, 0.6), (0.5, 7, 0.45), (1.0, 12, 0.7), (2.0, 3, 0.5), (2.5, 10, 0.8), (3.5, 0, 0.9))
"""Beats of a second, semitones above the root, velocity: shows range, decay and touch of an instrument."""
LEAD_IN_S = 0.25
BLOW_DB = -6.0
"""Of the blow in a space, so that its peak does not hold the notes down."""
LONGEST_S = 14_400
"""Four hours."""
NEUTRAL_SPACE = "neutral-room"
"""In which a single sound is heard whose wetness is asked for; without that it is dry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audition:
    """What is to be heard."""

    preset: str
    """Name, or `kind/name` where two kinds share one."""
    seconds: float = 12.0
    seed: int = 1
    changes: Mapping[str, ParamValue] | None = None
    """Parameters on top of the preset's; not for palettes."""
    controls: Mapping[str, float] | None = None
    """Constant controls, e.g. `{"intensity": 0.8}`: all of them of a layer, of other sounds the wetness."""
    curves: Mapping[str, tuple[tuple[float, float], ...]] | None = None
    """Controls drawn over the length: (seconds, value), in order of time; they replace the constant ones."""
    melody: tuple[Note, ...] = ()
    """What an instrument plays instead of a phrase that shows it."""
    faders_db: Mapping[str, float] | None = None
    """Layers of a palette, by preset, whose level is not the palette's."""
    muted: tuple[str, ...] = ()
    """Layers of a palette that do not sound."""


def find_kind(name: str, folders: Sequence[Path]) -> tuple[str, str]:
    """Kind and name of a preset; raises PresetError when none or more than one has the name."""
    if "/" in name:
        kind, _, bare = name.partition("/")
        if kind not in KINDS:
            raise PresetError(f'there is no kind of preset "{kind}"{did_you_mean(kind, KINDS)}')
        return kind, bare
    found = {kind: find_presets(kind, folders) for kind in KINDS}
    kinds = [kind for kind in KINDS if name in found[kind]]
    if len(kinds) > 1:
        raise PresetError(
            f'"{name}" is more than one preset; say {" or ".join(f"{kind}/{name}" for kind in kinds)}'
        )
    if not kinds:
        every = [preset for presets in found.values() for preset in presets]
        raise PresetError(
            f'there is no preset "{name}"{did_you_mean(name, every, listed_by="`soundscape presets`")}'
        )
    return kinds[0], name


def audition_plan(wanted: Audition, folders: Sequence[Path]) -> Plan:
    """The plan of a few seconds of a preset.

    Raises
    ------
    PresetError
        When the preset does not exist, or a change or control is not allowed.
    """
    if not 0.5 <= wanted.seconds <= LONGEST_S:
        raise PresetError(f"{wanted.seconds:g} seconds; allowed: 0.5 to {LONGEST_S}", column="seconds")
    for control, value in (wanted.controls or {}).items():
        if not 0.0 <= value <= 1.0:
            raise PresetError(f"{value:g} is not allowed; allowed: 0 to 1", column=control)
    _check_curves(wanted.curves or {})
    kind, name = find_kind(wanted.preset, folders)
    _check_followed({*(wanted.controls or {}), *(wanted.curves or {})}, kind, name, folders)
    length = round(wanted.seconds * SAMPLE_RATE)
    seed = Seed(wanted.seed).child("audition", kind, name)
    if kind == "palettes":
        if wanted.changes:
            raise PresetError(
                "a palette has no parameters; audition one of its presets", column=next(iter(wanted.changes))
            )
        sounds, space = _palette(get_palette(name, folders), length, seed, folders, wanted)
    elif kind == "spaces":
        sounds, space = _space(name, seed, folders), name
    else:
        preset = get_preset(kind, name, folders)
        space = NEUTRAL_SPACE if _curves(wanted, ("wetness",)) else ""
        sounds = (_maker(preset, length, seed, wanted, space=space),)
    rooms = {}
    if space:
        preset = get_preset("spaces", space, folders)
        params = {**preset.params, **(wanted.changes or {})} if kind == "spaces" else preset.params
        preset.make(**params)
        rooms[space] = Room(unit=preset.unit, params=params, seed=Seed(0).child("spaces", space).value)
    return Plan(
        title=name,
        version=__version__,
        seed=wanted.seed,
        rate=Rate(fps=Fraction(25)),
        start=0,
        length=length,
        target="ebu-r128",
        sounds=sounds,
        rooms=rooms,
    )


def _check_curves(curves: Mapping[str, tuple[tuple[float, float], ...]]) -> None:
    for control, points in curves.items():
        times = [at for at, _ in points]
        if times != sorted(times) or any(at < 0.0 or not 0.0 <= value <= 1.0 for at, value in points):
            raise PresetError("a curve is (seconds, 0 to 1) in order of time", column=control)


def followed(kind: str, module: Any) -> tuple[str, ...]:
    """The controls that a unit of a kind follows, its own and those that are applied to all."""
    if kind == "layers":
        return *module.CONTROLS, "distance", "walls", "speed", "wetness"
    return ("wetness",) if kind in ("hits", "instruments") else ()


def _check_followed(controls: Collection[str], kind: str, name: str, folders: Sequence[Path]) -> None:
    """Raise PresetError for a control that would be heard of nowhere."""
    found = None if kind == "palettes" else get_preset(kind, name, folders)
    allowed = tuple(CONTROLS) if found is None else followed(kind, unit(kind, found.unit))
    for control in sorted(set(controls) - set(allowed)):
        if found is not None and any(param.name == control for param in params_of(unit(kind, found.unit).Params)):
            raise PresetError(f"is a parameter of {name}; give it as one: --set {control}=…", column=control)
        near = did_you_mean(control, allowed) if allowed else "; a space follows none"
        raise PresetError(f"{name} has no such control{near}", column=control)


def _curves(wanted: Audition, controls: Collection[str] = CONTROLS) -> dict[str, Curve]:
    """The controls of a sound over its length, in samples."""
    constant: dict[str, Curve] = {name: ((0, value),) for name, value in (wanted.controls or {}).items()}
    drawn: dict[str, Curve] = {
        name: tuple((round(at * SAMPLE_RATE), value) for at, value in points)
        for name, points in (wanted.curves or {}).items()
        if points
    }
    return {name: curve for name, curve in (constant | drawn).items() if name in controls}


def _maker(preset: Preset, length: int, seed: Seed, wanted: Audition, *, space: str = "") -> Sound:
    """A single layer, hit or instrument."""
    params = {**preset.params, **(wanted.changes or {})}
    preset.make(**params)
    hit, tonal = preset.kind == "hits", preset.kind == "instruments"
    return Sound(
        name=f"{preset.kind}/{preset.name}",
        kind=preset.kind,
        unit=preset.unit,
        preset=preset.name,
        params=params,
        seed=seed.value,
        at=round(LEAD_IN_S * SAMPLE_RATE) if hit else 0,
        length=0 if hit else length,
        bus="music" if tonal else unit(preset.kind, preset.unit).BUS,
        curves=_curves(wanted, CONTROLS if preset.kind == "layers" else ("wetness",)),
        notes=(wanted.melody or _phrase(preset, length)) if tonal else (),
        fade_in=SAMPLE_RATE // 50,
        fade_out=SAMPLE_RATE // 20,
        space=space,
        why="auditioned",
    )


def _phrase(preset: Preset, length: int) -> tuple[Note, ...]:
    low, high = unit("instruments", preset.unit).RANGE
    root = min(max(62, low), max(low, high - 12))
    return tuple(
        Note(start=start, length=SAMPLE_RATE // 2, pitch=float(min(root + interval, high)), velocity=velocity)
        for at, interval, velocity in PHRASE
        if (start := round((LEAD_IN_S + at) * SAMPLE_RATE)) < length
    )


def _space(name: str, seed: Seed, folders: Sequence[Path]) -> tuple[Sound, ...]:
    """A dry blow and a few notes in a space."""
    wanted = Audition(preset=name)
    hits = sorted(find_presets("hits", folders))
    blow = "impact-stone" if "impact-stone" in hits else hits[0]
    bell = sorted(find_presets("instruments", folders))[0]
    struck = _maker(get_preset("hits", blow, folders), 0, seed.child("hit"), wanted, space=name)
    played = _maker(
        get_preset("instruments", bell, folders), 6 * SAMPLE_RATE, seed.child("bell"), wanted, space=name
    )
    return replace(struck, gain_db=BLOW_DB), played


def _palette(
    palette: Palette, length: int, seed: Seed, folders: Sequence[Path], wanted: Audition
) -> tuple[tuple[Sound, ...], str]:
    """All layers of a palette with a phrase of its lead, rising once from weak to strong unless a control says."""
    known = {layer.preset for layer in palette.layers}
    for given in (*(wanted.faders_db or {}), *wanted.muted):
        if given not in known:
            raise PresetError(f'there is no layer "{given}"{did_you_mean(given, known)}', column=palette.name)
    sounds = []
    for layer in palette.layers:
        if layer.preset in wanted.muted:
            continue
        preset = get_preset("layers", layer.preset, folders)
        curves = _curves(wanted)
        low, high = layer.intensity
        rise: Curve = ((0, 0.0), (length * 2 // 3, 1.0), (length, 0.0))
        curves["intensity"] = tuple((at, low + (high - low) * value) for at, value in curves.get("intensity", rise))
        sounds.append(
            Sound(
                name=f"layers/{preset.name}",
                kind="layers",
                unit=preset.unit,
                preset=preset.name,
                params={**preset.params, **layer.params},
                seed=seed.child(preset.name).value,
                at=0,
                length=length,
                bus=unit("layers", preset.unit).BUS,
                curves=curves,
                gain_db=(wanted.faders_db or {}).get(layer.preset, layer.gain_db),
                pan=layer.pan,
                fade_in=SAMPLE_RATE // 10,
                fade_out=SAMPLE_RATE // 2,
                space=palette.space,
                why="palette",
            )
        )
    lead = get_preset("instruments", palette.music.lead, folders)
    as_wet = Audition(preset=lead.name, controls=wanted.controls, curves=wanted.curves)
    sounds.append(_maker(lead, length, seed.child("lead"), as_wet, space=palette.space))
    return tuple(sounds), palette.space
