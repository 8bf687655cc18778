"""Finished mixes: measured and mastered, one or a folder at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from soundscape.errors import AudioError, InputError, OutputError
from soundscape.model import Loudness
from soundscape.pipeline.settings import Settings
from soundscape.progress import Progress, Silent

if TYPE_CHECKING:
    from soundscape.mastering.file import OnStage
    from soundscape.mastering.result import FileResult, Measurement, Options
    from soundscape.mastering.target import Target

_IN_THIS_PROCESS = ("serial", "threads")
"""Executors whose jobs can tell how far they are."""


def master(
    paths: Sequence[Path | str],
    *,
    target: str | Target = "ebu-r128",
    out: Path | str = "",
    settings: Settings | None = None,
    album: bool = False,
    options: Options | None = None,
    dialogue: Path | None = None,
    progress: Progress | None = None,
    on_stage: OnStage | None = None,
) -> tuple[FileResult, ...]:
    """Finished mixes at a loudness target in another folder; one that fails does not stop the others.

    Parameters
    ----------
    paths : sequence of Path or str
        The mixes; they are never changed.
    target : str or Target
        Name of a target, `-16` or `-16/-1` for LUFS and dBTP, the path of a TOML file, or a target itself.
    out : Path or str
        The folder, made when it is missing; not needed where nothing is written.
    settings : Settings, optional
        Who does the work.
    album : bool
        One gain for all.
    options : Options, optional
        Format, word length, layout, edits, dry run, measure only, resume.
    dialogue : Path, optional
        The dialogue stem of the mix, or a folder of stems that are named after their mixes.
    on_stage : callable, optional
        Is told what is being done to which file; not by executors that leave this process.

    Returns
    -------
    tuple of FileResult
        In the order of the paths, with `status`, `before`, `after` and what went wrong.
    """
    from soundscape.files import make_folder
    from soundscape.mastering.batch import Options, master_album, master_files

    settings = settings or Settings()
    chosen, files, progress = as_target(target), [Path(path) for path in paths], progress or Silent()
    if settings.scheduler:  # workers have other working folders
        files, out = [path.absolute() for path in files], Path(out).absolute()
    options = options or Options()
    nothing_written = options.dry_run or options.measure_only
    if not nothing_written and not str(out):
        raise InputError("a folder for the mastered files is needed; give it with -o, or measure only")
    folder = Path(out) if nothing_written else make_folder(Path(out))
    progress.stage("measure" if options.measure_only else "master", len(files))
    bring = master_album if album else master_files
    return bring(
        files, folder, chosen,
        jobs=settings.workers,
        options=options,
        dialogue=dialogue_stems(files, dialogue) if dialogue else None,
        on_progress=lambda path: progress.step(path.name),
        on_stage=on_stage if settings.executor in _IN_THIS_PROCESS else None,
        run=settings.run(),
    )  # fmt: skip


def as_target(target: str | Target) -> Target:
    """A target by its name, or itself."""
    from soundscape.mastering.target import load_target

    return load_target(target) if isinstance(target, str) else target


def dialogue_stems(mixes: Sequence[Path], place: Path) -> dict[Path, Path]:
    """The dialogue stem of each mix: the file itself, or in a folder the one that is named after the mix.

    A stem has the mix's name, and maybe one of `-dialogue`, `-dialog`, `-dx`, `-vo` after it, with any suffix.

    Raises
    ------
    AudioError
        When one file is given for several mixes, or no mix has a stem in the folder.
    """
    if not place.is_dir():
        if len(mixes) > 1:
            raise AudioError(
                f"is one dialogue stem for {len(mixes)} mixes; give a folder of stems named after them", path=place
            )
        return {mixes[0]: place}
    stems = {path.stem.lower(): path for path in audio_files([place])}
    endings = ("", *(f"{joint}{word}" for joint in "-_ " for word in ("dialogue", "dialog", "dx", "vo")))
    found = {}
    for mix in mixes:
        names = (f"{mix.stem.lower()}{ending}" for ending in endings)
        stem = next((stems[name] for name in names if name in stems), None)
        if stem is not None:
            found[mix] = stem
    if not found:
        raise AudioError(f"has no file that is named after a mix, such as {mixes[0].stem}-dialogue.wav", path=place)
    return found


def audio_files(paths: Sequence[Path], *, recursive: bool = False) -> list[Path]:
    """The files among the paths, and the audio files in the folders among them, in order of name.

    Raises
    ------
    AudioError
        When there is none.
    """
    from soundscape.audio import SUFFIXES

    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = path.rglob("*") if recursive else path.glob("*")
            found += sorted(
                file
                for file in inside
                if file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and file.is_file()
            )
        else:
            found.append(path)
    if not found:
        raise AudioError(f"there is no audio file in it; allowed: {' '.join(sorted(SUFFIXES))}", path=paths[0])
    return found


def write_master_report(results: Sequence[FileResult], target: str | Target, path: Path) -> None:
    """The results of a batch as a page, a table or data, by the suffix of the path."""
    from soundscape.files import write_text
    from soundscape.mastering.page import to_html
    from soundscape.mastering.report import to_csv, to_json

    chosen = as_target(target)
    writers: dict[str, Callable[[], str]] = {
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


def inspect(path: Path | str, *, options: Options | None = None, dialogue: Path | None = None) -> Measurement:
    """All that one pass over an audio file tells: loudness and its course, health, encoding."""
    from soundscape.mastering.batch import inspect_file

    return inspect_file(Path(path), options=options, dialogue=dialogue)
