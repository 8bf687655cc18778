"""Whether a measurement is what a target asks for: rule by rule, with the margin."""

from __future__ import annotations

from dataclasses import dataclass

from soundscape.mastering.target import Target
from soundscape.model import Loudness

_STABLE_RANGE_S = 60.0
"""EBU Tech 3341: the loudness range of less than a minute says little."""
_ROUNDING = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One rule."""

    rule: str
    value: float | None
    allowed: str
    margin: float | None
    """How far inside the limit, negative outside; None when there is no value."""
    advice: bool = False
    """Whether missing it is only a warning."""

    @property
    def passed(self) -> bool:
        """Whether the rule is met; what has no value cannot be."""
        return self.margin is not None and self.margin >= -_ROUNDING


def checks(
    target: Target,
    measured: Loudness,
    anchor_lufs: float | None,
    wanted_lufs: float | None,
    *,
    anchor: str = "integrated",
) -> tuple[Check, ...]:
    """All rules of a target.

    Parameters
    ----------
    target : Target
        What is asked.
    measured : Loudness
        What was measured.
    anchor_lufs : float or None
        The loudness that the target is about.
    wanted_lufs : float or None
        Its wanted value; None when the target has none.
    anchor : str
        What it is: `integrated`, `dialogue` or `album`.
    """
    found = []
    if wanted_lufs is not None:
        allowed = f"{wanted_lufs:g} ±{target.tolerance_lu:g} LUFS"
        margin = None if anchor_lufs is None else target.tolerance_lu - abs(anchor_lufs - wanted_lufs)
        found.append(Check(rule=anchor, value=anchor_lufs, allowed=allowed, margin=margin))
    found.append(_at_most("true peak", measured.true_peak_dbtp, target.true_peak_dbtp, "dBTP"))
    for rule, value, limit in (
        ("max momentary", measured.max_momentary_lufs, target.max_momentary_lufs),
        ("max short-term", measured.max_short_term_lufs, target.max_short_term_lufs),
    ):
        if limit is not None:
            found.append(_at_most(rule, value, limit, "LUFS"))
    if target.max_leq_m_db is not None:
        found.append(_at_most("Leq(m)", measured.leq_m_db, target.max_leq_m_db, "dB"))
    if target.dialogue_distance_lu is not None and measured.dialogue_lufs is not None:
        # Where no dialogue is known there is nothing to hold this rule against.
        above = None if measured.integrated_lufs is None else measured.integrated_lufs - measured.dialogue_lufs
        found.append(_at_most("programme above dialogue", above, target.dialogue_distance_lu, "LU"))
    if measured.duration_s >= _STABLE_RANGE_S:
        span = measured.loudness_range_lu
        if target.range_high_lu is not None:
            found.append(_at_most("loudness range", span, target.range_high_lu, "LU", advice=True))
        if target.range_low_lu is not None:
            margin = None if span is None else span - target.range_low_lu
            allowed = f"at least {target.range_low_lu:g} LU"
            found.append(Check(rule="loudness range", value=span, allowed=allowed, margin=margin, advice=True))
    return tuple(found)


def _at_most(rule: str, value: float | None, limit: float, unit: str, *, advice: bool = False) -> Check:
    margin = None if value is None else limit - value
    return Check(rule=rule, value=value, allowed=f"at most {limit:g} {unit}", margin=margin, advice=advice)
