"""The options that say how to work, the same for every command that renders."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def parse_size(context: click.Context, option: click.Parameter, text: str | None) -> int | None:
    """Bytes of a size as a person writes it: 500M, 20G or 20GB."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)B?", text.strip().upper())
    if found is None:
        reason = f'"{text}" is not a size; allowed: bytes, or a number with K, M, G or T, e.g. 20G'
        raise click.BadParameter(reason, context, option)
    return int(float(found[1]) * _UNITS[found[2]])


_WORKERS = (
    click.option("-j", "--jobs", type=click.IntRange(0), default=0, help="Workers.  [default: one a core]"),
    click.option(
        "--executor",
        default="threads",
        show_default=True,
        help="Who does the work: threads, processes, serial or dask.",
    ),
    click.option(
        "--scheduler", metavar="ADDRESS", default="", help="Dask: a scheduler that runs, e.g. tls://render1:8786."
    ),
    click.option(
        "--insecure-cluster",
        is_flag=True,
        help="Dask: allow a scheduler on another machine without encryption.",
    ),
)
_PARTS = (
    click.option(
        "--cache", type=click.Path(path_type=Path), help="Folder of rendered sounds.  [default: the user's cache]"
    ),
    click.option(
        "--cache-size",
        callback=parse_size,
        metavar="SIZE",
        help="What a run leaves in the cache at most.  [default: 20G]",
    ),
    click.option(
        "--storage", metavar="URL", default="", help="Storage of rendered sounds that machines share, e.g. s3://…"
    ),
)


def _gathered(command: Callable[..., Any], options: Sequence[Callable[..., Any]]) -> Callable[..., Any]:
    """The command with these options, which reach it as one `settings`."""

    @functools.wraps(command)
    def with_settings(
        *args: Any,
        jobs: int,
        executor: str,
        scheduler: str,
        insecure_cluster: bool,
        cache: Path | None = None,
        cache_size: int | None = None,
        storage: str = "",
        **rest: Any,
    ) -> Any:
        from soundscape.pipeline import Settings

        settings = Settings(
            jobs=jobs,
            executor=executor,
            scheduler=scheduler,
            insecure_cluster=insecure_cluster,
            cache=cache,
            cache_bytes=cache_size,
            storage=storage,
        )
        return command(*args, settings=settings, **rest)

    for option in reversed(options):
        with_settings = option(with_settings)
    return with_settings


def with_workers(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of who does the work."""
    return _gathered(command, _WORKERS)


def with_workers_and_parts(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of who does the work and where rendered parts are kept."""
    return _gathered(command, (*_WORKERS, *_PARTS))
