"""The score for a human reader: MusicXML 4.0, partwise, a part for every instrument.

The cues of the film follow one another, each with its name, timecode, key and tempo, chord symbols above the first
part, and what the music meets. Notes stand where they are written, not where players place them. Source: the
MusicXML 4.0 specification of the W3C Music Notation Community Group.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from soundscape.model import SAMPLE_RATE, MusicBar, MusicCue, Note, Plan, Sound
from soundscape.score.pitch import PARENTS, Key
from soundscape.timecode import frame_to_timecode, seconds_to_frame

DIVISIONS = 24
"""Parts of a quarter note: thirty-seconds and triplets of sixteenths are whole numbers of them."""
VALUES = {
    96: ("whole", 0, False),
    72: ("half", 1, False),
    48: ("half", 0, False),
    36: ("quarter", 1, False),
    24: ("quarter", 0, False),
    18: ("eighth", 1, False),
    12: ("eighth", 0, False),
    9: ("16th", 1, False),
    6: ("16th", 0, False),
    3: ("32nd", 0, False),
    16: ("quarter", 0, True),
    8: ("eighth", 0, True),
    4: ("16th", 0, True),
}
"""Duration → note value, dots, and whether it is one of a triplet."""
SHORTEST = 3
BASS_CLEF_BELOW = 55
STEADY = 0.005
"""Relative change of tempo that is written."""
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<!DOCTYPE score-partwise PUBLIC '
    '"-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">\n'
)


@dataclass(frozen=True, slots=True)
class _Event:
    """A chord: start and length in divisions from the beginning of its cue or bar."""

    start: int
    length: int
    pitches: tuple[int, ...]
    begins: bool = True
    """Whether it is struck here, or tied over from before."""
    ends: bool = True


def musicxml(plan: Plan) -> bytes:
    """The music of a plan as a MusicXML file."""
    players = [sound for sound in plan.sounds if sound.kind == "instruments" and sound.cue]
    names = list(dict.fromkeys(sound.preset for sound in players)) or ["no music"]
    root = Element("score-partwise", version="4.0")
    SubElement(SubElement(root, "work"), "work-title").text = plan.title
    listed = SubElement(root, "part-list")
    for index, name in enumerate(names, 1):
        entry = SubElement(listed, "score-part", id=f"P{index}")
        SubElement(entry, "part-name").text = name.replace("-", " ").capitalize()
    for index, name in enumerate(names, 1):
        own = [sound for sound in players if sound.preset == name]
        part = SubElement(root, "part", id=f"P{index}")
        number = 0
        for cue in plan.music:
            notes = [note for sound in own if sound.cue == cue.name for note in sound.notes if note.beats > 0]
            for measure in _measures(cue, notes, plan, first=index == 1, clef=_clef(own)):
                number += 1
                measure.set("number", str(number))
                part.append(measure)
        if not plan.music:
            part.append(_empty())
    indent(root, " ")
    return (_HEAD + tostring(root, encoding="unicode") + "\n").encode()


def _empty() -> Element:
    measure = Element("measure", number="1")
    SubElement(SubElement(measure, "attributes"), "divisions").text = str(DIVISIONS)
    _rest(measure, 4 * DIVISIONS, 1, whole=True)
    return measure


def _clef(sounds: Sequence[Sound]) -> tuple[str, str]:
    pitches = sorted(note.pitch for sound in sounds for note in sound.notes)
    return ("F", "4") if pitches and pitches[len(pitches) // 2] < BASS_CLEF_BELOW else ("G", "2")


def _measures(
    cue: MusicCue, notes: Sequence[Note], plan: Plan, *, first: bool, clef: tuple[str, str]
) -> Iterator[Element]:
    """The bars of a cue in one part."""
    key = Key.parse(cue.key, cue.mode)
    voices = _voices(notes)
    at, length, pace = 0, 0, 0.0
    for bar in cue.bars:
        measure = Element("measure")
        if not at and cue.beats[0].beat != 1:
            measure.set("implicit", "yes")  # a pick-up
        span = round(bar.beats * DIVISIONS)
        attributes = Element("attributes")
        SubElement(attributes, "divisions").text = str(DIVISIONS)
        if not at:
            SubElement(SubElement(attributes, "key"), "fifths").text = str(fifths(key))
        if span != length:
            metre = SubElement(attributes, "time")
            beats, unit = (span // DIVISIONS, 4) if span % DIVISIONS == 0 else (2 * span // DIVISIONS, 8)
            SubElement(metre, "beats").text, SubElement(metre, "beat-type").text = str(beats), str(unit)
        if not at:
            sign = SubElement(attributes, "clef")
            SubElement(sign, "sign").text, SubElement(sign, "line").text = clef
        if len(attributes) > 1:
            measure.append(attributes)
        if first:
            pace = _directions(measure, cue, bar, plan, pace, opens=not at)
            _chord_symbol(measure, bar.chord, key)
        _fill(measure, [_cut(voice, at, at + span) for voice in voices], span, key)
        yield measure
        at, length = at + span, span


# ---------------------------------------------------------------- above the staff


def _directions(measure: Element, cue: MusicCue, bar: MusicBar, plan: Plan, pace: float, *, opens: bool) -> float:
    """Cue, tempo, sections, hits and fermatas of a bar; returns the tempo that holds at its end."""
    beats = [beat for beat in cue.beats if beat.bar == bar.number]
    after = next((beat.sample for beat in cue.beats if beat.bar > bar.number), beats[-1].sample)
    samples = [*(beat.sample for beat in beats), after]
    paces = [
        60.0 * SAMPLE_RATE * beat.share / (end - start)
        for beat, start, end in zip(beats, samples, samples[1:], strict=False)
        if not beat.held and end > start
    ]
    if opens:
        timecode = frame_to_timecode(plan.start + seconds_to_frame(cue.at / SAMPLE_RATE, plan.rate), plan.rate)
        _words(measure, f"{cue.name}  {timecode}", tag="rehearsal")
    if paces and abs(paces[0] / pace - 1.0 if pace else 1.0) > STEADY:
        pace = paces[0]
        direction = SubElement(measure, "direction", placement="above")
        mark = SubElement(SubElement(direction, "direction-type"), "metronome")
        SubElement(mark, "beat-unit").text = "quarter"
        SubElement(mark, "per-minute").text = f"{pace:.1f}"
        SubElement(direction, "sound", tempo=f"{pace:.3f}")
    for hit in cue.hits:
        if hit.strength == "strong" and hit.bar == bar.number:
            _words(measure, f"HIT {hit.label}".strip())
    if any(beat.held for beat in beats):
        _words(measure, "fermata on the last beat")
    return pace


def _words(measure: Element, text: str, *, tag: str = "words") -> None:
    direction = SubElement(measure, "direction", placement="above")
    SubElement(SubElement(direction, "direction-type"), tag).text = text


def _chord_symbol(measure: Element, name: str, key: Key) -> None:
    if not name:
        return
    minor = name.endswith("m")
    harmony = SubElement(measure, "harmony")
    root = SubElement(harmony, "root")
    step, alter = spelled(Key.parse(name.removesuffix("m"), "ionian").tonic, key)
    SubElement(root, "root-step").text = step
    if alter:
        SubElement(root, "root-alter").text = str(alter)
    SubElement(harmony, "kind").text = "minor" if minor else "major"


# ---------------------------------------------------------------- notes


def _voices(notes: Sequence[Note]) -> list[list[_Event]]:
    """Chords in as many voices as overlap, the highest first."""
    placed = sorted(
        (round(note.beat * DIVISIONS), max(SHORTEST, round(note.beats * DIVISIONS)), round(note.pitch))
        for note in notes
    )
    chords = [
        _Event(start, length, tuple(sorted({pitch for _, _, pitch in group})))
        for (start, length), group in groupby(placed, key=lambda item: item[:2])
    ]
    voices: list[list[_Event]] = []
    for chord in sorted(chords, key=lambda chord: (chord.start, -chord.pitches[-1])):
        free = next((voice for voice in voices if voice[-1].start + voice[-1].length <= chord.start), None)
        if free is None:
            voices.append([chord])
        else:
            free.append(chord)
    return voices or [[]]


def _cut(voice: Sequence[_Event], start: int, end: int) -> list[_Event]:
    """The part of a voice inside a bar, counted from its beginning."""
    return [
        _Event(
            max(event.start, start) - start,
            min(event.start + event.length, end) - max(event.start, start),
            event.pitches,
            begins=event.start >= start,
            ends=event.start + event.length <= end,
        )
        for event in voice
        if event.start < end and event.start + event.length > start
    ]


def _fill(measure: Element, voices: Sequence[Sequence[_Event]], span: int, key: Key) -> None:
    """The notes of a bar, voice after voice, each of its whole length."""
    sounding = [(number, voice) for number, voice in enumerate(voices, 1) if voice] or [(1, [])]
    for number, voice in sounding:
        if number > sounding[0][0]:
            SubElement(SubElement(measure, "backup"), "duration").text = str(span)
        at = 0
        for event in voice:
            _rest(measure, event.start - at, number)
            _chord(measure, event, number, key)
            at = event.start + event.length
        _rest(measure, span - at, number, whole=not voice)


def _rest(measure: Element, length: int, voice: int, *, whole: bool = False) -> None:
    if whole:
        note = SubElement(measure, "note")
        SubElement(note, "rest", measure="yes")
        SubElement(note, "duration").text = str(length)
        SubElement(note, "voice").text = str(voice)
        return
    for value in split(length):
        note = SubElement(measure, "note")
        SubElement(note, "rest")
        _value(note, value, voice)


def _chord(measure: Element, event: _Event, voice: int, key: Key) -> None:
    values = split(event.length)
    for index, value in enumerate(values):
        tied = not (event.begins and index == 0), not (event.ends and index + 1 == len(values))
        for place, pitch in enumerate(event.pitches):
            note = SubElement(measure, "note")
            if place:
                SubElement(note, "chord")
            step, alter = spelled(pitch % 12, key)
            element = SubElement(note, "pitch")
            SubElement(element, "step").text = step
            if alter:
                SubElement(element, "alter").text = str(alter)
            SubElement(element, "octave").text = str((pitch - alter) // 12 - 1)
            _value(note, value, voice, tied=tied)


def _value(note: Element, value: int, voice: int, *, tied: tuple[bool, bool] = (False, False)) -> None:
    """Duration, ties, voice and note value, in the order that the schema wants."""
    kinds = [kind for kind, on in zip(("stop", "start"), tied, strict=True) if on]
    SubElement(note, "duration").text = str(value)
    for kind in kinds:
        SubElement(note, "tie", type=kind)
    SubElement(note, "voice").text = str(voice)
    if value in VALUES:
        name, dots, triplet = VALUES[value]
        SubElement(note, "type").text = name
        for _ in range(dots):
            SubElement(note, "dot")
        if triplet:
            modification = SubElement(note, "time-modification")
            SubElement(modification, "actual-notes").text = "3"
            SubElement(modification, "normal-notes").text = "2"
    if kinds:
        notations = SubElement(note, "notations")
        for kind in kinds:
            SubElement(notations, "tied", type=kind)


@lru_cache(maxsize=4096)
def split(length: int) -> tuple[int, ...]:
    """A duration as the fewest note values, the longest first; one that has none stands alone."""
    best: dict[int, tuple[int, ...]] = {0: ()}
    for total in range(1, length + 1):
        ways = [(*best[total - value], value) for value in VALUES if total - value in best]
        if ways:
            best[total] = min(ways, key=_clumsiness)
    return tuple(sorted(best[length], reverse=True)) if length in best else (length,)


def _clumsiness(values: tuple[int, ...]) -> tuple[int, bool, int]:
    """Few values, no dots beside triplets, and long ones first."""
    dots, triplets = (any(VALUES[value][at] for value in values) for at in (1, 2))
    return len(values), dots and triplets, -max(values)


def fifths(key: Key) -> int:
    """Sharps (or, below 0, flats) of the signature whose scale a key uses."""
    parent = (key.tonic - PARENTS[key.mode]) % 12
    sharps = parent * 7 % 12
    return sharps if sharps <= 6 else sharps - 12


def spelled(pitch_class: int, key: Key) -> tuple[str, int]:
    """Letter and alteration of a pitch class, as near to the key on the circle of fifths as can be."""
    first = fifths(key) - 4
    place = next(at for at in range(first, first + 12) if 7 * at % 12 == pitch_class)
    return "FCGDAEB"[(place + 1) % 7], (place + 1) // 7
