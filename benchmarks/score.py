"""The tempo map on 50 cut lists at 4, 5 and 7 strong hits a minute beside the best single tempo, and its speed.

    python benchmarks/score.py

Cut lists: 35 random ones (hits on frames, at least 4 s apart) and 15 made of typical shot lengths (drawn from
log-normal shot lengths with a median of 2.8 s, as measured on feature-film reels; a hit begins the longest shots).
"""

from __future__ import annotations

import time
from functools import partial

import numpy as np

from soundscape.contract import Tone
from soundscape.model import SAMPLE_RATE
from soundscape.rng import Seed
from soundscape.score.compose import compose
from soundscape.score.motif import Motif, MotifNote
from soundscape.score.request import Appearance, Brief, CueHit, CueRequest, Voice
from soundscape.score.tempo import CANDIDATES, fit_tempo
from soundscape.timecode import Rate

RATE = Rate.parse("24")
BRIEF = Brief(bpm_low=60, bpm_high=140)
LENGTH_S = 75.0
APART_S = 4.0


def hits_at(times_s: np.ndarray) -> tuple[CueHit, ...]:
    """Strong hits on the frames nearest to these times."""
    return tuple(
        CueHit(sample=round(t * 24) * SAMPLE_RATE // 24, label=f"hit {n}") for n, t in enumerate(times_s, 1)
    )


def random_list(seed: int, per_minute: float) -> tuple[CueHit, ...]:
    """Hits anywhere, at least 4 s apart."""
    random = np.random.default_rng(seed)
    while True:
        times = np.sort(random.uniform(2.0, LENGTH_S - 1.0, round(per_minute * LENGTH_S / 60)))
        if np.diff(times).min(initial=APART_S) >= APART_S:
            return hits_at(times)


def reel_list(seed: int, per_minute: float) -> tuple[CueHit, ...]:
    """Hits on the cuts that begin the longest shots of a reel."""
    random = np.random.default_rng(1_000 + seed)
    while True:
        shots = random.lognormal(np.log(2.8), 0.6, 60)
        cuts = np.cumsum(shots)
        inside = np.flatnonzero((cuts > 2.0) & (cuts < LENGTH_S - 1.0))
        chosen: list[float] = []
        for index in sorted(inside, key=lambda index: -shots[index + 1]):
            if all(abs(cuts[index] - other) >= APART_S for other in chosen):
                chosen.append(float(cuts[index]))
            if len(chosen) == round(per_minute * LENGTH_S / 60):
                return hits_at(np.sort(chosen))


def table() -> None:
    """Hits on downbeats, tempo steps and odd bars of every candidate."""
    print(
        "per min | candidate     | downbeats | fixed tempo | largest step | <= 3 % | <= 6 % | range | "
        "odd bars | frames off | CPU ms"
    )
    for per_minute in (4, 5, 7):
        lists = [random_list(seed, per_minute) for seed in range(35)]
        lists += [reel_list(seed, per_minute) for seed in range(15)]
        for candidate, name in enumerate(CANDIDATES):
            began = time.process_time()
            reports = [
                fit_tempo(
                    start=0,
                    end=round(LENGTH_S * SAMPLE_RATE),
                    hits=hits,
                    brief=BRIEF,
                    rate=RATE,
                    candidate=candidate,
                ).report
                for hits in lists
            ]
            spent_ms = 1_000 * (time.process_time() - began) / len(lists)
            hit = np.mean([np.mean([item.verdict == "hit" for item in report.hits]) for report in reports])
            fixed = np.mean([report.fixed_tempo_share for report in reports])
            steps = np.array([report.largest_step for report in reports])
            spread = np.mean([report.tempo_range for report in reports])
            off = np.mean([abs(item.frames_off) for report in reports for item in report.hits])
            odd = sum(report.odd_bars for report in reports) / sum(report.bars for report in reports)
            print(
                f"{per_minute:7d} | {name:13s} | {hit:9.3f} | {fixed:11.2f} | {steps.mean():11.1%}  | "
                f"{np.mean(steps <= 0.0301):5.0%}  | {np.mean(steps <= 0.0601):5.0%}  | {spread:5.1%} | "
                f"{odd:7.1%}  | {off:10.1f} | {spent_ms:.0f}"
            )


def speed() -> None:
    """320 hits in one cue, and a film of ten minutes."""
    random = np.random.default_rng(1)
    times = np.cumsum(random.uniform(2.2, 5.0, 320))
    hits = hits_at(times)
    for name in ("first", "warm"):
        began = time.process_time()
        fit_tempo(start=0, end=hits[-1].sample + SAMPLE_RATE, hits=hits, brief=BRIEF, rate=RATE)
        print(f"tempo map of 320 hits in {times[-1] / 60:.0f} min, {name}: {time.process_time() - began:.2f} s")
    motif = Motif(
        name="hero",
        owners=(),
        notes=tuple(
            MotifNote(degree=d, beat=b, length=n) for d, b, n in ((0, 0, 1), (4, 1, 2), (5, 3, 1), (7, 4, 4))
        ),
    )
    ranges = {"lead": (60, 96), "pad": (36, 84), "bass": (28, 52), "pulse": (48, 84), "accent": (36, 72)}
    voices = {role: Voice(low=low, high=high, onset_s=partial(onset, 0.3)) for role, (low, high) in ranges.items()}
    began = time.process_time()
    notes = 0
    for cue in range(10):
        start = cue * 60 * SAMPLE_RATE
        score = compose(
            CueRequest(
                name=f"cue {cue}",
                start=start,
                end=start + 60 * SAMPLE_RATE,
                brief=BRIEF,
                rate=RATE,
                voices=voices,
                seed=Seed(cue),
                hits=tuple(
                    CueHit(sample=start + hit.sample) for hit in random_list(cue, 4) if hit.sample < 58 * 48_000
                ),
                tension=((start, 0.1), (start + 60 * SAMPLE_RATE, 0.9)),
                motifs=(motif,),
                appearances=(Appearance(motif="hero", start=start + 480_000, end=start + 960_000),),
            )
        )
        notes += sum(map(len, score.parts.values()))
    print(f"composing ten cues of a minute ({notes} notes): {time.process_time() - began:.2f} s")


def onset(seconds: float, tone: Tone) -> float:
    """An instrument that takes its time."""
    return seconds if tone.velocity > 0 else 0.0


if __name__ == "__main__":
    table()
    speed()
