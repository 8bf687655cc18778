"""What is asked of the score: motifs where their owners are, players, narration, silences."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from soundscape.errors import FilmError, PresetError
from soundscape.film import Brief, Film, MotifSource
from soundscape.model import Clip, Diagnostic, Shot, Timeline, Transition
from soundscape.planning.clock import Clock
from soundscape.planning.cues import WantedCue, wanted_cues
from soundscape.planning.places import find_stays
from soundscape.registry import preset_folders
from soundscape.rng import Seed
from soundscape.score.compose import compose
from soundscape.score.notation import parse_motif
from soundscape.timecode import Rate
from tests.instruments.soundfonts import write_soundfont

FPS = 24
SECOND = 48_000
HERO = MotifSource(name="hero", owners=("Mira",), notes="1:1 5:3/2 6:1/2 4:1 ^1:2", instrument="crystal-bell-dark")
RIVAL = MotifSource(name="rival", owners=("Tarn",), notes="^1:3 7:1 4:2 5:2", instrument="harp")
THIRD = MotifSource(name="third", owners=("Oda",), notes="3:1/2 2:1/2 _6:2 b7:1")


def shot(label: str, start_s: float, end_s: float, **more: Any) -> Shot:
    more = {"scene": "one", "place": "red dunes", **more}
    return Shot(label=label, start=round(start_s * FPS), end=round(end_s * FPS), **more)


def asked(
    *shots: Shot, narration: tuple[Clip, ...] = (), **film: Any
) -> tuple[tuple[WantedCue, ...], tuple[Diagnostic, ...]]:
    cut = Timeline(title="t", rate=Rate(fps=Fraction(FPS)), start=0, shots=shots)
    made = Film(timeline="t.csv", **film)
    folders = preset_folders()
    stays, _ = find_stays(cut, made, folders)
    return wanted_cues(cut, stays, narration, made, Clock(cut), folders, Seed(1))


def cues(*shots: Shot, **more: Any) -> tuple[WantedCue, ...]:
    return asked(*shots, **more)[0]


def test_an_owner_who_is_seen_only_under_a_dissolve_is_heard_when_the_music_begins() -> None:
    fade = Transition(kind="dissolve", frames=24)
    found = cues(
        shot("1", 0, 10),
        shot("2", 10, 20, scene="two", owners=("Mira",), transition=fade),
        motifs=(HERO,),
    )
    second = found[1].request
    assert second.start == round(10.5 * SECOND)
    assert [(item.motif, item.start) for item in second.appearances] == [("hero", second.start)]


def test_an_owner_who_is_only_named_in_a_description_appears() -> None:
    found = cues(shot("1", 0, 10, description="Mira waits"), motifs=(HERO,))
    assert [item.motif for item in found[0].request.appearances] == ["hero"]


def test_the_first_two_motifs_have_a_voice_and_an_instrument_of_their_own() -> None:
    found = cues(
        shot("1", 0, 6, owners=("Mira",)),
        shot("2", 6, 12, owners=("Tarn",)),
        shot("3", 12, 20, owners=("Oda",)),
        motifs=(HERO, RIVAL, THIRD),
    )
    cue = found[0]
    assert cue.request.players == {"hero": "lead", "rival": "counter", "third": "counter"}
    assert (cue.presets["lead"].name, cue.presets["counter"].name) == ("crystal-bell-dark", "harp")
    assert set(cue.request.voices) == set(cue.presets)


def test_a_cue_without_motifs_is_led_by_the_instrument_of_its_place() -> None:
    cue = cues(shot("1", 0, 10), shot("2", 10, 20, scene="two", owners=("Mira",)), motifs=(HERO,))[0]
    assert cue.request.players == {}
    assert "counter" not in cue.presets


def test_narration_reaches_the_cues_it_is_spoken_in() -> None:
    clip = Clip(name="n", path="n.wav", at=12 * SECOND, length=2 * SECOND)
    first, second = cues(shot("1", 0, 10), shot("2", 10, 20, scene="two"), narration=(clip,))
    assert first.request.narration == ()
    assert second.request.narration == ((12 * SECOND, 14 * SECOND),)


def test_a_silent_shot_is_a_silence_of_its_cue() -> None:
    found = cues(shot("1", 0, 8), shot("2", 8, 10, sounds=("silence",)), shot("3", 10, 20))
    assert found[0].request.silences == ((8 * SECOND, 10 * SECOND),)


def test_a_scene_that_is_meant_to_be_without_music_has_no_cue() -> None:
    shots = shot("1", 0, 10), shot("2", 10, 20, scene="two")
    assert [cue.request.name for cue in cues(*shots, scenes={"two": Brief(music=False)})] == ["one"]


def test_a_film_shorter_than_four_seconds_has_no_cue() -> None:
    assert cues(shot("1", 0, 3.9)) == ()


def test_a_motif_is_written_in_the_film_as_degrees_and_beats() -> None:
    motif = cues(shot("1", 0, 10, owners=("Mira",)), motifs=(HERO,))[0].request.motif("hero")
    assert [(note.degree, note.beat) for note in motif.notes] == [(0, 0), (4, 1), (5, 2.5), (3, 3), (7, 4)]


def test_a_motif_file_that_does_not_exist_is_named_with_its_key(tmp_path: Path) -> None:
    lost = MotifSource(name="hero", owners=("Mira",), file="lost.mid")
    with pytest.raises(FilmError, match=r"lost\.mid") as caught:
        cues(shot("1", 0, 10), motifs=(lost,), folder=tmp_path)
    assert caught.value.column == "motifs.0.file"


def test_motifs_that_are_much_alike_are_warned_of() -> None:
    twin = MotifSource(name="twin", owners=("Tarn",), notes="2:1 6:3/2 7:1/2 5:1 ^2:2")
    _, notes = asked(shot("1", 0, 10, owners=("Mira", "Tarn")), motifs=(HERO, twin))
    assert ['"hero" and "twin"' in note.message for note in notes] == [True]


def test_a_motif_whose_owner_no_shot_names_is_told() -> None:
    _, notes = asked(shot("1", 0, 10, owners=("Myra",)), motifs=(HERO,))
    assert [note.message for note in notes] == [
        'the motif "hero" is not played: no shot names "Mira"; the owners are "Myra"'
    ]


@pytest.mark.parametrize(
    ("wrong", "key"), [({"instrument": "celestial"}, "instrument"), ({"notes": "1:1 3:x"}, "notes")]
)
def test_a_motif_that_cannot_be_is_named_with_its_key(wrong: dict[str, str], key: str) -> None:
    motif = replace(HERO, **wrong)
    with pytest.raises(FilmError, match=r"celesta|3:x") as caught:
        cues(shot("1", 0, 10), motifs=(motif,))
    assert caught.value.column == f"motifs.0.{key}"


def test_tension_follows_the_intensity_of_the_shots_from_middle_to_middle() -> None:
    cue = cues(shot("1", 0, 4, intensity=0.2), shot("2", 4, 12, intensity=0.8), shot("3", 12, 16))[0]
    assert cue.request.tension == ((2 * SECOND, 0.2), (8 * SECOND, 0.8), (14 * SECOND, 0.5))


def test_a_film_that_names_no_motif_is_given_one_for_whom_it_shows_most_and_says_so() -> None:
    shots = (
        shot("1", 0, 6, owners=("Mira",)),
        shot("2", 6, 12, owners=("Tarn",)),
        shot("3", 12, 24, scene="two", owners=("Tarn",)),
    )
    found, notes = asked(*shots)
    (note,) = notes
    assert note.severity == "info"
    assert '"Tarn", seen most' in note.message
    assert [[item.motif for item in cue.request.appearances] for cue in found] == [["Tarn"], ["Tarn"]]
    named, _ = asked(*shots, motifs=(HERO,))
    assert {motif.name for cue in named for motif in cue.request.motifs} == {"hero"}
    told = parse_motif(note.message.split('"')[-2], name="Tarn")
    assert told.notes == found[0].request.motif("Tarn").notes


def test_a_film_without_owners_is_given_a_motif_for_its_commonest_place() -> None:
    found, _ = asked(shot("1", 0, 10), shot("2", 10, 14, place="ice cave"), shot("3", 14, 20))
    assert found[0].request.motifs[0].owners == ("red dunes",)
    assert found[0].request.players == {"red dunes": "lead"}


def test_a_cut_that_says_nothing_has_no_motif() -> None:
    found, notes = asked(shot("1", 0, 10, scene="", place=""))
    assert found[0].request.motifs == ()
    assert notes == ()


def test_a_motif_may_be_played_by_a_soundfont_beside_the_film(tmp_path: Path) -> None:
    write_soundfont(tmp_path / "own.sf2")
    own = replace(HERO, instrument="own.sf2:5")
    (cue,) = cues(shot("1", 0, 20, owners=("Mira",)), motifs=(own,), folder=tmp_path)
    preset = cue.presets[cue.request.players["hero"]]
    assert (preset.unit, preset.params) == ("soundfont", {"file": str(tmp_path / "own.sf2"), "program": 5})
    with pytest.raises(PresetError, match=r"gone\.sf2: cannot be read"):
        compose(
            cues(
                shot("1", 0, 20, owners=("Mira",)), motifs=(replace(HERO, instrument="gone.sf2"),), folder=tmp_path
            )[0].request
        )
