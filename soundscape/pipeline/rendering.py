"""From a plan to the delivered files of a film."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from soundscape.errors import InputError, OutputError
from soundscape.model import Clip, Plan, Sound
from soundscape.pipeline.mixdown import Mixdown, mix_down
from soundscape.pipeline.settings import Settings
from soundscape.progress import Progress, Silent

if TYPE_CHECKING:
    from soundscape.changes import Run
    from soundscape.deliver.report import Report
    from soundscape.deliver.stems import StemFile
    from soundscape.parts import Part
    from soundscape.synthesis import Rendered

UNCHANGED = "everything is as it was delivered"
COPIED = "everything was delivered before and is copied from {folder}"
CHANGES = "changes.json"
"""What a run did with the sounds of the one before it; the only file that a repeated run does not repeat."""


def render(
    plan: Plan,
    out: Path | str,
    *,
    since: Path | str | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Report:
    """Everything that a plan describes, as files in a folder.

    Programme and stems (24-bit Broadcast Wave), the score as MIDI, a REAPER session, markers for Resolve, the cue
    sheet, `plan.json`, `report.json` and `report.html`. Each file appears whole or not at all; parts that were
    rendered before, also by a run that was interrupted, are used. What was delivered before is only looked at, or
    copied from the folder where it is.

    Parameters
    ----------
    plan : Plan
        From `plan`, or read back from a plan.json.
    out : Path or str
        The folder, made when it is missing.
    since : Path or str, optional
        Folder of the run with which `changes.json` compares; without it the last one into `out`.

    Raises
    ------
    InputError
        When there was no run into `since`.
    OutputError
        When the folder cannot be written, another run is writing into it, or there is no room for the result.
    """
    from soundscape.deliver.page import page
    from soundscape.files import make_folder, slug, write_bytes, write_text
    from soundscape.mastering.target import load_target
    from soundscape.pipeline.delivered import delivery, delivery_key, remember
    from soundscape.pipeline.forecast import begin_with_room, forecast
    from soundscape.pipeline.kernels import compilation_told
    from soundscape.serial import to_json

    settings, progress, out = settings or Settings(), progress or Silent(), Path(out)
    target = load_target(plan.target)
    earlier = _earlier(out if since is None else Path(since))
    if since is not None and earlier is None:
        raise InputError("no run of this version of soundscape is in it; give the folder of one", path=since)
    make_folder(out)
    key, cache = delivery_key(plan), settings.parts()
    with alone(out):
        progress.stage("verify", 1)
        again = _again(plan, key, out, earlier, settings, progress)
    if again is not None:
        cache.trim(settings.cache_limit)
        return again
    with alone(out), workspace(out) as work, cache.in_use(), compilation_told(progress):
        begin_with_room(forecast(plan, settings), out, settings, progress)
        rendered = render_parts(plan, settings, progress)
        parts = {name: result.part for name, result in rendered.items()}
        with ThreadPoolExecutor(max_workers=1) as beside:
            waiting = beside.submit(_handed_over, plan)
            made = mix_down(plan, parts, out, work, progress)
            handed_over = waiting.result()
        stems = [file for file in made.files if file.path.parent == out]
        progress.stage("report", 1)
        for suffix, content in handed_over.items():
            write_bytes(out / f"{slug(plan.title)}.{suffix}", content)
        write_text(out / "plan.json", to_json(plan))
        files = [
            *(str(file.path.relative_to(out)) for file in made.files),
            *(f"{slug(plan.title)}.{suffix}" for suffix in handed_over),
            "plan.json",
            "report.json",
            "report.html",
        ]
        report = _report(plan, made, parts, stems, files)
        energies = {stem.name: stem.energies for stem in stems}
        write_text(out / "report.html", page(report, plan, energies, target.integrated_lufs))
        write_text(out / "report.json", to_json(report))
        _tell_changes(out, earlier, plan, report, [name for name, result in rendered.items() if result.fresh])
        remember(settings.folder, key, delivery(out, report.files))
    cache.trim(settings.cache_limit)
    return report


def _report(
    plan: Plan, made: Mixdown, parts: Mapping[str, Part], stems: Sequence[StemFile], files: Sequence[str]
) -> Report:
    """What was delivered, and how it came out."""
    from soundscape.deliver.report import Report, chosen, covered, faint, landings, mastering_of, spoken
    from soundscape.deliver.stems import PROGRAMME
    from soundscape.model import SAMPLE_RATE
    from soundscape.timecode import frame_to_timecode

    loudness = {stem.name: stem.loudness for stem in stems}
    programme = loudness.pop(PROGRAMME)
    return Report(
        title=plan.title,
        version=plan.version,
        seed=plan.seed,
        duration_s=plan.length / SAMPLE_RATE,
        rate=str(plan.rate),
        start=frame_to_timecode(plan.start, plan.rate),
        programme=programme,
        stems=loudness,
        mastering=mastering_of(made.fitted),
        null=made.null,
        finer=made.finer,
        speech=spoken(plan, made.passages),
        hits=landings(plan, parts, {stem.name: stem.path for stem in stems}),
        files=tuple(files),
        chosen=chosen(plan),
        parts={name: part.path.stem for name, part in sorted(parts.items())},
        notes=(
            *(["a draft: sounds at half rate, rooms cut short; not to be delivered"] if plan.draft else []),
            *(str(note) for note in plan.diagnostics),
            *covered(plan, made.passages),
            *faint(programme, loudness),
            *(f"{stem.path.name}: {stem.clipped} samples clipped" for stem in stems if stem.clipped),
        ),
    )


def _handed_over(plan: Plan) -> dict[str, bytes]:
    """Suffix → what editors are handed besides the stems."""
    from soundscape.deliver.cue_sheet import cue_sheet
    from soundscape.deliver.markers import marker_edl
    from soundscape.deliver.midi import midi_bytes
    from soundscape.deliver.musicxml import musicxml
    from soundscape.deliver.reaper import reaper_project
    from soundscape.deliver.sidecar import sidecar
    from soundscape.deliver.stems import PROGRAMME, stem_path
    from soundscape.mix.tracks import buses_of

    session = {name: stem_path(Path(), plan, name).name for name in (PROGRAMME, *buses_of(plan))}
    return {
        "mid": midi_bytes(plan),
        "score.json": sidecar(plan).encode(),
        "musicxml": musicxml(plan),
        "rpp": reaper_project(plan, session).encode(),
        "markers.edl": marker_edl(plan).encode(),
        "cues.csv": cue_sheet(plan).encode(),
    }


def _again(
    plan: Plan, key: str, out: Path, earlier: Run | None, settings: Settings, progress: Progress
) -> Report | None:
    """The report of what a plan delivers when all of it is in a folder: still, or copied from another."""
    from soundscape.deliver.report import Report
    from soundscape.pipeline.delivered import remember, remembered
    from soundscape.serial import from_json

    before = remembered(settings.folder, key)
    if before is None:
        return None
    if before.is_whole(out):
        progress.note(UNCHANGED)
    else:
        with workspace(out) as work:
            if before.folder == out.absolute() or not before.copy_to(out, work):
                return None
        progress.note(COPIED.format(folder=before.folder))
    remember(settings.folder, key, replace(before, folder=out.absolute()))
    report = from_json(Report, (out / "report.json").read_bytes())
    _tell_changes(out, earlier, plan, report, ())
    return report


def _earlier(out: Path) -> Run | None:
    """The last run into a folder, if there was one."""
    import json

    from soundscape.changes import Run
    from soundscape.serial import from_json

    try:
        plan = from_json(Plan, (out / "plan.json").read_bytes())
        return Run(plan=plan, keys=dict(json.loads((out / "report.json").read_text())["parts"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _tell_changes(out: Path, earlier: Run | None, plan: Plan, report: Report, fresh: Collection[str]) -> None:
    """Write what a run did with the sounds of the one before it, if there was one."""
    from soundscape.changes import Run, compare
    from soundscape.files import write_text
    from soundscape.serial import to_json

    if earlier is not None:
        write_text(out / CHANGES, to_json(compare(earlier, Run(plan=plan, keys=report.parts), fresh)))


def draft(plan: Plan) -> Plan:
    """The plan as a draft: sounds at half rate and short rooms, for a fast look; its title says so everywhere."""
    return replace(plan, draft=True, title=f"{plan.title} draft")


def hold_gain(plan: Plan, earlier: Path | str) -> Plan:
    """The plan, to be mastered with the gain of an earlier run while that meets the target.

    Without it a re-cut film is brought to its target anew, which moves the level of all of it by a few hundredths of
    a decibel; with it, scenes that did not change stay the same to the bit.

    Raises
    ------
    InputError
        When there is no report of a run in that folder.
    """
    import json

    from soundscape.model import MasterGain

    path = Path(earlier) / "report.json"
    try:
        mastering = json.loads(path.read_text())["mastering"]
        gain = MasterGain(gain_db=float(mastering["gain_db"]), ceiling_dbtp=float(mastering["ceiling_dbtp"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError("is no report of an earlier run; give the folder of one", path=path) from None
    return replace(plan, master=gain)


def last_changes(out: Path | str) -> str:
    """In a line, what the last run into a folder did with the sounds of the one before; empty if there was none."""
    import json

    path = Path(out) / CHANGES
    return str(json.loads(path.read_text())["summary"]) if path.exists() else ""


def render_parts(plan: Plan, settings: Settings, progress: Progress) -> dict[str, Rendered]:
    """The part of every sound and clip by name; the longest are begun first so that no worker waits at the end."""
    from soundscape.synthesis import render_part

    # Absolute, because workers may have other working folders.
    clips = [replace(clip, path=str(Path(clip.path).absolute())) for clip in plan.narration]
    sources: list[Sound | Clip] = [*plan.sounds, *clips]
    jobs = sorted(sources, key=lambda source: -source.length)
    progress.stage("synthesis", len(jobs))
    cache = settings.parts()
    rendered: list[Rendered] = settings.run()(
        partial(render_part, cache=cache, draft=plan.draft),
        jobs,
        workers=settings.workers,
        done=lambda job: progress.step(job.name),
    )
    return {
        job.name: replace(result, part=cache.at_hand(result.part))
        for job, result in zip(jobs, rendered, strict=True)
    }


@contextlib.contextmanager
def alone(out: Path) -> Iterator[None]:
    """Hold the folder for this run; what a killed one did not finish in it is removed first."""
    from filelock import FileLock, Timeout

    from soundscape.files import UNFINISHED
    from soundscape.mixing import STEMS

    path = out / ".soundscape.lock"
    try:
        lock = FileLock(path)
        lock.acquire(timeout=0)
    except Timeout:
        raise OutputError(
            "another run is writing into this folder; wait for it or give another -o", path=out
        ) from None
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror or error}", path=out) from error
    try:
        for folder in (out, *(out / kind for kind in STEMS)):
            for leftover in folder.glob(f".*{UNFINISHED}"):
                leftover.unlink(missing_ok=True)
        yield
    finally:
        lock.release()
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def workspace(out: Path) -> Iterator[Path]:
    """An empty folder for this run; what an interrupted run left there is removed first."""
    folder = out / ".soundscape-work"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
