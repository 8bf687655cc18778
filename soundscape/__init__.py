"""Soundscape turns a shot list into a finished soundtrack.

    import soundscape

    film = soundscape.load_film("film.toml")        # or a shot list or EDL
    plan = soundscape.plan(film)                    # everything that will sound, as data
    report = soundscape.render(plan, "out")         # stems, programme, MIDI, report
    soundscape.master(["mix.wav"], target="ebu-r128", out="mastered")

The names below are the whole of the public interface; they are loaded when they are first used.
"""

from __future__ import annotations

import importlib
from typing import Any

from soundscape.kernel_cache import keep_kernels_writable

keep_kernels_writable()

__version__ = "0.1.0"

_HOMES = {
    "audition": "pipeline",
    "load_film": "film",
    "master": "pipeline",
    "measure": "pipeline",
    "plan": "pipeline",
    "presets": "pipeline",
    "render": "pipeline",
    "Settings": "pipeline",
    "SoundscapeError": "errors",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'soundscape' has no attribute {name!r}")
    return getattr(importlib.import_module(f"soundscape.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
