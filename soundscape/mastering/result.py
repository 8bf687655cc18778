"""What mastering files needs and gives back: options and results, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from soundscape.mastering.compliance import Check
from soundscape.mastering.health import Health
from soundscape.mastering.limiting import Limiting
from soundscape.model import Loudness

Curve = tuple[float | None, ...]
"""Short-term loudness in LUFS, one value a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """All that is measured in one pass over a file."""

    loudness: Loudness
    health: Health
    short_term: Curve
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How files are mastered."""

    bits: int = 24
    """16 or 24."""
    seed: int = 0
    """Of the dither."""
    layout: str | None = None
    """Which speakers the channels feed; without it, what the file says."""
    dry_run: bool = False
    """Only say what would be done."""
    resume: bool = True
    """Skip what an earlier run has done, unless the input, the output or the settings have changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What became of one file."""

    path: Path
    status: str
    """As of `Fit`, or `failed`."""
    output: Path | None = None
    gain_db: float = 0.0
    before: Loudness | None = None
    after: Loudness | None = None
    """Measured on the written file; predicted in a dry run."""
    shortfall_lu: float = 0.0
    limiting: Limiting = field(default_factory=Limiting)
    checks: tuple[Check, ...] = ()
    """Of what was written."""
    notes: tuple[str, ...] = ()
    curve_before: Curve = ()
    curve_after: Curve = ()
    skipped: bool = False
    """Whether it was done by an earlier run."""
    error: str = ""

    @property
    def met(self) -> bool:
        """Whether the file is all that the target asks for."""
        reached = self.status in ("on target", "in tolerance")
        return reached and all(check.passed or check.advice for check in self.checks)
