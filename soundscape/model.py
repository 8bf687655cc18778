"""The data of every stage, frozen: Timeline → Plan → measurements. No behaviour lives here.

Times in a `Timeline` are whole frames counted from 00:00:00:00; times in a `Plan` are samples counted from
the start of the programme. Every class can be written to JSON and read back (`soundscape.serial`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from soundscape.params import ParamValue
from soundscape.timecode import Rate

SAMPLE_RATE = 48_000
"""Sample rate of everything that is made, in Hz."""

BUSES = ("dialogue", "music", "effects", "ambience")
"""The stems, in the order in which a mixer names them."""


# ---------------------------------------------------------------- timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """How a shot begins: over `frames` frames, the first of which is the shot's first."""

    kind: str = "cut"
    """`cut`, `dissolve`, `wipe`, `key` or `morph`."""
    frames: int = 0
    detail: str = ""
    """What the file says of it, e.g. `W001`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HitPoint:
    """A moment of the picture that the sound must meet."""

    frame: int
    label: str
    """What happens, in the words of the file."""
    strength: str = "strong"
    """`strong` or `soft`."""
    frames: int = 0
    """Length of a ranged marker; 0 is a point."""
    colour: str = ""
    kind: str = ""
    """What the file calls it: `marker`, `chapter`, `comment` ..."""
    note: str = ""
    """What the file says beyond the label."""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One shot of the cut."""

    label: str
    start: int
    end: int
    """First frame after the shot."""
    scene: str = ""
    place: str = ""
    description: str = ""
    mood: str = ""
    intensity: float | None = None
    """0 to 1, or unknown."""
    owners: tuple[str, ...] = ()
    """Characters and objects in the shot: the owners of motifs."""
    sounds: tuple[str, ...] = ()
    """Sounds asked for, in the words of the file."""
    movement: str = ""
    source: str = ""
    """Clip or reel name."""
    source_start: int | None = None
    """Frame of the source that the shot begins with, where the file says it."""
    track: int = 1
    """Picture track, counted from 1 at the bottom."""
    transition: Transition = field(default_factory=Transition)
    extra: tuple[tuple[str, str], ...] = ()
    """What the file says beyond these fields: (name, value)."""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A line of narration or a subtitle."""

    start: int
    end: int
    text: str
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A cut: shots in order of time, with the moments that matter."""

    title: str
    rate: Rate
    start: int
    """Timecode of the programme's first frame, which is not always the first shot's."""
    shots: tuple[Shot, ...]
    hits: tuple[HitPoint, ...] = ()
    narration: tuple[Cue, ...] = ()
    stop: int | None = None
    """First frame after the programme, where the file says more of it than its last shot."""

    @property
    def end(self) -> int:
        """First frame after the programme."""
        last = max((shot.end for shot in self.shots), default=self.start)
        return last if self.stop is None else max(last, self.stop)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """Something about an input that its owner should know; the input was usable all the same."""

    message: str
    path: str = ""
    line: int = 0
    severity: str = "warning"
    """`warning`, or `info` for a decision that was taken by a rule."""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.message}" if place else self.message


# ---------------------------------------------------------------- score


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One note for one instrument; times are samples from the start of its `Sound`."""

    start: int
    length: int
    pitch: float
    """MIDI pitch."""
    velocity: float
    """0 to 1."""
    beat: float = 0.0
    """Where it is written: quarter notes from the first beat of its cue."""
    beats: float = 0.0
    """Quarter notes it is written to last; 0 for a note that is not written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """One beat of a tempo map."""

    sample: int
    """From the start of the programme."""
    bar: int
    """Counted from 1 within the cue."""
    beat: int
    """Counted from 1 within the bar; 1 is the downbeat."""
    share: float = 1.0
    """Quarter notes that it lasts: 0.5 where a bar ends with half a beat."""
    held: bool = False
    """A fermata: it lasts as long as the picture asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MusicBar:
    """One bar of a cue."""

    number: int
    """Counted from 1."""
    sample: int
    """From the start of the programme."""
    beats: float
    """Quarter notes."""
    section: int
    """Counted from 0; one begins with the cue and on every strong hit."""
    tension: float
    chord: str
    """`Dm`, `Eb`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HitReport:
    """What became of one hit of a cue."""

    label: str
    sample: int
    """Where the picture has it."""
    strength: str
    landed: int
    """Sample of the nearest downbeat (strong) or beat (soft)."""
    frames_off: float
    """Positive is music late."""
    bar: int
    beat: int
    verdict: str
    """`hit` inside the window, `near` within twice the window, or `miss`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A motif as it is heard."""

    motif: str
    form: str
    role: str
    start: int
    end: int
    bar: int
    complete: bool
    key: str
    asked: int
    """Where its owner appears."""


# ---------------------------------------------------------------- plan

