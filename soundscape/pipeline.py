"""The whole way, from a film to its delivered sound: the only module that knows every stage."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soundscape.errors import InputError, OutputError
from soundscape.film import Film, load_film
from soundscape.model import Clip, Diagnostic, Ducking, Loudness, Plan, Sound, Timeline
from soundscape.params import ParamValue
from soundscape.progress import Progress, Silent
from soundscape.registry import KINDS, did_you_mean, preset_folders, unit, units

if TYPE_CHECKING:
    from soundscape.audio import Audio
    from soundscape.changes import Changes
    from soundscape.deliver.report import Report
    from soundscape.mastering.result import FileResult, Options
    from soundscape.mix.store import StemStore
    from soundscape.planning.search import Entry
    from soundscape.score.checks import Finding
    from soundscape.score.request import TempoReport
    from soundscape.score.spotting import SpottedCue
    from soundscape.synthesis import Rendered
    from soundscape.timecode import Rate

EXECUTOR = "threads"
CHANGES = "changes.json"
"""What a run did with the sounds of the one before it; the only file that a repeated run does not repeat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to work, which changes nothing in the result."""

    jobs: int = 0
    """Workers; 0 is one a core."""
    executor: str = EXECUTOR
    """A module of `soundscape.executors`."""
    cache: Path | None = None
    """Folder of rendered parts; None is the user's."""

    @property
    def workers(self) -> int:
        """How many workers there will be."""
        return self.jobs or (os.process_cpu_count() if hasattr(os, "process_cpu_count") else os.cpu_count()) or 1

    @property
    def folder(self) -> Path:
        """Where parts are kept."""
        from soundscape.parts import default_folder

        return self.cache or default_folder()


def open_film(
    path: Path | str,
    *,
    target: str | None = None,
    fps: str | None = None,
    seed: int | None = None,
    tempo_candidate: int | None = None,
) -> Film:
    """The film at a path, with what is given here instead of what it says itself."""
    film = load_film(path)
    return replace(
        film,
        target=film.target if target is None else target,
        fps=film.fps if fps is None else fps,
        seed=film.seed if seed is None else seed,
        tempo_candidate=film.tempo_candidate if tempo_candidate is None else tempo_candidate,
    )


def read_cut(
    path: Path, *, fps: str | None = None, format: str | None = None
) -> tuple[Timeline, tuple[Diagnostic, ...]]:
    """The cut in a file as it is seen (of layers the upper), with everything its reader had to say."""
    from soundscape import timeline
    from soundscape.timecode import Rate

    cut, diagnostics = timeline.read(path, fps=Rate.parse(fps) if fps else None, format=format)
    seen, hidden = timeline.picture(cut)
    return seen, (*diagnostics, *hidden)


def plan(film: Film | Path | str, *, settings: Settings | None = None) -> Plan:
    """Everything that will sound in a film, as data.

    Parameters
    ----------
    film : Film or Path or str
        A film, or the path of a film.toml, shot list or EDL.

    Raises
    ------
    InputError
        When anything that the film names does not exist or cannot be used.
    """
    from soundscape.planning.make import make_plan

    film = film if isinstance(film, Film) else load_film(film)
    timeline, diagnostics = read_cut(film.folder / film.timeline, fps=film.fps)
    return _calibrated(make_plan(film, timeline, diagnostics), settings or Settings())


def _calibrated(made: Plan, settings: Settings) -> Plan:
    """The plan with the gain that brings every preset to its reference loudness."""
    from soundscape.calibration import calibration_db

    gains = _executor("threads")(
        partial(calibration_db, folder=settings.folder),
        made.sounds,
        workers=settings.workers,
        done=lambda _: None,
    )
    return replace(
        made,
        sounds=tuple(replace(sound, calibration_db=gain) for sound, gain in zip(made.sounds, gains, strict=True)),
    )


def spotting(film: Film) -> tuple[tuple[SpottedCue, ...], Rate]:
    """The cues of a film as a spotting session would note them, and the rate of its timecode."""
    from soundscape.planning.ambience import is_silent
    from soundscape.score.spotting import spot

    timeline, _ = read_cut(film.folder / film.timeline, fps=film.fps)
    return spot(timeline, silent=is_silent), timeline.rate


