"""What a run will have to do and how much disk it will take, before it begins."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from soundscape.errors import OutputError
from soundscape.model import SAMPLE_RATE, Clip, Plan, Sound
from soundscape.pipeline.settings import Settings
from soundscape.progress import Progress

_FLOAT_BYTES = 4
"""A sample of a part, and of a stem between mix and master."""
_FILE_BYTES = 3
"""A sample of a delivered file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a run will do; sizes are lower bounds, for hits and last notes ring on."""

    sounds: int
    to_render: tuple[str, ...]
    """Names of the sounds that are not in the cache."""
    seconds: float
    """Of all sounds."""
    seconds_to_render: float
    cache_bytes: int
    """What the cache will grow by."""
    cache_limit: int
    """What will be left in the cache at most when the run is over."""
    out_bytes: int
    """What will be delivered."""
    work_bytes: int
    """What is needed beside it until the end of the run."""

    @property
    def too_large(self) -> str:
        """In a line, that the cache will not keep the whole film; empty when it will."""
        whole = _part_bytes(self.seconds)
        if whole <= self.cache_limit:
            return ""
        return (
            f"the sounds of this film take {_size(whole)}, of which the cache keeps {_size(self.cache_limit)}: "
            f"a re-cut renders the others again; to keep all, give --cache-size {math.ceil(1.1 * whole / 1e9)}G"
        )

    @property
    def summary(self) -> str:
        """The same in a line."""
        return (
            f"{len(self.to_render)} of {self.sounds} sounds are to be rendered "
            f"({self.seconds_to_render:.1f} of {self.seconds:.1f} s); disk: {_size(self.cache_bytes)} more in the "
            f"cache, {_size(self.out_bytes)} of files and {_size(self.work_bytes)} while at work"
        )


def forecast(
    plan: Plan, settings: Settings, *, only: Sequence[str] = (), stretch: tuple[int, int] | None = None
) -> Forecast:
    """What rendering a plan will take, with what the cache has now; `only` and `stretch` as of `mix_down`."""
    from soundscape.mix.surround import CHANNELS
    from soundscape.mix.tracks import buses_of, tracks_of
    from soundscape.synthesis import part_key

    cache = settings.parts()
    sources: list[Sound | Clip] = [*plan.sounds, *plan.narration]
    missing = [source for source in sources if not cache.holds(part_key(source, draft=plan.draft))]
    frames = sum(source.length for source in missing)
    channels, buses = CHANNELS[plan.layout], len(buses_of(plan))
    tracks = buses + sum(len(set(tracks_of(plan, kind).values())) for kind in plan.stems)
    begin, end = stretch or (0, plan.length)
    files = (len(only) or 1 + buses) + tracks - buses + len(plan.also)
    # Beside stems lies their sum. Room for speech and a layout with more channels take a copy of the stems each.
    copied = channels if channels > 2 or (plan.ducking is not None and plan.narration) else 0
    return Forecast(
        sounds=len(sources),
        to_render=tuple(source.name for source in missing),
        seconds=sum(source.length for source in sources) / SAMPLE_RATE,
        seconds_to_render=frames / SAMPLE_RATE,
        cache_bytes=_part_bytes(frames / SAMPLE_RATE),
        cache_limit=settings.cache_limit,
        out_bytes=_FILE_BYTES * channels * (end - begin) * files,
        work_bytes=_FLOAT_BYTES * plan.length * (tracks + 1 + len(plan.stems)) * (2 + copied),
    )


def begin_with_room(expected: Forecast, out: Path, settings: Settings, progress: Progress) -> None:
    """Say what is going to be done; refuse to begin what cannot end.

    Raises
    ------
    OutputError
        When a disk has less room than the lower bound of what it will have to hold.
    """
    progress.note(expected.summary)
    if expected.too_large:
        progress.note(expected.too_large)
    needs: dict[int, tuple[Path, int]] = {}
    for folder, size in (
        (settings.folder, expected.cache_bytes),
        (out, expected.out_bytes + expected.work_bytes),
    ):
        place = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
        device = place.stat().st_dev
        needs[device] = (place, needs.get(device, (place, 0))[1] + size)
    for place, size in needs.values():
        free = shutil.disk_usage(place).free
        if size > free:
            raise OutputError(
                f"{_size(size)} are needed and {_size(free)} are free; make room, or give another --cache or -o",
                path=place,
            )


def _part_bytes(seconds: float) -> int:
    return round(2 * _FLOAT_BYTES * seconds * SAMPLE_RATE)


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
