"""Measuring and mastering against ffmpeg, ffmpeg-normalize and pyloudnorm on the same files, in one run.

python benchmarks/mastering.py [--seconds 600] [--files 8] [speed] [batch] [pair] [hard]      all when none is named

speed   audio-seconds per CPU-second: loudness + range + true peak of a 24-bit stereo file; mastering one file
batch   a folder, end to end on two cores: audio-seconds per second, per CPU-second, and the memory of the process
pair    our command and ffmpeg-normalize on one folder of --files files of --seconds / 5, twice by turns
hard    what each master chain makes of five hard mixes: integrated loudness, true peak, range

CPU time is that of user and system, children included; on a machine that others use it is the figure to trust.
ffmpeg-normalize is used where it is on PATH.
"""

from __future__ import annotations

import argparse
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from soundscape.mastering.batch import Options, master_file, master_files, measure_file
from soundscape.mastering.target import load_target

RATE = 48_000
FRESH = Options(resume=False)


def mix(seconds: float, seed: int = 0) -> np.ndarray:
    """Pink noise that swells, with hits: the crest of a film mix."""
    rng = np.random.default_rng(seed)
    frames = round(seconds * RATE)
    chunk = rng.standard_normal((2, 1 << 19)).astype(np.float32)
    spectrum = np.fft.rfft(chunk) / np.sqrt(np.maximum(np.fft.rfftfreq(chunk.shape[1], 1 / RATE), 40.0))
    pink = np.resize(np.fft.irfft(spectrum).astype(np.float32).T, (frames, 2)).T
    time_s = np.arange(frames) / RATE
    audio = pink / pink.std() * 0.05 * (1.0 + 0.6 * np.sin(0.3 * time_s) + 0.3 * np.sin(2.1 * time_s))
    ring = np.exp(-np.arange(RATE // 2) / (0.06 * RATE))
    for at in rng.integers(0, frames - RATE, round(2 * seconds)):
        audio[:, at : at + len(ring)] += rng.standard_normal(len(ring)) * ring * 0.12
    return (0.8 * audio / np.abs(audio).max()).astype(np.float32)


def own_cpu(work: Callable[[], object]) -> float:
    """CPU seconds of the best of three runs in this process."""
    best = float("inf")
    for _ in range(3):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def child_cpu(*command: str | Path) -> tuple[float, str]:
    """CPU seconds of the best of two runs of a command, with start-up, and what it said."""
    best, said = float("inf"), ""
    for _ in range(2):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return best, said


def ffmpeg(source: Path, filters: str, *out: str | Path) -> tuple[float, str]:
    sink = out or ("-f", "null", "-")
    return child_cpu("ffmpeg", "-hide_banner", "-nostats", "-y", "-i", source, "-af", filters, *sink)


def loudnorm(source: Path, output: Path, lufs: float, peak: float) -> float:
    """ffmpeg's loudness normalisation in two passes; CPU seconds of both."""
    goal = f"loudnorm=I={lufs}:TP={peak}:LRA=7"
    first, said = ffmpeg(source, f"{goal}:print_format=json")
    values = dict(re.findall(r'"(\w+)" : "([^"]+)"', said))
    known = ":".join(f"measured_{name}={values['input_' + name.lower()]}" for name in ("I", "TP", "LRA", "thresh"))
    second, _ = ffmpeg(
        source, f"{goal}:{known}:offset={values['target_offset']}:linear=true", "-c:a", "pcm_s24le", output
    )
    return first + second


def loudnorm_once(source: Path, output: Path, lufs: float, peak: float) -> float:
    """ffmpeg's loudness normalisation in one pass, at the rate of the source again; CPU seconds."""
    return ffmpeg(
        source, f"loudnorm=I={lufs}:TP={peak}:LRA=7", "-ar", str(RATE), "-c:a", "pcm_s24le", output
    )[0]  # fmt: skip


def normalize(source: Path, output: Path, lufs: float, peak: float) -> float:
    """ffmpeg-normalize as it comes; CPU seconds."""
    return child_cpu("ffmpeg-normalize", source, "-f", "-o", output, "-t", str(lufs), "-tp", str(peak))[0]


def gain_and_limiter(source: Path, output: Path, lufs: float, peak: float) -> float:
    """A static gain and ffmpeg's sample-peak limiter."""
    first, said = ffmpeg(source, "ebur128=peak=true")
    measured = float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1])
    chain = f"volume={lufs - measured}dB,alimiter=limit={10 ** (peak / 20)}:level=false"
    second, _ = ffmpeg(source, chain, "-c:a", "pcm_s24le", output)
    return first + second


