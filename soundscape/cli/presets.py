"""`soundscape presets`: what there is."""

from __future__ import annotations

from dataclasses import asdict

import click

from soundscape.cli import _names
from soundscape.cli._console import print_json, print_table


@click.command("presets")
@click.argument("words", nargs=-1)
@click.option("--kind", shell_complete=_names.kinds, help="Only layers, hits, instruments, spaces or palettes.")
@click.option("--tag", help="Only presets with this tag.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(words: tuple[str, ...], kind: str | None, tag: str | None, as_json: bool) -> None:
    """List presets, or find those that know all WORDS.

    \b
    soundscape presets
    soundscape presets wind cave
    soundscape presets --kind hits --tag metal
    """
    from soundscape import pipeline

    found = pipeline.presets(words, kind=kind or "", tag=tag or "")
    if as_json:
        print_json([asdict(entry) for entry in found])
        return
    if not found:
        click.echo("no preset knows these words; try fewer, or `soundscape presets` for all", err=True)
        return
    print_table(
        f"{len(found)} presets",
        ["kind", "preset", "title", "tags"],
        [[entry.kind, entry.name, entry.title, ", ".join(entry.tags)] for entry in found],
    )
