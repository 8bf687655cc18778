"""One file: measured, or brought to a target, written and verified.

An input is never changed, an output appears whole or not at all, and what is reported was measured on the file
that was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from soundscape.audio import Audio
from soundscape.errors import OutputError
from soundscape.mastering import journal
from soundscape.mastering.chain import ACCURACY_LU, Fit, fit
from soundscape.mastering.compliance import Check, checks
from soundscape.mastering.edits import Edited
from soundscape.mastering.formats import Format, format_of
from soundscape.mastering.health import Health, Inspector
from soundscape.mastering.result import Curve, FileResult, Measurement, Options
from soundscape.mastering.source import Source
from soundscape.mastering.target import Target
from soundscape.mastering.writing import left_behind, write_master
from soundscape.metering.dialogue import Regions, find_speech
from soundscape.metering.gating import SHORT_TERM_BINS, power_to_lufs, window_powers
from soundscape.metering.meter import Meter
from soundscape.model import Loudness
from soundscape.serial import from_json, to_json

OnStage = Callable[[Path, str, float], None]
"""Is told what is being done to which file, and how much of it is done, 0 to 1."""

Dialogue = Regions | Path | None
"""Frames in which somebody speaks, or the dialogue stem in which that is found."""

_MAX_ENCODINGS = 4
_MUCH_GAIN_DB = 20.0
_MUCH_LIMITING_SHARE = 0.02


@dataclass(slots=True)
class Hearing:
    """A sound that is read pass after pass while somebody is told how far it is."""

    sound: Edited
    on_stage: OnStage | None = None
    stage: str = ""

    def say(self, stage: str) -> None:
        """A pass begins."""
        self.stage = stage
        self._tell(0)

    def blocks(self) -> Iterator[Audio]:
        """The sound from its start."""
        position = 0
        for block in self.sound.blocks():
            yield block
            position += block.shape[1]
            self._tell(position)

    def hear(self, *, cinema: bool = False, inspector: Inspector | None = None) -> Meter:
        """What it measures, in one pass in which somebody may look at it, too."""
        info = self.sound.info
        meter = Meter(info.sample_rate, info.channels, self.sound.layout, cinema=cinema)
        for block in self.blocks():
            meter.push(block)
            if inspector is not None:
                inspector.push(block)
        return meter

    def inspect(self, *, cinema: bool = False) -> tuple[Meter, Health]:
        """What it measures, and whether it is sound."""
        inspector = Inspector(self.sound.info.sample_rate, self.sound.info.channels)
        return self.hear(cinema=cinema, inspector=inspector), inspector.result()

    def _tell(self, position: int) -> None:
        if self.on_stage is not None:
            self.on_stage(self.sound.path, self.stage, position / self.sound.info.frames)


def measure_file(path: Path | str, *, layout: str | None = None) -> Loudness:
    """Loudness of an audio file.

    Raises
    ------
    AudioError
        When it cannot be read, is empty or truncated, or holds samples that are not finite numbers.
    """
    with Source(path, layout=layout) as source:
        return _measured(source).result()


def inspect_file(path: Path | str, *, options: Options | None = None, dialogue: Dialogue = None) -> Measurement:
    """Loudness, its course, and the health of an audio file, in one pass; raises as `measure_file`."""
    options = options or Options()
    with Source(path, layout=options.layout, sanitize=options.sanitize) as source:
        sound = Edited(source, options.edits)
        meter, health = Hearing(sound).inspect(cinema=options.cinema)
        return Measurement(
            loudness=meter.result(dialogue=regions_of(dialogue, sound)),
            health=health,
            encoding=sound.info.subtype,
            short_term=_short_term(meter),
            notes=(*sound.notes, *health.warnings),
        )


def speech_in_file(path: Path | str) -> Regions:
    """Where a dialogue stem speaks, in its frames, for a target that is gated by dialogue."""
    with Source(path) as source:
        return find_speech(_measured(source).energies, source.info.sample_rate)


def master_file(
    path: Path | str,
    out_dir: Path | str,
    target: Target,
    *,
    name: str = "",
    options: Options | None = None,
    dialogue: Dialogue = None,
    on_stage: OnStage | None = None,
) -> FileResult:
    """Bring one file to a target, with the same rate and channels.

    Parameters
    ----------
    path : Path or str
        The file; it is only read.
    out_dir : Path or str
        An existing folder, not the one of the file if the name is the same.
    target : Target
        What to reach.
    name : str, optional
        Of the output; without it the input's, with the suffix of the format.
    options : Options, optional
        Format, word length, seed, layout, edits, whether to write at all.
    dialogue : sequence of (int, int), or Path, optional
        Frames of the file in which somebody speaks, or the dialogue stem that says so.
    on_stage : callable, optional
        Is told what is being done.

    Raises
    ------
    AudioError, OutputError, TargetError
        When the file cannot be read or written, or the target not be used on it.
    """
    path, options = Path(path), options or Options()
    form = format_of(path, options.format)
    output = _output(path, Path(out_dir), name or f"{path.stem}{form.suffix}")
    spoken = journal.fingerprint(dialogue) if isinstance(dialogue, Path) else ""
    digest = journal.settings_digest(target, replace(options, resume=True), dialogue, spoken)
    if (known := done_before(output, path, digest, options)) is not None:
        return known
    with Source(path, layout=options.layout, sanitize=options.sanitize) as source:
        hearing = Hearing(Edited(source, options.edits), on_stage)
        hearing.say("measure")
        regions = regions_of(dialogue, hearing.sound)
        meter, health = hearing.inspect(cinema=options.cinema or target.max_leq_m_db is not None)
        work = _Work(hearing, output, form, target, options, regions, health, _short_term(meter))
        asked, wanted_lufs = target, None
        for _ in range(_MAX_ENCODINGS):
            fitted = fit(
                hearing.blocks, hearing.sound.info.sample_rate, asked,
                layout=hearing.sound.layout, dialogue=regions, measured=meter, on_pass=hearing.say,
            )  # fmt: skip
            wanted_lufs = fitted.wanted_lufs if wanted_lufs is None else wanted_lufs
            result = work.finish(replace(fitted, target=target, wanted_lufs=wanted_lufs))
            corrected = _corrected(asked, result, wanted_lufs) if form.lossy else asked
            if corrected == asked:
                break
            asked = corrected
        if result.output and digest:
            journal.remember(output, path, digest, to_json(result))
        return result


def done_before(output: Path, path: Path, digest: str, options: Options) -> FileResult | None:
    """What an earlier run made of a file with these settings; None where that is to be done (again)."""
    if not options.resume or options.dry_run or options.measure_only:
        return None
    known = journal.recall(output, path, digest)
    return None if known is None else replace(from_json(FileResult, known), skipped=True)


def master_of_album(
    source: Source,
    output: Path,
    together: Fit,
    options: Options,
    dialogue: Dialogue,
    digest: str,
    on_stage: OnStage | None,
) -> FileResult:
    """One file of a set that was fitted together: `together` says gain and ceiling, `digest` what led to them."""
    hearing = Hearing(Edited(source, options.edits), on_stage)
    hearing.say("measure")
    regions = regions_of(dialogue, hearing.sound)
    meter, health = hearing.inspect(cinema=options.cinema)
    own = replace(
        together,
        before=meter.result(dialogue=regions),
        after=meter.result(gain_db=together.gain_db, dialogue=regions),
        notes=(*together.notes, "one gain for the whole set"),
    )
    form = format_of(source.path, options.format)
    output = _output(source.path, output.parent, output.name)
    work = _Work(
        hearing, output, form, together.target, options, regions, health, _short_term(meter), of_album=True
    )
    result = work.finish(own)
    if result.output:
        journal.remember(output, source.path, digest, to_json(result))
    return result


@dataclass(frozen=True, slots=True)
class _Work:
    """What is known of a file before its gain is."""

    hearing: Hearing
    output: Path
    form: Format
    target: Target
    options: Options
    regions: Regions | None
    health: Health
    curve: Curve
    of_album: bool = False

    def finish(self, fitted: Fit) -> FileResult:
        """Write and verify what was fitted; nothing is written in a dry run or by the policy `stop`."""
        sound, options = self.hearing.sound, self.options
        result = FileResult(
            path=sound.path,
            status=fitted.status,
            gain_db=fitted.gain_db,
            before=fitted.before,
            health=self.health,
            shortfall_lu=fitted.shortfall_lu,
            limiting=fitted.limiting,
            notes=(*fitted.notes, *sound.notes, *self.health.warnings),
            curve_before=self.curve,
        )
        if options.measure_only:
            has_value = fitted.status not in ("silent", "too short")
            return replace(
                result,
                status="measured" if has_value else fitted.status,
                gain_db=0.0,
                shortfall_lu=0.0,
                limiting=type(fitted.limiting)(),
                checks=self._checked(fitted, fitted.before),
            )
        stopped = fitted.status == "unreached" and fitted.target.unreachable == "stop"
        if options.dry_run or stopped:
            after = None if stopped else fitted.after
            return replace(result, after=after, checks=self._checked(fitted, fitted.after))
        self.hearing.say("write")
        clipped = write_master(sound, self.hearing.blocks, self.output, self.form, fitted, options)
        with Source(self.output, layout=sound.layout) as source:
            written = Hearing(Edited(source, type(options.edits)()), self.hearing.on_stage)
            written.sound.path = sound.path  # who listens knows the input
            written.say("verify")
            meter = written.hear(cinema=fitted.before.leq_m_db is not None)
        after = meter.result(dialogue=self.regions)
        return replace(
            result,
            output=self.output,
            after=after,
            checks=self._checked(fitted, after),
            notes=(*result.notes, *left_behind(sound, self.form), *_surprises(fitted, after, clipped, self.form)),
            curve_after=_short_term(meter),
        )

    def _checked(self, fitted: Fit, after: Loudness) -> tuple[Check, ...]:
        """The rules of the target; an album is judged as one."""
        if self.of_album:
            return checks(self.target, after, fitted.anchor_after_lufs, fitted.wanted_lufs, anchor="album")
        if fitted.of_dialogue:
            return checks(self.target, after, after.dialogue_lufs, fitted.wanted_lufs, anchor="dialogue")
        return checks(self.target, after, after.integrated_lufs, fitted.wanted_lufs)


def _output(path: Path, out_dir: Path, name: str) -> Path:
    output = out_dir / name
    if output.resolve() == path.resolve():
        raise OutputError("would overwrite its own input; choose another folder", path=output)
    return output


def _measured(source: Source) -> Meter:
    meter = Meter(source.info.sample_rate, source.info.channels, source.layout)
    for block in source.blocks():
        meter.push(block)
    return meter


def regions_of(dialogue: Dialogue, sound: Edited) -> Regions | None:
    """Where somebody speaks in a sound as it is mastered."""
    if isinstance(dialogue, Path):
        with Source(dialogue) as stem:
            rate = stem.info.sample_rate
            return sound.placed(find_speech(_measured(stem).energies, rate), rate)
    return dialogue


def _short_term(meter: Meter) -> Curve:
    powers = window_powers(meter.energies, SHORT_TERM_BINS, meter.sample_rate, hop=100)
    return tuple(round(power_to_lufs(float(power)), 1) if power > 0.0 else None for power in powers)


def _corrected(asked: Target, result: FileResult, wanted_lufs: float | None) -> Target:
    """What is to be asked for so that it is there after encoding: encoders draw their own peaks and drop what is
    not heard.
    """
    after = result.after
    if result.output is None or after is None or after.true_peak_dbtp is None:
        return asked
    margins = [check.margin for check in result.checks if check.rule == "true peak" and check.margin is not None]
    over_db = -min([0.0, *margins])
    anchors = [check.value for check in result.checks if check.rule in ("integrated", "dialogue")]
    missing_lu = 0.0
    if wanted_lufs is not None and anchors and anchors[0] is not None and result.status == "on target":
        missing_lu = wanted_lufs - anchors[0]
    if over_db <= 0.0 and abs(missing_lu) <= ACCURACY_LU:
        return asked
    return replace(
        asked,
        true_peak_dbtp=asked.true_peak_dbtp - (over_db + ACCURACY_LU if over_db else 0.0),
        integrated_lufs=None if asked.integrated_lufs is None else asked.integrated_lufs + missing_lu,
        fallback_lufs=None if asked.fallback_lufs is None else asked.fallback_lufs + missing_lu,
    )


def _surprises(fitted: Fit, after: Loudness, clipped: int, form: Format) -> tuple[str, ...]:
    """What the written file says that the fit did not."""
    found = []
    if fitted.gain_db > _MUCH_GAIN_DB:
        found.append(f"raised by {fitted.gain_db:.0f} dB, and its noise with it")
    if fitted.limiting.over_3db_share > _MUCH_LIMITING_SHARE:
        found.append(
            f"the limiter takes more than 3 dB in {fitted.limiting.over_3db_share:.0%} of the time: listen"
        )
    if clipped:
        found.append(f"{clipped} samples were beyond full scale and are clipped")
    expected, measured = fitted.after.integrated_lufs, after.integrated_lufs
    lossless = not fitted.limited and not form.lossy
    if expected is not None and lossless and (measured is None or abs(measured - expected) > ACCURACY_LU):
        found.append(f"the written file measures {measured} LUFS where {expected:.2f} were expected")
    return tuple(found)