def speed(folder: Path, seconds: float) -> None:
    import pyloudnorm

    path = folder / "mix.wav"
    soundfile.write(path, mix(seconds).T, RATE, subtype="PCM_24")
    (folder / "out").mkdir(exist_ok=True)
    measure_file(path)

    def with_pyloudnorm() -> None:
        audio, rate = soundfile.read(path)
        pyloudnorm.Meter(rate).integrated_loudness(audio)

    def report(name: str, cpu_s: float) -> None:
        print(f"{name:58} {seconds / cpu_s:7.0f}x", flush=True)

    report("measure: soundscape, I + LRA + true peak (warm)", own_cpu(lambda: measure_file(path)))
    report("measure: ffmpeg ebur128=peak=true (process)", ffmpeg(path, "ebur128=peak=true")[0])
    report("measure: pyloudnorm, I only (warm)", own_cpu(with_pyloudnorm))
    for name, words in (("ebu-r128", "static gain"), ("-16/-1", "with limiter")):
        target = load_target(name)
        master_file(path, folder / "out", target, options=FRESH)
        cpu_s = own_cpu(lambda target=target: master_file(path, folder / "out", target, options=FRESH))
        report(f"master to {name}, {words}: soundscape (warm)", cpu_s)
    report("master to -16/-1: ffmpeg loudnorm, two passes (process)", loudnorm(path, folder / "out.wav", -16, -1))
    report(
        "master to -16/-1: ffmpeg gain + alimiter (process)", gain_and_limiter(path, folder / "out.wav", -16, -1)
    )


def batch(folder: Path, seconds: float, files: int) -> None:
    paths = [folder / f"{n}.wav" for n in range(files)]
    for n, path in enumerate(paths):
        soundfile.write(path, mix(seconds, seed=n).T, RATE, subtype="PCM_24")
    (folder / "batch").mkdir()
    target = load_target("ebu-r128")
    master_files(paths[:1], folder / "batch", target, options=FRESH)
    begun, cpu_begun = time.perf_counter(), time.process_time()
    results = master_files(paths, folder / "batch", target, jobs=2, options=FRESH)
    took, cpu_s = time.perf_counter() - begun, time.process_time() - cpu_begun
    met = sum(result.met for result in results)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    audio_s = files * seconds
    print(
        f"batch: {met} of {files} files on target, {audio_s / took:.0f}x real time on two cores (load included), "
        f"{audio_s / cpu_s:.0f}x a core by CPU time; {memory:.0f} MiB with the making of the files"
    )


