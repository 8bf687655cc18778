"""Everything the audition page does: find, play, measure, vary and keep sounds."""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from soundscape.audio import Audio
from soundscape.calibration import calibration_db
from soundscape.contract import TICK, Tone
from soundscape.errors import PresetError, ScoreError, SoundscapeError
from soundscape.files import make_folder, write_text
from soundscape.mix.rooms import room_response
from soundscape.model import SAMPLE_RATE, Note
from soundscape.params import ParamValue
from soundscape.pipeline.catalogue import catalogue, shapeable
from soundscape.pipeline.contact_sheet import ContactSheet
from soundscape.pipeline.film_room import FilmRoom
from soundscape.pipeline.heard import ESTIMATE_S, Heard, hear, kept_at, known, measured, palette_gain_db, whole
from soundscape.pipeline.keeping import film_line, keep_preset, own_folder
from soundscape.pipeline.live import LiveSound, live_sound, space
from soundscape.pipeline.settings import Settings
from soundscape.planning.audition import Audition, audition_plan, find_kind
from soundscape.planning.variations import varied
from soundscape.registry import did_you_mean, get_preset, preset_folders, unit
from soundscape.rng import Seed
from soundscape.serial import to_json

REMEMBERED = 400
"""Measurements of shaped sounds that are kept while the page is open."""
KEY_S = 4.0
"""Longest note under a finger."""
LONGEST_CURVE_S = 60.0
"""A longer one is measured without its curves."""
CALM_S = 1.5
"""Background work waits until nothing has been asked for this long."""


