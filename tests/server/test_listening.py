"""What a connection is held to before it is a request, over real sockets: each server takes some tenths of a second."""

import socket
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from server.addresses import TrustedProxies
from server.app import create_app
from server.http.connections import ConnectionLimits, Connections
from server.http.listening import LARGEST_HEAD, MOST_PIPELINED
from server.settings import Settings
from tests.server.conftest import tiny_schema
from tests.server.serving import served

GET = b"GET /healthz HTTP/1.1\r\nHost: shop\r\n"
SHAKE = (
    b"GET /graphql HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n"
)
CHUNKED = b"POST /healthz HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n"
SECONDS = 20  # to wait for an answer that is certain to come


@contextmanager
def serving(settings: Settings, **changed: Any) -> Generator[int]:
    with served(create_app(settings.model_copy(update=changed), tiny_schema)) as port:
        yield port


@contextmanager
def connected(port: int) -> Generator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as wire:
        yield wire


def answer(wire: socket.socket) -> bytes:
    """All that comes until the server closes."""
    parts: list[bytes] = []
    try:
        while part := wire.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass  # it closed with what we had sent unread
    return b"".join(parts)


def sent(port: int, pieces: Iterator[bytes] | list[bytes]) -> tuple[bytes, int]:
    """What is answered to these pieces until the server closes, and how many bytes it let us send."""
    with connected(port) as wire:
        taken = 0
        try:
            for piece in pieces:
                wire.sendall(piece)
                taken += len(piece)
        except (ConnectionResetError, BrokenPipeError):
            pass
        return answer(wire), taken


def status(answered: bytes) -> int:
    return int(answered.split(b" ", 2)[1])


def endless(start: bytes, piece: bytes) -> Iterator[bytes]:
    """60 MiB of it, which took 1.2 GiB."""
    yield start
    for _ in range(60 * 1024 * 1024 // len(piece)):
        yield piece


# ---------------------------------------------------------------- heads


def test_a_head_of_64_kb_is_taken_and_a_larger_one_is_not(settings: Settings, shop: Any) -> None:
    def head(size: int) -> list[bytes]:
        """As the server counts: the address and each header with its colon, space and line end."""
        other = len(b"/healthz") + len(b"Host: shop\r\n") + len(b"Connection: close\r\n") + len(b"X: \r\n")
        return [GET + b"Connection: close\r\nX: " + b"x" * (size - other) + b"\r\n\r\n"]

    with serving(settings) as port:
        assert status(sent(port, head(LARGEST_HEAD))[0]) == 200
        refused, _ = sent(port, head(LARGEST_HEAD + 1))
        assert refused.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
        assert refused.endswith(b"connection: close\r\n\r\nthe head of a request has at most 65,536 bytes\n")


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (GET, b"X: " + b"x" * 1_000 + b"\r\n"),
        (GET, b"x: y\r\n" * 1_000),
        (GET + b"X: ", b"x" * 100_000),
        (GET, b"x" * 1_000),
        (b"GET /", b"x" * 1_000),
        (b"", b"\r\n" * 1_000),
        (SHAKE, b"x: y\r\n" * 1_000),
        (SHAKE + b"X: ", b"x" * 1_000),
    ],
    ids=["headers", "short headers", "a value", "a name", "an address", "empty lines", "handshake", "its value"],
)
def test_a_head_without_end_is_cut_off_as_it_comes(settings: Settings, shop: Any, start: bytes, piece: bytes) -> None:
    with serving(settings) as port:
        answered, taken = sent(port, endless(start, piece))
        assert taken < 16 * 1024 * 1024  # what buffers of two sockets hold
        assert answered == b"" or status(answered) == 431
        assert status(sent(port, [GET + b"Connection: close\r\n\r\n"])[0]) == 200


@pytest.mark.parametrize("piece", [b"x: y\r\n" * 1_000, b"x" * 1_000], ids=["headers", "a name"])
def test_headers_after_a_body_are_a_head_too(settings: Settings, shop: Any, piece: bytes) -> None:
    with serving(settings) as port:
        _, taken = sent(port, endless(CHUNKED, piece))
        assert taken < 16 * 1024 * 1024


def test_a_handshake_that_websockets_does_not_take_ends(settings: Settings, shop: Any) -> None:
    """Lines of at most 8 kB, at most 128 of them: it would say nothing and wait."""
    with serving(settings) as port:
        for wrong in (b"X: " + b"x" * 10_000 + b"\r\n", b"x: y\r\n" * 200):
            assert status(sent(port, [SHAKE + wrong + b"\r\n"])[0]) == 431


