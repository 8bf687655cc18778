"""Markers: hits from lists of their own, laid on a cut that does not carry them."""

from __future__ import annotations

from dataclasses import replace

from soundscape import timeline as timelines
from soundscape.errors import InputError
from soundscape.film import Film
from soundscape.model import Diagnostic, Timeline
from soundscape.timecode import frame_to_timecode


def with_markers(cut: Timeline, film: Film) -> tuple[Timeline, tuple[Diagnostic, ...]]:
    """The cut with the hits of the marker lists that the film names, and what is to be said of them.

    Markers before the programme's start count from it. What the cut has already is not doubled.

    Raises
    ------
    FilmError
        When a list cannot be read.
    """
    hits = {(hit.frame, hit.label): hit for hit in cut.hits}
    notes: list[Diagnostic] = []
    for name in film.markers:
        try:
            read, told = timelines.read(film.folder / name, fps=cut.rate)
        except InputError as error:
            raise film.error(f"{name}: {error.message}", "markers") from error
        shift = cut.start if min((hit.frame for hit in read.hits), default=cut.start) < cut.start else 0
        found = [replace(hit, frame=hit.frame + shift, line=0) for hit in read.hits]
        inside = [hit for hit in found if cut.start <= hit.frame < cut.end]
        hits = {(hit.frame, hit.label): hit for hit in inside} | hits
        notes += told
        if len(inside) < len(found) or not found:
            ends = " to ".join(frame_to_timecode(frame, cut.rate) for frame in (cut.start, cut.end))
            left = (
                f"{len(found) - len(inside)} of {len(found)} markers lie outside the film, {ends}, and are left out"
            )
            notes.append(Diagnostic(message=left if found else "there is no marker in it", path=name))
    ordered = sorted(hits.values(), key=lambda hit: (hit.frame, hit.label))
    return replace(cut, hits=tuple(ordered)), tuple(notes)
