"""What all commands share: progress on standard error, results on standard output."""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import click

from soundscape.cli._log import JsonLog, Pace
from soundscape.progress import Progress, Silent

EXIT_FAILED = 1
"""Some files of a batch failed; when all did, it is 2."""
EVERY_S = 10.0
"""How often a log is told how far a stage is."""


class PlainProgress:
    """A line when a stage begins and now and then how long it will take, for logs and pipes."""

    def __init__(self) -> None:
        self._name, self._pace, self._told = "", Pace(0), 0.0
        self._lock = threading.Lock()

    def stage(self, name: str, steps: int) -> None:
        """Say what begins."""
        self._name, self._pace, self._told = name, Pace(steps), time.monotonic()
        click.echo(f"{name} ({steps} steps)" if steps > 1 else name, err=True)

    def step(self, what: str = "") -> None:
        """Say how far it is, if that was long ago."""
        del what
        with self._lock:
            self._pace.step()
            if time.monotonic() - self._told > EVERY_S:
                self._told = time.monotonic()
                left = f"about {self._pace.left_s:.0f} s left"
                click.echo(f"{self._name} {self._pace.done}/{self._pace.steps}, {left}", err=True)

    def note(self, text: str) -> None:
        """Say it."""
        click.echo(text, err=True)


class LiveProgress:
    """A bar a stage, with the time it took or will take."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        self._bars = Bars(
            TextColumn("{task.description:<12}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("[dim]{task.fields[what]}"),
            console=Console(stderr=True),
        )
        self._task: Any = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Show the display."""
        self._bars.start()

    def stop(self) -> None:
        """Leave what was done on the screen."""
        self._finish()
        self._bars.stop()

    def stage(self, name: str, steps: int) -> None:
        """A new bar below the finished ones."""
        self._finish()
        self._task = self._bars.add_task(name, total=max(1, steps), what="")

    def step(self, what: str = "") -> None:
        """Move the bar."""
        with self._lock:
            if self._task is not None:
                self._bars.update(self._task, advance=1, what=what[:40])

    def note(self, text: str) -> None:
        """A line above the bars."""
        self._bars.console.print(text, highlight=False, markup=False)

    def _finish(self) -> None:
        if self._task is not None:
            total = self._bars.tasks[self._task].total
            self._bars.update(self._task, completed=total, what="")


class Watch:
    """A context in which work reports its progress: live on a terminal, lines in a pipe, nothing when quiet.

    With `log`, also as JSON lines in that file.
    """

    def __init__(self, *, quiet: bool, live: type[LiveProgress] = LiveProgress, log: Path | None = None) -> None:
        self.progress: Progress
        self._live: LiveProgress | None = None
        if quiet:
            self.progress = Silent()
        elif sys.stderr.isatty():
            self.progress = self._live = live()
        else:
            self.progress = PlainProgress()
        self._log: JsonLog | None = None
        if log is not None:
            self.progress = self._log = JsonLog(log, self.progress)
        self._began = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Wall time since the beginning."""
        return time.perf_counter() - self._began

    def __enter__(self) -> Watch:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
        if self._log is not None:
            self._log.end(error)


def print_json(data: object) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


def print_table(title: str, columns: list[str], rows: list[list[str]], *, right: tuple[int, ...] = ()) -> None:
    """A table on standard output: drawn on a terminal, tab-separated in a pipe."""
    if not sys.stdout.isatty():
        for row in [columns, *rows]:
            click.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", header_style="bold")
    for index, column in enumerate(columns):
        table.add_column(column, justify="right" if index in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def number(value: float | None, decimals: int = 1) -> str:
    """A measured value for a table; a dash where there is none."""
    return "–" if value is None else f"{value:.{decimals}f}"
