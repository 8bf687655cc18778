"""`soundscape master`: finished mixes to a loudness target."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from soundscape.cli._console import Watch, number, print_json, print_table

if TYPE_CHECKING:
    from soundscape.mastering.batch import FileResult

EXIT_FAILED, EXIT_OUT_OF_SPEC = 1, 3


@click.command("master")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--target", metavar="NAME", default="ebu-r128", show_default=True, help="Loudness target, or -16 or -16/-1."
)
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="Folder of the mastered files.")
@click.option("-j", "--jobs", type=click.IntRange(0), default=0, help="Files at a time.  [default: one a core]")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(files: tuple[Path, ...], target: str, out: Path, jobs: int, as_json: bool, quiet: bool) -> int:
    """Bring finished mixes to a loudness target: one gain, and a true-peak limiter only where the ceiling needs it.

    The dynamics are never touched to reach a number. What is reported is measured on the written files. A file
    that fails does not stop the others.

    Exit status: 0 all on target, 1 some failed, 2 nothing could be done, 3 some cannot meet the target.

    \b
    soundscape master mixes/*.wav --target ebu-r128 -o mastered/
    soundscape master reel.wav --target netflix -o out/ --json
    """
    from soundscape import pipeline
    from soundscape.serial import to_data

    with Watch(quiet=quiet or as_json) as watch:
        results = pipeline.master(files, target=target, out=out, jobs=jobs, progress=watch.progress)
    for result in results:
        if result.error:
            click.echo(f"soundscape: {result.error}", err=True)
    if as_json:
        print_json([to_data(result) for result in results])
    elif any(not result.error for result in results):
        _print(results)
    failed = sum(bool(result.error) for result in results)
    if failed:
        return 2 if failed == len(results) else EXIT_FAILED
    return 0 if all(result.status != "unreached" for result in results) else EXIT_OUT_OF_SPEC


def _print(results: tuple[FileResult, ...]) -> None:
    rows = []
    for result in results:
        row = [str(result.path), result.status]
        for found in (result.before, result.after):
            row += [number(found.integrated_lufs), number(found.true_peak_dbtp)] if found else ["", ""]
        row += [number(result.gain_db), number(result.limiting.max_db)]
        rows.append(row)
    columns = ["file", "status", "LUFS", "dBTP", "LUFS after", "dBTP after", "gain (dB)", "limited (dB)"]
    print_table("Mastered", columns, rows, right=(2, 3, 4, 5, 6, 7))
    for result in results:
        for note in result.notes:
            click.echo(f"{result.path}: {note}")
