"""Who may talk to the server: the page it served itself, on this machine, with this run's token.

Loopback alone does not keep other web sites out: their pages can send requests to any port of the machine, and a
name that they own can be made to point to it (DNS rebinding). So every request must name this server as its host,
come from its own page, and, where it does or tells anything, carry a token that only the opened address holds.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

TOKEN_HEADER = b"x-soundscape-token"
LARGEST_BODY = 256 << 10
"""Bytes of a request: enough for a motif as MIDI, and for every setting of a sound."""
REQUESTS_PER_S, BURST = 150.0, 600.0

HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        b"media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"midi=(self), camera=(), microphone=(), geolocation=()"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
)


class Guard:
    """Refuses what does not come from the page, before anything else sees it.

    Parameters
    ----------
    app : App
        What answers the rest.
    port : int
        The port that is listened on.
    token : str
        Secret of this run; `/api/` asks for it.
    """

    def __init__(self, app: App, *, port: int, token: str) -> None:
        self._app, self._token = app, token.encode()
        names = ("127.0.0.1", "localhost", "[::1]")
        self._hosts = {f"{name}:{port}".encode() for name in names}
        self._origins = {b"http://" + host for host in self._hosts}
        self._allowance, self._since = BURST, time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # a web socket is never accepted
        refused = self._refused(scope)
        if refused is not None:
            await _answer(send, *refused)
            return
        await self._app(scope, _limited(receive), _with_headers(send))

    def _refused(self, scope: Scope) -> tuple[int, bytes] | None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if sum(1 for name, _ in scope["headers"] if name == b"host") != 1 or headers[b"host"] not in self._hosts:
            return 421, b"not this host"
        if headers.get(b"origin", next(iter(self._origins))) not in self._origins:
            return 403, b"not from this page"
        api = scope["path"].startswith("/api/")
        site = headers.get(b"sec-fetch-site", b"same-origin")
        # "none": typed or opened by the program. Nothing else outside the page has a reason to come.
        if site != b"same-origin" and (api or site != b"none"):
            return 403, b"not from this page"
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return 405, b"GET or POST"
        if not self._allowed():
            return 429, b"too many requests"
        if api and not hmac.compare_digest(headers.get(TOKEN_HEADER, b""), self._token):
            return 401, b"this page is of an earlier run; open the address that soundscape audition printed"
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            return 413, b"too large"
        return None

    def _allowed(self) -> bool:
        """Whether the rate of requests is what a page can need."""
        now = time.monotonic()
        self._allowance = min(BURST, self._allowance + (now - self._since) * REQUESTS_PER_S)
        self._since = now
        if self._allowance < 1.0:
            return False
        self._allowance -= 1.0
        return True


class TooLarge(Exception):
    """A body without a length that goes on and on."""


def _limited(receive: Receive) -> Receive:
    got = 0

    async def limited() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > LARGEST_BODY:
            raise TooLarge
        return message

    return limited


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = [(name, value) for name, value in message["headers"] if name != b"cache-control"]
            message = {**message, "headers": [*given, *HEADERS]}
        await send(message)

    return sending


async def _answer(send: Send, status: int, text: bytes) -> None:
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(text)).encode()), *HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
