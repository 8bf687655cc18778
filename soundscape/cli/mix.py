"""`soundscape mix`: some stems, a stretch, other languages and layouts, sample for sample as in the whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from soundscape.cli import _names
from soundscape.cli._console import Watch, number, print_json, print_table
from soundscape.cli._settings import with_workers_and_parts

if TYPE_CHECKING:
    from soundscape.pipeline import Mixdown, Settings


def _words(_context: click.Context, _option: click.Parameter, text: str | None) -> tuple[str, ...] | None:
    """A list written with commas."""
    return None if text is None else tuple(word for part in text.split(",") if (word := part.strip()))


@click.command("mix")
@click.argument("film", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    default=Path("out"),
    show_default=True,
    help="Folder of the results.",
)
@click.option("--solo", callback=_words, metavar="BUS,…", help="Of programme and buses write only these.")
@click.option("--from", "begin", metavar="TIMECODE", help="Write from here on.")
@click.option("--to", "end", metavar="TIMECODE", help="Write up to here.")
@click.option(
    "--stems",
    callback=_words,
    metavar="KIND,…",
    help="Stems besides the buses: layers, instruments, sounds, scenes, places.  [default: the film's]",
)
@click.option(
    "--also",
    callback=_words,
    metavar="MIX,…",
    help="Further mixes: m-and-e, narration-free, music-only, dialogue-only.  [default: the film's]",
)
@click.option("--language", metavar="NAME", help="Narration to be mixed, or `all`, each into a folder of its own.")
@click.option("--layout", metavar="NAME", help="stereo or 5.1.  [default: the film's]")
@click.option(
    "--target", shell_complete=_names.targets, metavar="NAME", help="Loudness target.  [default: the film's]"
)
@click.option("--fps", metavar="RATE", help="Frame rate of a timeline that does not carry one, e.g. 24, 29.97df.")
@with_workers_and_parts
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(
    film: Path,
    out: Path,
    solo: tuple[str, ...] | None,
    begin: str | None,
    end: str | None,
    stems: tuple[str, ...] | None,
    also: tuple[str, ...] | None,
    language: str | None,
    layout: str | None,
    target: str | None,
    fps: str | None,
    settings: Settings,
    as_json: bool,
    quiet: bool,
) -> None:
    """Mix FILM and write what is wanted of it.

    FILM is a film.toml or the folder of one, or a shot list or EDL alone. All of it is mixed and mastered, so that
    a stretch or a bus has the very samples that it has in the whole.

    \b
    soundscape mix film.toml --solo music --from 01:00:10:00 --to 01:00:20:00
    soundscape mix film.toml --stems layers,scenes --also m-and-e
    soundscape mix film.toml --language all --layout 5.1
    """
    from soundscape import pipeline

    if solo:
        # What film.toml asks for besides is not meant then, unless it is asked for here.
        stems, also = stems or (), also or ()
    watch = Watch(quiet=quiet or as_json)
    with watch:
        opened = pipeline.open_film(film, target=target, fps=fps, layout=layout, stems=stems, also=also)
        made = {}
        for spoken in pipeline.languages(opened, language):
            folder = out / spoken if language == "all" else out
            plan = pipeline.plan(pipeline.in_language(opened, spoken), settings=settings, progress=watch.progress)
            made[folder] = pipeline.mix_film(
                plan, folder, solo=solo or (), begin=begin, end=end, settings=settings, progress=watch.progress
            )
    if as_json:
        print_json([_as_data(folder, mixed) for folder, mixed in made.items()])
        return
    for folder, mixed in made.items():
        _print(folder, mixed)


def _as_data(folder: Path, mixed: Mixdown) -> dict[str, object]:
    from soundscape.serial import to_data

    return {
        "folder": str(folder),
        "files": {str(file.path.relative_to(folder)): to_data(file.loudness) for file in mixed.files},
        "status": mixed.fitted.status,
        "null": to_data(mixed.null),
        "finer": {kind: to_data(null) for kind, null in mixed.finer.items()},
    }


def _print(folder: Path, mixed: Mixdown) -> None:
    print_table(
        str(folder),
        ["file", "LUFS", "dBTP", "LRA"],
        [
            [
                str(file.path.relative_to(folder)),
                number(file.loudness.integrated_lufs),
                number(file.loudness.true_peak_dbtp),
                number(file.loudness.loudness_range_lu),
            ]
            for file in mixed.files
        ],
        right=(1, 2, 3),
    )
    for kind, null in {"buses": mixed.null, **mixed.finer}.items():
        click.echo(
            f"{kind} against the programme: {number(null.float_dbfs)} dBFS in float, "
            f"{number(null.rounded_dbfs)} as 24 bit, {number(null.files_dbfs)} with dither"
        )