def pair(folder: Path, seconds: float, files: int) -> None:
    """Both from the command line, start-up included; by turns, because the machine is not ours alone."""
    mixes = folder / "mixes"
    mixes.mkdir()
    paths = [mixes / f"{n}.wav" for n in range(files)]
    for n, path in enumerate(paths):
        soundfile.write(path, mix(seconds, seed=n).T, RATE, subtype="PCM_24")
    commands = {
        "soundscape": [sys.executable, "-m", "soundscape", "master", mixes, "-o", folder / "ours", "--fresh", "-q"],
        "ffmpeg-normalize": [
            "ffmpeg-normalize",
            *paths,
            "-f",
            "-of",
            folder / "theirs",
            "-ext",
            "wav",
            "-tp",
            "-1",
        ],
    }
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(2):
        for name, command in commands.items():
            before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            subprocess.run([str(part) for part in command], capture_output=True, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            spent[name].append((cpu_s, time.perf_counter() - begun))
    best = {}
    for name, runs in spent.items():
        cpu_s, wall_s = (min(values) for values in zip(*runs, strict=True))
        best[name] = cpu_s, wall_s
        print(
            f"pair: {name:18} {files * seconds / cpu_s:6.0f}x a core by CPU time, {files * seconds / wall_s:6.0f}x wall"
        )
    (ours_cpu, ours_wall), (their_cpu, their_wall) = best["soundscape"], best["ffmpeg-normalize"]
    print(f"pair: {their_cpu / ours_cpu:.1f} times less CPU time, {their_wall / ours_wall:.1f} times faster")


def hard(folder: Path) -> None:
    rng = np.random.default_rng(1)
    frames = 60 * RATE
    n = np.arange(frames)
    noise = rng.standard_normal((2, frames))
    sparse = 0.004 * noise
    ring = np.exp(-np.arange(RATE) / (0.02 * RATE))
    for at in range(RATE, frames - RATE, 2 * RATE):
        sparse[:, at : at + RATE] += 0.35 * noise[:, :RATE] * ring
    bursts = 0.02 * noise
    for at in range(RATE, frames - RATE, RATE):
        bursts[:, at : at + 4800] += 0.95 * np.sin(np.pi / 2 * np.arange(4800) + np.pi / 4) * np.hanning(4800)
    mixes = {
        "sparse hits": (sparse, -16.0),
        "wide range": (noise * np.where(n // (10 * RATE) % 2, 0.15, 0.02), -23.0),
        "inter-sample bursts": (bursts, -7.0),
        "clipped and hot": (np.clip(noise, -1.0, 1.0), -23.0),
        "quiet, +30 dB": (0.002 * noise, -23.0),
    }
    peers = {"loudnorm, 1 pass": loudnorm_once, "loudnorm, 2 passes": loudnorm, "gain + alimiter": gain_and_limiter}
    peers |= {"ffmpeg-normalize": normalize} if shutil.which("ffmpeg-normalize") else {}
    print("| mix | target | soundscape |", " | ".join(peers), "|\n" + "|---" * (3 + len(peers)) + "|")
    for name, (audio, lufs) in mixes.items():
        path = folder / f"{name.replace(' ', '-')}.wav"
        soundfile.write(path, np.clip(audio, -1.0, 1.0).T, RATE, subtype="PCM_24")
        (folder / "hard").mkdir(exist_ok=True)
        result = master_file(path, folder / "hard", load_target(f"{lufs:g}/-1"), options=FRESH)
        found = [f"{summary(folder / 'hard' / path.name)}, {result.status}"]
        for peer in peers.values():
            try:
                peer(path, folder / "peer.wav", lufs, -1.0)
                found.append(summary(folder / "peer.wav"))
            except subprocess.CalledProcessError:
                found.append("refused")
        print(f"| {name} | {lufs:g}/−1 |", " | ".join(found), "|", flush=True)


def summary(path: Path) -> str:
    measured = measure_file(path)
    values = (measured.integrated_lufs, measured.true_peak_dbtp, measured.loudness_range_lu)
    words = " / ".join("none" if value is None else f"{value:.2f}" for value in values)
    rate = f", {measured.sample_rate / 1000:g} kHz" if measured.sample_rate != RATE else ""
    return words.replace("-", "−") + rate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="*", choices=["speed", "batch", "pair", "hard", []], default=[])
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--files", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if not options.what or "speed" in options.what:
            speed(Path(name), options.seconds)
        if not options.what or "batch" in options.what:
            batch(Path(name), options.seconds, options.files)
        if "pair" in options.what or (not options.what and shutil.which("ffmpeg-normalize")):
            pair(Path(name), options.seconds / 5, options.files)
        if not options.what or "hard" in options.what:
            hard(Path(name))


if __name__ == "__main__":
    main()
