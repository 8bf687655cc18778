"""The tempo map: strong hits on downbeats inside their windows, on random hit lists and on impossible ones."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from soundscape.model import SAMPLE_RATE
from soundscape.score.metre import bars_of, metre_cost, quarter_lengths
from soundscape.score.request import Brief, CueHit
from soundscape.score.taut import taut_beats
from soundscape.score.tempo import CANDIDATES, TempoMap, fit_tempo, fixed_tempo_share
from soundscape.timecode import Rate

RATE = Rate.parse("24")
FRAME = SAMPLE_RATE / 24


def cut_list(seed: int, *, per_minute: float, length_s: float = 75.0, apart_s: float = 4.0) -> tuple[CueHit, ...]:
    """Random strong hits on frames, at least so far apart."""
    random = np.random.default_rng(seed)
    count = round(per_minute * length_s / 60)
    while True:
        times = np.sort(random.uniform(2.0, length_s - 1.0, count))
        if np.diff(times).min(initial=apart_s) >= apart_s:
            return tuple(CueHit(sample=round(round(t * 24) * FRAME), label=f"h{n}") for n, t in enumerate(times))


def fit(
    hits: tuple[CueHit, ...], *, end_s: float = 75.0, candidate: int = 0, start: int = 0, **brief: float
) -> TempoMap:
    values = {"bpm_low": 60.0, "bpm_high": 140.0, **brief}
    return fit_tempo(
        start=start,
        end=start + round(end_s * SAMPLE_RATE),
        hits=hits,
        brief=Brief(**values),  # type: ignore[arg-type]
        rate=RATE,
        candidate=candidate,
    )


def off_frames(hit: CueHit, tempo: TempoMap) -> float:
    """Frames from a hit to its nearest downbeat, measured from the beats themselves."""
    downbeats = np.array([beat.sample for beat in tempo.beats if beat.beat == 1])
    return float(downbeats[np.abs(downbeats - hit.sample).argmin()] - hit.sample) / FRAME


@pytest.mark.parametrize("per_minute", [4, 5, 7])
def test_every_strong_hit_is_a_downbeat_at_most_a_frame_early_or_two_late(per_minute: int) -> None:
    steps, baseline = [], []
    for seed in range(12):
        hits = cut_list(seed, per_minute=per_minute)
        tempo = fit(hits)
        assert all(-1.0 <= off_frames(hit, tempo) <= 2.0 for hit in hits)
        steps.append(tempo.report.largest_step)
        baseline.append(tempo.report.fixed_tempo_share)
    assert np.mean(steps) <= 0.02
    assert np.mean(np.array(steps) <= 0.03 + 1e-6) >= 0.8
    # The same hits under the best single tempo: what the map is for.
    assert np.mean(baseline) < 0.75


def test_the_fixed_tempo_baseline_is_what_a_search_over_tempi_finds() -> None:
    brief = Brief(bpm_low=60, bpm_high=120)
    on_grid = tuple(CueHit(sample=round(bar * 4 * 60 / 93 * SAMPLE_RATE)) for bar in (1, 3, 4, 9))
    assert fixed_tempo_share(on_grid, brief, RATE, start=0) == 1.0
    stray = CueHit(sample=on_grid[-1].sample + SAMPLE_RATE)
    assert fixed_tempo_share((*on_grid, stray), brief, RATE, start=0) == 0.8


@pytest.mark.parametrize("candidate", range(len(CANDIDATES)))
def test_beats_rise_bars_count_up_and_the_tempo_range_is_kept(candidate: int) -> None:
    hits = cut_list(3, per_minute=6)
    tempo = fit(hits, candidate=candidate, bpm_low=70.0, bpm_high=110.0)
    lengths = np.diff([beat.sample for beat in tempo.beats])
    assert lengths.min() >= 60 / 110 * SAMPLE_RATE - 1
    assert lengths.max() <= 60 / 70 * SAMPLE_RATE + 1
    for before, after in pairwise(tempo.beats):
        assert (after.bar, after.beat) in ((before.bar, before.beat + 1), (before.bar + 1, 1))
    assert tempo.beats[0].sample == 0
    assert tempo.beats[-1].sample >= 75 * SAMPLE_RATE


def test_the_candidates_differ_in_what_they_are_named_for() -> None:
    hits = cut_list(5, per_minute=6)
    metre, tempo, another = (fit(hits, candidate=n) for n in range(3))
    assert metre.report.odd_bars <= tempo.report.odd_bars
    assert tempo.report.largest_step <= metre.report.largest_step + 1e-6
    assert abs(np.log(another.bpm / metre.bpm)) > 0.04


def test_a_cue_without_hits_keeps_one_tempo_in_the_middle_of_its_range() -> None:
    tempo = fit((), bpm_low=60, bpm_high=90)
    assert tempo.report.largest_step < 1e-3
    assert 70 < tempo.bpm < 77
    assert tempo.report.odd_bars == 0


def test_two_hits_a_frame_apart_share_a_downbeat() -> None:
    first = 20 * SAMPLE_RATE
    hits = (CueHit(sample=first, label="a"), CueHit(sample=first + round(FRAME), label="b"))
    tempo = fit(hits)
    assert all(-1.0 <= off_frames(hit, tempo) <= 2.0 for hit in hits)
    assert tempo.report.given_up == ()


def test_of_two_hits_too_close_for_a_bar_the_lighter_is_given_up_and_named() -> None:
    hits = (
        CueHit(sample=20 * SAMPLE_RATE, label="glance", weight=0.5),
        CueHit(sample=20 * SAMPLE_RATE + 20_000, label="slam", weight=1.0),
    )
    tempo = fit(hits)
    assert -1.0 <= off_frames(hits[1], tempo) <= 2.0
    assert len(tempo.report.given_up) == 1
    assert "glance is no downbeat" in tempo.report.given_up[0]
    assert {hit.label: hit.verdict for hit in tempo.report.hits}["slam"] == "hit"


def test_a_tempo_range_that_excludes_every_solution_falls_back_and_says_so() -> None:
    hits = tuple(CueHit(sample=round(t * SAMPLE_RATE), label=f"{t}") for t in (10.0, 11.7, 13.5))
    tempo = fit(hits, bpm_low=100.0, bpm_high=101.0)
    lengths = quarter_lengths(tempo.beats)[1]
    assert lengths.max() - lengths.min() <= 0.011 * lengths.max()
    assert tempo.report.given_up
    assert "at 100 to 101 bpm" in tempo.report.given_up[-1]


def test_windows_are_widened_before_a_hit_is_given_up() -> None:
    # Eight beats at 100 bpm are 4.8 s; 3 and a half frames more only fit with the window widened.
    hits = (CueHit(sample=round((4.8 + 3.5 / 24) * SAMPLE_RATE), label="late"),)
    hits += (CueHit(sample=round(9.6 * SAMPLE_RATE), label="even"),)
    tempo = fit(hits, bpm_low=99.9, bpm_high=100.1)
    assert len(tempo.report.given_up) >= 1


def test_half_a_beat_is_allowed_before_a_window_is_widened() -> None:
    # Eight and a half beats at 100 bpm.
    hits = (CueHit(sample=round(8.5 * 0.6 * SAMPLE_RATE), label="half"), CueHit(sample=round(9.9 * SAMPLE_RATE)))
    tempo = fit(hits, bpm_low=99.9, bpm_high=100.1)
    assert all(-1.0 <= off_frames(hit, tempo) <= 2.0 for hit in hits)
    assert tempo.report.given_up == ("the bar before half ends with half a beat",)
    assert [beat.share for beat in tempo.beats].count(0.5) == 1
    assert quarter_lengths(tempo.beats)[1] == pytest.approx(0.6 * SAMPLE_RATE, rel=2e-3)
    half = next(index for index, beat in enumerate(tempo.beats) if beat.share == 0.5)
    assert tempo.beats[half + 1].beat == 1


def test_a_fermata_is_held_between_two_hits_that_the_editor_locked() -> None:
    # Eight beats and a quarter at 100 bpm.
    times = (4.8, 4.8 + 8.25 * 0.6, 4.8 + 16.25 * 0.6)
    hits = tuple(CueHit(sample=round(at * SAMPLE_RATE), label=f"{at:g}", locked=True) for at in times)
    tempo = fit(hits, bpm_low=99.9, bpm_high=100.1)
    assert all(-1.0 <= off_frames(hit, tempo) <= 2.0 for hit in hits)
    assert tempo.report.given_up == ("a fermata is held before 9.75",)
    assert [beat.held for beat in tempo.beats].count(True) == 1
    assert tempo.report.largest_step < 0.003
    free = tuple(CueHit(sample=hit.sample, label=hit.label) for hit in hits)
    assert "9.75 is no downbeat" in fit(free, bpm_low=99.9, bpm_high=100.1).report.given_up[0]


def test_a_locked_hit_stays_and_the_weightier_one_goes() -> None:
    hits = (
        CueHit(sample=20 * SAMPLE_RATE, label="locked", weight=0.1, locked=True),
        CueHit(sample=20 * SAMPLE_RATE + 20_000, label="proposed", weight=1.0),
    )
    tempo = fit(hits)
    assert -1.0 <= off_frames(hits[0], tempo) <= 2.0
    assert "hit proposed is no downbeat" in tempo.report.given_up[0]


def test_ten_thousand_hits_and_none_are_answered() -> None:
    hits = tuple(CueHit(sample=n * 2_000) for n in range(10_000))
    tempo = fit(hits, end_s=420.0)
    assert tempo.report.given_up[-1].startswith("and ")
    assert len(tempo.report.given_up) < 30
    lengths = np.diff([beat.sample for beat in tempo.beats])
    assert 60 / 140 * SAMPLE_RATE - 1 <= lengths.min() <= lengths.max() <= SAMPLE_RATE + 1


def test_a_hit_soon_after_the_start_is_reached_by_a_pickup() -> None:
    hits = (CueHit(sample=round(1.5 * SAMPLE_RATE)), CueHit(sample=round(12.3 * SAMPLE_RATE)))
    tempo = fit(hits, bpm_low=76.0, bpm_high=84.0)
    assert all(-1.0 <= off_frames(hit, tempo) <= 2.0 for hit in hits)


@pytest.mark.parametrize("frames", [0, 1])
def test_a_cue_that_begins_on_a_hit_begins_with_a_downbeat_where_a_pickup_would_be_cheaper(frames: int) -> None:
    later = (CueHit(sample=round(1.5 * SAMPLE_RATE)), CueHit(sample=round(12.3 * SAMPLE_RATE)))
    hits = (CueHit(sample=round(frames * FRAME) - 48 * (frames > 0)), *later)
    assert fit(later, bpm_low=76.0, bpm_high=84.0).beats[0].beat != 1
    tempo = fit(hits, bpm_low=76.0, bpm_high=84.0)
    assert tempo.beats[0].beat == 1
    assert all(-1.0 <= off_frames(hit, tempo) <= 2.0 for hit in hits)


@pytest.mark.parametrize("start", [0, 123_457])
def test_times_count_from_the_programme(start: int) -> None:
    hits = (CueHit(sample=start + 10 * SAMPLE_RATE),)
    tempo = fit(hits, start=start)
    assert tempo.beats[0].sample == start
    assert -1.0 <= off_frames(hits[0], tempo) <= 2.0


@pytest.mark.parametrize("per_bar", [3, 4, 5, 6])
def test_bars_fill_the_beats_with_at_most_one_odd_bar(per_bar: int) -> None:
    for beats in range(2, 60):
        bars = bars_of(beats, per_bar)
        assert sum(bars) == beats
        assert sum(length != per_bar for length in bars) <= 1
        assert min(bars) >= 2
        assert metre_cost(beats, per_bar) >= (0.4 if beats % per_bar else 0.0)
    assert bars_of(1, per_bar) == ()


def test_the_taut_string_is_straight_where_it_may_be_and_bends_once_where_it_must() -> None:
    free = taut_beats(0.0, [(8, 3.9, 4.0, 4.1), (16, 7.9, 8.0, 8.1)], shortest_s=0.2, longest_s=2.0)
    assert np.diff(free) == pytest.approx(0.5, abs=1e-9)
    bent = taut_beats(0.0, [(8, 4.0, 4.0, 4.0), (16, 8.8, 8.8, 8.8)], shortest_s=0.2, longest_s=2.0)
    assert bent[8] == pytest.approx(4.0)
    assert bent[16] == pytest.approx(8.8)
    assert np.abs(np.diff(bent, n=2)).sum() == pytest.approx(0.1, abs=1e-6)


def test_a_written_ritardando_slows_the_last_two_bars_and_nothing_else() -> None:
    plain, slowing = fit(()), fit((), ritardando=0.2)
    lengths = np.diff([beat.sample for beat in slowing.beats])
    assert lengths[-1] == pytest.approx(1.2 * lengths[0], rel=1e-3)
    assert lengths[:-8] == pytest.approx(np.diff([beat.sample for beat in plain.beats])[:-8], abs=1)
    assert slowing.report.largest_step < 0.03


def test_a_metric_modulation_is_taken_at_a_hit_where_the_brief_allows_it() -> None:
    # A hit on every bar at 80 bpm, then on every bar at 120: neither tempo fills the other's bars.
    first = [round(bar * 3.0 * SAMPLE_RATE) for bar in range(1, 9)]
    second = [first[-1] + round(bar * 2.0 * SAMPLE_RATE) for bar in range(1, 12)]
    hits = tuple(CueHit(sample=sample) for sample in first + second)
    tempo = fit(hits, end_s=48.0, bpm_low=70.0, bpm_high=125.0, modulation=True)
    assert all(-1.0 <= off_frames(hit, tempo) <= 2.0 for hit in hits)
    lengths = np.diff([beat.sample for beat in tempo.beats]) / SAMPLE_RATE
    jumps = [n for n, ratio in enumerate(lengths[1:] / lengths[:-1]) if abs(np.log(ratio)) > 0.1]
    assert len(jumps) == 1
    assert abs(tempo.beats[jumps[0] + 1].sample - first[-1]) <= 2 * FRAME
    assert lengths[jumps[0]] / lengths[jumps[0] + 1] == pytest.approx(1.5, rel=0.02)
    assert tempo.report.odd_bars == 0
    steady = fit(hits, end_s=48.0, bpm_low=70.0, bpm_high=125.0)
    assert np.abs(np.diff(np.log(np.diff([beat.sample for beat in steady.beats])))).max() < 0.1


def test_a_cue_of_a_fermata_alone_meets_its_hit() -> None:
    times = taut_beats(
        18.0,
        [(1, 19.46, 19.5, 19.58)],
        shortest_s=60 / 72,
        longest_s=60 / 50,
        shares=np.ones(1),
        held=np.array([True]),
    )
    assert times == pytest.approx([18.0, 19.5])
