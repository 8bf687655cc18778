"""`soundscape score`: the whole way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from soundscape.cli import _names
from soundscape.cli._console import Watch, number, print_json, print_table
from soundscape.cli._settings import with_workers_and_parts

if TYPE_CHECKING:
    from soundscape.deliver.report import Report
    from soundscape.model import Plan
    from soundscape.pipeline import Settings


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
    shell_complete=_names.targets,
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
@click.option(
    "--draft",
    is_flag=True,
    help="A fast look: sounds at half rate, short rooms, into the folder `draft` of the results.",
)
@click.option(
    "--hold-gain",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Master with the gain of an earlier run, so that unchanged scenes stay the same to the bit.",
)
@click.option(
    "--since",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Tell what has changed since the run into this folder.  [default: the last run into the same]",
)
@with_workers_and_parts
@click.option(
    "-n",
    "--dry-run",
    is_flag=True,
    help="Say what would sound, what would be rendered and how much disk it takes; deliver nothing.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report (or, with --dry-run, the plan) as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@click.option(
    "--log-json", type=click.Path(path_type=Path), metavar="FILE", help="Write what happens as JSON lines."
)
def command(
    film: Path,
    out: Path,
    target: str | None,
    fps: str | None,
    seed: int | None,
    tempo_candidate: int | None,
    draft: bool,
    hold_gain: Path | None,
    since: Path | None,
    settings: Settings,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
    log_json: Path | None,
) -> None:
    """Score FILM: a film.toml or the folder of one, or a shot list or EDL alone.

    Writes the mastered programme, a stem a bus, the score as MIDI, a session, markers, the cue sheet, plan.json and
    a report into the folder.

    \b
    soundscape score film.toml -o out/
    soundscape score shots.csv --fps 24 --target youtube
    soundscape score cut.edl --fps 23.976 --dry-run
    """
    from soundscape import pipeline
    from soundscape.serial import to_data

    with Watch(quiet=quiet or as_json, log=log_json) as watch:
        opened = pipeline.open_film(film, target=target, fps=fps, seed=seed, tempo_candidate=tempo_candidate)
        made = pipeline.plan(opened, settings=settings, progress=watch.progress)
        made = pipeline.hold_gain(made, hold_gain) if hold_gain else made
        if draft:
            made, out = pipeline.draft(made), out / "draft"
        if not dry_run:
            report = pipeline.render(made, out, since=since, settings=settings, progress=watch.progress)
    if dry_run:
        expected = pipeline.forecast(made, settings)
        if as_json:
            print_json({"plan": to_data(made), "forecast": to_data(expected)})
        else:
            _print_plan(made)
            for line in filter(None, (expected.summary, expected.too_large)):
                click.echo(line)
        return
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
