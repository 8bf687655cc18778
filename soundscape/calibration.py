"""Calibration: every preset sounds equally loud at its neutral settings, so that chance never sets a level.

The gain is measured once for a unit and its parameters (`soundscape.levels`) and kept beside the parts. Those of
the presets and palettes that come with the program stand in `presets/gains.json`, written by
`python -m soundscape.calibration`; a gain whose unit has changed since then is measured like any other.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from soundscape.audio import AudioFile
from soundscape.code import code_digest
from soundscape.errors import OutputError
from soundscape.files import atomic, make_folder
from soundscape.levels import reference_gain_db
from soundscape.metering.gating import integrated
from soundscape.metering.meter import EnergyMeter
from soundscape.model import Sound
from soundscape.params import ParamValue
from soundscape.registry import all_presets, get_preset, preset_folders, unit
from soundscape.synthesis import given_files

DIALOGUE_LUFS = -23.0
"""The anchor to which every recording of narration is brought, gated, so that pauses do not count."""
SHIPPED = "gains.json"
HANDLING = tuple(f"soundscape.{name}" for name in "audio errors metering model params registry timecode".split())
"""Code that a sound is handled and measured with: however it is written, it does not change how loud one is."""


def calibration_db(sound: Sound, folder: Path) -> float:
    """Gain in dB that brings a sound to its reference loudness.

    Parameters
    ----------
    sound : Sound
        Its unit and parameters count; of a hit also the seed, for two blows are never equally hard.
    folder : Path
        Where measured gains are kept.
    """
    return _known(facts_of(sound), folder)


def facts_of(sound: Sound) -> str:
    """What the gain of a sound depends on: sounds of the same facts have the same gain."""
    return _facts(
        sound.kind, sound.unit, sound.params, sound.seed if sound.kind == "hits" else 0, given_files(sound)
    )


def _facts(
    kind: str, name: str, params: dict[str, ParamValue], seed: int, files: dict[str, object] | None = None
) -> str:
    # A gain is rounded to more than what versions of libraries make of it.
    code = code_digest(reference_gain_db.__module__, unit(kind, name).__name__, libraries=(), besides=HANDLING)
    return json.dumps([kind, name, params, seed, code, files or {}], sort_keys=True)


def anchor_db(path: Path) -> float:
    """Gain in dB that brings a recording of speech to the dialogue anchor; 0 where there is nothing to measure."""
    with AudioFile(path) as file:
        meter = EnergyMeter(file.info.sample_rate, 1)
        for block in file.blocks():
            meter.push(block.mean(axis=0, keepdims=True))
    loudness = integrated(meter.energies, file.info.sample_rate)
    # It is laid into both channels, which is 3 LU louder than the one that was measured.
    return 0.0 if loudness is None else round(DIALOGUE_LUFS - (loudness + 3.01), 2)


@lru_cache(maxsize=4096)
def _known(facts: str, folder: Path) -> float:
    key = _key(facts)
    gain = shipped().get(key)
    if gain is not None:
        return gain
    path = folder / "calibration" / f"{key}.json"
    try:
        return float(json.loads(path.read_text()))
    except (OSError, ValueError):
        value = reference_gain_db(*json.loads(facts)[:4])
    with contextlib.suppress(OutputError):  # a cache only to be read from
        make_folder(path.parent)
        with atomic(path, durable=False) as file:
            file.write(json.dumps(value).encode())
    return value


def _key(facts: str) -> str:
    return hashlib.blake2b(facts.encode(), digest_size=16).hexdigest()


@cache
def shipped() -> dict[str, float]:
    """Gains that come with the program, by the hash of what they depend on."""
    path = preset_folders()[-1] / SHIPPED
    return dict(json.loads(path.read_text())) if path.exists() else {}


def packaged() -> list[tuple[str, str, dict[str, ParamValue]]]:
    """Kind, unit and parameters of what films use of the presets and palettes that come with the program.

    Hits are not among them: each has a gain of its own.
    """
    from soundscape.planning.palette import all_palettes

    folders = preset_folders()[-1:]
    found = [(preset, preset.params) for preset in all_presets(folders) if preset.kind in ("layers", "instruments")]
    for palette in all_palettes(folders):
        for layer in palette.layers:
            preset = get_preset("layers", layer.preset, folders)
            found.append((preset, {**preset.params, **layer.params}))
    return [(preset.kind, preset.unit, params) for preset, params in found]


def measured(sounds: Iterable[tuple[str, str, dict[str, ParamValue]]]) -> dict[str, float]:
    """The gains to be shipped of these kinds, units and parameters."""
    gains = {_key(_facts(*sound, 0)): reference_gain_db(*sound, 0) for sound in sounds}
    return dict(sorted(gains.items()))


if __name__ == "__main__":
    (preset_folders()[-1] / SHIPPED).write_text(json.dumps(measured(packaged()), indent=0) + "\n")
