"""What is sent to hurt: each is refused clearly, with a bounded amount of work. bench/hostile.py prints the times."""

import socket
import time
from collections.abc import AsyncGenerator
from contextlib import closing
from typing import Any

import pytest
from graphql import parse

from bench.hostile import ATTACKS, Attack, send
from schema.document.errors import DocumentRefused
from schema.document.limits import Limits, Measuring
from server.app import create_app
from server.settings import Settings
from tests.server.conftest import token_of
from tests.server.serving import served

MOST_TOLD = 20_000


@pytest.fixture
async def app(settings: Settings, shop: Any) -> AsyncGenerator[Any]:
    """A server of the real schema."""
    made = create_app(settings.model_copy(update={"log_level": "error"}))
    async with made.router.lifespan_context(made):
        yield made


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
async def test_it_is_refused_clearly(app: Any, settings: Settings, shop: Any, attack: Attack) -> None:
    status, answer = await send(app, attack, token_of(settings, shop))

    # What only a resolver can tell is refused where it stands in an answer without data.
    assert 400 <= status < 500 or (status == 200 and not any(answer["data"].values()))
    assert {error["extensions"]["code"] for error in answer["errors"]} <= set(attack.codes)
    assert all(error["message"] for error in answer["errors"])
    assert sum(len(error["message"]) for error in answer["errors"]) < MOST_TOLD, "what was sent is not sent back"


async def test_after_all_of_them_the_server_answers(app: Any, settings: Settings, shop: Any) -> None:
    token = token_of(settings, shop)
    for attack in ATTACKS.values():
        await send(app, attack, token)

    status, answer = await send(app, Attack(b'{"query": "{ viewer { role } }"}', ()), token)
    assert (status, answer["data"]) == (200, {"viewer": {"role": "MANAGER"}})
    assert app.state.endpoint.documents.kept_bytes <= 64 * 1024**2


@pytest.mark.parametrize("levels", [10, 60, 190])
def test_the_work_grows_with_the_document_and_not_with_what_it_spreads(levels: int) -> None:
    body = "".join(
        f"fragment F{i} on Customer {{ a: acquisition {{ referrer {{ ...F{i + 1} ...F{i + 1} }} }} }} "
        for i in range(levels)
    )
    document = parse(f"{{ customers {{ nodes {{ ...F0 }} }} }} {body} fragment F{levels} on Customer {{ id }}")
    measuring = Measuring(document, Limits())
    with pytest.raises(DocumentRefused):
        measuring.check()

    assert measuring.visited <= 4 * levels + 10


def test_fields_of_the_same_name_are_not_compared_without_end() -> None:
    for count, is_refused in ((50, False), (190, True)):
        spreads = " ".join(f"...F{i}" for i in range(count))
        fragments = "".join(f"fragment F{i} on Business {{ id name currency }} " for i in range(count))
        measuring = Measuring(parse(f"{{ viewer {{ business {{ {spreads} }} }} }} {fragments}"), Limits())
        if is_refused:
            with pytest.raises(DocumentRefused, match="comparisons of fields with the same name"):
                measuring.check()
        else:
            measuring.check()


def test_slow_bodies_end_and_hold_no_worker(settings: Settings, shop: Any) -> None:
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token_of(settings, shop)}\r\n"
        "Content-Type: application/json\r\nAccept: application/graphql-response+json\r\n"
    )
    whole = b'{"query": "{ viewer { role } }"}'
    with served(create_app(settings.model_copy(update={"body_seconds": 0.3, "log_level": "error"}))) as port:

        def sent(length: int, part: bytes) -> socket.socket:
            connection = socket.create_connection(("127.0.0.1", port), timeout=10)
            connection.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode() + part)
            return connection

        slow = [sent(len(whole), whole[:5]) for _ in range(40)]
        with closing(sent(len(whole), whole)) as quick:
            assert quick.recv(4096).startswith(b"HTTP/1.1 200"), "others are answered meanwhile"
        started = time.monotonic()
        for connection in slow:
            with closing(connection):
                answer = connection.recv(4096)
                assert answer.startswith(b"HTTP/1.1 408")
                assert b"did not arrive within 0.3 seconds" in answer or connection.recv(4096)
        assert time.monotonic() - started < 8
