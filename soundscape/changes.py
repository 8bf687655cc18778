"""What a new run did with the sounds of the one before: kept, moved, changed, new, gone — and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from soundscape.model import SAMPLE_RATE, Clip, Plan, Sound
from soundscape.serial import to_data

REASONS = {
    "params": "its parameters changed",
    "curves": "the shots it follows changed",
    "notes": "its music was fitted again",
    "length": "it is longer or shorter",
    "seed": "its seed changed",
    "skip": "its place returns at another time",
    "unit": "it is another unit",
    "path": "it is another recording",
}
"""Fields that determine the samples of a sound, and what to say when one differs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of one sound."""

    name: str
    state: str
    """`kept`, `moved`, `changed`, `new` or `gone`."""
    rendered: bool
    """Whether its samples had to be made in this run."""
    seconds: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What became of all sounds, and the same in a line."""

    summary: str
    sounds: tuple[Change, ...]


def compare(old: Plan, new: Plan, rendered: Collection[str]) -> Changes:
    """What became of every sound and clip of two plans, by name.

    Parameters
    ----------
    old, new : Plan
        The plan of the run before, and of this one.
    rendered : collection of str
        Names of the sounds that this run had to render; the others came from the cache.
    """
    before, after = _sources(old), _sources(new)
    changes = []
    for name, source in after.items():
        state, why = _state(before.get(name), source, name in rendered)
        changes.append(Change(name=name, state=state, rendered=name in rendered, seconds=_seconds(source), why=why))
    for name, source in before.items():
        if name not in after:
            changes.append(Change(name=name, state="gone", rendered=False, seconds=_seconds(source), why=""))
    return Changes(summary=_summary(changes), sounds=tuple(sorted(changes, key=lambda change: change.name)))


def _summary(changes: Collection[Change]) -> str:
    counts = Counter(change.state for change in changes)
    present = [change for change in changes if change.state != "gone"]
    total = sum(change.seconds for change in present)
    made = sum(change.seconds for change in present if change.rendered)
    states = ", ".join(f"{counts[state]} {state}" for state in ("kept", "moved", "changed", "new", "gone"))
    return f"since the last run: {states}; {made:.1f} of {total:.1f} s of sound rendered"


def _state(before: Sound | Clip | None, now: Sound | Clip, rendered: bool) -> tuple[str, str]:
    if before is None:
        return "new", now.why
    old, new = to_data(before), to_data(now)
    differing = [reason for field, reason in REASONS.items() if old.get(field) != new.get(field)]
    if differing:
        return "changed", "; ".join(differing)
    if rendered:
        return "changed", "its unit has changed, or its part was no longer in the cache"
    return ("moved", f"by {(now.at - before.at) / SAMPLE_RATE:+.3f} s") if now.at != before.at else ("kept", "")


def _sources(plan: Plan) -> dict[str, Sound | Clip]:
    sources: list[Sound | Clip] = [*plan.sounds, *plan.narration]
    return {source.name: source for source in sources}


def _seconds(source: Sound | Clip) -> float:
    return round(source.length / SAMPLE_RATE, 3)
