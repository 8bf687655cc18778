"""Ambience: the layers of every place, running through its cuts, following its shots, joined at its borders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from soundscape.film import Film
from soundscape.model import BUSES, Curve, Morph, Shot, Sound
from soundscape.planning.clock import Clock
from soundscape.planning.joins import CUT_S, Seam, seams
from soundscape.planning.movement import GLIDE_S, INSIDE, OUTSIDE, ordered, perspective
from soundscape.planning.palette import PaletteLayer
from soundscape.planning.places import Stay
from soundscape.planning.tuning import Tuning, Tunings
from soundscape.planning.wishes import IN_THE_BED, layer_for
from soundscape.planning.words import found_words, is_silent, shot_text
from soundscape.registry import Entry, Preset, entries, get_preset, unit
from soundscape.rng import Seed

ENTER_S = 0.8
"""Fade of a layer that comes or goes within a stay; it lies around the cut, so that nothing comes late."""
ASKED_DB = -8.0
"""Level of a layer that only the `sounds` of a shot ask for: beside the bed of its place, as palettes place them."""
SILENCE_DB = -80.0
RETURN_S, LONGEST_S = 10.0, 120.0
"""A place that returns goes on in the same performance behind what was heard of it, in steps of so many seconds, for
then a stay that is cut a little longer or shorter leaves the next one as it was; after so many it starts again, for
what nobody hears is rendered, too. A layer of which nothing lasts is another performance each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A layer over some shots of a stay."""

    layer: PaletteLayer
    shots: tuple[Shot, ...]
    why: str
    source: bool
    """Whether shots have it in them; else it is heard all round."""


def ambience_sounds(
    stays: Sequence[Stay], film: Film, clock: Clock, tunings: Tunings, folders: Sequence[Path], seed: Seed
) -> tuple[tuple[Sound, ...], tuple[Morph, ...]]:
    """One `Sound` for every layer of every stay, and where those of one place become those of the next."""
    library = entries("layers", folders)
    names: Counter[str] = Counter()
    unheard: dict[tuple[str, str], int] = {}
    sounds: list[Sound] = []
    joins = seams(stays, film, clock)
    leaving: list[Sound] = []
    morphs: list[Morph] = []
    for index, stay in enumerate(stays):
        before = joins[index - 1] if index else None
        after = joins[index] if index < len(joins) else None
        entering, last = [], []
        for span in _spans(stay, film, library):
            preset = get_preset("layers", span.layer.preset, folders)
            base = f"{preset.name}/{stay.name}"
            names[base] += 1
            name = base if names[base] == 1 else f"{base} {names[base]}"
            edges = _edges(span, stay, clock, before, after)
            performance = preset.name, stay.place
            heard = unheard.get(performance, 0)
            tuning = tunings.at(stay, edges.start, edges.end)
            sound = _sound(name, heard, span, stay, preset, clock, edges, tuning, seed)
            unheard[performance] = _next(heard + sound.length, clock)
            sounds.append(sound)
            if span.shots[0] is stay.shots[0]:
                entering.append(sound)
            if span.shots[-1] is stay.shots[-1]:
                last.append(sound)
        if before is not None and before.kind == "morph":
            morphs += _morphs(stays[index - 1], stay, before, leaving, entering)
        leaving = last
    return tuple(sounds), tuple(morphs)


def _morphs(
    old: Stay, new: Stay, seam: Seam, leaving: Sequence[Sound], entering: Sequence[Sound]
) -> Iterator[Morph]:
    """A morph on every bus on which both places sound; on the others the fades of the seam are a crossfade."""
    for bus in BUSES:
        out = tuple(sound.name for sound in leaving if sound.bus == bus)
        into = tuple(sound.name for sound in entering if sound.bus == bus)
        if out and into and seam.end > seam.start:
            yield Morph(
                name=f"{bus}/morph/{old.name} to {new.name}",
                bus=bus,
                at=seam.start,
                length=seam.end - seam.start,
                out=out,
                into=into,
                why=f"{old.place} becomes {new.place} at shot {new.shots[0].label}",
            )


def _spans(stay: Stay, film: Film, library: Sequence[Entry]) -> Iterator[Span]:
    """The layers of the palette, then those that the `sounds` of single shots ask for besides."""
    for layer in stay.palette.layers:
        if not layer.when:
            yield Span(layer=layer, shots=stay.shots, why=f"palette {stay.palette.name} ({stay.why})", source=False)
            continue
        for shots in _runs([shot for shot in stay.shots if found_words(layer.when, shot_text(shot))], stay):
            words = ", ".join(f'"{word}"' for word in found_words(layer.when, shot_text(shots[0])))
            yield Span(
                layer=layer,
                shots=shots,
                why=f"palette {stay.palette.name}, {words} in shot {shots[0].label}",
                source=True,
            )
    yield from _asked_for(stay, film, library)


def _asked_for(stay: Stay, film: Film, library: Sequence[Entry]) -> Iterator[Span]:
    asked: dict[str, list[Shot]] = {}
    reasons: dict[str, str] = {}
    for shot in stay.shots:
        for wish in shot.sounds:
            answer = layer_for(wish, shot, stay, film, library)
            if answer is not None and answer[0] != IN_THE_BED:
                asked.setdefault(answer[0], []).append(shot)
                reasons.setdefault(*answer)
    for name, shots in asked.items():
        for run in _runs(shots, stay):
            yield Span(layer=PaletteLayer(preset=name, gain_db=ASKED_DB), shots=run, why=reasons[name], source=True)


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


def _edges(span: Span, stay: Stay, clock: Clock, before: Seam | None, after: Seam | None) -> Edges:
    """Where a span begins and ends: with its stay at the seams, else with the shots that have it."""
    cut, enter = clock.samples(CUT_S), clock.samples(ENTER_S)
    here = clock.sample(stay.start)
    first, last = span.shots[0], span.shots[-1]
    start, end = clock.sample(first.start), clock.sample(last.end)
    if first is not stay.shots[0]:
        start, fade_in = max(here, start - enter // 2), enter
    elif before is not None:
        start, fade_in = before.start, before.fade_in
    else:
        fade_in = max(cut, clock.sample(first.start + first.transition.frames) - start)
    if last is not stay.shots[-1]:
        end, fade_out = end + enter // 2, enter
    elif after is not None:
        end, fade_out = after.end, after.fade_out
    else:
        fade_out = cut
    return Edges(start=start, end=min(end, clock.length), fade_in=fade_in, fade_out=fade_out)


def _next(heard: int, clock: Clock) -> int:
    """From where in a performance nothing was heard yet, when so many samples were."""
    step = clock.samples(RETURN_S)
    return -(-heard // step) * step


def _sound(
    name: str,
    heard: int,
    span: Span,
    stay: Stay,
    preset: Preset,
    clock: Clock,
    edges: Edges,
    tuning: Tuning,
    seed: Seed,
) -> Sound:
    module = unit("layers", preset.unit)
    performed, skip = seed.child("layers", preset.name, stay.place), heard % clock.samples(LONGEST_S)
    if heard and not getattr(module, "LASTING", True):
        performed, skip = performed.child("later", heard), 0
    seen = perspective(
        span.shots, clock, edges.start, enclosed=_enclosed(span, stay.palette.tags), source=span.source
    )
    curves = {"intensity": _intensity(span, clock, edges.start)}
    for control in ("distance", "walls", "speed", "brightness", "wetness"):
        curve = getattr(seen, control)
        if curve and (control != "brightness" or control in module.CONTROLS):
            curves[control] = curve
    return Sound(
        name=f"{module.BUS}/{name}",
        kind="layers",
        unit=preset.unit,
        preset=preset.name,
        params={**preset.params, **tuning.of(preset), **span.layer.params},
        seed=performed.value,
        at=edges.start,
        length=edges.end - edges.start,
        bus=module.BUS,
        scene=span.shots[0].scene,
        place=stay.place,
        skip=skip,
        curves=curves,
        gain_db=span.layer.gain_db,
        level_db=_silences(span, clock, edges.start),
        pan=span.layer.pan,
        pans=seen.pan,
        widths=seen.width,
        fade_in=edges.fade_in,
        fade_out=edges.fade_out,
        space=stay.palette.space,
        why=span.why + tuning.why(preset),
    )


def _enclosed(span: Span, tags: Sequence[str]) -> bool | None:
    """Whether a layer is inside walls; one that the words for the other side brought is on that side itself."""
    if set(span.layer.when) & {*INSIDE, *OUTSIDE}:
        return None
    return True if "indoor" in tags else False if "outdoor" in tags else None


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
    return ordered(points)


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
    return ordered(points)
