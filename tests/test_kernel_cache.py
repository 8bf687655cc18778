"""Compiled kernels are kept where they can be: beside the program, or in the user's cache."""

from __future__ import annotations

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
