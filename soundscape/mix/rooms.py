"""The impulse responses of the spaces of a plan, made once a process."""

from __future__ import annotations

from functools import lru_cache

from soundscape.audio import Audio
from soundscape.model import SAMPLE_RATE, Room
from soundscape.params import ParamValue, make_params
from soundscape.registry import unit
from soundscape.rng import Seed


def room_response(room: Room) -> Audio:
    """The impulse response of a space, float32 `(2, frames)`, not to be written to."""
    return _response(room.unit, tuple(sorted(room.params.items())), room.seed)


@lru_cache(maxsize=16)
def _response(name: str, params: tuple[tuple[str, ParamValue], ...], seed: int) -> Audio:
    """Kept, because a film is mixed several times: for every kind of stems, and while it is listened to."""
    module = unit("spaces", name)
    response: Audio = module.impulse_response(make_params(module.Params, dict(params)), SAMPLE_RATE, Seed(seed))
    response.flags.writeable = False
    return response
