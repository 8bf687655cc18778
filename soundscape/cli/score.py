"""`soundscape score`: the whole way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from soundscape.cli._console import Watch, number, print_json, print_table

if TYPE_CHECKING:
    from soundscape.deliver.report import Report
    from soundscape.model import Plan


@click.command("score")
@click.argument("film", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    default=Path("out"),
    show_default=True,
    help="Folder of the results.",
)
@click.option(
    "--target",
    metavar="NAME",
    help="Loudness target, e.g. ebu-r128, netflix, youtube or -16.  [default: the film's]",
)
@click.option("--fps", metavar="RATE", help="Frame rate of a timeline that does not carry one, e.g. 24, 29.97df.")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**64 - 1),
    help="Another seed gives another performance.  [default: the film's]",
)
@click.option(
    "--tempo-candidate",
    type=click.IntRange(0, 2),
    help="Tempo map: 0 steady metre, 1 steady tempo, 2 another tempo.",
)
@click.option("-j", "--jobs", type=click.IntRange(0), default=0, help="Workers.  [default: one a core]")
@click.option(
    "--executor",
    default="threads",
    show_default=True,
    help="How sounds are rendered: threads, processes or serial.",
)
@click.option(
    "--cache", type=click.Path(path_type=Path), help="Folder of rendered sounds.  [default: the user's cache]"
)
@click.option("-n", "--dry-run", is_flag=True, help="Say what would sound and why, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report (or, with --dry-run, the plan) as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(
    film: Path,
    out: Path,
    target: str | None,
    fps: str | None,
    seed: int | None,
    tempo_candidate: int | None,
    jobs: int,
    executor: str,
    cache: Path | None,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Score FILM: a film.toml, or a shot list or EDL alone.

    Writes the mastered programme, a stem a bus, the score as MIDI, a session, markers, the cue sheet, plan.json and
    a report into the folder.

    \b
    soundscape score film.toml -o out/
    soundscape score shots.csv --fps 24 --target youtube
    soundscape score cut.edl --fps 23.976 --dry-run
    """
    from soundscape import pipeline
    from soundscape.serial import to_data

    settings = pipeline.Settings(jobs=jobs, executor=executor, cache=cache)
    watch = Watch(quiet=quiet or as_json)
    opened = pipeline.open_film(film, target=target, fps=fps, seed=seed, tempo_candidate=tempo_candidate)
    made = pipeline.plan(opened, settings=settings)
    if dry_run:
        print_json(to_data(made)) if as_json else _print_plan(made)
        return
    with watch:
        report = pipeline.render(made, out, settings=settings, progress=watch.progress)
    if as_json:
        print_json(to_data(report))
    else:
        _print_report(report, out, watch.seconds)


def _print_plan(plan: Plan) -> None:
    from soundscape.deliver.report import chosen

    for line in (*chosen(plan), *(str(note) for note in plan.diagnostics)):
        click.echo(line)


def _print_report(report: Report, out: Path, seconds: float) -> None:
    for note in report.notes:
        click.echo(note)
    print_table(
        "Hit points",
        ["timecode", "hit", "strength", "sound off (ms)", "music off (ms)"],
        [
            [hit.timecode, hit.name, hit.strength, number(hit.error_ms, 2), number(hit.beat_error_ms, 1)]
            for hit in report.hits
        ],
        right=(3, 4),
    )
    measured = {"programme": report.programme, **report.stems}
    print_table(
        "Loudness",
        ["stem", "LUFS", "dBTP", "LRA", "max M", "max S"],
        [
            [
                name,
                number(loudness.integrated_lufs),
                number(loudness.true_peak_dbtp),
                number(loudness.loudness_range_lu),
                number(loudness.max_momentary_lufs),
                number(loudness.max_short_term_lufs),
            ]
            for name, loudness in measured.items()
        ],
        right=(1, 2, 3, 4, 5),
    )
    from soundscape.pipeline import last_changes

    if changes := last_changes(out):
        click.echo(changes)
    speed = report.duration_s / seconds if seconds else 0.0
    click.echo(
        f"{report.title}: {report.duration_s:.1f} s in {seconds:.1f} s ({speed:.0f}x real time), "
        f"{report.mastering.status} for {report.mastering.target}; {len(report.files)} files in {out}"
    )
