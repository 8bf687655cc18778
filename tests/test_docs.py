"""What the documentation shows is run."""

from __future__ import annotations

import html
import re
import runpy
import shlex
import sys
import tomllib
import types
from dataclasses import fields
from pathlib import Path

import click
import numpy as np
import pytest

from soundscape.cli import group
from soundscape.contract import neutral
from soundscape.film import OURS, Brief, Film, MotifSource, PlaceSound, load_film
from soundscape.mixing import Automation, Group, Join, MixSettings, NarrationSource
from soundscape.model import Ducking
from soundscape.registry import unit, units
from soundscape.rng import Seed

ROOT = Path(__file__).parent.parent


def code_blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", path.read_text(), re.S)


def test_the_first_layer_of_the_tutorial_keeps_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    (source,) = code_blocks(ROOT / "docs/extend/layer.md", "python")
    module = types.ModuleType("reeds")
    monkeypatch.setitem(sys.modules, "reeds", module)
    # A kernel without a file of its own cannot be cached on disk.
    exec(compile(source.replace("cache=True, ", ""), "reeds", "exec"), module.__dict__)

    def audio(block: int) -> np.ndarray:
        rendered = module.render(module.Params(), neutral(400, block=block), 48_000, Seed(1))
        return np.concatenate(list(rendered), axis=1)

    whole = audio(400)
    assert whole.shape == (2, 400 * 256)
    assert np.isfinite(whole).all()
    assert np.abs(whole).max() > 1e-3
    np.testing.assert_array_equal(whole, audio(7))


def test_the_first_hit_of_the_tutorial_lands_where_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    (source,) = code_blocks(ROOT / "docs/extend/hit.md", "python")
    module = types.ModuleType("match")
    monkeypatch.setitem(sys.modules, "match", module)
    exec(compile(source, "match", "exec"), module.__dict__)
    levels = []
    for intensity in (0.2, 0.9):
        hit = module.render(module.Params(intensity=intensity), 48_000, Seed(1))
        level = np.abs(hit.audio).max(axis=0)
        assert 0.0 < level[: hit.sync - 480].max() < 0.5 * level.max()
        assert abs(int(level.argmax()) - hit.sync) < 0.02 * 48_000
        assert level[-24:].max() < 1e-4
        levels.append(level.max())
    assert levels[0] < levels[1]
    other = module.render(module.Params(), 48_000, Seed(2))
    assert other.sync != module.render(module.Params(), 48_000, Seed(3)).sync


def test_pages_of_sounds_say_what_the_code_says() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "sounds.py"))
    stale = [str(path.relative_to(ROOT)) for path, text in made["pages"]() if _text(path) != text]
    assert not stale, "run `python docs/sounds.py`"
    pages = {path for path, _ in made["pages"]()}
    left = [page for page in (ROOT / "docs" / "reference").rglob("*.md") if page not in pages]
    assert not left, "these units are gone"


def test_every_unit_that_sounds_is_pictured() -> None:
    subjects = runpy.run_path(str(ROOT / "docs" / "sounds.py"))["subjects"]()
    every = {
        (kind, name)
        for kind in ("layers", "hits", "instruments", "spaces")
        for name in units(kind)
        if not getattr(unit(kind, name), "SAMPLED", False)  # sounds as the file that a user gives
    }
    assert {(subject.kind, subject.name) for subject in subjects} == every
    for subject in subjects:
        assert "data:image/png;base64" in _text(subject.picture), "run `python docs/sounds.py --pictures`"
        assert subject.shown.title in html.unescape(_text(subject.picture)), (
            "run `python docs/sounds.py --pictures`"
        )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def test_the_python_example_of_the_readme_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (source,) = code_blocks(ROOT / "README.md", "python")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    exec(source, {})
    first, second = capsys.readouterr().out.splitlines()
    assert float(first.split()[0]) == pytest.approx(-23.0, abs=0.1)
    assert second.startswith("on target")


def test_every_command_of_the_readme_exists() -> None:
    shown = {
        line.split()[1]
        for block in code_blocks(ROOT / "README.md", "sh")
        for line in block.splitlines()
        if line.startswith("soundscape ")
    }
    assert shown <= set(group.list_commands(None))  # type: ignore[arg-type]


def test_the_page_of_film_toml_has_every_key_and_is_a_film(tmp_path: Path) -> None:
    (source,) = code_blocks(ROOT / "docs/guide/film.md", "toml")
    (tmp_path / "film.toml").write_text(source)
    load_film(tmp_path)
    told: set[str] = set()

    def read(value: object) -> None:
        if isinstance(value, dict):
            told.update(value)
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            read(inner)

    read(tomllib.loads(source))
    kinds = (Film, Brief, PlaceSound, MotifSource, MixSettings, Group, Automation, Join, NarrationSource, Ducking)
    assert {field.name for kind in kinds for field in fields(kind)} - OURS <= told


def options(command: click.Command) -> set[str]:
    return {name for param in command.params for name in (*param.opts, *param.secondary_opts) if name[0] == "-"}


def test_every_command_of_the_guide_has_its_options() -> None:
    for page in (ROOT / "README.md", *sorted((ROOT / "docs" / "guide").glob("*.md"))):
        for block in code_blocks(page, "(?:sh|bash|text)"):
            for line in re.findall(r"^soundscape (.*?)(?: {2,}.*| #.*)?$", block, re.M):
                name, *words = shlex.split(line)
                command = group.get_command(None, name)  # type: ignore[arg-type]
                assert command is not None, line
                if isinstance(command, click.Group):
                    command = command.commands[words.pop(0)]
                given = {word for word in words if re.match(r"-{1,2}[a-z]", word)}
                assert given <= options(command), f"{page.name}: {line}"


@pytest.mark.parametrize(
    "page", [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"], ids=lambda page: page.name
)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target
