"""Serving the audition page to this machine alone."""

from __future__ import annotations

import secrets
import socket

from soundscape.errors import OutputError
from soundscape.pipeline.auditioning import Studio

HOST = "127.0.0.1"


class PageServer:
    """The audition page on a port of this machine.

    Parameters
    ----------
    studio : Studio
        What the page plays.
    port : int
        0 takes any that is free.

    Raises
    ------
    OutputError
        When the port is taken.
    """

    def __init__(self, studio: Studio, *, port: int = 0) -> None:
        import uvicorn

        from soundscape.web.app import Page, make_app

        self._listening = _listen(port)
        self.origin = f"http://{HOST}:{self._listening.getsockname()[1]}"
        self.token = secrets.token_urlsafe(24)
        self.page = Page(studio)
        config = uvicorn.Config(
            make_app(self.page, port=self._listening.getsockname()[1], token=self.token),
            log_level="critical",
            access_log=False,
            server_header=False,
            limit_concurrency=128,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=2,
            ws="none",
            lifespan="on",
        )
        self._server = uvicorn.Server(config)

    @property
    def address(self) -> str:
        """What to open; the token of this run stands behind `#`, where no browser sends it anywhere."""
        return f"{self.origin}/#{self.token}"

    def serve(self) -> None:
        """Answer until interrupted or stopped."""
        with self._listening:
            self._server.run(sockets=[self._listening])

    def stop(self) -> None:
        """End `serve`, which runs in another thread."""
        self._server.should_exit = True


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        # From now on a browser waits for its answer, and is not refused.
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise OutputError(
            f"port {port} of this machine cannot be used ({error.strerror}); give another --port, or none"
        ) from error
    return listening
