"""Spotting: what is proposed from a timeline, and what the editor locked."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

from soundscape.model import HitPoint, Shot, Timeline, Transition
from soundscape.score.spotting import APART_S, spot, spot_hits, spotting_notes
from soundscape.timecode import Rate

RATE = Rate.parse("24")


def film(*shots: tuple[float, dict[str, Any]], hits: tuple[HitPoint, ...] = ()) -> Timeline:
    """Shots by length in seconds and what else is known of them."""
    at, made = 86_400, []
    for number, (seconds, values) in enumerate(shots, 1):
        end = at + round(seconds * 24)
        made.append(Shot(label=f"s{number}", start=at, end=end, **values))
        at = end
    return Timeline(title="film", rate=RATE, start=86_400, shots=tuple(made), hits=hits)


FILM = film(
    (10, {"scene": "dunes", "intensity": 0.2}),
    (6, {"scene": "dunes", "intensity": 0.3, "owners": ("MIRA",)}),
    (8, {"scene": "cave", "intensity": 0.4, "owners": ("MIRA",), "mood": "wonder"}),
    (12, {"scene": "cave", "intensity": 0.9}),
    (3, {"scene": "door", "intensity": 0.9}),
    (20, {"scene": "dunes", "intensity": 0.2}),
)


def strong(timeline: Timeline, **options: float) -> dict[str, str]:
    return {hit.label: hit.why for hit in spot_hits(timeline, **options) if hit.strength == "strong"}


def test_scene_changes_first_appearances_and_leaps_of_intensity_are_hits() -> None:
    found = strong(FILM, per_minute=60)
    assert found["s2"] == "MIRA appears"
    assert found["s3"] == "scene cave begins"
    assert found["s4"] == "intensity rises by 0.5"


def test_hits_are_at_least_four_seconds_apart_and_the_weightier_one_stays() -> None:
    hits = [hit for hit in spot_hits(FILM, per_minute=60) if hit.strength == "strong"]
    frames = [hit.frame for hit in hits]
    assert all(b - a >= APART_S * 24 for a, b in pairwise(frames))
    assert "s6" in strong(FILM, per_minute=60)
    assert "s5" not in strong(FILM, per_minute=60)


def test_no_more_hits_are_proposed_than_a_minute_bears() -> None:
    busy = film(*[(4.5, {"scene": f"{n // 16}", "intensity": 0.9 * (n % 2)}) for n in range(80)])
    assert len(strong(busy, per_minute=5)) == 30
    assert len(strong(busy, per_minute=7)) == 40  # 7 a minute of 72 s are 8 a cue


def test_the_marks_of_a_scene_take_the_room_of_proposals_there_and_nowhere_else() -> None:
    busy = film(*[(4.5, {"scene": f"{n // 16}", "intensity": 0.9 * (n % 2)}) for n in range(80)])
    marked = replace(busy, hits=tuple(HitPoint(frame=86_400 + 40 + 60 * n, label=f"m{n}") for n in range(6)))
    first_scene = busy.shots[16].start
    assert [hit.label for hit in spot_hits(marked) if hit.strength == "strong" and hit.frame < first_scene] == [
        f"m{n}" for n in range(6)
    ]
    assert [hit for hit in spot_hits(marked) if hit.frame >= first_scene] == [
        hit for hit in spot_hits(busy) if hit.frame >= first_scene
    ]


def test_what_the_editor_marked_is_kept_however_close() -> None:
    marks = tuple(HitPoint(frame=86_400 + 240 + n * 12, label=f"m{n}") for n in range(4))
    found = strong(replace(FILM, hits=marks), per_minute=60)
    assert {"m0", "m1", "m2", "m3"} <= set(found)
    assert "s2" not in found  # 0 to 1.5 s from the marks


def test_every_other_cut_is_a_soft_hit() -> None:
    labels = {hit.label for hit in spot_hits(FILM)}
    assert labels == {"s2", "s3", "s4", "s5", "s6"}


def test_a_scene_is_a_cue_and_a_short_one_joins_its_neighbour() -> None:
    cues = spot(FILM)
    assert [(cue.name, len(cue.shots)) for cue in cues] == [("dunes", 2), ("cave", 3), ("dunes 2", 1)]


def test_cues_end_as_what_follows_asks() -> None:
    assert [cue.ending for cue in spot(FILM)] == ["tail", "tail", "fade"]
    loud = film((10, {"scene": "a", "intensity": 0.1}), (10, {"scene": "b", "intensity": 0.9}))
    assert spot(loud)[0].ending == "cut"
    slam = replace(loud, hits=(HitPoint(frame=86_400 + 222, label="slam"),))
    assert spot(slam)[0].ending == "button"


def test_music_over_a_dissolve_begins_in_its_middle() -> None:
    timeline = film(
        (10, {"scene": "a"}), (10, {"scene": "b", "transition": Transition(kind="dissolve", frames=24)})
    )
    before, after = spot(timeline)
    assert after.start == timeline.shots[1].start + 12
    # The music before it goes on under the whole of it.
    assert (before.ending, before.end, before.overlap) == ("overlap", timeline.shots[1].start + 24, 24)
    assert all(hit.frame < timeline.shots[1].start for hit in before.hits)


def test_silent_shots_have_no_music() -> None:
    cues = spot(FILM, silent=lambda shot: shot.label in ("s4", "s6"))
    assert [cue.name for cue in cues] == ["dunes", "cave"]
    assert cues[1].silences == ((FILM.shots[3].start, FILM.shots[3].end),)


def test_the_notes_give_timecodes_direction_and_hits() -> None:
    notes = spotting_notes(spot(FILM, per_minute=60), FILM)
    assert notes[0].startswith("M01  01:00:00:00 - 01:00:16:00    16.0 s  dunes: calm, steady; ends with a tail")
    assert "     01:00:10:00  hit  s2: MIRA appears" in notes
    assert any("wonder" in note for note in notes)


def test_music_rings_out_into_a_silence_that_is_meant_and_the_notes_say_where_it_is() -> None:
    cues = spot(FILM, silent=lambda shot: shot.scene in ("cave", "door"))
    assert [(cue.name, cue.ending) for cue in cues] == [("dunes", "tail"), ("dunes 2", "fade")]
    assert [note for note in spotting_notes(cues, FILM) if "no music" in note] == [
        "---  01:00:16:00 - 01:00:39:00    23.0 s  cave, door: no music"
    ]
    dissolved = film(
        (10, {"scene": "a"}), (10, {"scene": "b", "transition": Transition(kind="dissolve", frames=24)})
    )
    assert spot(dissolved, silent=lambda shot: shot.scene == "b")[0].ending == "tail"
    assert spotting_notes((), FILM) == ("---  01:00:00:00 - 01:00:59:00    59.0 s  dunes, cave, door: no music",)


def test_an_empty_timeline_has_no_cues() -> None:
    assert spot(film()) == ()
    assert spotting_notes((), film()) == ()
    assert spot_hits(film()) == ()
