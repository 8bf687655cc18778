"""Ambience: the layers of every place, running through its cuts, following its shots, joined at its borders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from soundscape.film import Film
from soundscape.model import Curve, Shot, Sound, Transition
from soundscape.planning.clock import Clock
from soundscape.planning.palette import PaletteLayer
from soundscape.planning.places import Stay
from soundscape.planning.words import field_text, found_words, shot_text
from soundscape.registry import Preset, all_presets, get_preset, unit
from soundscape.rng import Seed

CUT_S = 0.02
"""Length of the crossfade at a hard cut: short enough to be a cut, long enough not to click."""
ENTER_S = 0.4
"""Fade of a layer that comes or goes within a stay."""
GLIDE_S = 0.5
"""Time in which a layer follows the intensity of a new shot."""
SILENCE_DB = -80.0
SILENCE_WORDS = ("silence", "silent", "dead quiet")

MOVES = {
    "push in": (0.35, 0.0),
    "zoom in": (0.3, 0.0),
    "pull out": (0.0, 0.35),
    "pull back": (0.0, 0.35),
    "zoom out": (0.0, 0.3),
    "aerial": (0.45, 0.45),
    "extreme wide": (0.4, 0.4),
    "wide": (0.2, 0.2),
}
"""Words of a camera move → distance at the start and at the end of the shot; the first that fits counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A layer over some shots of a stay."""

    layer: PaletteLayer
    shots: tuple[Shot, ...]
    why: str


def ambience_sounds(
    stays: Sequence[Stay], film: Film, clock: Clock, folders: Sequence[Path], seed: Seed
) -> tuple[Sound, ...]:
    """One `Sound` for every layer of every stay."""
    library = [preset for preset in all_presets(folders) if preset.kind == "layers"]
    names: Counter[str] = Counter()
    sounds = []
    for index, stay in enumerate(stays):
        following = stays[index + 1].shots[0].transition if index + 1 < len(stays) else None
        for span in _spans(stay, library):
            preset = get_preset("layers", span.layer.preset, folders)
            base = f"{preset.name}/{stay.name}"
            names[base] += 1
            name = base if names[base] == 1 else f"{base} {names[base]}"
            edges = _edges(span, stay, film, clock, first=index == 0, following=following)
            sounds.append(_sound(name, span, stay, preset, clock, edges, seed))
    return tuple(sounds)


def is_silent(shot: Shot) -> bool:
    """Whether a shot asks for silence."""
    return bool(found_words(SILENCE_WORDS, f"{field_text(shot, 'sounds')} | {shot.mood}"))


def _spans(stay: Stay, library: Sequence[Preset]) -> Iterator[Span]:
    """The layers of the palette, then those that the `sounds` of single shots ask for besides."""
    for layer in stay.palette.layers:
        if not layer.when:
            yield Span(layer=layer, shots=stay.shots, why=f"palette {stay.palette.name} ({stay.why})")
            continue
        for shots in _runs([shot for shot in stay.shots if found_words(layer.when, shot_text(shot))], stay):
            words = ", ".join(f'"{word}"' for word in found_words(layer.when, shot_text(shots[0])))
            yield Span(
                layer=layer, shots=shots, why=f"palette {stay.palette.name}, {words} in shot {shots[0].label}"
            )
    yield from _asked_for(stay, library)


def _asked_for(stay: Stay, library: Sequence[Preset]) -> Iterator[Span]:
    by_name = {preset.name: preset for preset in library}
    known = [
        word for layer in stay.palette.layers if layer.preset in by_name for word in by_name[layer.preset].words
    ]
    known += [word for layer in stay.palette.layers for word in layer.when]
    asked: dict[str, list[Shot]] = {}
    reasons: dict[str, str] = {}
    for shot in stay.shots:
        for wish in shot.sounds:
            if found_words(known, wish):
                continue
            best = max(library, key=lambda preset: len(found_words(preset.words, wish)), default=None)
            if best is not None and (words := found_words(best.words, wish)):
                asked.setdefault(best.name, []).append(shot)
                reasons.setdefault(best.name, f'"{words[0]}" in sounds of shot {shot.label}')
    for name, shots in asked.items():
        for run in _runs(shots, stay):
            yield Span(layer=PaletteLayer(preset=name), shots=run, why=reasons[name])


def _runs(shots: Sequence[Shot], stay: Stay) -> Iterator[tuple[Shot, ...]]:
    """Runs of shots that follow each other in the stay."""
    order = {shot: index for index, shot in enumerate(stay.shots)}
    run: list[Shot] = []
    for shot in dict.fromkeys(shots):
        if run and order[shot] != order[run[-1]] + 1:
            yield tuple(run)
            run = []
        run.append(shot)
    if run:
        yield tuple(run)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """Where a span sounds, in samples, with its fades."""

    start: int
    end: int
    fade_in: int
    fade_out: int


def _edges(span: Span, stay: Stay, film: Film, clock: Clock, *, first: bool, following: Transition | None) -> Edges:
    """Joins with the neighbours: crossfade over a dissolve, pre-lap or short crossfade at a cut."""
    cut, enter = clock.samples(CUT_S), clock.samples(ENTER_S)
    start, end = clock.sample(span.shots[0].start), clock.sample(span.shots[-1].end)
    if span.shots[0] is stay.shots[0]:
        dissolve = span.shots[0].transition.frames
        prelap = 0 if dissolve or first else clock.samples(film.mix.prelap_s)
        fade_in = clock.sample(span.shots[0].start + dissolve) - start if dissolve else max(cut, prelap)
        start -= prelap if prelap else (0 if dissolve or first else cut // 2)
    else:
        fade_in = enter
    if span.shots[-1] is not stay.shots[-1]:
        return Edges(start=start, end=end + enter, fade_in=fade_in, fade_out=enter)
    if following is None:
        return Edges(start=start, end=end, fade_in=fade_in, fade_out=cut)
    fade_out = clock.sample(stay.end + following.frames) - end if following.frames else cut
    end += fade_out if following.frames else cut - cut // 2
    return Edges(start=max(0, start), end=min(end, clock.length), fade_in=fade_in, fade_out=fade_out)


def _sound(name: str, span: Span, stay: Stay, preset: Preset, clock: Clock, edges: Edges, seed: Seed) -> Sound:
    curves = {"intensity": _intensity(span, clock, edges.start)}
    if distance := _distance(span, clock, edges.start):
        curves["distance"] = distance
    bus = unit("layers", preset.unit).BUS
    return Sound(
        name=f"{bus}/{name}",
        kind="layers",
        unit=preset.unit,
        preset=preset.name,
        params={**preset.params, **span.layer.params},
        seed=seed.child("layers", name).value,
        at=edges.start,
        length=edges.end - edges.start,
        bus=bus,
        curves=curves,
        gain_db=span.layer.gain_db,
        level_db=_silences(span, clock, edges.start),
        pan=span.layer.pan,
        fade_in=edges.fade_in,
        fade_out=edges.fade_out,
        space=stay.palette.space,
        why=span.why,
    )


def _intensity(span: Span, clock: Clock, start: int) -> Curve:
    """The layer's intensity over the shots, gliding after every cut."""
    low, high = span.layer.intensity
    glide = clock.samples(GLIDE_S)
    points: list[tuple[int, float]] = []
    for shot in span.shots:
        value = round(low + (high - low) * (0.5 if shot.intensity is None else shot.intensity), 6)
        at = clock.sample(shot.start) - start
        if points and value != points[-1][1]:
            points.append((at, points[-1][1]))
        if not points or value != points[-1][1]:
            points.append((at + glide if points else at, value))
    return _ordered(points)


