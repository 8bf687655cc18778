"""Which loudspeaker each channel feeds, and how much it counts in BS.1770.

Weights: BS.1770-5 Annex 1, and Annex 3 Table 4 for layouts beyond 5.1 (1.41 only for speakers at ear height
between 60° and 120°, so the sides of a 7.1 and not its rears). The LFE never counts in loudness.
"""

from __future__ import annotations

from soundscape.errors import AudioError

WEIGHTS = {
    "M": 1.0,
    "Mx2": 2.0,
    "L": 1.0,
    "R": 1.0,
    "C": 1.0,
    "LFE": 0.0,
    "Ls": 1.41,
    "Rs": 1.41,
    "Cs": 1.0,
    "Lss": 1.41,
    "Rss": 1.41,
    "Lrs": 1.0,
    "Rrs": 1.0,
    "Ltf": 1.0,
    "Rtf": 1.0,
    "Ltr": 1.0,
    "Rtr": 1.0,
}
"""Gain of a speaker's power, by name."""

LAYOUTS = {
    "mono": ("M",),
    "dual-mono": ("Mx2",),
    "stereo": ("L", "R"),
    "3.0": ("L", "R", "C"),
    "quad": ("L", "R", "Ls", "Rs"),
    "5.0": ("L", "R", "C", "Ls", "Rs"),
    "5.1": ("L", "R", "C", "LFE", "Ls", "Rs"),
    "6.1": ("L", "R", "C", "LFE", "Cs", "Ls", "Rs"),
    "7.1": ("L", "R", "C", "LFE", "Lrs", "Rrs", "Lss", "Rss"),
    "5.1-film": ("L", "C", "R", "Ls", "Rs", "LFE"),
    "7.1-film": ("L", "C", "R", "Lss", "Rss", "Lrs", "Rrs", "LFE"),
    "5.1.4": ("L", "R", "C", "LFE", "Ls", "Rs", "Ltf", "Rtf", "Ltr", "Rtr"),
    "7.1.4": ("L", "R", "C", "LFE", "Lrs", "Rrs", "Lss", "Rss", "Ltf", "Rtf", "Ltr", "Rtr"),
}
"""Speakers in the order of the channels of a WAV; `-film` is the order of film mixers.

`dual-mono` is one channel that two loudspeakers play: 3.01 LU more than `mono`.
"""

_BY_CHANNELS = {1: "mono", 2: "stereo", 3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}


def speakers(channels: int, layout: str | None = None) -> tuple[str, ...]:
    """Speaker of each channel.

    Parameters
    ----------
    channels : int
        Channels of the signal.
    layout : str, optional
        A name of `LAYOUTS`, or speakers in order such as `"L R C LFE Ls Rs"`. Without it, the layout that a
        WAV of so many channels has.

    Raises
    ------
    AudioError
        When the layout is unknown, has another number of channels, or is needed (above 8 channels).
    """
    if layout is None:
        if channels not in _BY_CHANNELS:
            raise AudioError(f"{channels} channels have no usual layout; name one of {', '.join(LAYOUTS)}")
        return LAYOUTS[_BY_CHANNELS[channels]]
    names = LAYOUTS.get(layout) or tuple(layout.split())
    unknown = [name for name in names if name not in WEIGHTS]
    if unknown or not names:
        raise AudioError(
            f'"{layout}" is not a layout; allowed: {", ".join(LAYOUTS)}, or speakers of {" ".join(WEIGHTS)}'
        )
    if len(names) != channels:
        raise AudioError(f'the layout "{layout}" has {len(names)} channels, the signal has {channels}')
    return names


def weights(channels: int, layout: str | None = None) -> tuple[float, ...]:
    """Weight of each channel's power in loudness; see `speakers`."""
    return tuple(WEIGHTS[name] for name in speakers(channels, layout))
