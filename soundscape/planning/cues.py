"""What the score is asked for: one request a cue, with hits, tension, motifs, players and silences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from soundscape.film import Film
from soundscape.model import SAMPLE_RATE, Clip, Curve, Diagnostic, Shot, Timeline
from soundscape.planning.clock import Clock
from soundscape.planning.motifs import appearances_of, film_motifs, never_seen
from soundscape.planning.orchestra import check_instruments, orchestra, voice
from soundscape.planning.palette import Palette
from soundscape.planning.places import Stay, prevailing
from soundscape.planning.words import is_silent
from soundscape.registry import Preset, did_you_mean
from soundscape.rng import Seed
from soundscape.score.ledger import develop
from soundscape.score.request import Brief, CueHit, CueRequest
from soundscape.score.spotting import MARKED, SpottedCue, spot

FADE_S, CUT_S = 5.0, 0.01
"""How long a fade and a cut-off take."""
SHORTEST_S = 4.0
"""A cue shorter than this is left out."""


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
    motifs, notes = film_motifs(film, timeline, palettes, seed)
    check_instruments(film, folders)
    seen = appearances_of(timeline.shots, motifs, clock)
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
        palette = prevailing(cue.shots, palettes)
        # The music of a dissolve begins in its middle, its owners before.
        seen_from = own_clock.sample(cue.shots[0].start)
        moved = (
            replace(item, start=own_clock.moved(item.start), end=own_clock.moved(item.end)) for item in appearances
        )
        own = tuple(
            replace(item, start=max(item.start, start)) for item in moved if seen_from <= item.start < end - overlap
        )
        speech = ((own_clock.moved(clip.at), clip.length) for clip in narration)
        presets, players = orchestra(own, film, palette, folders)
        request = CueRequest(
            name=cue.name,
            start=start,
            end=end,
            brief=_brief(film, cue, palette),
            rate=timeline.rate,
            voices={role: voice(preset) for role, preset in presets.items()},
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
    return tuple(cues), (*notes, *never_seen(motifs, seen, timeline), *_unknown_scenes(film, timeline))


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
