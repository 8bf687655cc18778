"""Keys of a TOML file that is read into dataclasses: on which line one stands, and what might have been meant."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

_HEADER = re.compile(r"\s*\[(\[?)\s*([^\]]+?)\s*\]")
_PART = re.compile(r'"([^"]*)"|\'([^\']*)\'|([A-Za-z0-9_-]+)')


def line_of(text: str, keys: tuple[str, ...]) -> int | None:
    """Line of a key path in TOML text: of the key, or else of the innermost table or key that encloses it."""
    best: tuple[int, int] | None = None
    table: tuple[str, ...] = ()
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _split(header[2])
            if header[1]:
                counts[header[2]] = counts.get(header[2], -1) + 1
                table = (*table, str(counts[header[2]]))
            found = table
        elif "=" in line and not line.lstrip().startswith("#"):
            found = (*table, *_split(line.split("=")[0]))
        else:
            continue
        if found == keys[: len(found)] and (best is None or len(found) > best[0]):
            best = (len(found), number)
    return best[1] if best else None


def _split(dotted: str) -> tuple[str, ...]:
    return tuple(match[1] or match[2] or match[3] for match in _PART.finditer(dotted))


def keys_beside(root: type, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The keys that are allowed where the last of a key path stands; none where it is not in a dataclass.

    Parameters
    ----------
    root : type
        Dataclass of the whole file; tables in it are dataclasses, tuples of them, or dictionaries to them.
    """
    here: Any = root
    for key in keys[:-1]:
        if is_dataclass(here):
            here = get_type_hints(here).get(key)
        else:
            here = (get_args(here) or (None,))[0 if key.isdecimal() else -1]
        # Of `Table | None` the table is meant.
        here = next((kind for kind in get_args(here) if is_dataclass(kind) and type(None) in get_args(here)), here)
    return tuple(field.name for field in fields(here)) if is_dataclass(here) else ()
