"""The table of a shot list: comment lines, the header wherever it stands, heading rows, and rows by field."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from soundscape.errors import InputError, TimelineError
from soundscape.timeline._columns import ALLOWED, Column, columns
from soundscape.timeline._reading import Report

T = TypeVar("T")

HEADER_ROWS = 30
"""How far down a header is looked for."""

_DIRECTIVE = re.compile(r"\s*\"?#\s*(fps|frame ?rate|title|start)\s*[:=]\s*(.*?)[\s\",;\t]*", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Row:
    """One row of the table: its line, and its cells by field."""

    line: int
    cells: dict[str, str] = field(default_factory=dict)
    titles: dict[str, Column] = field(default_factory=dict)
    extra: list[tuple[str, str]] = field(default_factory=list)

    def get(self, name: str) -> str:
        """The cell of a field; empty where there is none."""
        return self.cells.get(name, "")

    def convert(self, name: str, convert: Callable[[str], T]) -> T:
        """A converted cell; what is wrong with it is said with its line and column."""
        try:
            return convert(self.get(name))
        except InputError as error:
            title = self.titles[name].title if name in self.titles else name
            raise TimelineError(error.message, line=self.line, column=title) from error


def read_table(text: str, report: Report) -> tuple[dict[str, str], list[Row]]:
    """Comment lines above the header by name, and the rows below it with their cells by field.

    Raises
    ------
    TimelineError
        When no row names a shot column.
    """
    directives, lines = {}, text.split("\n")
    for number, line in enumerate(lines[:HEADER_ROWS]):
        if match := _DIRECTIVE.fullmatch(line[:300]):
            directives[match[1].lower().replace(" ", "").replace("framerate", "fps")] = match[2]
            lines[number] = ""
        elif re.match(r"#\s", line) and not re.search(r"[,;\t]\S", line):
            lines[number] = ""
    header, delimiter = _header(lines)
    found = columns(next(csv.reader([lines[header]], delimiter=delimiter)))
    unknown = [column.title for column in found if not column.known]
    if unknown:
        report.info(f"columns that are kept but not understood: {', '.join(unknown)}", header + 1)
    return directives, list(_rows(lines[header + 1 :], header + 1, found, delimiter, report))


def _header(lines: list[str]) -> tuple[int, str]:
    """The first line with a shot column, and the delimiter that shows most known columns in it."""
    best: tuple[int, int, str] = (0, 0, "")
    for number, line in enumerate(lines[:HEADER_ROWS]):
        for delimiter in (",", "\t", ";", "|"):
            try:
                found = columns(next(csv.reader([line], delimiter=delimiter)))
            except (csv.Error, StopIteration):
                continue
            known = {column.field for column in found if column.known}
            if "shot" in known and len(known) > max(1, best[0]):
                best = (len(known), number, delimiter)
        if best[0]:
            return best[1], best[2]
    raise TimelineError(f"no row names a shot column and another one; allowed: {ALLOWED}", line=1)


def _rows(
    lines: list[str], offset: int, found: tuple[Column, ...], delimiter: str, report: Report
) -> Iterator[Row]:
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter, strict=True)
    heading, number = "", 1
    try:
        for cells in reader:
            row = Row(line=offset + number)
            number = reader.line_num + 1
            filled = [cell.strip() for cell in cells if cell.strip()]
            if not filled or filled[0].startswith("# "):
                continue
            _fill(row, cells, found)
            if len(filled) == 1 and len(found) > 2 and not _is_label(row.get("shot")):
                heading = filled[0]
                report.info(f'"{heading}" is taken as a heading', row.line, kind="headings")
                continue
            if heading:
                row.cells.setdefault("scene", heading)
            yield row
    except csv.Error as error:
        raise TimelineError(f"is not a table: {error}", line=offset + number) from error


def _is_label(text: str) -> bool:
    """Whether a cell that stands alone in its row names a shot: short, and with a number."""
    return len(text) <= 8 and any(letter.isdecimal() for letter in text)


def _fill(row: Row, cells: list[str], found: tuple[Column, ...]) -> None:
    for column in found:
        text = cells[column.index].strip() if column.index < len(cells) else ""
        if not text:
            continue
        name = column.field
        if name and name not in row.cells:
            row.cells[name], row.titles[name] = text, column
        elif name in ("owners", "sounds"):
            row.cells[name] += f"; {text}"
        else:
            row.extra.append((column.title, text))
    known = {column.index for column in found}
    row.extra += [
        (f"column {index + 1}", cell.strip())
        for index, cell in enumerate(cells)
        if index not in known and cell.strip()
    ]
