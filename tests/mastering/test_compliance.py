from __future__ import annotations

from dataclasses import replace

from soundscape.mastering.compliance import Check, checks
from soundscape.mastering.target import load_target
from soundscape.model import Loudness

GOOD = Loudness(
    integrated_lufs=-23.1,
    true_peak_dbtp=-1.5,
    sample_peak_dbfs=-1.6,
    loudness_range_lu=8.0,
    max_momentary_lufs=-15.0,
    max_short_term_lufs=-17.0,
    duration_s=120.0,
    sample_rate=48_000,
    channels=2,
)


def by_rule(name: str, measured: Loudness, anchor: float | None = None) -> dict[str, Check]:
    target = load_target(name)
    found = checks(target, measured, measured.integrated_lufs if anchor is None else anchor, target.integrated_lufs)
    return {check.rule: check for check in found}


def test_each_rule_has_its_margin() -> None:
    rules = by_rule("ebu-r128-s1", GOOD)
    assert {rule: round(check.margin or 0.0, 3) for rule, check in rules.items()} == {
        "integrated": 0.1,
        "true peak": 0.5,
        "max short-term": -1.0,
    }
    assert [check.passed for check in rules.values()] == [True, True, False]


def test_just_outside_is_outside() -> None:
    assert not by_rule("ebu-r128", replace(GOOD, integrated_lufs=-23.21))["integrated"].passed
    assert by_rule("ebu-r128", replace(GOOD, integrated_lufs=-23.20))["integrated"].passed
    assert not by_rule("ebu-r128", replace(GOOD, true_peak_dbtp=-0.99))["true peak"].passed


def test_the_range_is_advice_and_only_after_a_minute() -> None:
    measured = replace(GOOD, integrated_lufs=-25.0, loudness_range_lu=25.0)
    rule = by_rule("netflix", measured, anchor=-27.0)["loudness range"]
    assert rule.advice
    of_dialogue = checks(load_target("netflix"), measured, -27.0, -27.0, anchor="dialogue")
    assert "dialogue" in {check.rule for check in of_dialogue}
    assert "loudness range" not in by_rule("netflix", replace(measured, duration_s=59.0), anchor=-27.0)


def test_what_has_no_value_is_not_passed() -> None:
    silent = replace(GOOD, integrated_lufs=None, true_peak_dbtp=None)
    assert not any(check.passed for check in checks(load_target("ebu-r128"), silent, None, -23.0))


def test_the_distance_from_the_dialogue_is_judged_where_it_is_known() -> None:
    rule = "programme above dialogue"
    assert rule not in by_rule("ebu-r128-s4", GOOD)
    near = by_rule("ebu-r128-s4", replace(GOOD, dialogue_lufs=-27.0))[rule]
    far = by_rule("ebu-r128-s4", replace(GOOD, dialogue_lufs=-29.0))[rule]
    assert near.passed
    assert near.margin == 5.0 - (27.0 - 23.1)
    assert not far.passed


def test_a_trailer_is_judged_by_its_leq() -> None:
    loud = by_rule("cinema-trailer", replace(GOOD, leq_m_db=85.5))
    assert not loud["Leq(m)"].passed
    assert "integrated" not in loud
    assert by_rule("cinema-trailer", replace(GOOD, leq_m_db=84.9))["Leq(m)"].passed


def test_aes77_asks_of_speech_music_and_the_rest_what_it_says() -> None:
    wanted = {"aes77": -18.0, "aes77-speech": -18.0, "aes77-music": -16.0}
    assert {name: load_target(name).integrated_lufs for name in wanted} == wanted
    assert load_target("aes77-music").album_loudest_lufs == -14.0
