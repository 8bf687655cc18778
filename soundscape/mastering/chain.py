"""Mastering: measure → static gain → limiter where the ceiling needs it → measure → correct.

Nothing here changes the dynamics to reach a loudness unless the target says so. The limiter takes peaks down by
`Target.max_limiting_db` at most; when loudness and ceiling cannot both be had within that, the result says by how much
it falls short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import tee

import numpy as np

from soundscape.ahead import ahead
from soundscape.audio import Audio
from soundscape.mastering.anchor import Anchor, anchor_of
from soundscape.mastering.leveller import Lowering, level_curve, lowered_energies, lowering_above
from soundscape.mastering.limiter import Curve
from soundscape.mastering.limiting import Limiting, Reductions
from soundscape.mastering.programme import OpenBlocks, Programme, limited, lowered
from soundscape.mastering.target import Target
from soundscape.metering.dialogue import Regions
from soundscape.metering.gating import MOMENTARY_BINS, SHORT_TERM_BINS, Powers, loudness_range, maximum
from soundscape.metering.meter import Meter
from soundscape.model import Loudness
from soundscape.units import db_to_gain

__all__ = ["ACCURACY_LU", "Fit", "OpenBlocks", "blocks_with_gain", "fit", "gain_curve"]

ACCURACY_LU = 0.05
_AIM_LU = 0.03
_MARGIN_DB = 0.05
"""Below the target's true peak: what dither, rounding and another meter may add."""
_MAX_PASSES = 8
_MAX_RIDES = 16
_RIDE_STEP_LU = 1.0
_LIMITING_LOSS_LU = 0.5
"""What limiting by the whole budget may cost, roughly."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How a programme is brought to a target, and what it measures then."""

    target: Target
    status: str
    """`on target`, `in tolerance`, `unreached`, `silent` or `too short`."""
    gain_db: float
    ceiling_dbtp: float
    """Of the limiter; a little below the target's."""
    limited: bool
    """Whether there is a limiter at all; otherwise the gain is one number."""
    before: Loudness
    after: Loudness
    """Predicted, before dither."""
    anchor_before_lufs: float | None
    anchor_after_lufs: float | None
    """The loudness that the target is about: integrated, or of the dialogue."""
    wanted_lufs: float | None
    """Its wanted value."""
    of_dialogue: bool = False
    """Whether it is that of the dialogue."""
    shortfall_lu: float = 0.0
    """Target minus what is reached: positive when it is too quiet."""
    lowering: Lowering = ()
    """How far loud passages are lowered, only where the target says so."""
    limiting: Limiting = field(default_factory=Limiting)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What a gain and a ceiling led to."""

    gain_db: float
    ceiling_dbtp: float
    level_lufs: float | None
    loudness: Loudness
    limiting: Limiting = field(default_factory=Limiting)


@dataclass(frozen=True, slots=True)
class _Task:
    """A programme, where it is to be brought to, and whom to tell."""

    programme: Programme
    target: Target
    anchor: Anchor
    dialogue: Regions | None
    say: Say

    def level_lufs(self, energies: Powers, *, gain_db: float = 0.0) -> float | None:
        return self.anchor.level_lufs(energies, self.programme.sample_rate, gain_db=gain_db)

    def static_gain_db(self, energies: Powers) -> float:
        return self.anchor.static_gain_db(energies, self.programme.sample_rate)

    def limit(self, gain_db: float, ceiling_dbtp: float) -> _Attempt:
        reductions = Reductions(db_to_gain(gain_db))
        blocks = limited(self.programme.open_blocks(), self.programme.sample_rate, gain_db, ceiling_dbtp)
        meter = self.programme.measure(block * reductions.count(curve) for block, curve in ahead(blocks))
        loudness = meter.result(dialogue=self.dialogue)
        return _Attempt(gain_db, ceiling_dbtp, self.level_lufs(meter.energies), loudness, reductions.summary())


def fit(
    open_blocks: OpenBlocks,
    sample_rate: int,
    target: Target,
    *,
    layout: str | None = None,
    dialogue: Regions | None = None,
    measured: Meter | None = None,
    on_pass: Say | None = None,
) -> Fit:
    """Find the gain that brings a programme to a target.

    Parameters
    ----------
    open_blocks : callable
        Gives the programme from its start; it is read once when a static gain is enough, and some more times
        when the limiter is needed.
    sample_rate : int
        In Hz.
    target : Target
        What to reach.
    layout : str, optional
        Which speakers the channels feed.
    dialogue : sequence of (int, int), optional
        Frames in which somebody speaks; needed by targets that are gated by dialogue.
    measured : Meter, optional
        That has heard the programme; without it the programme is measured first.
    on_pass : callable, optional
        Is told what each pass over the programme is for.

    Returns
    -------
    Fit
        For `gain_curve`.
    """
    say = on_pass or (lambda _: None)
    cinema = target.max_leq_m_db is not None
    programme = Programme(open_blocks=open_blocks, sample_rate=sample_rate, layout=layout, cinema=cinema)
    if measured is None:
        say("measure")
    meter = measured or programme.measure()
    anchor = anchor_of(target, meter.result(), dialogue)
    task = _Task(programme, target, anchor, dialogue, say)
    fitted = _fit(task, meter)
    if fitted.status in ("silent", "too short") or not _wants_riding(fitted):
        return fitted
    return _ride(task, meter, fitted)


def gain_curve(open_blocks: OpenBlocks, sample_rate: int, fitted: Fit) -> Iterator[Curve]:
    """The gain of every frame, linear, one array for each block of `open_blocks()` and as long as it.

    The same curve on every stem keeps their sum the programme. The blocks may be of other sizes than those that
    were fitted.
    """
    return (curve for _, curve in blocks_with_gain(open_blocks, sample_rate, fitted))


def blocks_with_gain(open_blocks: OpenBlocks, sample_rate: int, fitted: Fit) -> Iterator[tuple[Audio, Curve]]:
    """Every block of the programme with its gain curve, from one pass."""
    gain = np.float32(db_to_gain(fitted.gain_db))
    if not fitted.lowering and not fitted.limited:
        for block in open_blocks():
            yield block, np.full(block.shape[1], gain, np.float32)
        return
    given, taken = tee(open_blocks())
    calmed = lowered(taken, sample_rate, fitted.lowering)
    if fitted.limited:
        gained = limited(calmed, sample_rate, fitted.gain_db, fitted.ceiling_dbtp)
    else:
        gained = ((block, np.full(block.shape[1], gain, np.float32)) for block in calmed)
    position = 0
    for block, (_, curve) in zip(given, gained, strict=True):
        yield block, curve * level_curve(fitted.lowering, position, len(curve), sample_rate)
        position += len(curve)


def _fit(task: _Task, meter: Meter) -> Fit:
    """By gain and limiter alone."""
    target, anchor = task.target, task.anchor
    before = meter.result(dialogue=task.dialogue)
    level = task.level_lufs(meter.energies)
    ceiling_dbtp = target.true_peak_dbtp - _MARGIN_DB
    chosen = unchanged = _Attempt(0.0, ceiling_dbtp, level, before)
    needs_limiter = False

    if before.true_peak_dbtp is None:
        status = "silent"
    elif anchor.wanted_lufs is not None and level is None:
        status = "too short" if before.max_momentary_lufs is None else "silent"
    else:
        headroom_db = ceiling_dbtp - before.true_peak_dbtp
        allowed_db = _allowed_db(target, before)
        wanted_db = min(allowed_db, task.static_gain_db(meter.energies))
        needs_limiter = wanted_db > headroom_db and anchor.wanted_lufs is not None
        if needs_limiter:
            chosen = _search(task, wanted_db, min(allowed_db, headroom_db + target.max_limiting_db))
        else:
            gain_db = min(wanted_db, headroom_db)
            after = meter.result(gain_db=gain_db, dialogue=task.dialogue)
            chosen = _Attempt(gain_db, ceiling_dbtp, task.level_lufs(meter.energies, gain_db=gain_db), after)
        status = _status(anchor, chosen, target)

    shortfall_lu = _shortfall_lu(anchor, chosen)
    reason = _reason(status, shortfall_lu, target, needs_limiter)
    if status == "unreached" and target.unreachable == "stop":
        chosen, needs_limiter = unchanged, False
    return Fit(
        target=target,
        status=status,
        gain_db=chosen.gain_db,
        ceiling_dbtp=chosen.ceiling_dbtp,
        limited=needs_limiter,
        before=before,
        after=chosen.loudness,
        anchor_before_lufs=level,
        anchor_after_lufs=chosen.level_lufs,
        wanted_lufs=anchor.wanted_lufs,
        of_dialogue=anchor.regions is not None,
        shortfall_lu=shortfall_lu,
        limiting=chosen.limiting,
        notes=tuple(note for note in (anchor.note, reason) if note),
    )


def _reason(status: str, shortfall_lu: float, target: Target, needs_limiter: bool) -> str:
    """Why a programme is not where the target wants it, in words; empty where it is."""
    if status == "silent":
        return "nothing is above -70 LUFS: no loudness to go by, no gain"
    if status == "too short":
        return "shorter than 400 ms: no loudness to go by, no gain"
    if status != "unreached":
        return ""
    short = f"{abs(shortfall_lu):.1f} LU too {'quiet' if shortfall_lu > 0.0 else 'loud'}"
    if needs_limiter:
        return f"{short}: more would need over {target.max_limiting_db:g} dB of limiting"
    return f"{short}: this target only lowers" if target.direction == "attenuate" else short


def _allowed_db(target: Target, before: Loudness) -> float:
    """Gain that the target's other rules leave."""
    allowed_db = 0.0 if target.direction == "attenuate" or target.integrated_lufs is None else np.inf
    if target.max_leq_m_db is not None and before.leq_m_db is not None:
        allowed_db = min(allowed_db, target.max_leq_m_db - before.leq_m_db)
    return allowed_db


