"""A mastered file, written: gain curve, dither, format, and what the input carried besides its sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from soundscape.mastering.chain import Fit, blocks_with_gain
from soundscape.mastering.dither import Dither
from soundscape.mastering.edits import Edited
from soundscape.mastering.formats import Format, open_encoded
from soundscape.mastering.markup import with_fields
from soundscape.mastering.programme import OpenBlocks
from soundscape.mastering.result import Options
from soundscape.mastering.riff import Chunks, info_list, with_loudness
from soundscape.rng import Seed
from soundscape.wav import Bext, open_wav

_TIMED = {b"bext": "timecode", b"iXML": "iXML", b"cue ": "cue points"}


def bits_of(sound: Edited, options: Options) -> int:
    """Word length of the output; 32 is float."""
    if options.bits:
        return options.bits
    subtype = sound.info.subtype
    return 32 if subtype in ("FLOAT", "DOUBLE") else 16 if subtype in ("PCM_16", "PCM_U8", "PCM_S8") else 24


def left_behind(sound: Edited, form: Format) -> tuple[str, ...]:
    """What a WAV carries that another format has no place for."""
    names = [name for name, _ in sound.riff.chunks] if sound.riff else []
    lost = [word for name, word in _TIMED.items() if name in names and (form.container or form.codec)]
    return (f"{', '.join(lost)} cannot be carried in {form.suffix}",) if lost else ()


def write_master(
    sound: Edited, open_blocks: OpenBlocks, output: Path, form: Format, fitted: Fit, options: Options
) -> int:
    """Write the mastered file; returns how many samples were clipped.

    Parameters
    ----------
    sound : Edited
        What it is made of.
    open_blocks : callable
        Its blocks.
    output : Path
        The file.
    form : Format
        Its format.
    fitted : Fit
        Gain and limiter.
    options : Options
        Word length and seed.
    """
    info, bits = sound.info, bits_of(sound, options)
    if form.container or form.codec:
        file = open_encoded(
            output, form, sample_rate=info.sample_rate, channels=info.channels, bits=bits, tags=sound.tags
        )
    else:
        file = open_wav(
            output, sample_rate=info.sample_rate, channels=info.channels, bits=bits,
            mask=sound.mask, chunks=_chunks(sound, fitted, bits),
        )  # fmt: skip
    # What is not changed is not dithered either, and what stays float is not rounded.
    changed = fitted.limited or bool(fitted.lowering) or fitted.gain_db != 0.0 or sound.changed
    dither = Dither(Seed(options.seed).child(sound.path.name), info.channels, bits=bits, noise=changed)
    rounded = bits != 32 and not form.lossy
    with file as writer:
        for block, curve in blocks_with_gain(open_blocks, info.sample_rate, fitted):
            if rounded:
                writer.write_integers(dither.push(np.multiply(block, curve)))
            else:
                writer.write(np.multiply(block, curve))
    return dither.clipped


def _chunks(sound: Edited, fitted: Fit, bits: int) -> Chunks:
    """What the input carried, with the loudness of the output."""
    history = f"A=PCM,F={sound.info.sample_rate},W={bits},T=soundscape {fitted.target.name}"
    carried = sound.riff.chunks if sound.riff else info_list(sound.tags)
    known = [body for name, body in carried if name == b"bext"] or [Bext().chunk()]
    others = ((name, with_fields(name, body, fitted.after, bits)) for name, body in carried if name != b"bext")
    return ((b"bext", with_loudness(known[0], fitted.after, history)), *others)
