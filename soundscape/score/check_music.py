"""Checks of a score as music: motifs, harmony, playing."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from soundscape.model import SAMPLE_RATE
from soundscape.score.pitch import MODES, Key
from soundscape.score.readings import (
    Result,
    bar_lines,
    by_bar,
    melody_of,
    notes_of,
    own_strength,
    pattern_of,
    profile_of,
    spearman,
)
from soundscape.score.request import CueRequest, CueScore
from soundscape.score.similarity import ABSENT, DISTINCT, HEARD, Melody, heard, likeness
from soundscape.score.transform import RECOGNISED

FEWEST_BARS, FEWEST_NOTES = 8, 48
"""With less than this, shares and spreads say nothing."""
FEWEST_CORRELATED = 96
"""With fewer notes than this, chance alone correlates neighbours by more than 0.2."""


def statements_heard(request: CueRequest, score: CueScore) -> Result:
    """A complete statement is recognised, and no other motif is at the same place."""
    weakest, strongest_other = 1.0, 0.0
    for statement in score.statements:
        if not statement.complete or statement.form not in RECOGNISED:
            continue
        melody = melody_of(request, score, statement)
        for motif in request.motifs:
            value = heard(Melody.of(motif), melody)
            if motif.name == statement.motif:
                weakest = min(weakest, value)
            elif likeness(motif, request.motif(statement.motif)) < DISTINCT:
                strongest_other = max(strongest_other, value)
    passed = weakest >= HEARD and strongest_other < ABSENT
    return passed, f"weakest statement {weakest:.2f} ({HEARD:g} needed), other motifs up to {strongest_other:.2f}"


def motifs_distinct(request: CueRequest, _: CueScore) -> Result:
    """No two motifs of the film are much alike."""
    pairs = [likeness(a, b) for index, a in enumerate(request.motifs) for b in request.motifs[index + 1 :]]
    closest = max(pairs, default=0.0)
    return closest < DISTINCT, f"most alike pair {closest:.2f} (below {DISTINCT:g})"


# ---------------------------------------------------------------- harmony


def in_mode(request: CueRequest, score: CueScore) -> Result:
    """Most of what sounds is in the scale: all but all where it is calm, less where it is tense."""
    scale = request.brief.tonality.pitch_classes()
    total = sum(note.length for note in notes_of(score))
    inside = sum(note.length for note in notes_of(score) if round(note.pitch) % 12 in scale)
    share = inside / total if total else 1.0
    tension = float(np.mean(score.tension)) if score.tension else 0.0
    needed = float(np.interp(tension, (0.5, 0.8), (0.85, 0.60)))
    return share >= needed, f"{share:.0%} in {request.brief.tonality.name} ({needed:.0%} needed)"


def own_key(request: CueRequest, score: CueScore) -> Result:
    """Of 72 keys (twelve tonics, six modes) the cue's own is among the ten that fit best."""
    weights = np.zeros(12)
    for note in notes_of(score):
        weights[round(note.pitch) % 12] += note.length
    if not weights.any():
        return True, "nothing sounds"
    keys = [Key(tonic, mode) for mode in list(MODES)[:6] for tonic in range(12)]
    own = request.brief.tonality
    fits = [float(np.corrcoef(weights, profile_of(key))[0, 1]) for key in [own, *keys]]
    rank = 1 + sum(fit > fits[0] + 1e-9 for fit in fits[1:])
    calm = not score.tension or float(np.mean(score.tension)) < 0.5
    low = [min(round(n.pitch) for n in group) % 12 for group in by_bar(score) if group]
    tonic = float(np.mean([pitch == own.tonic for pitch in low])) if low else 0.0
    passed = rank <= 10 and (tonic >= 0.15 or not calm or len(low) < FEWEST_BARS)
    return passed, f"own key ranks {rank} of 72 (10 allowed), tonic in the bass in {tonic:.0%} of bars"


