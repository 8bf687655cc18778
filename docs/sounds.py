"""Make the pages of every unit that sounds, and the gallery of them all, from the code and the presets.

    python docs/sounds.py                     the text of all pages
    python docs/sounds.py --pictures          and every picture, rendered anew
    python docs/sounds.py --pictures wind     and the pictures of these units

A page says what its module says of itself: docstring, parameters, presets. A test holds the pages against the code.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from soundscape.params import params_of
from soundscape.registry import Preset, all_presets, unit, units

DOCS = Path(__file__).parent
PICTURES = DOCS / "pictures" / "sounds"
KINDS = {
    "layers": "Continuous beds: they last as long as the scene, follow its curves and never repeat.",
    "hits": "One-shots, each with the moment that lands on the marker.",
    "instruments": "Voices of the score.",
    "spaces": "Rooms, caves and open country as impulse responses; pictured is a blow on stone, then a phrase.",
}
SECONDS = {"layers": 20.0, "hits": 6.0, "instruments": 5.0, "spaces": 9.0}
"""How much of a preset a picture shows."""
WIDTH, ROWS = 720, 170
EVERY_HIT, EVERY_LAYER = ("size", "distance", "intensity"), ("intensity", "brightness")
SYNCS = {"onset": "its onset", "peak": "its loudest moment", "end": "its end"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A unit with its presets."""

    kind: str
    name: str
    module: ModuleType
    presets: tuple[Preset, ...]

    @property
    def title(self) -> str:
        """Its name as words."""
        return self.name.replace("_", " ").capitalize()

    @property
    def paragraphs(self) -> list[str]:
        """The module's docstring."""
        lines = [line.strip() for line in (self.module.__doc__ or "").strip().splitlines()]
        return "\n".join(lines).split("\n\n")

    @property
    def shown(self) -> Preset:
        """The preset that the picture shows: the nearest to the unit's defaults."""
        return min(self.presets, key=lambda preset: (len(preset.params), preset.name))

    @property
    def picture(self) -> Path:
        """Where its picture lies."""
        return PICTURES / f"{self.kind}-{self.name}.svg"

    @property
    def page(self) -> Path:
        """Where its page lies."""
        return DOCS / "reference" / self.kind / f"{self.name}.md"


def subjects() -> list[Subject]:
    """Every unit that has a preset, by kind and name."""
    presets = all_presets()
    found = []
    for kind in KINDS:
        for name in units(kind):
            own = tuple(preset for preset in presets if (preset.kind, preset.unit) == (kind, name))
            if own:
                found.append(Subject(kind=kind, name=name, module=unit(kind, name), presets=own))
    return found


def pages() -> Iterator[tuple[Path, str]]:
    """Every page that is made, with its text."""
    found = subjects()
    for subject in found:
        yield subject.page, "\n".join(_page(subject)) + "\n"
    yield DOCS / "guide" / "sounds.md", "\n".join(_gallery(found)) + "\n"


def _page(subject: Subject) -> Iterator[str]:
    yield f"# {subject.title}"
    yield ""
    for paragraph in subject.paragraphs:
        yield paragraph
        yield ""
    yield f"![Waveform and spectrogram of {subject.shown.name}](../../pictures/sounds/{subject.picture.name})"
    yield ""
    yield from _facts(subject)
    yield ""
    yield "## Parameters"
    yield ""
    yield "| parameter | default | allowed | what it does |"
    yield "|---|---|---|---|"
    for param in params_of(subject.module.Params):
        default = str(param.default).lower() if isinstance(param.default, bool) else param.default
        default = f"{default:g}" if isinstance(default, float) else default
        yield f"| `{param.name}` | {default} | {param.allowed} | {param.help} |"
    yield ""
    yield "## Presets"
    yield ""
    yield "| preset | title | words of a shot list that ask for it | differs from the defaults in |"
    yield "|---|---|---|---|"
    for preset in subject.presets:
        changes = ", ".join(f"{name} {_value(value)}" for name, value in preset.params.items())
        yield f"| `{preset.name}` | {preset.title} | {', '.join(preset.words)} | {changes} |"
    yield ""
    yield f"Hear one: `soundscape audition {subject.shown.name}`"


def _facts(subject: Subject) -> Iterator[str]:
    """What the mix and the plan know of a unit."""
    module = subject.module
    if subject.kind == "layers":
        yield f"Bus: {module.BUS}. Follows: {', '.join(module.CONTROLS)}."
    elif subject.kind == "hits":
        yield f"Bus: {module.BUS}. Lands on the marker with {SYNCS.get(module.SYNC, module.SYNC)}."
    elif subject.kind == "instruments":
        low, high = module.RANGE
        yield f"Range: MIDI notes {low} to {high}."
    else:
        yield "Every source of a place is sent to its one space."


