"""The frame of a picture over time: panels one below the other, a time axis, levels, curves and named moments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt

INK, FAINT, PAPER, PANEL = "#cfcad8", "#ffffff26", "#14111c", "#0b0911"
MARK = "#7fd4e8"
LEFT, RIGHT, TOP, BOTTOM, GAP = 66, 24, 34, 30, 6
STEPS_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200)
LINE = 13.0
"""Pixels that a line of text needs."""
TICKS = 16
"""At most this many labels on the time axis."""

Values = npt.NDArray[np.float64]
Marks = Sequence[tuple[float, str]]
"""Moments: seconds and a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Panels over one time axis; rows are pixels from the top of a panel."""

    width: int
    heights: tuple[int, ...]
    seconds: float
    title: str = ""

    @property
    def inner(self) -> int:
        """Width of the panels in pixels."""
        return max(1, self.width - LEFT - RIGHT)

    @property
    def bottom(self) -> int:
        """Lower edge of the last panel."""
        return self.top(len(self.heights) - 1) + self.heights[-1]

    def top(self, panel: int) -> int:
        """Upper edge of a panel."""
        return TOP + sum(self.heights[:panel]) + GAP * panel

    def column(self, seconds: float | Values) -> Values:
        """Pixels from the left of a time."""
        return LEFT + np.asarray(seconds, np.float64) / max(self.seconds, 1e-9) * self.inner

    def level(self, panel: int, row: float, label: str, *, colour: str = FAINT, dashes: str = "") -> str:
        """A horizontal line through a panel, with its label to the left."""
        y = self.top(panel) + row
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        ends = f'x1="{LEFT}" x2="{LEFT + self.inner}" y1="{y:.1f}" y2="{y:.1f}"'
        line = f'<line {ends} stroke="{colour}"{dashed}/>'
        return line + (_text(LEFT - 7, y + 4, label, anchor="end") if label else "")

    def curve(self, panel: int, seconds: Values, rows: Values, colour: str, thickness: float) -> str:
        """A line through points in time."""
        points = _points(self.column(seconds), self.top(panel) + rows)
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{thickness:g}"/>'

    def band(self, panel: int, upper: Values, lower: Values, colour: str) -> str:
        """A shape between two rows for every column; at least a hair thick."""
        columns = LEFT + np.arange(upper.size) + 0.5
        lower = np.maximum(lower, upper + 1.0)
        ring = np.concatenate((upper, lower[::-1])) + self.top(panel)
        return f'<polygon points="{_points(np.concatenate((columns, columns[::-1])), ring)}" fill="{colour}"/>'

    def image(self, panel: int, href: str) -> str:
        """A picture that fills a panel."""
        return (
            f'<image x="{LEFT}" y="{self.top(panel)}" width="{self.inner}" height="{self.heights[panel]}" '
            f'preserveAspectRatio="none" href="{href}"/>'
        )

    def legend(self, names: Iterable[tuple[str, str]]) -> str:
        """Names of curves in their colours, above the panels to the right."""
        spans = "\u2003".join(f'<tspan fill="{colour}">{escape(name)}</tspan>' for name, colour in names)
        return f'<text x="{LEFT + self.inner}" y="22" text-anchor="end">{spans}</text>'

    def moments(self, marks: Marks) -> list[str]:
        """A vertical line at every named moment; its name stands along it, or comes up on it where that is too near."""
        parts, free = [], -LINE
        for seconds, name in sorted(marks):
            x = float(self.column(seconds))
            parts.append(
                f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{self.bottom}" stroke="{MARK}" opacity="0.55">'
                f"<title>{escape(name)}</title></line>"
            )
            if x >= free:
                free = x + LINE
                parts.append(
                    f'<text transform="translate({x + 4:.1f} {TOP + 5}) rotate(90)" fill="{MARK}" '
                    f'stroke="{PANEL}" stroke-width="3" paint-order="stroke">{escape(name)}</text>'
                )
        return parts

    def time_axis(self) -> list[str]:
        """Ticks below the panels: seconds, or minutes and seconds from a minute on."""
        step = next((step for step in STEPS_S if self.seconds / step <= TICKS), STEPS_S[-1])
        parts = []
        for tick in np.arange(0.0, self.seconds + step * 1e-6, step):
            x = float(self.column(tick))
            parts.append(
                f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{self.bottom}" y2="{self.bottom + 5}" stroke="{INK}"/>'
            )
            parts.append(_text(x, self.bottom + 19, clock(tick, long=self.seconds >= 60.0), anchor="middle"))
        return parts

    def svg(self, parts: Iterable[str]) -> str:
        """The whole picture: panels, what is drawn in them, title and time axis."""
        height = self.bottom + BOTTOM
        panels = [
            f'<rect x="{LEFT}" y="{self.top(i)}" width="{self.inner}" height="{size}" fill="{PANEL}"/>'
            for i, size in enumerate(self.heights)
        ]
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {height}" width="{self.width}" '
            f'height="{height}" font-family="system-ui, Helvetica, Arial, sans-serif" font-size="12" fill="{INK}">'
            f'<rect width="{self.width}" height="{height}" fill="{PAPER}"/>'
        )
        title = f'<text x="{LEFT}" y="22" font-size="14">{escape(self.title)}</text>' if self.title else ""
        return "\n".join([head, title, *panels, *parts, *self.time_axis(), "</svg>\n"])


def clock(seconds: float, *, long: bool) -> str:
    """A time as `1.5 s`, or as `2:05` where pictures are long."""
    if not long:
        return f"{seconds:g} s" if seconds < 1e-9 or seconds >= 1.0 else f"{seconds:.2g} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}" if minutes >= 60 else f"{minutes}:{rest:02d}"


def _text(x: float, y: float, text: str, *, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _points(columns: Values, rows: Values) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(columns, rows, strict=True))
