"""The MIDI file, read back by mido: where everything is, to the millisecond."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from fractions import Fraction

import mido
import pytest

from soundscape.deliver.midi import Moment, TickMap, key_signature, midi_bytes
from soundscape.model import SAMPLE_RATE, Beat, Mark, MusicCue, Note, Plan, Sound
from soundscape.score.metre import quarters_of
from soundscape.score.pitch import Key
from soundscape.timecode import Rate


def cue(name: str, at: int, lengths: list[float], bars: list[int]) -> MusicCue:
    """A cue whose beats have these lengths in seconds."""
    places = [(bar, beat) for bar, count in enumerate(bars, 1) for beat in range(1, count + 1)]
    places.append((len(bars) + 1, 1))
    samples = [at]
    time = Fraction(0)
    for length in lengths:
        time += Fraction(length).limit_denominator(10**9)
        samples.append(at + round(time * SAMPLE_RATE))
    beats = tuple(Beat(sample=s, bar=b, beat=n) for s, (b, n) in zip(samples, places, strict=True))
    return MusicCue(
        name=name, at=at, length=samples[-1] - at, bpm=80.0, beats_per_bar=4, key="D", mode="dorian", beats=beats
    )


def plan_of(*, music: tuple[MusicCue, ...] = (), sounds: tuple[Sound, ...] = (), **changes: object) -> Plan:
    values: dict[str, object] = {
        "title": "Dünen",
        "version": "1",
        "seed": 1,
        "rate": Rate.parse("25"),
        "start": 90_000,
        "length": 60 * SAMPLE_RATE,
        "target": "web",
        "music": music,
        "sounds": sounds,
    }
    return Plan(**{**values, **changes})  # type: ignore[arg-type]


def player(name: str, at: int, notes: tuple[Note, ...]) -> Sound:
    return Sound(
        name=name,
        kind="instruments",
        unit="crystal_bell",
        preset="crystal-bell",
        params={},
        seed=1,
        at=at,
        length=SAMPLE_RATE,
        bus="music",
        notes=notes,
    )


def read(data: bytes) -> mido.MidiFile:
    return mido.MidiFile(file=io.BytesIO(data), charset="utf-8")


def seconds_of(file: mido.MidiFile) -> list[tuple[float, int, mido.Message]]:
    """(seconds, track, message), timed by an independent walk over the tempo events."""
    tempi = []
    tick = 0
    for message in file.tracks[0]:
        tick += message.time
        if message.type == "set_tempo":
            tempi.append((tick, message.tempo))

    def seconds(at: int) -> float:
        total, tempo, last = 0.0, 500_000, 0
        for start, next_tempo in tempi:
            if start >= at:
                break
            total += (start - last) * tempo
            tempo, last = next_tempo, start
        return (total + (at - last) * tempo) / file.ticks_per_beat / 1e6

    found = []
    for index, track in enumerate(file.tracks):
        tick = 0
        for message in track:
            tick += message.time
            found.append((seconds(tick), index, message))
    return found


def wandering(seed: int, count: int) -> list[float]:
    generator = random.Random(seed)
    length = 0.7
    return [length := min(1.2, max(0.35, length * generator.uniform(0.97, 1.03))) for _ in range(count)]


@pytest.mark.parametrize("seed", range(5))
def test_notes_are_read_back_within_a_millisecond(seed: int) -> None:
    generator = random.Random(seed)
    music = cue("a", 123_457, wandering(seed, 64), [4] * 16)
    notes = tuple(
        Note(start=generator.randrange(40 * SAMPLE_RATE), length=9_600, pitch=float(48 + n), velocity=0.5)
        for n in range(24)
    )
    found = seconds_of(read(midi_bytes(plan_of(music=(music,), sounds=(player("lead", music.at, notes),)))))
    starts = {m.note: t for t, _, m in found if m.type == "note_on"}
    ends = {m.note: t for t, _, m in found if m.type == "note_off"}
    for note in notes:
        at = (music.at + note.start) / SAMPLE_RATE
        assert starts[int(note.pitch)] == pytest.approx(at, abs=1e-3)
        assert ends[int(note.pitch)] == pytest.approx(at + 0.2, abs=1.5e-3)


def test_beats_fall_on_whole_quarter_notes_at_their_samples_after_an_hour() -> None:
    music = cue("long", 3_500 * SAMPLE_RATE + 17, wandering(3, 400), [4] * 100)
    plan = plan_of(music=(music,), length=4_000 * SAMPLE_RATE)
    beats_us = [*(1e6 * n for n in range(3_500)), *(beat.sample * 1e6 / SAMPLE_RATE for beat in music.beats)]
    ticks = TickMap([Moment(us, beat) for beat, us in enumerate(beats_us)])
    expected = [960 * (3_500 + n) for n in range(len(music.beats))]
    assert [ticks.tick(beat.sample) for beat in music.beats] == pytest.approx(expected, abs=1)
    marks = [t for t, _, m in seconds_of(read(midi_bytes(plan))) if m.type == "marker"]
    assert marks[0] == pytest.approx(music.at / SAMPLE_RATE, abs=1e-3)


def test_a_steady_tempo_is_written_once() -> None:
    music = cue("steady", 0, [0.625] * 32, [4] * 8)
    file = read(midi_bytes(plan_of(music=(music,), length=20 * SAMPLE_RATE)))
    assert [m.tempo for m in file.tracks[0] if m.type == "set_tempo"] == [625_000]


def test_bars_keys_and_time_signatures_follow_the_cue() -> None:
    music = cue("odd", 0, [0.5] * 13, [4, 5, 4])
    found = list(read(midi_bytes(plan_of(music=(music,), length=13 * 24_000))).tracks[0])
    assert [m.numerator for m in found if m.type == "time_signature"] == [4, 5, 4]
    assert [m.key for m in found if m.type == "key_signature"] == ["Am"]


@pytest.mark.parametrize(
    ("key", "mode", "signature"),
    [
        ("C", "ionian", "C"),
        ("D", "phrygian", "Gm"),
        ("F", "lydian", "C"),
        ("A", "aeolian", "Am"),
        ("E", "mixolydian", "A"),
    ],
)
def test_a_mode_is_written_with_the_signature_of_its_scale(key: str, mode: str, signature: str) -> None:
    assert key_signature(Key.parse(key, mode)) == signature


def test_two_cues_with_a_gap_and_two_that_overlap_keep_their_places() -> None:
    first = cue("one", 48_000, [0.6] * 16, [4] * 4)
    apart = cue("two", 20 * SAMPLE_RATE + 333, [0.7] * 16, [4] * 4)
    overlapping = cue("two", first.at + first.length - 30_000, [0.7] * 16, [4] * 4)
    for second in (apart, overlapping):
        note = (Note(start=0, length=4_800, pitch=60.0, velocity=0.5),)
        plan = plan_of(music=(first, second), sounds=(player("a", first.at, note), player("b", second.at, note)))
        found = seconds_of(read(midi_bytes(plan)))
        starts = [t for t, _, m in found if m.type == "note_on"]
        assert starts == pytest.approx([first.at / SAMPLE_RATE, second.at / SAMPLE_RATE], abs=1e-3)


def test_a_film_without_music_has_its_markers_in_place() -> None:
    marks = (
        Mark(name="Dunes", sample=0, timecode="", kind="shot"),
        Mark(name="Door slams", sample=777_777, timecode="", kind="strong"),
    )
    found = [(t, m.text) for t, _, m in seconds_of(read(midi_bytes(plan_of(marks=marks)))) if m.type == "marker"]
    assert found == [(0.0, "Dunes"), (pytest.approx(777_777 / SAMPLE_RATE, abs=1e-3), "HIT Door slams")]


@pytest.mark.parametrize(
    ("rate", "start", "expected"),
    [
        ("25", 90_000, (25, 1, 0, 0, 0)),
        ("23.976", 86_400 + 13, (24, 1, 0, 0, 13)),
        ("29.97df", 107_892 + 2, (29.97, 1, 0, 0, 2)),
        ("50", 180_000 + 31, (25, 1, 0, 0, 15)),
    ],
)
def test_the_timecode_of_the_first_frame_is_the_smpte_offset(
    rate: str, start: int, expected: tuple[float, int, int, int, int]
) -> None:
    file = read(midi_bytes(plan_of(rate=Rate.parse(rate), start=start)))
    offset = next(m for m in file.tracks[0] if m.type == "smpte_offset")
    assert (offset.frame_rate, offset.hours, offset.minutes, offset.seconds, offset.frames) == expected


def test_notes_of_one_pitch_end_before_the_next_begins() -> None:
    notes = tuple(Note(start=n * 12_000, length=30_000, pitch=60.0, velocity=0.5) for n in range(4))
    file = read(midi_bytes(plan_of(sounds=(player("a", 0, notes),))))
    kinds = [m.type for m in file.tracks[1] if m.type.startswith("note")]
    assert kinds == ["note_on", "note_off"] * 4


def test_every_instrument_has_a_named_track_and_drums_are_left_alone() -> None:
    note = (Note(start=0, length=4_800, pitch=60.0, velocity=0.5),)
    sounds = tuple(player(f"music/α/{n}", 0, note) for n in range(17))
    file = read(midi_bytes(plan_of(sounds=sounds)))
    assert [track.name for track in file.tracks] == ["Dünen", *(sound.name for sound in sounds)]
    assert 9 not in {m.channel for track in file.tracks for m in track if m.type == "note_on"}


def test_a_bar_that_ends_with_half_a_beat_is_counted_in_eighths_and_beats_stay_in_place() -> None:
    whole = cue("halves", 0, [0.6] * 3 + [0.3] + [0.6] * 8, [4, 4, 4])
    beats = tuple(replace(beat, share=0.5) if index == 3 else beat for index, beat in enumerate(whole.beats))
    file = read(midi_bytes(plan_of(music=(replace(whole, beats=beats),), length=20 * SAMPLE_RATE)))
    signatures = [(m.numerator, m.denominator) for m in file.tracks[0] if m.type == "time_signature"]
    assert signatures[:2] == [(7, 8), (4, 4)]
    ticks = TickMap([Moment(beat.sample / 0.048, at) for beat, at in zip(beats, quarters_of(beats), strict=True)])
    assert [ticks.tick(beat.sample) for beat in beats] == [round(960 * at) for at in quarters_of(beats)]
    assert len(ticks.stretches) == 1
