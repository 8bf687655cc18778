"""The loudness that a target is about: of the whole programme, or of its dialogue."""

from __future__ import annotations

from dataclasses import dataclass

from soundscape.errors import TargetError
from soundscape.mastering.target import Target
from soundscape.metering.dialogue import Regions, dialogue_loudness, speech_share
from soundscape.metering.gating import Powers, integrated
from soundscape.model import Loudness

_MAX_TURNS = 8


@dataclass(frozen=True, slots=True)
class Anchor:
    """What is brought to which value; no value: only the limits of the target count."""

    wanted_lufs: float | None
    regions: Regions | None = None
    """Where somebody speaks, when it is the dialogue."""
    note: str = ""
    """What is to be said of the choice."""

    def level_lufs(self, energies: Powers, sample_rate: int, *, gain_db: float = 0.0) -> float | None:
        """The loudness after a static gain; None where it has none."""
        raised = energies * 10.0 ** (gain_db / 10.0)
        if self.regions is None:
            return integrated(raised, sample_rate)
        return dialogue_loudness(raised, sample_rate, self.regions)

    def static_gain_db(self, energies: Powers, sample_rate: int) -> float:
        """Gain that leads to the wanted value; the absolute gate may open or close on the way."""
        gain_db = 0.0
        if self.wanted_lufs is not None:
            for _ in range(_MAX_TURNS):
                level = self.level_lufs(energies, sample_rate, gain_db=gain_db)
                if level is None or abs(self.wanted_lufs - level) < 1e-6:
                    break
                gain_db += self.wanted_lufs - level
        return gain_db


def anchor_of(target: Target, measured: Loudness, dialogue: Regions | None) -> Anchor:
    """The anchor of a target in a programme.

    Raises
    ------
    TargetError
        When there is too little dialogue for a target that is about it and says nothing else.
    """
    if target.gate == "programme":
        return Anchor(target.integrated_lufs)
    share = speech_share(dialogue or (), round(measured.duration_s * measured.sample_rate))
    if dialogue and share >= target.min_dialogue_share:
        return Anchor(target.integrated_lufs, dialogue, f"dialogue in {share:.0%} of the programme")
    if target.fallback_lufs is None:
        raise TargetError(
            f"{target.name} is measured on the dialogue, which is in {share:.0%} of the programme; "
            f"at least {target.min_dialogue_share:.0%} is needed"
        )
    known = "no dialogue was given" if dialogue is None else f"dialogue in only {share:.0%} of the programme"
    return Anchor(
        target.fallback_lufs, note=f"{known}: {target.fallback_lufs:g} LUFS of the whole programme instead"
    )
