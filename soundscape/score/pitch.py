"""Keys and modes: scale degrees to MIDI pitches and back.

A degree counts scale steps from the tonic: 0 is the tonic, 7 the octave above it, -1 the step below it. An
alteration moves a degree by semitones. Melodies kept as degrees change mode and key without being rewritten.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from soundscape.errors import ScoreError

MODES: dict[str, tuple[int, ...]] = {
    "ionian": (0, 2, 4, 5, 7, 9, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "aeolian": (0, 2, 3, 5, 7, 8, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
    "harmonic-minor": (0, 2, 3, 5, 7, 8, 11),
}
"""Semitones above the tonic of the seven degrees of each mode."""

_OTHER = {
    "ionian": "aeolian",
    "dorian": "mixolydian",
    "phrygian": "lydian",
    "lydian": "phrygian",
    "mixolydian": "dorian",
    "aeolian": "ionian",
    "locrian": "lydian",
    "harmonic-minor": "ionian",
}
PARENTS = {
    "ionian": 0,
    "dorian": 2,
    "phrygian": 4,
    "lydian": 5,
    "mixolydian": 7,
    "aeolian": 9,
    "locrian": 11,
    "harmonic-minor": 9,
}
"""Semitones from the major key of a signature to the tonic of a mode that uses it."""
_ALIASES = {"major": "ionian", "minor": "aeolian"}
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SIGNS = {"#": 1, "♯": 1, "b": -1, "♭": -1}
_SHARP_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


def pitch_class(name: str) -> int:
    """Pitch class 0..11 of a note name such as `D`, `F#` or `Bb`.

    Raises
    ------
    ScoreError
        When it is no note name.
    """
    text = name.strip()
    letter = text[:1].upper()
    if letter not in _LETTERS or any(sign not in _SIGNS for sign in text[1:]):
        raise ScoreError(f'"{name}" is not a key; allowed: a letter A to G, then # or b, such as D, F# or Bb')
    return (_LETTERS[letter] + sum(_SIGNS[sign] for sign in text[1:])) % 12


def mode_name(name: str) -> str:
    """The name in `MODES` of a mode as a person writes it; `major` and `minor` are understood.

    Raises
    ------
    ScoreError
        When there is no such mode.
    """
    text = name.strip().lower().replace("_", "-").replace(" ", "-")
    text = _ALIASES.get(text, text)
    if text not in MODES:
        near = difflib.get_close_matches(text, MODES, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; allowed: {', '.join(MODES)}, major, minor"
        raise ScoreError(f'"{name}" is not a mode{hint}')
    return text


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic (pitch class 0..11) and a mode of `MODES`."""

    tonic: int
    mode: str

    @classmethod
    def parse(cls, key: str, mode: str) -> Key:
        """The key of names such as `D` and `phrygian`."""
        return cls(pitch_class(key), mode_name(mode))

    @property
    def steps(self) -> tuple[int, ...]:
        """Semitones above the tonic of the seven degrees."""
        return MODES[self.mode]

    @property
    def name(self) -> str:
        """The key for a person: `D phrygian`."""
        return f"{_SHARP_NAMES[self.tonic]} {self.mode}"

    def interchanged(self) -> Key:
        """The same tonic in the mode of the other third: major for minor, lydian for phrygian."""
        return Key(self.tonic, _OTHER[self.mode])

    def pitch_classes(self) -> frozenset[int]:
        """The seven pitch classes of the scale."""
        return frozenset((self.tonic + step) % 12 for step in self.steps)

    def pitch(self, degree: int, alteration: int = 0) -> int:
        """MIDI pitch of a degree counted from the tonic in 60..71."""
        octave, step = divmod(degree, 7)
        return 60 + self.tonic + 12 * octave + self.steps[step] + alteration

    def alteration(self, degree: int, alteration: int, home: Key) -> int:
        """What is left of an alteration of a degree at `home`: a flattened second is phrygian's own second."""
        step = degree % 7
        moved = self.steps[step] - home.steps[step]
        if alteration < 0:
            return min(0, alteration - min(0, moved))
        return max(0, alteration - max(0, moved))

    def degree(self, pitch: int) -> tuple[int, int]:
        """Degree and alteration of a MIDI pitch; a note outside the scale is the degree below it, raised."""
        octave, semitone = divmod(pitch - 60 - self.tonic, 12)
        step = max(index for index, above in enumerate(self.steps) if above <= semitone)
        return 7 * octave + step, semitone - self.steps[step]
