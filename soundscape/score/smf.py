"""Standard MIDI files, guarded: the header and the chunks are read here, the events by mido.

mido alone takes an SMPTE division for ticks per beat and reports a wrong length without an error, and stops at
foreign chunks. So the 14 bytes of the header are read first, foreign chunks are left out, and what cannot be
timed in beats is refused. Source: The Complete MIDI 1.0 Detailed Specification, Standard MIDI Files 1.0.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soundscape.errors import ScoreError

_EXPORT = "export the motif again as a type 0 or 1 MIDI file"


@dataclass(frozen=True, slots=True, kw_only=True)
class MidiNote:
    """A note of a file, in beats (quarter notes) from the start of its track."""

    start: float
    length: float
    pitch: int
    velocity: int
    """1 to 127."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MidiTrack:
    """The notes of the first track that has any, with the metre and key that hold at the start of the file."""

    notes: tuple[MidiNote, ...]
    beats_per_bar: float
    key: str
    """As MIDI writes it, such as `Dm` or `F#`; empty when the file names none."""


def read_melody(path: Path) -> MidiTrack:
    """The notes of the first track of a MIDI file that has any; drums (channel 10) are left out.

    Raises
    ------
    ScoreError
        For a file that is missing, empty, no MIDI file, truncated, timed in SMPTE frames, broken or without notes.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ScoreError(f"cannot be read: {error.strerror or error}", path=path) from error
    try:
        division, chunks = _chunks(data)
        tracks = [_events(chunk, division) for chunk in chunks]
    except ScoreError as error:
        raise error.at(path=path) from None
    meta = [message for track in tracks for _, message in track if message.is_meta]
    metre = next((m for m in meta if m.type == "time_signature"), None)
    key = next((m.key for m in meta if m.type == "key_signature"), "")
    for track in tracks:
        notes = _notes(track, division)
        if notes:
            return MidiTrack(
                notes=notes,
                beats_per_bar=metre.numerator * 4 / metre.denominator if metre else 4.0,
                key=key,
            )
    raise ScoreError("holds no notes; a motif needs at least two", path=path)


def _chunks(data: bytes) -> tuple[int, list[bytes]]:
    """Ticks per beat, and the bytes of every track chunk."""
    if data[:4] != b"MThd":
        what = "is empty" if not data else "is not a MIDI file (it does not begin with MThd)"
        raise ScoreError(f"{what}; {_EXPORT}")
    if len(data) < 14:
        raise ScoreError(f"is truncated inside its header; {_EXPORT}")
    size = int.from_bytes(data[4:8], "big")
    form = int.from_bytes(data[8:10], "big")
    division = int.from_bytes(data[12:14], "big")
    if form > 2 or size < 6:
        raise ScoreError(f"has MIDI format {form} and a header of {size} bytes; allowed: format 0, 1 or 2")
    if division & 0x8000:
        raise ScoreError(
            f"is timed in SMPTE frames ({256 - (division >> 8)} a second), not in beats; "
            "export the motif again with ticks per quarter note"
        )
    if division == 0:
        raise ScoreError(f"has 0 ticks per quarter note; {_EXPORT}")
    tracks, position = [], 8 + size
    while position + 8 <= len(data):
        name, length = data[position : position + 4], int.from_bytes(data[position + 4 : position + 8], "big")
        if not (name.isascii() and name.decode("ascii").isprintable()):
            break  # trailing bytes, not a chunk
        body = data[position + 8 : position + 8 + length]
        if len(body) < length:
            raise ScoreError(f"is truncated: a track promises {length} bytes and holds {len(body)}; {_EXPORT}")
        if name == b"MTrk":
            tracks.append(body)
        position += 8 + length
    if not tracks:
        raise ScoreError(f"holds no tracks; {_EXPORT}")
    return division, tracks


def _events(body: bytes, division: int) -> list[tuple[int, Any]]:
    """The events of a track as (tick, message)."""
    import mido

    header = b"MThd" + (6).to_bytes(4, "big") + (0).to_bytes(2, "big") + (1).to_bytes(2, "big")
    body = _with_every_status(body)
    track = b"MTrk" + len(body).to_bytes(4, "big") + body
    try:
        messages = mido.MidiFile(file=io.BytesIO(header + division.to_bytes(2, "big") + track), clip=True).tracks[0]
    except Exception as error:  # mido raises EOFError, OSError, KeyError, ValueError ... for broken events
        raise ScoreError(f"has a broken track ({str(error) or type(error).__name__}); {_EXPORT}") from error
    tick, events = 0, []
    for message in messages:
        tick += message.time
        events.append((tick, message))
    return events


def _with_every_status(body: bytes) -> bytes:
    """The same events without running status, which some writers carry on across meta and system events.

    What is cut short or undefined is left to be refused as it stands.
    """
    out, position, status = bytearray(), 0, 0
    try:
        while position < len(body):
            begin, position = position, _after_number(body, position)
            out += body[begin:position]
            begin, first = position, body[position]
            if first == 0xFF:
                position = _after_data(body, position + 2)
            elif first in (0xF0, 0xF7):
                position = _after_data(body, position + 1)
            elif first > 0xF0 or not (status or first & 0x80):
                return body
            else:
                if first & 0x80:
                    status, position = first, position + 1
                begin = position
                out.append(status)
                position += 1 if status >> 4 in (0xC, 0xD) else 2
            out += body[begin:position]
    except IndexError:
        return body
    return bytes(out)


def _after_number(body: bytes, position: int) -> int:
    """The position after a number of variable length."""
    while body[position] & 0x80:
        position += 1
    return position + 1


def _after_data(body: bytes, position: int) -> int:
    """The position after a length and as many bytes."""
    begin, position = position, _after_number(body, position)
    length = 0
    for byte in body[begin:position]:
        length = length << 7 | byte & 0x7F
    return position + length


def _notes(events: list[tuple[int, Any]], division: int) -> tuple[MidiNote, ...]:
    """Pairs of note-on and note-off; a note that is never released ends with its track, after a beat at least."""
    open_notes: dict[tuple[int, int], tuple[int, int]] = {}
    notes = []

    def close(key: tuple[int, int], end: int) -> None:
        start, velocity = open_notes.pop(key)
        length = max(end - start, 1) / division
        notes.append(MidiNote(start=start / division, length=length, pitch=key[1], velocity=velocity))

    for tick, message in events:
        if message.type not in ("note_on", "note_off") or message.channel == 9:
            continue
        key = (message.channel, message.note)
        if key in open_notes:
            close(key, tick)
        if message.type == "note_on" and message.velocity:
            open_notes[key] = (tick, message.velocity)
    for key, (start, _) in list(open_notes.items()):
        close(key, max(events[-1][0], start + division))
    return tuple(sorted(notes, key=lambda note: (note.start, -note.pitch)))
