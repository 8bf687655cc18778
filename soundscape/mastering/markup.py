"""Loudness and word length where iXML and the audio definition model (`axml`) speak of them.

Only fields that are there are filled in; all else stays byte for byte. Sources: iXML (`LOUDNESS`, `SPEED`), ITU-R
BS.2076 (`loudnessMetadata`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from soundscape.model import Loudness

_IXML = {
    b"LOUDNESS_VALUE": "integrated_lufs",
    b"LOUDNESS_RANGE": "loudness_range_lu",
    b"MAX_TRUE_PEAK_LEVEL": "true_peak_dbtp",
    b"MAX_MOMENTARY_LOUDNESS": "max_momentary_lufs",
    b"MAX_SHORT_TERM_LOUDNESS": "max_short_term_lufs",
}
_ADM = {
    b"integratedLoudness": "integrated_lufs",
    b"loudnessRange": "loudness_range_lu",
    b"maxTruePeak": "true_peak_dbtp",
    b"maxMomentary": "max_momentary_lufs",
    b"maxShortTerm": "max_short_term_lufs",
    b"dialog(?:ue)?Loudness": "dialogue_lufs",
}
_HUNDREDTHS = 100.0
"""A whole number beyond it is hundredths, as in `bext`: nothing is that loud."""


def with_fields(name: bytes, body: bytes, loudness: Loudness, bits: int) -> bytes:
    """A chunk with what it says of loudness and word length brought up to date; other chunks as they are.

    Parameters
    ----------
    name, body : bytes
        The chunk.
    loudness : Loudness
        Of the file that carries it; a field of a value that is not known is emptied.
    bits : int
        Its word length.
    """
    if name == b"iXML":
        filled = _filled(body, _IXML, loudness)
        return re.sub(rb"(<AUDIO_BIT_DEPTH>)\d+(<)", rb"\g<1>%d\g<2>" % bits, filled)
    return _filled(body, _ADM, loudness) if name == b"axml" else body


def _filled(body: bytes, fields: Mapping[bytes, str], loudness: Loudness) -> bytes:
    for tag, name in fields.items():
        value: float | None = getattr(loudness, name)

        def text(found: re.Match[bytes], value: float | None = value) -> bytes:
            if value is None:
                return found[1] + found[3]
            whole = b"." not in found[2] and abs(float(found[2] or 0)) > _HUNDREDTHS
            return found[1] + (b"%d" % round(100 * value) if whole else b"%.2f" % value) + found[3]

        body = re.sub(rb"(<(?:BWF_|adm:|ebucore:)?%s>)\s*(-?[\d.]*)\s*(</)" % tag, text, body)
    return body
