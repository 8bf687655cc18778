"""Nobody but the page may talk to the server, and the page may reach nothing but sounds."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from soundscape.web.guard import BURST, Guard
from tests.web.conftest import Served

SOUND = {"preset": "layers/desert-wind"}


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    headers = {"x-soundscape-token": served.server.token}
    with httpx.Client(base_url=served.server.origin, headers=headers, timeout=30.0) as client:
        yield client


def raw(served: Served, request: bytes) -> int:
    """Status of a request that no client would send."""
    host, port = served.server.origin.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10.0) as connection:
        connection.sendall(request.replace(b"HOST", f"{host}:{port}".encode()))
        return int(connection.makefile("rb").readline().split()[1])


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:1", "evil.example:80", ""])
def test_another_name_for_this_machine_is_refused(client: httpx.Client, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code in (400, 421)


@pytest.mark.parametrize("path", ["/", "/api/catalogue", "/static/main.js"])
@pytest.mark.parametrize(
    "header",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
    ids=str,
)
def test_a_request_of_another_site_is_refused(client: httpx.Client, path: str, header: dict[str, str]) -> None:
    assert client.get(path, headers=header).status_code == 403


def test_a_page_that_was_opened_by_hand_is_served_but_tells_nothing(client: httpx.Client) -> None:
    by_hand = {"sec-fetch-site": "none"}
    assert client.get("/", headers=by_hand).status_code == 200
    assert client.get("/api/catalogue", headers=by_hand).status_code == 403


@pytest.mark.parametrize("token", ["", "wrong"])
def test_nothing_is_done_or_told_without_the_token(client: httpx.Client, token: str) -> None:
    for method, path in (("GET", "/api/catalogue"), ("POST", "/api/play"), ("POST", "/api/folder")):
        assert client.request(method, path, headers={"x-soundscape-token": token}).status_code == 401


def test_only_get_and_post_are_methods(client: httpx.Client) -> None:
    assert client.put("/api/memory", json={}).status_code == 405
    assert client.delete("/api/memory").status_code == 405
    assert client.get("/api/play").status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        b"/static/../app.py",
        b"/static/%2e%2e/app.py",
        b"/static/%252e%252e/app.py",
        b"/static/..%2fapp.py",
        b"/static//etc/passwd",
        b"/../../../../etc/passwd",
        b"/download/x/..%2f..%2fetc%2fpasswd",
        b"/video/x",
    ],
)
def test_no_file_of_the_disk_can_be_reached(served: Served, path: bytes) -> None:
    assert raw(served, b"GET " + path + b" HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n") == 404


def test_a_large_body_is_refused_with_and_without_its_length(client: httpx.Client) -> None:
    large = b"x" * (300 << 10)
    assert client.post("/api/melody", content=large).status_code == 413
    assert client.post("/api/melody", content=iter([large])).status_code == 413


def test_no_web_socket_is_opened(served: Served) -> None:
    upgrade = (
        b"GET /api/play HTTP/1.1\r\nHost: HOST\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    assert raw(served, upgrade) >= 400


def test_the_page_may_load_nothing_from_elsewhere(client: httpx.Client) -> None:
    headers = client.get("/").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "http" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert client.get("/static/main.js").headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("play", b"{"),
        ("play", b"[]"),
        ("play", json.dumps({"sound": {"preset": "layers/../../etc/passwd"}}).encode()),
        ("play", json.dumps({"sound": {"preset": "layers/no-such-thing"}}).encode()),
        ("play", json.dumps({"sound": {**SOUND, "changes": {"speed": 1e9}}}).encode()),
        ("play", json.dumps({"sound": {**SOUND, "changes": {"nonsense": 1}}}).encode()),
        ("play", json.dumps({"sound": {**SOUND, "controls": {"intensity": 7}}}).encode()),
        ("play", json.dumps({"sound": {**SOUND, "seed": -1}}).encode()),
        ("play", json.dumps({"sound": SOUND, "frames": 1 << 30}).encode()),
        ("play", json.dumps({"sound": {**SOUND, "path": "/etc/passwd"}}).encode()),
        ("tone", json.dumps({"preset": "layers/desert-wind", "pitch": 60}).encode()),
        ("tone", b'{"preset": "instruments/harp", "pitch": NaN}'),
        ("room", json.dumps({"space": "../../x"}).encode()),
        ("wav", json.dumps({**SOUND, "seconds": 1e9}).encode()),
        ("keep", json.dumps({"sound": SOUND, "name": "../../evil"}).encode()),
        ("melody", b"no midi"),
        ("scene", json.dumps({"start": 0, "stop": 1}).encode()),
    ],
    ids=lambda value: value if isinstance(value, str) else value.decode()[:60],
)
def test_what_makes_no_sense_is_refused_in_one_line(client: httpx.Client, path: str, body: bytes) -> None:
    answer = client.post(f"/api/{path}", content=body)
    assert answer.status_code == 422
    assert "\n" not in answer.json()["error"]


def test_a_page_can_name_no_file_for_an_instrument_to_read(client: httpx.Client) -> None:
    units = client.get("/api/catalogue").json()["units"]
    given = [param["name"] for unit in units.values() for param in unit["params"] if param["type"] == "file"]
    assert given == []


def test_a_bad_request_does_not_stop_the_sound_of_another_tab(client: httpx.Client) -> None:
    answer = client.post("/api/play", json={"sound": SOUND, "frames": 4096})
    stream = json.loads(answer.headers["x-sound"])["stream"]
    for _ in range(5):
        assert client.post("/api/play", content=b"{").status_code == 422
    more = client.post(f"/api/stream/{stream}", json={"frames": 4096})
    assert len(more.content) == 2 * 4 * 4096
    assert not json.loads(more.headers["x-sound"])["ended"]


def test_a_sound_that_nobody_knows_has_ended(client: httpx.Client) -> None:
    facts = json.loads(client.post("/api/stream/guessed", json={"frames": 256}).headers["x-sound"])
    assert facts["ended"] and facts["lost"]


def test_it_listens_on_this_machine_alone(served: Served) -> None:
    assert served.server.origin.startswith("http://127.0.0.1:")


def test_more_requests_than_a_page_can_need_are_put_off() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def statuses() -> list[int]:
        guard, found = Guard(app, port=1, token="t"), []
        scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"127.0.0.1:1")]}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                found.append(message["status"])

        for _ in range(int(BURST) + 100):
            await guard(scope, None, send)  # type: ignore[arg-type]
        return found

    # In a thread of its own: the browser of other tests has an event loop in this one.
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(asyncio.run, statuses()).result()
    assert found[: int(BURST)] == [200] * int(BURST)
    assert 429 in found
