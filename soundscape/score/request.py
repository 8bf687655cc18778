"""What is asked of the score for one cue, and what comes back.

All times are samples at `SAMPLE_RATE` from the start of the programme, unless a field says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from soundscape.contract import Tone
from soundscape.errors import ScoreError
from soundscape.model import SAMPLE_RATE, Curve, HitReport, MusicCue, Note, Statement
from soundscape.rng import Seed
from soundscape.score.motif import Motif
from soundscape.score.pitch import Key
from soundscape.timecode import Rate

ROLES = ("lead", "counter", "pad", "bass", "pulse", "accent")
"""What a voice may do in a cue; only `pad` or `lead` is needed, the others join when they are given."""

ENDINGS = ("button", "tail", "fade", "overlap", "cut")
"""How a cue ends: a short last chord, ringing on, under a fade, under the next cue, or exactly on the frame."""

FORMS = ("plain", "fragment", "sequence", "interchange", "answer", "augmented", "complete")
"""How a motif is stated; see `soundscape.score.ledger`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """The musical direction of a cue.

    Raises
    ------
    ScoreError
        For a key, mode, tempo range, metre or density that cannot be.
    """

    key: str = "D"
    mode: str = "dorian"
    bpm_low: float = 60.0
    bpm_high: float = 120.0
    beats_per_bar: int = 4
    density: float = 0.5
    """0 to 1: how busy the accompaniment may get."""
    modulation: bool = False
    """Whether the tempo may change at a strong hit by a simple ratio (3:2, 4:3 and back), heard as a new metre."""
    ritardando: float = 0.0
    """How much slower the last beat is than the first of the last two bars: 0 to 0.5; 0 keeps the tempo."""
    character: str = ""
    """`wonder`, `nostalgia`, `threat` or `loss`: which chord changes are sought; empty follows the mode."""

    def __post_init__(self) -> None:
        Key.parse(self.key, self.mode)
        if not 20.0 <= self.bpm_low <= self.bpm_high <= 300.0:
            raise ScoreError(
                f"the tempo range {self.bpm_low:g} to {self.bpm_high:g} bpm cannot be; "
                "allowed: 20 <= low <= high <= 300"
            )
        if not 2 <= self.beats_per_bar <= 12:
            raise ScoreError(f"{self.beats_per_bar} beats per bar; allowed: 2 to 12")
        if not 0.0 <= self.density <= 1.0:
            raise ScoreError(f"density {self.density:g}; allowed: 0 to 1")
        if not 0.0 <= self.ritardando <= 0.5:
            raise ScoreError(f"ritardando {self.ritardando:g}; allowed: 0 to 0.5")

    @property
    def tonality(self) -> Key:
        """Key and mode."""
        return Key.parse(self.key, self.mode)


