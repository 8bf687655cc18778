"""The report as a page for people: one file of HTML without scripts, with the whole film in one picture.

The picture shows the loudness of the programme and of every stem below it, from the energy that the meters kept
while the files were written; no audio is read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

import numpy as np
import numpy.typing as npt

from soundscape.deliver import cue_sheet
from soundscape.deliver._drawing import Frame
from soundscape.deliver.picture import FIRST, SECOND
from soundscape.deliver.report import Report
from soundscape.metering.gating import BINS_PER_SECOND, SHORT_TERM_BINS, power_to_lufs, window_powers
from soundscape.model import SAMPLE_RATE, Loudness, Plan

WIDTH = 1200
PROGRAMME_HEIGHT, STEM_HEIGHT = 170, 64
TOP_LUFS, BOTTOM_LUFS = -6.0, -54.0
LANE_COLOURS = {"dialogue": "#e8c37f", "music": "#b58ae0", "effects": "#e07a6a", "ambience": "#6fb7a0"}
CUE = "#b58ae0"
STYLE = """
:root{color-scheme:dark}body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;
color:#cfcad8;background:#14111c}h1{font-size:1.6rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}
p{margin:.3rem 0}svg{width:100%;height:auto}dl{display:flex;flex-wrap:wrap;gap:1rem 2.5rem;margin:1.2rem 0}
dt{font-size:.8rem;opacity:.7}dd{margin:0;font-size:1.35rem;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;min-width:34rem}
td,th{padding:.2rem 1.2rem .2rem 0;text-align:left;vertical-align:top;border-bottom:1px solid #ffffff14}
th{font-weight:500;opacity:.7}td.n,th.n{text-align:right}.good{color:#8fd6a8}.bad{color:#ff9a8a}
summary{cursor:pointer}summary h2{display:inline}li{margin:.15rem 0}
"""

Powers = npt.NDArray[np.float64]


def page(report: Report, plan: Plan, energies: Mapping[str, Powers], target_lufs: float | None) -> str:
    """The page of a run.

    Parameters
    ----------
    report, plan : Report, Plan
        What was measured, and what was meant.
    energies : mapping of str to ndarray
        K-weighted energy of every 10 ms of the programme and of each stem, by name.
    target_lufs : float or None
        Level drawn into the picture.
    """
    good = report.mastering.status == "on target"
    status = f'<span class="{"good" if good else "bad"}">{escape(report.mastering.status)}</span>'
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(report.title)}: soundtrack</title><style>{STYLE}</style></head><body>\n"
        f"<h1>{escape(report.title)}</h1>"
        f"<p>{status} for {escape(report.mastering.target)} · {escape(report.start)} at {escape(report.rate)} fps · "
        f"seed {report.seed} · soundscape {escape(report.version)}</p>\n"
        f"{_figures(report)}{picture(plan, energies, target_lufs)}\n"
        f"<p>Loudness of the programme, momentary and (line) short-term, target dashed; below it every stem.</p>\n"
        f"{''.join(_tables(report, plan))}{_notes(report)}</body></html>\n"
    )


def picture(plan: Plan, energies: Mapping[str, Powers], target_lufs: float | None) -> str:
    """Loudness over time of the programme and every stem, with strong hits and music cues, as SVG."""
    stems = [name for name in energies if name in LANE_COLOURS]
    programme = next(name for name in energies if name not in LANE_COLOURS)
    seconds = plan.length / SAMPLE_RATE
    frame = Frame(width=WIDTH, heights=(PROGRAMME_HEIGHT, *(STEM_HEIGHT for _ in stems)), seconds=seconds)
    parts = [
        frame.level(0, float(_row(np.array([level]), PROGRAMME_HEIGHT)[0]), f"{level:.0f} LUFS")
        for level in (-12.0, -24.0, -36.0, -48.0)
    ]
    parts += _area(frame, 0, energies[programme], FIRST)
    powers = window_powers(energies[programme], SHORT_TERM_BINS, SAMPLE_RATE, hop=BINS_PER_SECOND // 10)
    if powers.size:
        at_s = SHORT_TERM_BINS / 2 / BINS_PER_SECOND + np.arange(powers.size) / 10.0
        parts.append(frame.curve(0, at_s, _row(_lufs(powers), PROGRAMME_HEIGHT), SECOND, 1.8))
    if target_lufs is not None:
        parts.append(frame.level(0, float(_row(np.array([target_lufs]), PROGRAMME_HEIGHT)[0]), "", dashes="2 4"))
    for panel, name in enumerate(stems, start=1):
        parts += [
            *_area(frame, panel, energies[name], LANE_COLOURS[name]),
            frame.level(panel, STEM_HEIGHT / 2, name),
        ]
    parts += _cues(frame, plan)
    hits = [(mark.sample / SAMPLE_RATE, mark.name) for mark in plan.marks if mark.kind == "strong"]
    return frame.svg([*parts, *frame.moments(hits)])


def _area(frame: Frame, panel: int, energies: Powers, colour: str) -> list[str]:
    """Loudness of every column as a shape that stands on the bottom of a panel."""
    if not energies.size:
        return []
    edges = np.linspace(0, energies.size, frame.inner + 1).astype(np.int64)
    sums = np.concatenate(([0.0], np.cumsum(energies)))
    widths = np.maximum(np.diff(edges), 1)
    powers = np.maximum(sums[np.minimum(edges[:-1] + widths, energies.size)] - sums[edges[:-1]], 0.0)
    height = frame.heights[panel]
    upper = _row(_lufs(powers / (widths * SAMPLE_RATE / BINS_PER_SECOND)), height)
    return [frame.band(panel, upper, np.full(upper.size, float(height)), colour)]


def _cues(frame: Frame, plan: Plan) -> Iterator[str]:
    """A bar under the title for every music cue."""
    for cue in plan.music:
        left, right = (float(frame.column(sample / SAMPLE_RATE)) for sample in (cue.at, cue.at + cue.length))
        tip = escape(f"{cue.name}: {cue.key} {cue.mode}, {cue.bpm:.0f} bpm")
        yield (
            f'<rect x="{left + 1:.1f}" y="27" width="{max(1.0, right - left - 2):.1f}" height="5" fill="{CUE}">'
            f"<title>{tip}</title></rect>"
        )
        yield f'<text x="{left + 2:.1f}" y="22" font-size="11">{escape(cue.name)}</text>'


def _lufs(powers: Powers) -> Powers:
    return np.array([power_to_lufs(float(power)) if power > 0.0 else BOTTOM_LUFS for power in powers])


def _row(lufs: Powers, height: int) -> Powers:
    return height * (TOP_LUFS - np.clip(lufs, BOTTOM_LUFS, TOP_LUFS)) / (TOP_LUFS - BOTTOM_LUFS)


# ---------------------------------------------------------------- text


def _figures(report: Report) -> str:
    found = report.programme
    figures = {
        "integrated": f"{_number(found.integrated_lufs)} LUFS",
        "true peak": f"{_number(found.true_peak_dbtp)} dBTP",
        "loudness range": f"{_number(found.loudness_range_lu)} LU",
        "max short-term": f"{_number(found.max_short_term_lufs)} LUFS",
        "length": f"{report.duration_s:.2f} s",
        "limiter": f"{report.mastering.largest_reduction_db:.1f} dB at most",
        "stems against programme": f"{_number(report.null.files_dbfs)} dBFS",
    }
    cells = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in figures.items())
    return f"<dl>{cells}</dl>\n"


def _tables(report: Report, plan: Plan) -> Iterator[str]:
    if report.hits:
        yield "<h2>Hit points</h2>\n"
        yield _table(
            ("timecode", "what", "", "sound", "sound off (ms)", "music off (ms)"),
            (
                (
                    h.timecode,
                    h.name,
                    h.strength,
                    h.sound.split("/")[1] if h.sound else "",
                    h.error_ms,
                    h.beat_error_ms,
                )
                for h in report.hits
            ),
        )
    if plan.music:
        yield "<h2>Music</h2>\n"
        yield _table(cue_sheet.COLUMNS, cue_sheet.rows(plan))
    yield "<h2>Loudness</h2>\n"
    measured = {"programme": report.programme, **report.stems}
    yield _table(
        ("file", "LUFS", "dBTP", "LRA", "max momentary", "max short-term"),
        ((name, *_loudness(loudness)) for name, loudness in measured.items()),
    )


def _loudness(found: Loudness) -> tuple[float | str, ...]:
    values = (
        found.integrated_lufs,
        found.true_peak_dbtp,
        found.loudness_range_lu,
        found.max_momentary_lufs,
        found.max_short_term_lufs,
    )
    return tuple(_number(value) for value in values)


def _notes(report: Report) -> str:
    lists: Sequence[tuple[str, Sequence[str], str]] = (
        ("To know", (*report.mastering.notes, *report.notes), ' open=""'),
        ("What sounds, and why", report.chosen, ""),
        ("Files", report.files, ""),
    )
    return "".join(
        f"<details{opened}><summary><h2>{name}</h2></summary><ul>"
        + "".join(f"<li>{escape(item)}</li>" for item in items)
        + "</ul></details>\n"
        for name, items, opened in lists
        if items
    )


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f'<div class="scroll"><table><tr>{head}</tr>{body}</table></div>\n'


def _cell(value: object) -> str:
    text = "–" if value is None else f"{value:.1f}" if isinstance(value, float) else str(value)
    return f"<td>{escape(text)}</td>"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
