"""One file: measured, or brought to a target, written and verified.

An input is never changed, an output appears whole or not at all, and what is reported was measured on the file
that was written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from soundscape.errors import OutputError
from soundscape.mastering import journal
from soundscape.mastering.chain import ACCURACY_LU, Fit, blocks_with_gain, fit
from soundscape.mastering.compliance import Check, checks
from soundscape.mastering.dialogue import Regions, find_speech
from soundscape.mastering.dither import Dither
from soundscape.mastering.health import Inspector
from soundscape.mastering.result import Curve, FileResult, Measurement, Options
from soundscape.mastering.riff import with_loudness
from soundscape.mastering.source import Source
from soundscape.mastering.target import Target
from soundscape.metering.gating import SHORT_TERM_BINS, power_to_lufs, window_powers
from soundscape.metering.meter import Meter
from soundscape.model import Loudness
from soundscape.rng import Seed
from soundscape.serial import from_json, to_json
from soundscape.wav import Bext, open_wav

OnStage = Callable[[Path, str], None]
"""Is told what is being done to which file."""


def measure_file(path: Path | str, *, layout: str | None = None) -> Loudness:
    """Loudness of an audio file.

    Raises
    ------
    AudioError
        When it cannot be read, is empty or truncated, or holds samples that are not finite numbers.
    """
    with Source(path, layout=layout) as source:
        return _heard(source, None).result()


def inspect_file(path: Path | str, *, layout: str | None = None) -> Measurement:
    """Loudness, its course, and the health of an audio file, in one pass; raises as `measure_file`."""
    with Source(path, layout=layout) as source:
        inspector = Inspector(source.info.sample_rate, source.info.channels)
        meter = _heard(source, inspector)
        health = inspector.result()
        return Measurement(
            loudness=meter.result(),
            health=health,
            short_term=_short_term(meter),
            notes=(*source.notes, *health.warnings),
        )


def speech_in_file(path: Path | str) -> Regions:
    """Where a dialogue stem speaks, in its frames, for a target that is gated by dialogue."""
    with Source(path) as source:
        return find_speech(_heard(source, None).energies, source.info.sample_rate)


def master_file(
    path: Path | str,
    out_dir: Path | str,
    target: Target,
    *,
    name: str = "",
    options: Options | None = None,
    dialogue: Regions | None = None,
    on_stage: OnStage | None = None,
) -> FileResult:
    """Bring one file to a target, as a WAV of the same rate and channels.

    Parameters
    ----------
    path : Path or str
        The file; it is only read.
    out_dir : Path or str
        An existing folder, not the one of the file if the name is the same.
    target : Target
        What to reach.
    name : str, optional
        Of the output; without it the input's name with `.wav`.
    options : Options, optional
        Word length, seed, layout, whether to write at all.
    dialogue : sequence of (int, int), optional
        Frames in which somebody speaks.
    on_stage : callable, optional
        Is told what is being done.

    Raises
    ------
    AudioError, OutputError, TargetError
        When the file cannot be read or written, or the target not be used on it.
    """
    path, options = Path(path), options or Options()
    output = _output(path, Path(out_dir), name)
    digest = journal.settings_digest(target, replace(options, resume=True), dialogue)
    if options.resume and not options.dry_run and (known := journal.recall(output, path, digest)) is not None:
        return replace(from_json(FileResult, known), skipped=True)
    say = _stage_of(path, on_stage)
    with Source(path, layout=options.layout) as source:
        say("measure")
        inspector = Inspector(source.info.sample_rate, source.info.channels)
        meter = _heard(source, inspector)
        fitted = fit(
            source.blocks, source.info.sample_rate, target,
            layout=source.layout, dialogue=dialogue, measured=meter, on_pass=say,
        )  # fmt: skip
        notes = (*fitted.notes, *source.notes, *inspector.result().warnings)
        return _finish(source, output, fitted, options, notes, _short_term(meter), digest, say)


def master_of_album(source: Source, out_dir: Path, name: str, together: Fit, options: Options) -> FileResult:
    """One file of a set that was fitted together: `together` says gain and ceiling."""
    inspector = Inspector(source.info.sample_rate, source.info.channels)
    meter = _heard(source, inspector)
    own = replace(together, before=meter.result(), after=meter.result(gain_db=together.gain_db))
    notes = (*together.notes, *source.notes, *inspector.result().warnings, "one gain for the whole set")
    output = _output(source.path, out_dir, name)
    return _finish(source, output, own, options, notes, _short_term(meter), "", lambda _: None)


def _stage_of(path: Path, on_stage: OnStage | None) -> Callable[[str], None]:
    return (lambda stage: on_stage(path, stage)) if on_stage else (lambda _: None)


def _output(path: Path, out_dir: Path, name: str) -> Path:
    output = out_dir / (name or f"{path.stem}.wav")
    if output.resolve() == path.resolve():
        raise OutputError("would overwrite its own input; choose another folder", path=output)
    return output


def _heard(source: Source, inspector: Inspector | None) -> Meter:
    meter = Meter(source.info.sample_rate, source.info.channels, source.layout)
    for block in source.blocks():
        meter.push(block)
        if inspector is not None:
            inspector.push(block)
    return meter


def _short_term(meter: Meter) -> Curve:
    powers = window_powers(meter.energies, SHORT_TERM_BINS, meter.sample_rate, hop=100)
    return tuple(round(power_to_lufs(float(power)), 1) if power > 0.0 else None for power in powers)


def _finish(
    source: Source,
    output: Path,
    fitted: Fit,
    options: Options,
    notes: tuple[str, ...],
    curve_before: Curve,
    digest: str,
    say: Callable[[str], None],
) -> FileResult:
    """Write and verify what was fitted, and note it; nothing is written in a dry run or by the policy `stop`."""
    result = FileResult(
        path=source.path,
        status=fitted.status,
        gain_db=fitted.gain_db,
        before=fitted.before,
        shortfall_lu=fitted.shortfall_lu,
        limiting=fitted.limiting,
        notes=notes,
        curve_before=curve_before,
    )
    stopped = fitted.status == "unreached" and fitted.target.unreachable == "stop"
    if options.dry_run or stopped:
        return replace(result, after=None if stopped else fitted.after, checks=_checked(fitted, fitted.after))
    say("write")
    clipped = _write(source, output, fitted, options)
    say("verify")
    with Source(output, layout=source.layout) as written:
        meter = _heard(written, None)
    after = meter.result()
    result = replace(
        result,
        output=output,
        after=after,
        checks=_checked(fitted, after),
        notes=(*notes, *_surprises(fitted, after, clipped)),
        curve_after=_short_term(meter),
    )
    if digest:
        journal.remember(output, source.path, digest, to_json(result))
    return result


def _write(source: Source, output: Path, fitted: Fit, options: Options) -> int:
    """Write the mastered file; returns how many samples were clipped."""
    info = source.info
    history = f"A=PCM,F={info.sample_rate},W={options.bits},T=soundscape {fitted.target.name}"
    chunks = source.riff.chunks if source.riff else ()
    carried = tuple(
        (name, with_loudness(body, fitted.after, history) if name == b"bext" else body) for name, body in chunks
    )
    if not any(name == b"bext" for name, _ in carried):
        carried = ((b"bext", with_loudness(Bext().chunk(), fitted.after, history)), *carried)
    mask = source.riff.mask if source.riff else 0
    dither = Dither(Seed(options.seed).child(source.path.name), info.channels, bits=options.bits)
    with open_wav(
        output, sample_rate=info.sample_rate, channels=info.channels, bits=options.bits, mask=mask, chunks=carried
    ) as wav:
        if not fitted.limited and fitted.gain_db == 0.0:
            # What is not changed is not dithered either.
            for block in source.blocks():
                wav.write(block)
            return wav.clipped
        for block, curve in blocks_with_gain(source.blocks, info.sample_rate, fitted):
            wav.write_integers(dither.push(np.multiply(block, curve)))
    return dither.clipped


def _checked(fitted: Fit, after: Loudness) -> tuple[Check, ...]:
    """The rules of the target; a dialogue is judged by what the fit says of it."""
    of_dialogue = fitted.anchor_after_lufs != fitted.after.integrated_lufs
    anchor = fitted.anchor_after_lufs if of_dialogue else after.integrated_lufs
    return checks(fitted.target, after, anchor, fitted.wanted_lufs)


def _surprises(fitted: Fit, after: Loudness, clipped: int) -> tuple[str, ...]:
    """What the written file says that the fit did not."""
    found = []
    if clipped:
        found.append(f"{clipped} samples were beyond full scale and are clipped")
    expected, measured = fitted.after.integrated_lufs, after.integrated_lufs
    if expected is not None and not fitted.limited and (measured is None or abs(measured - expected) > ACCURACY_LU):
        found.append(f"the written file measures {measured} LUFS where {expected:.2f} were expected")
    return tuple(found)
