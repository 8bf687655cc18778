"""Presets: found, rendered through the same mix and master as a film, and played."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from soundscape.errors import InputError
from soundscape.model import Loudness
from soundscape.params import ParamValue
from soundscape.pipeline.films import calibrated
from soundscape.pipeline.rendering import render_parts
from soundscape.pipeline.settings import Settings
from soundscape.progress import Silent
from soundscape.registry import KINDS, did_you_mean, preset_folders

if TYPE_CHECKING:
    from soundscape.audio import Audio
    from soundscape.planning.audition import Audition
    from soundscape.registry import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditioned:
    """A preset as it was rendered."""

    path: Path
    seed: int
    loudness: Loudness

    def _repr_html_(self) -> str:
        """A player, where a notebook shows it."""
        from soundscape.pipeline.player import player_html

        return player_html(self.path, self.path.stem, self.loudness)


def audition(
    preset: str,
    *,
    out: Path | str = ".",
    seconds: float = 12.0,
    seed: int = 1,
    changes: Mapping[str, ParamValue] | None = None,
    controls: Mapping[str, float] | None = None,
    vary: float = 0.0,
    settings: Settings | None = None,
) -> Auditioned:
    """A preset of any kind as a 24-bit WAV at -23 LUFS, through the same mix and master as a film.

    Parameters
    ----------
    preset : str
        Its name, or `kind/name` where two kinds share one.
    out : Path or str
        The folder, made when it is missing.
    seconds : float
        Length, 0.5 to 14400.
    seed : int
        Another seed gives another performance.
    changes : mapping, optional
        Parameters on top of the preset's.
    controls : mapping, optional
        Constant controls of a layer, 0 to 1.
    vary : float
        0 to 1: move every parameter by up to this share of its range, by the seed.

    Raises
    ------
    PresetError
        When there is no such preset, or a parameter or control is not allowed.
    """
    from soundscape.planning.audition import Audition

    folders = preset_folders()
    if vary:
        from soundscape.planning.variations import varied

        changes = varied(preset, changes or {}, amount=vary, seed=seed, folders=folders)
    wanted = Audition(preset=preset, seconds=seconds, seed=seed, changes=changes, controls=controls)
    return write_audition(wanted, out=Path(out), folders=folders, settings=settings or Settings())


def write_audition(wanted: Audition, *, out: Path, folders: Sequence[Path], settings: Settings) -> Auditioned:
    """What is wanted as a WAV in a folder, through the same mix and master as a film."""
    from soundscape.deliver.stems import write_programme
    from soundscape.files import make_folder
    from soundscape.mastering.chain import fit, gain_curve
    from soundscape.mastering.target import load_target
    from soundscape.mix.mixer import mix
    from soundscape.mix.store import programme_of
    from soundscape.model import SAMPLE_RATE
    from soundscape.planning.audition import audition_plan

    made = calibrated(audition_plan(wanted, folders), settings)
    make_folder(out)
    parts = {name: result.part for name, result in render_parts(made, settings, Silent()).items()}

    def programme() -> Iterator[Audio]:
        return (programme_of(stems) for stems in mix(made, parts))

    fitted = fit(programme, SAMPLE_RATE, load_target(made.target))
    path = out / (f"{made.title}.wav" if wanted.seed == 1 else f"{made.title}-{wanted.seed}.wav")
    file = write_programme(programme(), gain_curve(programme, SAMPLE_RATE, fitted), made, path)
    return Auditioned(path=path, seed=wanted.seed, loudness=file.loudness)


def play(path: Path) -> str:
    """Play a file to its end; returns why not, in a line, where it cannot be heard."""
    try:
        import miniaudio
    except ImportError:
        return "not played: install soundscape[play] to hear it at once"
    try:
        with miniaudio.PlaybackDevice() as device:
            done = threading.Event()
            stream = miniaudio.stream_with_callbacks(miniaudio.stream_file(str(path)), end_callback=done.set)
            next(stream)
            device.start(stream)
            done.wait()
    except miniaudio.MiniaudioError as error:
        return f"not played: there is no sound device here ({error})"
    return ""


def presets(words: Sequence[str] = (), *, kind: str = "", tag: str = "") -> list[Entry]:
    """Presets of all kinds that know all the words."""
    from soundscape.planning.search import search_presets

    if kind and kind not in KINDS:
        raise InputError(f'there is no kind of preset "{kind}"{did_you_mean(kind, KINDS)}')
    return search_presets(words, preset_folders(), kind=kind, tag=tag)
