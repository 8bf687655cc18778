"""`soundscape spot`: the spotting notes of a film."""

from __future__ import annotations

from pathlib import Path

import click

from soundscape.cli._console import print_json


@click.command("spot")
@click.argument("film", type=click.Path(path_type=Path))
@click.option("--fps", metavar="RATE", help="Frame rate of a timeline that does not carry one.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(film: Path, fps: str | None, as_json: bool) -> None:
    """Print the spotting notes of FILM: where music begins and ends, what it must hit, where it is silent, and why."""
    from soundscape import pipeline
    from soundscape.score.spotting import spotting_notes
    from soundscape.serial import to_data

    cues, timeline, diagnostics = pipeline.spotting(pipeline.open_film(film, fps=fps))
    for note in diagnostics:
        click.echo(str(note), err=True)
    if as_json:
        print_json([to_data(cue) for cue in cues])
        return
    for line in spotting_notes(cues, timeline):
        click.echo(line)
