"""Mastering: measure → static gain → limiter where the ceiling needs it → measure → correct.

Nothing here changes the dynamics to reach a loudness unless the target's policy is `compress`. The limiter takes
peaks down by `Target.max_limiting_db` at most; when loudness and ceiling cannot both be had within that, the
result says by how much it falls short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, tee

import numpy as np

from soundscape.audio import Audio
from soundscape.errors import TargetError
from soundscape.mastering import leveller
from soundscape.mastering.dialogue import Regions, dialogue_loudness, speech_share
from soundscape.mastering.leveller import level_curve, reductions_above
from soundscape.mastering.limiter import Curve, Limiter, with_gains
from soundscape.mastering.limiting import Limiting, Reductions
from soundscape.mastering.target import Target
from soundscape.metering.gating import integrated
from soundscape.metering.meter import Meter
from soundscape.model import Loudness
from soundscape.units import db_to_gain

OpenBlocks = Callable[[], Iterable[Audio]]
"""The signal from its start, anew at every call, in blocks of any sizes."""

ACCURACY_LU = 0.05
_AIM_LU = 0.03
_MARGIN_DB = 0.05
"""Below the target's true peak: what dither, rounding and another meter may add."""
_MAX_PASSES = 8
_RIDE_STEP_LU = 2.0
_LIMITING_LOSS_LU = 0.5
"""What limiting by the whole budget may cost, roughly."""


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
    shortfall_lu: float = 0.0
    """Target minus what is reached: positive when it is too quiet."""
    levelling: leveller.Reductions = ()
    """How far loud passages are lowered, by the policy `compress` only."""
    limiting: Limiting = field(default_factory=Limiting)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Anchor:
    """The loudness that a target is about, and its wanted value; no value: only the true peak counts."""

    wanted_lufs: float | None
    regions: Regions | None = None

    def of(self, meter: Meter, *, gain_db: float = 0.0) -> float | None:
        energies = meter.energies * 10.0 ** (gain_db / 10.0)
        if self.regions is None:
            return integrated(energies, meter.sample_rate)
        return dialogue_loudness(energies, meter.sample_rate, self.regions)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What a gain and a ceiling led to."""

    gain_db: float
    ceiling_dbtp: float
    level_lufs: float | None
    loudness: Loudness
    limiting: Limiting = field(default_factory=Limiting)


@dataclass(frozen=True, slots=True)
class _Programme:
    open_blocks: OpenBlocks
    sample_rate: int
    layout: str | None

    def measure(self) -> Meter:
        return _measure(self.open_blocks(), self.sample_rate, self.layout)

    def limit(self, gain_db: float, ceiling_dbtp: float, anchor: _Anchor) -> _Attempt:
        reductions = Reductions(db_to_gain(gain_db))
        blocks = _limited(self.open_blocks(), self.sample_rate, gain_db, ceiling_dbtp)
        meter = _measure(
            (block * reductions.count(curve) for block, curve in blocks), self.sample_rate, self.layout
        )
        return _Attempt(gain_db, ceiling_dbtp, anchor.of(meter), meter.result(), reductions.summary())


def fit(
    open_blocks: OpenBlocks,
    sample_rate: int,
    target: Target,
    *,
    layout: str | None = None,
    dialogue: Regions | None = None,
    measured: Meter | None = None,
    on_pass: Callable[[str], None] | None = None,
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
    programme = _Programme(open_blocks, sample_rate, layout)
    if measured is None:
        say("measure")
    meter = measured or programme.measure()
    before = meter.result()
    anchor, notes = _anchor(target, before, dialogue)
    level = anchor.of(meter)
    ceiling_dbtp = target.true_peak_dbtp - _MARGIN_DB
    unchanged = _Attempt(0.0, ceiling_dbtp, level, before)

    if before.true_peak_dbtp is None:
        status, chosen, limited = "silent", unchanged, False
    elif anchor.wanted_lufs is not None and level is None:
        status, chosen, limited = "too short" if before.max_momentary_lufs is None else "silent", unchanged, False
    else:
        headroom_db = ceiling_dbtp - before.true_peak_dbtp
        wanted_db = _static_gain_db(meter, anchor)
        if target.direction == "attenuate" or anchor.wanted_lufs is None:
            wanted_db = min(0.0, wanted_db)
        limited = wanted_db > headroom_db and anchor.wanted_lufs is not None
        if limited:
            chosen = _search(programme, target, anchor, wanted_db, headroom_db + target.max_limiting_db, say)
        else:
            gain_db = min(wanted_db, headroom_db)
            after = meter.result(gain_db=gain_db)
            chosen = _Attempt(gain_db, ceiling_dbtp, anchor.of(meter, gain_db=gain_db), after)
        status = _status(anchor, chosen, target)

    shortfall_lu = _shortfall_lu(anchor, chosen)
    if status == "unreached" and target.unreachable == "stop":
        chosen, limited = unchanged, False
    fitted = Fit(
        target=target,
        status=status,
        gain_db=chosen.gain_db,
        ceiling_dbtp=chosen.ceiling_dbtp,
        limited=limited,
        before=before,
        after=chosen.loudness,
        anchor_before_lufs=level,
        anchor_after_lufs=chosen.level_lufs,
        wanted_lufs=anchor.wanted_lufs,
        shortfall_lu=shortfall_lu,
        limiting=chosen.limiting,
        notes=notes,
    )
    if status == "unreached" and target.unreachable == "compress" and shortfall_lu > 0.0:
        return _ride(fitted, programme, meter, anchor, dialogue, say)
    return fitted


def gain_curve(open_blocks: OpenBlocks, sample_rate: int, fitted: Fit) -> Iterator[Curve]:
    """The gain of every frame, linear, one array for each block of `open_blocks()` and as long as it.

    The same curve on every stem keeps their sum the programme. The blocks may be of other sizes than those that
    were fitted.
    """
    return (curve for _, curve in blocks_with_gain(open_blocks, sample_rate, fitted))


def blocks_with_gain(open_blocks: OpenBlocks, sample_rate: int, fitted: Fit) -> Iterator[tuple[Audio, Curve]]:
    """Every block of the programme with its gain curve, from one pass."""
    gain = np.float32(db_to_gain(fitted.gain_db))
    if not fitted.levelling and not fitted.limited:
        for block in open_blocks():
            yield block, np.full(block.shape[1], gain, np.float32)
        return
    given, taken = tee(open_blocks())
    levelled = _levelled(taken, sample_rate, fitted.levelling)
    if fitted.limited:
        limited = _limited(levelled, sample_rate, fitted.gain_db, fitted.ceiling_dbtp)
    else:
        limited = ((block, np.full(block.shape[1], gain, np.float32)) for block in levelled)
    position = 0
    for block, (_, curve) in zip(given, limited, strict=True):
        yield block, curve * level_curve(fitted.levelling, position, len(curve), sample_rate)
        position += len(curve)


def _levelled(blocks: Iterable[Audio], sample_rate: int, levelling: leveller.Reductions) -> Iterator[Audio]:
    position = 0
    for block in blocks:
        yield block * level_curve(levelling, position, block.shape[1], sample_rate)
        position += block.shape[1]


def _limited(
    blocks: Iterable[Audio], sample_rate: int, gain_db: float, ceiling_dbtp: float
) -> Iterator[tuple[Audio, Curve]]:
    rest = iter(blocks)
    for first in rest:
        limiter = Limiter(first.shape[0], sample_rate, ceiling_dbtp, gain_db=gain_db)
        yield from with_gains(chain([first], rest), limiter)


def _measure(blocks: Iterable[Audio], sample_rate: int, layout: str | None) -> Meter:
    """A meter that has heard all blocks; an empty signal counts as mono."""
    meter = None
    for block in blocks:
        meter = meter or Meter(sample_rate, block.shape[0], layout)
        meter.push(block)
    return meter or Meter(sample_rate, 1)


def _anchor(target: Target, before: Loudness, dialogue: Regions | None) -> tuple[_Anchor, tuple[str, ...]]:
    """What loudness to bring to which value, and what to say of that choice."""
    if target.gate == "programme":
        return _Anchor(target.integrated_lufs), ()
    share = speech_share(dialogue or (), round(before.duration_s * before.sample_rate))
    if dialogue and share >= target.min_dialogue_share:
        return _Anchor(target.integrated_lufs, dialogue), (f"dialogue in {share:.0%} of the programme",)
    if target.fallback_lufs is None:
        raise TargetError(
            f"{target.name} is measured on the dialogue, which is in {share:.0%} of the programme; "
            f"at least {target.min_dialogue_share:.0%} is needed"
        )
    known = "no dialogue was given" if dialogue is None else f"dialogue in only {share:.0%} of the programme"
    return _Anchor(target.fallback_lufs), (
        f"{known}: {target.fallback_lufs:g} LUFS of the whole programme instead",
    )


def _static_gain_db(meter: Meter, anchor: _Anchor) -> float:
    """Gain that brings the anchor to its value; the absolute gate may open or close on the way."""
    gain_db = 0.0
    if anchor.wanted_lufs is not None:
        for _ in range(_MAX_PASSES):
            level = anchor.of(meter, gain_db=gain_db)
            if level is None or abs(anchor.wanted_lufs - level) < 1e-6:
                break
            gain_db += anchor.wanted_lufs - level
    return gain_db


def _search(
    programme: _Programme,
    target: Target,
    anchor: _Anchor,
    wanted_db: float,
    most_db: float,
    say: Callable[[str], None],
) -> _Attempt:
    """The limited programme nearest to the wanted loudness with a static gain of `most_db` at most."""
    assert anchor.wanted_lufs is not None
    gain_db, ceiling_dbtp = min(wanted_db, most_db), target.true_peak_dbtp - _MARGIN_DB
    last: _Attempt | None = None
    for turn in range(_MAX_PASSES):
        say(f"limit and measure, pass {turn + 1}")
        attempt = programme.limit(gain_db, ceiling_dbtp, anchor)
        assert attempt.level_lufs is not None
        assert attempt.loudness.true_peak_dbtp is not None
        over_db = attempt.loudness.true_peak_dbtp - (target.true_peak_dbtp - _MARGIN_DB / 2.0)
        missing_lu = anchor.wanted_lufs - attempt.level_lufs
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


def _ride(
    fitted: Fit,
    programme: _Programme,
    meter: Meter,
    anchor: _Anchor,
    dialogue: Regions | None,
    say: Callable[[str], None],
) -> Fit:
    """Lower the loud passages until the limiter's budget is enough, or as far as the leveller goes."""
    loudest, target = fitted.before.max_short_term_lufs, fitted.target
    if loudest is None:
        return fitted
    for turn in range(1, _MAX_PASSES + 1):
        levelling = reductions_above(loudest - _RIDE_STEP_LU * turn, meter.energies, programme.sample_rate)

        def levelled(reductions: leveller.Reductions = levelling) -> Iterator[Audio]:
            return _levelled(programme.open_blocks(), programme.sample_rate, reductions)

        say(f"lower the loud passages, pass {turn}")
        ridden = _measure(levelled(), programme.sample_rate, programme.layout)
        peak_dbtp = ridden.result().true_peak_dbtp
        assert peak_dbtp is not None
        most_db = target.true_peak_dbtp - _MARGIN_DB - peak_dbtp + target.max_limiting_db
        if _static_gain_db(ridden, anchor) + _LIMITING_LOSS_LU <= most_db:
            break
    nearest = replace(target, unreachable="nearest")
    found = fit(
        levelled, programme.sample_rate, nearest,
        layout=programme.layout, dialogue=dialogue, measured=ridden, on_pass=say,
    )  # fmt: skip
    note = f"loud passages are lowered by up to {max(levelling):.1f} dB, as the target's policy allows"
    return replace(
        found,
        target=target,
        before=fitted.before,
        anchor_before_lufs=fitted.anchor_before_lufs,
        levelling=levelling,
        notes=(*fitted.notes, note),
    )


def _shortfall_lu(anchor: _Anchor, chosen: _Attempt) -> float:
    if anchor.wanted_lufs is None or chosen.level_lufs is None:
        return 0.0
    return anchor.wanted_lufs - chosen.level_lufs


def _status(anchor: _Anchor, chosen: _Attempt, target: Target) -> str:
    missing_lu = abs(_shortfall_lu(anchor, chosen))
    if missing_lu <= ACCURACY_LU:
        return "on target"
    return "in tolerance" if missing_lu <= target.tolerance_lu else "unreached"
