from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from soundscape.audio import Audio
from soundscape.errors import TargetError
from soundscape.mastering.chain import ACCURACY_LU, Fit, fit, gain_curve
from soundscape.mastering.target import Target, load_target
from tests.metering.signals import band_limited, heard, stereo, tone, true_peak_16x_db

RATE = 48_000


def opener(audio: Audio, block: int = 10_000) -> Callable[[], Iterator[Audio]]:
    return lambda: (audio[:, at : at + block] for at in range(0, audio.shape[1], block))


def mastered(audio: Audio, fitted: Fit) -> Audio:
    return audio * np.concatenate(list(gain_curve(opener(audio), RATE, fitted)))


@cache
def music(seconds: float = 6.0) -> Audio:
    """Noise that swells, with a crest of some 15 dB."""
    frames = round(seconds * RATE)
    swell = 0.6 + 0.4 * np.sin(np.arange(frames) / RATE * 2.0)
    return (band_limited(np.random.default_rng(1).normal(size=(2, frames))) * 0.06 * swell).astype(np.float32)


@cache
def hits(seconds: float = 6.0) -> Audio:
    """A quiet bed with hits 25 dB above it."""
    rng = np.random.default_rng(2)
    audio = rng.normal(size=(2, round(seconds * RATE))) * 0.01
    ring = np.exp(-np.arange(RATE // 5) / (0.01 * RATE))
    for at in range(RATE // 2, audio.shape[1] - RATE // 2, RATE // 2):
        audio[:, at : at + len(ring)] += rng.normal(size=len(ring)) * ring * 0.25
    return band_limited(audio).astype(np.float32)


def test_a_static_gain_is_exact_and_is_no_more_than_a_gain() -> None:
    audio = music()
    fitted = fit(opener(audio), RATE, load_target("ebu-r128"))
    assert (fitted.status, fitted.limited, fitted.limiting.max_db) == ("on target", False, 0.0)
    result = mastered(audio, fitted)
    assert np.array_equal(result, audio * np.float32(10.0 ** (fitted.gain_db / 20.0)))
    after = heard(result, RATE).result()
    assert after.integrated_lufs == pytest.approx(-23.0, abs=0.001)
    assert after.loudness_range_lu == pytest.approx(fitted.before.loudness_range_lu, abs=1e-4)
    assert after.true_peak_dbtp == pytest.approx(fitted.after.true_peak_dbtp, abs=1e-4)


@pytest.mark.parametrize("name", ["-11/-1", "-11/-2", "-9/-1"])
def test_loudness_and_ceiling_are_both_met_when_the_limiter_is_enough(name: str) -> None:
    target = load_target(name)
    fitted = fit(opener(music()), RATE, target)
    assert (fitted.status, fitted.limited) == ("on target", True)
    result = mastered(music(), fitted)
    after = heard(result, RATE).result()
    assert after.integrated_lufs == pytest.approx(target.integrated_lufs, abs=ACCURACY_LU)
    assert true_peak_16x_db(result) <= target.true_peak_dbtp
    assert 0.0 < fitted.limiting.max_db <= target.max_limiting_db + 0.1
    assert after.integrated_lufs == pytest.approx(fitted.after.integrated_lufs, abs=0.001)


def test_the_budget_of_the_limiter_is_kept_and_the_shortfall_is_said() -> None:
    target = load_target("-14/-1")
    fitted = fit(opener(hits()), RATE, target)
    assert fitted.status == "unreached"
    assert fitted.limiting.max_db == pytest.approx(target.max_limiting_db, abs=0.1)
    after = heard(mastered(hits(), fitted), RATE).result()
    assert after.integrated_lufs is not None
    assert fitted.shortfall_lu == pytest.approx(-14.0 - after.integrated_lufs, abs=0.01)
    assert fitted.shortfall_lu > 1.0
    assert true_peak_16x_db(mastered(hits(), fitted)) <= -1.0


def test_the_policy_stop_changes_nothing_and_says_what_was_missing() -> None:
    target = Target(name="x", title="x", integrated_lufs=-14.0, unreachable="stop")
    fitted = fit(opener(hits()), RATE, target)
    assert (fitted.status, fitted.gain_db, fitted.limited) == ("unreached", 0.0, False)
    assert fitted.shortfall_lu > 1.0
    assert np.array_equal(mastered(hits(), fitted), hits())


def test_within_the_tolerance_is_said_to_be_so() -> None:
    target = Target(name="x", title="x", integrated_lufs=-14.0, tolerance_lu=20.0)
    assert fit(opener(hits()), RATE, target).status == "in tolerance"


def test_stems_under_the_same_curve_null_against_the_mastered_programme() -> None:
    stems = [music() * np.float32(1.5), hits() * np.float32(2.0), stereo(tone([(6, -20)], RATE))]
    programme = sum(stems[1:], start=stems[0])
    fitted = fit(opener(programme), RATE, load_target("-10/-1"))
    assert fitted.limited
    curve = np.concatenate(list(gain_curve(opener(programme, 7_777), RATE, fitted)))
    residual = sum((stem * curve for stem in stems), start=-programme * curve)
    assert 20.0 * np.log10(np.abs(residual).max()) < -120.0


def test_the_same_programme_in_other_blocks_gives_the_same_fit_and_curve() -> None:
    target = load_target("-11/-1")
    one, other = (fit(opener(music(), block), RATE, target) for block in (1 << 16, 3_001))
    assert one == other
    curves = [np.concatenate(list(gain_curve(opener(music(), block), RATE, one))) for block in (1 << 16, 997)]
    assert np.array_equal(curves[0], curves[1])
    assert curves[0].min() < curves[0].max()


def test_each_part_of_the_curve_is_as_long_as_its_block() -> None:
    audio = music(1.0)
    for target in (load_target("-23"), load_target("-9/-1")):
        fitted = fit(opener(audio), RATE, target)
        lengths = [len(part) for part in gain_curve(opener(audio, 4_321), RATE, fitted)]
        assert lengths == [block.shape[1] for block in opener(audio, 4_321)()]


@pytest.mark.parametrize(
    ("audio", "status"),
    [
        (np.zeros((2, RATE), np.float32), "silent"),
        (np.zeros((2, 0), np.float32), "silent"),
        (stereo(tone([(5, -80)], RATE)), "silent"),
        (stereo(tone([(0.39, -20)], RATE)), "too short"),
    ],
)
def test_what_has_no_loudness_is_not_touched(audio: Audio, status: str) -> None:
    fitted = fit(opener(audio), RATE, load_target("ebu-r128"))
    assert (fitted.status, fitted.gain_db, fitted.limited) == (status, 0.0, False)
    assert fitted.after == fitted.before


def test_a_gain_of_40_db_is_given_when_the_ceiling_allows_it() -> None:
    audio = stereo(tone([(5, -63)], RATE))
    fitted = fit(opener(audio), RATE, load_target("ebu-r128"))
    assert fitted.gain_db == pytest.approx(40.0, abs=0.05)
    assert fitted.status == "on target"


def test_quiet_passages_below_the_absolute_gate_are_counted_once_the_gain_lifts_them() -> None:
    audio = stereo(tone([(10, -68), (10, -76)], RATE))
    fitted = fit(opener(audio), RATE, load_target("ebu-r128"))
    after = heard(mastered(audio, fitted), RATE).result()
    assert after.integrated_lufs == pytest.approx(-23.0, abs=0.01)


def test_what_is_above_full_scale_is_only_turned_down() -> None:
    audio = music() * np.float32(30.0)
    fitted = fit(opener(audio), RATE, load_target("ebu-r128"))
    assert (fitted.status, fitted.limited) == ("on target", False)
    assert np.isfinite(mastered(audio, fitted)).all()


def test_attenuate_only_never_raises() -> None:
    target = Target(name="x", title="x", integrated_lufs=-10.0, direction="attenuate")
    fitted = fit(opener(music()), RATE, target)
    assert (fitted.gain_db, fitted.status) == (0.0, "unreached")
    loud = fit(opener(music() * np.float32(8.0)), RATE, target)
    assert loud.gain_db < 0.0
    assert loud.status == "on target"


def test_a_target_without_loudness_only_keeps_the_peak_below_the_ceiling() -> None:
    target = load_target("netflix-me")
    assert fit(opener(music()), RATE, target).gain_db == 0.0
    loud = fit(opener(music() * np.float32(8.0)), RATE, target)
    assert loud.after.true_peak_dbtp == pytest.approx(-1.05, abs=0.001)
    assert loud.status == "on target"


def test_a_dialogue_target_is_met_on_the_dialogue() -> None:
    audio = stereo(tone([(4, -30), (4, -18)], RATE))
    fitted = fit(opener(audio), RATE, load_target("netflix"), dialogue=[(0, 4 * RATE)])
    assert fitted.anchor_before_lufs == pytest.approx(-30.0, abs=0.02)
    assert fitted.anchor_after_lufs == pytest.approx(-27.0, abs=0.02)
    assert fitted.gain_db == pytest.approx(3.0, abs=0.02)


def test_a_dialogue_target_without_dialogue_says_that_it_takes_the_whole_programme() -> None:
    audio = stereo(tone([(8, -18)], RATE))
    for dialogue, words in ((None, "no dialogue was given"), ([(0, RATE // 2)], "dialogue in only 6%")):
        fitted = fit(opener(audio), RATE, load_target("netflix"), dialogue=dialogue)
        assert fitted.anchor_after_lufs == pytest.approx(-24.0, abs=0.01)
        assert words in fitted.notes[0]
    alone = Target(name="x", title="x", integrated_lufs=-27.0, gate="dialogue")
    with pytest.raises(TargetError, match="measured on the dialogue, which is in 0%"):
        fit(opener(audio), RATE, alone)


def test_each_pass_is_announced() -> None:
    said: list[str] = []
    fit(opener(music()), RATE, load_target("-10/-1"), on_pass=said.append)
    assert said[0] == "measure"
    assert 1 <= sum("limit" in word for word in said) <= 8


@cache
def swelling(seconds: float = 20.0) -> Audio:
    """A loud passage in the middle of a quiet programme, both with the same crest."""
    frames = round(seconds * RATE)
    level = np.interp(np.arange(frames), [0, 0.4 * frames, 0.5 * frames, 0.6 * frames, frames], [1, 1, 6, 1, 1])
    return (band_limited(np.random.default_rng(3).normal(size=(2, frames))) * 0.03 * level).astype(np.float32)


def test_the_policy_compress_lowers_the_loud_passages_and_reaches_the_target() -> None:
    quiet = Target(name="x", title="x", integrated_lufs=-12.0, max_limiting_db=3.0)
    assert fit(opener(swelling()), RATE, quiet).status == "unreached"
    fitted = fit(opener(swelling()), RATE, replace(quiet, unreachable="compress"))
    assert fitted.status == "on target"
    assert any("loud passages are lowered" in note for note in fitted.notes)
    result = mastered(swelling(), fitted)
    after = heard(result, RATE).result()
    assert after.integrated_lufs == pytest.approx(-12.0, abs=ACCURACY_LU)
    assert true_peak_16x_db(result[:, 9 * RATE : 11 * RATE]) <= -1.0
    assert after.loudness_range_lu is not None
    assert fitted.before.loudness_range_lu is not None
    assert after.loudness_range_lu < fitted.before.loudness_range_lu
    assert fitted.before == heard(swelling(), RATE).result()


def test_the_lowering_is_slower_than_speech_and_music() -> None:
    target = Target(name="x", title="x", integrated_lufs=-12.0, max_limiting_db=3.0, unreachable="compress")
    fitted = fit(opener(swelling()), RATE, target)
    slopes_db_per_s = np.abs(np.diff(fitted.lowering)) * 10
    assert 0.5 < slopes_db_per_s.max() < 6.0
    assert max(fitted.lowering) <= 12.0


def test_compress_changes_nothing_where_the_target_can_be_had_without() -> None:
    target = Target(name="x", title="x", integrated_lufs=-23.0, unreachable="compress")
    fitted = fit(opener(music()), RATE, target)
    assert (fitted.lowering, fitted.limited) == ((), False)


def test_a_range_above_the_limit_is_only_lowered_when_asked() -> None:
    """Loud passages come down slowly until the range fits; quiet ones stay."""
    audio = swelling(60.0)
    target = Target(name="x", title="x", integrated_lufs=-23.0, range_high_lu=8.0)
    plain = fit(opener(audio), RATE, target)
    assert plain.lowering == ()
    assert plain.after.loudness_range_lu is not None
    assert plain.after.loudness_range_lu > 10.0
    fitted = fit(opener(audio), RATE, replace(target, beyond_range="lower"))
    result = mastered(audio, fitted)
    after = heard(result, RATE).result()
    assert after.integrated_lufs == pytest.approx(-23.0, abs=ACCURACY_LU)
    assert after.loudness_range_lu is not None
    assert 6.0 < after.loudness_range_lu <= 8.1
    quiet, gain = slice(0, 10 * RATE), np.float32(10 ** (fitted.gain_db / 20))
    assert np.allclose(result[:, quiet], audio[:, quiet] * gain, atol=1e-6)


def test_short_passages_that_are_too_loud_are_lowered_by_the_policy_compress() -> None:
    audio = swelling(40.0)
    target = Target(name="x", title="x", integrated_lufs=-23.0, max_short_term_lufs=-18.0)
    plain = fit(opener(audio), RATE, target)
    assert plain.after.max_short_term_lufs is not None
    assert plain.after.max_short_term_lufs > -17.0
    after = heard(mastered(audio, fit(opener(audio), RATE, replace(target, unreachable="compress"))), RATE).result()
    assert after.integrated_lufs == pytest.approx(-23.0, abs=ACCURACY_LU)
    assert after.max_short_term_lufs is not None
    assert after.max_short_term_lufs <= -17.9


def test_a_trailer_is_turned_down_to_its_leq_and_never_up() -> None:
    target = load_target("cinema-trailer")
    loud = (music() * 4.0).astype(np.float32)
    fitted = fit(opener(loud), RATE, target)
    assert fitted.before.leq_m_db is not None
    assert fitted.before.leq_m_db > 85.0
    assert fitted.after.leq_m_db == pytest.approx(85.0, abs=0.01)
    assert fitted.gain_db == pytest.approx(85.0 - fitted.before.leq_m_db, abs=0.01)
    assert fit(opener((loud * 0.01).astype(np.float32)), RATE, target).gain_db == 0.0


def test_the_dialogue_is_measured_whatever_the_target_is_about() -> None:
    speech = [(2 * RATE, 4 * RATE)]
    fitted = fit(opener(music()), RATE, load_target("ebu-r128-s4"), dialogue=speech)
    assert fitted.before.dialogue_lufs is not None
    assert fitted.after.dialogue_lufs == pytest.approx(fitted.before.dialogue_lufs + fitted.gain_db, abs=0.01)
    assert fit(opener(music()), RATE, load_target("ebu-r128-s4")).before.dialogue_lufs is None