def _search(task: _Task, wanted_db: float, most_db: float) -> _Attempt:
    """The limited programme nearest to the wanted loudness with a static gain of `most_db` at most."""
    target, wanted_lufs = task.target, task.anchor.wanted_lufs
    assert wanted_lufs is not None
    gain_db, ceiling_dbtp = min(wanted_db, most_db), target.true_peak_dbtp - _MARGIN_DB
    last: _Attempt | None = None
    for turn in range(_MAX_PASSES):
        task.say(f"limit, pass {turn + 1}")
        attempt = task.limit(gain_db, ceiling_dbtp)
        assert attempt.level_lufs is not None
        assert attempt.loudness.true_peak_dbtp is not None
        over_db = attempt.loudness.true_peak_dbtp - (target.true_peak_dbtp - _MARGIN_DB / 2.0)
        missing_lu = wanted_lufs - attempt.level_lufs
        if over_db > 0.0:
            ceiling_dbtp -= over_db
        elif abs(missing_lu) <= _AIM_LU or (missing_lu > 0.0 and gain_db >= most_db):
            break
        slope = 1.0
        if last is not None and last.level_lufs is not None and attempt.gain_db != last.gain_db:
            slope = (attempt.level_lufs - last.level_lufs) / (attempt.gain_db - last.gain_db)
        gain_db = min(most_db, gain_db + missing_lu / min(1.0, max(0.1, slope)))
        last = attempt
    return attempt


