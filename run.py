#!/usr/bin/env python3
"""Set everything up and run it, on a machine that has only Python 3.11 or newer with pip.

    python3 run.py demo              score the sample film into out/
    python3 run.py test [-- ARGS]    lint, type check and tests (ARGS go to pytest)
    python3 run.py soundscape ARGS   the program itself, e.g. `python3 run.py soundscape presets`

The environment lives in .venv beside this file and is renewed when pyproject.toml changes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
DEMO = ["score", "samples/desert-crystal-mines/film.toml", "-o", "out"]


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):
        print(f"run.py: Python 3.11 or newer is needed, this is {sys.version.split()[0]}", file=sys.stderr)
        return 2
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    if command == "demo":
        install("")
        return run([PYTHON, "-m", "soundscape", *DEMO, *rest])
    if command == "test":
        install("[test]")
        install_system_packages()
        return test([argument for argument in rest if argument != "--"])
    if command == "soundscape":
        install("")
        return run([PYTHON, "-m", "soundscape", *rest])
    print(__doc__)
    return 0 if command in ("help", "-h", "--help") else 2


def test(pytest_arguments: list[str]) -> int:
    """Run every gate and say how each ended; the first failure does not hide the others."""
    workers = ["-n", str(min(4, os.cpu_count() or 1)), "--dist", "loadfile"]
    pytest = [PYTHON, "-m", "pytest", *([] if "-m" in pytest_arguments else ["-m", "not slow"])]
    gates = [
        ("ruff", [PYTHON, "-m", "ruff", "check", "."]),
        ("ruff format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
        ("mypy", [PYTHON, "-m", "mypy"]),
    ]
    if pytest_arguments:
        gates.append(("pytest", [*pytest, *workers, *pytest_arguments]))
    else:
        # A browser plays in real time: what listens to it has the machine to itself.
        gates.append(("pytest", [*pytest, *workers, "--ignore", "tests/web"]))
        gates.append(("pytest in the browser", [*pytest, "tests/web"]))
    failed = [name for name, command in gates if run(command) != 0]
    if failed:
        print(f"FAILED: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def install(extras: str) -> None:
    """Make .venv and install the project into it, unless that has been done for this pyproject.toml."""
    stamp = VENV / "installed.stamp"
    digest = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + sys.version.encode()).hexdigest()
    done = stamp.read_text().split() if stamp.exists() else []
    if PYTHON.exists() and digest in done and (extras or "[]") in done:
        return
    print(f"run.py: setting up {VENV.name} (once; a minute or so) ...", file=sys.stderr, flush=True)
    if not PYTHON.exists():
        venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(VENV)
    target = [
        "--python",
        str(PYTHON),
        "install",
        "--disable-pip-version-check",
        "-q",
        "-e",
        f"{ROOT}{extras}",
    ]
    status = run([sys.executable, "-m", "pip", *target])
    if status == 0 and extras:
        # Its package asks for PyAudio, whose build needs PortAudio's headers, and does without it.
        status = run([sys.executable, "-m", "pip", *target[:-2], "--no-deps", "tinysoundfont>=0.3.7"])
    if status != 0:
        raise SystemExit(f"run.py: pip could not install the project into {VENV} (exit status {status})")
    stamp.write_text(" ".join([digest, "[]", *([extras] if extras else [])]))


def install_system_packages() -> None:
    """Install what the tests measure with and look at, where the machine lets us; tests say what they skip."""
    needed = {"ffmpeg": ["ffmpeg"], "chromium": ["chromium", "libatomic1"]}
    missing = [package for command, packages in needed.items() if not shutil.which(command) for package in packages]
    if not missing or shutil.which("apt-get") is None or os.geteuid() != 0:
        return
    print(f"run.py: installing {', '.join(missing)} for the tests ...", file=sys.stderr, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = {"env": environment, "stdout": subprocess.DEVNULL}
    subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
    subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], check=False, **quiet)


def run(command: list[object]) -> int:
    return subprocess.run([str(part) for part in command], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
