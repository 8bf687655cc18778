"""How to work: workers, executor, cache. Nothing of it changes a result."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soundscape.errors import InputError
from soundscape.registry import did_you_mean, unit, units

EXECUTOR = "threads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to work, which changes nothing in the result."""

    jobs: int = 0
    """Workers; 0 is one a core."""
    executor: str = EXECUTOR
    """A module of `soundscape.executors`."""
    cache: Path | None = None
    """Folder of rendered parts; None is the user's."""

    @property
    def workers(self) -> int:
        """How many workers there will be."""
        return self.jobs or (os.process_cpu_count() if hasattr(os, "process_cpu_count") else os.cpu_count()) or 1

    @property
    def folder(self) -> Path:
        """Where parts are kept."""
        from soundscape.parts import default_folder

        return self.cache or default_folder()


def executor(name: str) -> Any:
    """The `run` of a module in `soundscape.executors`."""
    modules = units("executors")
    if name not in modules:
        raise InputError(f'there is no executor "{name}"{did_you_mean(name, modules)}')
    return unit("executors", name).run
