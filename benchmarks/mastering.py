"""Measuring and mastering against ffmpeg, ffmpeg-normalize and pyloudnorm on the same files, in one run.

python benchmarks/mastering.py [--seconds 600] [--files 20] [speed] [folder] [hard]      all when none is named
python benchmarks/mastering.py folder --files 200 --peer VENV/bin/ffmpeg-normalize

speed   audio-seconds per CPU-second: loudness + range + true peak of a 24-bit stereo file; mastering one file
folder  our command on --files files of --seconds, end to end, two at a time: audio-seconds per second and per
        CPU-second, memory; then by turns with ffmpeg-normalize on --paired of them. Ten mixes are made and
        mastered as often as it takes, so that ten files and their masters are all that is on the disk at once
hard    what each master chain makes of five hard mixes: integrated loudness, true peak, range

CPU time is that of user and system, children included; on a machine that others use it is the figure to trust.
ffmpeg-normalize is that on PATH, or what --peer names.
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

from soundscape.mastering.batch import Options, master_file, measure_file
from soundscape.mastering.target import load_target

RATE = 48_000
MIXES = 10
"""Files of a folder that are made; larger folders take them again."""
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


def normalize(program: str) -> Callable[[Path, Path, float, float], float]:
    """ffmpeg-normalize as it comes; CPU seconds."""

    def peer(source: Path, output: Path, lufs: float, peak: float) -> float:
        return child_cpu(program, source, "-f", "-o", output, "-t", str(lufs), "-tp", str(peak))[0]

    return peer


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


def peak_mib(pid: int) -> float:
    """Most memory that a running process or one of its children has had, in MiB; of Linux.

    Not `ru_maxrss`: what a process had before it became another program is in that.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    own = re.search(r"VmHWM:\s+(\d+) kB", status)
    return max([float(own[1]) / 1024 if own else 0.0, *(peak_mib(int(child)) for child in children)])


def run(command: list[object]) -> tuple[float, float, float]:
    """Wall and CPU seconds of a command with start-up and children, and the MiB of its largest process."""
    before, begun, largest = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter(), 0.0
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([str(part) for part in command], **silent) as process:
        while process.poll() is None:
            largest = max(largest, peak_mib(process.pid))
            time.sleep(0.02)
    if process.returncode:
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - begun, cpu_s, largest


def folder_of_files(folder: Path, seconds: float, files: int, paired: int, target: str, peer: str | None) -> None:
    """A folder from the command line, start-up included; then by turns with ffmpeg-normalize on a part of it."""
    mixes = folder / "mixes"
    mixes.mkdir()
    paths = [mixes / f"{n}.wav" for n in range(min(files, MIXES))]
    for n, path in enumerate(paths):
        soundfile.write(path, mix(seconds, seed=n).T, RATE, subtype="PCM_24")

    def ours(*options: str, count: int = len(paths)) -> list[object]:
        command = [sys.executable, "-m", "soundscape", "master", *paths[:count], "--target", target]
        return [*command, "-o", folder / "ours", "--fresh", "-q", "-j", "2", *options]

    for executor in ("threads", "processes"):
        turns = [run(ours("--executor", executor)) for _ in range(-(-files // len(paths)))]
        wall_s, cpu_s = (sum(turn[at] for turn in turns) for at in (0, 1))
        audio_s = len(turns) * len(paths) * seconds
        print(
            f"folder: {len(turns) * len(paths)} files of {seconds:g} s to {target}, two {executor}: "
            f"{audio_s / wall_s:.0f}x real time, {audio_s / cpu_s:.0f}x a core by CPU time, "
            f"{max(turn[2] for turn in turns):.0f} MiB in the largest process",
            flush=True,
        )
    if peer is None:
        print("pair: ffmpeg-normalize is not there; name it by --peer")
        return
    some = paths[: min(paired, len(paths))]
    lufs, dbtp = load_target(target).integrated_lufs, load_target(target).true_peak_dbtp
    theirs = [peer, *some, "-f", "-of", folder / "theirs", "-ext", "wav", "-t", lufs, "-tp", dbtp]
    commands = {"soundscape": ours(count=len(some)), "ffmpeg-normalize": theirs}
    spent: dict[str, list[tuple[float, float, float]]] = {name: [] for name in commands}
    for _ in range(2):
        for name, command in commands.items():
            spent[name].append(run(command))
    best = {name: [min(values) for values in zip(*turns, strict=True)] for name, turns in spent.items()}
    for name, (wall_s, cpu_s, memory) in best.items():
        audio_s = len(some) * seconds
        print(
            f"pair: {name:18} {audio_s / wall_s:6.0f}x wall, {audio_s / cpu_s:6.0f}x a core by CPU, {memory:.0f} MiB"
        )
    (our_wall, our_cpu, _), (their_wall, their_cpu, _) = best["soundscape"], best["ffmpeg-normalize"]
    print(
        f"pair: {len(some)} files, {their_wall / our_wall:.1f} times faster by the clock, "
        f"{their_cpu / our_cpu:.1f} times less CPU time"
    )


def hard(folder: Path, peer_program: str | None) -> None:
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
    peers |= {"ffmpeg-normalize": normalize(peer_program)} if peer_program else {}
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
    parser.add_argument("what", nargs="*", choices=["speed", "folder", "hard", []], default=[])
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--paired", type=int, default=4)
    parser.add_argument("--target", default="ebu-r128")
    parser.add_argument("--peer", default=shutil.which("ffmpeg-normalize"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if not options.what or "speed" in options.what:
            speed(Path(name), options.seconds)
        if not options.what or "folder" in options.what:
            place = Path(name)
            folder_of_files(place, options.seconds, options.files, options.paired, options.target, options.peer)
        if not options.what or "hard" in options.what:
            hard(Path(name), options.peer)


if __name__ == "__main__":
    main()