class Studio:
    """A room to listen in: presets, what is known of them, and the sounds that are made on demand.

    Parameters
    ----------
    settings : Settings
        Where measurements are kept.
    folders : sequence of Path, optional
        Where presets are looked for; the first is the user's own, in which new ones are kept.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        folders: Sequence[Path] | None = None,
        *,
        film: Path | None = None,
        video: Path | None = None,
        ahead: bool = True,
    ) -> None:
        self.video = video
        self.settings = settings or Settings()
        self.folders = tuple(folders or preset_folders())
        self.own = self.folders[0] if folders else own_folder()
        self._heard: OrderedDict[str, Heard] = OrderedDict()
        self.film_room = None if film is None else FilmRoom(film, self.settings)
        self._paths: dict[str, Path] = {}
        self._lock = threading.Lock()
        self._ahead = ahead
        self._sheet: ContactSheet | None = None
        self._asked_at = time.monotonic()
        self._stop = threading.Event()

    @cached_property
    def catalogue(self) -> dict[str, Any]:
        """Presets, units and controls as plain data."""
        return catalogue(self.folders)

    def check(self, preset: str, changes: Mapping[str, ParamValue]) -> None:
        """Refuse changes that a page must not make: it may name no file."""
        kind, name = find_kind(preset, self.folders)
        if kind == "palettes" or not changes:
            return
        allowed = {param.name for param in shapeable(kind, get_preset(kind, name, self.folders).unit)}
        for given in changes:
            if given not in allowed:
                raise PresetError(f"there is no such parameter{did_you_mean(given, allowed)}", column=given)

    # ------------------------------------------------------------ hearing

    def listened(self) -> None:
        """Somebody listens now: what is only for later waits."""
        self._asked_at = time.monotonic()

    def play(self, wanted: Audition, at_s: float = 0.0) -> LiveSound:
        """A sound that is read while it is heard, from a time on."""
        self.listened()
        live = live_sound(wanted, self.folders, self.settings.folder)
        live.skip(round(at_s * SAMPLE_RATE / TICK) * TICK, wanted.controls or {})
        return live

    def gain_db(self, wanted: Audition, live: LiveSound) -> tuple[float, bool]:
        """What brings a sound to the reference, and whether that is exact: at once, measured or estimated."""
        found = self._known(wanted)
        if found is not None:
            return found.gain_db, True
        kind, _ = find_kind(wanted.preset, self.folders)
        if kind == "palettes":
            return palette_gain_db(live), False
        if kind not in ("hits", "instruments") and not wanted.curves:
            begun = live_sound(wanted, self.folders, self.settings.folder)
            heard = measured(whole(begun, ESTIMATE_S, wanted.controls or {}))
            if heard.loudness_lufs is not None:
                return heard.gain_db, False
        return self.hear(wanted).gain_db, True

    def film_gain_db(self, wanted: Audition) -> float:
        """What a film would give a sound before its fader; a palette and a space are mixes already."""
        sounds = audition_plan(wanted, self.folders).sounds
        return calibration_db(sounds[0], self.settings.folder) if len(sounds) == 1 else 0.0

    def hear(self, wanted: Audition) -> Heard:
        """Measure a sound exactly; a preset as it is packaged is measured once and for all."""
        found = self._known(wanted)
        if found is not None:
            return found
        heard = hear(wanted, self.folders, self.settings.folder, kept=_as_packaged(wanted))
        with self._lock:
            self._heard[_name(wanted)] = heard
            while len(self._heard) > REMEMBERED:
                self._heard.popitem(last=False)
        return heard

    def _known(self, wanted: Audition) -> Heard | None:
        with self._lock:
            found = self._heard.get(_name(wanted))
        if found is None and _as_packaged(wanted):
            found = known(self._kept_at(wanted))
        if found is not None:
            with self._lock:
                self._heard[_name(wanted)] = found
        return found

    def _kept_at(self, wanted: Audition) -> Path:
        if wanted.preset not in self._paths:
            self._paths[wanted.preset] = kept_at(wanted, self.folders, self.settings.folder)
        return self._paths[wanted.preset]

    def tone(
        self, preset: str, changes: Mapping[str, ParamValue], *, pitch: float, velocity: float, seed: int
    ) -> Audio:
        """One note of an instrument, as long as a finger may hold it; float32 `(2, frames)`."""
        self.listened()
        _, name = find_kind(preset, self.folders)
        found = get_preset("instruments", name, self.folders)
        module = unit("instruments", found.unit)
        low, high = module.RANGE
        tone = Tone(pitch=min(max(pitch, low), high), length_s=KEY_S, velocity=velocity)
        audio: Audio = module.tone(found.make(**changes), tone, SAMPLE_RATE, Seed(seed).child("key", round(pitch)))
        return audio

    def response(self, name: str, changes: Mapping[str, ParamValue]) -> Audio:
        """The impulse response of a space, float32 `(2, frames)`."""
        return room_response(space(name, changes, self.folders))

    def melody(self, data: bytes) -> list[dict[str, float]]:
        """The notes of a MIDI file, at 96 beats a minute, as the page plays them."""
        import tempfile

        from soundscape.score.smf import read_melody

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "motif.mid"
            path.write_bytes(data)
            try:
                track = read_melody(path)
            except ScoreError as error:
                raise ScoreError(error.message) from None
        beat_s = 60.0 / 96.0
        return [
            {
                "at": round(note.start * beat_s, 4),
                "length": round(max(note.length * beat_s, 0.05), 4),
                "pitch": float(note.pitch),
                "velocity": round(note.velocity / 127.0, 3),
            }
            for note in track.notes[:512]
        ]

    # ------------------------------------------------------------ shaping and keeping

    def variations(
        self, wanted: Audition, *, count: int, amount: float, locked: Collection[str] = ()
    ) -> list[dict[str, Any]]:
        """Seeds and changes of variations around a sound."""
        return [
            {
                "seed": seed,
                "changes": varied(
                    wanted.preset,
                    wanted.changes or {},
                    amount=amount,
                    seed=seed,
                    folders=self.folders,
                    locked=locked,
                ),
            }
            for seed in range(wanted.seed + 1, wanted.seed + count + 1)
        ]

    def keep(
        self,
        wanted: Audition,
        name: str,
        *,
        title: str = "",
        tags: Sequence[str] | None = None,
        replace: bool = False,
    ) -> Path:
        """A sound as a preset of one's own."""
        path = keep_preset(
            wanted.preset,
            name,
            folders=self.folders,
            into=self.own,
            title=title,
            tags=tags,
            changes=wanted.changes,
            faders_db=wanted.faders_db,
            muted=wanted.muted,
            replace=replace,
        )
        self.__dict__.pop("catalogue", None)
        self._paths.clear()
        with self._lock:
            self._heard.clear()
        return path

    def line(self, preset: str, place: str, word: str) -> str:
        """What to write so that a film uses a preset."""
        return film_line(preset, self.folders, place=place, word=word)

    def wav(self, wanted: Audition, out: Path) -> Path:
        """A sound as a mastered 24-bit WAV."""
        from soundscape.pipeline.listening import write_audition

        return write_audition(wanted, out=out, folders=self.folders, settings=self.settings).path

    # ------------------------------------------------------------ remembering

    @property
    def _memory(self) -> Path:
        return self.own.parent / "audition.json"

    def memory(self) -> dict[str, Any]:
        """Favourites, what was heard last, and options of the page."""
        empty: dict[str, Any] = {"favourites": [], "recent": [], "options": {}}
        try:
            return empty | json.loads(self._memory.read_text())
        except (OSError, ValueError):
            return empty

    def remember(self, **what: Any) -> None:
        """Change what is remembered."""
        with self._lock:
            make_folder(self._memory.parent)
            write_text(self._memory, json.dumps(self.memory() | what, indent=1))

    # ------------------------------------------------------------ the contact sheet

    def faces(self, presets: Sequence[str]) -> dict[str, Heard]:
        """What is known of presets; what is not is measured next, in this order."""
        found = {}
        for preset in presets:
            with suppress(SoundscapeError):
                heard = self._known(Audition(preset=preset))
                if heard is not None:
                    found[preset] = heard
        if self._sheet is not None:
            self._sheet.want([preset for preset in presets if preset not in found])
        return found

    @contextmanager
    def working(self) -> Iterator[None]:
        """Measure presets in a process of its own and load kernels here, while nobody asks for anything else."""
        ids = [entry["id"] for entry in self.catalogue["presets"]] if self._ahead else []
        self._sheet = ContactSheet(self.folders, self.settings.folder, ids, self.film_room if self._ahead else None)
        warming = threading.Thread(target=self._warm, name="kernels", daemon=True)
        if self._ahead:
            warming.start()
        try:
            yield
        finally:
            self._stop.set()
            self._sheet.close()

    def _warm(self) -> None:
        """Load the kernels of every unit, so that its first sound comes at once."""
        for preset in {entry["unit"]: entry["id"] for entry in self.catalogue["presets"]}.values():
            while time.monotonic() - self._asked_at < CALM_S and not self._stop.is_set():
                self._stop.wait(0.1)
            if self._stop.is_set():
                return
            with suppress(SoundscapeError):
                live_sound(Audition(preset=preset), self.folders, self.settings.folder).read(
                    SAMPLE_RATE // TICK * TICK, {}
                )


def _as_packaged(wanted: Audition) -> bool:
    return wanted == Audition(preset=wanted.preset)


def _name(wanted: Audition) -> str:
    return to_json(wanted, indent=None)


def melody_notes(notes: Sequence[Mapping[str, float]]) -> tuple[Note, ...]:
    """Notes in seconds as notes in samples."""
    return tuple(
        Note(
            start=round(note["at"] * SAMPLE_RATE),
            length=max(1, round(note["length"] * SAMPLE_RATE)),
            pitch=note["pitch"],
            velocity=note["velocity"],
        )
        for note in sorted(notes, key=lambda note: note["at"])
    )


def as_set(wanted: Audition, *, controls: bool) -> Audition:
    """What is measured of a sound: with its controls for comparing, else as loud as these make it.

    Curves count, for what they make has a loudness as a whole, unless they are too long to be measured at once.
    """
    short = wanted.seconds <= LONGEST_CURVE_S
    return replace(wanted, controls=wanted.controls if controls else None, curves=wanted.curves if short else None)