def check_score(film: Film) -> tuple[Finding, ...]:
    """What the checks of the score find in every cue of a film."""
    from soundscape.planning.make import cues_of
    from soundscape.score.checks import check_score as check
    from soundscape.score.compose import compose

    timeline, _ = read_cut(film.folder / film.timeline, fps=film.fps)
    requests = [cue.request for cue in cues_of(film, timeline)]
    return tuple(finding for request in requests for finding in check(request, compose(request)))


def tempo_reports(film: Film) -> list[tuple[str, TempoReport]]:
    """For every cue of a film, what its three tempo maps say for themselves."""
    from soundscape.planning.make import cues_of
    from soundscape.score.compose import compose

    timeline, _ = read_cut(film.folder / film.timeline, fps=film.fps)
    return [
        (cue.request.name, compose(replace(cue.request, candidate=candidate)).report)
        for cue in cues_of(film, timeline)
        for candidate in range(3)
    ]


def render(
    plan: Plan, out: Path | str, *, settings: Settings | None = None, progress: Progress | None = None
) -> Report:
    """Everything that a plan describes, as files in a folder.

    Programme and stems (24-bit Broadcast Wave), the score as MIDI, `plan.json` and `report.json`. Each file
    appears whole or not at all; parts that were rendered before, also by a run that was interrupted, are used.

    Parameters
    ----------
    plan : Plan
        From `plan`, or read back from a plan.json.
    out : Path or str
        The folder, made when it is missing.

    Raises
    ------
    OutputError
        When the folder cannot be written, or another run is writing into it.
    """
    from soundscape.audio import BLOCK
    from soundscape.deliver.midi import midi_bytes
    from soundscape.deliver.report import Report, chosen, landings, mastering_of
    from soundscape.deliver.stems import PROGRAMME, slug, write_stems
    from soundscape.files import make_folder, write_bytes, write_text
    from soundscape.mastering.chain import fit, gain_curve
    from soundscape.mastering.target import load_target
    from soundscape.mix.mixer import buses_of, mix
    from soundscape.mix.store import StemStore
    from soundscape.model import SAMPLE_RATE
    from soundscape.serial import to_json
    from soundscape.timecode import frame_to_timecode

    settings, progress, out = settings or Settings(), progress or Silent(), Path(out)
    target = load_target(plan.target)
    make_folder(out)
    with _alone(out), _workspace(out) as work:
        rendered = render_parts(plan, settings, progress)
        parts = {name: result.part for name, result in rendered.items()}
        blocks = -(-plan.length // BLOCK)
        store = StemStore(work, buses_of(plan))
        progress.stage("mix", blocks)
        store.fill(mix(plan, parts), done=progress.step)
        if plan.ducking is not None and plan.narration:
            store = _ducked(store, plan, plan.ducking, work, progress)
        progress.stage("measure", 1)
        fitted = fit(store.programme, SAMPLE_RATE, target)
        progress.stage("master", blocks)
        gains = gain_curve(store.programme, SAMPLE_RATE, fitted)
        stems, null = write_stems(store, gains, plan, out, done=progress.step)
        progress.stage("report", 1)
        midi = out / f"{slug(plan.title)}.mid"
        write_bytes(midi, midi_bytes(plan))
        changed = _changes(out, plan, {name for name, result in rendered.items() if result.fresh})
        write_text(out / "plan.json", to_json(plan))
        if changed:
            write_text(out / CHANGES, to_json(changed))
        loudness = {stem.name: stem.loudness for stem in stems}
        files = [*(stem.path for stem in stems), midi, out / "plan.json", out / "report.json"]
        report = Report(
            title=plan.title,
            version=plan.version,
            seed=plan.seed,
            duration_s=plan.length / SAMPLE_RATE,
            rate=str(plan.rate),
            start=frame_to_timecode(plan.start, plan.rate),
            programme=loudness.pop(PROGRAMME),
            stems=loudness,
            mastering=mastering_of(fitted),
            null=null,
            hits=landings(plan, parts, {stem.name: stem.path for stem in stems}),
            files=tuple(path.name for path in files),
            chosen=chosen(plan),
            notes=(
                *(str(note) for note in plan.diagnostics),
                *(f"{stem.path.name}: {stem.clipped} samples clipped" for stem in stems if stem.clipped),
            ),
        )
        write_text(out / "report.json", to_json(report))
    return report


def _ducked(store: StemStore, plan: Plan, settings: Ducking, work: Path, progress: Progress) -> StemStore:
    """The stems with room made for speech, in place of the others."""
    from soundscape.audio import BLOCK
    from soundscape.mix.ducking import DuckAnalysis, duck
    from soundscape.mix.store import StemStore

    progress.stage("duck", -(-plan.length // BLOCK))
    analysis = DuckAnalysis(store.buses)
    for block in store.blocks():
        analysis.push(block)
    passages = analysis.passages(settings)
    (work / "ducked").mkdir()
    ducked = StemStore(work / "ducked", store.buses)
    ducked.fill(duck(store.blocks(), passages, settings, plan.length), done=progress.step)
    return ducked


def _changes(out: Path, plan: Plan, fresh: set[str]) -> Changes | None:
    """What this run did with the sounds of the run before it in the same folder, if there was one."""
    from soundscape.changes import compare
    from soundscape.serial import from_json

    try:
        before = from_json(Plan, (out / "plan.json").read_bytes())
    except (OSError, ValueError):
        return None
    return compare(before, plan, fresh)


def last_changes(out: Path | str) -> str:
    """In a line, what the last run into a folder did with the sounds of the one before; empty if there was none."""
    import json

    path = Path(out) / CHANGES
    return str(json.loads(path.read_text())["summary"]) if path.exists() else ""


def render_parts(plan: Plan, settings: Settings, progress: Progress) -> dict[str, Rendered]:
    """The part of every sound and clip by name; the longest are begun first so that no worker waits at the end."""
    from soundscape.parts import PartCache
    from soundscape.synthesis import render_part

    sources: list[Sound | Clip] = [*plan.sounds, *plan.narration]
    jobs = sorted(sources, key=lambda source: -source.length)
    progress.stage("synthesis", len(jobs))
    cache = PartCache(settings.folder)
    rendered = _executor(settings.executor)(
        partial(render_part, cache=cache),
        jobs,
        workers=settings.workers,
        done=lambda job: progress.step(job.name),
    )
    return {job.name: result for job, result in zip(jobs, rendered, strict=True)}


def _executor(name: str) -> Any:
    """The `run` of a module in `soundscape.executors`."""
    modules = units("executors")
    if name not in modules:
        raise InputError(f'there is no executor "{name}"{did_you_mean(name, modules)}')
    return unit("executors", name).run


@contextlib.contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Hold the folder for this run."""
    from filelock import FileLock, Timeout

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
        yield
    finally:
        lock.release()
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def _workspace(out: Path) -> Iterator[Path]:
    """An empty folder for this run; what an interrupted run left there is removed first."""
    folder = out / ".soundscape-work"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditioned:
    """A preset as it was rendered."""

    path: Path
    seed: int
    loudness: Loudness


def audition(
    preset: str,
    *,
    out: Path | str = ".",
    seconds: float = 12.0,
    seed: int = 1,
    changes: Mapping[str, ParamValue] | None = None,
    controls: Mapping[str, float] | None = None,
    settings: Settings | None = None,
) -> Auditioned:
    """A preset of any kind as a 24-bit WAV at -23 LUFS, through the same mix and master as a film.

    Parameters
    ----------
    preset : str
        Its name, or `kind/name` where two kinds share one.
    out : Path or str
        The folder, made when it is missing.
    seconds : float
        Length, 0.5 to 3600.
    seed : int
        Another seed gives another performance.
    changes : mapping, optional
        Parameters on top of the preset's.
    controls : mapping, optional
        Constant controls of a layer, 0 to 1.

    Raises
    ------
    PresetError
        When there is no such preset, or a parameter or control is not allowed.
    """
    from soundscape.deliver.stems import write_programme
    from soundscape.files import make_folder
    from soundscape.mastering.chain import fit, gain_curve
    from soundscape.mastering.target import load_target
    from soundscape.mix.mixer import mix
    from soundscape.mix.store import programme_of
    from soundscape.model import SAMPLE_RATE
    from soundscape.planning.audition import Audition, audition_plan

    settings, out = settings or Settings(), Path(out)
    wanted = Audition(preset=preset, seconds=seconds, seed=seed, changes=changes, controls=controls)
    made = _calibrated(audition_plan(wanted, preset_folders()), settings)
    make_folder(out)
    parts = {name: result.part for name, result in render_parts(made, settings, Silent()).items()}

    def programme() -> Iterator[Audio]:
        return (programme_of(stems) for stems in mix(made, parts))

    fitted = fit(programme, SAMPLE_RATE, load_target(made.target))
    path = out / (f"{made.title}.wav" if seed == 1 else f"{made.title}-{seed}.wav")
    file = write_programme(programme(), gain_curve(programme, SAMPLE_RATE, fitted), made, path)
    return Auditioned(path=path, seed=seed, loudness=file.loudness)


def play(path: Path) -> str:
    """Play a file to its end; returns why not, in a line, where it cannot be heard."""
    try:
        import miniaudio
    except ImportError:
        return "not played: install soundscape[play] to hear it at once"
    try:
        with miniaudio.PlaybackDevice() as device:
            done = threading.Event()
            stream = miniaudio.stream_with_callbacks(miniaudio.stream_file(str(path)), end_callback=done.set)
            next(stream)
            device.start(stream)
            done.wait()
    except miniaudio.MiniaudioError as error:
        return f"not played: there is no sound device here ({error})"
    return ""


def presets(words: Sequence[str] = (), *, kind: str = "", tag: str = "") -> list[Entry]:
    """Presets of all kinds that know all the words."""
    from soundscape.planning.search import search_presets

    if kind and kind not in KINDS:
        raise InputError(f'there is no kind of preset "{kind}"{did_you_mean(kind, KINDS)}')
    return search_presets(words, preset_folders(), kind=kind, tag=tag)


def master(
    paths: Sequence[Path | str],
    *,
    target: str = "ebu-r128",
    out: Path | str,
    jobs: int = 0,
    album: bool = False,
    options: Options | None = None,
    progress: Progress | None = None,
) -> tuple[FileResult, ...]:
    """Finished mixes at a loudness target, as WAV in another folder; one that fails does not stop the others.

    Parameters
    ----------
    paths : sequence of Path or str
        The mixes; they are never changed.
    target : str
        Name of a target, `-16` or `-16/-1` for LUFS and dBTP, or the path of a TOML file.
    out : Path or str
        The folder, made when it is missing.
    jobs : int
        Files at a time; 0 is one a core.
    album : bool
        One gain for all.
    options : Options, optional
        Word length, layout, dry run, resume.

    Returns
    -------
    tuple of FileResult
        In the order of the paths, with `status`, `before`, `after` and what went wrong.
    """
    from soundscape.files import make_folder
    from soundscape.mastering.batch import master_album, master_files
    from soundscape.mastering.target import load_target

    chosen, files, progress = load_target(target), [Path(path) for path in paths], progress or Silent()
    folder = Path(out) if options is not None and options.dry_run else make_folder(Path(out))
    progress.stage("master", len(files))

    def told(result: FileResult) -> None:
        progress.step(result.path.name)

    if album:
        return master_album(files, folder, chosen, options=options, on_progress=told)
    workers = Settings(jobs=jobs).workers
    return master_files(files, folder, chosen, jobs=workers, options=options, on_progress=told)


def audio_files(paths: Sequence[Path], *, recursive: bool = False) -> list[Path]:
    """The files among the paths, and the audio files in the folders among them, in order of name.

    Raises
    ------
    AudioError
        When there is none.
    """
    from soundscape.audio import SUFFIXES
    from soundscape.errors import AudioError

    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = path.rglob("*") if recursive else path.glob("*")
            found += sorted(file for file in inside if file.suffix.lower() in SUFFIXES and file.is_file())
        else:
            found.append(path)
    if not found:
        raise AudioError(f"there is no audio file in it; allowed: {' '.join(sorted(SUFFIXES))}", path=paths[0])
    return found


def write_master_report(results: Sequence[FileResult], target: str, path: Path) -> None:
    """The results of a batch as a page, a table or data, by the suffix of the path."""
    from soundscape.files import write_text
    from soundscape.mastering.report import to_csv, to_html, to_json
    from soundscape.mastering.target import load_target

    chosen = load_target(target)
    writers = {
        ".html": lambda: to_html(results, chosen),
        ".csv": lambda: to_csv(results),
        ".json": lambda: to_json(results, chosen),
    }
    if path.suffix.lower() not in writers:
        raise OutputError(f"has no known suffix; allowed: {' '.join(writers)}", path=path)
    write_text(path, writers[path.suffix.lower()]())


def measure(path: Path | str) -> Loudness:
    """Loudness, peaks and range of an audio file."""
    from soundscape.mastering.batch import measure_file

    return measure_file(Path(path))
