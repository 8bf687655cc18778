"""Sounds that are made while they are heard: any preset as tracks that are read block by block.

What is read with constant controls is, sample for sample, what a film would get.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from soundscape.audio import Audio
from soundscape.calibration import calibration_db
from soundscape.contract import CONTROLS, TICK, ControlBlock
from soundscape.dsp.distance import Distance
from soundscape.dsp.walls import Walls
from soundscape.mix.gains import pan_gains
from soundscape.model import SAMPLE_RATE, Room, Sound
from soundscape.params import ParamValue, make_params
from soundscape.planning.audition import Audition, audition_plan, find_kind
from soundscape.planning.palette import get_palette
from soundscape.registry import get_preset, unit
from soundscape.rng import Seed
from soundscape.synthesis import render_blocks
from soundscape.units import db_to_gain

SKIP = 1 << 16
"""Frames that are rendered at once where nobody listens."""
PHRASE_S = 5.0
"""Length of the phrase by which an instrument is shown."""

EFFECTS: Mapping[str, type[Distance] | type[Walls]] = {"distance": Distance, "walls": Walls}
"""Controls that are applied to every sound alike."""

Curves = Mapping[str, npt.NDArray[np.float32]]
Tracks = npt.NDArray[np.float32]
"""float32, `(tracks, 2, frames)`."""


class Voice(Protocol):
    """One sound-maker that is read block by block."""

    def read(self, frames: int, controls: Mapping[str, float]) -> Audio:
        """The next frames, float32 `(2, frames)`; fewer where it ends. `frames` is a multiple of `TICK`."""


class _Effects:
    """Distance and walls, each from the moment it is first wanted."""

    def __init__(self, wanted: Mapping[str, object]) -> None:
        self._effects = {name: effect(SAMPLE_RATE) for name, effect in EFFECTS.items() if wanted.get(name)}

    def apply(
        self, audio: Audio, controls: Mapping[str, float], curves: Mapping[str, npt.NDArray[np.float32]]
    ) -> Audio:
        for name, effect in EFFECTS.items():
            if controls.get(name, 0.0) > 0.0:
                self._effects.setdefault(name, effect(SAMPLE_RATE))
        if self._effects:
            audio = audio.copy()
            for name, applied in self._effects.items():
                applied.apply(audio, curves[name])
        return audio


class _Knobs:
    """Controls that glide from one block to the next to where they are set."""

    def __init__(self) -> None:
        self._values: dict[str, float] = {}

    def turn(self, name: str, ticks: int, value: float) -> npt.NDArray[np.float32]:
        """Values at the edges of so many ticks."""
        before = self._values.get(name, value)
        self._values[name] = value
        return np.linspace(before, value, ticks + 1, dtype=np.float32)


class LayerVoice:
    """A layer without end, whose controls follow what they are set to from one block to the next.

    Parameters
    ----------
    sound : Sound
        Its curves rule their controls; the others are free. It ends with its curves, else never.
    span : tuple of float
        Intensity of the layer where the control is 0 and where it is 1.
    """

    def __init__(self, sound: Sound, *, span: tuple[float, float] = (0.0, 1.0)) -> None:
        module = unit("layers", sound.unit)
        params = make_params(module.Params, sound.params)
        self._sound, self._span = sound, span
        self._knobs = _Knobs()
        self._next = ControlBlock(0, {})
        self._position = 0
        self._end = sound.length if any(len(curve) > 1 for curve in sound.curves.values()) else None
        self._effects = _Effects(sound.curves)
        self._blocks = module.render(params, self._controls(), SAMPLE_RATE, Seed(sound.seed))

    def read(self, frames: int, controls: Mapping[str, float]) -> Audio:
        """The next frames."""
        self._next = ControlBlock(
            frames // TICK,
            {name: self._curve(name, frames // TICK, controls.get(name)) for name in CONTROLS},
        )
        audio = self._effects.apply(next(self._blocks), controls, self._next.curves)
        left = frames if self._end is None else max(0, self._end - self._position)
        self._position += frames
        return audio[:, :left]

    def _controls(self) -> Iterator[ControlBlock]:
        while True:
            yield self._next

    def _curve(self, name: str, ticks: int, value: float | None) -> npt.NDArray[np.float32]:
        drawn = self._sound.curves.get(name)
        if drawn:
            edges = self._position + np.arange(ticks + 1) * TICK
            return np.interp(edges, [at for at, _ in drawn], [level for _, level in drawn]).astype(np.float32)
        value = CONTROLS[name][0] if value is None else value
        if name == "intensity":
            low, high = self._span
            value = low + (high - low) * value
        return self._knobs.turn(name, ticks, value)


class RenderedVoice:
    """A hit or the notes of an instrument: it ends by itself, and only distance and walls reach it."""

    def __init__(self, sound: Sound) -> None:
        self._blocks, _ = render_blocks(sound)
        self._ready = np.zeros((2, 0), np.float32)
        self._knobs, self._effects = _Knobs(), _Effects({})

    def read(self, frames: int, controls: Mapping[str, float]) -> Audio:
        """The next frames."""
        while self._ready.shape[1] < frames and (block := next(self._blocks, None)) is not None:
            self._ready = np.concatenate((self._ready, block), axis=1)
        audio, self._ready = self._ready[:, :frames], self._ready[:, frames:]
        curves = {name: self._knobs.turn(name, frames // TICK, controls.get(name, 0.0)) for name in EFFECTS}
        return self._effects.apply(audio, controls, curves)


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One fader's worth of a live sound."""

    name: str
    title: str
    gain_db: float
    """Where its fader stands at first."""
    endless: bool


