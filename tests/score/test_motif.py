"""Motifs from MIDI: what is read, and every kind of file that is refused with one line."""

from __future__ import annotations

import io
from pathlib import Path

import mido
import pytest

from soundscape.errors import ScoreError
from soundscape.score.motif import Motif, MotifNote, load_motif
from soundscape.score.pitch import Key

LINE = [(62, 1.0), (69, 1.5), (70, 0.5), (67, 1.0), (74, 2.0)]


def midi(
    line: list[tuple[int, float]],
    *,
    rest: float = 0.0,
    key: str = "",
    metre: tuple[int, int] = (4, 4),
    form: int = 1,
    division: int = 480,
    empty_first: bool = True,
    velocities: tuple[int, ...] = (),
) -> bytes:
    file = mido.MidiFile(type=form, ticks_per_beat=division)
    head = mido.MidiTrack()
    head.append(mido.MetaMessage("time_signature", numerator=metre[0], denominator=metre[1]))
    if key:
        head.append(mido.MetaMessage("key_signature", key=key))
    track = head
    if form and empty_first:
        file.tracks.append(head)
        track = mido.MidiTrack()
    file.tracks.append(track)
    wait = round(rest * division)
    for index, (pitch, beats) in enumerate(line):
        velocity = velocities[index] if velocities else 80
        track.append(mido.Message("note_on", note=pitch, velocity=velocity, time=wait))
        track.append(mido.Message("note_off", note=pitch, time=round(beats * division)))
        wait = 0
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


@pytest.fixture
def write(tmp_path: Path):  # type: ignore[no-untyped-def]
    def writer(data: bytes, name: str = "hero.mid") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return writer


@pytest.mark.parametrize("form", [0, 1])
def test_pitches_and_rhythm_come_back_in_the_key_they_were_written_in(write, form: int) -> None:  # type: ignore[no-untyped-def]
    motif = load_motif(write(midi(LINE, key="Dm", form=form)), name="hero", owners=("MIRA",))
    assert motif.home == Key(2, "aeolian")
    low = motif.pitches(motif.home)[0]
    assert [pitch - low for pitch in motif.pitches(motif.home)] == [0, 7, 8, 5, 12]
    assert [note.beat for note in motif.notes] == [0.0, 1.0, 2.5, 3.0, 4.0]
    assert [note.length for note in motif.notes] == [1.0, 1.5, 0.5, 1.0, 2.0]


def test_another_mode_keeps_the_degrees(write) -> None:  # type: ignore[no-untyped-def]
    motif = load_motif(write(midi([(60, 1), (64, 1), (67, 1)], key="C")), name="m")
    pitches = motif.pitches(Key.parse("D", "phrygian"))
    assert [pitch - pitches[0] for pitch in pitches] == [0, 3, 7]


def test_without_a_signature_the_key_is_the_one_that_holds_the_notes(write) -> None:  # type: ignore[no-untyped-def]
    motif = load_motif(write(midi([(67, 1), (71, 1), (74, 1), (72, 1), (66, 1), (67, 2)])), name="m")
    assert motif.home == Key(7, "ionian")
    assert all(note.alteration == 0 for note in motif.notes)


def test_a_signature_of_another_mode_is_read_by_the_tonic_on_which_the_melody_rests(write) -> None:  # type: ignore[no-untyped-def]
    dorian = [(62, 1), (65, 1), (67, 1), (71, 1), (62, 2)]
    assert load_motif(write(midi(dorian, key="Am")), name="m").home == Key.parse("D", "dorian")
    fifth = [(67, 1), (60, 1), (64, 1), (67, 2)]  # on the fifth of C, as many a melody rests
    assert load_motif(write(midi(fifth, key="C")), name="m").home == Key.parse("C", "ionian")
    assert load_motif(write(midi(fifth, key="C")), name="m", mode="mixolydian").home == Key.parse("G", "mixolydian")


def test_an_alteration_that_the_mode_makes_by_itself_is_not_made_twice(write) -> None:  # type: ignore[no-untyped-def]
    falling = [(62, 1), (65, 1), (63, 1), (62, 2)]  # D F Eb D
    motif = load_motif(write(midi(falling, key="Dm")), name="m")
    assert [(note.degree, note.alteration) for note in motif.notes] == [(0, 0), (2, 0), (1, -1), (0, 0)]
    for mode in ("aeolian", "phrygian", "dorian"):
        assert [pitch - 62 for pitch in motif.pitches(Key.parse("D", mode))] == [0, 3, 1, 0]
    rising = Motif(
        name="m",
        owners=(),
        notes=(MotifNote(degree=3, beat=0, length=1, alteration=1), MotifNote(degree=4, beat=1, length=1)),
    )
    assert rising.pitches(Key.parse("C", "lydian")) == rising.pitches(Key.parse("C", "ionian")) == (66, 67)


def test_a_late_first_note_is_a_pickup(write) -> None:  # type: ignore[no-untyped-def]
    motif = load_motif(write(midi(LINE, rest=3.0)), name="m")
    assert motif.pickup == 1.0
    assert motif.notes[1].beat == 0.0


def test_an_early_first_note_after_a_rest_is_none(write) -> None:  # type: ignore[no-untyped-def]
    motif = load_motif(write(midi(LINE, rest=1.0)), name="m")
    assert motif.pickup == 0.0
    assert motif.notes[0].beat == 1.0


def test_louder_notes_are_accents(write) -> None:  # type: ignore[no-untyped-def]
    motif = load_motif(write(midi(LINE, velocities=(60, 100, 60, 60, 60))), name="m")
    assert motif.notes[1].accent > 0.5 > 0 > motif.notes[0].accent