def parallels(_: CueRequest, score: CueScore) -> Result:
    """Hardly any parallel fifths or octaves between the voices of the pad."""
    downs = [beat.sample - score.music.at for beat in score.music.beats if beat.beat == 1]
    middles = [(a + b) // 2 for a, b in pairwise(downs)]
    held = [
        sorted({round(n.pitch) for n in score.parts.get("pad", ()) if n.start <= at < n.start + n.length})
        for at in middles
    ]
    changes = faults = 0
    for before, after in pairwise(held):
        if len(before) != len(after) or before == after:
            continue
        changes += 1
        for one in range(len(before)):
            for two in range(one + 1, len(before)):
                interval = (before[two] - before[one]) % 12
                moved = after[one] - before[one], after[two] - before[two]
                if interval in (0, 7) and (after[two] - after[one]) % 12 == interval and moved[0] * moved[1] > 0:
                    faults += 1
    rate = 100 * faults / changes if changes else 0.0
    return rate <= 1.5 or (faults <= 1 and changes < 60), f"{faults} parallels in {changes} changes of chord"


# ---------------------------------------------------------------- playing


def ranges_kept(request: CueRequest, score: CueScore) -> Result:
    """No note outside its instrument, and no bar that runs through nearly the whole of it."""
    outside = wide = 0
    for role, notes in score.parts.items():
        voice = request.voices[role]
        outside += sum(not voice.low <= note.pitch <= voice.high for note in notes)
        for group in by_bar(score, role):
            span = max((n.pitch for n in group), default=0.0) - min((n.pitch for n in group), default=0.0)
            wide += len(group) > 1 and span > 0.9 * (voice.high - voice.low)
    return not outside and not wide, f"{outside} notes out of range, {wide} bars over 90 % of one"


def tension_followed(request: CueRequest, score: CueScore) -> Result:
    """Where tension moves, density and strength move with it."""
    groups = by_bar(score)
    count = min(len(groups), len(score.tension))
    tension = np.array(score.tension[:count])
    if count < FEWEST_BARS or tension.std() < 0.1:
        return True, "tension hardly moves"
    seconds = np.diff(np.minimum(bar_lines(score), request.end))[:count] / SAMPLE_RATE
    density = np.array([len(group) for group in groups[:count]]) / seconds
    strength = np.array([np.mean([n.velocity for n in group]) if group else 0.0 for group in groups[:count]])
    with_density, with_strength = spearman(tension, density), spearman(tension, strength)
    # Pad and lead alone cannot get denser: there is no one to play.
    dense_enough = with_density >= 0.5 or "pulse" not in request.voices
    passed = dense_enough and with_strength >= 0.6
    return passed, f"tension with density {with_density:.2f} (0.5), with strength {with_strength:.2f} (0.6)"


def human_strength(request: CueRequest, score: CueScore) -> Result:
    """Velocities spread, and what each player adds to the tension's course hangs together from note to note."""
    velocities = 127 * np.array([note.velocity for note in notes_of(score)])
    if len(velocities) < FEWEST_NOTES:
        return True, "too few notes to tell"
    spread = float(velocities.std())
    own = [own_strength(request, score, notes) for notes in score.parts.values() if notes]
    shared = sum(float(off[1:] @ off[:-1]) for off in own)
    together = shared / max(1e-9, sum(float(off @ off) for off in own))
    few = len(velocities) < FEWEST_CORRELATED
    passed = 8 <= spread <= 22 and (few or 0.15 <= together <= 0.75)
    told = "too few notes to correlate" if few else f"correlation {together:.2f} (0.15 to 0.75)"
    return passed, f"velocity spread {spread:.1f} (8 to 22), {told}"


def repetition(_: CueRequest, score: CueScore) -> Result:
    """Bars resemble one another, but are not all the same."""
    patterns = [
        pattern for pattern in (pattern_of(score, bar) for bar in range(len(by_bar(score)))) if pattern.any()
    ]
    if len(patterns) < FEWEST_BARS:
        return True, "too few bars to tell"
    unit = np.array([pattern / np.linalg.norm(pattern) for pattern in patterns])
    alike = unit @ unit.T
    near = float(np.mean([alike[row, :row].max() > 0.98 for row in range(1, len(unit))]))
    mean = float(alike[np.triu_indices(len(unit), 1)].mean())
    return (
        near <= 0.55 and 0.30 <= mean <= 0.85,
        f"{near:.0%} near-repeats (up to 55 %), likeness of bars {mean:.2f}",
    )


def silence(request: CueRequest, score: CueScore) -> Result:
    """Music sounds in at least 60 % of the cue, and never stops for more than two bars unasked."""
    length = score.music.length
    sounding = np.zeros(length // 480 + 1, bool)
    for note in notes_of(score):
        sounding[max(0, note.start) // 480 : max(0, note.start + note.length) // 480 + 1] = True
    for start, end in request.silences:
        sounding[max(0, start - request.start) // 480 : max(0, end - request.start) // 480 + 1] = True
    quiet = 1.0 - float(sounding.mean())
    edges = np.flatnonzero(np.diff(np.concatenate([[1], sounding.astype(int), [1]])))
    longest = 480 * int(np.diff(edges)[::2].max(initial=0))
    bar = score.music.beats_per_bar * 60 * SAMPLE_RATE / score.music.bpm
    return quiet <= 0.40 and longest <= 2 * bar, f"silent {quiet:.0%}, longest gap {longest / bar:.1f} bars"
