"""A film on the audition page: its timeline, its picture, and another sound in it."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from soundscape import pipeline
from soundscape.pipeline.auditioning import Studio
from soundscape.registry import preset_folders
from soundscape.web.server import PageServer
from tests.conftest import SHOTS
from tests.web.conftest import PATIENCE_S, engine, sounding, until


@contextmanager
def served(folder: Path, parts: Path, *, video: Path | None = None) -> Iterator[PageServer]:
    """A page with the film in a folder."""
    own = (folder / "presets", *preset_folders()[1:])
    settings = pipeline.Settings(jobs=1, cache=parts)
    server = PageServer(Studio(settings, own, film=folder / "shots.csv", video=video, ahead=False))
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    yield server
    server.stop()
    thread.join(10)


@pytest.fixture(scope="module")
def film_server(tmp_path_factory: pytest.TempPathFactory, parts_folder: Path) -> Iterator[PageServer]:
    folder = tmp_path_factory.mktemp("film")
    (folder / "shots.csv").write_text(SHOTS)
    video = folder / "cut.webm"
    picture = [
        "-f",
        "lavfi",
        "-i",
        "testsrc=size=160x90:rate=24:duration=12",
        "-c:v",
        "libvpx",
        "-deadline",
        "realtime",
    ]
    subprocess.run(["ffmpeg", "-loglevel", "error", *picture, str(video)], check=True)
    with served(folder, parts_folder, video=video) as server:
        yield server


def test_a_film_without_picture_fits_a_phone_and_is_seen_from_its_top(
    browser: Any, tmp_path: Path, parts_folder: Path
) -> None:
    told = "a very long description of what is seen in this shot, " * 6
    (tmp_path / "shots.csv").write_text(f'shot,scene,duration,description\n1,one,4,"{told}"\n')
    with served(tmp_path, parts_folder) as server:
        page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        page.goto(server.address)
        page.wait_for_selector("body.ready")
        page.wait_for_selector("#tab-film:not([hidden])")
        page.evaluate("scrollTo(0, 900)")
        page.evaluate("document.querySelector('#tab-film').click()")  # a click of the driver scrolls first
        page.wait_for_selector(".slate")
        assert page.evaluate("[document.documentElement.scrollWidth <= 390, scrollY]") == [True, 0]
        page.click("#tab-sounds")
        assert page.evaluate("scrollY") == 900
        page.context.close()


def test_a_film_plays_with_its_picture_and_takes_another_sound(browser: Any, film_server: PageServer) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_S * 1000)
    page.goto(film_server.address)
    page.click("#tab-film")
    assert page.locator(".line.shot span").count() == 3
    assert page.locator(".line.mark i").count() == 2
    page.get_by_role("button", name="Cave", exact=True).click()
    assert "Crystals glow" in page.locator(".caption").inner_text()
    page.keyboard.press(" ")
    until(lambda: engine(page, "engine.playing && engine.current.film"), 60.0)
    sounding(page)
    assert engine(page, "engine.position") >= 6.5
    until(lambda: page.evaluate("document.querySelector('video').currentTime") > 6.7)
    first = engine(page, "engine.current.id")
    select = page.locator(".film-sounds select").first
    other = select.locator("option").nth(1).get_attribute("value")
    select.select_option(other)
    until(lambda: engine(page, "engine.current?.id ?? 0") > first, 60.0)
    sounding(page)
    assert engine(page, "engine.position") > 6.5
    assert page.locator(".row.sound.changed").count() == 1
    context.close()


def test_the_picture_is_served_in_ranges_and_no_other_file(film_server: PageServer) -> None:
    headers = {"x-soundscape-token": film_server.token}
    with httpx.Client(base_url=film_server.origin, headers=headers, timeout=60.0) as client:
        video = client.post("/api/film").json()["video"]
        part = client.get(video, headers={"range": "bytes=0-99"})
        assert (part.status_code, len(part.content)) == (206, 100)
        assert client.get(video, headers={"range": "bytes=999999999-"}).status_code == 416
        assert client.get("/video/guess").status_code == 404
        refused = client.post("/api/scene", json={"start": 500, "stop": 600})
        assert refused.status_code == 422
        assert "within the film" in refused.json()["error"]