Curve = tuple[tuple[int, float], ...]
"""Breakpoints (sample from the start of the sound, value); straight lines between, held outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """One sound-maker in one cue: what, where, how, with which seed, and why."""

    name: str
    """Unique in the plan, and independent of time: `ambience/dunes/1/desert-wind`."""
    kind: str
    """Folder of the unit: `layers`, `hits` or `instruments`."""
    unit: str
    preset: str
    params: dict[str, ParamValue]
    seed: int
    at: int
    """Sample of its first frame, or, for a hit, of its sync point."""
    length: int
    """Samples; a hit and the last notes ring on beyond it."""
    bus: str
    scene: str = ""
    """The scene and the place it belongs to."""
    place: str = ""
    cue: str = ""
    """Name of the `MusicCue` that it plays in."""
    skip: int = 0
    """Samples of the performance that are left out before the first: a place that returns goes on."""
    curves: dict[str, Curve] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    gain_db: float = 0.0
    calibration_db: float = 0.0
    """Brings the preset to its reference loudness."""
    level_db: Curve = ()
    """Automation that the mix applies; empty is 0 dB throughout."""
    pan: float = 0.0
    """-1 left to 1 right, constant power."""
    pans: Curve = ()
    """Movement that is added to `pan`."""
    widths: Curve = ()
    """Stereo width over time: 0 mono, 1 as rendered."""
    fade_in: int = 0
    """Samples, equal-power."""
    fade_out: int = 0
    space: str = ""
    """Name of the `Room` it sounds in; empty for none."""
    send_db: float = 0.0
    why: str = ""
    """What chose it, for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A space in which sounds sound: its unit and parameters."""

    unit: str
    params: dict[str, ParamValue]
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A piece of narration laid into the programme."""

    name: str
    path: str
    at: int
    length: int = 0
    """Samples at `SAMPLE_RATE`."""
    gain_db: float = 0.0
    calibration_db: float = 0.0
    """Brings the recording to the dialogue anchor."""
    level_db: Curve = ()
    scene: str = ""
    speech: tuple[tuple[int, int], ...] = ()
    """Samples from and to in which somebody speaks; empty: found by listening."""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ducking:
    """How the other buses make room while someone speaks; see `soundscape.mix.ducking`."""

    music_lu: float = 10.0
    """Speech must be at least this much louder than the music under it (Torcoli et al., JAES 67, 2019)."""
    ambience_lu: float = 15.0
    effects_lu: float = 8.0
    attack_s: float = 0.25
    """The fall ends where the speech begins."""
    hold_s: float = 1.5
    """Pauses shorter than this change nothing: there is no time to come back in them, only to sway."""
    release_s: float = 1.2
    deepest_db: float = 18.0
    """No bus is ever taken down by more."""
    clarity_db: float = 6.0
    """Speech over background between 1 and 4 kHz in the worst twentieth of seconds."""
    deepest_dip_db: float = 8.0
    """At 2 kHz; the whole band falls by about half of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A named moment of the programme: a shot, or a hit with the sample it must land on."""

    name: str
    sample: int
    timecode: str
    kind: str
    """`shot`, `strong` or `soft`."""
    sound: str = ""
    """Name of the `Sound` that lands there, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MusicCue:
    """The tempo map of one cue and what it says for itself."""

    name: str
    at: int
    length: int
    bpm: float
    beats_per_bar: int
    key: str
    mode: str
    beats: tuple[Beat, ...]
    why: str = ""
    bars: tuple[MusicBar, ...] = ()
    hits: tuple[HitReport, ...] = ()
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Morph:
    """A stretch in which the sounds of one place on a bus become those of the next; see `soundscape.mix.morph`."""

    name: str
    bus: str
    at: int
    length: int
    out: tuple[str, ...]
    """Names of the sounds that end with it."""
    into: tuple[str, ...]
    """Names of the sounds that begin with it."""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterGain:
    """What a master did to a programme, for a later one to do the same."""

    gain_db: float
    ceiling_dbtp: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The record of a soundtrack: with the program's version it makes the same audio again."""

    title: str
    version: str
    seed: int
    rate: Rate
    start: int
    """Timecode of the first frame."""
    length: int
    """Samples of the programme."""
    target: str
    sounds: tuple[Sound, ...]
    rooms: dict[str, Room] = field(default_factory=dict)
    music: tuple[MusicCue, ...] = ()
    narration: tuple[Clip, ...] = ()
    ducking: Ducking | None = None
    """None: nothing makes room."""
    marks: tuple[Mark, ...] = ()
    bus_gains_db: dict[str, float] = field(default_factory=dict)
    bus_levels_db: dict[str, Curve] = field(default_factory=dict)
    """Bus → automation of its fader, from the start of the programme."""
    morphs: tuple[Morph, ...] = ()
    language: str = ""
    """Of the narration, where there are several."""
    layout: str = "stereo"
    """`stereo` or `5.1`."""
    lfe_db: float | None = None
    """Level of the lows of the effects in the LFE of a 5.1 mix; None leaves it silent."""
    stems: tuple[str, ...] = ()
    """Stems besides the buses; see `soundscape.mix.tracks`."""
    also: tuple[str, ...] = ()
    """Further mixes besides the programme."""
    draft: bool = False
    """Whether sounds are rendered at half rate and rooms are cut short, for a fast look."""
    master: MasterGain | None = None
    """Of an earlier run, to be held while it meets the target; None: found anew."""
    diagnostics: tuple[Diagnostic, ...] = ()


MUTE_DB = -120.0
"""Level at which automation is silence, not merely quiet."""


# ---------------------------------------------------------------- measurements


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    """What a loudness meter says of one signal; None where the standard defines no value."""

    integrated_lufs: float | None
    true_peak_dbtp: float | None
    sample_peak_dbfs: float | None
    loudness_range_lu: float | None
    max_momentary_lufs: float | None
    max_short_term_lufs: float | None
    duration_s: float
    sample_rate: int
    channels: int
    dialogue_lufs: float | None = None
    """While somebody speaks; None when that is not known."""
    leq_m_db: float | None = None
    """Of cinema trailers (ISO 21727), in dB; None when it was not measured."""
    leq_a_db: float | None = None
