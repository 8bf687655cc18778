"""JSON of unknown make: every look into it gives a value of the type that was asked for, or an empty one."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from typing import Any

from soundscape.errors import TimelineError

Object = dict[str, Any]


def parse(data: bytes) -> Object:
    """The object in a file; raises TimelineError with the line when there is none."""
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise TimelineError(f"is not JSON: {error.msg}", line=error.lineno) from error
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise TimelineError(f"is not JSON that can be read: {type(error).__name__}") from error
    if not isinstance(value, dict):
        raise TimelineError("is JSON, but no object")
    return value


def member(of: Object, key: str) -> Object:
    """An object inside of another; empty where there is none."""
    value = of.get(key)
    return value if isinstance(value, dict) else {}


def members(of: Object, key: str) -> list[Object]:
    """The objects of a list inside of an object."""
    value = of.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(of: Object, key: str) -> str:
    """A text inside of an object, on one line."""
    value = of.get(key)
    return " ".join(value.split()) if isinstance(value, str) else ""


def number(of: Object, key: str) -> Fraction | None:
    """A finite number inside of an object."""
    value = of.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return Fraction(value) if abs(value) < 10**15 else None
