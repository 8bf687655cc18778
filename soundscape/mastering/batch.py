"""Many files: each by itself or as an album, several at a time, none stopped by a bad one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Protocol

from soundscape.audio import Audio
from soundscape.errors import AudioError, InputError, SoundscapeError
from soundscape.executors import threads
from soundscape.mastering import journal
from soundscape.mastering.chain import Fit, fit
from soundscape.mastering.edits import Edited, Edits
from soundscape.mastering.file import (
    Dialogue,
    OnStage,
    done_before,
    inspect_file,
    master_file,
    master_of_album,
    measure_file,
    regions_of,
    speech_in_file,
)
from soundscape.mastering.formats import format_of
from soundscape.mastering.result import FileResult, Measurement, Options
from soundscape.mastering.source import Source
from soundscape.mastering.target import Target

__all__ = [
    "Edits",
    "FileResult",
    "Measurement",
    "Options",
    "inspect_file",
    "master_album",
    "master_file",
    "master_files",
    "measure_file",
    "speech_in_file",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One file of a batch; can be sent to another process when nobody listens."""

    path: Path
    out_dir: Path
    name: str
    target: Target
    options: Options
    dialogue: Dialogue = None
    together: Fit | None = None
    """Of the album that it belongs to."""
    digest: str = ""
    """Of all that decides about the album."""
    on_stage: OnStage | None = field(default=None, compare=False)


class Run(Protocol):
    """The `run` of a module of `soundscape.executors`."""

    def __call__(
        self,
        function: Callable[[Job], FileResult],
        jobs: Sequence[Job],
        /,
        *,
        workers: int,
        done: Callable[[Job], None],
    ) -> list[FileResult]:
        """Results in the order of the jobs."""


def master_job(job: Job) -> FileResult:
    """What becomes of one file; a failure becomes a result that says so."""
    try:
        if job.together is None:
            return master_file(
                job.path, job.out_dir, job.target,
                name=job.name, options=job.options, dialogue=job.dialogue, on_stage=job.on_stage,
            )  # fmt: skip
        output = job.out_dir / job.name
        if (known := done_before(output, job.path, job.digest, job.options)) is not None:
            return known
        with Source(job.path, layout=job.options.layout, sanitize=job.options.sanitize) as source:
            return master_of_album(
                source, output, job.together, job.options, job.dialogue, job.digest, job.on_stage
            )
    except SoundscapeError as error:
        return FileResult(path=job.path, status="failed", error=str(error))
    except Exception as error:  # whatever else one file does to us, the others are not to suffer
        return FileResult(path=job.path, status="failed", error=f"{job.path}: {type(error).__name__}: {error}")


def master_files(
    paths: Sequence[Path | str],
    out_dir: Path | str,
    target: Target,
    *,
    jobs: int = 1,
    options: Options | None = None,
    dialogue: Mapping[Path, Path] | None = None,
    on_progress: Callable[[Path], None] | None = None,
    on_stage: OnStage | None = None,
    run: Run = threads.run,
) -> tuple[FileResult, ...]:
    """Bring many files to a target, each by itself; one that fails becomes a result that says so.

    Parameters
    ----------
    jobs : int
        Files at a time.
    dialogue : mapping of Path to Path, optional
        Dialogue stems of those of the paths that have one.
    on_progress : callable, optional
        Is told each path that is done.
    on_stage : callable, optional
        Is told what is being done to which file; may be called from several threads. Not across processes.
    run : callable, optional
        The `run` of an executor. Threads do: the kernels run without the interpreter's lock.

    Returns
    -------
    tuple of FileResult
        In the order of the paths.
    """
    work = _jobs(paths, Path(out_dir), target, options or Options(), dialogue or {}, on_stage)
    return _run(work, jobs, on_progress, run)


