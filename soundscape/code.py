"""What code a result depends on: a module, all that it imports, and the libraries that compute."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

LIBRARIES = ("numpy", "numba", "scipy", "soxr", "soundfile")
"""What samples are computed and recordings are read with; another version may round otherwise."""

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)|import[ \t]+([^\n]*))", re.M
)


@cache
def code_digest(*modules: str, libraries: tuple[str, ...] = LIBRARIES, besides: tuple[str, ...] = ()) -> str:
    """Hash of the code of modules and of all that they import of their own packages, and of versions of libraries.

    Parameters
    ----------
    *modules : str
        Full names.
    libraries : tuple of str
        Distributions.
    besides : tuple of str
        Modules and packages that do not count.
    """
    digest = hashlib.blake2b(" ".join(map(version_of, libraries)).encode(), digest_size=16)
    for name, path in sorted(reached(*modules).items()):
        if not f"{name}.".startswith(tuple(f"{left_out}." for left_out in besides)):
            digest.update(name.encode() + _content(path))
    return digest.hexdigest()


@cache
def version_of(distribution: str) -> str:
    """Version of an installed distribution, read once."""
    return version(distribution)


@cache
def _content(path: Path) -> bytes:
    return hashlib.blake2b(path.read_bytes(), digest_size=16).digest()


def reached(*modules: str) -> dict[str, Path]:
    """Names and files of modules and of all that they import, anywhere in them, of their own packages.

    What the `__init__` of a package re-exports is not followed: a module is imported where it is.
    """
    found: dict[str, Path] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        path = _file(name)
        if name not in found and path is not None:
            found[name] = path
            waiting += _imports(path, name.split(".")[0])
    return found


@cache
def _imports(path: Path, top: str) -> tuple[str, ...]:
    return tuple(imports(path.read_text(encoding="utf-8"), top))


def imports(source: str, top: str) -> Iterator[str]:
    """Full names of the modules of the package `top` that a source imports.

    By pattern, not by parsing, which would take longer than rendering a short film anew.
    """
    for package, names, plain in _IMPORT.findall(source):
        bare = re.sub(r"#.*|[()]", "", names or plain)
        for name in filter(None, (part.split(" as ")[0].strip() for part in bare.split(","))):
            whole = f"{package}.{name}" if package else name
            if whole.split(".")[0] == top:
                # What is no module is a name in one.
                yield whole if not package or _file(whole) is not None else package


@cache
def _file(name: str) -> Path | None:
    top, *rest = name.split(".")
    spec = find_spec(top)
    if spec is None or spec.origin is None:
        return None
    if spec.submodule_search_locations is None:
        return None if rest else Path(spec.origin)
    path = Path(spec.submodule_search_locations[0]).joinpath(*rest).with_suffix(".py")
    return path if rest and path.is_file() else None
