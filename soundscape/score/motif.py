"""Motifs: the themes of a film, kept as scale degrees and beats so that they can change key, mode and pace."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from soundscape.errors import ScoreError
from soundscape.score.pitch import MODES, Key, mode_name
from soundscape.score.smf import MidiNote, MidiTrack, read_melody

MAX_NOTES = 64
"""A leitmotif that returns is a head of four to eight notes; a whole piece is no motif."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MotifNote:
    """One note of a motif."""

    degree: int
    """Scale steps from the tonic: 0 tonic, 7 an octave above."""
    beat: float
    """Beats (quarter notes) from the downbeat of the motif; negative for a pick-up."""
    length: float
    """Beats."""
    alteration: int = 0
    """Semitones off the scale."""
    accent: float = 0.0
    """-1 to 1: softer or louder than its neighbours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Motif:
    """A theme that belongs to someone or something.

    Raises
    ------
    ScoreError
        When it has fewer than two notes, more than `MAX_NOTES`, or notes that overlap.
    """

    name: str
    owners: tuple[str, ...]
    notes: tuple[MotifNote, ...]
    home: Key = field(default_factory=lambda: Key(0, "ionian"))
    """The key it was written in; `home.mode` is the mode of its plain form."""

    def __post_init__(self) -> None:
        if not 2 <= len(self.notes) <= MAX_NOTES:
            raise ScoreError(
                f'motif "{self.name}" has {len(self.notes)} note{"s" * (len(self.notes) != 1)}; '
                f"allowed: 2 to {MAX_NOTES}; a motif is the head of a theme, not the piece"
            )
        for note, after in zip(self.notes, self.notes[1:], strict=False):
            if after.beat < note.beat + note.length - 1e-6:
                raise ScoreError(f'motif "{self.name}" has two notes at once near beat {after.beat:g}')

    @property
    def pickup(self) -> float:
        """Beats before its downbeat."""
        return max(0.0, -self.notes[0].beat)

    @property
    def beats(self) -> float:
        """Beats from its downbeat to the end of its last note."""
        return self.notes[-1].beat + self.notes[-1].length

    def pitches(self, key: Key) -> tuple[int, ...]:
        """MIDI pitches in a key: the same degrees in its scale."""
        return tuple(key.pitch(note.degree, note.alteration) for note in self.moved(key).notes)

    def moved(self, key: Key) -> Motif:
        """The same motif at home in another key, without the alterations that its mode makes by itself."""
        notes = tuple(
            replace(note, alteration=key.alteration(note.degree, note.alteration, self.home)) for note in self.notes
        )
        return replace(self, notes=notes, home=key)


def load_motif(path: Path, *, name: str, owners: tuple[str, ...] = (), mode: str = "") -> Motif:
    """A motif from a MIDI file: the upper line of the first track that has notes; `mode` is its mode, where known.

    The key is the file's key signature, or the mode of its scale on whose tonic the melody rests, or without one
    the major or minor key that holds most of the notes. Notes that begin in the second half of the first bar are a
    pick-up.

    Raises
    ------
    ScoreError
        When the file is no MIDI file that is timed in beats, or holds no melody of 2 to 64 notes.
    """
    track = read_melody(path)
    line = _upper_line(track.notes)
    key = _key_of(track, line, mode_name(mode) if mode else "")
    first = line[0].start
    bar = track.beats_per_bar
    downbeat = bar * (first // bar)
    if first - downbeat >= bar / 2:
        downbeat += bar
    mean = sum(note.velocity for note in line) / len(line)
    octave = 7 * (key.degree(min(note.pitch for note in line))[0] // 7)
    notes = []
    for note, after in zip(line, [*line[1:], line[-1]], strict=True):
        degree, alteration = key.degree(note.pitch)
        if alteration and after.pitch < note.pitch and key.degree(note.pitch + 1)[1] == 0:
            degree, alteration = degree + 1, -1  # what falls is a flattened note, what rises a sharpened one
        notes.append(
            MotifNote(
                degree=degree - octave,
                alteration=alteration,
                beat=round(note.start - downbeat, 4),
                length=round(note.length, 4),
                accent=max(-1.0, min(1.0, (note.velocity - mean) / 32)),
            )
        )
    try:
        return Motif(name=name, owners=owners, notes=tuple(notes), home=key)
    except ScoreError as error:
        raise error.at(path=path) from None


def _upper_line(notes: tuple[MidiNote, ...]) -> list[MidiNote]:
    """The highest note of each onset, each ending where the next begins at the latest."""
    line: list[MidiNote] = []
    for note in notes:
        if line and note.start < line[-1].start + 1e-3:
            continue  # sorted by pitch within an onset: the first is the highest
        line.append(note)
    return [
        note if following is None or note.start + note.length <= following.start else _until(note, following.start)
        for note, following in zip(line, [*line[1:], None], strict=True)
    ]


def _until(note: MidiNote, end: float) -> MidiNote:
    return MidiNote(start=note.start, length=end - note.start, pitch=note.pitch, velocity=note.velocity)


def _key_of(track: MidiTrack, line: list[MidiNote], mode: str) -> Key:
    """The key the file names, or the one that holds most notes; a tie goes to the last note as tonic.

    A signature names a scale rather than a tonic: a motif in D dorian is written with that of A minor. So the mode
    that is asked for is looked for in its scale, and without one the mode on whose tonic the melody both begins and
    ends, unless that belongs to the tonic triad as well, on whose fifth many a melody rests.
    """
    if track.key:
        minor = track.key.endswith("m")
        key = Key.parse(track.key.removesuffix("m"), "aeolian" if minor else "ionian")
        scale = [Key(tonic, name) for name in MODES for tonic in range(12)]
        scale = [other for other in scale if other.pitch_classes() == key.pitch_classes()]
        triad = {(key.tonic + key.steps[step]) % 12 for step in (0, 2, 4)}
        rest = {line[0].pitch % 12, line[-1].pitch % 12}
        found = [other for other in scale if (other.mode == mode if mode else rest == {other.tonic} - triad)]
        return found[0] if found else key

    def fit(key: Key) -> tuple[float, bool, bool, bool]:
        classes = key.pitch_classes()
        inside = sum(note.length for note in line if note.pitch % 12 in classes)
        tonic = key.tonic
        return inside, line[-1].pitch % 12 == tonic, line[0].pitch % 12 == tonic, (tonic + 4) % 12 in classes

    modes = (mode,) if mode else ("ionian", "aeolian")
    return max((Key(tonic, name) for name in modes for tonic in range(12)), key=fit)
