"""Kernels are valid Python: without compilation every unit gives the same sound."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests import plain


def measured(kind: str, **environment: str) -> dict[str, list[float]]:
    """Frames and levels of all units of a kind, by name, from a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, plain.__file__, kind],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line.split() for line in done.stdout.splitlines()]
    return {name: [float(value) for value in values] for name, *values in rows}


@pytest.mark.parametrize(
    "kind", ["layers", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("hits", "instruments"))]
)
def test_units_sound_alike_with_and_without_compilation(kind: str) -> None:
    compiled, plainly = measured(kind), measured(kind, NUMBA_DISABLE_JIT="1")
    assert compiled
    assert plainly == {name: pytest.approx(values, rel=1e-4) for name, values in compiled.items()}
