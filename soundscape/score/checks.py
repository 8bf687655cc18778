"""What can be measured of a score, against ranges taken from corpora; no number here replaces listening.

Ranges: human performances (ASAP, 240 performances), chorales and score MIDI, just noticeable differences of tempo,
and the tolerances of `soundscape.score.anchors`. A check that has too little to measure says so and passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from soundscape.contract import Tone
from soundscape.model import SAMPLE_RATE, Note
from soundscape.score.anchors import EARLY_FRAMES, LATE_FRAMES
from soundscape.score.pitch import MODES, Key
from soundscape.score.request import CueRequest, CueScore, Statement, Voice
from soundscape.score.similarity import ABSENT, DISTINCT, HEARD, Melody, heard, likeness
from soundscape.score.transform import RECOGNISED

Array = npt.NDArray[np.float64]

FEWEST_BARS, FEWEST_NOTES = 8, 48
"""With less than this, shares and correlations say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found in one cue."""

    check: str
    cue: str
    passed: bool
    value: str
    """What was measured and what is accepted, for a person."""


def check_score(request: CueRequest, score: CueScore) -> tuple[Finding, ...]:
    """All checks that need no audio, in the order of `CHECKS`."""
    found = []
    for name, check in CHECKS.items():
        passed, value = check(request, score)
        found.append(Finding(check=name, cue=request.name, passed=passed, value=value))
    return tuple(found)


Result = tuple[bool, str]


# ---------------------------------------------------------------- picture


def hits_met(request: CueRequest, score: CueScore) -> Result:
    """Every strong hit has a note that is heard to begin at most a frame early and two late."""
    frame = SAMPLE_RATE / float(request.rate.fps)
    begun = _begun(request, score)
    strong = [hit.sample for hit in request.hits if hit.strength == "strong"]
    off = (
        [(begun[np.abs(begun - at).argmin()] - at) / frame for at in strong] if len(begun) else [99.0] * len(strong)
    )
    met = [-EARLY_FRAMES <= value <= LATE_FRAMES for value in off]
    return all(met), f"{sum(met)} of {len(met)} strong hits inside -1/+2 frames"


def tempo_steps(_: CueRequest, score: CueScore) -> Result:
    """No step of more than 6 % between neighbouring beats, away from section starts."""
    lengths = np.diff([beat.sample for beat in score.music.beats])
    opens = {hit.landed for hit in score.report.hits if hit.strength == "strong"}
    steps = np.abs(np.diff(np.log(lengths)))
    inside = [step for step, beat in zip(steps, score.music.beats[1:], strict=False) if beat.sample not in opens]
    largest = float(np.max(inside, initial=0.0))
    return largest <= 0.06, f"largest step away from hits {largest:.1%} (3 % is heard, 6 % allowed)"


def tempo_range(request: CueRequest, score: CueScore) -> Result:
    """The fastest beat at most 6 % faster than the slowest, unless the brief asks for more."""
    if request.brief.modulation or request.brief.ritardando:
        return True, "a change of tempo is asked for"
    lengths = np.diff([beat.sample for beat in score.music.beats])
    spread = float(lengths.max() / lengths.min() - 1.0)
    return spread <= 0.06, f"tempo range {spread:.1%} (6 % allowed)"


def downbeats(request: CueRequest, score: CueScore) -> Result:
    """Strong hits on downbeats, and few bars that are not of the home metre."""
    frame = SAMPLE_RATE / float(request.rate.fps)
    grid = np.array([beat.sample for beat in score.music.beats if beat.beat == 1])
    strong = [hit.sample for hit in request.hits if hit.strength == "strong"]
    off = [(grid[np.abs(grid - at).argmin()] - at) / frame for at in strong]
    on = sum(-EARLY_FRAMES <= value <= LATE_FRAMES for value in off)
    per_minute = 60 * SAMPLE_RATE * len(strong) / (request.end - request.start)
    # The shares are means over many cues: one or two odd bars are no fault, however short the cue.
    allowed = max(2.0, (0.06 if per_minute <= 5 else 0.12) * score.report.bars)
    passed = on == len(strong) and score.report.odd_bars <= allowed
    return passed, f"{on} of {len(strong)} on downbeats, {score.report.odd_bars} of {score.report.bars} bars odd"


# ---------------------------------------------------------------- motifs


def statements_heard(request: CueRequest, score: CueScore) -> Result:
    """A complete statement is recognised, and no other motif is at the same place."""
    weakest, strongest_other = 1.0, 0.0
    for statement in score.statements:
        if not statement.complete or statement.form not in RECOGNISED:
            continue
        melody = _melody(request, score, statement)
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
    total = sum(note.length for note in _notes(score))
    inside = sum(note.length for note in _notes(score) if round(note.pitch) % 12 in scale)
    share = inside / total if total else 1.0
    tension = float(np.mean(score.tension)) if score.tension else 0.0
    needed = float(np.interp(tension, (0.5, 0.8), (0.85, 0.60)))
    return share >= needed, f"{share:.0%} in {request.brief.tonality.name} ({needed:.0%} needed)"


def own_key(request: CueRequest, score: CueScore) -> Result:
    """Of 72 keys (twelve tonics, six modes) the cue's own is among the ten that fit best."""
    weights = np.zeros(12)
    for note in _notes(score):
        weights[round(note.pitch) % 12] += note.length
    if not weights.any():
        return True, "nothing sounds"
    keys = [Key(tonic, mode) for mode in list(MODES)[:6] for tonic in range(12)]
    own = request.brief.tonality
    fits = [float(np.corrcoef(weights, _profile(key))[0, 1]) for key in [own, *keys]]
    rank = 1 + sum(fit > fits[0] + 1e-9 for fit in fits[1:])
    calm = not score.tension or float(np.mean(score.tension)) < 0.5
    low = [min(round(n.pitch) for n in group) % 12 for group in _by_bar(score) if group]
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
        for group in _by_bar(score, role):
            span = max((n.pitch for n in group), default=0.0) - min((n.pitch for n in group), default=0.0)
            wide += len(group) > 1 and span > 0.9 * (voice.high - voice.low)
    return not outside and not wide, f"{outside} notes out of range, {wide} bars over 90 % of one"


