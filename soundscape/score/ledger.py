"""The ledger: how a motif develops over a film, and what became of it.

The first act presents a motif plainly; the second breaks it up: fragments, sequences, another mode, an answer; the
third brings it back, and its complete return is saved for the turning point (the practice of the leitmotif since
Wagner; on film: Lehman, *Hollywood Harmony*, 2018; Bribitzer-Stull, *Understanding the Leitmotif*, 2015).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from soundscape.model import SAMPLE_RATE, Statement
from soundscape.score.request import Appearance, CueScore

FIRST_ACT, THIRD_ACT = 0.25, 0.75
"""Where the acts end and begin, as shares of the film."""
PLAIN_FIRST = 2
"""Plain statements of a motif before it is developed, wherever they fall."""
DEVELOPMENT = ("fragment", "sequence", "interchange", "answer", "augmented")
"""Forms of the second act, in turn."""
SHORT_FILM_S = 180.0
"""In a film shorter than this a motif is developed after its first statement."""


def develop(
    appearances: Sequence[Appearance], *, length: int, turning_point: int | None = None
) -> tuple[Appearance, ...]:
    """The same appearances, each with the form in which its motif is to be stated.

    Parameters
    ----------
    appearances : sequence of Appearance
        Of the whole film; those whose form is not `plain` keep it.
    length : int
        Samples of the film.
    turning_point : int, optional
        Sample at which a motif returns completely; without it, each motif's most intense appearance in the third
        act, or its last one.
    """
    plain = 1 if length < SHORT_FILM_S * SAMPLE_RATE else PLAIN_FIRST
    ordered = sorted(appearances, key=lambda item: (item.start, item.motif))
    forms: dict[int, str] = {}
    for motif in {item.motif for item in ordered}:
        own = [item for item in ordered if item.motif == motif]
        returns = _return(own, length, turning_point)
        for count, item in enumerate(own):
            form = _form(count, item, own.index(returns) if returns else len(own), plain, length)
            # The last word of a motif is a whole one.
            forms[id(item)] = "plain" if form == "fragment" and count + 1 == len(own) else form
    return tuple(replace(item, form=forms[id(item)]) if item.form == "plain" else item for item in ordered)


def _return(own: list[Appearance], length: int, turning_point: int | None) -> Appearance | None:
    """The appearance at which a motif returns completely; none for one that has hardly been heard."""
    if len(own) < 3:
        return None
    if turning_point is not None:
        return min(own[1:], key=lambda item: abs(item.start - turning_point))
    last_act = [item for item in own[2:] if item.start >= THIRD_ACT * length]
    return max(last_act, key=lambda item: (item.intensity, -item.start)) if last_act else own[-1]


def _form(count: int, item: Appearance, returns: int, plain: int, length: int) -> str:
    if count == returns:
        return "complete"
    if (count < plain and item.start < THIRD_ACT * length) or count == 0:
        return "plain"
    if count > returns or item.start < FIRST_ACT * length:
        return "plain"
    if item.start >= THIRD_ACT * length:
        return "fragment"  # held back: the complete return is still to come
    return DEVELOPMENT[(count - plain) % len(DEVELOPMENT)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the ledger."""

    cue: str
    statement: Statement


def ledger_of(scores: Iterable[CueScore]) -> tuple[Entry, ...]:
    """Every statement of a film in order of time."""
    entries = [Entry(cue=score.music.name, statement=item) for score in scores for item in score.statements]
    return tuple(sorted(entries, key=lambda entry: entry.statement.start))


def ledger_lines(entries: Sequence[Entry]) -> tuple[str, ...]:
    """The ledger for a person."""
    lines = []
    for entry in entries:
        item = entry.statement
        minutes, seconds = divmod(item.start / SAMPLE_RATE, 60)
        whole = "complete" if item.complete else "part"
        lines.append(
            f"{int(minutes):3d}:{seconds:05.2f}  {item.motif}: {item.form}, {whole}, {item.role}, {item.key}, "
            f"bar {item.bar} of {entry.cue}"
        )
    return tuple(lines)
