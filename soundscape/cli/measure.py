"""`soundscape measure`: what the meter says."""

from __future__ import annotations

from pathlib import Path

import click

from soundscape.cli._console import number, print_json, print_table
from soundscape.errors import SoundscapeError


@click.command("measure")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(files: tuple[Path, ...], as_json: bool) -> int:
    """Measure FILES: integrated loudness, true peak, range and maxima, by ITU-R BS.1770-5 and EBU R 128."""
    from soundscape import pipeline
    from soundscape.serial import to_data

    rows, data, failed = [], [], False
    for path in files:
        try:
            found = pipeline.measure(path)
        except SoundscapeError as error:
            click.echo(f"soundscape: {error}", err=True)
            failed = True
            continue
        data.append({"path": str(path), **to_data(found)})
        rows.append(
            [
                str(path),
                number(found.integrated_lufs),
                number(found.true_peak_dbtp),
                number(found.loudness_range_lu),
                number(found.max_momentary_lufs),
                number(found.max_short_term_lufs),
                number(found.duration_s),
            ]
        )
    if as_json:
        print_json(data)
    elif rows:
        columns = ["file", "LUFS", "dBTP", "LRA", "max M", "max S", "seconds"]
        print_table("Loudness", columns, rows, right=(1, 2, 3, 4, 5, 6))
    return 2 if failed else 0
