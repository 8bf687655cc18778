"""The whole way, from a film to its delivered sound: the only place that knows every stage.

Everything heavy is imported when it is used, so that this can be imported by a command line that only shows help.
"""

from soundscape.pipeline.batch import (
    as_target,
    audio_files,
    dialogue_stems,
    inspect,
    master,
    measure,
    write_master_report,
)
from soundscape.pipeline.films import (
    check_score,
    in_language,
    languages,
    motif_ledger,
    open_film,
    plan,
    read_cut,
    spotting,
    tempo_reports,
)
from soundscape.pipeline.forecast import forecast
from soundscape.pipeline.listening import Auditioned, audition, play, presets
from soundscape.pipeline.mixdown import Mixdown
from soundscape.pipeline.rendering import draft, hold_gain, last_changes, render, render_parts
from soundscape.pipeline.settings import Settings
from soundscape.pipeline.solo import mix_film

__all__ = [
    "Auditioned",
    "Mixdown",
    "Settings",
    "as_target",
    "audio_files",
    "audition",
    "check_score",
    "dialogue_stems",
    "draft",
    "forecast",
    "hold_gain",
    "in_language",
    "inspect",
    "languages",
    "last_changes",
    "master",
    "measure",
    "mix_film",
    "motif_ledger",
    "open_film",
    "plan",
    "play",
    "presets",
    "read_cut",
    "render",
    "render_parts",
    "spotting",
    "tempo_reports",
    "write_master_report",
]
