"""The direction of imports, as drawn in DESIGN: a module imports only from stages before its own."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "soundscape"
STAGES = (
    "__init__ kernel_cache code errors units params progress ahead",
    "timecode rng keys",
    "model",
    "serial audio files",
    "wav contract storage",
    "parts",
    "metering",
    "registry",
    "dsp",
    "timeline layers hits instruments spaces score analysis",
    "film mixing",
    "planning",
    "oneshots",
    "levels synthesis executors changes",
    "mix",
    "mastering",
    "deliver calibration",
    "pipeline",
    "cli web __main__",
)
RANK = {name: rank for rank, names in enumerate(STAGES) for name in names.split()}


def imported(source: str) -> set[str]:
    """Top-level names inside soundscape that a module imports, in whatever way and wherever."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [node.module]
            if node.module == "soundscape":
                names = [f"soundscape.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            raise AssertionError("relative imports hide the direction: import from soundscape")
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("soundscape.")}
    return found


def violations(path: Path, source: str) -> list[str]:
    own = path.relative_to(ROOT).parts[0].removesuffix(".py")
    if own == "__init__":
        return []  # the public API re-exports from the pipeline
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for name in sorted(imported(source))
        if name in RANK and name != own and RANK[name] > RANK[own]
    ]


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_from_stages_before_it(path: Path) -> None:
    own = path.relative_to(ROOT).parts[0].removesuffix(".py")
    assert own in RANK, f"{own} has no place in STAGES"
    assert violations(path, path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "import soundscape.mix.bus",
        "from soundscape import mix",
        "from soundscape.mix import bus",
        "def f():\n    from soundscape.mix.bus import Bus",
    ],
)
def test_the_guard_notices_every_way_to_import_forward(source: str) -> None:
    assert violations(ROOT / "layers" / "wind.py", source) == ["layers/wind.py imports mix"]


def test_the_guard_accepts_imports_backward() -> None:
    assert violations(ROOT / "mix" / "bus.py", "from soundscape.layers import wind\nimport soundscape.errors") == []


def test_the_guard_refuses_relative_imports() -> None:
    with pytest.raises(AssertionError, match="relative"):
        violations(ROOT / "mix" / "bus.py", "from . import space")
