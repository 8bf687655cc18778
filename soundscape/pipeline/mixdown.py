"""From rendered parts to mastered files: mix, room for speech, layout, master, stems, further mixes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from soundscape.model import BUSES, Plan
from soundscape.progress import Progress

if TYPE_CHECKING:
    from soundscape.audio import Audio
    from soundscape.deliver.stems import NullReceipt, StemFile
    from soundscape.mastering.chain import Fit
    from soundscape.mix.ducking import Passage
    from soundscape.mix.store import Listener, StemStore
    from soundscape.mix.tracks import Track
    from soundscape.parts import Part

SUMS = {"m-and-e": tuple(bus for bus in BUSES if bus != "dialogue"), "dialogue-only": ("dialogue",)}
"""Mixes that are sums of the stems as they stand in the programme."""
OPEN_MIXES = {"narration-free": SUMS["m-and-e"], "music-only": ("music",)}
"""Mixes as if nobody spoke, each brought to the target for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixdown:
    """What is delivered of a plan, mastered and measured."""

    files: tuple[StemFile, ...]
    """Programme, stems and further mixes, as far as they were wanted."""
    fitted: Fit
    null: NullReceipt
    finer: dict[str, NullReceipt]
    """Kind of the stems besides the buses → their receipt."""
    passages: tuple[Passage, ...]
    """Speech, and the room that was made for it."""


