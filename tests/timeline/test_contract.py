"""What holds for every reader: found by its sample, harmless on damaged bytes, quick, and without silent loss."""

from __future__ import annotations

import random
import time
from pathlib import Path
from types import ModuleType

import pytest

from soundscape import registry
from soundscape.errors import InputError, TimelineError
from soundscape.model import Timeline
from soundscape.serial import from_json, to_json
from soundscape.timecode import Rate
from soundscape.timeline import ReadOptions, picture, read, summary

DATA = Path(__file__).parent.parent / "data" / "timelines"
SAMPLES = {
    "avid_markers": ("avid_markers.txt", "avid_frames.txt"),
    "capcut": ("draft_content.json",),
    "edl": ("dialects.edl",),
    "fcp7xml": ("premiere.xml",),
    "fcpxml": ("final_cut.fcpxml",),
    "frameio_comments": ("frameio.csv",),
    "otio": ("layers.otio",),
    "premiere_markers": ("premiere_markers.csv",),
    "protools_text": ("protools.txt",),
    "pyscenedetect": ("scenes.csv", "scenes_2014.csv"),
    "resolve_markers": ("resolve_markers.edl",),
    "shotlist": ("shots.csv",),
    "substation": ("narration.ass",),
    "subtitles": ("narration.srt", "narration.vtt"),
    "youtube_chapters": ("chapters.txt",),
}
WHOLE_FILES = {"aaf", "video"}
"""Readers of files that are not text: their own tests make their samples."""
TOKENS = (
    b"\x00", b"\xff\xfe", b"\r", b"\n\n", b"\t\t", b",,", b'"', b"'", b"-1", b"99999999999999999999", b"1e999", b"NaN",
    b"00:00:00:00", b"99:99:99:99", b"00:00:00;01", b"<a>", b"</", b"&x;", b"{", b"]", b"null", b"1/0s", b"-0/0s",
    b"\xe9", b"\xd0\x9f", b"|", b"+", b"%", b"FCM: DROP FRAME\n", b"-->", b"true", b"\\u0000", b"inf",
)  # fmt: skip
SLOWEST_S = 2.0

FORMATS = sorted(SAMPLES)


def module(name: str) -> ModuleType:
    found: ModuleType = registry.unit("timeline", name)
    return found


FILES = [(name, file) for name, samples in SAMPLES.items() for file in samples]


def test_every_reader_has_a_sample() -> None:
    assert set(registry.units("timeline")) == set(SAMPLES) | WHOLE_FILES


@pytest.mark.parametrize(("name", "file"), FILES)
def test_the_sample_is_recognised_by_its_own_reader_and_surely_by_no_other(
    name: str, file: str, tmp_path: Path
) -> None:
    timeline, diagnostics = read(DATA / file)
    assert (timeline, diagnostics) == read(DATA / file, format=name)
    head = (DATA / file).read_bytes()[:65536]
    sure = [other for other in FORMATS if getattr(module(other), "sniff", lambda _: 0)(head) == 2]
    assert sure in ([name], [])
    path = tmp_path / "unknown.suffix"
    path.write_bytes((DATA / file).read_bytes())
    if hasattr(module(name), "sniff"):
        assert read(path)[0].shots == timeline.shots


@pytest.mark.parametrize(("name", "file"), FILES)
def test_what_is_read_is_in_order_and_survives_json(name: str, file: str) -> None:
    timeline, diagnostics = read(DATA / file, format=name)
    assert timeline.shots or timeline.hits or timeline.narration
    for shot in timeline.shots:
        assert shot.start < shot.end and shot.label and shot.track >= 1
    assert list(timeline.shots) == sorted(timeline.shots, key=lambda shot: shot.start)
    assert list(timeline.hits) == sorted(timeline.hits, key=lambda hit: hit.frame)
    assert list(timeline.narration) == sorted(timeline.narration, key=lambda cue: cue.start)
    assert from_json(Timeline, to_json(timeline)) == timeline
    assert all(d.severity in ("warning", "info") and d.message and d.path for d in diagnostics)
    seen, _ = picture(timeline)
    assert summary(seen).overlaps == 0


@pytest.mark.parametrize(("name", "file"), FILES)
def test_a_rate_that_is_asked_for_is_taken(name: str, file: str) -> None:
    rate = Rate.parse("59.94")
    assert read(DATA / file, format=name, fps=rate)[0].rate.fps == rate.fps


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "data", [b"\x00" * 100_000, b" ", b"\n", b"x" * 1_000_000, b"<" * 1000, b"{" * 1000, b"\xff" * 999]
)
def test_rubbish_ends_in_an_error(name: str, data: bytes) -> None:
    start = time.perf_counter()
    with pytest.raises(InputError):
        module(name).read(data, ReadOptions(name="rubbish"))
    assert time.perf_counter() - start < SLOWEST_S


