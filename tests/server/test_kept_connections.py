"""Connections to receivers: used again where that is safe, and never one whose next answer may be another's."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from resolvers.operation.sending import Parcel
from rules.webhooks import Attempt
from server import address_guard, kept_connections
from server.address_guard import AddressGuard
from server.courier import HttpCourier
from server.kept_connections import Place, Target, target_of
from tests.waiting import until

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
DONE = b"HTTP/1.1 204 No Content\r\n\r\n"


class Scripted:
    """A receiver that answers each body by what is next in its script, None ending the connection instead.

    It remembers on which connection each came.
    """

    def __init__(self, *script: bytes | None) -> None:
        self.script = iter(script)
        self.came: list[int] = []
        self.writers: list[asyncio.StreamWriter] = []
        self.ended = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        mine = len(self.writers)
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                await reader.readexactly(2)
                self.came.append(mine)
                answer = next(self.script)
                if answer is None:
                    break
                writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # who called has gone
        finally:
            self.ended += 1
            writer.close()

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[Callable[[], Any]]:
        """Serve meanwhile; posts a body, and says what came of it."""
        courier = HttpCourier(lambda: datetime.now(UTC), ("127.0.0.1",))

        async def post() -> Attempt:
            return await courier.send(Parcel("Event_1", self.url, "{}", (SECRET,)), seconds=2)

        async with await asyncio.start_server(self.serve, "127.0.0.1", 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            try:
                yield post
            finally:
                await courier.close()


@pytest.mark.parametrize(
    "answer",
    [
        DONE,
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + DONE,
        b"HTTP/1.1 500 Sorry\r\nContent-Length: 5\r\n\r\nsorry",
    ],
)
async def test_a_connection_is_used_again_once_all_was_answered(answer: bytes) -> None:
    receiver = Scripted(answer, DONE)
    async with receiver.listening() as post:
        first = await post()
        second = await post()
    assert (first.status, second.status) == (500 if b"500" in answer else first.status, 204)
    assert first.status is not None
    assert receiver.came == [1, 1]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",  # of which the rest has not come yet
        b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n",
        DONE + b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",  # one that nobody asked for
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000,
    ],
)
async def test_a_connection_is_not_used_again_while_more_may_come(answer: bytes) -> None:
    receiver = Scripted(answer, DONE)
    async with receiver.listening() as post:
        first = await post()
        second = await post()
    assert (first.error, second.status) == (None, 204)
    assert receiver.came == [1, 2]


async def test_what_comes_unasked_later_ends_the_connection() -> None:
    receiver = Scripted(DONE, DONE)
    async with receiver.listening() as post:
        assert (await post()).status == 204
        receiver.writers[0].write(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
        await until(lambda: receiver.ended == 1)
        assert (await post()).status == 204
    assert receiver.came == [1, 2]


async def test_a_connection_that_ends_as_it_is_used_again_is_replaced_and_a_new_one_is_not() -> None:
    receiver = Scripted(DONE, None, DONE, None, None)
    async with receiver.listening() as post:
        assert [(await post()).status for _ in range(2)] == [204, 204]
        assert receiver.came == [1, 1, 2]
        ended = await post()
    assert (ended.status, ended.error) == (None, "refused")
    assert receiver.came == [1, 1, 2, 2, 3]


@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH_9.2\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000])
async def test_what_is_no_answer_is_refused_at_once(answer: bytes) -> None:
    receiver = Scripted(answer)
    async with receiver.listening() as post:
        attempt = await post()
    assert (attempt.status, attempt.error) == (None, "refused")


async def test_a_connection_that_is_not_used_is_ended_and_none_lasts_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = Scripted(DONE, DONE, DONE)
    async with receiver.listening() as post:
        monkeypatch.setattr(kept_connections, "LONGEST_SECONDS", 0.0)
        await post()
        await post()
        assert receiver.came == [1, 2]
        monkeypatch.undo()
        monkeypatch.setattr(kept_connections, "KEPT_SECONDS", 0.01)
        await post()
        await until(lambda: receiver.ended == 3)
    assert len(receiver.writers) == 3


async def test_where_the_first_address_is_silent_the_next_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address_guard, "CONNECT_SECONDS", 0.01)
    called: list[str] = []

    async def lookup(_host: str, _port: int) -> list[str]:
        return ["8.8.8.8", "1.1.1.1", "9.9.9.9"]

    async def network(_protocol: Any, address: str, _port: int, **_tls: Any) -> Any:
        called.append(address)
        if address == "1.1.1.1":
            raise ConnectionRefusedError
        if address == "8.8.8.8":
            await asyncio.Event().wait()
        return None, "connected"

    protocol: Any = object
    assert await AddressGuard((), lookup, network).connect(protocol, "name.example", 443, None) == "connected"
    assert called == ["8.8.8.8", "1.1.1.1", "9.9.9.9"]


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://Shop.Example/hooks?a=1", Target(Place("https", "shop.example", 443), b"shop.example", b"/hooks?a=1")),
        ("https://shop.example:443", Target(Place("https", "shop.example", 443), b"shop.example", b"/")),
        ("http://[::1]:9000/a", Target(Place("http", "::1", 9000), b"[::1]:9000", b"/a")),
    ],
)
def test_what_an_address_comes_to(url: str, target: Target) -> None:
    assert target_of(url) == target
