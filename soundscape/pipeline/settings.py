"""How to work: workers, executor, cache. Nothing of it changes a result."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soundscape.errors import InputError
from soundscape.registry import did_you_mean, unit, units
from soundscape.storage import Storage

if TYPE_CHECKING:
    from soundscape.parts import PartCache

EXECUTOR = "threads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to work, which changes nothing in the result."""

    jobs: int = 0
    """Workers; 0 is one a core."""
    executor: str = EXECUTOR
    """A module of `soundscape.executors`."""
    scheduler: str = ""
    """Address of the scheduler of a cluster, for executors that have one; empty starts one here."""
    insecure_cluster: bool = False
    """Whether the scheduler may be on another machine without encryption."""
    cache: Path | None = None
    """Folder of rendered parts; None is the user's."""
    cache_bytes: int | None = None
    """What a run leaves in the cache at most; None is `soundscape.parts.DEFAULT_LIMIT`."""
    storage: str = ""
    """URL of a storage of parts that several machines share; empty for none."""

    def __post_init__(self) -> None:
        """Refuse what cannot work before anything has begun."""
        self.run()
        if self.storage:
            Storage(self.storage).check()

    @property
    def workers(self) -> int:
        """How many workers there will be."""
        return self.jobs or (os.process_cpu_count() if hasattr(os, "process_cpu_count") else os.cpu_count()) or 1

    @property
    def cache_limit(self) -> int:
        """Bytes that a run leaves in the cache at most."""
        from soundscape.parts import DEFAULT_LIMIT

        return DEFAULT_LIMIT if self.cache_bytes is None else self.cache_bytes

    @property
    def folder(self) -> Path:
        """Where parts are kept."""
        from soundscape.parts import default_folder

        return self.cache or default_folder()

    def parts(self) -> PartCache:
        """The cache of parts."""
        from soundscape.parts import PartCache

        # Absolute, because workers may have other working folders.
        return PartCache(self.folder.absolute(), Storage(self.storage) if self.storage else None)

    def run(self) -> Callable[..., list[Any]]:
        """The executor, ready for `(function, jobs, workers=…, done=…)`."""
        return executor(self.executor, scheduler=self.scheduler, insecure=self.insecure_cluster)


def executor(name: str, *, scheduler: str = "", insecure: bool = False) -> Callable[..., list[Any]]:
    """The `run` of a module in `soundscape.executors`, bound to its scheduler where it has one.

    Raises
    ------
    InputError
        When there is none of this name, or its scheduler is not allowed, or it has none but one is given.
    """
    modules = units("executors")
    if name not in modules:
        raise InputError(f'there is no executor "{name}"{did_you_mean(name, modules)}')
    module = unit("executors", name)
    run: Callable[..., list[Any]] = module.run
    if "scheduler" in inspect.signature(run).parameters:
        module.check(scheduler, insecure=insecure)
        return partial(run, scheduler=scheduler)
    if scheduler or insecure:
        raise InputError(f'the executor "{name}" has no scheduler; give --executor dask')
    return run
