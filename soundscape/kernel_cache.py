"""Where compiled kernels are kept when they cannot lie beside the program: found before Numba is imported."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

VARIABLE = "NUMBA_CACHE_DIR"


def keep_kernels_writable() -> None:
    """Let Numba keep its kernels in the user's cache folder when the program is installed read-only.

    Without a home that can be written, kernels are compiled anew in each run: a folder that others could write to is
    no place for code.
    """
    if VARIABLE in os.environ or os.access(Path(__file__).parent, os.W_OK):
        return
    from platformdirs import user_cache_path

    folder = user_cache_path("soundscape") / "kernels"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK)
    except (OSError, RuntimeError):
        writable = False
    os.environ[VARIABLE] = str(folder) if writable else tempfile.mkdtemp(prefix="soundscape-kernels-")
