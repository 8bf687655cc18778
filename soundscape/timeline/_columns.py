"""Columns of a shot list: the names that people give them, and what is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_ALIASES = {
    "shot": "shot|shotno|shotnumber|shotnum|shotid|shotname|shotcode|shots|setup|name|no|nr|number|#|id|plan",
    "scene": "scene|sc|sceneno|scenenumber|scenenum|scenename|sequence|seq",
    "place": "place|location|loc|set|setting|where|sceneset|setlocation|intextlocation|settinglocation",
    "description": "description|desc|shotdescription|action|visual|visuals|whathappens|actiondialogue|content"
    "|summary|scenedescription|picture|video",
    "mood": "mood|tone|emotion|feeling|feel",
    "intensity": "intensity|energy|tension|dynamics",
    "owners": "owners|owner|characters|character|cast|actors|actor|talent|objects|object|props|prop|who"
    "|subject|subjects",
    "sounds": "sounds|sound|audio|sfx|soundfx|soundnotes|audionotes|soundeffects|soundeffect|effects",
    "hits": "hits|hitpoints|hitpoint|hit|sync|syncpoints|syncpoint",
    "movement": "movement|move|movements|cameramovement|cameramove|camera|cameramotion",
    "transition": "transition|trans|transitionin|transitions",
    "start": "start|in|tcin|intc|starttc|startcode|starttimecode|timecodein|timecodestart|recordin|recin"
    "|starttime|begin|timecode|tc|inpoint|filmin|framein|inframe|startframe|timein|cutin",
    "end": "end|out|tcout|outtc|endtc|endcode|endtimecode|timecodeout|timecodeend|recordout|recout|endtime"
    "|outpoint|filmout|frameout|outframe|endframe|timeout|cutout",
    "duration": "duration|dur|length|len|esttime|estimatedtime|estduration|secs|seconds|runtime|runningtime"
    "|filmseconds|frames|framecount|nbframes|numframes|shotlength|shotduration|screentime",
    "fps": "fps|framerate|framespersecond",
    "source": "source|clip|clipname|reel|file|media|filename",
    "": "size|shotsize|shottype|type|framing|angle|cameraangle|lens|equipment|lighting|pacing|colorpalette"
    "|notes|note|comments|comment|remarks|timeofday|dn|daynight|intext|ie|dialogue|dialog|vo|script|narration"
    "|music|done|status|description2|episode|act|page|pages",
}
_FIELDS = {alias: field for field, aliases in _ALIASES.items() for alias in aliases.split("|")}
_UNITS = {
    "frames": "f", "frame": "f", "fr": "f", "f": "f",
    "seconds": "s", "second": "s", "secs": "s", "sec": "s", "s": "s",
    "minutes": "m", "minute": "m", "mins": "m", "min": "m", "ms": "ms", "milliseconds": "ms",
}  # fmt: skip
_TIMES = ("start", "end", "duration")

MAX_TITLE = 100
"""Characters of a heading that are read."""

ALLOWED = (
    "shot, scene, place, description, mood, intensity, owners, sounds, hits, movement, transition, start, end, "
    "duration, fps"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its place, its name in the file, the field that it fills and the unit of its bare numbers."""

    index: int
    title: str
    field: str
    """Name of a field; empty for what is only kept."""
    known: bool
    unit: str = "s"


def columns(header: list[str]) -> tuple[Column, ...]:
    """What each cell of a header row stands for; cells without a word are left out."""
    found = [_column(index, cell.strip()[:MAX_TITLE]) for index, cell in enumerate(header) if cell.strip()]
    labels = [column for column in found if column.field == "shot"]
    # `Name` or `No` is the shot only where no column says so itself.
    label = next((column for column in labels if "shot" in column.title.lower()), next(iter(labels), None))
    return tuple(
        replace(column, field="") if column.field == "shot" and column is not label else column for column in found
    )


def _column(index: int, title: str) -> Column:
    words = re.findall(r"[^\W_]+", title.lower())
    plain = re.sub(r"\([^)]*\)|\[[^\]]*\]", "", title)
    for text in (plain, title):
        key = re.sub(r"[\W_]+", "", text.lower()) or text.strip().lower()
        if key in _FIELDS:
            break
    else:
        return Column(index=index, title=title, field="", known=False)
    field = _FIELDS[key]
    in_frames = re.search(r"frame|^film(in|out)$", key)
    unit = "f" if in_frames else next((_UNITS[word] for word in reversed(words) if word in _UNITS), "s")
    return Column(index=index, title=title, field=field, known=True, unit=unit if field in _TIMES else "s")
