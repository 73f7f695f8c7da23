"""Heads and tokens that hypothesis makes up, within limits of time and memory: the test runs it as a process."""

import asyncio
import base64
import hmac
import json
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from uvicorn.server import ServerState

from models.database import Database
from resolvers.operation.errors import Unauthenticated
from server.addresses import TrustedProxies, address_group
from server.app import create_app
from server.http.connections import ConnectionLimits, Connections
from server.http.listening import LARGEST_HEAD, LimitedHttp, LimitedSocket
from server.identity.auth import Authentication, Checks, OwnKey
from server.settings import Settings
from tests.security.limits import limit_to

SECRET = "Vt3xk0pQ9s-Zf7LrW1mYcA5uHbD8eJ2gNq6T"
LARGEST_CHUNK = 256 * 1024  # what a socket gives at a time
LARGEST_PIECE = 5_000_000
MEMORY = 256 * 1024 * 1024  # beside what the program itself takes
CPU_SECONDS = 60

fuzzed = settings(deadline=None, database=None, derandomize=True, suppress_health_check=tuple(HealthCheck))

# ---------------------------------------------------------------- heads

STARTS = (
    b"GET / HTTP/1.1\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"POST / HTTP/1.0\r\nContent-Length: 7\r\n\r\n",
    b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
    b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /",
)
PARTS = (
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b" ",
        b"\x00",
        b"x",
        b"%",
        b"x: y\r\n",
        b"X-Forwarded-For: 1.2.3.4\r\n",
        b"Host: \xff\r\n",
    ),
    *(b"0\r\n", b"1\r\nx\r\n", b"1;x=y\r\nz\r\n", b"fffffffff\r\n", b" folded\r\n", b"\r\n\r\n", b"\x88\x80abcd"),
)


