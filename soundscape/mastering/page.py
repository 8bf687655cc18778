"""The results of a batch as one HTML page that needs nothing else: all files at a glance, then each with its rules.

Files that are not as the target asks come first. No script; names are escaped; light and dark; narrow and wide.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from html import escape

from soundscape.mastering.compliance import Check
from soundscape.mastering.drawing import drawing
from soundscape.mastering.report import as_it_is
from soundscape.mastering.result import FileResult
from soundscape.mastering.target import Target
from soundscape.model import Loudness

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#222;background:#fff}
h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.1rem}h2,td:first-child{overflow-wrap:anywhere}a{color:inherit}
table{border-collapse:collapse}td,th{padding:.2rem 1rem .2rem 0;text-align:left;vertical-align:top}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.all td:first-child{min-width:14rem}.all tr{border-top:1px solid #ddd}.all th{border-top:0}
section{border-top:1px solid #ccc;margin-top:1.5rem}.bad{color:#a11;font-weight:600}.warn{color:#850}.good{color:#175}
svg{width:100%;max-width:42rem;font:10px system-ui,sans-serif;fill:#666}.grid{stroke:#ddd}.goal{stroke:#175}
.before{stroke:#999}.after{stroke:#27a}.key{font-size:.9rem;color:#666;margin-top:0}
.key b{font-weight:600}.key .b{color:#777}.key .a{color:#27a}.key .g{color:#175}
@media(max-width:40rem){.wide{display:none}.all td:first-child{min-width:6rem}td,th{padding-right:.6rem}}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}section,.all tr{border-color:#444}
.bad{color:#f88}.warn{color:#eb6}.good,.key .g{color:#7d9}.goal{stroke:#7d9}.grid{stroke:#333}
svg,.key{fill:#aaa;color:#aaa}
.after{stroke:#5ad}.key .a{color:#5ad}.key .b{color:#aaa}}
"""


def to_html(results: Sequence[FileResult], target: Target) -> str:
    """One page for people: every rule with its margin, and loudness over time before and after."""
    met = sum(result.met for result in results)
    origin = f"{escape(target.source)} {escape(target.date)}".strip()
    counts = Counter(result.status for result in results)
    ordered = sorted(results, key=lambda result: (result.met, result.without_loudness))
    rows = "".join(_row(result, number) for number, result in enumerate(ordered))
    sections = "".join(_section(result, number, target) for number, result in enumerate(ordered))
    heads = "".join(
        f'<th class="{kind}">{text}</th>'
        for text, kind in (
            ("file", ""), ("status", ""), ("LUFS", "number"), ("dBTP", "number"), ("LRA", "number wide"),
            ("before", "number wide"), ("gain", "number"), ("limited", "number wide"), ("misses", "wide"),
        )
    )  # fmt: skip
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{met} of {len(results)} files meet {escape(target.name)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{met} of {len(results)} files meet {_title(target)}</h1><p>{origin}</p>"
        f"<p>{escape(', '.join(f'{count} {status}' for status, count in counts.most_common()))}</p>"
        f'<table class="all"><tr>{heads}</tr>{rows}</table>{sections}</body></html>\n'
    )


def _title(target: Target) -> str:
    return re.sub(r"(?<!\S)-(?=\d)", "−", escape(target.title))


def _number(value: float | None, digits: int = 1, *, sign: bool = False) -> str:
    text = "–" if value is None else f"{value:+.{digits}f}" if sign else f"{value:.{digits}f}"
    return text.replace("-", "−")


def _value(measured: Loudness | None, name: str) -> str:
    return _number(None if measured is None else getattr(measured, name))


def _class(result: FileResult) -> str:
    return "good" if result.met else "warn" if result.without_loudness else "bad"


def _error(result: FileResult) -> str:
    """What went wrong, without the name that stands beside it."""
    return result.error.removeprefix(f"{result.path}: ")


