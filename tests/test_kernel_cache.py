"""Compiled kernels are kept where they can be: beside the program, or in the user's cache."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

READ_ONLY = """
import os, sys
folder, real = os.path.abspath(sys.argv[1]), os.access
os.access = lambda path, mode: not str(path).startswith(folder) and real(path, mode)
import soundscape
from soundscape.synthesis import Seed
import numba
print(numba.config.CACHE_DIR)
"""


def cache_folder(read_only: Path, **environment: str) -> str:
    known = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    command = [sys.executable, "-c", READ_ONLY, str(read_only)]
    return subprocess.run(
        command, env=known | environment, check=True, capture_output=True, text=True
    ).stdout.strip()


PROGRAM = Path(__file__).parent.parent / "soundscape"


@pytest.mark.skipif(sys.platform != "linux", reason="the user's cache folder is that of Linux")
def test_a_program_that_cannot_be_written_keeps_its_kernels_in_the_users_cache(tmp_path: Path) -> None:
    assert cache_folder(PROGRAM, XDG_CACHE_HOME=str(tmp_path)) == str(tmp_path / "soundscape" / "kernels")


def test_a_program_that_can_be_written_keeps_them_beside_it(tmp_path: Path) -> None:
    assert cache_folder(tmp_path) == ""


def test_the_users_own_choice_stands(tmp_path: Path) -> None:
    assert cache_folder(PROGRAM, NUMBA_CACHE_DIR=str(tmp_path)) == str(tmp_path)


def test_without_a_home_kernels_are_kept_where_nobody_else_can_write(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = Path(cache_folder(PROGRAM, XDG_CACHE_HOME=str(tmp_path / "file"), TMPDIR=str(tmp_path)))
    assert folder.parent == tmp_path
    assert folder.stat().st_mode & 0o077 == 0


def keywords(function: ast.FunctionDef) -> set[str | None] | None:
    """What a function is compiled with; None if it is not."""
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "njit":
            return {keyword.arg for keyword in decorator.keywords}
    return None


def python_calls(tree: ast.AST) -> set[str]:
    """Names of the functions that are called from code that is not compiled."""
    found, waiting = set(), [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef) and keywords(node) is not None:
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(node.func.id)
        waiting += ast.iter_child_nodes(node)
    return found


def test_what_is_called_from_python_is_compiled_only_once_after_install() -> None:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in PROGRAM.rglob("*.py")}
    functions = [node for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    kernels = {function.name: compiled for function in functions if (compiled := keywords(function)) is not None}
    assert len(kernels) > 100
    for path, tree in trees.items():
        imported = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("soundscape")
            for alias in node.names
        }
        own = {
            node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and keywords(node) is not None
        }
        for name in python_calls(tree) & (own | imported) & kernels.keys():
            here = next((f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) and f.name == name), None)
            assert "cache" in ((keywords(here) if here else kernels[name]) or ()), f"{path.name}: {name}"
