"""A server with the audition page, and a real browser that looks at it."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from soundscape import pipeline
from soundscape.pipeline.auditioning import Studio
from soundscape.registry import preset_folders
from soundscape.web.server import PageServer

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
PATIENCE_S = 20.0
"""How long anything may take on a machine that does other things too; figures are printed, not asserted."""


@dataclass
class Served:
    """A page that is being served."""

    server: PageServer
    studio: Studio
    own: Path
    """Where presets of its user are kept."""


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that runs while the tests of this folder do."""
    own = tmp_path_factory.mktemp("user") / "presets"
    settings = pipeline.Settings(jobs=1, cache=tmp_path_factory.mktemp("measured"))
    studio = Studio(settings, (own, *preset_folders()[1:]), ahead=False)
    server = PageServer(studio)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    yield Served(server, studio, own)
    server.stop()
    thread.join(10)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "there is no chromium; `python3 run.py test` as root installs it, or set CHROMIUM"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"],
        )
        yield browser
        browser.close()


def until(found: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
    """What is found at last; fails when it never comes."""
    end = time.monotonic() + patience_s
    while True:
        value = found()
        if value:
            return value
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


OpenPage = Callable[..., Any]


@pytest.fixture
def open_page(browser: Any, served: Served) -> Iterator[OpenPage]:
    """Opens the page in a window of its own; what its scripts complain of fails the test."""
    contexts, errors = [], []

    def open_(**options: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        page.goto(served.server.address)
        page.wait_for_selector("body.ready")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert errors == []


def engine(page: Any, expression: str) -> Any:
    """What the audio engine of a page says."""
    return page.evaluate(
        f"async () => {{ const {{ engine }} = await import('/static/engine.js'); return {expression}; }}"
    )


def sounding(page: Any) -> float:
    """RMS of what arrives at the output, once it is above -60 dBFS."""
    return float(until(lambda: (level := engine(page, "engine.meters.rms")) > 1e-3 and level))


def loudest(page: Any, seconds: float = 2.0) -> float:
    """The highest RMS of what arrives at the output within some seconds: past its fade-in, whatever gusts do."""
    sounding(page)
    end = time.monotonic() + seconds
    levels = []
    while time.monotonic() < end:
        levels.append(float(engine(page, "engine.meters.rms")))
        time.sleep(0.05)
    return max(levels)
