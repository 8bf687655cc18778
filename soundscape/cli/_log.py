"""What happens in a run as JSON lines, for whatever watches over it."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from soundscape.errors import OutputError
from soundscape.progress import Progress


class JsonLog:
    """A progress that writes each event as a line of JSON, and tells another progress, too.

    Every line has `time` (UTC) and `event`: `stage` (name, steps), `step` (what, done, steps, eta_s), `note`
    (text), `error` (text) and at last `end` (seconds, ok).
    """

    def __init__(self, path: Path, watched_by: Progress) -> None:
        try:
            self._file = path.open("a", encoding="utf-8", buffering=1)
        except OSError as error:
            raise OutputError(f"cannot be written: {error.strerror}", path=path) from error
        self._told = watched_by
        self._lock = threading.Lock()
        self._pace = Pace(0)
        self._began = time.monotonic()

    def stage(self, name: str, steps: int) -> None:
        """A stage begins."""
        self._pace = Pace(steps)
        self._write("stage", name=name, steps=steps)
        self._told.stage(name, steps)

    def step(self, what: str = "") -> None:
        """A step is done."""
        with self._lock:
            self._pace.step()
            eta_s = None if self._pace.left_s is None else round(self._pace.left_s, 1)
            self._write("step", what=what, done=self._pace.done, steps=self._pace.steps, eta_s=eta_s)
        self._told.step(what)

    def note(self, text: str) -> None:
        """Something to know."""
        self._write("note", text=text)
        self._told.note(text)

    def end(self, error: BaseException | None) -> None:
        """The run is over."""
        if error is not None:
            self._write("error", text=str(error) or type(error).__name__)
        self._write("end", seconds=round(time.monotonic() - self._began, 2), ok=error is None)
        self._file.close()

    def _write(self, event: str, **facts: object) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._file.write(json.dumps({"time": now, "event": event, **facts}, ensure_ascii=False) + "\n")


class Pace:
    """How many steps of a stage are done, and how long the others will take at that pace."""

    def __init__(self, steps: int) -> None:
        self.steps, self.done = steps, 0
        self._began = time.monotonic()

    def step(self) -> None:
        """One more is done."""
        self.done += 1

    @property
    def left_s(self) -> float | None:
        """Seconds until the end of the stage, once that can be said."""
        if not self.done:
            return None
        return (time.monotonic() - self._began) / self.done * max(0, self.steps - self.done)