def master_album(
    paths: Sequence[Path | str],
    out_dir: Path | str,
    target: Target,
    *,
    jobs: int = 1,
    options: Options | None = None,
    dialogue: Mapping[Path, Path] | None = None,
    on_progress: Callable[[Path], None] | None = None,
    on_stage: OnStage | None = None,
    run: Run = threads.run,
) -> tuple[FileResult, ...]:
    """Bring a set of files to a target together: one gain for all, so that their relations stay.

    The set is measured as if it were one programme; a target with `album_loudest_lufs` is met by the loudest file
    instead. A limiter, where one is needed, works on each file. Parameters as of `master_files`.

    Raises
    ------
    AudioError, TargetError
        When one of the files cannot be read, or they differ in rate or channels.
    """
    options = options or Options()
    work = _jobs(paths, Path(out_dir), target, options, dialogue or {}, on_stage)
    if not work:
        raise InputError("an album needs at least one file")
    digest = _digest_of_album(work)
    work = [replace(job, digest=digest) for job in work]
    known = [done_before(job.out_dir / job.name, job.path, digest, options) for job in work]
    done = tuple(result for result in known if result is not None)
    if len(done) == len(work):
        if on_progress is not None:
            for job in work:
                on_progress(job.path)
        return done
    with ExitStack() as open_files:
        sources = [
            open_files.enter_context(Source(job.path, layout=options.layout, sanitize=options.sanitize))
            for job in work
        ]
        sounds = [Edited(source, options.edits) for source in sources]
        together = _fit_together(sounds, [job.dialogue for job in work], target)
    return _run([replace(job, together=together) for job in work], jobs, on_progress, run)


def _digest_of_album(work: Sequence[Job]) -> str:
    """Of every file of the set, since each has a part in the gain of all."""
    files = [
        (
            str(job.path.resolve()),
            journal.fingerprint(job.path),
            str(job.dialogue),
            journal.fingerprint(job.dialogue),
        )
        if isinstance(job.dialogue, Path)
        else (str(job.path.resolve()), journal.fingerprint(job.path), job.dialogue)
        for job in work
    ]
    return journal.settings_digest("album", work[0].target, replace(work[0].options, resume=True), files)


def _fit_together(sounds: Sequence[Edited], dialogue: Sequence[Dialogue], target: Target) -> Fit:
    shapes = {(sound.info.sample_rate, sound.info.channels) for sound in sounds}
    if len(shapes) > 1:
        found = ", ".join(f"{rate} Hz with {channels} channels" for rate, channels in sorted(shapes))
        raise AudioError(f"the files of an album must have one rate and one number of channels, not {found}")
    rate, layout = sounds[0].info.sample_rate, sounds[0].layout

    def all_blocks() -> Iterator[Audio]:
        return chain.from_iterable(sound.blocks() for sound in sounds)

    if target.album_loudest_lufs is not None:
        of_loudest = replace(target, integrated_lufs=target.album_loudest_lufs)
        fits = [fit(sound.blocks, rate, of_loudest, layout=layout) for sound in sounds]
        return max(fits, key=lambda fitted: fitted.before.integrated_lufs or -100.0)
    spoken, position = [], 0
    for sound, stem in zip(sounds, dialogue, strict=True):
        spoken += [(start + position, end + position) for start, end in regions_of(stem, sound) or ()]
        position += sound.info.frames
    return fit(all_blocks, rate, target, layout=layout, dialogue=spoken or None)


def _jobs(
    paths: Sequence[Path | str],
    out_dir: Path,
    target: Target,
    options: Options,
    dialogue: Mapping[Path, Path],
    on_stage: OnStage | None,
) -> list[Job]:
    files = [Path(path) for path in paths]
    return [
        Job(
            path=path,
            out_dir=out_dir,
            name=name,
            target=target,
            options=options,
            dialogue=dialogue.get(path),
            on_stage=on_stage,
        )
        for path, name in zip(files, _names(files, options), strict=True)
    ]


def _run(
    work: Sequence[Job], workers: int, on_progress: Callable[[Path], None] | None, run: Run
) -> tuple[FileResult, ...]:
    def done(job: Job) -> None:
        if on_progress is not None:
            on_progress(job.path)

    return tuple(run(master_job, work, workers=max(1, workers), done=done))


def _names(paths: Sequence[Path], options: Options) -> list[str]:
    """Names of the outputs; inputs of one stem keep their suffix or get a number, so that none overwrites another."""
    suffixes = [format_of(path, options.format).suffix for path in paths]
    plain = [f"{path.stem}{suffix}" for path, suffix in zip(paths, suffixes, strict=True)]
    outputs, names = Counter(plain), Counter(path.name for path in paths)
    seen: Counter[str] = Counter()
    found = []
    for path, output, suffix in zip(paths, plain, suffixes, strict=True):
        stem = path.stem if outputs[output] == 1 else path.name
        seen[stem] += 1
        found.append(f"{stem}-{seen[stem]}{suffix}" if names[path.name] > 1 else f"{stem}{suffix}")
    return found
