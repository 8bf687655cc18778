"""What was delivered, kept beside the parts, so that the same run again only looks whether it is still whole."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from soundscape.files import make_folder, write_text
from soundscape.model import Clip, Plan, Sound

FOLDER = "delivered"
_CHUNK = 1 << 20


def delivery_key(plan: Plan) -> str:
    """Hash of everything that determines the files of a plan: the plan, what it names, and the whole program."""
    from importlib.metadata import version

    from soundscape.mastering.target import load_target
    from soundscape.serial import to_json
    from soundscape.synthesis import part_key

    package = Path(__file__).parent.parent
    digest = hashlib.blake2b(digest_size=20)
    for name in ("numpy", "numba", "scipy"):
        digest.update(version(name).encode())
    for file in sorted(package.rglob("*.py")):
        digest.update(file.read_bytes())
    digest.update(repr(load_target(plan.target)).encode())
    digest.update(to_json(plan, indent=None).encode())
    sources: tuple[Sound | Clip, ...] = (*plan.sounds, *plan.narration)
    for source in sources:
        digest.update(part_key(source).encode())
    return digest.hexdigest()


def remember(cache: Path, key: str, out: Path, names: Iterable[str]) -> None:
    """Note in the folder of a cache the files that were delivered under a key."""
    folder = make_folder(cache / FOLDER)
    write_text(folder / f"{key}.json", json.dumps(_checksums(out, sorted(names)), indent=1))


def is_delivered(cache: Path, key: str, out: Path) -> bool:
    """Whether every file that was delivered under this key is in `out` with the content that was written."""
    try:
        noted = json.loads((cache / FOLDER / f"{key}.json").read_text())
        return bool(_checksums(out, noted) == noted)
    except (OSError, ValueError, TypeError):
        return False


def _checksums(out: Path, names: Iterable[str]) -> dict[str, int]:
    names = list(names)
    with ThreadPoolExecutor() as pool:
        return dict(zip(names, pool.map(lambda name: _checksum(out / name), names), strict=True))


def _checksum(path: Path) -> int:
    value = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            value = zlib.crc32(chunk, value)
    return value
