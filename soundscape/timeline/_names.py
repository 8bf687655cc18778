"""Names of clips and reels that are no scene: black, bars, slates, countdowns and leaders."""

from __future__ import annotations

import re
from functools import lru_cache

BLACK, LEADER = "of black", "of bars, slate or leader"

_NO_SCENE = re.compile(
    r"(?P<black>black(?: ?video)?|slug|bl|blk)|(?:colou?r ?|smpte ?|hd ?|ebu ?)*bars?(?: ?(?:and|&|\+|n) ?tone)?"
    r"|slate|clock|countdown|(?:universal |smpte |head |film |academy )*(?:counting |countdown ?)?leader",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def no_scene(name: str) -> str:
    """`BLACK` or `LEADER` for a name that is one of them and nothing else; empty for a scene."""
    match = _NO_SCENE.fullmatch(re.sub(r"\.\w{2,4}$", "", name))
    return "" if match is None else BLACK if match["black"] else LEADER