def tension_followed(request: CueRequest, score: CueScore) -> Result:
    """Where tension moves, density and strength move with it."""
    groups = _by_bar(score)
    count = min(len(groups), len(score.tension))
    tension = np.array(score.tension[:count])
    if count < FEWEST_BARS or tension.std() < 0.1:
        return True, "tension hardly moves"
    seconds = np.diff([b.sample for b in score.music.beats if b.beat == 1])[:count] / SAMPLE_RATE
    density = np.array([len(group) for group in groups[:count]]) / seconds
    strength = np.array([np.mean([n.velocity for n in group]) if group else 0.0 for group in groups[:count]])
    with_density, with_strength = spearman(tension, density), spearman(tension, strength)
    # Pad and lead alone cannot get denser: there is no one to play.
    dense_enough = with_density >= 0.5 or "pulse" not in request.voices
    passed = dense_enough and with_strength >= 0.6
    return passed, f"tension with density {with_density:.2f} (0.5), with strength {with_strength:.2f} (0.6)"


def human_strength(_: CueRequest, score: CueScore) -> Result:
    """Velocities spread and hang together as players' do."""
    notes = sorted(_notes(score), key=lambda note: note.start)
    if len(notes) < FEWEST_NOTES:
        return True, "too few notes to tell"
    velocity = 127 * np.array([note.velocity for note in notes])
    spread = float(velocity.std())
    off = velocity - velocity.mean()
    together = float((off[1:] * off[:-1]).mean() / max(1e-9, float(off.var())))
    passed = 8 <= spread <= 22 and 0.15 <= together <= 0.75
    return passed, f"velocity spread {spread:.1f} (8 to 22), correlation {together:.2f} (0.15 to 0.75)"


