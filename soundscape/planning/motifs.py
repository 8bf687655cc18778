"""Motifs: those that the film names, or one for whoever is seen most, and where in the cut their owners are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from soundscape.errors import ScoreError
from soundscape.film import Film, MotifSource
from soundscape.model import Diagnostic, Shot, Timeline
from soundscape.planning.clock import Clock
from soundscape.planning.palette import Palette
from soundscape.planning.places import prevailing
from soundscape.planning.words import found_words, is_silent, shot_text
from soundscape.rng import Seed
from soundscape.score.invent import invented_motif
from soundscape.score.motif import Motif, load_motif
from soundscape.score.notation import motif_text, parse_motif
from soundscape.score.request import Appearance
from soundscape.score.similarity import too_alike


def film_motifs(
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
    mode = film.brief(own[0].scene).mode or prevailing(own, palettes).music.mode
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


def appearances_of(shots: Sequence[Shot], motifs: Sequence[Motif], clock: Clock) -> list[Appearance]:
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


def never_seen(motifs: Sequence[Motif], seen: Sequence[Appearance], timeline: Timeline) -> Iterator[Diagnostic]:
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
