"""Jobs as tasks of a Dask cluster: for what outgrows one machine. Needs `soundscape[cluster]`.

Without an address two or more worker processes are started on this machine, and ended afterwards. A task that
fails for a reason of its machine is tried again, and one whose worker is lost goes to another. Tasks travel as
JSON (`soundscape.executors._wire`), but whoever reaches a scheduler can run code on it, so an address must be
encrypted (`tls://`, with certificates from Dask's own configuration) or on this machine.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from typing import Any, TypeVar
from urllib.parse import urlsplit

from soundscape.errors import InputError, OutputError
from soundscape.executors._interrupts import interrupts_held
from soundscape.executors._wire import pack, perform, unpack

J = TypeVar("J")
R = TypeVar("R")

RETRIES = 3
CONNECT_S = 15
WORKERS_S = 120
"""How long a scheduler may take to get its first worker; some begin machines only when there are tasks."""
_ENCRYPTED = ("tls", "wss")


def run(
    function: Callable[[J], R],
    jobs: Sequence[J],
    *,
    workers: int,
    done: Callable[[J], None],
    scheduler: str = "",
) -> list[R]:
    """Results in the order of the jobs; `function` must be a module's own, with annotated types.

    Parameters
    ----------
    workers : int
        Processes that are started here when there is no `scheduler`.
    scheduler : str
        Address of one that runs already, as `check` allows it.

    Raises
    ------
    InputError
        When nobody answers at the address, or the scheduler gets no worker.
    OutputError
        When a job failed on several workers.
    """
    if not jobs:
        return []
    with _client(scheduler, min(workers, len(jobs))) as client:
        from distributed import KilledWorker, as_completed

        futures = client.map(perform, [pack(function, job) for job in jobs], retries=RETRIES, pure=False)
        try:
            _wait_for_workers(client)
            places = {future.key: place for place, future in enumerate(futures)}
            results: dict[int, R] = {}
            for future in as_completed(futures, loop=client.loop):
                place = places[future.key]
                results[place] = unpack(function, future.result())
                done(jobs[place])
            return [results[place] for place in range(len(jobs))]
        except KilledWorker as error:
            raise OutputError("several workers died at the same job; is their memory too small?") from error
        finally:
            client.cancel(futures)


@contextlib.contextmanager
def _client(scheduler: str, workers: int) -> Iterator[Any]:
    """A client of the scheduler, or of one that lives as long as this does."""
    from distributed import Client, LocalCluster

    if scheduler:
        try:
            client = Client(scheduler, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise InputError(f'no scheduler answers at "{scheduler}"; start one with `dask scheduler`') from error
        with client:
            yield client
        return
    with contextlib.ExitStack() as held:
        with interrupts_held():
            folder = held.enter_context(tempfile.TemporaryDirectory(prefix="soundscape-dask-"))
            cluster = held.enter_context(
                LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",  # any free one: several runs may have a cluster each
                    scheduler_kwargs={"dashboard": False},
                    local_directory=folder,
                    memory_limit=0,
                    silence_logs="CRITICAL",
                )
            )
            client = held.enter_context(Client(cluster, set_as_default=False))
        yield client


def _wait_for_workers(client: Any) -> None:
    try:
        client.wait_for_workers(1, timeout=WORKERS_S)
    except TimeoutError:
        address = client.scheduler.address
        raise InputError(
            f'no worker has come to the scheduler at "{address}" in {WORKERS_S} s; start some with `dask worker`'
        ) from None


def check(scheduler: str, *, insecure: bool) -> None:
    """Refuse what would carry programs in the clear to another machine, unless that is allowed as `insecure`.

    Raises
    ------
    InputError
        When the address is not allowed or none, or Dask is not installed.
    """
    if find_spec("distributed") is None:
        raise InputError("Dask is not installed; install soundscape[cluster]")
    if not scheduler or insecure:
        return
    parts = urlsplit(scheduler if "://" in scheduler else f"tcp://{scheduler}")
    if parts.scheme in _ENCRYPTED:
        return
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(parts.hostname, parts.port)}
    except (OSError, ValueError) as error:
        raise InputError(f'"{scheduler}" is no address of a scheduler, e.g. tls://render1:8786') from error
    if not all(ipaddress.ip_address(str(ip).split("%")[0]).is_loopback for ip in found):
        raise InputError(
            f'"{scheduler}" is on another machine and not encrypted, so that anybody between could run programs '
            "there; allowed: tls://…, or --insecure-cluster in a network that you trust"
        )