@dataclass(frozen=True, slots=True)
class _Line:
    """A track with its voice and what brings it to its place."""

    track: Track
    voice: Voice
    gains: tuple[float, float]


class LiveSound:
    """A preset of any kind as tracks, without faders and space, which belong to whoever listens.

    Parameters
    ----------
    lines : sequence
        The tracks with their voices.
    room : Room or None
        The space in which all of them sound.
    """

    def __init__(self, lines: Sequence[_Line], room: Room | None) -> None:
        self._lines = tuple(lines)
        self.room = room
        self.tracks = tuple(line.track for line in lines)

    def read(self, frames: int, controls: Mapping[str, float]) -> Tracks:
        """The next frames of every track; fewer, down to none, once all of them have ended."""
        read = [line.voice.read(frames, controls) for line in self._lines]
        tracks = np.zeros((len(read), 2, max((audio.shape[1] for audio in read), default=0)), np.float32)
        for line, audio, to in zip(self._lines, read, tracks, strict=True):
            to[0, : audio.shape[1]] = audio[0] * np.float32(line.gains[0])
            to[1, : audio.shape[1]] = audio[1] * np.float32(line.gains[1])
        return tracks

    def skip(self, frames: int, controls: Mapping[str, float]) -> None:
        """Go on by so many frames, a multiple of `TICK`, unheard."""
        while frames > 0:
            self.read(min(SKIP, frames), controls)
            frames -= SKIP


def live_sound(wanted: Audition, folders: Sequence[Path], folder: Path) -> LiveSound:
    """A preset as it is auditioned, to be read while it is heard.

    Parameters
    ----------
    wanted : Audition
        What is to be heard; the length counts only where curves are drawn.
    folders : sequence of Path
        Where presets are looked for.
    folder : Path
        Where measured gains are kept.
    """
    kind, name = find_kind(wanted.preset, folders)
    if kind == "instruments" and not wanted.melody:
        wanted = replace(wanted, seconds=PHRASE_S)
    plan = audition_plan(wanted, folders)
    room = next(iter(plan.rooms.values()), None)
    spans = {}
    if kind == "palettes":
        spans = {f"layers/{layer.preset}": layer.intensity for layer in get_palette(name, folders).layers}
    alone = len(plan.sounds) == 1
    return LiveSound(
        [
            _line(sound, spans.get(sound.name), wanted, folders, 0.0 if alone else calibration_db(sound, folder))
            for sound in plan.sounds
        ],
        room,
    )


def _line(
    sound: Sound,
    span: tuple[float, float] | None,
    wanted: Audition,
    folders: Sequence[Path],
    gain_db: float,
) -> _Line:
    left, right = (float(side) for side in pan_gains(sound.pan))
    gain = db_to_gain(gain_db)
    if sound.kind == "layers":
        free = {
            control: curve
            for control, curve in sound.curves.items()
            if wanted.curves and wanted.curves.get(control)
        }
        voice: Voice = LayerVoice(replace(sound, curves=free), span=span or (0.0, 1.0))
    else:
        first = min((note.start for note in sound.notes), default=0)
        notes = tuple(replace(note, start=note.start - first) for note in sound.notes)
        voice = RenderedVoice(replace(sound, notes=notes, length=min(sound.length, SAMPLE_RATE)))
    track = Track(
        name=sound.preset,
        title=get_preset(sound.kind, sound.preset, folders).title,
        gain_db=sound.gain_db,
        endless=sound.kind == "layers" and not wanted.curves,
    )
    return _Line(track, voice, (gain * left, gain * right))


def space(name: str, changes: Mapping[str, ParamValue], folders: Sequence[Path]) -> Room:
    """A space by name, with changed parameters; a space is the same in every film."""
    preset = get_preset("spaces", name, folders)
    preset.make(**changes)
    return Room(unit=preset.unit, params={**preset.params, **changes}, seed=Seed(0).child("spaces", name).value)
