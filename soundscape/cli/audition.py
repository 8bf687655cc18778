"""`soundscape audition`: hear a preset."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import click

from soundscape.cli._console import Watch, number, print_json


@click.command("audition")
@click.argument("preset")
@click.option("--seconds", type=float, default=12.0, show_default=True, help="How long.")
@click.option(
    "--set", "changes", multiple=True, metavar="NAME=VALUE", help="Change a parameter; may be given again."
)
@click.option(
    "--control",
    "controls",
    multiple=True,
    metavar="NAME=0..1",
    help="Hold a control of a layer, e.g. intensity=0.8.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**64 - 1),
    default=1,
    show_default=True,
    help="Another seed, another performance.",
)
@click.option(
    "--vary", type=click.IntRange(1, 100), default=1, show_default=True, help="How many variations, by seed."
)
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default=Path(), help="Folder of the WAV.  [default: here]"
)
@click.option("--play/--no-play", default=True, help="Play it where there is a sound device.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def command(
    preset: str,
    seconds: float,
    changes: tuple[str, ...],
    controls: tuple[str, ...],
    seed: int,
    vary: int,
    out: Path,
    play: bool,
    as_json: bool,
) -> None:
    """Render PRESET — a layer, hit, instrument, space or palette — to a WAV at -23 LUFS, and play it.

    \b
    soundscape audition desert-wind --seconds 20 --set gustiness=0.8
    soundscape audition impact-metal --vary 5 -o hits/
    soundscape audition palettes/crystal-chambers
    """
    from soundscape import pipeline

    written = []
    with Watch(quiet=True):
        for index in range(vary):
            written.append(
                pipeline.audition(
                    preset,
                    out=out,
                    seconds=seconds,
                    seed=seed + index,
                    changes=_pairs(changes),
                    controls={name: float(value) for name, value in _pairs(controls).items()},
                )
            )
    if as_json:
        print_json(
            [
                {"path": str(item.path), "seed": item.seed, "integrated_lufs": item.loudness.integrated_lufs}
                for item in written
            ]
        )
    else:
        for item in written:
            heard = item.loudness
            click.echo(f"{item.path}  {number(heard.integrated_lufs)} LUFS, {number(heard.true_peak_dbtp)} dBTP")
    if play:
        for item in written:
            if problem := pipeline.play(item.path):
                click.echo(problem, err=True)
                break


def _pairs(given: tuple[str, ...]) -> dict[str, Any]:
    """`name=value` arguments; values as in TOML, and bare words as text."""
    pairs: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise click.BadParameter(f'"{text}" is not NAME=VALUE')
        try:
            pairs[name] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            pairs[name] = value
    return pairs