def repetition(_: CueRequest, score: CueScore) -> Result:
    """Bars resemble one another, but are not all the same."""
    patterns = [
        pattern for pattern in (_pattern(score, bar) for bar in range(len(_by_bar(score)))) if pattern.any()
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
    for note in _notes(score):
        sounding[max(0, note.start) // 480 : max(0, note.start + note.length) // 480 + 1] = True
    for start, end in request.silences:
        sounding[max(0, start - request.start) // 480 : max(0, end - request.start) // 480 + 1] = True
    quiet = 1.0 - float(sounding.mean())
    edges = np.flatnonzero(np.diff(np.concatenate([[1], sounding.astype(int), [1]])))
    longest = 480 * int(np.diff(edges)[::2].max(initial=0))
    bar = score.music.beats_per_bar * 60 * SAMPLE_RATE / score.music.bpm
    return quiet <= 0.40 and longest <= 2 * bar, f"silent {quiet:.0%}, longest gap {longest / bar:.1f} bars"


CHECKS: dict[str, Callable[[CueRequest, CueScore], Result]] = {
    "hits met": hits_met,
    "tempo steps": tempo_steps,
    "tempo range": tempo_range,
    "downbeats": downbeats,
    "statements heard": statements_heard,
    "motifs distinct": motifs_distinct,
    "in mode": in_mode,
    "own key": own_key,
    "parallels": parallels,
    "ranges kept": ranges_kept,
    "tension followed": tension_followed,
    "human strength": human_strength,
    "repetition": repetition,
    "silence": silence,
}
"""The checks by name; the fifteenth, masking of speech, needs audio: `soundscape.score.masking`."""


# ---------------------------------------------------------------- helpers


def spearman(first: Array, second: Array) -> float:
    """Rank correlation; ties share their mean rank."""

    def ranks(values: Array) -> Array:
        _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
        ends: Array = np.cumsum(counts) - (counts - 1) / 2
        return ends[inverse]

    one, two = ranks(first), ranks(second)
    if one.std() == 0 or two.std() == 0:
        return 0.0
    return float(np.corrcoef(one, two)[0, 1])


def _notes(score: CueScore) -> list[Note]:
    return [note for notes in score.parts.values() for note in notes]


def _begun(request: CueRequest, score: CueScore) -> Array:
    """Samples of the programme at which notes are heard to begin."""
    return np.array(
        sorted(
            _heard_at(request.voices[role], score, note) for role, notes in score.parts.items() for note in notes
        )
    )


def _heard_at(voice: Voice, score: CueScore, note: Note) -> float:
    """Sample of the programme at which a note is heard to begin."""
    tone = Tone(pitch=note.pitch, length_s=note.length / SAMPLE_RATE, velocity=note.velocity)
    return score.music.at + note.start + voice.onset_s(tone) * SAMPLE_RATE


def _by_bar(score: CueScore, role: str = "") -> list[list[Note]]:
    """The notes that begin in each bar, with 20 ms of grace for unevenness."""
    downs = np.array([beat.sample for beat in score.music.beats if beat.beat == 1]) - score.music.at
    groups: list[list[Note]] = [[] for _ in range(max(0, len(downs) - 1))]
    chosen: Iterable[Note] = score.parts.get(role, ()) if role else _notes(score)
    for note in chosen:
        index = int(np.searchsorted(downs, note.start + 960, side="right")) - 1
        if 0 <= index < len(groups):
            groups[index].append(note)
    return groups


def _pattern(score: CueScore, bar: int) -> Array:
    """A bar as 16 places in time and 12 pitch classes."""
    downs = [beat.sample - score.music.at for beat in score.music.beats if beat.beat == 1]
    start, length = downs[bar], downs[bar + 1] - downs[bar]
    rhythm, tones = np.zeros(16), np.zeros(12)
    for note in _by_bar(score)[bar]:
        rhythm[min(15, max(0, round(16 * (note.start - start) / length)))] += 1.0
        tones[round(note.pitch) % 12] += 1.0
    return np.concatenate([part / max(1e-9, float(np.linalg.norm(part))) for part in (rhythm, tones)])


def _melody(request: CueRequest, score: CueScore, statement: Statement) -> Melody:
    """What the statement's role is heard to play while it lasts, in beats; of notes that begin together the highest."""
    samples = [beat.sample for beat in score.music.beats]
    notes: Sequence[Note] = sorted(score.parts.get(statement.role, ()), key=lambda note: (note.start, -note.pitch))
    line: list[tuple[float, float]] = []
    for note in notes:
        at = _heard_at(request.voices[statement.role], score, note)
        if statement.start - 2_400 <= at < statement.end:
            beat = float(np.interp(at, samples, np.arange(len(samples))))
            if not line or beat > line[-1][0] + 0.08:
                line.append((beat, note.pitch))
    return Melody(tuple(beat for beat, _ in line), tuple(pitch for _, pitch in line))


def _profile(key: Key) -> Array:
    """How much of each pitch class a piece in this key is expected to have."""
    profile = np.zeros(12)
    for step, weight in zip(key.steps, (2.0, 1.0, 1.3, 1.0, 1.6, 1.0, 1.0), strict=True):
        profile[(key.tonic + step) % 12] = weight
    return profile
