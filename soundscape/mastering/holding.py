"""A master held at the gain of an earlier one, so that what has not changed stays the same to the bit."""

from __future__ import annotations

from dataclasses import replace

from soundscape.mastering.chain import ACCURACY_LU, Fit, OpenBlocks
from soundscape.mastering.limiting import Reductions
from soundscape.mastering.programme import Programme, limited
from soundscape.model import MasterGain
from soundscape.units import db_to_gain


def held(
    open_blocks: OpenBlocks, sample_rate: int, found: Fit, gain: MasterGain, *, layout: str | None = None
) -> Fit:
    """The fit with the gain and ceiling of an earlier master, if the programme is as its target asks then, too.

    Parameters
    ----------
    open_blocks : callable
        Gives the programme from its start.
    sample_rate : int
        In Hz.
    found : Fit
        What it would be without the earlier one; returned with a note when the earlier one no longer fits.
    gain : MasterGain
        Of the earlier master.
    layout : str, optional
        Which speakers the channels feed.
    """
    if found.wanted_lufs is None or found.of_dialogue or found.lowering or found.before.true_peak_dbtp is None:
        return replace(
            found, notes=(*found.notes, "the earlier gain is not held: this target is not met by gain alone")
        )
    reductions = Reductions(db_to_gain(gain.gain_db))
    blocks = limited(open_blocks(), sample_rate, gain.gain_db, gain.ceiling_dbtp)
    programme = Programme(open_blocks=open_blocks, sample_rate=sample_rate, layout=layout)
    after = programme.measure(block * reductions.count(curve) for block, curve in blocks).result()
    missing_lu = found.wanted_lufs - (after.integrated_lufs if after.integrated_lufs is not None else -100.0)
    over_db = (after.true_peak_dbtp or -100.0) - found.target.true_peak_dbtp
    if abs(missing_lu) > max(ACCURACY_LU, found.target.tolerance_lu) or over_db > 0.0:
        missed = f"{-missing_lu:+.2f} LU" if over_db <= 0.0 else f"{over_db:+.2f} dB of true peak"
        return _with_note(found, f"the earlier gain of {gain.gain_db:.2f} dB is not held: off by {missed}")
    return replace(
        found,
        status="on target" if abs(missing_lu) <= ACCURACY_LU else "in tolerance",
        gain_db=gain.gain_db,
        ceiling_dbtp=gain.ceiling_dbtp,
        limited=found.before.true_peak_dbtp + gain.gain_db > gain.ceiling_dbtp,
        after=after,
        anchor_after_lufs=after.integrated_lufs,
        shortfall_lu=missing_lu,
        limiting=reductions.summary(),
        notes=(*found.notes, f"held at the gain of an earlier master, {gain.gain_db:.2f} dB"),
    )


def _with_note(found: Fit, note: str) -> Fit:
    return replace(found, notes=(*found.notes, note))