@dataclass(frozen=True, slots=True, kw_only=True)
class CueHit:
    """A moment of the picture that the music must meet."""

    sample: int
    strength: str = "strong"
    """`strong` lands on a downbeat with an accent; `soft` is reported, not fitted."""
    label: str = ""
    weight: float = 1.0
    """Which of two strong hits is given up first when both cannot be met: the lighter."""
    locked: bool = False
    """Marked by the editor: met before all that are not, by a fermata if nothing else serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """The owner of a motif is seen: the motif is stated."""

    motif: str
    start: int
    end: int
    intensity: float = 0.5
    form: str = "plain"
    """One of `FORMS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """The instrument that plays a role, as far as the score needs to know it.

    Raises
    ------
    ScoreError
        When its range is less than an octave, in which no melody can be folded.
    """

    low: int
    """Lowest MIDI pitch."""
    high: int
    """Highest MIDI pitch."""
    onset_s: Callable[[Tone], float] = lambda _: 0.0
    """Seconds from the start of a tone until it is heard as begun (`Instrument.onset_s` with its params)."""
    drum: bool = False
    """Whether it may beat a rhythm between hits."""

    def __post_init__(self) -> None:
        if not (self.low >= 0 and self.high <= 127 and self.high - self.low >= 12):
            raise ScoreError(
                f"an instrument from MIDI pitch {self.low} to {self.high}; allowed: an octave or more inside 0 to 127"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class CueRequest:
    """Everything the score is told of one cue.

    Raises
    ------
    ScoreError
        When the cue is empty, a hit lies outside it, a motif or role does not exist, or there is no voice.
    """

    name: str
    start: int
    end: int
    brief: Brief
    rate: Rate
    """Frame rate: hit windows are counted in frames."""
    voices: Mapping[str, Voice]
    """Instruments by role of `ROLES`."""
    seed: Seed
    hits: tuple[CueHit, ...] = ()
    tension: Curve = ((0, 0.3),)
    """0 to 1 over samples of the programme; straight lines between, held outside."""
    appearances: tuple[Appearance, ...] = ()
    motifs: tuple[Motif, ...] = ()
    players: Mapping[str, str] = field(default_factory=dict)
    """Which role states a motif, by the motif's name; the lead states the others."""
    narration: tuple[tuple[int, int], ...] = ()
    """Where someone speaks: (start, end)."""
    silences: tuple[tuple[int, int], ...] = ()
    """Where no note may sound: (start, end)."""
    ending: str = "tail"
    """One of `ENDINGS`."""
    candidate: int = 0
    """Which tempo candidate to take: 0 steady metre, 1 steady tempo, 2 another tempo."""

    def __post_init__(self) -> None:
        if self.end - self.start < SAMPLE_RATE:
            raise ScoreError(f'cue "{self.name}" is shorter than a second; leave it out or join it to another')
        for hit in self.hits:
            if not self.start <= hit.sample <= self.end:
                raise ScoreError(
                    f'hit "{hit.label}" at {hit.sample / SAMPLE_RATE:.2f} s lies outside cue "{self.name}" '
                    f"({self.start / SAMPLE_RATE:.2f} to {self.end / SAMPLE_RATE:.2f} s)"
                )
        for role in self.voices:
            _allow(role, ROLES, f'role of a voice in cue "{self.name}"')
        if not set(self.voices) & {"lead", "pad"}:
            raise ScoreError(f'cue "{self.name}" has neither a lead nor a pad to play it')
        for role in self.players.values():
            _allow(role, sorted(self.voices), f'voice of cue "{self.name}"')
        _allow(self.ending, ENDINGS, f'ending of cue "{self.name}"')
        known = {motif.name for motif in self.motifs}
        for appearance in self.appearances:
            _allow(appearance.motif, sorted(known), f'motif of cue "{self.name}"')
            _allow(appearance.form, FORMS, f'form of a statement in cue "{self.name}"')

    def motif(self, name: str) -> Motif:
        """The motif of this name."""
        return next(motif for motif in self.motifs if motif.name == name)


def _allow(name: str, allowed: tuple[str, ...] | list[str], what: str) -> None:
    if name not in allowed:
        raise ScoreError(f'"{name}" is no {what}; allowed: {", ".join(allowed) or "none is given"}')


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoReport:
    """What a tempo map says for itself."""

    candidate: str
    hits: tuple[HitReport, ...]
    largest_step: float
    """Largest change of beat length between neighbouring beats, as a ratio: 0.03 is 3 %."""
    tempo_range: float
    """Fastest over slowest beat, less 1."""
    bars: int
    odd_bars: int
    """Bars that are not of the home metre."""
    fixed_tempo_share: float
    """Share of strong hits that the best single tempo puts on downbeats, for comparison."""
    given_up: tuple[str, ...] = ()
    """What had to be given up, in the order in which it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CueScore:
    """The score of one cue."""

    music: MusicCue
    parts: dict[str, tuple[Note, ...]]
    """Notes by role, in order; `Note.start` is relative to the cue's start, and negative where an instrument that
    is slow to speak begins before it."""
    statements: tuple[Statement, ...]
    report: TempoReport
    tension: tuple[float, ...] = ()
    """Tension of each bar."""
    chords: tuple[str, ...] = field(default=())
    """Chord of each bar, for a person."""
