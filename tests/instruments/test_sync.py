"""From hits to sound: the accents of a composed cue, rendered and found again in the audio."""

from __future__ import annotations

from functools import partial

import numpy as np

from soundscape.contract import Tone
from soundscape.model import SAMPLE_RATE
from soundscape.registry import get_preset, unit
from soundscape.rng import Seed
from soundscape.score.compose import compose
from soundscape.score.request import Brief, CueHit, CueRequest, CueScore, Voice
from soundscape.timecode import Rate

FRAME = SAMPLE_RATE / 24
PLAYERS = {"lead": "celesta", "pad": "strings-slow", "pulse": "harp", "accent": "taiko"}


def request(seed: int) -> CueRequest:
    voices = {}
    for role, name in PLAYERS.items():
        preset = get_preset("instruments", name)
        module = unit("instruments", preset.unit)
        voices[role] = Voice(
            low=module.RANGE[0], high=module.RANGE[1], onset_s=partial(module.onset_s, preset.make())
        )
    random = np.random.default_rng(seed)
    frames = np.arange(1, 5) * 140 + random.integers(-30, 30, 4)
    return CueRequest(
        name="sync",
        start=0,
        end=30 * SAMPLE_RATE,
        brief=Brief(bpm_low=60, bpm_high=110),
        rate=Rate.parse("24"),
        voices=voices,
        seed=Seed(seed),
        hits=tuple(CueHit(sample=round(int(frame) * FRAME)) for frame in frames),
        tension=((0, 0.2), (30 * SAMPLE_RATE, 0.7)),
    )


def rendered(asked: CueRequest, score: CueScore) -> np.ndarray:
    audio = np.zeros((2, asked.end + 20 * SAMPLE_RATE), np.float32)
    for role, notes in score.parts.items():
        preset = get_preset("instruments", PLAYERS[role])
        module, params = unit("instruments", preset.unit), preset.make()
        for index, note in enumerate(notes):
            tone = Tone(pitch=note.pitch, length_s=note.length / SAMPLE_RATE, velocity=note.velocity)
            sound = module.tone(params, tone, SAMPLE_RATE, Seed(index))
            start = asked.start + note.start
            audio[:, start : start + sound.shape[1]] += sound[:, : audio.shape[1] - start]
    return audio


def strongest_onset(audio: np.ndarray, sample: int) -> int:
    """Where the spectrum grows most within a quarter of a second of a sample; hops of 2.7 ms."""
    hop, size = 128, 512
    first = sample - SAMPLE_RATE // 4
    starts = first + hop * np.arange(SAMPLE_RATE // 2 // hop)
    mono = np.pad(audio.mean(axis=0), (0, size))
    frames = np.stack([np.abs(np.fft.rfft(mono[s : s + size] * np.hanning(size))) for s in starts])
    growth = np.maximum(0.0, np.diff(np.log1p(100.0 * frames), axis=0)).sum(axis=1)
    # A frame grows when the onset reaches its middle.
    return int(starts[1:][growth.argmax()] + size // 2)


def test_strong_hits_are_found_in_the_rendered_audio_inside_their_windows() -> None:
    met, asked_for = 0, 0
    for seed in range(5):
        asked = request(seed)
        audio = rendered(asked, compose(asked))
        for hit in asked.hits:
            off = (strongest_onset(audio, hit.sample) - hit.sample) / FRAME
            met += -1.1 <= off <= 2.1  # half a hop of doubt
            asked_for += 1
    assert met >= 0.95 * asked_for
