"""Starting is light, and help teaches."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.shell_completion import ShellComplete

from soundscape.cli import group

HEAVY = ("numba", "scipy", "librosa", "numpy", "pydantic", "rich", "soundfile")
COMMANDS = ("audition", "master", "measure", "presets", "score")


def run_python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("arguments", [["--help"], *([name, "--help"] for name in COMMANDS)], ids=" ".join)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = f"""
import json, sys
from soundscape.cli import main
status = main({arguments!r})
print("\\n" + json.dumps([status, sorted(set(sys.modules) & set({HEAVY!r}))]))
"""
    text = run_python(code)
    assert json.loads(text.splitlines()[-1]) == [0, []]
    assert "soundscape" in text


@pytest.mark.parametrize(
    ("words", "begun", "names"),
    [
        (["audition"], "desert-w", ["desert-wind"]),
        (["audition"], "palettes/sp", ["palettes/space-ship"]),
        (["score", "film.toml", "--target"], "netf", ["netflix", "netflix-me"]),
        (["presets", "--kind"], "l", ["layers"]),
    ],
)
def test_the_shell_completes_presets_and_targets(words: list[str], begun: str, names: list[str]) -> None:
    complete = ShellComplete(group, {}, "soundscape", "_SOUNDSCAPE_COMPLETE")
    assert [item.value for item in complete.get_completions(words, begun)] == names


def test_help_takes_less_than_a_third_of_a_second_of_cpu() -> None:
    code = """
import time
from soundscape.cli import main
main(["--help"])
print("\\n" + str(time.process_time()))
"""
    # The best of three: other work on the machine only ever makes it slower.
    assert min(float(run_python(code).splitlines()[-1]) for _ in range(3)) < 0.3


def test_the_public_names_are_these() -> None:
    import soundscape

    assert set(soundscape.__all__) == {
        "__version__",
        "Settings",
        "SoundscapeError",
        "audition",
        "load_film",
        "master",
        "measure",
        "plan",
        "presets",
        "render",
    }
    functions = set(soundscape.__all__) - {"__version__"}
    assert {name for name in functions if not callable(getattr(soundscape, name))} == set()
