"""What the score is asked for: one request a cue, with hits, tension, motifs, players and silences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from soundscape.errors import InputError, PresetError, ScoreError
from soundscape.film import Film, MotifSource
from soundscape.model import SAMPLE_RATE, Clip, Curve, Diagnostic, Shot, Timeline
from soundscape.params import ParamValue
from soundscape.planning.clock import Clock
from soundscape.planning.palette import Palette
from soundscape.planning.places import Stay
from soundscape.planning.words import found_words, is_silent, shot_text
from soundscape.registry import Preset, did_you_mean, get_preset, unit
from soundscape.rng import Seed
from soundscape.score.invent import invented_motif
from soundscape.score.ledger import develop
from soundscape.score.motif import Motif, load_motif
from soundscape.score.notation import motif_text, parse_motif
from soundscape.score.request import Appearance, Brief, CueHit, CueRequest, Voice
from soundscape.score.similarity import too_alike
from soundscape.score.spotting import MARKED, SpottedCue, spot

FADE_S, CUT_S = 5.0, 0.01
"""How long a fade and a cut-off take."""
SHORTEST_S = 4.0
"""A cue shorter than this is left out."""
_SOUNDFONT = re.compile(r"(?P<file>.+\.sf[23])(?::(?P<program>\d{1,3}))?", re.IGNORECASE)
MELODIC = ("lead", "counter")
"""Roles that state motifs, in the order in which those of a cue are given to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedCue:
    """A cue as it is asked of the score, with the instruments that will play it."""

    request: CueRequest
    presets: dict[str, Preset]
    """Role → preset of the instrument."""
    scene: str
    space: str
    gain_db: float
    fade: int = 0
    """Samples over which its end fades."""


def fade_samples(ending: str, length: int, overlap: int) -> int:
    """Samples over which a cue fades at its end, whatever still rings."""
    spans = {"fade": min(FADE_S * SAMPLE_RATE, length / 3), "overlap": overlap, "cut": CUT_S * SAMPLE_RATE}
    return round(spans.get(ending, 0))


def wanted_cues(
    timeline: Timeline,
    stays: Sequence[Stay],
    narration: Sequence[Clip],
    film: Film,
    clock: Clock,
    folders: Sequence[Path],
    seed: Seed,
) -> tuple[tuple[WantedCue, ...], tuple[Diagnostic, ...]]:
    """The cues of a film, with a warning for motifs that are too much alike, or the motif that was made up."""
    palettes = {id(shot): stay.palette for stay in stays for shot in stay.shots}
    motifs, notes = _motifs(film, timeline, palettes, seed)
    _check_instruments(film, folders)
    seen = _appearances(timeline.shots, motifs, clock)
    appearances = develop(
        seen,
        length=clock.length,
        turning_point=_turning_point(film, timeline, clock),
    )
    cues = []
    for cue in spot(timeline, silent=without_music(film)):
        brief = film.brief(_scene(cue))
        # Counted from its start, so that a cue that is moved as it is needs no new music.
        own_clock = replace(clock, origin=cue.start)
        start, end = own_clock.sample(cue.start), own_clock.sample(cue.end)
        ending, overlap = brief.ending or cue.ending, end - own_clock.sample(cue.end - cue.overlap)
        if ending != "overlap":
            end, overlap = end - overlap, 0
        hits = _hits(cue, own_clock)
        if prelap := min(start, clock.samples(brief.prelap_s or 0.0)):
            hits = (CueHit(sample=start, label=f"{cue.name} begins", weight=MARKED, locked=True), *hits)
            start -= prelap
        if end - start < SHORTEST_S * SAMPLE_RATE:
            continue
        palette = _prevailing(cue.shots, palettes)
        # The music of a dissolve begins in its middle, its owners before.
        seen_from = own_clock.sample(cue.shots[0].start)
        moved = (
            replace(item, start=own_clock.moved(item.start), end=own_clock.moved(item.end)) for item in appearances
        )
        own = tuple(
            replace(item, start=max(item.start, start)) for item in moved if seen_from <= item.start < end - overlap
        )
        speech = ((own_clock.moved(clip.at), clip.length) for clip in narration)
        presets, players = _orchestra(own, film, palette, folders)
        request = CueRequest(
            name=cue.name,
            start=start,
            end=end,
            brief=_brief(film, cue, palette),
            rate=timeline.rate,
            voices={role: _voice(preset) for role, preset in presets.items()},
            seed=seed.child("score", cue.name),
            hits=hits,
            tension=_tension(cue.shots, own_clock),
            appearances=own,
            motifs=motifs,
            players=players,
            narration=tuple((at, at + length) for at, length in speech if at < end and at + length > start),
            silences=tuple((own_clock.sample(first), own_clock.sample(last)) for first, last in cue.silences),
            ending=ending,
            candidate=film.tempo_candidate,
        )
        cues.append(
            WantedCue(
                request=request,
                presets=presets,
                scene=_scene(cue),
                space=palette.space,
                gain_db=brief.gain_db,
                fade=fade_samples(ending, end - start, overlap),
            )
        )
    return tuple(cues), (*notes, *_never_seen(motifs, seen, timeline), *_unknown_scenes(film, timeline))


