"""Sounds that are being played: read block by block when the page asks for more, forgotten when it stops."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

MOST = 24
"""Sounds at once, over all tabs; the one that was asked for longest ago goes first."""
EACH = 3
"""Sounds of one tab: what plays, what gives way to it, and what is about to."""
IDLE_S = 30.0


class Playable(Protocol):
    """What can be played."""

    @property
    def tracks(self) -> tuple[Any, ...]:
        """Its tracks, as dataclasses."""

    def read(self, frames: int, controls: Mapping[str, float]) -> npt.NDArray[np.float32]:
        """float32 `(tracks, 2, frames)`, shorter where it ends."""


@dataclass(slots=True)
class _Stream:
    sound: Playable
    tab: str
    lock: threading.Lock = field(default_factory=threading.Lock)
    asked_at: float = field(default_factory=time.monotonic)


class Streams:
    """The sounds of all tabs by their names, which cannot be guessed."""

    def __init__(self) -> None:
        self._streams: dict[str, _Stream] = {}
        self._lock = threading.Lock()

    def open(self, sound: Playable, tab: str) -> str:
        """Keep a sound of a tab to be read; returns its name."""
        name = secrets.token_urlsafe(12)
        with self._lock:
            now = time.monotonic()
            for idle in [key for key, stream in self._streams.items() if now - stream.asked_at > IDLE_S]:
                del self._streams[idle]
            self._make_room([key for key, stream in self._streams.items() if stream.tab == tab], EACH)
            self._make_room(list(self._streams), MOST)
            self._streams[name] = _Stream(sound, tab)
        return name

    def read(self, name: str, frames: int, controls: Mapping[str, float]) -> npt.NDArray[np.float32] | None:
        """The next frames of a sound; None when there is none of this name."""
        with self._lock:
            stream = self._streams.get(name)
        if stream is None:
            return None
        stream.asked_at = time.monotonic()
        with stream.lock:
            return stream.sound.read(frames, controls)

    def close(self, name: str) -> None:
        """Forget a sound."""
        with self._lock:
            self._streams.pop(name, None)

    def __len__(self) -> int:
        return len(self._streams)

    def _make_room(self, names: Sequence[str], most: int) -> None:
        """Forget so many of these, those asked for longest ago first, that one more is at most `most`."""
        oldest = sorted(names, key=lambda name: self._streams[name].asked_at)
        for name in oldest[: max(0, len(names) - most + 1)]:
            del self._streams[name]
