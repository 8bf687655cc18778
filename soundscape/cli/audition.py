"""`soundscape audition`: hear a preset, or open the page on which all of them are heard and shaped."""

from __future__ import annotations

import contextlib
import tomllib
from pathlib import Path
from typing import Any

import click

from soundscape.cli import _names
from soundscape.cli._console import Watch, number, print_json


@click.command("audition")
@click.argument("preset", required=False, shell_complete=_names.presets)
@click.option("--seconds", type=float, default=12.0, show_default=True, help="How long.")
@click.option(
    "--set", "changes", multiple=True, metavar="NAME=VALUE", help="Change a parameter; may be given again."
)
@click.option(
    "--control",
    "controls",
    multiple=True,
    metavar="NAME=0..1",
    help="Hold a control: intensity=0.8 of a layer, wetness=0.7 of any.",
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
@click.option(
    "--amount",
    type=click.FloatRange(0.0, 1.0),
    default=0.0,
    help="How far the parameters of variations move, as a share of their ranges.",
)
@click.option("--play/--no-play", default=True, help="Play it where there is a sound device.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of the page.  [default: any]")
@click.option("--no-open", is_flag=True, help="Print the address of the page, and open no browser.")
@click.option(
    "--film",
    type=click.Path(path_type=Path, exists=True),
    help="Shape sounds against this film, on the page.",
)
@click.option("--video", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Its picture.")
def command(
    preset: str | None,
    seconds: float,
    changes: tuple[str, ...],
    controls: tuple[str, ...],
    seed: int,
    vary: int,
    amount: float,
    out: Path,
    play: bool,
    as_json: bool,
    port: int,
    no_open: bool,
    film: Path | None,
    video: Path | None,
) -> None:
    """Render PRESET — a layer, hit, instrument, space or palette — to a WAV at -23 LUFS, and play it.

    Without PRESET a page opens in the browser, on which every preset is heard, shaped and kept; nothing leaves
    this machine. Ctrl-C ends it.

    \b
    soundscape audition
    soundscape audition --film film.toml --video cut.mp4
    soundscape audition desert-wind --seconds 20 --set gustiness=0.8
    soundscape audition impact-metal --vary 5 -o hits/
    soundscape audition palettes/crystal-chambers
    """
    if preset is None:
        _page(port, no_open=no_open, film=film, video=video)
        return
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
                    vary=amount if index else 0.0,
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


def _page(port: int, *, no_open: bool, film: Path | None, video: Path | None) -> None:
    """Serve the page until Ctrl-C."""
    import webbrowser

    from soundscape.pipeline.auditioning import Studio
    from soundscape.web.server import PageServer

    server = PageServer(Studio(film=film, video=video), port=port)
    click.echo(server.address)
    click.echo("The page is open until Ctrl-C; nothing leaves this machine.", err=True)
    if not no_open:
        webbrowser.open(server.address)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve()


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
