"""Draw the picture of a finished film as its report has it.

python docs/pictures/session.py
"""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import soundscape

HERE = Path(__file__).parent
FILM = HERE.parent.parent / "samples" / "legacy"


def main() -> None:
    """Render the film and take the picture out of its page."""
    with TemporaryDirectory() as folder:
        soundscape.render(soundscape.plan(soundscape.load_film(FILM)), folder)
        page = (Path(folder) / "report.html").read_text(encoding="utf-8")
    (drawn,) = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    (HERE / "session.svg").write_text(drawn + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
