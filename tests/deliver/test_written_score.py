"""The JSON sidecar and the MusicXML of a score: exact, and complete to the last division."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from soundscape.deliver.musicxml import DIVISIONS, VALUES, fifths, musicxml, spelled, split
from soundscape.deliver.sidecar import sidecar
from soundscape.film import load_film
from soundscape.model import SAMPLE_RATE, Plan
from soundscape.pipeline import read_cut
from soundscape.planning.make import make_plan
from soundscape.score.pitch import MODES, Key

FILM = Path(__file__).parents[2] / "samples" / "legacy" / "film.toml"


@cache
def plan() -> Plan:
    film = load_film(FILM)
    cut, notes = read_cut(film.folder / film.timeline, fps=film.fps)
    return make_plan(film, cut, notes)


@cache
def score() -> ElementTree.Element:
    return ElementTree.fromstring(musicxml(plan()))


def text(element: ElementTree.Element, path: str) -> str:
    return element.findtext(path) or ""


def test_beats_bars_sections_and_hits_are_in_the_sidecar_to_the_sample() -> None:
    data = json.loads(sidecar(plan()))
    assert [cue["name"] for cue in data["cues"]] == [cue.name for cue in plan().music]
    for told, cue in zip(data["cues"], plan().music, strict=True):
        assert [round(beat["time_s"] * SAMPLE_RATE) for beat in told["beats"]] == [b.sample for b in cue.beats]
        first = {beat["bar"]: beat["time_s"] for beat in reversed(told["beats"])}
        assert {bar["bar"]: bar["time_s"] for bar in told["bars"]} == {
            number: time_s for number, time_s in first.items() if number <= len(told["bars"])
        }
        assert sum(section["bars"] for section in told["sections"]) == len(told["bars"])
        assert told["sections"][-1]["end_s"] == told["end_s"]
        strong = [hit for hit in told["hits"] if hit["strength"] == "strong"]
        opened = {section["start_s"] for section in told["sections"]}
        assert all(hit["music_s"] in opened for hit in strong if hit["verdict"] == "hit")
        frame = float(1 / Fraction(data["fps"]))
        assert all(
            hit["frames_off"] == pytest.approx((hit["music_s"] - hit["time_s"]) / frame, abs=2e-3) for hit in strong
        )
        assert {item["motif"] for item in told["motifs"]} == {item.motif for item in cue.statements}


def test_every_part_has_every_bar_and_every_voice_fills_its_bar() -> None:
    bars = [bar for cue in plan().music for bar in cue.bars]
    assert score().tag == "score-partwise"
    parts = score().findall("part")
    assert [part.get("id") for part in parts] == [
        entry.get("id") for entry in score().findall("part-list/score-part")
    ]
    for part in parts:
        measures = part.findall("measure")
        assert [measure.get("number") for measure in measures] == [str(n) for n in range(1, len(bars) + 1)]
        for measure, bar in zip(measures, bars, strict=True):
            filled: Counter[str] = Counter()
            for note in measure.findall("note"):
                if note.find("chord") is None:
                    filled[text(note, "voice")] += int(text(note, "duration"))
            assert set(filled.values()) == {round(bar.beats * DIVISIONS)}


def test_ties_close_and_the_notes_are_those_of_the_plan() -> None:
    written: Counter[int] = Counter()
    for part in score().findall("part"):
        held: set[tuple[str, int]] = set()
        for note in part.iter("note"):
            pitch = note.find("pitch")
            if pitch is None:
                continue
            letter = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[text(pitch, "step")]
            key = 12 * (int(text(pitch, "octave")) + 1) + letter + int(text(pitch, "alter") or 0)
            kinds = {tie.get("type") for tie in note.findall("tie")}
            place = (text(note, "voice"), key)
            assert ("stop" in kinds) == (place in held)
            held.discard(place)
            if "start" in kinds:
                held.add(place)
            if "stop" not in kinds:
                written[key] += 1
        assert not held
    played = Counter(round(note.pitch) for sound in plan().sounds for note in sound.notes if note.beats > 0)
    assert written == played


def test_tempo_key_chords_and_hits_stand_above_the_first_part() -> None:
    first = score().find("part")
    assert first is not None
    assert [int(text(key, "fifths")) for key in first.iter("key")] == [
        fifths(Key.parse(cue.key, cue.mode)) for cue in plan().music
    ]
    assert len(list(first.iter("harmony"))) == sum(len(cue.bars) for cue in plan().music)
    assert [mark.text.split("  ")[0] for mark in first.iter("rehearsal") if mark.text] == [
        c.name for c in plan().music
    ]
    tempi = [float(sound.get("tempo", 0)) for sound in first.iter("sound")]
    first_beat, second = (beat.sample for beat in plan().music[0].beats[:2])
    assert tempi[0] == pytest.approx(60 * SAMPLE_RATE / (second - first_beat), rel=1e-4)
    met = sum(hit.strength == "strong" for cue in plan().music for hit in cue.hits)
    assert sum((words.text or "").startswith("HIT") for words in first.iter("words")) == met


def test_durations_are_split_into_note_values() -> None:
    assert split(96) == (96,)
    assert split(60) == (48, 12)
    assert split(40) == (24, 16)
    for length in range(3, 200):
        parts = split(length)
        assert sum(parts) == length
        assert length < 12 or all(part in VALUES for part in parts)


@pytest.mark.parametrize("mode", sorted(MODES))
@pytest.mark.parametrize("tonic", range(12))
def test_the_seven_notes_of_a_key_have_seven_letters(tonic: int, mode: str) -> None:
    key = Key(tonic, mode)
    letters = [spelled(tone, key)[0] for tone in key.pitch_classes()]
    if mode != "harmonic-minor":
        assert sorted(letters) == list("ABCDEFG")
    assert abs(fifths(key)) <= 6


def test_a_film_without_music_is_an_empty_score() -> None:
    silent = replace(plan(), music=(), sounds=())
    assert json.loads(sidecar(silent))["cues"] == []
    assert len(ElementTree.fromstring(musicxml(silent)).findall("part/measure")) == 1
