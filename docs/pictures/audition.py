"""Photographs the audition page for docs/guide/audition.md: python docs/pictures/audition.py

Needs chromium and the test extra. Every preset is measured first where it is not yet.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from soundscape.pipeline.auditioning import Studio
from soundscape.planning.audition import Audition
from soundscape.web.server import PageServer

HERE = Path(__file__).parent
FILM = HERE.parents[1] / "samples" / "desert-crystal-mines" / "film.toml"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"]


def sheet(page: Any) -> None:
    play(page, "layers/desert-wind")
    page.evaluate("window.scrollTo(0, 560)")


def shape(page: Any) -> None:
    play(page, "layers/sea-shore")
    page.keyboard.press("b")
    page.evaluate("document.querySelector('.curve').scrollIntoView({ block: 'center' })")
    page.get_by_role("button", name="swell", exact=True).click()


def palette(page: Any) -> None:
    page.click("#kinds .palettes")
    play(page, "palettes/airship")
    page.locator(".strip .mute").nth(1).click()
    page.evaluate("document.querySelector('.strip').scrollIntoView({ block: 'center' })")


def instrument(page: Any) -> None:
    page.click("#kinds .instruments")
    play(page, "instruments/harp")


def film(page: Any) -> None:
    page.wait_for_selector("#tab-film:not([hidden])")
    page.click("#tab-film")
    page.click(".scenes button:nth-child(3)")
    page.keyboard.press(" ")
    page.wait_for_function("document.body.classList.contains('playing')", timeout=120_000)


def play(page: Any, preset: str) -> None:
    page.locator(f'[data-id="{preset}"] .pick').click()
    page.wait_for_function("document.body.classList.contains('playing')")


SHOTS: dict[str, tuple[Callable[[Any], None], dict[str, int], str]] = {
    "audition-sheet": (sheet, DESK, "dark"),
    "audition-shape": (shape, DESK, "dark"),
    "audition-palette": (palette, DESK, "light"),
    "audition-instrument": (instrument, DESK, "dark"),
    "audition-film": (film, DESK, "dark"),
    "audition-phone": (sheet, PHONE, "dark"),
}


def main() -> None:
    """Take every picture."""
    studio = Studio(film=FILM)
    for preset in studio.catalogue["presets"]:
        studio.hear(Audition(preset=preset["id"]))
    server = PageServer(studio)
    threading.Thread(target=server.serve, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for name, (prepare, size, scheme) in SHOTS.items():
            context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True)
            page = context.new_page()
            page.goto(server.address)
            page.wait_for_selector("body.ready")
            page.mouse.move(2, 2)
            prepare(page)
            time.sleep(8.0)  # so that something is seen of what is heard
            page.screenshot(path=HERE / f"{name}.jpg", type="jpeg", quality=80)
            print(name, flush=True)
            context.close()
        browser.close()
    server.stop()


if __name__ == "__main__":
    main()
