"""A rendered sound as a piece of HTML that plays it: what a notebook shows."""

from __future__ import annotations

import base64
import html
import io
from pathlib import Path

import numpy as np
import soundfile

from soundscape.audio import Audio, AudioFile
from soundscape.model import Loudness

LONGEST_S = 30.0
"""A notebook keeps what it shows: more of a sound would make it heavy."""
WIDTH, HEIGHT = 600, 72


def player_html(path: Path, title: str, loudness: Loudness) -> str:
    """A waveform, the measured loudness and a player that holds the sound itself, as it is: nothing is normalised.

    Parameters
    ----------
    path : Path
        An audio file; of a long one the first `LONGEST_S` seconds are shown.
    """
    with AudioFile(path) as file:
        rate = file.info.sample_rate
        blocks, frames = [], 0
        for block in file.blocks():
            blocks.append(block)
            frames += block.shape[1]
            if frames >= LONGEST_S * rate:
                break
        audio: Audio = np.concatenate(blocks, axis=1)[:, : int(LONGEST_S * rate)]
        whole = file.info.frames <= audio.shape[1]
    packed = io.BytesIO()
    soundfile.write(packed, audio.T, rate, format="FLAC", subtype="PCM_16")
    source = base64.b64encode(packed.getvalue()).decode()
    said = [f"{loudness.duration_s:.1f} s"]
    if loudness.integrated_lufs is not None:
        said.append(f"{loudness.integrated_lufs:.1f} LUFS")
    if loudness.true_peak_dbtp is not None:
        said.append(f"{loudness.true_peak_dbtp:.1f} dBTP")
    if not whole:
        said.append(f"the first {LONGEST_S:g} s are played")
    return (
        f'<figure style="margin:0;max-width:{WIDTH}px"><figcaption><b>{html.escape(title)}</b> '
        f"{html.escape(', '.join(said))}</figcaption>{_waveform(audio)}"
        f'<audio controls style="width:100%" src="data:audio/flac;base64,{source}"></audio></figure>'
    )


def _waveform(audio: Audio) -> str:
    """Highest and lowest sample of every column, as one shape."""
    edges = np.linspace(0, audio.shape[1], WIDTH + 1).astype(int)
    upper = np.maximum.reduceat(audio.max(axis=0), edges[:-1])
    lower = np.minimum.reduceat(audio.min(axis=0), edges[:-1])
    top = [f"{x},{HEIGHT / 2 * (1 - value):.1f}" for x, value in enumerate(upper)]
    bottom = [f"{x},{HEIGHT / 2 * (1 - value):.1f}" for x, value in enumerate(lower)]
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="100%" role="img" aria-label="Waveform">'
        f'<polygon fill="currentColor" opacity="0.75" points="{" ".join([*top, *reversed(bottom)])}"/></svg>'
    )
