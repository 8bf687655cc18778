"""`soundscape timeline`: what a cut says, and what changed between two."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from soundscape.cli._console import print_json, print_table

if TYPE_CHECKING:
    from soundscape.model import Diagnostic, Timeline
    from soundscape.timeline import Change


@click.command("timeline")
@click.argument("cut", type=click.Path(path_type=Path))
@click.argument("newer", required=False, type=click.Path(path_type=Path))
@click.option("--fps", metavar="RATE", help="Frame rate, where the file does not carry it: 24, 23.976, 29.97df …")
@click.option("--format", metavar="NAME", help="Format of the file.  [default: found by suffix and content]")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(cut: Path, newer: Path | None, fps: str | None, format: str | None, as_json: bool) -> None:
    """Show CUT as a table: shots, gaps, overlaps, hits, and every line that was not understood.

    With NEWER, a later version of the cut: what was kept, moved, trimmed, is new or gone.

    \b
    soundscape timeline cut.edl --fps 23.976
    soundscape timeline cut-v1.fcpxml cut-v2.fcpxml
    """
    from soundscape.pipeline import read_cut
    from soundscape.serial import to_data
    from soundscape.timeline import changes

    timeline, diagnostics = read_cut(cut, fps=fps, format=format)
    if newer is None:
        _report(diagnostics)
        if as_json:
            print_json({"timeline": to_data(timeline), "diagnostics": [to_data(note) for note in diagnostics]})
        else:
            _print_timeline(timeline)
        return
    later, more = read_cut(newer, fps=fps, format=format)
    _report((*diagnostics, *more))
    found = changes(timeline, later)
    if as_json:
        print_json([to_data(change) for change in found])
    else:
        _print_changes(found, later)


def _report(diagnostics: tuple[Diagnostic, ...]) -> None:
    for note in diagnostics:
        click.echo(str(note), err=True)


def _print_timeline(timeline: Timeline) -> None:
    from soundscape.timeline import summary

    found = summary(timeline)
    rows = [[row.kind, row.timecode, str(row.frames), row.label, row.what, row.detail] for row in found.rows]
    columns = ["kind", "timecode", "frames", "label", "what", "detail"]
    print_table(f"{found.title}, {found.rate} fps", columns, rows, right=(2,))
    counted = ("shots", "transitions", "hits", "cues", "gaps", "overlaps")
    counts = ", ".join(f"{getattr(found, name)} {name}" for name in counted)
    click.echo(
        f"{found.title}: {found.start} to {found.end} at {found.rate} fps, {found.frames} frames, "
        f"{found.seconds:.2f} s; {counts}"
    )


def _print_changes(changes: tuple[Change, ...], timeline: Timeline) -> None:
    from collections import Counter

    from soundscape.timecode import frame_to_timecode

    rows = []
    for change in changes:
        shot = change.new or change.old
        assert shot is not None
        code = frame_to_timecode(shot.start, timeline.rate)
        moved = (
            [f"{change.shift:+d}", f"{change.head:+d}", f"{change.tail:+d}"]
            if change.old and change.new
            else [""] * 3
        )
        rows.append([change.kind, code, shot.label, shot.source, *moved])
    print_table("Changes", ["change", "timecode", "shot", "source", "shift", "head", "tail"], rows, right=(4, 5, 6))
    counts = Counter(change.kind for change in changes)
    click.echo(", ".join(f"{counts[kind]} {kind}" for kind in ("kept", "moved", "trimmed", "new", "removed")))
