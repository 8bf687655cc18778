"""Some stems of a film, or a stretch of it, as they are in the whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from soundscape.errors import InputError
from soundscape.model import Plan
from soundscape.pipeline.mixdown import Mixdown, mix_down
from soundscape.pipeline.rendering import alone, render_parts, workspace
from soundscape.pipeline.settings import Settings
from soundscape.progress import Progress, Silent


def mix_film(
    plan: Plan,
    out: Path | str,
    *,
    solo: Sequence[str] = (),
    begin: str | None = None,
    end: str | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Mixdown:
    """Some stems or a stretch of a film, sample for sample as they are in the whole.

    Parameters
    ----------
    plan, out :
        As of `soundscape.pipeline.rendering.render`.
    solo : sequence of str
        Buses, or `programme`; all without it. Finer stems and further mixes are those of the plan.
    begin, end : str, optional
        Timecodes from and to which files go.

    Raises
    ------
    InputError
        When a bus does not exist or a timecode is outside the programme.
    OutputError
        When the folder cannot be written, another run is writing into it, or there is no room for the result.
    """
    from soundscape.files import make_folder
    from soundscape.mix.tracks import buses_of
    from soundscape.pipeline.forecast import begin_with_room, forecast
    from soundscape.pipeline.kernels import compilation_told

    settings, progress, out = settings or Settings(), progress or Silent(), Path(out)
    allowed = ("programme", *buses_of(plan))
    for name in solo:
        if name not in allowed:
            raise InputError(f'there is no bus "{name}" in this film; allowed: {", ".join(allowed)}')
    stretch = _stretch(plan, begin, end)
    make_folder(out)
    cache = settings.parts()
    with alone(out), workspace(out) as work, cache.in_use(), compilation_told(progress):
        begin_with_room(forecast(plan, settings, only=solo, stretch=stretch), out, settings, progress)
        parts = {name: result.part for name, result in render_parts(plan, settings, progress).items()}
        made = mix_down(plan, parts, out, work, progress, only=tuple(solo), stretch=stretch)
    cache.trim(settings.cache_limit)
    return made


def _stretch(plan: Plan, begin: str | None, end: str | None) -> tuple[int, int] | None:
    """Samples from one timecode to another."""
    from soundscape.model import SAMPLE_RATE
    from soundscape.timecode import frame_to_sample, frame_to_timecode, timecode_to_frame

    if begin is None and end is None:
        return None

    def sample(timecode: str | None, default: int) -> int:
        if timecode is None:
            return default
        return frame_to_sample(timecode_to_frame(timecode, plan.rate) - plan.start, plan.rate, SAMPLE_RATE)

    first, last = sample(begin, 0), sample(end, plan.length)
    if not 0 <= first < last <= plan.length:
        frames = round(plan.length * plan.rate.fps / SAMPLE_RATE)
        limits = [frame_to_timecode(frame, plan.rate) for frame in (plan.start, plan.start + frames)]
        raise InputError(
            f"from {begin or limits[0]} to {end or limits[1]}; the film goes from {limits[0]} to {limits[1]}"
        )
    return first, last
