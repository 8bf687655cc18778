"""Mastering files: each by itself, several at a time, none stopped by a bad one.

An input is never changed, an output appears whole or not at all, and what is reported was measured on the file
that was written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from soundscape.audio import AudioFile
from soundscape.errors import AudioError, OutputError, SoundscapeError
from soundscape.master.chain import ACCURACY_LU, Fit, Limiting, blocks_with_gain, fit
from soundscape.master.dialogue import Regions
from soundscape.master.dither import Dither
from soundscape.master.meter import Meter
from soundscape.master.target import Target
from soundscape.model import Loudness
from soundscape.rng import Seed
from soundscape.wav import Bext, open_wav

_PEAK_TOLERANCE_DB = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What became of one file."""

    path: Path
    status: str
    """As of `Fit`, or `failed`."""
    output: Path | None = None
    gain_db: float = 0.0
    before: Loudness | None = None
    after: Loudness | None = None
    """Measured on the written file."""
    shortfall_lu: float = 0.0
    limiting: Limiting = field(default_factory=Limiting)
    notes: tuple[str, ...] = ()
    error: str = ""

    @property
    def met(self) -> bool:
        """Whether the file is what the target asks for."""
        return self.status in ("on target", "in tolerance")


def measure_file(path: Path | str, *, layout: str | None = None) -> Loudness:
    """Loudness of an audio file.

    Raises
    ------
    AudioError
        When it cannot be read, is empty, or holds samples that are not finite numbers.
    """
    with _open(path) as file:
        meter = Meter(file.info.sample_rate, file.info.channels, layout)
        for block in file.blocks():
            meter.push(block)
        return meter.result()


def master_file(
    path: Path | str,
    out_dir: Path | str,
    target: Target,
    *,
    name: str = "",
    layout: str | None = None,
    dialogue: Regions | None = None,
    bits: int = 24,
    seed: int = 0,
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
    layout : str, optional
        Which speakers the channels feed.
    dialogue : sequence of (int, int), optional
        Frames in which somebody speaks.
    bits : int
        16 or 24.
    seed : int
        Of the dither.

    Raises
    ------
    AudioError, OutputError, TargetError
        When the file cannot be read or written, or the target not be used on it.
    """
    path = Path(path)
    output = Path(out_dir) / (name or f"{path.stem}.wav")
    if output.resolve() == path.resolve():
        raise OutputError("would overwrite its own input; choose another folder", path=output)
    with _open(path) as file:
        fitted = fit(file.blocks, file.info.sample_rate, target, layout=layout, dialogue=dialogue)
        if fitted.status == "unreached" and target.unreachable == "stop":
            return _result(path, fitted)
        clipped = _write(file, output, fitted, bits=bits, seed=Seed(seed).child(path.name))
    after = measure_file(output, layout=layout)
    return _result(path, fitted, output=output, after=after, notes=_verify(fitted, after, clipped))


def master_files(
    paths: Sequence[Path | str],
    out_dir: Path | str,
    target: Target,
    *,
    jobs: int = 1,
    layout: str | None = None,
    bits: int = 24,
    seed: int = 0,
    on_progress: Callable[[FileResult], None] | None = None,
) -> tuple[FileResult, ...]:
    """Bring many files to a target; a file that fails becomes a result that says so.

    Parameters
    ----------
    jobs : int
        Files at a time. Threads do: the kernels run without the interpreter's lock.
    on_progress : callable, optional
        Is told each result as soon as it is known; may be called from several threads.

    Returns
    -------
    tuple of FileResult
        In the order of the paths.
    """
    sources = [Path(path) for path in paths]
    stems = Counter(path.stem for path in sources)

    def one(path: Path) -> FileResult:
        # Two inputs of one stem keep their suffixes, so that neither overwrites the other.
        name = f"{path.stem}.wav" if stems[path.stem] == 1 else f"{path.name}.wav"
        try:
            result = master_file(path, out_dir, target, name=name, layout=layout, bits=bits, seed=seed)
        except SoundscapeError as error:
            result = FileResult(path=path, status="failed", error=str(error))
        if on_progress:
            on_progress(result)
        return result

    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        return tuple(pool.map(one, sources))


def _open(path: Path | str) -> AudioFile:
    file = AudioFile(path)
    if not file.info.frames:
        file.__exit__()
        raise AudioError("holds no samples", path=path)
    return file


def _write(file: AudioFile, output: Path, fitted: Fit, *, bits: int, seed: Seed) -> int:
    """Write the mastered file; returns how many samples were clipped."""
    info = file.info
    bext = Bext(
        history=f"A=PCM,F={info.sample_rate},W={bits},M=multitrack,T=soundscape {fitted.target.name}\r\n",
        integrated=fitted.after.integrated_lufs,
        loudness_range=fitted.after.loudness_range_lu,
        true_peak=fitted.after.true_peak_dbtp,
        momentary=fitted.after.max_momentary_lufs,
        short_term=fitted.after.max_short_term_lufs,
    )
    dither = Dither(seed, info.channels, bits=bits)
    with open_wav(output, sample_rate=info.sample_rate, channels=info.channels, bits=bits, bext=bext) as wav:
        if not fitted.limited and fitted.gain_db == 0.0:
            for block in file.blocks():
                wav.write(block)
            return wav.clipped
        for block, curve in blocks_with_gain(file.blocks, info.sample_rate, fitted):
            wav.write_integers(dither.push(block * curve))
    return dither.clipped


def _verify(fitted: Fit, after: Loudness, clipped: int) -> tuple[str, ...]:
    """What the written file says that the fit did not."""
    notes = list(fitted.notes)
    peak, ceiling = after.true_peak_dbtp, fitted.target.true_peak_dbtp
    if peak is not None and peak > ceiling + _PEAK_TOLERANCE_DB:
        notes.append(f"the true peak is {peak:.2f} dBTP, above the ceiling of {ceiling:g}")
    if clipped:
        notes.append(f"{clipped} samples were beyond full scale and are clipped")
    expected, found = fitted.after.integrated_lufs, after.integrated_lufs
    if expected is not None and (found is None or abs(found - expected) > ACCURACY_LU):
        notes.append(f"the written file measures {found} LUFS where {expected:.2f} were expected")
    return tuple(notes)


def _result(
    path: Path,
    fitted: Fit,
    *,
    output: Path | None = None,
    after: Loudness | None = None,
    notes: tuple[str, ...] | None = None,
) -> FileResult:
    return FileResult(
        path=path,
        status=fitted.status,
        output=output,
        gain_db=fitted.gain_db,
        before=fitted.before,
        after=after,
        shortfall_lu=fitted.shortfall_lu,
        limiting=fitted.limiting,
        notes=fitted.notes if notes is None else notes,
    )
