"""Shot lists beside a cut: what its shots show, found by the clips that both name.

An edit list says when which clip is seen and nothing of what is in it. A shot list that names the clips says the rest,
and goes on saying it however often the film is cut again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from soundscape import timeline as timelines
from soundscape.errors import InputError
from soundscape.film import Film
from soundscape.model import Diagnostic, HitPoint, Shot, Timeline

SAID = ("scene", "place", "description", "mood", "intensity", "owners", "sounds", "movement")
"""What a row says of its shot; where it says nothing the cut's own word stands."""


def with_shot_list(cut: Timeline, film: Film) -> tuple[Timeline, tuple[Diagnostic, ...]]:
    """The cut with what the film's shot list says of its shots, and what is to be said of the two together.

    A shot takes the label and the words of the row that names its clip or reel; of several such rows that which shows
    most of the same frames, or, where the list does not say which frames it shows, the next in order. Hits stay where
    they are in the clip; those in frames that are no longer seen are left out.

    Raises
    ------
    FilmError
        When the list cannot be read or names no clips.
    """
    if not film.shot_list:
        return cut, ()
    try:
        read, told = timelines.read(film.folder / film.shot_list, fps=cut.rate)
    except InputError as error:
        raise film.error(f"{film.shot_list}: {error.message}", "shot_list") from error
    rows = _by_clip(read.shots)
    if not rows:
        raise film.error(
            f"{film.shot_list} names no clips; give it a column `source` with the clip or reel of every row",
            "shot_list",
        )
    uses: Counter[Shot] = Counter()
    shots, hits, unknown = [], list(cut.hits), []
    for shot in cut.shots:
        row = _row(shot, rows, uses)
        if row is None:
            unknown.append(shot.label)
            shots.append(shot)
            continue
        uses[row] += 1
        label = row.label if uses[row] == 1 else f"{row.label} ({uses[row]})"
        said = {name: getattr(row, name) for name in SAID if getattr(row, name) not in ("", (), None)}
        shots.append(replace(shot, label=label, **said))
        hits += _hits(read, row, shot, again=uses[row] > 1)
    unused = [row.label for row in read.shots if not uses[row]]
    notes = [*told, *_notes(film.shot_list, "of the cut that it has not, of which nothing else is known", unknown)]
    notes += _notes(film.shot_list, "of it that are not in the cut", unused)
    ordered = sorted(hits, key=lambda hit: (hit.frame, hit.label))
    return replace(cut, shots=tuple(shots), hits=tuple(ordered)), tuple(notes)


def _by_clip(shots: Sequence[Shot]) -> dict[str, list[Shot]]:
    found: dict[str, list[Shot]] = defaultdict(list)
    for shot in shots:
        for clip in _clips(shot):
            found[clip].append(shot)
    return found


def _clips(shot: Shot) -> dict[str, None]:
    """What a shot's clip may be called, the likeliest first: editors keep or drop folders and endings."""
    named = (shot.source, *(value for name, value in shot.extra if name == "reel"))
    return dict.fromkeys(PurePath(name.replace("\\", "/")).stem.casefold() for name in named if name)


def _row(shot: Shot, rows: Mapping[str, Sequence[Shot]], uses: Mapping[Shot, int]) -> Shot | None:
    """The row that speaks of a shot."""
    found = next((rows[clip] for clip in _clips(shot) if clip in rows), ())
    if not found:
        return None
    best = max(found, key=lambda row: _shared(row, shot))
    return best if _shared(best, shot) > 0 else next((row for row in found if not uses[row]), found[-1])


def _shared(row: Shot, shot: Shot) -> int:
    """Frames of the clip that both show; 0 where one does not say which it shows."""
    if row.source_start is None or shot.source_start is None:
        return 0
    last = min(row.source_start + row.end - row.start, shot.source_start + shot.end - shot.start)
    return last - max(row.source_start, shot.source_start)


def _hits(read: Timeline, row: Shot, shot: Shot, *, again: bool) -> list[HitPoint]:
    """The hits of a row where they are in the shot; of a shot that is seen again only by its frames."""
    known = row.source_start is not None and shot.source_start is not None
    if again and not known:
        return []
    later = shot.start - row.start + ((row.source_start or 0) - (shot.source_start or 0) if known else 0)
    own = [hit for hit in read.hits if row.start <= hit.frame < row.end]
    return [
        replace(hit, frame=hit.frame + later, line=0) for hit in own if shot.start <= hit.frame + later < shot.end
    ]


def _notes(path: str, what: str, labels: Sequence[str]) -> list[Diagnostic]:
    if not labels:
        return []
    shown = ", ".join(labels[:8]) + " …" * (len(labels) > 8)
    return [Diagnostic(message=f"shots {what}: {shown}", path=path)]