def _value(value: object) -> str:
    return (
        f"{value:g}" if isinstance(value, float) else str(value).lower() if isinstance(value, bool) else str(value)
    )


def _gallery(found: list[Subject]) -> Iterator[str]:
    yield "# Sounds"
    yield ""
    yield (
        "Every sound-maker with a picture: the waveform above, below it thirty hertz to twenty kilohertz on a "
        "logarithmic axis, dark to bright over 80 dB. Behind each name are its parameters and presets; "
        "`soundscape audition NAME` plays one, `soundscape presets WORDS` finds one."
    )
    for kind, what in KINDS.items():
        yield ""
        yield f"## {kind.capitalize()}"
        yield ""
        yield what
        yield from _offered([subject for subject in found if subject.kind == kind])
        for subject in found:
            if subject.kind == kind:
                yield ""
                yield f"### [{subject.title}](../reference/{kind}/{subject.name}.md)"
                yield ""
                yield subject.paragraphs[0].replace("\n", " ")
                yield f"Presets: {', '.join(f'`{preset.name}`' for preset in subject.presets)}."
                yield ""
                yield f"![{subject.shown.title}](../pictures/sounds/{subject.picture.name})"


def _offered(found: list[Subject]) -> Iterator[str]:
    """What each of a kind can be told, in a table."""
    kind = found[0].kind
    if kind == "hits":
        yield ""
        yield (
            "All take `size`, `distance` and `intensity`, and the `wetness` of the mix. What is made of something "
            "takes a `material`; what is a gesture of air, blood or voices has none, and is shaped by what stands "
            "in its place."
        )
        yield ""
        yield "| hit | lands with | `material` | besides |"
        yield "|---|---|---|---|"
        for subject in found:
            params = {param.name: param for param in params_of(subject.module.Params)}
            made_of = ", ".join(params["material"].options) if "material" in params else "–"
            besides = ", ".join(f"`{name}`" for name in params if name not in ("material", *EVERY_HIT))
            yield f"| {subject.title} | {SYNCS[subject.module.SYNC]} | {made_of} | {besides} |"
    elif kind == "layers":
        yield ""
        yield (
            "All follow `intensity` and `brightness` as curves, and all are taken away by `distance`, behind `walls`, "
            "along by `speed` and into their space by `wetness`, which are applied to every layer alike. The size of "
            "what sounds is a parameter: `size`, or where a thing has a plainer measure, that: the length of a cave, "
            "the tract of a creature, the grain of a dune, the weight of who walks, the radius of bubbles."
        )
        yield ""
        yield "| layer | follows besides | size |"
        yield "|---|---|---|"
        for subject in found:
            follows = ", ".join(f"`{name}`" for name in subject.module.CONTROLS if name not in EVERY_LAYER)
            sized = "`size`" if any(param.name == "size" for param in params_of(subject.module.Params)) else "–"
            yield f"| {subject.title} | {follows or '–'} | {sized} |"


def draw(subject: Subject, folder: Path) -> None:
    """Render a preset of a unit as a film would hear it, and picture it."""
    import numpy as np

    from soundscape import audition
    from soundscape.audio import AudioFile
    from soundscape.deliver.picture import spectrogram_svg

    made = audition(f"{subject.kind}/{subject.shown.name}", out=folder, seconds=SECONDS[subject.kind])
    with AudioFile(made.path) as file:
        audio = np.concatenate(list(file.blocks()), axis=1)
        rate = file.info.sample_rate
    audio *= 0.95 / max(float(np.abs(audio).max()), 1e-9)
    title = f"{subject.shown.name} – {subject.shown.title}"
    subject.picture.parent.mkdir(parents=True, exist_ok=True)
    subject.picture.write_text(spectrogram_svg(audio, rate, title=title, width=WIDTH, rows=ROWS))


def main(arguments: list[str]) -> None:
    """Write the pages and, when asked, the pictures."""
    import tempfile

    wanted = {name for name in arguments if not name.startswith("-")}
    if "--pictures" in arguments:
        with tempfile.TemporaryDirectory() as folder:
            for subject in subjects():
                if not wanted or subject.name in wanted:
                    draw(subject, Path(folder))
                    print(subject.picture.relative_to(DOCS))
    for path, text in pages():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
