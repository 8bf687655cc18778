"""From the key to the first sound of the audition page, in a real browser: milliseconds by kind of preset.

python benchmarks/audition.py [--each N]      N presets of every kind; needs playwright and chromium

A key walks through the contact sheet as a listener does; what is timed ends when the first sample leaves the page's
mixer. First every preset is new to the program, as on the first minute after an install; then it is known.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import sync_playwright

from soundscape import pipeline
from soundscape.pipeline.auditioning import Studio
from soundscape.registry import KINDS, preset_folders
from soundscape.web.server import PageServer

STARTED = """async (id) => {
    const { engine } = await import("/static/engine.js");
    document.querySelector(`[data-id="${id}"] .pick`).focus();
    return new Promise((told) => {
        engine.addEventListener("first", ({ detail }) => told(detail), { once: true });
        document.activeElement.click();
    });
}"""


def main() -> None:
    """One row a kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=12)
    each = parser.parse_args().each
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = PageServer(Studio(pipeline.Settings(jobs=1, cache=Path(folder)), preset_folders(), ahead=False))
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(server.address)
        page.wait_for_selector("body.ready")
        print("kind         | presets | new: median ms | slowest ms | known: median ms | slowest ms")
        walk(page, "hits", 1)  # wakes the audio
        for kind in KINDS:
            new, known = walk(page, kind, each), walk(page, kind, each)
            print(
                f"{kind:12s} | {len(new):7d} | {statistics.median(new):14.0f} | {max(new):10.0f} | "
                f"{statistics.median(known):16.0f} | {max(known):10.0f}"
            )
        browser.close()
        server.stop()
        thread.join(10)


def walk(page: Any, kind: str, each: int) -> list[float]:
    """Times of presets of a kind, spread over all of it."""
    ids = page.evaluate("[...document.querySelectorAll('[data-id]')].map((card) => card.dataset.id)")
    own = [name for name in ids if name.startswith(f"{kind}/")]
    chosen = own[:: max(1, len(own) // each)][:each]
    return [page.evaluate(STARTED, name) for name in chosen]


if __name__ == "__main__":
    main()
