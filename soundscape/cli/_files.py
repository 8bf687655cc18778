"""Progress of a batch: one bar for all files with the time they will take, and one for each file at work."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from soundscape.cli._console import LiveProgress


class FileProgress(LiveProgress):
    """A live table of the files that are being worked on."""

    def __init__(self) -> None:
        super().__init__()
        self._files: dict[Path, Any] = {}
        self._stages: dict[Path, str] = {}
        self._files_lock = threading.Lock()

    def told(self, path: Path, stage: str, share: float) -> None:
        """Show how far a file is; from any thread."""
        with self._files_lock:
            if path not in self._files:
                self._files[path] = self._bars.add_task(path.name[:32], total=100, what="")
            if self._stages.get(path) != stage:  # the times are those of the stage
                self._bars.reset(self._files[path], total=100, what=stage[:40])
                self._stages[path] = stage
            self._bars.update(self._files[path], completed=round(100 * share))

    def step(self, what: str = "") -> None:
        """A file is done."""
        super().step(what)
        with self._files_lock:
            for path in [path for path in self._files if path.name == what]:
                self._bars.remove_task(self._files.pop(path))
                self._stages.pop(path, None)
