"""OpenTimelineIO (`.otio`, and the archive `.otioz`), whatever the versions of its schemas.

Read here and not by its library, which refuses every file with a schema newer than itself: of a schema only the
name matters, and the two layouts of clips (one media reference, or several with a key) are both known. Times
have a rate each; they are added as exact seconds and become frames of the timeline once.

Source: OpenTimelineIO, file format specification and serialised schema documentation.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from fractions import Fraction
from pathlib import PurePosixPath
from urllib.parse import unquote

from soundscape.errors import InputError, TimelineError
from soundscape.model import HitPoint, Timeline
from soundscape.timecode import Rate
from soundscape.timeline import _json, _layers
from soundscape.timeline._json import Object
from soundscape.timeline._rational import nearest
from soundscape.timeline._reading import ReadOptions, Report, Result

SUFFIXES = (".otio", ".otioz", ".json")

MAX_CONTENT = 1 << 28
"""Largest timeline that is unpacked from an archive, in bytes."""
MAX_RATIO = 200
"""Strongest compression that is believed."""
MAX_DEPTH = 50

_CONTENT = "content.otio"


def sniff(data: bytes) -> int:
    """Surely, where a schema is named, or the archive begins with its version or content."""
    archive = data.startswith(b"PK") and (b"content.otio" in data or b"version.txt" in data[:200])
    return 2 * (b'"OTIO_SCHEMA"' in data or archive)


def read(data: bytes, options: ReadOptions) -> Result:
    """Read a timeline; raises TimelineError when the file holds none."""
    report = Report()
    root = _timeline(_json.parse(_unpacked(data) if data.startswith(b"PK") else data), report)
    stack = _json.member(root, "tracks")
    tracks = [track for track in _json.members(stack, "children") if _schema(track) == "Track"]
    pictures = [track for track in tracks if _json.text(track, "kind") != "Audio"]
    sounds = [track for track in tracks if track not in pictures]
    start_time = _json.member(root, "global_start_time")
    rate = options.rate or _rate(start_time, pictures or sounds)
    start_s = _seconds(start_time) or Fraction(0)
    reading = _layers.Reading(rate, nearest(start_s * rate.fps), report)
    length_s = max(
        (_track(track, number, reading) for number, track in enumerate(pictures, 1)), default=Fraction(0)
    )
    if not reading.clips and sounds:
        report.info("there is no picture in this timeline; its sound clips are taken as shots")
        length_s = max(_track(track, number, reading) for number, track in enumerate(sounds, 1))
    elif sounds:
        reading.left_out["sound tracks"] = len(sounds)
    for owner in (stack, root):
        for marker in _json.members(owner, "markers"):
            at_s = _seconds(_json.member(_json.member(marker, "marked_range"), "start_time")) or Fraction(0)
            _marker(marker, at_s - start_s if at_s >= start_s else at_s, reading)
    shots = _layers.shots(reading.clips, reading.mixes, report)
    rest = "".join(f", {count} {what} left out" for what, count in sorted(reading.left_out.items()))
    report.info(f"{len(shots)} shots, {len(reading.mixes)} transitions, {len(reading.hits)} markers{rest}")
    timeline = Timeline(
        title=_json.text(root, "name") or options.title,
        rate=rate,
        start=reading.start,
        shots=tuple(shots),
        hits=tuple(sorted(reading.hits, key=lambda hit: hit.frame)),
        stop=reading.frame(length_s),
    )
    return timeline, report.diagnostics


def _unpacked(data: bytes) -> bytes:
    """The timeline of an archive; no other member is touched."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            info = archive.getinfo(_CONTENT)
            if info.file_size > MAX_CONTENT or info.file_size > MAX_RATIO * max(info.compress_size, 1):
                raise TimelineError(
                    f"unpacks to {info.file_size:,} bytes from {info.compress_size:,}; that is not believed"
                )
            with archive.open(info) as file:
                return file.read(MAX_CONTENT)
    except KeyError:
        raise TimelineError(f"is an archive without {_CONTENT}") from None
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise TimelineError(f"is an archive that cannot be unpacked: {error}") from error
    except Exception as error:
        # zlib.error and lzma.LZMAError have no common parent but this.
        raise TimelineError(f"is a damaged archive: {error}") from error


def _timeline(root: Object, report: Report) -> Object:
    """The timeline of a file, or the first of a collection."""
    if _schema(root) == "Timeline":
        return root
    found = [child for child in _json.members(root, "children") if _schema(child) == "Timeline"]
    if not found:
        raise TimelineError(f'there is no timeline in this file: it holds a "{_schema(root) or "nothing known"}"')
    if len(found) > 1:
        report.warn(f'the first of {len(found)} timelines is read, "{_json.text(found[0], "name")}"')
    return found[0]


def _schema(node: Object) -> str:
    """Name of a node's schema; its version does not matter."""
    return _json.text(node, "OTIO_SCHEMA").partition(".")[0]


