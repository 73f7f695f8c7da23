"""Connections to receivers, each for one body after the other, kept for some seconds in between.

HTTP is h11's; here is what it leaves to others: bytes, who waits for an answer, and which connection is used again.
"""

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, cast
from urllib.parse import urlsplit

import h11

from server.address_guard import AddressGuard

KEPT_SECONDS = 30.0
LONGEST_SECONDS = 300.0  # then the addresses of a host are looked up anew
MOST_THROWN_AWAY = 65_536  # bytes of what is answered beside the head
PORTS = {"http": 80, "https": 443}

Headers = Sequence[tuple[bytes, bytes]]


class Place(NamedTuple):
    """Whom a connection is to."""

    scheme: str
    host: str
    port: int


class Target(NamedTuple):
    """What an address comes to: whom to call, the host as it is told there, and what to ask it for."""

    place: Place
    host: bytes
    path: bytes


@lru_cache(maxsize=1_000)
def target_of(url: str) -> Target:
    """What an address comes to."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or PORTS[parts.scheme]
    told = f"[{host}]" if ":" in host else host
    told = told if port == PORTS[parts.scheme] else f"{told}:{port}"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(Place(parts.scheme, host, port), told.encode(), path.encode())


class Answer(NamedTuple):
    """The head of an answer: its status, and its headers by their names in small letters."""

    status: int
    headers: dict[bytes, bytes]


class NoAnswer(ConnectionError):
    """The other side ended the connection."""


@dataclass
class Connections:
    """Those to a place: all that are open, and of them those that are free, the one that was used last at the end."""

    open: "set[Connection]" = field(default_factory=set["Connection"])
    free: "dict[Connection, None]" = field(default_factory=dict["Connection", None])


class Connection(asyncio.Protocol):
    """A connection over which one body is posted at a time."""

    def __init__(self, others: Connections) -> None:
        self.ended = asyncio.Event()
        self._others = others
        self._loop = asyncio.get_running_loop()
        self._ends_at = self._loop.time() + LONGEST_SECONDS
        self._machine = h11.Connection(h11.CLIENT)
        self._thrown_away = 0
        self._answer: asyncio.Future[Answer] | None = None
        self._unused: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    async def post(self, path: bytes, headers: Headers, body: bytes) -> Answer:
        """Post a body; ConnectionError where nothing is answered, h11.RemoteProtocolError where it is not HTTP."""
        assert self._transport is not None
        self._others.free.pop(self, None)
        self._stop_waiting()
        self._answer = self._loop.create_future()
        said = (h11.Request(method="POST", target=path, headers=list(headers)), h11.Data(data=body), h11.EndOfMessage())
        self._transport.write(b"".join(self._machine.send(each) or b"" for each in said))
        try:
            answer = await self._answer
        except BaseException:
            self.abort()
            raise
        if self in self._others.open:
            self._unused = self._loop.call_later(KEPT_SECONDS, self.abort)
        return answer

    def abort(self) -> None:
        """End it at once."""
        self._others.free.pop(self, None)
        if self._transport is not None:
            self._transport.abort()

    # ------------------------------------------------------------ told by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is there."""
        self._transport = cast(asyncio.Transport, transport)
        self._others.open.add(self)

    def data_received(self, data: bytes) -> None:
        """Bytes came. What comes though nobody asked is no answer to what is asked next."""
        if self in self._others.free:
            self.abort()
            return
        try:
            self._machine.receive_data(data)
            while (event := self._machine.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
                self._take(event)
        except h11.ProtocolError as error:
            self._fail(error)
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has ended."""
        self._others.open.discard(self)
        self._others.free.pop(self, None)
        self._stop_waiting()
        self._fail(exc or NoAnswer())
        self.ended.set()

    # ------------------------------------------------------------ details

    def _take(self, event: object) -> None:
        """The head is the answer; the rest is thrown away, and nobody waits for it."""
        if isinstance(event, h11.Response):
            self._thrown_away = 0
            if self._answer is not None and not self._answer.done():  # who waited may have given up just now
                self._answer.set_result(Answer(event.status_code, dict(event.headers)))
        elif isinstance(event, h11.Data):
            self._thrown_away += len(event.data)
            if self._thrown_away > MOST_THROWN_AWAY:
                self.abort()
        elif isinstance(event, h11.EndOfMessage):
            self._begin_anew()

    def _begin_anew(self) -> None:
        is_done = self._machine.our_state is h11.DONE and self._machine.their_state is h11.DONE
        if is_done and not self._machine.trailing_data[0] and self._loop.time() < self._ends_at:
            self._machine.start_next_cycle()
            self._others.free[self] = None
        else:
            self.abort()

    def _fail(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)

    def _stop_waiting(self) -> None:
        if self._unused is not None:
            self._unused.cancel()


class KeptConnections:
    """Posts bodies over connections that are free, or over new ones to addresses that a guard has checked."""

    def __init__(self, guard: AddressGuard, trusted: ssl.SSLContext) -> None:
        self._guard = guard
        self._trusted = trusted
        self._to: dict[Place, Connections] = {}

    async def post(self, url: str, headers: Headers, body: bytes) -> Answer:
        """Post a body; a second time where a connection ended just as it was used again."""
        place, host, path = target_of(url)
        told = [(b"Host", host), *headers]
        others = self._to.setdefault(place, Connections())
        if others.free:
            connection = next(reversed(others.free))
            with suppress(ConnectionError):
                return await connection.post(path, told, body)
        trusted = self._trusted if place.scheme == "https" else None
        connection = await self._guard.connect(lambda: Connection(others), place.host, place.port, trusted)
        return await connection.post(path, told, body)

    async def close(self) -> None:
        """End every connection."""
        opened = [connection for each in self._to.values() for connection in each.open]
        for connection in opened:
            connection.abort()
        for connection in opened:
            await connection.ended.wait()
