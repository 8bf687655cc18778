"""What every reader is given and what it fills: options, diagnostics, and a rate where the file has none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from soundscape.model import Diagnostic, Timeline
from soundscape.timecode import Rate

Result = tuple[Timeline, tuple[Diagnostic, ...]]

LIMIT = 50
"""Diagnostics of one kind that are told one by one; the rest are counted."""

_BOUNDS = (24, 25, 30, 48, 50, 60, 100, 120)
_DROP_BOUNDS = (30, 60, 120)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What is known of a file besides its bytes."""

    name: str = ""
    """File name: the title where the file has none."""
    rate: Rate | None = None
    """Frame rate that was asked for; overrules the file."""

    @property
    def title(self) -> str:
        """A title from the file name."""
        return self.name.rpartition(".")[0] or self.name


@dataclass(slots=True)
class Report:
    """Collects diagnostics; of many alike the first `LIMIT` are kept and the rest counted."""

    _found: list[Diagnostic] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)

    def warn(self, message: str, line: int = 0, *, kind: str = "") -> None:
        """Something that is probably not what the owner of the file wants."""
        self._add(message, line, "warning", kind)

    def info(self, message: str, line: int = 0, *, kind: str = "") -> None:
        """A decision that was taken by a rule, or a fact about the file."""
        self._add(message, line, "info", kind)

    def _add(self, message: str, line: int, severity: str, kind: str) -> None:
        if kind:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            if self._counts[kind] > LIMIT:
                return
        self._found.append(Diagnostic(message=message, line=line, severity=severity))

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All that was told, with the number of those that were only counted."""
        more = [
            Diagnostic(message=f"{kind}: {count - LIMIT} more like those above")
            for kind, count in self._counts.items()
            if count > LIMIT
        ]
        return (*self._found, *more)


def lowest_rate(largest_label: int, *, drop_frame: bool = False, report: Report) -> Rate:
    """The lowest rate that has the largest frame number seen, with a warning that it is no more than that.

    Parameters
    ----------
    largest_label : int
        Largest number in the frames field of any timecode; -1 when there is none.
    drop_frame : bool
        The file says that it counts drop-frame, which only 29.97 and its multiples do.
    """
    if drop_frame:
        nominal = next((bound for bound in _DROP_BOUNDS if bound > largest_label), _DROP_BOUNDS[-1])
        rate = Rate(fps=Fraction(nominal * 1000, 1001), drop_frame=True)
        why = "its timecode is drop-frame"
    else:
        rate = Rate(fps=Fraction(next((bound for bound in _BOUNDS if bound > largest_label), _BOUNDS[-1])))
        why = f"its largest frame number is {largest_label}" if largest_label >= 0 else "no frame is numbered"
    report.warn(f"the file carries no frame rate; read at {rate} because {why}: say the right one with --fps")
    return rate


def counted(rate: Rate, drop_frame: bool | None, *, report: Report) -> Rate:
    """`rate` with the way of counting that the file declares (None: it declares nothing)."""
    if drop_frame is None or drop_frame == rate.drop_frame:
        return rate
    if not drop_frame:
        report.warn(f"the file says that it is not drop-frame; read at {rate} as asked")
        return rate
    if rate.nominal not in _DROP_BOUNDS or rate.fps == rate.nominal:
        report.warn(f"the file says drop-frame, which {rate} does not have; read without")
        return rate
    return replace(rate, drop_frame=True)


def label_rate(
    labels: Iterable[str], asked: Rate | None, report: Report, *, drop_frame: bool | None = None
) -> Rate:
    """The rate of a file whose timecodes are all that is known of it.

    Parameters
    ----------
    labels : iterable of str
        Every timecode of the programme.
    asked : Rate, optional
        What the call or the file says; without it the lowest rate that fits.
    drop_frame : bool, optional
        What the file declares; a `;` before the frames says it too, whatever is declared.
    """
    endings = {label[-4:] for label in labels}
    numbers = [int(match[1]) for ending in endings if (match := re.search(r"(\d+)$", ending))]
    if any(";" in ending for ending in endings):
        drop_frame = True
    if asked:
        return counted(asked, drop_frame, report=report)
    return lowest_rate(max(numbers, default=-1), drop_frame=bool(drop_frame), report=report)