def _wants_riding(fitted: Fit) -> bool:
    """Whether loud passages are to be lowered, by what the target says."""
    target, after = fitted.target, fitted.after
    if target.unreachable == "compress":
        if fitted.status == "unreached" and fitted.shortfall_lu > 0.0:
            return True
        if _is_above(after.max_short_term_lufs, target.max_short_term_lufs):
            return True
        if _is_above(after.max_momentary_lufs, target.max_momentary_lufs):
            return True
    return target.beyond_range == "lower" and _is_above(after.loudness_range_lu, target.range_high_lu)


def _is_above(value: float | None, limit: float | None) -> bool:
    return value is not None and limit is not None and value > limit


def _ride(task: _Task, meter: Meter, plain: Fit) -> Fit:
    """Lower the loud passages until all rules can be met, or as far as the leveller goes."""
    loudest, programme, target = plain.before.max_short_term_lufs, task.programme, task.target
    if loudest is None:
        return plain
    for turn in range(1, _MAX_RIDES + 1):
        lowering = lowering_above(loudest - _RIDE_STEP_LU * turn, meter.energies, programme.sample_rate)
        if turn < _MAX_RIDES and not _is_calm(task, lowered_energies(meter.energies, lowering)):
            continue
        task.say("lower the loud passages")
        ridden = programme.measure(programme.lowered(lowering))
        peak_dbtp = ridden.result().true_peak_dbtp
        assert peak_dbtp is not None
        most_db = target.true_peak_dbtp - _MARGIN_DB - peak_dbtp + target.max_limiting_db
        if task.static_gain_db(ridden.energies) + _LIMITING_LOSS_LU <= most_db:
            break
    calmed = replace(programme, open_blocks=lambda: programme.lowered(lowering))
    found = _fit(replace(task, programme=calmed), ridden)
    note = f"loud passages are lowered by up to {max(lowering):.1f} dB, as was asked"
    return replace(
        found,
        before=plain.before,
        anchor_before_lufs=plain.anchor_before_lufs,
        lowering=lowering,
        notes=(*found.notes, note),
    )


def _is_calm(task: _Task, energies: Powers) -> bool:
    """Whether range and maxima are what the target asks for, once the gain is given."""
    rate, target = task.programme.sample_rate, task.target
    raised = energies * 10.0 ** (task.static_gain_db(energies) / 10.0)
    if target.beyond_range == "lower" and _is_above(loudness_range(raised, rate), target.range_high_lu):
        return False
    return target.unreachable != "compress" or not (
        _is_above(maximum(raised, SHORT_TERM_BINS, rate), target.max_short_term_lufs)
        or _is_above(maximum(raised, MOMENTARY_BINS, rate), target.max_momentary_lufs)
    )


def _shortfall_lu(anchor: Anchor, chosen: _Attempt) -> float:
    if anchor.wanted_lufs is None or chosen.level_lufs is None:
        return 0.0
    return anchor.wanted_lufs - chosen.level_lufs


def _status(anchor: Anchor, chosen: _Attempt, target: Target) -> str:
    missing_lu = abs(_shortfall_lu(anchor, chosen))
    if missing_lu <= ACCURACY_LU:
        return "on target"
    return "in tolerance" if missing_lu <= target.tolerance_lu else "unreached"
