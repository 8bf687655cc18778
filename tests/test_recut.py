"""A film that is cut again: what moved is reused, what changed is rendered, what stayed is the same to the bit."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from benchmarks.long_film import Cut, cuts, write_film
from soundscape import pipeline
from soundscape.changes import Run, compare
from soundscape.errors import InputError
from soundscape.model import Clip, Plan, Sound
from soundscape.pipeline import Settings
from soundscape.synthesis import part_key
from soundscape.timecode import Rate

LONG = cuts(5.0, scenes=20, shots=60)
SHORT = [Cut(scene, 108) for scene in (0, 0, 1, 1, 2, 2, 3, 3)]
"""Four scenes of nine seconds in four places."""
BUSES = ("music", "effects", "ambience")


def trimmed(film: list[Cut], index: int, frames: int, *, ripple: bool) -> list[Cut]:
    """The film with a shot that ends earlier: all that follows moves up, or the next shot begins earlier."""
    new = list(film)
    new[index] = replace(film[index], frames=film[index].frames - frames)
    if not ripple:
        new[index + 1] = replace(film[index + 1], frames=film[index + 1].frames + frames)
    return new


def plan_of(film: list[Cut], folder: Path, settings: Settings, fps: str = "24") -> Plan:
    opened = pipeline.open_film(write_film(folder / "cut.csv", film, fps), fps=fps)
    return pipeline.plan(opened, settings=settings)


def render(film: list[Cut], folder: Path, settings: Settings, hold: Path | None = None) -> Path:
    plan, out = plan_of(film, folder, settings), folder / f"out-{len(list(folder.iterdir()))}"
    pipeline.render(pipeline.hold_gain(plan, hold) if hold else plan, out, settings=settings)
    return out


def stem(out: Path, name: str) -> npt.NDArray[np.int32]:
    audio: npt.NDArray[np.int32] = soundfile.read(out / f"cut_{name}.wav", dtype="int32")[0]
    return audio


@pytest.mark.parametrize("fps", ["24", "23.976", "29.97", "59.94"])
def test_a_trimmed_shot_of_twenty_scenes_costs_less_than_a_seventh_of_the_audio(
    fps: str, tmp_path: Path, settings: Settings
) -> None:
    film = [replace(cut, frames=round(cut.frames * float(fps) / 24)) for cut in LONG]
    known = {part_key(sound) for sound in plan_of(film, tmp_path, settings, fps).sounds}
    for shot in (4, 33):
        sounds = plan_of(trimmed(film, shot, 7, ripple=True), tmp_path, settings, fps).sounds
        anew = sum(sound.length for sound in sounds if part_key(sound) not in known)
        assert 0 < anew < 0.15 * sum(sound.length for sound in sounds)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, parts_folder: Path) -> Path:
    """The short film as it was cut first."""
    return render(SHORT, tmp_path_factory.mktemp("first"), Settings(jobs=1, cache=parts_folder))


def test_scenes_that_did_not_move_are_the_same_to_the_bit_in_every_stem(
    first: Path, tmp_path: Path, settings: Settings
) -> None:
    out = render(trimmed(SHORT, 2, 12, ripple=False), tmp_path, settings, hold=first)
    # Scene 2 lasts from 6 to 12 s; what sounds in it dies away in the room of scene 3.
    for name in (*BUSES, "programme"):
        before, after = stem(first, name), stem(out, name)
        assert len(before) == len(after)
        differing = np.flatnonzero((before != after).any(axis=1)) / 48_000
        assert len(differing) > 0 or name == "effects", name
        assert len(differing) == 0 or (differing.min() > 8.0 and differing.max() < 24.0), name
    report = json.loads((out / "report.json").read_text())
    assert any("held at the gain of an earlier master" in note for note in report["mastering"]["notes"])


def test_scenes_that_moved_are_taken_from_the_cache_and_everything_is_accounted_for(
    first: Path, tmp_path: Path, settings: Settings
) -> None:
    plan = plan_of(trimmed(SHORT, 0, 12, ripple=True), tmp_path, settings)
    pipeline.render(plan, tmp_path / "out", since=first, settings=settings)
    with pytest.raises(InputError, match="no run of this version of soundscape is in it"):
        pipeline.render(plan, tmp_path / "new", since=tmp_path, settings=settings)
    assert not (tmp_path / "new").exists()
    sounds = json.loads((tmp_path / "out" / "changes.json").read_text())["sounds"]
    assert {change["state"] for change in sounds} >= {"moved", "changed"}
    for change in sounds:
        bus, _, scene = change["name"].split("/")[:3]
        if scene != "01 dune surface" and bus != "music":
            assert change["state"] == "moved", change["name"]
    for change in sounds:
        assert change["rendered"] == (change["state"] in ("changed", "new"))
        assert change["why"] or change["state"] == "gone"
    assert {change["why"].split(";")[0] for change in sounds if change["state"] == "moved"} == {"by -0.500 s"}


def test_music_is_fitted_again_only_in_the_cue_whose_hit_moved(tmp_path: Path, settings: Settings) -> None:
    before = plan_of(SHORT, tmp_path, settings)
    lines = (tmp_path / "cut.csv").read_text().splitlines()
    index = next(n for n, line in enumerate(lines) if "03 crystal cave" in line and "+0.5s an impact" in line)
    lines[index] = lines[index].replace("+0.5s", "+1.5s")
    (tmp_path / "cut.csv").write_text("\n".join(lines))
    after = pipeline.plan(pipeline.open_film(tmp_path / "cut.csv", fps="24"), settings=settings)
    known = {part_key(sound) for sound in before.sounds}
    anew = {sound.name for sound in after.sounds if part_key(sound) not in known}
    in_cue = {sound.name for sound in after.sounds if sound.bus == "music" and "03 crystal cave" in sound.name}
    assert in_cue
    assert anew == in_cue
    runs = [Run(plan=plan, keys={sound.name: part_key(sound) for sound in plan.sounds}) for plan in (before, after)]
    states = {change.name: change for change in compare(*runs, anew).sounds}
    assert {states[name].why for name in anew} == {"its music was fitted again"}
    assert [change.state for change in states.values()].count("moved") == 1  # the impact itself


WIND = Sound(
    name="wind", kind="layers", unit="wind", preset="", params={}, seed=1, at=0, length=480_000, bus="ambience"
)
EMPTY = Plan(
    title="", version="", seed=1, rate=Rate.parse("24"), start=0, length=480_000, target="ebu-r128", sounds=()
)
VOICE = Clip(name="voice", path="voice.wav", at=0, length=48_000)


@pytest.mark.parametrize(
    ("before", "now", "same", "rendered", "told"),
    [
        (VOICE, VOICE, False, True, ("changed", "what is in its recording changed")),
        (VOICE, VOICE, False, False, ("changed", "what is in its recording changed")),
        (VOICE, replace(VOICE, path="take-2.wav"), False, True, ("changed", "it is another recording")),
        (VOICE, replace(VOICE, path="elsewhere/voice.wav"), True, False, ("kept", "")),
        (WIND, WIND, True, True, ("kept", "rendered again, for the cache had it no longer")),
        (WIND, replace(WIND, at=24_000, gain_db=-3.0), True, False, ("moved", "by +0.500 s; mixed otherwise: gain_db")),
        (WIND, WIND, False, True, ("changed", "its unit, the program or a file that it plays changed")),
    ],
)  # fmt: skip
def test_the_part_of_a_sound_tells_whether_it_changed_and_the_plan_why(
    before: Sound | Clip, now: Sound | Clip, same: bool, rendered: bool, told: tuple[str, str]
) -> None:
    def run(source: Sound | Clip, key: str) -> Run:
        kind = "narration" if isinstance(source, Clip) else "sounds"
        return Run(plan=replace(EMPTY, **{kind: (source,)}), keys={source.name: key})

    (change,) = compare(run(before, "a"), run(now, "a" if same else "b"), [now.name] if rendered else []).sounds
    assert (change.state, change.why) == told


def test_another_target_renders_nothing(first: Path, tmp_path: Path, settings: Settings) -> None:
    opened = pipeline.open_film(write_film(tmp_path / "cut.csv", SHORT), fps="24", target="youtube")
    expected = pipeline.forecast(pipeline.plan(opened, settings=settings), settings)
    assert expected.sounds > 10
    assert expected.to_render == ()
    assert first.exists()


def test_a_gain_that_misses_the_target_now_is_not_held(first: Path, tmp_path: Path, settings: Settings) -> None:
    report = json.loads((first / "report.json").read_text())
    report["mastering"]["gain_db"] -= 3.0
    (tmp_path / "earlier").mkdir()
    (tmp_path / "earlier" / "report.json").write_text(json.dumps(report))
    out = render(SHORT, tmp_path, settings, hold=tmp_path / "earlier")
    mastering = json.loads((out / "report.json").read_text())["mastering"]
    assert mastering["gain_db"] == pytest.approx(report["mastering"]["gain_db"] + 3.0)
    assert any("is not held: off by -" in note for note in mastering["notes"])


@pytest.mark.parametrize("text", [None, "", "[]", '{"mastering": {"gain_db": "loud"}}'])
def test_what_is_no_earlier_run_is_refused(
    text: str | None, tmp_path: Path, first: Path, settings: Settings
) -> None:
    if text is not None:
        (tmp_path / "report.json").write_text(text)
    with pytest.raises(InputError, match="is no report of an earlier run"):
        pipeline.hold_gain(plan_of(SHORT, tmp_path, settings), tmp_path)
    assert first.exists()


def test_a_draft_says_what_it_is_and_is_never_taken_for_the_final(
    first: Path, tmp_path: Path, settings: Settings
) -> None:
    plan = plan_of(SHORT, tmp_path, settings)
    drafted = pipeline.draft(plan)
    assert {part_key(sound, draft=True) for sound in plan.sounds}.isdisjoint(map(part_key, plan.sounds))
    pipeline.render(drafted, tmp_path / "out", settings=settings)
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["title"] == "cut draft"
    pipeline.render(drafted, tmp_path / "other", since=first, settings=settings)
    told = json.loads((tmp_path / "other" / "changes.json").read_text())["sounds"]
    assert {change["why"] for change in told} == {"one of the two runs is a draft"}
    assert any("a draft: sounds at half rate" in note for note in report["notes"])
    programme = tmp_path / "out" / "cut-draft_programme.wav"
    assert b"cut draft" in programme.read_bytes()[:1000]
    draft, rate = soundfile.read(programme)
    final = soundfile.read(first / "cut_programme.wav")[0]
    assert (rate, draft.shape) == (48_000, final.shape)
    # The same film: its course of level is that of the final, but nothing is above the half of 24 kHz.
    levels = [np.sqrt(np.mean(audio[: 36 * rate].reshape(36, -1) ** 2, axis=1)) for audio in (draft, final)]
    assert np.corrcoef(*(20 * np.log10(level + 1e-6) for level in levels))[0, 1] > 0.9
    spectrum = np.abs(np.fft.rfft(draft[:, 0])) ** 2
    assert spectrum[len(spectrum) * 13 // 24 :].sum() < 1e-4 * spectrum.sum()
