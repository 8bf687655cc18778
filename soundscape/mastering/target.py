"""Loudness targets: what a delivery must measure, who says so, and what to do when it cannot be had.

Targets are the TOML files in `soundscape/mastering/targets`, one each; `-16` and `-16/-1` (LUFS, dBTP) are targets
too, and so is the path of a TOML file of one's own.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from soundscape.errors import TargetError

FOLDER = Path(__file__).parent / "targets"
GRADES = {
    "P": "the standard's own text",
    "O": "the operator's own page",
    "S": "a secondary source",
    "U": "unverified",
    "own": "given by the user",
}
"""How far a source can be trusted; only P and O are official."""
_CHOICES = {
    "gate": ("programme", "dialogue"),
    "direction": ("both", "attenuate"),
    "unreachable": ("stop", "nearest", "compress"),
    "beyond_range": ("warn", "lower"),
    "grade": tuple(GRADES),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a delivery must measure; None where the target does not ask."""

    name: str
    title: str
    integrated_lufs: float | None
    """-70 to 0; by `gate`, of the whole programme or of its dialogue. None: only the true peak counts."""
    tolerance_lu: float = 0.5
    true_peak_dbtp: float = -1.0
    """Ceiling, -20 to 0."""
    max_momentary_lufs: float | None = None
    max_short_term_lufs: float | None = None
    range_low_lu: float | None = None
    range_high_lu: float | None = None
    """Advice on the loudness range: beyond it is a warning, and by itself no reason to change the dynamics."""
    beyond_range: str = "warn"
    """When the range is above `range_high_lu`: `warn`, or `lower` (the loud passages, slowly, until it fits)."""
    dialogue_distance_lu: float | None = None
    """How far the programme may be above its dialogue, at most."""
    max_leq_m_db: float | None = None
    """Limit of the mean level in a cinema, Leq(m); what is above it is turned down."""
    album_loudest_lufs: float | None = None
    """Of an album: what its loudest file gets, instead of `integrated_lufs` of all together."""
    gate: str = "programme"
    """`programme` (BS.1770-5) or `dialogue` (the mean while somebody speaks)."""
    fallback_lufs: float | None = None
    """Programme loudness to meet where there is too little dialogue to gate by."""
    min_dialogue_share: float = 0.15
    direction: str = "both"
    """`both`, or `attenuate`: never raise."""
    max_limiting_db: float = 6.0
    """Reduction of a peak that the limiter may be asked for, at most."""
    unreachable: str = "nearest"
    """When that is not enough, or short passages stay too loud: `stop` (change nothing), `nearest`, or `compress`
    (lower the loud passages)."""
    source: str = ""
    grade: str = "own"
    """A key of `GRADES`."""
    date: str = ""
    """Edition of the source, or when it was read."""

    def __post_init__(self) -> None:
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                raise TargetError(
                    f'"{getattr(self, name)}" is not allowed; allowed: {", ".join(allowed)}', column=name
                )
        for name, low, high in (
            ("integrated_lufs", -70.0, 0.0),
            ("fallback_lufs", -70.0, 0.0),
            ("album_loudest_lufs", -70.0, 0.0),
            ("max_leq_m_db", 40.0, 120.0),
            ("tolerance_lu", 0.0, 20.0),
            ("true_peak_dbtp", -20.0, 0.0),
            ("max_limiting_db", 0.0, 60.0),
        ):
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise TargetError(f"{value:g} is not allowed; allowed: {low:g} to {high:g}", column=name)

    @property
    def official(self) -> bool:
        """Whether the numbers come from the standard or the operator itself."""
        return self.grade in ("P", "O")


@cache
def targets() -> tuple[str, ...]:
    """Names of the targets that come with the program."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def load_target(name: str) -> Target:
    """The target of a name, of numbers or of a TOML file.

    Parameters
    ----------
    name : str
        One of `targets()`; `-16` (LUFS) or `-16/-1` (LUFS and dBTP); or a path that ends in `.toml`.

    Raises
    ------
    TargetError
        When there is no such target (the nearest names are given), or a file is none.
    """
    numbers = re.fullmatch(r"(-?\d+(?:\.\d+)?)(?:/(-?\d+(?:\.\d+)?))?", name.strip())
    if numbers:
        loudness, peak = float(numbers[1]), float(numbers[2] or -1.0)
        title = f"{loudness:g} LUFS, {peak:g} dBTP"
        return Target(name=name.strip(), title=title, integrated_lufs=loudness, true_peak_dbtp=peak)
    if name.endswith(".toml"):
        return _read(Path(name))
    if name not in targets():
        near = difflib.get_close_matches(name, targets(), n=3, cutoff=0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(targets())}."
        raise TargetError(f'there is no target "{name}"; {hint} Numbers such as -16/-1 are allowed too')
    return _read(FOLDER / f"{name}.toml")


def _read(path: Path) -> Target:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TargetError(f"cannot be read: {error.strerror}", path=path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TargetError(f"is no TOML: {error}", path=path) from error
    try:
        return _build(path.stem, data)
    except TargetError as error:
        raise error.at(path=path) from None


def _build(name: str, data: dict[str, Any]) -> Target:
    known = {field.name: str(field.type) for field in fields(Target)}
    for key, value in data.items():
        if key not in known or key == "name":
            raise TargetError(f"is not known; allowed: {', '.join(known)}", column=key)
        wanted = (str,) if known[key] == "str" else (int, float)
        if isinstance(value, bool) or not isinstance(value, wanted):
            raise TargetError(f"{value!r} is not {'a text' if wanted == (str,) else 'a number'}", column=key)
    if "title" not in data:
        raise TargetError("is missing; every target has one", column="title")
    values: dict[str, Any] = {key: float(data[key]) if known[key] != "str" else data[key] for key in data}
    return Target(**{"integrated_lufs": None, "name": name, **values})
