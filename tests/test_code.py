"""What code a result depends on: all that is imported on the way, and nothing else."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

from soundscape import code
from soundscape.registry import units

PACKAGE = Path(code.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))


def parsed(source: str) -> set[str]:
    """Modules of this package that a source imports, as Python's own parser sees it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("soundscape")}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "soundscape":
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                path = PACKAGE.parent / (whole.replace(".", "/") + ".py")
                found.add(whole if path.exists() else str(node.module))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_are_found_as_by_the_parser_of_python(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert parsed(source) <= set(code.imports(source, "soundscape"))


@pytest.mark.parametrize("kind", ["layers", "hits", "instruments", "spaces"])
def test_all_own_code_of_a_unit_counts(kind: str) -> None:
    for name in units(kind).values():
        module = importlib.import_module(name)
        used = {getattr(value, "__module__", None) for value in vars(module).values()}
        used = {origin for origin in used if origin and origin.startswith("soundscape.")}
        assert used <= code.reached(name).keys(), name


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package whose `sound` imports `deep` through `helper`, and does not import `other`."""
    folder = tmp_path / f"plugin_{tmp_path.name}".replace("-", "_")
    folder.mkdir()
    for name, text in {
        "__init__": "",
        "sound": f"import math\n\n\ndef render():\n    from {folder.name}.helper import (\n  help,  # us\n  )\n",
        "helper": f"from {folder.name} import deep as below\n",
        "deep": "X = 1\n",
        "other": "X = 1\n",
    }.items():
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


@pytest.mark.parametrize(
    ("changed", "counts"),
    [("sound", True), ("helper", True), ("deep", True), ("other", False), ("__init__", False)],
)
def test_a_change_counts_when_it_is_reached(changed: str, counts: bool, package: Path) -> None:
    def digest() -> str:
        for remembered in (code.code_digest, code._content, code._imports):
            remembered.cache_clear()
        return code.code_digest(f"{package.name}.sound")

    before = digest()
    (package / f"{changed}.py").write_text((package / f"{changed}.py").read_text() + "# changed\n")
    assert (digest() != before) == counts


def test_what_is_left_out_does_not_count(package: Path) -> None:
    def digest() -> str:
        for remembered in (code.code_digest, code._content, code._imports):
            remembered.cache_clear()
        return code.code_digest(f"{package.name}.sound", besides=(f"{package.name}.deep",))

    before = digest()
    (package / "deep.py").write_text("X = 2\n")
    assert digest() == before
    (package / "helper.py").write_text("Y = 2\n")
    assert digest() != before


def test_another_version_of_a_library_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    before = code.code_digest("soundscape.synthesis")
    monkeypatch.setattr(code, "version_of", lambda name: "0" if name == "soxr" else "1")
    code.code_digest.cache_clear()
    assert code.code_digest("soundscape.synthesis") != before
    code.code_digest.cache_clear()
