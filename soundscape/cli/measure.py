"""`soundscape measure`: what the meter says."""

from __future__ import annotations

from pathlib import Path

import click

from soundscape.cli._console import EXIT_FAILED, number, print_json, print_table
from soundscape.errors import SoundscapeError


@click.command("measure")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-r", "--recursive", is_flag=True, help="Take the audio files of folders within folders, too.")
@click.option(
    "--layout", help="Which speakers the channels feed, e.g. 5.1 or dual-mono.  [default: what the file says]"
)
@click.option("--dialogue", type=click.Path(path_type=Path), help="The dialogue stem, or a folder of them.")
@click.option("--cinema", is_flag=True, help="Measure Leq(m) and LAeq of trailers, too.")
@click.option("--sanitize", is_flag=True, help="Count and silence samples that are no finite numbers.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON, with health and encoding.")
def command(
    files: tuple[Path, ...],
    recursive: bool,
    layout: str | None,
    dialogue: Path | None,
    cinema: bool,
    sanitize: bool,
    as_json: bool,
) -> int:
    """Measure FILES: integrated loudness, true peak, range and maxima, by ITU-R BS.1770-5 and EBU R 128.

    To hold files against a target, see `soundscape master --measure-only`. Exit status: 1 some files could not be
    read, 2 none.
    """
    from soundscape import pipeline
    from soundscape.mastering.batch import Options
    from soundscape.serial import to_data

    options = Options(layout=layout, sanitize=sanitize, cinema=cinema)
    paths = pipeline.audio_files(files, recursive=recursive)
    stems = pipeline.dialogue_stems(paths, dialogue) if dialogue else {}
    rows, data, notes, failed = [], [], [], 0
    for path in paths:
        try:
            found = pipeline.inspect(path, options=options, dialogue=stems.get(path))
        except SoundscapeError as error:
            click.echo(f"soundscape: {error}", err=True)
            failed += 1
            continue
        loudness = found.loudness
        others = {"health": to_data(found.health), "encoding": found.encoding, "notes": list(found.notes)}
        data.append({"path": str(path), **to_data(loudness), **others})
        notes += [f"{path}: {note}" for note in found.notes]
        values = (
            loudness.integrated_lufs,
            loudness.true_peak_dbtp,
            loudness.loudness_range_lu,
            loudness.max_momentary_lufs,
            loudness.max_short_term_lufs,
            *((loudness.dialogue_lufs,) if dialogue else ()),
            *((loudness.leq_m_db, loudness.leq_a_db) if cinema else ()),
            loudness.duration_s,
        )
        rows.append([str(path), *map(number, values)])
    if as_json:
        print_json(data)
    elif rows:
        columns = ["file", "LUFS", "dBTP", "LRA", "max M", "max S"]
        columns += ["dialogue"] * bool(dialogue) + ["Leq(m)", "LAeq"] * cinema + ["seconds"]
        print_table("Loudness", columns, rows, right=tuple(range(1, len(columns))))
        for note in notes:
            click.echo(note)
    return (2 if failed == len(paths) else EXIT_FAILED) if failed else 0
