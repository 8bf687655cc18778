"""Finished mixes: measured and mastered, one or a folder at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from soundscape.errors import AudioError, OutputError
from soundscape.model import Loudness
from soundscape.pipeline.settings import Settings
from soundscape.progress import Progress, Silent

if TYPE_CHECKING:
    from soundscape.mastering.result import FileResult, Options


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
