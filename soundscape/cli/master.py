"""`soundscape master`: finished mixes to a loudness target."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from soundscape.cli import _names
from soundscape.cli._console import EXIT_FAILED, Watch, number, print_json, print_table
from soundscape.cli._settings import with_workers

if TYPE_CHECKING:
    from soundscape.mastering.result import FileResult
    from soundscape.pipeline import Settings

EXIT_OUT_OF_SPEC = 3


@click.command("master")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--target",
    shell_complete=_names.targets,
    metavar="NAME",
    default="ebu-r128",
    show_default=True,
    help="Loudness target, or -16 or -16/-1, or a .toml of your own.",
)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder of the mastered files.")
@click.option("-r", "--recursive", is_flag=True, help="Take the audio files of folders within folders, too.")
@click.option("--album", is_flag=True, help="One gain for all files, so that their relations stay.")
@click.option(
    "--dialogue",
    type=click.Path(path_type=Path),
    help="The dialogue stem, or a folder of stems named after their mixes, for targets that are about dialogue.",
)
@click.option(
    "--format",
    "form",
    default="same",
    show_default=True,
    metavar="FORMAT",
    help="wav, flac, aiff, ogg, opus, mp3, m4a, or same as the input.",
)
@click.option(
    "--bits",
    type=click.Choice(["16", "24", "32", "same"]),
    default="24",
    show_default=True,
    help="Word length; 32 is float.",
)
@click.option("--rate", type=int, help="Resample to this rate in Hz.  [default: as it is]")
@click.option(
    "--layout", help="Which speakers the channels feed, e.g. 5.1 or dual-mono.  [default: what the file says]"
)
@click.option(
    "--when-unreachable", type=click.Choice(["stop", "nearest", "compress"]), help="Instead of the target's."
)
@click.option("--max-range", type=float, metavar="LU", help="Lower loud passages slowly until the range is this.")
@click.option("--trim", type=float, metavar="DBFS", help="Cut silence below this level from both ends.")
@click.option("--fade-in", type=float, default=0.0, metavar="SECONDS", help="Fade in.")
@click.option("--fade-out", type=float, default=0.0, metavar="SECONDS", help="Fade out.")
@click.option("--remove-dc", is_flag=True, help="Remove an offset.")
@click.option(
    "--sanitize", is_flag=True, help="Silence samples that are no finite numbers instead of refusing the file."
)
@click.option("-n", "--dry-run", is_flag=True, help="Only say what would be done.")
@click.option(
    "--measure-only", is_flag=True, help="Only measure, and say whether the files meet the target as they are."
)
@click.option("--fresh", is_flag=True, help="Do again what an earlier run has done.")
@click.option(
    "--report", "report", type=click.Path(path_type=Path), help="Write the results as .html, .csv or .json, too."
)
@with_workers
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(
    paths: tuple[Path, ...],
    target: str,
    out: Path | None,
    recursive: bool,
    album: bool,
    dialogue: Path | None,
    form: str,
    bits: str,
    rate: int | None,
    layout: str | None,
    when_unreachable: str | None,
    max_range: float | None,
    trim: float | None,
    fade_in: float,
    fade_out: float,
    remove_dc: bool,
    sanitize: bool,
    dry_run: bool,
    measure_only: bool,
    fresh: bool,
    report: Path | None,
    settings: Settings,
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
    soundscape master mixes/ -r --target netflix --dialogue stems/ -o mastered/ --report mastered/report.html
    soundscape master reel1.wav reel2.wav --album --target -16/-1 -o out/
    soundscape master delivery/ -r --target ebu-r128 --measure-only --report check.csv
    """
    from soundscape import pipeline
    from soundscape.cli._files import FileProgress
    from soundscape.mastering.batch import Edits, Options
    from soundscape.serial import to_data

    options = Options(
        format=form,
        bits=0 if bits == "same" else int(bits),
        layout=layout,
        edits=Edits(
            remove_offset=remove_dc, trim_dbfs=trim, fade_in_s=fade_in, fade_out_s=fade_out, sample_rate=rate
        ),
        sanitize=sanitize,
        dry_run=dry_run,
        measure_only=measure_only,
        resume=not fresh,
    )
    chosen = pipeline.as_target(target)
    if when_unreachable is not None:
        chosen = replace(chosen, unreachable=when_unreachable)
    if max_range is not None:
        chosen = replace(chosen, range_high_lu=max_range, beyond_range="lower")
    with Watch(quiet=quiet or as_json, live=FileProgress) as watch:
        results = pipeline.master(
            pipeline.audio_files(paths, recursive=recursive),
            target=chosen,
            out=out or "",
            settings=settings,
            album=album,
            options=options,
            dialogue=dialogue,
            progress=watch.progress,
            on_stage=watch.progress.told if isinstance(watch.progress, FileProgress) else None,
        )
    for result in results:
        if result.error:
            click.echo(f"soundscape: {result.error}", err=True)
    if report is not None:
        pipeline.write_master_report(results, chosen, report)
    if as_json:
        print_json([{"met": result.met, **to_data(result)} for result in results])
    elif any(not result.error for result in results):
        _print(results)
    return _status(results, measure_only)


def _status(results: tuple[FileResult, ...], measure_only: bool) -> int:
    """The exit status that says how it went."""
    failed = sum(bool(result.error) for result in results)
    if failed:
        return 2 if failed == len(results) else EXIT_FAILED
    fine = all(result.met or (result.without_loudness and not measure_only) for result in results)
    return 0 if fine else EXIT_OUT_OF_SPEC


def _print(results: tuple[FileResult, ...]) -> None:
    rows = []
    for result in results:
        row = [str(result.path), result.status + (", done before" if result.skipped else "")]
        for found in (result.before, result.after):
            row += [number(found.integrated_lufs), number(found.true_peak_dbtp)] if found else ["", ""]
        worked = not result.error and result.status != "measured"
        row += [number(result.gain_db), number(result.limiting.max_db)] if worked else ["", ""]
        rows.append(row)
    columns = ["file", "status", "LUFS", "dBTP", "LUFS after", "dBTP after", "gain (dB)", "limited (dB)"]
    print_table("Mastered", columns, rows, right=(2, 3, 4, 5, 6, 7))
    for result in results:
        for check in result.checks:
            if not check.passed and (check.value is not None or not result.without_loudness):
                word = "advice" if check.advice else "missed"
                click.echo(f"{result.path}: {word}: {check.rule} {number(check.value, 2)}, allowed {check.allowed}")
        for note in result.notes:
            click.echo(f"{result.path}: {note}")
    counts = Counter(result.status for result in results)
    click.echo(
        f"{len(results)} file{'s' * (len(results) != 1)}: "
        + ", ".join(f"{count} {status}" for status, count in counts.most_common())
    )
