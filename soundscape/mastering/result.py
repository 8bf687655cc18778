"""What mastering files needs and gives back: options and results, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from soundscape.errors import InputError
from soundscape.mastering.compliance import Check
from soundscape.mastering.edits import Edits
from soundscape.mastering.formats import SAME
from soundscape.mastering.health import Health
from soundscape.mastering.limiting import Limiting
from soundscape.model import Loudness

Curve = tuple[float | None, ...]
"""Short-term loudness in LUFS, one value a second."""

BITS = (0, 16, 24, 32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """All that is measured in one pass over a file."""

    loudness: Loudness
    health: Health
    encoding: str
    """As libsndfile names it, such as `PCM_24`."""
    short_term: Curve
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How files are mastered."""

    format: str = SAME
    """A name of `soundscape.mastering.formats.FORMATS`, or `same`."""
    bits: int = 24
    """16 or 24, 32 for float, 0 for what the input has."""
    seed: int = 0
    """Of the dither."""
    layout: str | None = None
    """Which speakers the channels feed; without it, what the file says."""
    edits: Edits = field(default_factory=Edits)
    """What is done to the sound before."""
    sanitize: bool = False
    """Silence samples that are not finite numbers instead of refusing the file."""
    cinema: bool = False
    """Measure Leq(m) and LAeq whatever the target."""
    dry_run: bool = False
    """Only say what would be done."""
    measure_only: bool = False
    """Only measure, and say whether the file as it is meets the target."""
    resume: bool = True
    """Skip what an earlier run has done, unless the input, the output or the settings have changed."""

    def __post_init__(self) -> None:
        if self.bits not in BITS:
            raise InputError(f"{self.bits} is not allowed; allowed: 16, 24, 32, or 0 as the input", column="bits")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What became of one file."""

    path: Path
    status: str
    """As of `Fit`, or `measured`, or `failed`."""
    output: Path | None = None
    gain_db: float = 0.0
    before: Loudness | None = None
    after: Loudness | None = None
    """Measured on the written file; predicted in a dry run."""
    health: Health | None = None
    """Of the input."""
    shortfall_lu: float = 0.0
    limiting: Limiting = field(default_factory=Limiting)
    checks: tuple[Check, ...] = ()
    """Of what was written, or of the input when it was only measured."""
    notes: tuple[str, ...] = ()
    curve_before: Curve = ()
    curve_after: Curve = ()
    skipped: bool = False
    """Whether it was done by an earlier run."""
    error: str = ""

    @property
    def met(self) -> bool:
        """Whether the file is all that the target asks for."""
        reached = self.status in ("on target", "in tolerance", "measured")
        return reached and all(check.passed or check.advice for check in self.checks)

    @property
    def without_loudness(self) -> bool:
        """Whether there is no loudness to bring anywhere."""
        return self.status in ("silent", "too short")