def _rate(start_time: Object, tracks: list[Object]) -> Rate:
    """That of the start timecode, else the commonest one of the clips."""
    counts: Counter[Fraction] = Counter()
    if rate := _json.number(start_time, "rate"):
        counts[rate] += 1
    else:
        for track in tracks:
            for item in _json.members(track, "children"):
                if rate := _json.number(_json.member(_range(item), "duration"), "rate"):
                    counts[rate] += 1
    if not counts:
        raise TimelineError("no time in this file has a rate; say it with --fps")
    given = counts.most_common(1)[0][0]
    try:
        return Rate.parse(f"{float(given):.6f}")
    except InputError:
        raise TimelineError(f"its times have the rate {float(given):g}; say the frame rate with --fps") from None


def _seconds(time: Object) -> Fraction | None:
    value, rate = _json.number(time, "value"), _json.number(time, "rate")
    if value is None or rate is None or rate < Fraction(1, 1000):
        return None
    try:
        return value / Rate.parse(f"{float(rate):.6f}").fps
    except InputError:
        return value / rate


def _range(item: Object) -> Object:
    """The part of its source that an item shows: its own, else all of its medium."""
    if own := _json.member(item, "source_range"):
        return own
    return _json.member(_media(item), "available_range")


def _media(item: Object) -> Object:
    several = _json.member(item, "media_references")
    key = _json.text(item, "active_media_reference_key") or "DEFAULT_MEDIA"
    return _json.member(several, key) or _json.member(item, "media_reference")


def _length(item: Object, depth: int = 0) -> Fraction:
    """Seconds that an item lasts; a composition without a range as long as what is in it."""
    own = _seconds(_json.member(_range(item), "duration"))
    if own is not None:
        return max(own, Fraction(0))
    if depth > MAX_DEPTH:
        raise TimelineError(f"is nested more than {MAX_DEPTH} deep")
    inner = [
        _length(child, depth + 1) for child in _json.members(item, "children") if _schema(child) != "Transition"
    ]
    return max(inner, default=Fraction(0)) if _schema(item) == "Stack" else sum(inner, Fraction(0))


def _track(track: Object, number: int, reading: _layers.Reading) -> Fraction:
    """Gather the clips of a track; returns its length in seconds."""
    at_s = Fraction(0)
    for item in _json.members(track, "children"):
        if _schema(item) == "Transition":
            before = _seconds(_json.member(item, "in_offset")) or Fraction(0)
            after = _seconds(_json.member(item, "out_offset")) or Fraction(0)
            name = _json.text(item, "name") or _json.text(item, "transition_type") or "transition"
            reading.mixes.append(
                _layers.Mix(
                    start=reading.frame(at_s - before), end=reading.frame(at_s + after), name=name, track=number
                )
            )
            continue
        length_s = _length(item)
        if _schema(item) != "Gap":
            _clip(item, at_s, length_s, number, reading)
        at_s += length_s
    for marker in _json.members(track, "markers"):
        _marker(marker, _seconds(_json.member(_json.member(marker, "marked_range"), "start_time")), reading)
    return at_s


def _clip(item: Object, at_s: Fraction, length_s: Fraction, track: int, reading: _layers.Reading) -> None:
    if item.get("enabled") is False:
        reading.left_out["disabled clips"] += 1
        return
    first_s = _seconds(_json.member(_range(item), "start_time")) or Fraction(0)
    media = _media(item)
    file = PurePosixPath(unquote(_json.text(media, "target_url")).replace("\\", "/")).name
    name = _json.text(item, "name") or _json.text(media, "name") or file
    extra = [("file", file)] if file and file != name else []
    if _schema(item) in ("Stack", "Track", "Timeline"):
        extra.append(("nested", _schema(item)))
        reading.report.info(f'"{name}" is a nested {_schema(item)}, one shot here', kind="nested clips")
    for effect in _json.members(item, "effects"):
        if (scalar := _json.number(effect, "time_scalar")) is not None and scalar != 1:
            extra.append(("speed", f"{float(scalar):g}"))
    reading.clips.append(
        _layers.Clip(
            start=reading.frame(at_s),
            end=reading.frame(at_s + length_s),
            source=name,
            source_start=nearest(first_s * reading.rate.fps),
            track=track,
            extra=extra,
        )
    )
    for marker in _json.members(item, "markers"):
        inside_s = _seconds(_json.member(_json.member(marker, "marked_range"), "start_time"))
        if inside_s is None or not 0 <= inside_s - first_s < length_s:
            name = _json.text(marker, "name")
            reading.report.info(f'marker "{name}" lies outside of its clip and is left out', kind="hidden markers")
        else:
            _marker(marker, at_s + inside_s - first_s, reading)


def _marker(marker: Object, at_s: Fraction | None, reading: _layers.Reading) -> None:
    length_s = _seconds(_json.member(_json.member(marker, "marked_range"), "duration")) or Fraction(0)
    frames = nearest(length_s * reading.rate.fps)
    note = _json.text(marker, "comment")
    reading.hits.append(
        HitPoint(
            frame=reading.frame(at_s or Fraction(0)),
            label=_json.text(marker, "name") or note or "marker",
            frames=frames if frames > 1 else 0,
            colour=_json.text(marker, "color").lower(),
            kind="marker",
            note=note,
        )
    )