def mix_down(
    plan: Plan,
    parts: Mapping[str, Part],
    out: Path,
    work: Path,
    progress: Progress,
    *,
    only: Sequence[str] = (),
    stretch: tuple[int, int] | None = None,
) -> Mixdown:
    """Mix, master and write a plan.

    Parameters
    ----------
    plan : Plan
        What sounds, and which stems and mixes are wanted.
    parts : mapping of str to Part
        The part of every sound and clip, by its name.
    out, work : Path
        Folder of the files, and an empty one for what lies between.
    only : sequence of str
        Buses or `programme`: of these no others are written.
    stretch : (int, int), optional
        Samples that are written, from and to. They are those of the whole, for all of it is mixed and mastered.
    """
    from soundscape.audio import BLOCK
    from soundscape.deliver.stems import stem_path, write_programme, write_stems
    from soundscape.mastering.chain import fit, gain_curve
    from soundscape.mastering.holding import held
    from soundscape.mastering.target import load_target
    from soundscape.metering.meter import Meter
    from soundscape.mix.mixer import mix
    from soundscape.mix.surround import CHANNELS
    from soundscape.mix.tracks import Track, buses_of, tracks_of
    from soundscape.model import SAMPLE_RATE

    target, blocks = load_target(plan.target), -(-plan.length // BLOCK)
    buses = {bus: Track(name=bus, bus=bus) for bus in buses_of(plan)}
    desk = _Desk(plan, work, progress)
    progress.stage("mix", blocks)
    opened = desk.store("mix", buses)
    cinema = target.max_leq_m_db is not None
    meter = Meter(SAMPLE_RATE, opened.channels, cinema=cinema)
    last = Meter(SAMPLE_RATE, CHANNELS[plan.layout], plan.layout, cinema=cinema)

    def hear(stems: Mapping[str, Audio], programme: Audio) -> None:
        meter.push(programme)
        desk.hear(stems)

    opened.fill(mix(plan, parts), done=progress.step, heard=hear)
    desk.decide()
    store = desk.finished("stems", opened, buses, heard=lambda _, programme: last.push(programme))

    progress.stage("measure", 1)
    fitted = fit(
        store.programme,
        SAMPLE_RATE,
        target,
        layout=plan.layout,
        dialogue=desk.speech,
        measured=meter if store is opened else last,
    )
    if plan.master is not None:
        fitted = held(store.programme, SAMPLE_RATE, fitted, plan.master, layout=plan.layout)
    progress.stage("master", blocks)
    wanted = {name: [bus for bus in SUMS[name] if bus in buses] for name in plan.also if name in SUMS}
    files, null = write_stems(
        store,
        gain_curve(store.programme, SAMPLE_RATE, fitted),
        plan,
        out,
        mixes=wanted,
        only=only,
        stretch=stretch,
        done=progress.step,
    )
    finer: dict[str, NullReceipt] = {}
    for kind in plan.stems:
        progress.stage(kind, 2 * blocks)
        tracks = tracks_of(plan, kind)
        split = {track.name: track for track in tracks.values()}
        raw = desk.store(f"{kind}-mix", split)
        raw.fill(mix(plan, parts, tracks), done=progress.step)
        made = desk.finished(kind, raw, split)
        (out / kind).mkdir(exist_ok=True)
        gains = gain_curve(store.programme, SAMPLE_RATE, fitted)
        more, finer[kind] = write_stems(
            store, gains, plan, out / kind, finer=made, stretch=stretch, done=progress.step
        )
        files += more
    for name in (name for name in plan.also if name in OPEN_MIXES):
        progress.stage(name, 1)
        free = desk.finished(name, opened, {bus: buses[bus] for bus in OPEN_MIXES[name]}, ducked=False)
        own = fit(free.programme, SAMPLE_RATE, replace(target, gate="programme"), layout=plan.layout)
        gains = gain_curve(free.programme, SAMPLE_RATE, own)
        path = stem_path(out, plan, name, stretch=stretch)
        files += (
            write_programme(
                free.programme(), gains, plan, path, name=name, channels=free.channels, stretch=stretch
            ),
        )
    return Mixdown(files=files, fitted=fitted, null=null, finer=finer, passages=desk.passages)


class _Desk:
    """What all stems of a plan have in common: the room that is made for speech, and the layout."""

    def __init__(self, plan: Plan, work: Path, progress: Progress) -> None:
        from soundscape.mix.ducking import DuckAnalysis
        from soundscape.mix.tracks import buses_of

        self._plan, self._work, self._progress = plan, work, progress
        self._analysis = DuckAnalysis(buses_of(plan)) if plan.narration else None
        self.passages: tuple[Passage, ...] = ()
        self.speech: tuple[tuple[int, int], ...] | None = None
        """Frames in which somebody speaks; None without narration."""

    def store(self, name: str, tracks: Mapping[str, Track], *, channels: int = 2) -> StemStore:
        from soundscape.mix.store import StemStore
        from soundscape.mix.tracks import ordered

        folder = self._work / name
        folder.mkdir()
        return StemStore(folder, tuple(track.name for track in ordered(tracks)), channels=channels)

    def hear(self, stems: Mapping[str, Audio]) -> None:
        """Take the next block of the stems of the buses."""
        if self._analysis is not None:
            self._analysis.push(stems)

    def decide(self) -> None:
        """Find speech in what was heard, and decide what room it needs."""
        from soundscape.mix.ducking import regions

        if self._analysis is None:
            return
        self.speech = regions(self._analysis.speech(self._plan.narration))
        if self._plan.ducking is not None:
            self.passages = self._analysis.passages(self._plan.ducking, self._plan.narration)

    def finished(
        self,
        name: str,
        stems: StemStore,
        tracks: Mapping[str, Track],
        *,
        ducked: bool = True,
        heard: Listener | None = None,
    ) -> StemStore:
        """Stems with room made for speech, in the layout of the plan; those that need neither are given back."""
        from soundscape.mix.ducking import duck
        from soundscape.mix.surround import CHANNELS, spread

        buses = {track.name: track.bus for track in tracks.values()}
        lowered: Iterator[Mapping[str, Audio]] = ({name: block[name] for name in buses} for block in stems.blocks())
        settings, channels = self._plan.ducking, CHANNELS[self._plan.layout]
        if (not self.passages or not ducked) and channels == 2 and len(buses) == len(stems.buses):
            return stems
        made = self.store(name, tracks, channels=channels)
        if settings is not None and ducked:
            lowered = duck(lowered, self.passages, settings, self._plan.length, buses=buses)
        laid = lowered if channels == 2 else spread(lowered, buses, lfe_db=self._plan.lfe_db)
        made.fill(laid, done=lambda: None, heard=heard)
        return made
