"""Seeds by name."""

from __future__ import annotations

from soundscape.rng import Seed


def test_the_same_names_give_the_same_seed_and_other_names_another() -> None:
    assert Seed(1).child("a", "b") == Seed(1).child("a", "b")
    assert (
        len({Seed(1).child("a", "b"), Seed(1).child("ab"), Seed(1).child("b", "a"), Seed(2).child("a", "b")}) == 4
    )


def test_seeds_are_the_same_on_every_machine() -> None:
    assert Seed(2026).child("dunes", "wind").value == 1518547278464494355


def test_a_generator_begins_anew_every_time_it_is_asked_for() -> None:
    assert Seed(7).generator("x").random() == Seed(7).generator("x").random()
