"""`soundscape check-score`: whether the score does what a score must."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from soundscape.cli._console import print_json, print_table

if TYPE_CHECKING:
    from soundscape.score.ledger import Entry
    from soundscape.score.request import TempoReport

EXIT_FAILED_CHECK = 3


@click.command("check-score")
@click.argument("film", type=click.Path(path_type=Path))
@click.option("--fps", metavar="RATE", help="Frame rate of a timeline that does not carry one.")
@click.option("--tempo-candidate", type=click.IntRange(0, 2), help="Check another of the three tempo maps.")
@click.option("--tempo", is_flag=True, help="Show the three tempo maps of every cue side by side instead.")
@click.option("--ledger", is_flag=True, help="Show every statement of a motif over the film instead.")
@click.option(
    "--stems",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder into which FILM was scored: hits and speech are measured in its audio, too.",
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(
    film: Path,
    fps: str | None,
    tempo_candidate: int | None,
    tempo: bool,
    ledger: bool,
    stems: Path | None,
    as_json: bool,
) -> int:
    """Compose FILM and check its score: hits on downbeats, tempo steps, motifs, harmony, ranges, touch, silence.

    With --stems also the rendered audio: whether hits are heard in time, and speech stands clear of the music.

    Exit status 3 when a check fails.
    """
    from soundscape import pipeline
    from soundscape.serial import to_data

    opened = pipeline.open_film(film, fps=fps, tempo_candidate=tempo_candidate)
    if tempo:
        _print_tempi(pipeline.tempo_reports(opened), as_json=as_json)
        return 0
    if ledger:
        _print_ledger(pipeline.motif_ledger(opened), as_json=as_json)
        return 0
    findings = pipeline.check_score(opened, stems)
    if as_json:
        print_json([to_data(finding) for finding in findings])
    else:
        told = {True: "passed", False: "FAILED", None: "-"}
        rows = [[item.cue, item.check, told[item.passed], item.value] for item in findings]
        print_table("Checks of the score", ["cue", "check", "result", "measured"], rows)
    return 0 if all(finding.passed is not False for finding in findings) else EXIT_FAILED_CHECK


def _print_ledger(entries: tuple[Entry, ...], *, as_json: bool) -> None:
    from soundscape.score.ledger import ledger_lines
    from soundscape.serial import to_data

    if as_json:
        print_json([{"cue": entry.cue, **to_data(entry.statement)} for entry in entries])
        return
    for line in ledger_lines(entries):
        click.echo(line)


def _print_tempi(reports: list[tuple[str, TempoReport]], *, as_json: bool) -> None:
    from soundscape.serial import to_data

    if as_json:
        print_json([{"cue": cue, **to_data(report)} for cue, report in reports])
        return
    rows = []
    for cue, report in reports:
        strong = [hit for hit in report.hits if hit.strength == "strong"]
        counts = [sum(hit.verdict == verdict for hit in strong) for verdict in ("hit", "near", "miss")]
        off = max((abs(hit.frames_off) for hit in strong), default=0.0)
        rows.append(
            [
                cue,
                report.candidate,
                *(str(count) for count in counts),
                f"{off:.1f}",
                f"{100 * report.largest_step:.1f}",
                f"{100 * report.tempo_range:.1f}",
                str(report.odd_bars),
                f"{100 * report.fixed_tempo_share:.0f}",
            ]
        )
    columns = [
        "cue",
        "candidate",
        "hit",
        "near",
        "miss",
        "frames off",
        "step %",
        "range %",
        "odd bars",
        "one tempo %",
    ]
    print_table("Tempo maps", columns, rows, right=tuple(range(2, 10)))
