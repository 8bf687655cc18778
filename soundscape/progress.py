"""How long work tells whoever watches how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told of stages and of steps within them; steps and notes may come from any thread."""

    def stage(self, name: str, steps: int) -> None:
        """A stage of `steps` steps begins; the one before has ended."""

    def step(self, what: str = "") -> None:
        """One step is done."""

    def note(self, text: str) -> None:
        """Something that whoever waits should know."""


class Silent:
    """Nobody watches."""

    def stage(self, name: str, steps: int) -> None:
        """Nothing."""

    def step(self, what: str = "") -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""