LONG = (
    b"1" + b" " * 300_000 + b"x", b"1" * 300_000 + b"x", b"0:00 a" + b" " * 300_000 + b"b\n0:01 b", b"<v " * 100_000,
    b"00:00:00:00" * 30_000, b"1 00:00:00:00" + b"00:00:00:00" * 30_000, b"M2 " + b"1 " * 150_000 + b"x",
    b"* " + b" " * 300_000 + b"x", b"|C:" * 100_000, b" " * 300_000 + b"|C:", b"{\\" * 100_000,
    b"# fps:" + b" " * 300_000 + b"x",
    b"# fps: " + b"9" * 400, b"# fps: " + b"9" * 5000, b"shot,duration\n1," + b"1" * 100_000 + b"x",
    b"shot,intensity\n1," + b"1" * 100_000, b"shot,hits\n1," + b"1" * 100_000 + b"x",
    b"shot,transition\n1,dissolve " + b"1" * 100_000 + b"x", b"TIMECODE FORMAT:\t" + b"9" * 5000,
    b"FPS: " + b"9" * 400, b"[" * 100_000, b"a\tb\tV1" + b"\t" * 300_000,
)  # fmt: skip
"""Lines that would keep a careless pattern or a number without bounds busy."""


@pytest.mark.parametrize("name", FORMATS)
def test_long_lines_take_no_square_of_time(name: str) -> None:
    original = (DATA / SAMPLES[name][0]).read_bytes()
    for line in LONG:
        for data in (line, line + b"\n" + original, original + b"\n" + line + b"\n"):
            start = time.process_time()
            try:
                getattr(module(name), "sniff", len)(data[:65536])
                timeline, _ = module(name).read(data, ReadOptions(name="long"))
                summary(timeline)
            except InputError:
                pass
            assert time.process_time() - start < SLOWEST_S, line[:20]


def damaged(data: bytes, dice: random.Random) -> bytes:
    """The bytes with a few random changes."""
    for _ in range(dice.choice((1, 1, 2, 4, 8))):
        at = dice.randrange(len(data) + 1)
        end = min(len(data), at + dice.choice((1, 2, 5, 20, 200)))
        change = dice.randrange(7)
        if change == 0:
            data = data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :]
        elif change == 1:
            data = data[:at] + data[end:]
        elif change == 2:
            data = data[:at] + data[at:end] * dice.choice((2, 3, 50)) + data[end:]
        elif change == 3:
            data = data[:at] + dice.choice(TOKENS) + data[at:]
        elif change == 4:
            data = data[:at] + dice.choice(TOKENS) + data[end:]
        elif change == 5:
            lines = data.split(b"\n")
            dice.shuffle(lines)
            data = b"\n".join(lines)
        else:
            data = data[:at] if dice.random() < 0.3 else data
    return data


def campaign(name: str, cases: int) -> None:
    """Read damaged samples: an error of ours or a timeline that holds together, each in time."""
    reader = module(name)
    dice = random.Random(f"fuzz {name}")
    originals = [(DATA / file).read_bytes() for file in SAMPLES[name]]
    for case in range(cases):
        data = damaged(dice.choice(originals), dice)
        rate = dice.choice((None, None, Rate.parse("24"), Rate.parse("29.97df")))
        start = time.perf_counter()
        try:
            getattr(reader, "sniff", len)(data[:65536])
            timeline, _ = reader.read(data, ReadOptions(name="fuzz", rate=rate))
            assert all(shot.start < shot.end for shot in timeline.shots)
            assert timeline.start <= timeline.end
            picture(timeline)
            summary(timeline)
        except InputError:
            pass
        except Exception as error:
            raise AssertionError(f"case {case} of {name}: {error!r} for {data[:3000]!r}") from error
        assert time.perf_counter() - start < SLOWEST_S, f"case {case} of {name} took too long"


@pytest.mark.parametrize("name", FORMATS)
def test_damaged_files_end_in_an_error_or_a_timeline(name: str) -> None:
    campaign(name, 200)


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_ten_thousand_damaged_files_end_in_an_error_or_a_timeline(name: str) -> None:
    campaign(name, 10_000)


def test_read_raises_nothing_but_timeline_errors(tmp_path: Path) -> None:
    dice = random.Random("fuzz read")
    path = tmp_path / "any"
    for _ in range(150):
        name, file = dice.choice(FILES)
        path.write_bytes(damaged((DATA / file).read_bytes(), dice))
        try:
            read(path, format=dice.choice((name, None)))
        except TimelineError as error:
            assert str(error).startswith(str(path)) and "\n" not in str(error)