def _row(result: FileResult, number: int) -> str:
    now, before = as_it_is(result), result.before
    missed = "; ".join(
        f"{check.rule} {_number(check.value, 2)}, allowed {check.allowed}"
        for check in result.checks
        if not (check.passed or check.advice)
    )
    if result.without_loudness:
        missed = ""
    worked = not result.error and result.status != "measured"
    cells = (
        (f'<a href="#f{number}">{escape(str(result.path))}</a>', ""),
        (f'<span class="{_class(result)}">{escape(result.status)}</span>', ""),
        (_value(now, "integrated_lufs"), "number"),
        (_value(now, "true_peak_dbtp"), "number"),
        (_value(now, "loudness_range_lu"), "number wide"),
        (_value(before, "integrated_lufs"), "number wide"),
        (_number(result.gain_db if worked else None, sign=True), "number"),
        (_number(result.limiting.max_db if worked else None), "number wide"),
        (escape(_error(result) or missed), "wide"),
    )
    return "<tr>" + "".join(f'<td class="{kind}">{text}</td>' for text, kind in cells) + "</tr>"


def _section(result: FileResult, number: int, target: Target) -> str:
    done = ", done by an earlier run" if result.skipped else ""
    status = f'<span class="{_class(result)}">{escape(result.status)}{done}</span>'
    head = f'<section id="f{number}"><h2>{escape(str(result.path))} {status}</h2>'
    if result.error:
        return f'{head}<p class="bad">{escape(_error(result))}</p></section>'
    rules = "".join(_rule(check, has_value=not result.without_loudness) for check in result.checks)
    notes = "".join(f"<li>{escape(note)}</li>" for note in result.notes)
    return (
        f"{head}<p>{_work(result)}{_others(as_it_is(result))}</p>"
        f'<table><tr><th>rule</th><th class="number">measured</th><th>allowed</th><th class="number">margin</th></tr>'
        f"{rules}</table>{drawing(result.curve_before, result.curve_after, target)}"
        + (f"<ul>{notes}</ul></section>" if notes else "</section>")
    )


def _rule(check: Check, *, has_value: bool) -> str:
    kind = "good" if check.passed else "warn" if check.advice or not has_value else "bad"
    margin = "no value" if check.margin is None else _number(check.margin, 2, sign=True)
    return (
        f'<tr><td>{check.rule}</td><td class="number">{_number(check.value, 2)}</td>'
        f'<td>{escape(check.allowed).replace("-", "−")}</td><td class="number {kind}">{margin}</td></tr>'
    )


def _work(result: FileResult) -> str:
    """What was done to a file, and what it was before."""
    if result.status == "measured" or result.before is None:
        return "As it is"
    before = result.before
    found = (
        f"Before: {_number(before.integrated_lufs)} LUFS, {_number(before.true_peak_dbtp)} dBTP, "
        f"range {_number(before.loudness_range_lu)} LU. Gain {_number(result.gain_db, 2, sign=True)} dB"
    )
    if result.limiting.max_db > 0.0:
        found += (
            f"; limiter up to {result.limiting.max_db:.1f} dB, at work in {result.limiting.active_share:.1%} "
            f"of the time, above 3 dB in {result.limiting.over_3db_share:.2%}"
        )
    return found


def _others(measured: Loudness | None) -> str:
    """Values that only some programmes have."""
    found = ""
    if measured is not None and measured.dialogue_lufs is not None and measured.integrated_lufs is not None:
        above_lu = measured.integrated_lufs - measured.dialogue_lufs
        found += (
            f"; dialogue {_number(measured.dialogue_lufs)} LUFS, "
            f"the programme {_number(above_lu, sign=True)} LU from it"
        )
    if measured is not None and measured.leq_m_db is not None:
        found += f"; Leq(m) {_number(measured.leq_m_db)} dB, LAeq {_number(measured.leq_a_db)} dB"
    return found