def _never_seen(motifs: Sequence[Motif], seen: Sequence[Appearance], timeline: Timeline) -> Iterator[Diagnostic]:
    """What is to be said of motifs whose owners no shot names."""
    found = {item.motif for item in seen}
    known = dict.fromkeys(owner for shot in timeline.shots for owner in shot.owners)
    for motif in motifs:
        if motif.name not in found:
            owners = " or ".join(f'"{owner}"' for owner in motif.owners) or "an owner"
            names = ", ".join(f'"{name}"' for name in known) or "not named in the cut"
            yield Diagnostic(
                message=f'the motif "{motif.name}" is not played: no shot names {owners}; the owners are {names}'
            )


def _unknown_scenes(film: Film, timeline: Timeline) -> Iterator[Diagnostic]:
    """What is to be said of scenes that film.toml names and no shot is in: another reel may have them."""
    known = dict.fromkeys(shot.scene for shot in timeline.shots if shot.scene)
    for scene in film.scenes:
        if scene not in known:
            names = ", ".join(f'"{name}"' for name in known) or "not named in the cut"
            yield Diagnostic(
                message=f'film.toml names the scene "{scene}", but no shot is in it; the scenes are {names}'
            )


def without_music(film: Film) -> Callable[[Shot], bool]:
    """Tells the shots without music: those that ask for silence, and scenes whose brief wants none."""
    return lambda shot: is_silent(shot) or not film.brief(shot.scene).music


def _scene(cue: SpottedCue) -> str:
    """The scene with which the music begins."""
    return next(shot.scene for shot in cue.shots if shot.end > cue.start)


def _turning_point(film: Film, timeline: Timeline, clock: Clock) -> int | None:
    """Sample of the shot in which the story turns, where the film says it."""
    if not film.turning_point:
        return None
    found = [shot for shot in timeline.shots if shot.label == film.turning_point]
    if not found:
        labels = [shot.label for shot in timeline.shots]
        raise film.error(
            f'there is no shot "{film.turning_point}"{did_you_mean(film.turning_point, labels)}', "turning_point"
        )
    return clock.sample(found[0].start)


def _motifs(
    film: Film, timeline: Timeline, palettes: Mapping[int, Palette], seed: Seed
) -> tuple[tuple[Motif, ...], tuple[Diagnostic, ...]]:
    """The motifs that the film names, or one for whoever or wherever is seen most when it names none."""
    if film.motifs:
        motifs = tuple(_motif(film, entry, index) for index, entry in enumerate(film.motifs))
        return motifs, tuple(Diagnostic(message=line) for line in too_alike(motifs))
    shots = [shot for shot in timeline.shots if not is_silent(shot)]
    names = [owner for shot in shots for owner in shot.owners] or [shot.place for shot in shots if shot.place]
    if not names:
        return (), ()
    owner = Counter(names).most_common(1)[0][0]
    own = [shot for shot in shots if owner in (*shot.owners, shot.place)]
    mode = film.brief(own[0].scene).mode or _prevailing(own, palettes).music.mode
    motif = invented_motif(seed, name=owner, owners=(owner,), mode=mode)
    told = f'no motif is named, so "{owner}", seen most, was given one: notes = "{motif_text(motif)}"'
    return (motif,), (Diagnostic(message=told, severity="info"),)


def _motif(film: Film, entry: MotifSource, index: int) -> Motif:
    if entry.notes:
        mode = entry.mode or film.music.mode or "ionian"
        try:
            return parse_motif(entry.notes, name=entry.name, owners=entry.owners, mode=mode)
        except ScoreError as error:
            raise film.error(error.message, "motifs", str(index), "notes") from error
    path = film.folder / entry.file
    if not path.is_file():
        raise film.error(f'the motif file "{entry.file}" does not exist', "motifs", str(index), "file")
    return load_motif(path, name=entry.name, owners=entry.owners, mode=entry.mode)


