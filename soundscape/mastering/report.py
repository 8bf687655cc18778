"""Results of a batch for other programs and for people: JSON, CSV and one page of HTML without scripts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from html import escape

from soundscape.mastering.result import Curve, FileResult
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
_WIDTH, _HEIGHT = 480, 80
_TOP_LUFS, _BOTTOM_LUFS = 0.0, -60.0
_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#222;background:#fff}
table{border-collapse:collapse}td,th{padding:.15rem .8rem .15rem 0;text-align:left;font-variant-numeric:tabular-nums}
section{border-top:1px solid #ccc;margin-top:1.5rem}h2{font-size:1.1rem;overflow-wrap:anywhere}
.bad{color:#a11;font-weight:600}.warn{color:#850}.good{color:#175}svg{background:#f6f6f4;max-width:100%}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}svg{background:#242424}section{border-color:#444}
.bad{color:#f88}.warn{color:#eb6}.good{color:#7d9}}
"""


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


def to_html(results: Sequence[FileResult], target: Target) -> str:
    """One page for people: every rule with its margin, and loudness over time before and after."""
    met = sum(result.met for result in results)
    origin = f"{escape(target.source)} {escape(target.date)}".strip()
    sections = "".join(_section(result) for result in results)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{met} of {len(results)} files meet {escape(target.name)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{met} of {len(results)} files meet {escape(target.title)}</h1><p>{origin}</p>{sections}</body></html>\n"
    )


def _number(value: float | None, digits: int = 2) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _text(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text


def _value(measured: Loudness | None, name: str) -> str:
    return _number(None if measured is None else getattr(measured, name))


def _row(result: FileResult) -> dict[str, str]:
    before, after = result.before, _as_it_is(result)
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


def _section(result: FileResult) -> str:
    mark = "good" if result.met else "bad"
    done = ", done by an earlier run" if result.skipped else ""
    head = f'<h2>{escape(str(result.path))} <span class="{mark}">{escape(result.status)}{done}</span></h2>'
    if result.error:
        return f'<section>{head}<p class="bad">{escape(result.error)}</p></section>'
    limiting = ""
    if result.limiting.max_db > 0.0:
        limiting = (
            f"; limiter up to {result.limiting.max_db:.1f} dB, at work in {result.limiting.active_share:.1%} "
            f"of the time, above 3 dB in {result.limiting.over_3db_share:.2%}"
        )
    gain = "As it is" if result.status == "measured" else f"Gain {result.gain_db:+.2f} dB{limiting}"
    rules = "".join(
        f"<tr><td>{check.rule}</td><td>{_number(check.value, 1)}</td><td>{escape(check.allowed)}</td>"
        f'<td class="{_class_of(check.passed, check.advice)}">{_number(check.margin, 1) or "no value"}</td></tr>'
        for check in result.checks
    )
    notes = "".join(f"<li>{escape(note)}</li>" for note in result.notes)
    return (
        f"<section>{head}<p>{gain}{_others(_as_it_is(result))}</p>"
        f"<table><tr><th>rule</th><th>measured</th><th>allowed</th><th>margin</th></tr>{rules}</table>"
        f"{_drawing(result.curve_before, result.curve_after)}<ul>{notes}</ul></section>"
    )


def _as_it_is(result: FileResult) -> Loudness | None:
    """What the result measures: as written, or as it was when it was only measured."""
    return result.before if result.status == "measured" else result.after


def _others(measured: Loudness | None) -> str:
    """Values that only some programmes have."""
    found = ""
    if measured is not None and measured.dialogue_lufs is not None and measured.integrated_lufs is not None:
        above_lu = measured.integrated_lufs - measured.dialogue_lufs
        found += f"; dialogue {measured.dialogue_lufs:.1f} LUFS, the programme {above_lu:+.1f} LU from it"
    if measured is not None and measured.leq_m_db is not None:
        found += f"; Leq(m) {measured.leq_m_db:.1f} dB, LAeq {_number(measured.leq_a_db, 1)} dB"
    return found


def _class_of(passed: bool, advice: bool) -> str:
    return "good" if passed else "warn" if advice else "bad"


def _drawing(before: Curve, after: Curve) -> str:
    if len(before) < 2:
        return ""
    lines = _line(before, "#999") + _line(after, "#27a")
    blue = ", blue after" if after else ""
    return (
        f'<p><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" role="img" '
        f'aria-label="short-term loudness from {_BOTTOM_LUFS:g} to {_TOP_LUFS:g} LUFS">{lines}</svg><br>'
        f"Short-term loudness, {_BOTTOM_LUFS:g} to {_TOP_LUFS:g} LUFS: grey before{blue}</p>"
    )


def _line(curve: Curve, colour: str) -> str:
    """A polyline; where there are more seconds than pixels, the loudest of those that share one."""
    step = max(1, len(curve) // _WIDTH)
    points = []
    for at in range(0, len(curve), step):
        loudest = max((value for value in curve[at : at + step] if value is not None), default=_BOTTOM_LUFS)
        share = min(1.0, max(0.0, (_TOP_LUFS - loudest) / (_TOP_LUFS - _BOTTOM_LUFS)))
        points.append(f"{at / max(1, len(curve) - 1) * _WIDTH:.1f},{share * _HEIGHT:.1f}")
    return f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
