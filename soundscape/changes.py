"""What a new run did with the sounds of the one before: kept, moved, changed, new, gone — and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields

from soundscape.model import SAMPLE_RATE, Clip, Plan, Sound

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
NOT_HEARD = {"name", "preset", "at", "scene", "place", "cue", "why"}
"""Fields that only say what a sound is and where it lies; all others are the mix's."""
OUTSIDE = {
    Clip: "what is in its recording changed",
    Sound: "its unit, the program or a file that it plays changed",
}
"""What to say when nothing of a sound in the plan differs but its part."""
HALF_RATE = "one of the two runs is a draft"
LOST = "rendered again, for the cache had it no longer"
REMIXED = "mixed otherwise: {}"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What sounded in a run."""

    plan: Plan
    keys: Mapping[str, str]
    """Name of a sound → key of its part; two with the same key have the same samples."""


def compare(old: Run, new: Run, rendered: Collection[str]) -> Changes:
    """What became of every sound and clip of two runs, by name.

    Parameters
    ----------
    old, new : Run
        The run before, and this one.
    rendered : collection of str
        Names of the sounds that this run had to render; the others came from the cache.
    """
    before, after = _sources(old.plan), _sources(new.plan)
    changes = []
    for name, source in after.items():
        same = old.keys.get(name) == new.keys[name]
        outside = HALF_RATE if old.plan.draft != new.plan.draft else OUTSIDE[type(source)]
        state, why = _state(before.get(name), source, same, name in rendered, outside)
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


def _state(
    before: Sound | Clip | None, now: Sound | Clip, same: bool, rendered: bool, outside: str
) -> tuple[str, str]:
    if before is None:
        return "new", now.why
    differing = [
        field.name for field in fields(now) if getattr(before, field.name, None) != getattr(now, field.name)
    ]
    if not same:
        reasons = [reason for field, reason in REASONS.items() if field in differing]
        return "changed", "; ".join(reasons) or outside
    moved = [f"by {(now.at - before.at) / SAMPLE_RATE:+.3f} s"] if now.at != before.at else []
    remixed = [field for field in differing if field not in NOT_HEARD | REASONS.keys()]
    why = [*moved, *([REMIXED.format(", ".join(remixed))] if remixed else []), *([LOST] if rendered else [])]
    return "moved" if moved else "kept", "; ".join(why)


def _sources(plan: Plan) -> dict[str, Sound | Clip]:
    sources: list[Sound | Clip] = [*plan.sounds, *plan.narration]
    return {source.name: source for source in sources}


def _seconds(source: Sound | Clip) -> float:
    return round(source.length / SAMPLE_RATE, 3)
