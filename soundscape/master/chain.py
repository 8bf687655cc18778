"""Mastering: measure → static gain → limiter where the ceiling needs it → measure → correct.

Nothing here changes the dynamics to reach a loudness. The limiter takes peaks down by `Target.max_limiting_db` at
most; when loudness and ceiling cannot both be had within that, the result says by how much it falls short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from soundscape.audio import Audio
from soundscape.errors import TargetError
from soundscape.master.dialogue import Regions, dialogue_loudness, speech_share
from soundscape.master.gating import integrated
from soundscape.master.limiter import Curve, Limiter, with_gains
from soundscape.master.meter import Meter
from soundscape.master.target import Target
from soundscape.model import Loudness
from soundscape.units import db_to_gain

OpenBlocks = Callable[[], Iterable[Audio]]
"""The signal from its start, anew at every call, in blocks of any sizes."""

ACCURACY_LU = 0.05
_AIM_LU = 0.03
_MARGIN_DB = 0.05
"""Below the target's true peak: what dither, rounding and another meter may add."""
_MAX_PASSES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Limiting:
    """What the limiter did."""

    max_db: float = 0.0
    """Largest reduction."""
    active_share: float = 0.0
    """Part of the time with a reduction of more than 0.01 dB."""
    mean_db: float = 0.0
    """Mean reduction over that time."""
    over_3db_share: float = 0.0


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
        reductions = _Reductions(db_to_gain(gain_db))
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
    return Fit(
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


def gain_curve(open_blocks: OpenBlocks, sample_rate: int, fitted: Fit) -> Iterator[Curve]:
    """The gain of every frame, linear, one array for each block of `open_blocks()` and as long as it.

    The same curve on every stem keeps their sum the programme. The blocks may be of other sizes than those that
    were fitted.
    """
    return (curve for _, curve in blocks_with_gain(open_blocks, sample_rate, fitted))


def blocks_with_gain(open_blocks: OpenBlocks, sample_rate: int, fitted: Fit) -> Iterator[tuple[Audio, Curve]]:
    """Every block of the programme with its gain curve, from one pass."""
    if fitted.limited:
        yield from _limited(open_blocks(), sample_rate, fitted.gain_db, fitted.ceiling_dbtp)
    else:
        gain = db_to_gain(fitted.gain_db)
        for block in open_blocks():
            yield block, np.full(block.shape[1], gain, np.float32)


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


def _shortfall_lu(anchor: _Anchor, chosen: _Attempt) -> float:
    if anchor.wanted_lufs is None or chosen.level_lufs is None:
        return 0.0
    return anchor.wanted_lufs - chosen.level_lufs


def _status(anchor: _Anchor, chosen: _Attempt, target: Target) -> str:
    missing_lu = abs(_shortfall_lu(anchor, chosen))
    if missing_lu <= ACCURACY_LU:
        return "on target"
    return "in tolerance" if missing_lu <= target.tolerance_lu else "unreached"


class _Reductions:
    """Statistics of a gain curve."""

    def __init__(self, gain: float) -> None:
        self._gain = np.float32(gain)
        self._frames = self._active = self._over_3db = 0
        self._sum_db = self._max_db = 0.0

    def count(self, curve: Curve) -> Curve:
        """Take a part of the curve, and give it back."""
        self._frames += len(curve)
        reduced = curve[curve < self._gain * np.float32(db_to_gain(-0.01))]
        if len(reduced):
            reductions_db = -20.0 * np.log10(reduced / self._gain)
            self._active += len(reduced)
            self._over_3db += int(np.count_nonzero(reductions_db > 3.0))
            self._sum_db += float(reductions_db.sum(dtype=np.float64))
            self._max_db = max(self._max_db, float(reductions_db.max()))
        return curve

    def summary(self) -> Limiting:
        return Limiting(
            max_db=self._max_db,
            active_share=self._active / max(1, self._frames),
            mean_db=self._sum_db / max(1, self._active),
            over_3db_share=self._over_3db / max(1, self._frames),
        )
