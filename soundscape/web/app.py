"""The routes of the audition page: JSON in, JSON or PCM out."""

from __future__ import annotations

import json
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import anyio
import numpy as np
import numpy.typing as npt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from soundscape.contract import TICK
from soundscape.errors import InputError, SoundscapeError
from soundscape.pipeline.auditioning import Studio, as_set, melody_notes
from soundscape.pipeline.film_room import FILM_DB
from soundscape.planning.audition import Audition
from soundscape.web import asking
from soundscape.web.guard import App, Guard, TooLarge
from soundscape.web.streams import Playable, Streams

GONE = 499
"""Status of an answer that nobody waits for any more."""
STATIC = Path(__file__).parent / "static"
THREADS, READERS = 2, 4
"""Requests that are worked on at the same moment, and sounds that go on; what plays never waits for what begins."""
T = TypeVar("T")
Handler = Callable[[Request], Awaitable[Response]]


class Page:
    """What answers the requests of the page.

    Parameters
    ----------
    studio : Studio
        What does the work.
    """

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.streams = Streams()
        self._threads = anyio.CapacityLimiter(THREADS)
        self._unlimited = anyio.CapacityLimiter(THREADS)
        self._readers = anyio.CapacityLimiter(READERS)
        self._downloads: dict[str, Path] = {}
        self._video = secrets.token_urlsafe(16)
        self._work = Path(tempfile.mkdtemp(prefix="soundscape-audition-"))

    def routes(self) -> list[Route | Mount]:
        """All that can be asked for."""
        posts: dict[str, Handler] = {
            "play": self.play,
            "stream/{name}": self.more,
            "stop/{name}": self.stop,
            "heard": self.heard,
            "faces": self.faces,
            "tone": self.tone,
            "room": self.room,
            "melody": self.melody,
            "variations": self.variations,
            "keep": self.keep,
            "line": self.line,
            "wav": self.wav,
            "folder": self.folder,
            "memory": self.remember,
            "film": self.film,
            "scene": self.scene,
        }
        return [
            Route("/", _index),
            Route("/api/catalogue", _answering(self.catalogue)),
            *(Route(f"/api/{path}", _answering(handler), methods=["POST"]) for path, handler in posts.items()),
            Route("/download/{name}/{file}", self.download),
            Route("/video/{name}", self.video),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Work in the background while the page is served; leave nothing behind."""
        with self.studio.working():
            yield
        shutil.rmtree(self._work, ignore_errors=True)

    async def _do(self, work: Callable[[], T]) -> T:
        return await anyio.to_thread.run_sync(work, limiter=self._threads)

    def _audition(self, sound: asking.SoundAsked) -> Audition:
        self.studio.check(sound.preset, sound.changes)
        return audition(sound)

    # ------------------------------------------------------------ finding and hearing

    async def catalogue(self, _: Request) -> Response:
        """Everything there is."""
        found = await self._do(lambda: self.studio.catalogue)
        return JSONResponse({**found, "memory": self.studio.memory()})

    async def play(self, request: Request) -> Response:
        """The first frames of a sound, with what is known of it in a header."""
        wish = asking.asked(asking.PlayAsked, await request.body())
        wanted = self._audition(wish.sound)

        def begin() -> tuple[Playable, dict[str, Any]]:
            live = self.studio.play(wanted, wish.at)
            if wish.as_in_film:
                return live, {
                    "gain_db": self.studio.film_gain_db(wanted),
                    "exact": True,
                    "room": live.room is not None,
                }
            gain_db, exact = self.studio.gain_db(as_set(wanted, controls=wish.as_set), live)
            return live, {"gain_db": gain_db, "exact": exact, "room": live.room is not None}

        return await self._begin(request, begin, wish.frames, wanted.controls or {})

    async def _begin(
        self,
        request: Request,
        begin: Callable[[], tuple[Playable, dict[str, Any]]],
        frames: int,
        controls: Mapping[str, float],
    ) -> Response:
        """The first frames of what begins, unless the page has turned to something else meanwhile."""
        frames = frames // TICK * TICK

        def start() -> tuple[Playable, dict[str, Any], npt.NDArray[np.float32]]:
            live, facts = begin()
            return live, facts, live.read(frames, controls)

        async with self._threads:
            if await request.is_disconnected():
                return Response(status_code=GONE)
            live, facts, first = await anyio.to_thread.run_sync(start, limiter=self._unlimited)
        if await request.is_disconnected():
            return Response(status_code=GONE)
        tab = request.headers.get("x-soundscape-tab", "")[:40]
        tracks = [asdict(track) for track in live.tracks]
        return pcm(
            first,
            {**facts, "stream": self.streams.open(live, tab), "tracks": tracks, "ended": first.shape[2] < frames},
        )

    async def more(self, request: Request) -> Response:
        """The next frames of a sound, with its controls as they stand now."""
        wish = asking.asked(asking.MoreAsked, await request.body())
        name, frames = request.path_params["name"], wish.frames // TICK * TICK
        self.studio.listened()
        tracks = await anyio.to_thread.run_sync(
            lambda: self.streams.read(name, frames, wish.controls), limiter=self._readers
        )
        if tracks is None:
            return pcm(np.zeros((1, 2, 0), np.float32), {"ended": True, "lost": True})
        ended = tracks.shape[2] < frames
        if ended:
            self.streams.close(name)
        return pcm(tracks, {"ended": ended})

    async def stop(self, request: Request) -> Response:
        """Forget a sound."""
        self.streams.close(request.path_params["name"])
        return JSONResponse({})

    async def heard(self, request: Request) -> Response:
        """What a sound measures, exactly."""
        wish = asking.asked(asking.HeardAsked, await request.body())
        wanted = as_set(self._audition(wish.sound), controls=wish.as_set)
        return JSONResponse(asdict(await self._do(lambda: self.studio.hear(wanted))))

    async def faces(self, request: Request) -> Response:
        """Pictures of the contact sheet, as far as they are made."""
        wish = asking.asked(asking.FacesAsked, await request.body())
        found = await self._do(lambda: self.studio.faces(wish.presets))
        return JSONResponse({name: asdict(heard) for name, heard in found.items()})

    async def tone(self, request: Request) -> Response:
        """One note under a finger."""
        wish = asking.asked(asking.ToneAsked, await request.body())
        self.studio.check(wish.preset, wish.changes)
        audio = await self._do(
            lambda: self.studio.tone(
                wish.preset, wish.changes, pitch=wish.pitch, velocity=wish.velocity, seed=wish.seed
            )
        )
        return pcm(audio[None], {})

    async def room(self, request: Request) -> Response:
        """The impulse response of a space."""
        wish = asking.asked(asking.RoomAsked, await request.body())
        self.studio.check(f"spaces/{wish.space}", wish.changes)
        response = await self._do(lambda: self.studio.response(wish.space, wish.changes))
        return pcm(response[None], {})

    async def melody(self, request: Request) -> Response:
        """The notes of a MIDI file that was dropped."""
        data = await request.body()
        return JSONResponse(await self._do(lambda: self.studio.melody(data)))

    # ------------------------------------------------------------ shaping and keeping

    async def variations(self, request: Request) -> Response:
        """Variations of a sound."""
        wish = asking.asked(asking.VariationsAsked, await request.body())
        wanted = self._audition(wish.sound)
        return JSONResponse(
            await self._do(
                lambda: self.studio.variations(wanted, count=wish.count, amount=wish.amount, locked=wish.locked)
            )
        )

    async def keep(self, request: Request) -> Response:
        """A sound as a preset of one's own."""
        wish = asking.asked(asking.KeepAsked, await request.body())
        path = await self._do(
            lambda: self.studio.keep(
                self._audition(wish.sound), wish.name, title=wish.title, tags=wish.tags, replace=wish.replace
            )
        )
        return JSONResponse({"path": str(path), "id": f"{path.parent.name}/{path.stem}"})

    async def line(self, request: Request) -> Response:
        """The line that uses a preset in a film."""
        wish = asking.asked(asking.LineAsked, await request.body())
        return JSONResponse({"line": await self._do(lambda: self.studio.line(wish.preset, wish.place, wish.word))})

    async def wav(self, request: Request) -> Response:
        """A sound as a file: made now, fetched by the address that is returned."""
        wanted = self._audition(asking.asked(asking.SoundAsked, await request.body()))
        name = secrets.token_urlsafe(16)
        path = await self._do(lambda: self.studio.wav(wanted, self._work / name))
        self._downloads[name] = path
        return JSONResponse({"url": f"/download/{name}/{path.name}", "bytes": path.stat().st_size})

    async def download(self, request: Request) -> Response:
        """A file that was made for the page, and no other."""
        path = self._downloads.get(request.path_params["name"])
        if path is None or path.name != request.path_params["file"]:
            return JSONResponse({"error": "there is no such file"}, status_code=404)
        return FileResponse(path, media_type="audio/wav", filename=path.name)

    # ------------------------------------------------------------ against picture

    async def film(self, _: Request) -> Response:
        """The film that is open: shots, markers, sounds; and where its picture is."""
        room = self.studio.film_room
        if room is None:
            return JSONResponse({})
        found = await self._do(room.overview)
        return JSONResponse({**found, "video": f"/video/{self._video}" if self.studio.video else ""})

    async def scene(self, request: Request) -> Response:
        """The first frames of the film from a time on, with what was changed in it."""
        wish = asking.asked(asking.SceneAsked, await request.body())
        room = self.studio.film_room
        if room is None:
            raise InputError("no film is open; give --film to soundscape audition")
        swaps = {name: (swap.preset, swap.changes) for name, swap in wish.swaps.items()}
        for preset, changes in swaps.values():
            self.studio.check(preset, changes)

        def begin() -> tuple[Playable, dict[str, Any]]:
            live = room.play(wish.start, wish.stop, swaps=swaps, muted=wish.muted)
            return live, {"gain_db": FILM_DB, "exact": True, "room": False}

        return await self._begin(request, begin, wish.frames, {})

    async def video(self, request: Request) -> Response:
        """The picture of the film, whole or in ranges, and no other file."""
        if self.studio.video is None or request.path_params["name"] != self._video:
            return JSONResponse({"error": "there is no such file"}, status_code=404)
        return FileResponse(self.studio.video)

    # ------------------------------------------------------------ remembering

    async def folder(self, _: Request) -> Response:
        """Show the folder of one's own presets."""
        import click

        def show() -> int:
            self.studio.own.mkdir(parents=True, exist_ok=True)
            return click.launch(str(self.studio.own))

        return JSONResponse({"opened": await self._do(show) == 0, "path": str(self.studio.own)})

    async def remember(self, request: Request) -> Response:
        """Favourites, recent sounds and options."""
        wish = asking.asked(asking.MemoryAsked, await request.body())
        given = {name: value for name, value in asdict(wish).items() if value is not None}
        await self._do(lambda: self.studio.remember(**given))
        return JSONResponse({})


def audition(sound: asking.SoundAsked) -> Audition:
    """What is asked for, as the planning knows it; what is left as it is, is left out."""
    return Audition(
        preset=sound.preset,
        seconds=sound.seconds,
        seed=sound.seed,
        changes=sound.changes or None,
        controls=sound.controls or None,
        curves={name: tuple(points) for name, points in sound.curves.items() if points} or None,
        melody=melody_notes([asdict(note) for note in sound.melody]),
        faders_db=sound.faders_db or None,
        muted=tuple(sound.muted),
    )


def pcm(tracks: npt.NDArray[np.float32], facts: dict[str, Any]) -> Response:
    """Tracks one after the other, each left then right, as little-endian float32; facts as JSON in a header."""
    facts = {**facts, "shape": tracks.shape}
    return Response(
        np.ascontiguousarray(tracks, "<f4").tobytes(),
        media_type="application/octet-stream",
        headers={"x-sound": json.dumps(facts)},
    )


def _answering(handler: Handler) -> Handler:
    """A handler whose foreseen errors are one line for the page."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except TooLarge:
            return JSONResponse({"error": "too large"}, status_code=413)
        except SoundscapeError as error:
            where = f"{error.column}: " if error.column else ""
            return JSONResponse({"error": f"{where}{error.message}"}, status_code=422)

    return answer


async def _index(_: Request) -> Response:
    return FileResponse(STATIC / "index.html", media_type="text/html")


def make_app(page: Page, *, port: int, token: str) -> App:
    """The guarded application."""
    return Guard(Starlette(routes=page.routes(), lifespan=page.lifespan), port=port, token=token)