def test_of_a_chord_the_upper_note_is_kept(write) -> None:  # type: ignore[no-untyped-def]
    file = mido.MidiFile(type=0)
    track = mido.MidiTrack()
    file.tracks.append(track)
    for _ in range(2):
        for pitch in (60, 67):
            track.append(mido.Message("note_on", note=pitch, velocity=80))
        track.append(mido.Message("note_off", note=60, time=480))
        track.append(mido.Message("note_off", note=67, time=0))
    buffer = io.BytesIO()
    file.save(file=buffer)
    motif = load_motif(write(buffer.getvalue()), name="m")
    assert len(motif.notes) == 2
    assert motif.pitches(motif.home)[0] % 12 == 7


def test_foreign_chunks_and_trailing_bytes_do_no_harm(write) -> None:  # type: ignore[no-untyped-def]
    plain = midi(LINE, key="Dm")
    foreign = plain[:14] + b"XFIH" + (4).to_bytes(4, "big") + b"abcd" + plain[14:] + b"\x00\x01rest"
    assert load_motif(write(foreign), name="m") == load_motif(write(plain), name="m")


def test_a_header_that_miscounts_tracks_is_no_matter(write) -> None:  # type: ignore[no-untyped-def]
    plain = midi(LINE)
    wrong = plain[:10] + (9).to_bytes(2, "big") + plain[12:]
    assert len(load_motif(write(wrong), name="m").notes) == 5


def test_format_two_is_read(write) -> None:  # type: ignore[no-untyped-def]
    plain = midi(LINE)
    assert len(load_motif(write(plain[:8] + (2).to_bytes(2, "big") + plain[10:]), name="m").notes) == 5


def one_track(events: bytes) -> bytes:
    return midi([], form=0)[:14] + b"MTrk" + len(events).to_bytes(4, "big") + events


END = b"\x00\xff\x2f\x00"


@pytest.mark.parametrize(
    "between",
    [b"\xf0\x03\x01\x02\xf7", b"\xff\x01\x02hi", b"\xff\x03\x06" + "主題".encode(), b"\xf7\x01\x01"],
    ids=["sysex", "text", "name in another script", "escape"],
)
def test_running_status_goes_on_across_meta_and_system_events(write, between: bytes) -> None:  # type: ignore[no-untyped-def]
    track = b"\x00\x90\x3e\x50" + b"\x00" + between + b"\x83\x60\x3e\x00" + b"\x00\x45\x50\x83\x60\x45\x00" + END
    notes = load_motif(write(one_track(track)), name="m").notes
    assert [(note.beat, note.length) for note in notes] == [(0.0, 1.0), (1.0, 1.0)]


def test_a_note_that_is_never_released_lasts_a_beat(write) -> None:  # type: ignore[no-untyped-def]
    track = b"\x00\x90\x3e\x50\x83\x60\x3e\x00\x00\x45\x50" + END
    assert [note.length for note in load_motif(write(one_track(track)), name="m").notes] == [1.0, 1.0]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (one_track(b"\x00\x90\x3e\x50\x83\x60\xf4\x00" + END), "undefined status byte 0xf4"),
        (one_track(b"\x00\x3e\x50" + END), "broken track \\(.+\\)"),
        (b"RIFF....WAVEfmt ", "not a MIDI file"),
        (b"MThd\x00\x00\x00\x06\x00", "truncated inside its header"),
        (midi(LINE)[:-9], "is truncated"),
        (midi(LINE)[:14], "holds no tracks"),
        (midi(LINE)[:12] + bytes([256 - 25, 40]) + midi(LINE)[14:], r"SMPTE frames \(25 a second\)"),
        (midi(LINE)[:12] + b"\x00\x00" + midi(LINE)[14:], "0 ticks per quarter"),
        (midi(LINE)[:8] + b"\x00\x07" + midi(LINE)[10:], "MIDI format 7"),
        (midi([]), "holds no notes"),
        (midi(LINE[:1]), "has 1 note;"),
        (midi([(60 + n % 12, 0.25) for n in range(70)]), "has 70 notes"),
        (midi([], form=0)[:14] + b"MTrk\x00\x00\x00\x04\x00\x33\x40\x00", "broken track"),
        (midi([], form=0)[:14] + b"MTrk\x00\x00\x00\x03\x00\x90\x40", "broken track"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(write, data: bytes, says: str) -> None:  # type: ignore[no-untyped-def]
    path = write(data)
    with pytest.raises(ScoreError, match=says) as caught:
        load_motif(path, name="hero", owners=())
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScoreError, match=r"absent\.mid: cannot be read"):
        load_motif(tmp_path / "absent.mid", name="m", owners=())


def test_no_prefix_of_a_file_gives_a_traceback_or_a_wrong_motif(write) -> None:  # type: ignore[no-untyped-def]
    whole = midi(LINE, key="Dm")
    for size in range(len(whole)):
        with pytest.raises(ScoreError):
            load_motif(write(whole[:size]), name="m")


def test_two_notes_at_once_are_refused() -> None:
    with pytest.raises(ScoreError, match=r"two notes at once near beat 0\.5"):
        Motif(
            name="m",
            owners=(),
            notes=(MotifNote(degree=0, beat=0, length=1), MotifNote(degree=2, beat=0.5, length=1)),
        )


@pytest.mark.parametrize("mode", ["ionian", "dorian", "harmonic-minor"])
def test_degree_and_pitch_are_inverse(mode: str) -> None:
    key = Key.parse("F#", mode)
    for pitch in range(128):
        assert key.pitch(*key.degree(pitch)) == pitch


@pytest.mark.parametrize(("key", "mode"), [("H", "dorian"), ("D", "dorean"), ("", "major")])
def test_a_key_or_mode_that_does_not_exist_is_refused(key: str, mode: str) -> None:
    with pytest.raises(ScoreError, match="is not a"):
        Key.parse(key, mode)
