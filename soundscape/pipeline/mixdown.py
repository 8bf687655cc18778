"""From rendered parts to mastered files: mix, room for speech, layout, master, stems, further mixes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from soundscape.model import BUSES, Plan
from soundscape.progress import Progress

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from soundscape.audio import Audio
    from soundscape.deliver.stems import NullReceipt, StemFile
    from soundscape.mastering.chain import Fit
    from soundscape.mastering.target import Target
    from soundscape.metering.meter import Meter
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
    from soundscape.deliver.stems import write_stems
    from soundscape.mastering.target import load_target

    target, blocks = load_target(plan.target), -(-plan.length // BLOCK)
    desk = _Desk(plan, parts, work, progress)
    progress.stage("mix", blocks)
    store, meter = desk.mixed(target)
    progress.stage("measure", 1)
    fitted = _fitted(plan, store, target, dialogue=desk.speech, measured=meter)
    progress.stage("master", blocks)
    files, null = write_stems(
        store,
        _gains(store, fitted),
        plan,
        out,
        mixes={name: [bus for bus in SUMS[name] if bus in desk.buses] for name in plan.also if name in SUMS},
        only=only,
        stretch=stretch,
        done=progress.step,
    )
    finer: dict[str, NullReceipt] = {}
    for kind in plan.stems:
        progress.stage(kind, 2 * blocks)
        made = desk.finer(kind)
        (out / kind).mkdir(exist_ok=True)
        more, finer[kind] = write_stems(
            store, _gains(store, fitted), plan, out / kind, finer=made, stretch=stretch, done=progress.step
        )
        files += more
    for name in (name for name in plan.also if name in OPEN_MIXES):
        progress.stage(name, 1)
        files += (_open_mix(plan, desk.unspoken(name), target, out, name, stretch),)
    return Mixdown(files=files, fitted=fitted, null=null, finer=finer, passages=desk.passages)


def _fitted(
    plan: Plan, store: StemStore, target: Target, *, dialogue: tuple[tuple[int, int], ...] | None, measured: Meter
) -> Fit:
    """What brings the programme to its target; held at an earlier gain where the plan has one."""
    from soundscape.mastering.chain import fit
    from soundscape.mastering.holding import held
    from soundscape.model import SAMPLE_RATE

    fitted = fit(store.programme, SAMPLE_RATE, target, layout=plan.layout, dialogue=dialogue, measured=measured)
    if plan.master is None:
        return fitted
    return held(store.programme, SAMPLE_RATE, fitted, plan.master, layout=plan.layout)


def _gains(store: StemStore, fitted: Fit) -> Iterator[npt.NDArray[np.float32]]:
    """The master's gain curve, block by block."""
    from soundscape.mastering.chain import gain_curve
    from soundscape.model import SAMPLE_RATE

    return gain_curve(store.programme, SAMPLE_RATE, fitted)


def _open_mix(
    plan: Plan, store: StemStore, target: Target, out: Path, name: str, stretch: tuple[int, int] | None
) -> StemFile:
    """Write the sum of some stems, brought to the target for itself."""
    from soundscape.deliver.stems import stem_path, write_programme
    from soundscape.mastering.chain import fit
    from soundscape.model import SAMPLE_RATE

    own = fit(store.programme, SAMPLE_RATE, replace(target, gate="programme"), layout=plan.layout)
    path = stem_path(out, plan, name, stretch=stretch)
    return write_programme(
        store.programme(), _gains(store, own), plan, path, name=name, channels=store.channels, stretch=stretch
    )


class _Desk:
    """Mixes a plan: its stems with room made for speech, in its layout."""

    def __init__(self, plan: Plan, parts: Mapping[str, Part], work: Path, progress: Progress) -> None:
        from soundscape.mix.ducking import DuckAnalysis
        from soundscape.mix.tracks import Track, buses_of

        self._plan, self._parts, self._work, self._progress = plan, parts, work, progress
        self._analysis = DuckAnalysis(buses_of(plan)) if plan.narration else None
        self.buses = {bus: Track(name=bus, bus=bus) for bus in buses_of(plan)}
        self._opened = self._store("mix", self.buses)
        self.passages: tuple[Passage, ...] = ()
        self.speech: tuple[tuple[int, int], ...] | None = None
        """Frames in which somebody speaks; None without narration."""

    def mixed(self, target: Target) -> tuple[StemStore, Meter]:
        """The stems of the buses, and a meter of their sum."""
        from soundscape.metering.meter import Meter
        from soundscape.mix.mixer import mix
        from soundscape.mix.surround import CHANNELS
        from soundscape.model import SAMPLE_RATE

        cinema, layout = target.max_leq_m_db is not None, self._plan.layout
        first = Meter(SAMPLE_RATE, self._opened.channels, cinema=cinema)
        last = Meter(SAMPLE_RATE, CHANNELS[layout], layout, cinema=cinema)

        def hear(stems: Mapping[str, Audio], programme: Audio) -> None:
            first.push(programme)
            if self._analysis is not None:
                self._analysis.push(stems)

        self._opened.fill(mix(self._plan, self._parts), done=self._progress.step, heard=hear)
        self._decide()
        store = self._finished("stems", self._opened, self.buses, heard=lambda _, programme: last.push(programme))
        return store, first if store is self._opened else last

    def finer(self, kind: str) -> StemStore:
        """Stems of a kind that are finer than the buses."""
        from soundscape.mix.mixer import mix
        from soundscape.mix.tracks import tracks_of

        tracks = tracks_of(self._plan, kind)
        split = {track.name: track for track in tracks.values()}
        raw = self._store(f"{kind}-mix", split)
        raw.fill(mix(self._plan, self._parts, tracks), done=self._progress.step)
        return self._finished(kind, raw, split)

    def unspoken(self, name: str) -> StemStore:
        """The stems of an open mix as if nobody spoke."""
        buses = {bus: self.buses[bus] for bus in OPEN_MIXES[name]}
        return self._finished(name, self._opened, buses, ducked=False)

    def _store(self, name: str, tracks: Mapping[str, Track], *, channels: int = 2) -> StemStore:
        from soundscape.mix.store import StemStore
        from soundscape.mix.tracks import ordered

        folder = self._work / name
        folder.mkdir()
        return StemStore(folder, tuple(track.name for track in ordered(tracks)), channels=channels)

    def _decide(self) -> None:
        """Find speech in what was heard, and decide what room it needs."""
        from soundscape.mix.ducking import regions

        if self._analysis is None:
            return
        self.speech = regions(self._analysis.speech(self._plan.narration))
        if self._plan.ducking is not None:
            self.passages = self._analysis.passages(self._plan.ducking, self._plan.narration)

    def _finished(
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
        made = self._store(name, tracks, channels=channels)
        if settings is not None and ducked:
            lowered = duck(lowered, self.passages, settings, self._plan.length, buses=buses)
        laid = lowered if channels == 2 else spread(lowered, buses, lfe_db=self._plan.lfe_db)
        made.fill(laid, done=lambda: None, heard=heard)
        return made
