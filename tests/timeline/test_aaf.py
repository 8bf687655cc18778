"""AAF, written by pyaaf2."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from soundscape.errors import TimelineError
from soundscape.timecode import Rate
from soundscape.timeline import read

aaf2 = pytest.importorskip("aaf2")


def write(path: Path, *, rate: Fraction, fps: int, drop: bool, kind: str = "picture") -> None:
    """Facts: from 107 892; clip a 50 frames, mix of 10, clip b 60 from source frame 7, filler 20, effect on c 30,
    a marker at frame 25; length 150."""
    with aaf2.open(str(path), "w") as file:
        composition = file.create.CompositionMob("Reel")
        composition.usage = "Usage_TopLevel"
        code_slot = composition.create_timeline_slot(rate)
        code = file.create.Timecode(fps, drop, length=1000)
        code.start = 107_892
        code_slot.segment = code
        slot = composition.create_timeline_slot(rate)
        sequence = file.create.Sequence(kind)
        slot.segment = sequence
        parts: list[Any] = [source(file, "a", 50, 0, rate, kind), transition(file, 10, kind)]
        parts += [source(file, "b", 60, 7, rate, kind), file.create.Filler(kind, 20)]
        parts.append(effect(file, source(file, "c", 30, 0, rate, kind), 30, kind))
        for part in parts:
            sequence.components.append(part)
        events = file.create.EventMobSlot()
        events["EditRate"].value = rate
        events["SlotID"].value = 99
        marks = file.create.Sequence("DescriptiveMetadata")
        mark = file.create.DescriptiveMarker()
        mark["Position"].value = 25
        mark["Comment"].value = "slam"
        marks.components.append(mark)
        events.segment = marks
        composition.slots.append(events)
        file.content.mobs.append(composition)


def source(file: Any, name: str, length: int, start: int, rate: Fraction, kind: str) -> Any:
    mob = file.create.MasterMob(name)
    slot = mob.create_timeline_slot(rate)
    slot.segment = file.create.SourceClip(length=length, media_kind=kind)
    file.content.mobs.append(mob)
    return mob.create_source_clip(slot.slot_id, start=start, length=length, media_kind=kind)


def transition(file: Any, length: int, kind: str) -> Any:
    made = file.create.Transition(kind, length)
    made["CutPoint"].value = length // 2
    made["OperationGroup"].value = operation(file, "Video Dissolve", length, kind)
    return made


def operation(file: Any, name: str, length: int, kind: str) -> Any:
    from uuid import NAMESPACE_DNS, uuid5

    definition = file.create.OperationDef(aaf2.auid.AUID(str(uuid5(NAMESPACE_DNS, name))), name)
    definition.media_kind = kind
    definition["NumberInputs"].value = 1
    file.dictionary.register_def(definition)
    return file.create.OperationGroup(file.dictionary.lookup_operationdef(name), length, kind)


def effect(file: Any, inner: Any, length: int, kind: str) -> Any:
    made = operation(file, "Blur", length, kind)
    made.segments.append(inner)
    return made


@pytest.mark.parametrize(
    ("rate", "fps", "drop", "name"),
    [
        (Fraction(30000, 1001), 30, True, "29.97df"),
        (Fraction(25), 25, False, "25"),
        (Fraction(24000, 1001), 24, False, "23.976"),
    ],
)
def test_a_composition_arrives_whole(tmp_path: Path, rate: Fraction, fps: int, drop: bool, name: str) -> None:
    path = tmp_path / "cut.aaf"
    write(path, rate=rate, fps=fps, drop=drop)
    timeline, _ = read(path)
    assert timeline.title == "Reel" and timeline.rate == Rate.parse(name)
    assert (timeline.start, timeline.end) == (107_892, 107_892 + 150)
    assert [(s.source, s.start - 107_892, s.end - 107_892, s.source_start) for s in timeline.shots] == [
        ("a", 0, 40, 0),
        ("b", 40, 100, 7),
        ("c", 120, 150, 0),
    ]
    mix = timeline.shots[1].transition
    assert (mix.kind, mix.frames, mix.detail) == ("dissolve", 10, "Video Dissolve")
    assert [(hit.frame - 107_892, hit.label) for hit in timeline.hits] == [(25, "slam")]


def test_a_composition_of_sound_has_its_clips_as_shots(tmp_path: Path) -> None:
    path = tmp_path / "cut.aaf"
    write(path, rate=Fraction(25), fps=25, drop=False, kind="sound")
    timeline, diagnostics = read(path)
    assert len(timeline.shots) == 3
    assert any("there is no picture" in d.message for d in diagnostics)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.aaf"
    write(path, rate=Fraction(25), fps=25, drop=False)
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(TimelineError, match="is not an AAF file that can be read"):
        read(path)
