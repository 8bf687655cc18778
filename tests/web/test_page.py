"""The audition page in a real browser: what a person does with it, and what is heard."""

from __future__ import annotations

from typing import Any

from tests.web.conftest import engine, sounding, until


def test_a_preset_is_found_by_words_and_sounds_when_it_is_clicked(open_page: Any) -> None:
    page = open_page()
    page.fill("#search", "desert wind")
    until(lambda: page.locator(".card").count() < 10)
    page.click('[data-id="layers/desert-wind"] .pick')
    assert sounding(page) > 1e-3
    print(f"first sound {engine(page, 'engine.startedMs'):.0f} ms after the click")
    assert page.locator("#shape h2").inner_text().lower() == "desert wind"


def test_moving_a_slider_changes_what_is_heard(open_page: Any) -> None:
    page = open_page()
    page.click('[data-id="layers/desert-wind"] .pick')
    sounding(page)
    page.evaluate("""() => {
        const slider = document.getElementById("param-speed");
        slider.value = "900";
        slider.dispatchEvent(new Event("input"));
    }""")
    until(lambda: engine(page, "engine.playing && engine.current.id") != 1)
    assert "m/s" in page.locator('output[for="param-speed"]').inner_text()
    assert page.locator(".row.changed").count() == 1
    sounding(page)