def test_many_requests_at_once_are_few(settings: Settings, shop: Any) -> None:
    with serving(settings) as port:
        some, _ = sent(port, [GET + b"\r\n"] * (MOST_PIPELINED - 1) + [GET + b"Connection: close\r\n\r\n"])
        assert some.count(b"HTTP/1.1 200 OK") == MOST_PIPELINED
        many, _ = sent(port, [(GET + b"\r\n") * 10_000])
        assert many.count(b"HTTP/1.1 200 OK") <= MOST_PIPELINED + 1


# ---------------------------------------------------------------- time


def test_a_head_that_does_not_come_to_its_end_ends(settings: Settings, shop: Any) -> None:
    with serving(settings, head_seconds=0.2) as port:
        late, _ = sent(port, [GET])
        assert late.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
        assert late.endswith(b"the request did not arrive within 0.2 seconds\n")
        assert sent(port, [])[0] == b""


@pytest.mark.parametrize(
    ("request_", "following"),
    [
        (GET + b"\r\n", GET),
        (GET + b"\r\n", b"\r\n"),
        (b"POST /healthz HTTP/1.1\r\nHost: shop\r\nContent-Length: 1000\r\n\r\n", b"x"),
    ],
    ids=["half a head", "an empty line", "a part of a body that nobody reads"],
)
def test_what_comes_after_an_answer_has_its_time_too(
    settings: Settings, shop: Any, request_: bytes, following: bytes
) -> None:
    with serving(settings, head_seconds=0.2) as port, connected(port) as wire:
        wire.sendall(request_)
        assert status(wire.recv(65536)) in (200, 405)
        wire.sendall(following)
        assert status(answer(wire)) == 408


def test_an_answer_that_nobody_reads_is_not_kept(settings: Settings, shop: Any) -> None:
    """What the buffers of the sockets hold is sent; then the place is another's."""
    large = Starlette(
        routes=[Route("/", lambda _: Response(b"x" * 30_000_000))],
        lifespan=holding(Connections(ConnectionLimits(per_address=1, head_seconds=0.1), TrustedProxies(""))),
    )
    with served(large) as port, connected(port) as wire:
        wire.sendall(b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
        while status(sent(port, [b"GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n"])[0]) == 429:
            pass  # it has its share until then
        assert len(answer(wire)) < 30_000_000


def holding(connections: Connections) -> Any:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[dict[str, Any]]:
        yield {"connections": connections}

    return lifespan


# ---------------------------------------------------------------- how many


@pytest.mark.parametrize(
    ("limit", "code", "reason"),
    [
        ("max_connections_per_address", 429, b"too many connections of one address: try again later\n"),
        ("max_connections", 503, b"too many connections to this server: try again later\n"),
    ],
)
def test_connections_have_a_limit_and_those_that_end_make_room(
    settings: Settings, shop: Any, limit: str, code: int, reason: bytes
) -> None:
    with serving(settings, **{limit: 3}) as port, ExitStack() as kept:
        wires = [kept.enter_context(connected(port)) for _ in range(3)]
        for wire in wires[:2]:
            wire.sendall(GET + b"\r\n")
            assert status(wire.recv(65536)) == 200
        wires[2].sendall(SHAKE + b"\r\n")  # a WebSocket keeps the place that it had
        assert status(wires[2].recv(65536)) == 101
        refused, _ = sent(port, [])
        assert status(refused) == code
        assert b"\r\nretry-after: 5\r\n" in refused
        assert refused.endswith(b"\r\n\r\n" + reason)
        wires[2].sendall(b"\x88\x80abcd")  # a closing frame
        answer(wires[2])
        assert status(sent(port, [GET + b"Connection: close\r\n\r\n"])[0]) == 200
        wires[0].sendall(GET + b"Connection: close\r\n\r\n")
        answer(wires[0])
        assert [status(sent(port, [GET + b"Connection: close\r\n\r\n"])[0]) for _ in range(4)] == [200] * 4


def test_those_that_say_nothing_are_fewer(settings: Settings, shop: Any) -> None:
    with serving(settings, max_silent_per_address=2) as port, ExitStack() as kept:
        silent = [kept.enter_context(connected(port)) for _ in range(2)]
        refused, _ = sent(port, [])
        assert status(refused) == 429
        assert refused.endswith(b"\r\n\r\ntoo many connections of one address that ask for nothing: try again later\n")
        silent[0].sendall(GET + b"\r\n")
        assert status(silent[0].recv(65536)) == 200
        assert status(sent(port, [GET + b"Connection: close\r\n\r\n"])[0]) == 200


def test_a_trusted_proxy_holds_connections_for_everybody(settings: Settings, shop: Any) -> None:
    few = {"max_connections_per_address": 1, "max_silent_per_address": 1, "trusted_proxies": "127.0.0.1"}
    with serving(settings, **few) as port, ExitStack() as kept:
        for wire in [kept.enter_context(connected(port)) for _ in range(3)]:
            wire.sendall(GET + b"X-Forwarded-For: 198.51.100.7\r\n\r\n")
            assert status(wire.recv(65536)) == 200
