"""`soundscape master`: finished mixes to a loudness target."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from soundscape.cli._console import Watch, number, print_json, print_table

if TYPE_CHECKING:
    from soundscape.mastering.result import FileResult

EXIT_FAILED, EXIT_OUT_OF_SPEC = 1, 3


@click.command("master")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--target",
    metavar="NAME",
    default="ebu-r128",
    show_default=True,
    help="Loudness target, or -16 or -16/-1, or a .toml of your own.",
)
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="Folder of the mastered files.")
@click.option("-r", "--recursive", is_flag=True, help="Take the audio files of folders within folders, too.")
@click.option("--album", is_flag=True, help="One gain for all files, so that their relations stay.")
@click.option("--bits", type=click.Choice(["16", "24"]), default="24", show_default=True, help="Word length.")
@click.option("--layout", help="Which speakers the channels feed, e.g. 5.1 or 7.1.  [default: what the file says]")
@click.option("-n", "--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--fresh", is_flag=True, help="Do again what an earlier run has done.")
@click.option(
    "--report", "report", type=click.Path(path_type=Path), help="Write the results as .html, .csv or .json, too."
)
@click.option("-j", "--jobs", type=click.IntRange(0), default=0, help="Files at a time.  [default: one a core]")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(
    paths: tuple[Path, ...],
    target: str,
    out: Path,
    recursive: bool,
    album: bool,
    bits: str,
    layout: str | None,
    dry_run: bool,
    fresh: bool,
    report: Path | None,
    jobs: int,
    as_json: bool,
    quiet: bool,
) -> int:
    """Bring finished mixes (files, or folders of them) to a loudness target: one gain, and a true-peak limiter only
    where the ceiling needs it.

    The dynamics are never touched to reach a number. What is reported is measured on the written files. A file
    that fails does not stop the others, and a second run skips what is done and unchanged.

    Exit status: 0 all as the target asks, 1 some failed, 2 nothing could be done, 3 some cannot meet the target.

    \b
    soundscape master mixes/*.wav --target ebu-r128 -o mastered/
    soundscape master mixes/ -r --target netflix -o mastered/ --report mastered/report.html
    soundscape master reel1.wav reel2.wav --album --target -16/-1 -o out/
    """
    from soundscape import pipeline
    from soundscape.mastering.result import Options
    from soundscape.serial import to_data

    options = Options(bits=int(bits), layout=layout, dry_run=dry_run, resume=not fresh)
    with Watch(quiet=quiet or as_json) as watch:
        results = pipeline.master(
            pipeline.audio_files(paths, recursive=recursive),
            target=target,
            out=out,
            jobs=jobs,
            album=album,
            options=options,
            progress=watch.progress,
        )
    for result in results:
        if result.error:
            click.echo(f"soundscape: {result.error}", err=True)
    if report is not None:
        pipeline.write_master_report(results, target, report)
    if as_json:
        print_json([to_data(result) for result in results])
    elif any(not result.error for result in results):
        _print(results)
    failed = sum(bool(result.error) for result in results)
    if failed:
        return 2 if failed == len(results) else EXIT_FAILED
    return (
        0 if all(result.met or result.status in ("silent", "too short") for result in results) else EXIT_OUT_OF_SPEC
    )


def _print(results: tuple[FileResult, ...]) -> None:
    rows = []
    for result in results:
        row = [str(result.path), result.status + (", done before" if result.skipped else "")]
        for found in (result.before, result.after):
            row += [number(found.integrated_lufs), number(found.true_peak_dbtp)] if found else ["", ""]
        row += [number(result.gain_db), number(result.limiting.max_db)]
        rows.append(row)
    columns = ["file", "status", "LUFS", "dBTP", "LUFS after", "dBTP after", "gain (dB)", "limited (dB)"]
    print_table("Mastered", columns, rows, right=(2, 3, 4, 5, 6, 7))
    for result in results:
        for note in result.notes:
            click.echo(f"{result.path}: {note}")