def _appearances(shots: Sequence[Shot], motifs: Sequence[Motif], clock: Clock) -> list[Appearance]:
    """Every run of shots of a scene in which an owner of a motif is seen or named."""
    found = []
    for motif in motifs:
        run: list[Shot] = []
        for shot in (*shots, None):
            seen = shot is not None and not is_silent(shot) and bool(found_words(motif.owners, shot_text(shot)))
            if run and (not seen or shot is None or shot.scene != run[-1].scene):
                found.append(
                    Appearance(
                        motif=motif.name,
                        start=clock.sample(run[0].start),
                        end=clock.sample(run[-1].end),
                        intensity=max(0.5 if item.intensity is None else item.intensity for item in run),
                    )
                )
                run = []
            if seen and shot is not None:
                run.append(shot)
    return found


def _prevailing(shots: Sequence[Shot], palettes: Mapping[int, Palette]) -> Palette:
    """The palette that lasts longest in these shots."""
    frames: Counter[str] = Counter()
    for shot in shots:
        frames[palettes[id(shot)].name] += shot.end - shot.start
    name = frames.most_common(1)[0][0]
    return next(palettes[id(shot)] for shot in shots if palettes[id(shot)].name == name)


def _orchestra(
    appearances: Sequence[Appearance], film: Film, palette: Palette, folders: Sequence[Path]
) -> tuple[dict[str, Preset], dict[str, str]]:
    """The instrument of every role, and the role that states each motif: the first two have one of their own."""
    music = palette.music
    names = {"lead": music.lead, "pad": music.pad, "bass": music.bass, "pulse": music.pulse, "accent": music.accent}
    instruments = {entry.name: entry.instrument for entry in film.motifs}
    players: dict[str, str] = {}
    for motif in dict.fromkeys(item.motif for item in appearances):
        role = MELODIC[min(len(players), len(MELODIC) - 1)]
        players[motif] = role
        names[role] = instruments.get(motif) or names.get(role, music.lead)
    try:
        return {role: _instrument(name, film, folders) for role, name in names.items() if name}, players
    except PresetError as error:  # those of the film's motifs were looked at before
        raise error.at(path=palette.path, column="music") from error


def _check_instruments(film: Film, folders: Sequence[Path]) -> None:
    """Raise FilmError for an instrument of a motif that does not exist, whether or not the motif is played."""
    for index, entry in enumerate(film.motifs):
        try:
            if entry.instrument:
                _instrument(entry.instrument, film, folders).make()
        except InputError as error:
            raise film.error(error.message, "motifs", str(index), "instrument") from error


def _instrument(name: str, film: Film, folders: Sequence[Path]) -> Preset:
    """A preset by name, or an instrument of a SoundFont beside the film: `strings.sf2`, `fonts/orchestra.sf3:48`."""
    named = _SOUNDFONT.fullmatch(name)
    if named is None:
        return get_preset("instruments", name, folders)
    params: dict[str, ParamValue] = {"file": str((film.folder / named["file"]).resolve())}
    if named["program"]:
        params["program"] = int(named["program"])
    return Preset(
        kind="instruments",
        name=re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-"),
        title=name,
        unit="soundfont",
        params=params,
        tags=(),
        words=(),
        path=film.path or film.folder,
    )


def _brief(film: Film, cue: SpottedCue, palette: Palette) -> Brief:
    own = film.brief(_scene(cue))
    low, high = own.bpm or palette.music.bpm
    return Brief(
        key=own.key or palette.music.key,
        mode=own.mode or palette.music.mode,
        bpm_low=low,
        bpm_high=high,
        beats_per_bar=own.beats_per_bar or 4,
        density=0.5 if own.density is None else own.density,
        modulation=bool(own.modulation),
        ritardando=own.ritardando or 0.0,
        character=own.character or "",
    )


def _voice(preset: Preset) -> Voice:
    module = unit("instruments", preset.unit)
    low, high = module.RANGE
    onset_s = partial(module.onset_s, preset.make())
    return Voice(low=low, high=high, onset_s=onset_s, drum=getattr(module, "DRUM", False))


def _hits(cue: SpottedCue, clock: Clock) -> tuple[CueHit, ...]:
    return tuple(
        CueHit(
            sample=clock.sample(hit.frame),
            strength=hit.strength,
            label=hit.label,
            weight=hit.weight,
            locked=hit.locked,
        )
        for hit in cue.hits
    )


def _tension(shots: Sequence[Shot], clock: Clock) -> Curve:
    """Tension follows the intensity of the shots, from middle to middle."""
    return tuple(
        (
            (clock.sample(shot.start) + clock.sample(shot.end)) // 2,
            0.5 if shot.intensity is None else shot.intensity,
        )
        for shot in shots
    )
