"""How motifs develop over a film, and two of them at once."""

from __future__ import annotations

import pytest

from soundscape.model import SAMPLE_RATE, Statement
from soundscape.score.counterpoint import ACCEPTED, best_fit, cost_of
from soundscape.score.ledger import Entry, develop, ledger_lines
from soundscape.score.motif import MotifNote
from soundscape.score.pitch import Key
from soundscape.score.request import FORMS, Appearance
from soundscape.score.transform import shifted, transposed

LENGTH = 600 * SAMPLE_RATE
C = Key(0, "ionian")


def appearance(share: float, motif: str = "hero", **changes: float) -> Appearance:
    start = round(share * LENGTH)
    return Appearance(motif=motif, start=start, end=start + 10 * SAMPLE_RATE, **changes)  # type: ignore[arg-type]


def forms(*items: Appearance, **options: int) -> list[str]:
    return [item.form for item in develop(items, length=LENGTH, **options)]


def line(degrees: list[int], lengths: list[float]) -> tuple[MotifNote, ...]:
    beat, notes = 0.0, []
    for degree, length in zip(degrees, lengths, strict=True):
        notes.append(MotifNote(degree=degree, beat=beat, length=length))
        beat += length
    return tuple(notes)


def test_a_motif_is_first_heard_plainly_wherever_it_enters() -> None:
    for share in (0.0, 0.4, 0.9):
        assert forms(appearance(share)) == ["plain"]


def test_it_is_presented_then_developed_then_returns_completely_at_its_height() -> None:
    shares = (0.05, 0.15, 0.3, 0.4, 0.5, 0.6, 0.78, 0.9)
    items = [appearance(share, intensity=0.9 if share == 0.9 else 0.4) for share in shares]
    assert forms(*items) == [
        "plain",
        "plain",
        "fragment",
        "sequence",
        "interchange",
        "answer",
        "fragment",
        "complete",
    ]


def test_the_turning_point_of_the_film_is_where_it_returns() -> None:
    items = [appearance(share) for share in (0.1, 0.2, 0.4, 0.8, 0.95)]
    assert forms(*items, turning_point=round(0.81 * LENGTH))[3] == "complete"


def test_after_its_return_a_motif_is_plain_again() -> None:
    items = [appearance(share, intensity=0.9 if share == 0.8 else 0.3) for share in (0.1, 0.2, 0.5, 0.8, 0.9, 0.95)]
    assert forms(*items)[3:] == ["complete", "plain", "plain"]


def test_motifs_develop_each_for_itself() -> None:
    items = [appearance(0.1), appearance(0.3, "villain"), appearance(0.5), appearance(0.6, "villain")]
    alone = forms(appearance(0.1), appearance(0.5))
    assert [forms(*items)[0], forms(*items)[2]] == alone


def test_a_form_that_was_asked_for_is_kept() -> None:
    asked = Appearance(motif="hero", start=0, end=100, form="augmented")
    assert develop((asked,), length=LENGTH) == (asked,)


def test_only_known_forms_are_given() -> None:
    assert set(forms(*[appearance(n / 60) for n in range(60)])) <= set(FORMS)


def test_the_ledger_names_time_motif_form_and_cue() -> None:
    statement = Statement(
        motif="hero",
        form="fragment",
        role="lead",
        start=75 * SAMPLE_RATE,
        end=80 * SAMPLE_RATE,
        bar=12,
        complete=False,
        key="D dorian",
        asked=74 * SAMPLE_RATE,
    )
    (text,) = ledger_lines((Entry(cue="cave", statement=statement),))
    assert text == "  1:15.00  hero: fragment, part, lead, D dorian, bar 12 of cave"


def test_a_motif_against_itself_in_unison_is_refused_and_in_parallel_fifths_too() -> None:
    notes = line([7, 8, 9, 11, 9], [1, 1, 1, 1, 2])
    assert cost_of(notes, notes, C) > ACCEPTED
    assert cost_of(notes, transposed(notes, -4), C) > ACCEPTED


def test_contrary_motion_in_thirds_and_sixths_is_accepted() -> None:
    upper = line([7, 8, 9, 9], [1, 1, 2, 4])
    lower = line([2, 1, 0], [2, 2, 4])
    fit = best_fit(upper, lower, C)
    assert fit is not None
    joined = shifted(transposed(lower, fit.degrees), fit.beats)
    assert cost_of(upper, joined, C) == pytest.approx(fit.cost)
    assert fit.cost <= ACCEPTED


def test_lines_that_do_not_meet_are_no_counterpoint() -> None:
    notes = line([0, 1], [1, 1])
    assert cost_of(notes, shifted(notes, 16), C) == float("inf")
