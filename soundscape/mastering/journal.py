"""What a run has done, beside its outputs, so that the next one skips what is done and unchanged.

One small file an output, written whole or not at all: two runs at once do not disturb each other.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from soundscape.files import make_folder, write_text

FOLDER = ".soundscape-master"


def fingerprint(path: Path) -> str:
    """Of a file's size and time of change; empty when there is no such file."""
    try:
        stat = path.stat()
    except OSError:
        return ""
    return f"{stat.st_size}-{stat.st_mtime_ns}"


def settings_digest(*settings: object) -> str:
    """Of everything beside the input that decides about the output."""
    return hashlib.blake2b(repr(settings).encode(), digest_size=16).hexdigest()


def remember(output: Path, source: Path, digest: str, result: str) -> None:
    """Note that `output` was made of `source` with these settings, and with what result (JSON)."""
    entry = {
        "source": str(source.resolve()),
        "source_fingerprint": fingerprint(source),
        "output_fingerprint": fingerprint(output),
        "settings": digest,
        "result": json.loads(result),
    }
    make_folder(output.parent / FOLDER)
    write_text(_place(output), json.dumps(entry, indent=2))


def recall(output: Path, source: Path, digest: str) -> str | None:
    """The result (JSON) of an earlier run, when neither input, output nor settings have changed since."""
    try:
        entry: dict[str, Any] = json.loads(_place(output).read_text(encoding="utf-8"))
        known = (entry["source"], entry["source_fingerprint"], entry["output_fingerprint"], entry["settings"])
        result = json.dumps(entry["result"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    now = (str(source.resolve()), fingerprint(source), fingerprint(output), digest)
    return result if known == now and now[2] else None


def _place(output: Path) -> Path:
    return output.parent / FOLDER / f"{output.name}.json"
