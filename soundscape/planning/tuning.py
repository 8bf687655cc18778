"""Tuning: what the pitched sounds of a place take from the score, its key and the motif that the place remembers.

A unit says by `follows` which of its parameters do so (`soundscape.params`). What a palette says of them goes before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from soundscape.film import Film
from soundscape.params import Param, ParamValue, params_of
from soundscape.planning.cues import WantedCue
from soundscape.planning.places import Stay
from soundscape.planning.words import found_words, shot_text
from soundscape.registry import Preset, unit
from soundscape.score.motif import Motif
from soundscape.score.notation import motif_text
from soundscape.score.pitch import MODES, Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """The key and the motif that a sound can take up."""

    key: Key
    motif: Motif | None = None

    def of(self, preset: Preset) -> dict[str, ParamValue]:
        """The parameters of a preset that follow the score, with the values that they take from it.

        A tonic is the one nearest to the preset's note. Where a preset names no mode, but fifths or free pitches,
        that stays.
        """
        taken: dict[str, ParamValue] = {}
        for param in params_of(unit(preset.kind, preset.unit).Params):
            value = preset.params.get(param.name, param.default)
            if param.follows == "tonic":
                taken[param.name] = self._tonic(param, value)
            elif param.follows == "mode" and value in MODES:
                taken[param.name] = self.key.mode
            elif param.follows == "motif" and self.motif:
                taken[param.name] = motif_text(self.motif.moved(self.key))
        return taken

    def _tonic(self, param: Param, value: ParamValue) -> int:
        notes = [note for note in range(128) if note % 12 == self.key.tonic and param.low <= note <= param.high]
        return min(notes, key=lambda note: abs(note - float(value)))

    def why(self, preset: Preset) -> str:
        """What a preset takes from the score, for a person; empty if nothing."""
        taken = {param.follows for param in params_of(unit(preset.kind, preset.unit).Params)}
        words = [f"in {self.key.name}"] if "tonic" in taken else []
        if self.motif and "motif" in taken:
            words.append(f'remembers the motif "{self.motif.name}"')
        return "".join(f"; {word}" for word in words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tunings:
    """What there is to take up in a film: the keys of its cues, the motifs of whoever is seen at its places."""

    film: Film
    stays: Sequence[Stay]
    cues: Sequence[WantedCue]

    def at(self, stay: Stay, start: int, end: int) -> Tuning:
        """The key that is heard longest from one sample to another during a stay, and the motif of its place.

        Where there is no music, the key is the one that it would have.
        """
        heard: Counter[Key] = Counter()
        for request in (cue.request for cue in self.cues):
            if (overlap := min(end, request.end) - max(start, request.start)) > 0:
                heard[request.brief.tonality] += overlap
        return Tuning(
            key=heard.most_common(1)[0][0] if heard else self._silent(stay), motif=self._motif(stay.place)
        )

    def _silent(self, stay: Stay) -> Key:
        brief, music = self.film.brief(stay.shots[0].scene), stay.palette.music
        return Key.parse(brief.key or music.key, brief.mode or music.mode)

    def _motif(self, place: str) -> Motif | None:
        """The motif that the film gives a place, or of those whose owners are seen there the one seen longest."""
        motifs = self.cues[0].request.motifs if self.cues else ()
        given = self.film.places[place].motif if place in self.film.places else ""
        seen: Counter[str] = Counter({given: 1}) if given else Counter()
        for shot in (shot for stay in self.stays if stay.place == place and not given for shot in stay.shots):
            for motif in motifs:
                if found_words(motif.owners, shot_text(shot)):
                    seen[motif.name] += shot.end - shot.start
        return max(
            (motif for motif in motifs if seen[motif.name]), key=lambda motif: seen[motif.name], default=None
        )
