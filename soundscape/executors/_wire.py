"""Jobs and results as JSON: what is sent to other machines is data, checked against its types on arrival.

A function is named by its module; keywords that a `functools.partial` binds travel with it. Types are those of
the function's annotations.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import socket
import typing
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

from soundscape import errors
from soundscape.errors import OutputError, SoundscapeError
from soundscape.serial import adapter


def pack(function: Callable[..., Any], job: object) -> str:
    """A job for `perform`, with the state of the code that asks for it."""
    bound = function.keywords if isinstance(function, partial) else {}
    plain = function.func if isinstance(function, partial) else function
    types = _types(plain)
    return json.dumps(
        {
            "code": code_state(),
            "function": f"{plain.__module__}:{plain.__qualname__}",
            "job": _dump(types[0], job),
            "keywords": {name: _dump(types[1][name], value) for name, value in bound.items()},
        }
    )


def perform(message: str) -> str:
    """Do a packed job; errors that are meant for a person come back as part of the answer."""
    told = json.loads(message)
    if told["code"] != code_state():
        return json.dumps({"error": ["OutputError", _OTHER_CODE.format(socket.gethostname())]})
    module, name = told["function"].split(":")
    function = getattr(importlib.import_module(module), name)
    first, types, returned = _types(function)
    keywords = {key: _load(types[key], value) for key, value in told["keywords"].items()}
    try:
        return json.dumps({"result": _dump(returned, function(_load(first, told["job"]), **keywords))})
    except SoundscapeError as error:
        return json.dumps({"error": [type(error).__name__, str(error)]})


def unpack(function: Callable[..., Any], answer: str) -> Any:
    """The result in an answer of `perform`; raises the error that it tells of."""
    told = json.loads(answer)
    if "error" in told:
        kind, message = told["error"]
        raise getattr(errors, kind, OutputError)(message)
    return _load(_types(function.func if isinstance(function, partial) else function)[2], told["result"])


_OTHER_CODE = "the worker on {} runs another version of soundscape; install the same one there"


@cache
def code_state() -> str:
    """Hash of all of this program's modules: two machines with the same render the same."""
    root = Path(errors.__file__).parent
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


@cache
def _types(function: Callable[..., Any]) -> tuple[Any, dict[str, Any], Any]:
    """Types of the first parameter, of all parameters by name, and of the result."""
    hints = typing.get_type_hints(function)
    returned = hints.pop("return")
    return next(iter(hints.values())), hints, returned


def _dump(kind: Any, value: object) -> Any:
    return adapter(kind).dump_python(value, mode="json")


def _load(kind: Any, data: Any) -> Any:
    return adapter(kind).validate_python(data)
