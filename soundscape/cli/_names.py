"""Names that a shell completes: of presets, their kinds, and targets."""

from __future__ import annotations

import click


def presets(_context: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    """Presets of all kinds, those of one kind behind its name and a slash."""
    from soundscape.registry import KINDS, find_presets

    found = {kind: list(find_presets(kind)) for kind in KINDS}
    if "/" in begun:
        names = [f"{kind}/{name}" for kind, each in found.items() for name in each]
    else:
        names = sorted({name for each in found.values() for name in each})
    return [name for name in names if name.startswith(begun)]


def kinds(_context: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    """Kinds of presets."""
    from soundscape.registry import KINDS

    return [kind for kind in KINDS if kind.startswith(begun)]


def targets(_context: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    """Loudness targets."""
    from soundscape.mastering.target import targets as known

    return [name for name in known() if name.startswith(begun)]