def _distance(span: Span, clock: Clock, start: int) -> Curve:
    """How far the camera is, where its moves say something."""
    points: list[tuple[int, float]] = []
    glide = clock.samples(GLIDE_S)
    for shot in span.shots:
        move = next((MOVES[words] for words in MOVES if found_words([words], shot.movement)), (0.0, 0.0))
        begin, end = clock.sample(shot.start) - start, clock.sample(shot.end) - start
        if points:
            points.append((begin, points[-1][1]))
        points += [(min(begin + glide, end) if points else begin, move[0]), (end, move[1])]
    return _ordered(points) if any(value for _, value in points) else ()


def _silences(span: Span, clock: Clock, start: int) -> Curve:
    """Automation that takes the layer away in shots that ask for silence."""
    points: list[tuple[int, float]] = []
    ramp = clock.samples(1.0)
    for shot in span.shots:
        if not is_silent(shot):
            continue
        begin, end = clock.sample(shot.start) - start, clock.sample(shot.end) - start
        points += [
            (begin, 0.0),
            (begin + ramp, SILENCE_DB),
            (max(end - ramp, begin + ramp), SILENCE_DB),
            (end, 0.0),
        ]
    if points and span.shots[-1] is not None and is_silent(span.shots[-1]):
        points.pop()  # a silence at the end stays
    return _ordered(points)


def _ordered(points: list[tuple[int, float]]) -> Curve:
    """Breakpoints in order of time; of those at one time the last."""
    latest: dict[int, float] = {}
    at = 0
    for sample, value in points:
        at = max(at, sample)
        latest[at] = value
    return tuple(latest.items())
