"""How cues begin before their scene and end: what is asked, and the level of what still rings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from soundscape.film import Brief
from soundscape.model import MUTE_DB, Curve, Sound, Timeline, Transition
from soundscape.planning.clock import Clock
from soundscape.planning.cues import WantedCue
from soundscape.planning.music import music_sounds
from soundscape.rng import Seed
from soundscape.timecode import Rate
from tests.planning.test_cues import HERO, SECOND, cues, shot


def sounds(cue: WantedCue) -> tuple[Sound, ...]:
    cut = Timeline(title="t", rate=Rate.parse("24"), start=0, shots=(shot("all", 0, 40),))
    return music_sounds([cue], Clock(cut), Seed(1))[0]


def first(**music: object) -> WantedCue:
    shots = (
        shot("1", 0, 20, intensity=0.6, owners=("Mira",)),
        shot("2", 20, 40, scene="two", transition=Transition(kind="dissolve", frames=48)),
    )
    return cues(*shots, motifs=(HERO,), music=Brief(**music))[0]  # type: ignore[arg-type]


def level_at(curve: Curve, sample: int) -> float:
    places, values = zip(*curve, strict=True)
    return float(np.interp(sample, places, values))


def test_music_goes_on_under_a_dissolve_and_fades_over_it() -> None:
    cue = first()
    assert (cue.request.ending, cue.request.end) == ("overlap", 22 * SECOND)
    for sound in sounds(cue):
        end = 22 * SECOND - sound.at
        assert level_at(sound.level_db, end - 2 * SECOND) == 0.0
        assert -20 < level_at(sound.level_db, end - SECOND) < -5
        assert sound.level_db[-1] == (end + 1, MUTE_DB)


def test_an_ending_that_the_film_asks_for_is_taken() -> None:
    assert first(ending="tail").request.end == 20 * SECOND
    assert all(sound.level_db == () for sound in sounds(first(ending="tail")))
    for sound in sounds(first(ending="cut")):
        end = 20 * SECOND - sound.at
        assert level_at(sound.level_db, end - SECOND // 50) == 0.0
        assert level_at(sound.level_db, end + 1) == MUTE_DB
    for sound in sounds(first(ending="fade")):
        assert level_at(sound.level_db, 20 * SECOND - sound.at - 4 * SECOND) < 0.0


def test_in_a_tail_the_pulse_stops_before_the_rest() -> None:
    asked = {part.name.rsplit("/", 1)[1]: part for part in sounds(first(ending="tail", bpm=(90.0, 100.0)))}
    other = {part.name.rsplit("/", 1)[1]: part for part in sounds(first(ending="cut", bpm=(90.0, 100.0)))}
    assert max(n.start for n in asked["pulse"].notes) < max(n.start for n in other["pulse"].notes) - SECOND
    assert max(n.start + n.length for n in asked["pad"].notes) > 19 * SECOND


@pytest.mark.parametrize("seconds", [1.5, 3.0])
def test_a_prelap_begins_the_music_before_its_scene_which_is_a_downbeat(seconds: float) -> None:
    shots = (shot("1", 0, 20, description="silence"), shot("2", 20, 40, scene="two"))
    plain, early = (cues(*shots, scenes={"two": Brief(prelap_s=value)})[-1].request for value in (None, seconds))
    assert early.start == plain.start - round(seconds * SECOND)
    hit = early.hits[0]
    assert (hit.sample, hit.strength, hit.locked) == (plain.start, "strong", True)


def test_what_the_film_says_of_tempo_and_character_reaches_the_score() -> None:
    brief = first(modulation=True, ritardando=0.2, character="loss", density=0.9).request.brief
    assert (brief.modulation, brief.ritardando, brief.character, brief.density) == (True, 0.2, "loss", 0.9)
    assert replace(brief, density=0.5) == first(modulation=True, ritardando=0.2, character="loss").request.brief
