"""`soundscape cache`: the rendered sounds that are kept."""

from __future__ import annotations

from pathlib import Path

import click

from soundscape.cli._console import print_json


@click.group("cache")
def command() -> None:
    """Look after the rendered sounds that are kept for the next run."""


def _folder(given: Path | None) -> Path:
    from soundscape.parts import default_folder

    return given or default_folder()


_CACHE = click.option(
    "--cache", type=click.Path(path_type=Path, file_okay=False), help="The folder.  [default: the user's cache]"
)


@command.command("info")
@_CACHE
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def info(cache: Path | None, as_json: bool) -> None:
    """How many sounds are kept, and how much room they take.

    A run removes what was used longest ago when it ends, until --cache-size of `soundscape score` is left.
    """
    from soundscape.parts import PartCache

    found = PartCache(_folder(cache)).info()
    if as_json:
        print_json(
            {
                "folder": str(found.folder),
                "parts": found.parts,
                "bytes": found.bytes,
                "unfinished": found.unfinished,
            }
        )
    else:
        missing = "" if found.folder.exists() else ", which does not exist yet"
        click.echo(f"{found.parts} sounds, {found.bytes / 1e6:.1f} MB in {found.folder}{missing}")
        if found.unfinished:
            click.echo(
                f"{found.unfinished} more are unfinished: at work, or left by a killed run until a day later"
            )


@command.command("clear")
@_CACHE
def clear(cache: Path | None) -> None:
    """Remove all of them; the next run renders everything again. Those that a living run uses stay."""
    from soundscape.parts import PartCache

    kept = PartCache(_folder(cache))
    click.echo(f"{kept.clear()} files removed from {kept.folder}")
    if left := kept.info().parts:
        click.echo(f"{left} sounds stay: a run uses them, or they cannot be removed")


@command.command("verify")
@_CACHE
def verify(cache: Path | None) -> int:
    """Check every one of them against its checksum; exit status 1 when some are damaged.

    Damaged ones do no harm: they are noticed when they are needed, and rendered again.
    """
    from soundscape.parts import PartCache

    kept = PartCache(_folder(cache))
    damaged = kept.damaged()
    for path in damaged:
        click.echo(f"{path}: is damaged and will be rendered again when it is needed")
    click.echo(f"{kept.info().parts} sounds checked, {len(damaged)} damaged")
    return 1 if damaged else 0
