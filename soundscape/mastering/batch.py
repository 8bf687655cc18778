"""Many files: each by itself or as an album, several at a time, none stopped by a bad one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path

from soundscape.errors import AudioError, InputError, SoundscapeError
from soundscape.mastering.chain import fit
from soundscape.mastering.file import (
    OnStage,
    inspect_file,
    master_file,
    master_of_album,
    measure_file,
    speech_in_file,
)
from soundscape.mastering.result import FileResult, Measurement, Options
from soundscape.mastering.source import Source
from soundscape.mastering.target import Target

__all__ = [
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


def master_files(
    paths: Sequence[Path | str],
    out_dir: Path | str,
    target: Target,
    *,
    jobs: int = 1,
    options: Options | None = None,
    on_progress: Callable[[FileResult], None] | None = None,
    on_stage: OnStage | None = None,
) -> tuple[FileResult, ...]:
    """Bring many files to a target, each by itself; one that fails becomes a result that says so.

    Parameters
    ----------
    jobs : int
        Files at a time. Threads do: the kernels run without the interpreter's lock.
    on_progress : callable, optional
        Is told each result as soon as it is known; may be called from several threads.
    on_stage : callable, optional
        Is told what is being done to which file; may be called from several threads.

    Returns
    -------
    tuple of FileResult
        In the order of the paths.
    """

    def one(path: Path, name: str) -> FileResult:
        work = partial(master_file, path, out_dir, target, name=name, options=options, on_stage=on_stage)
        result = _caught(path, work)
        if on_progress:
            on_progress(result)
        return result

    sources = [Path(path) for path in paths]
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        return tuple(pool.map(one, sources, _names(sources)))


def master_album(
    paths: Sequence[Path | str],
    out_dir: Path | str,
    target: Target,
    *,
    options: Options | None = None,
    on_progress: Callable[[FileResult], None] | None = None,
) -> tuple[FileResult, ...]:
    """Bring a set of files to a target together: one gain for all, so that their relations stay.

    The set is measured as if it were one programme. A limiter, where one is needed, works on each file.

    Raises
    ------
    AudioError, TargetError
        When one of the files cannot be read, or they differ in rate or channels.
    """
    options = options or Options()
    files = [Path(path) for path in paths]
    if not files:
        raise InputError("an album needs at least one file")
    sources = [Source(path, layout=options.layout) for path in files]
    try:
        shapes = {(source.info.sample_rate, source.info.channels) for source in sources}
        if len(shapes) > 1:
            found = ", ".join(f"{rate} Hz with {channels} channels" for rate, channels in sorted(shapes))
            raise AudioError(f"the files of an album must have one rate and one number of channels, not {found}")
        together = fit(
            lambda: chain.from_iterable(source.blocks() for source in sources),
            sources[0].info.sample_rate,
            target,
            layout=sources[0].layout,
        )
        results = []
        for source, name in zip(sources, _names(files), strict=True):
            work = partial(master_of_album, source, Path(out_dir), name, together, options)
            result = _caught(source.path, work)
            results.append(result)
            if on_progress:
                on_progress(result)
        return tuple(results)
    finally:
        for source in sources:
            source.close()


def _caught(path: Path, work: Callable[[], FileResult]) -> FileResult:
    try:
        return work()
    except SoundscapeError as error:
        return FileResult(path=path, status="failed", error=str(error))


def _names(paths: Sequence[Path]) -> list[str]:
    """Names of the outputs; inputs of one stem keep their suffix or get a number, so that none overwrites another."""
    stems, names = Counter(path.stem for path in paths), Counter(path.name for path in paths)
    seen: Counter[str] = Counter()
    found = []
    for path in paths:
        name = path.stem if stems[path.stem] == 1 else path.name
        seen[name] += 1
        found.append(f"{name}-{seen[name]}.wav" if names[path.name] > 1 else f"{name}.wav")
    return found