class Wire(asyncio.Transport):
    """A transport that takes everything, and is closed as soon as it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.protocol: Any = None
        self.closed = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("198.51.100.7", 50000) if name == "peername" else default

    def write(self, data: Any) -> None:
        """Nobody reads it."""

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    abort = close

    def pause_reading(self) -> None:
        """It gives all there is."""

    def resume_reading(self) -> None:
        """It gives all there is."""

    def set_protocol(self, protocol: Any) -> None:
        self.protocol = protocol

    def get_protocol(self) -> Any:
        return self.protocol


async def answering(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        return await send({"type": "websocket.close"})
    await send({"type": "http.response.start", "status": 204, "headers": []})
    return await send({"type": "http.response.body", "body": b""})


def chunks(pieces: list[tuple[bytes, int]], size: int) -> Iterator[bytes]:
    for part, times in pieces:
        whole = part * min(times, LARGEST_PIECE // len(part))
        yield from (whole[at : at + size] for at in range(0, len(whole), size))


@fuzzed
@given(
    st.sampled_from(STARTS),
    st.lists(
        st.tuples(st.sampled_from(PARTS) | st.binary(min_size=1, max_size=40), st.integers(1, LARGEST_PIECE)),
        max_size=6,
    ),
    st.sampled_from((1_000, 65_536, LARGEST_CHUNK)),
)
def fuzz_heads(start: bytes, pieces: list[tuple[bytes, int]], size: int) -> None:
    """Whatever comes, no more is kept of a head than one may have, and the place is given back."""
    asyncio.run(fed(start, pieces, size))


async def fed(start: bytes, pieces: list[tuple[bytes, int]], size: int) -> None:
    config = uvicorn.Config(answering, log_config=None, access_log=False, ws=LimitedSocket, lifespan="off")
    connections = Connections(ConnectionLimits(), TrustedProxies(""))
    http = LimitedHttp(config, ServerState(), {"connections": connections})
    wire = Wire()
    wire.protocol = http
    http.connection_made(wire)
    for chunk in chunks([(start, 1), *pieces], size):
        wire.protocol.data_received(chunk)
        await asyncio.sleep(0)
        assert http._untold <= LARGEST_HEAD or wire.closed
        assert sum(len(name) + len(value) for name, value in http.headers or []) <= LARGEST_HEAD
        if wire.closed:
            break
    wire.protocol.connection_lost(None)
    for _ in range(3):
        await asyncio.sleep(0)
    assert connections.open == 0


# ---------------------------------------------------------------- headers

NAMES = ("accept", "authorization", "content-type", "cookie", "host", "if-none-match", "origin", "x-forwarded-for")
VALUES = st.binary(max_size=200) | st.sampled_from(
    (b"*/*;q=", b"a,", b"Bearer ", b'W/"', b"1.2.3.4, ", b"[::1]:")
).flatmap(lambda part: st.integers(1, LARGEST_HEAD // len(part)).map(lambda times: part * times))


async def fuzz_headers(store: str) -> None:
    """Whatever headers say, a request is answered, and never by a fault of ours."""
    made = Settings(database_url=store, secret_key=SECRET, trusted_proxies="10.0.0.0/8", log_level="error")
    app = create_app(made)
    async with app.router.lifespan_context(app):
        limit_to(MEMORY, CPU_SECONDS)  # once more: what it takes to start is the program's own
        await asyncio.to_thread(_fuzz_headers, asyncio.get_running_loop(), app)


def _fuzz_headers(loop: asyncio.AbstractEventLoop, app: Starlette) -> None:
    headers = st.lists(st.tuples(st.sampled_from([*NAMES, *(f"x-{name}" for name in "abc")]).map(str.encode), VALUES))

    @fuzzed
    @given(st.sampled_from(("/", "/graphql", "/healthz", "/metrics", "/nowhere", "/exports/x")), headers)
    def answered(path: str, given_headers: list[tuple[bytes, bytes]]) -> None:
        status = asyncio.run_coroutine_threadsafe(asked(app, path, given_headers), loop).result()
        assert 200 <= status < 500, status

    answered()


async def asked(app: Starlette, path: str, headers: list[tuple[bytes, bytes]]) -> int:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"query=%7Bviewer%7Brole%7D%7D",
        "headers": headers,
        "client": ("10.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "scheme": "http",
        "root_path": "",
        "http_version": "1.1",
    }
    await app(scope, receive, send)
    return sent[0]["status"]


@fuzzed
@given(st.text(max_size=60), st.lists(st.text(max_size=60) | st.from_regex(r"[0-9.:,\[\]%a-f ]{0,60}"), max_size=5))
def fuzz_addresses(peer: str, forwarded_for: list[str]) -> None:
    """Whatever a proxy passes on names somebody."""
    assert isinstance(address_group(TrustedProxies("10.0.0.0/8").caller("10.0.0.1", forwarded_for)), str)
    assert TrustedProxies("10.0.0.0/8").caller(peer, forwarded_for) == peer


# ---------------------------------------------------------------- tokens

WORDS = (
    st.text(max_size=30)
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.none()
    | st.just(10**4_000)
    | st.just("1" * 5_000)
)
JSON = st.recursive(
    WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
)
VALID = {"sub": "ann", "role": "STAFF", "business": 1, "exp": 2**33}
CLAIMS = st.fixed_dictionaries(
    {},
    optional={
        name: JSON | known
        for name, known in {
            "sub": st.sampled_from(("ann", "\ud800", "x" * 300)),
            "role": st.sampled_from(("STAFF", "staff", "ſtaff", "CUSTOMER")),
            "business": st.sampled_from((1, "1", "١", 2**63, -1)),
            "customer": st.sampled_from((1, "1", 0)),
            "exp": st.sampled_from((2**33, 0, 10**400, 1e308, "9999999999", -1)),
            "nbf": st.sampled_from((0, 2**40)),
            "iat": st.sampled_from((0, 2**40)),
            "aud": st.sampled_from(("x", ["x"])),
            "iss": st.sampled_from(("x", ["x"])),
            "jti": st.sampled_from(("x", 7)),
            "pii": st.booleans(),
        }.items()
    },
).map(lambda changes: {**VALID, **changes})
DEEP = st.integers(1, 20_000).flatmap(
    lambda depth: st.sampled_from((b"[" * depth, b'{"alg":' * depth, b'{"alg":"HS256","x":' + b"[" * depth))
)
HEADERS = st.fixed_dictionaries(
    {"alg": st.sampled_from(("HS256", "none", "RS256", "ES256", "hs256")) | JSON},
    optional={"typ": JSON, "kid": JSON, "crit": JSON, "b64": JSON, "jwk": JSON, "zip": JSON},
)


def part(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def signed(header: bytes, claims: bytes) -> str:
    """A token of these, whatever they are, signed as ours are."""
    text = part(header) + b"." + part(claims)
    return (text + b"." + part(hmac.digest(SECRET.encode(), text, sha256))).decode()


GOOD = st.just(b'{"alg":"HS256","typ":"JWT"}')
TOKENS = (
    st.builds(
        signed,
        GOOD | HEADERS.map(as_json) | DEEP | st.binary(max_size=60),
        CLAIMS.map(as_json) | DEEP | st.binary(max_size=60),
    )
    | st.text(max_size=60)
    | st.builds(".".join, st.lists(st.text(max_size=20), max_size=6))
)


async def fuzz_tokens(store: str) -> None:
    """Whatever a token is, it lets somebody in or is refused in words."""
    database = Database(store)
    authentication = Authentication(OwnKey(SECRET, Checks(None, None)), database)
    await asyncio.to_thread(_fuzz_tokens, asyncio.get_running_loop(), authentication)
    await database.close()


def _fuzz_tokens(loop: asyncio.AbstractEventLoop, authentication: Authentication) -> None:
    let_in: list[bool] = []

    @fuzzed
    @given(st.sampled_from(("Bearer ", "bearer\t", "Basic ", "")), TOKENS)
    def read(scheme: str, token: str) -> None:
        authorization = f"{scheme}{token}"
        let_in.append(asyncio.run_coroutine_threadsafe(is_let_in(authentication, authorization), loop).result())

    read()
    assert {True, False} <= set(let_in)


async def is_let_in(authentication: Authentication, authorization: str) -> bool:
    try:
        admission = await authentication.admission(authorization)
    except Unauthenticated:
        return False
    assert admission.viewer.business_id == VALID["business"]
    return True


# ---------------------------------------------------------------- the process


def main() -> None:
    """Try what is named."""
    tries: dict[str, Callable[[], object]] = {
        "heads": fuzz_heads,
        "addresses": fuzz_addresses,
        "headers": lambda: asyncio.run(fuzz_headers(sys.argv[2])),
        "tokens": lambda: asyncio.run(fuzz_tokens(sys.argv[2])),
    }
    limit_to(MEMORY, CPU_SECONDS)
    tries[sys.argv[1]]()
    print(f"{sys.argv[1]}: well")


if __name__ == "__main__":
    main()
