"""Results of a batch for other programs and for people: JSON, CSV and one page of HTML without scripts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from soundscape.mastering.result import FileResult
from soundscape.mastering.target import Target
from soundscape.model import Loudness
from soundscape.serial import to_data

COLUMNS = (
    "file",
    "status",
    "met",
    "integrated_lufs",
    "true_peak_dbtp",
    "loudness_range_lu",
    "max_short_term_lufs",
    "dialogue_lufs",
    "leq_m_db",
    "before_lufs",
    "before_dbtp",
    "gain_db",
    "limiting_db",
    "shortfall_lu",
    "output",
    "notes",
)


def to_rows(results: Sequence[FileResult]) -> list[dict[str, str]]:
    """One row a file: `COLUMNS` as text, empty where there is no value."""
    return [_row(result) for result in results]


def to_csv(results: Sequence[FileResult]) -> str:
    """A table for a spreadsheet."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(to_rows(results))
    return out.getvalue()


def to_json(results: Sequence[FileResult], target: Target) -> str:
    """All that is known, for programs."""
    files = [{"met": result.met, **to_data(result)} for result in results]
    return json.dumps({"target": to_data(target), "files": files}, indent=2, ensure_ascii=False)


def _number(value: float | None, digits: int = 2) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _text(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text


def _value(measured: Loudness | None, name: str) -> str:
    return _number(None if measured is None else getattr(measured, name))


def _row(result: FileResult) -> dict[str, str]:
    before, after = result.before, as_it_is(result)
    values = (
        _text(str(result.path)),
        result.status,
        "yes" if result.met else "no",
        _value(after, "integrated_lufs"),
        _value(after, "true_peak_dbtp"),
        _value(after, "loudness_range_lu"),
        _value(after, "max_short_term_lufs"),
        _value(after, "dialogue_lufs"),
        _value(after, "leq_m_db"),
        _value(before, "integrated_lufs"),
        _value(before, "true_peak_dbtp"),
        _number(result.gain_db),
        _number(result.limiting.max_db),
        _number(result.shortfall_lu),
        "" if result.output is None else _text(str(result.output)),
        _text("; ".join([result.error] if result.error else result.notes)),
    )
    return dict(zip(COLUMNS, values, strict=True))


def as_it_is(result: FileResult) -> Loudness | None:
    """What the result measures: as written, or as it was when it was only measured."""
    return result.before if result.status == "measured" else result.after
