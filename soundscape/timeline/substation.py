"""Narration and subtitles: SubStation Alpha (`.ass`, `.ssa`), read with pysubs2."""

from __future__ import annotations

from fractions import Fraction

from soundscape.errors import TimelineError
from soundscape.model import Cue, Timeline
from soundscape.timecode import seconds_to_frame
from soundscape.timeline import _text
from soundscape.timeline._reading import ReadOptions, Report, Result, lowest_rate

SUFFIXES = (".ass", ".ssa")


def sniff(data: bytes) -> int:
    """Surely, where the sections of the format are."""
    text = _text.head(data)
    return 2 * ("[Script Info]" in text and "[V4" in text)


def read(data: bytes, options: ReadOptions) -> Result:
    """Read narration cues; the timeline has no shots."""
    import pysubs2

    report = Report()
    text = _text.decode(data, report)
    lines = [number for number, line in enumerate(text.split("\n"), 1) if line.startswith("Dialogue:")]
    try:
        events = pysubs2.SSAFile.from_string(text, format_="ass").events
    except Exception as error:
        # pysubs2 has no common error for what is wrong in a file: ValueError, IndexError, KeyError ...
        raise TimelineError(f"is not a SubStation file that can be read: {error}") from error
    spoken = [event for event in events if not event.is_comment]
    if len(lines) != len(spoken):
        report.warn(f"{len(lines)} lines look like cues, {len(spoken)} are")
        lines = [0] * len(spoken)
    rate = options.rate or lowest_rate(-1, report=report)
    cues = []
    for event, line in zip(spoken, lines, strict=True):
        words = " ".join(event.plaintext.split())
        if words and event.end > event.start >= 0:
            start = seconds_to_frame(Fraction(event.start, 1000), rate)
            end = max(start + 1, seconds_to_frame(Fraction(event.end, 1000), rate))
            cues.append(Cue(start=start, end=end, text=words, line=line))
        else:
            report.warn("a cue without words or length is left out", line, kind="empty cues")
    if not cues:
        raise TimelineError("has no cues")
    cues.sort(key=lambda cue: cue.start)
    stop = max(cue.end for cue in cues)
    report.info(f"{len(spoken)} cues, {len(cues)} of them used")
    timeline = Timeline(title=options.title, rate=rate, start=0, shots=(), narration=tuple(cues), stop=stop)
    return timeline, report.diagnostics
