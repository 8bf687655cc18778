"""Tuning: pitched sounds of a place stand in the key of the score, and crystals remember the film's motif."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from soundscape.errors import FilmError
from soundscape.film import Brief, Film, MotifSource, PlaceSound, load_film
from soundscape.model import HitPoint, Plan, Shot, Sound, Timeline
from soundscape.planning.make import make_plan
from soundscape.score.notation import parse_motif
from soundscape.score.pitch import Key
from soundscape.synthesis import part_key, render_blocks
from soundscape.timecode import Rate
from soundscape.units import midi_to_hz
from tests import descriptors

FPS, SECOND = 24, 48_000
MIRA = MotifSource(name="Mira", owners=("Mira",), notes="1:1 5:1 b6:1 4:1")
JON = MotifSource(name="Jon", owners=("Jon",), notes="3:2 2:1 1:1")
CAVE = {"crystal cave": PlaceSound(palette="crystal-chambers")}


def shot(label: str, start_s: float, end_s: float, **more: Any) -> Shot:
    more = {"scene": "one", "place": "crystal cave", **more}
    return Shot(label=label, start=round(start_s * FPS), end=round(end_s * FPS), **more)


def plan(*shots: Shot, hits: tuple[HitPoint, ...] = (), **film: Any) -> Plan:
    cut = Timeline(title="t", rate=Rate(fps=Fraction(FPS)), start=0, shots=shots, hits=hits)
    return make_plan(Film(timeline="t.csv", **{"places": CAVE, **film}), cut)


def crystals(made: Plan) -> Sound:
    return next(sound for sound in made.sounds if sound.preset == "crystal-cave")


def test_crystals_stand_in_the_key_of_the_cue_and_remember_whom_their_place_sees_longest() -> None:
    music = Brief(key="F#", mode="phrygian")
    shots = shot("1", 0, 4, owners=("Jon",)), shot("2", 4, 12, owners=("Mira",))
    made = plan(*shots, motifs=(JON, MIRA), music=music)
    found = crystals(made)
    (cue,) = made.music
    assert (cue.key, cue.mode) == ("F#", "phrygian")
    assert (found.params["root"] % 12, found.params["mode"]) == (6, "phrygian")
    # In aeolian, where a film without a mode is written, b6 is flattened; in phrygian it is still one semitone less.
    key = Key.parse("F#", "phrygian")
    remembered = parse_motif(str(found.params["motif"]), mode="phrygian").pitches(key)
    stated = parse_motif(MIRA.notes, mode="phrygian").pitches(key)
    assert remembered == stated
    assert 'in F# phrygian; remembers the motif "Mira"' in found.why


def test_a_key_is_taken_an_octave_that_is_nearest_to_the_preset() -> None:
    hit = HitPoint(frame=24, label="the portal opens")
    for key, portal in (("A", 57), ("D", 62), ("D#", 51), ("E", 52), ("F", 53)):
        made = plan(shot("1", 0, 12), hits=(hit,), music=Brief(key=key, mode="dorian"))
        assert next(sound.params["root"] for sound in made.sounds if sound.kind == "hits") == portal


def test_the_key_is_that_of_the_longest_cue_and_without_music_the_one_it_would_have() -> None:
    scenes = {"one": Brief(key="E"), "two": Brief(key="B"), "three": Brief(key="C", music=False)}
    shots = shot("1", 0, 10), shot("2", 10, 30, scene="two")
    made = plan(*shots, scenes=scenes)
    assert [cue.key for cue in made.music] == ["E", "B"]
    assert crystals(made).params["root"] % 12 == 11
    assert crystals(plan(shot("1", 0, 9, scene="three"), scenes=scenes)).params["root"] % 12 == 0


def test_the_film_can_say_what_a_place_remembers() -> None:
    shots = (shot("1", 0, 12, owners=("Mira",)),)
    places = {"crystal cave": PlaceSound(palette="crystal-chambers", motif="Jon")}
    assert '"Jon"' in crystals(plan(*shots, motifs=(JON, MIRA), places=places)).why


def test_where_nobody_with_a_motif_is_seen_crystals_have_a_melody_of_their_own() -> None:
    made = plan(shot("1", 0, 12, owners=("Ada",)), motifs=(JON,))
    assert "motif" not in crystals(made).params


def test_a_motif_that_the_film_does_not_have_is_refused_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "film.toml"
    path.write_text(
        'timeline = "t.csv"\n[places."the cave"]\npalette = "crystal-chambers"\nmotif = "Mirra"\n'
        '[[motifs]]\nname = "Mira"\nowners = ["Mira"]\nnotes = "1 2"\n'
    )
    with pytest.raises(FilmError, match='no motif "Mirra"; did you mean Mira') as error:
        load_film(path)
    assert (error.value.path, error.value.line) == (path, 4)


def test_another_motif_or_key_is_another_part() -> None:
    found = crystals(plan(shot("1", 0, 12, owners=("Mira",)), motifs=(MIRA,)))
    others = [{"motif": "1 2 3"}, {"root": 61}, {"mode": "lydian"}]
    keys = {part_key(found), *(part_key(replace(found, params={**found.params, **other})) for other in others)}
    assert len(keys) == 4


@pytest.mark.parametrize("key", ["Eb", "G"])
def test_what_is_heard_of_the_crystals_of_a_film_is_its_motif_in_its_key(key: str) -> None:
    made = plan(shot("1", 0, 40, owners=("Mira",)), motifs=(MIRA,), music=Brief(key=key, mode="dorian"))
    sound = crystals(made)
    # Nothing but the memory, struck so softly that fundamentals are what is heard.
    only = {"memory": 1.0, "bow": 0.0, "drone": 0.0, "hardness": 0.0}
    blocks, _ = render_blocks(replace(sound, params={**sound.params, **only}, curves={"density": ((0, 0.0),)}))
    frequency, density = descriptors.spectrum(np.concatenate(list(blocks), axis=1), SECOND, size=1 << 15)
    semitones = 12.0 * np.log2(np.maximum(frequency, 1.0) / midi_to_hz(60))
    sung = (frequency > 330.0) & (frequency < 330.0 * 2.0**2.6)
    # By hand: tonic, fifth, flattened sixth and fourth of dorian, above Eb or G.
    notes = {"Eb": 3, "G": 7}[key] + np.array([0, 7, 8, 5])
    motif = np.abs((semitones[:, None] - notes + 6.0) % 12.0 - 6.0).min(axis=1) < 0.3
    assert density[sung & motif].sum() > 0.75 * density[sung].sum()
