"""`dataChanged` over graphql-transport-ws."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect
from websockets.asyncio.client import connect

from models.database import Database
from resolvers.operation import changes
from resolvers.operation.changes import Changes, Revisions
from resolvers.operation.reader import Statements
from resolvers.operation.viewer import Role, Viewer
from server.app import create_app
from server.http.subscriptions import PROTOCOL, SocketLimits, origins_of
from server.identity.auth import token_for
from server.settings import Settings
from tests.builders import Shop, open_shop
from tests.conftest import on_server
from tests.server.conftest import SECRET
from tests.servers import running

CHANGED = "subscription { dataChanged { dataRevision changedAt } }"


@pytest.fixture
async def shop(sqlite_database: Database) -> Shop:
    made = await open_shop(sqlite_database)
    made.sale("anna", "2026-03-01", "1.00")
    await made.save()
    return made


class Talking:
    """A client of the server."""

    def __init__(self, client: TestClient, settings: Settings, shop: Shop) -> None:
        self.client = client
        self.settings = settings
        self.shop = shop
        self.app: Any = client.app

    def token(self, lifetime: float = 3_600, **changed: Any) -> str:
        viewer = replace(Viewer("stan", Role.STAFF, self.shop.id), **changed)
        return token_for(viewer, self.settings, datetime.now(UTC), timedelta(seconds=lifetime))

    def connect(self, headers: dict[str, str] | None = None, protocols: tuple[str, ...] = (PROTOCOL,)) -> Any:
        return self.client.websocket_connect("/graphql", list(protocols), headers=headers or {})

    @contextmanager
    def talk(self, lifetime: float = 3_600, **viewer: Any) -> Generator[Any]:
        """A socket that was let in."""
        with self.connect() as socket:
            token = self.token(lifetime, **viewer)
            socket.send_json({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
            assert socket.receive_json() == {"type": "connection_ack"}
            yield socket


@pytest.fixture
def talking(sqlite_url: str, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Generator[Talking]:
    monkeypatch.setattr(changes, "TELLS_EVERY_SECONDS", 1.0)
    settings = Settings(database_url=sqlite_url, secret_key=SECRET, allowed_origins="https://app.example")
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as client:
        yield Talking(client, settings, shop)


def subscribe(id_: str = "1", query: str = CHANGED, **payload: Any) -> dict[str, Any]:
    return {"id": id_, "type": "subscribe", "payload": {"query": query, **payload}}


def closing(socket: Any) -> tuple[int, str]:
    """With which code and reason the server closes."""
    try:
        while True:
            socket.receive_json()
    except WebSocketDisconnect as closed:
        return closed.code, closed.reason


# ---------------------------------------------------------------- events


async def test_the_last_change_comes_at_once_and_then_each_new_one(talking: Talking, shop: Shop) -> None:
    def listen() -> list[Any]:
        with talking.talk() as socket:
            socket.send_json(subscribe())
            heard = [socket.receive_json()]
            asyncio.run_coroutine_threadsafe(shop.change(), loop).result()
            heard.append(socket.receive_json())
            socket.send_json({"id": "1", "type": "complete"})
            socket.send_json({"type": "ping"})
            heard.append(socket.receive_json())
        return heard

    loop = asyncio.get_running_loop()
    first, second, pong = await asyncio.to_thread(listen)
    assert (first["id"], first["type"]) == ("1", "next")
    assert first["payload"] == {"data": {"dataChanged": {"dataRevision": 1, "changedAt": "2026-03-05T12:00:00+00:00"}}}
    assert second["payload"]["data"]["dataChanged"]["dataRevision"] == 2
    assert pong == {"type": "pong"}
    assert talking.app.state.endpoint.services.changes.watched == []


async def test_several_changes_in_a_second_are_one_event(talking: Talking, shop: Shop) -> None:
    async def write() -> None:
        for _ in range(5):
            await shop.change()

    def listen() -> list[tuple[int, float]]:
        heard: list[tuple[int, float]] = []
        with talking.talk() as socket:
            socket.send_json(subscribe())
            while not heard or heard[-1][0] < 11:
                event = socket.receive_json()["payload"]["data"]["dataChanged"]
                heard.append((event["dataRevision"], time.monotonic()))
                if len(heard) <= 2:
                    asyncio.run_coroutine_threadsafe(write(), loop).result()
        return heard

    loop = asyncio.get_running_loop()
    heard = await asyncio.to_thread(listen)
    assert [revision for revision, _ in heard] == sorted({revision for revision, _ in heard})
    assert len(heard) <= 5
    assert all(later - earlier > 0.9 for (_, earlier), (_, later) in pairwise(heard))


async def test_only_the_viewer_s_business_is_told_of(talking: Talking, shop: Shop) -> None:
    other = await open_shop(shop.database, "Other")

    def listen() -> Any:
        with talking.talk() as socket:
            socket.send_json(subscribe())
            assert socket.receive_json()["payload"]["data"]["dataChanged"]["dataRevision"] == 1
            asyncio.run_coroutine_threadsafe(other.change(), loop).result()
            time.sleep(1.2)
            asyncio.run_coroutine_threadsafe(shop.change(), loop).result()
            return socket.receive_json()["payload"]["data"]["dataChanged"]["dataRevision"]

    loop = asyncio.get_running_loop()
    assert await asyncio.to_thread(listen) == 2


@pytest.mark.processes
async def test_another_process_is_heard_of_at_any_worker(store_url: str, tmp_path: Path) -> None:
    database = Database(store_url)
    shop = await open_shop(database)
    await shop.change()
    with running(store_url, tmp_path, workers=2) as server:
        address = server.graphql.replace("http", "ws")
        headers = {"Authorization": server.headers(shop.id)["Authorization"]}
        sockets = [
            await connect(address, subprotocols=[PROTOCOL], additional_headers=headers)  # pyright: ignore[reportArgumentType]
            for _ in range(6)
        ]
        for socket in sockets:
            await socket.send(json.dumps({"type": "connection_init"}))
            assert json.loads(await socket.recv()) == {"type": "connection_ack"}
            await socket.send(json.dumps(subscribe()))
            assert json.loads(await socket.recv())["payload"]["data"]["dataChanged"]["dataRevision"] == 1
        await shop.change()
        for socket in sockets:
            heard = json.loads(await asyncio.wait_for(socket.recv(), 10))
            assert heard["payload"]["data"]["dataChanged"]["dataRevision"] == 2
    for socket in sockets:  # the server has ended
        await asyncio.wait_for(socket.wait_closed(), 10)
        assert socket.close_code == 1012
    await database.close()


# ---------------------------------------------------------------- who may listen


def test_the_token_may_come_in_the_header(talking: Talking) -> None:
    with talking.connect({"Authorization": f"Bearer {talking.token()}"}) as socket:
        socket.send_json({"type": "connection_init"})
        assert socket.receive_json() == {"type": "connection_ack"}


@pytest.mark.parametrize("payload", [None, {}, {"authorization": "Bearer x.y.z"}, {"Authorization": 7}, "Bearer", []])
def test_without_a_token_that_holds_the_socket_is_closed(talking: Talking, payload: Any) -> None:
    with talking.connect() as socket:
        socket.send_json({"type": "connection_init", "payload": payload})
        code, reason = closing(socket)
    assert code == 4403
    assert reason.startswith("Forbidden: ")
    assert len(reason.encode()) <= 123


def test_an_expired_token_closes_the_socket(talking: Talking) -> None:
    with talking.talk(lifetime=1.5) as socket:
        socket.send_json(subscribe())
        assert socket.receive_json()["type"] == "next"
        assert closing(socket) == (4403, "Forbidden: the token has expired")
    assert talking.app.state.endpoint.services.changes.watched == []


def test_a_customer_does_not_learn_when_the_shop_writes(talking: Talking) -> None:
    with talking.talk(role=Role.CUSTOMER, customer_id=1) as socket:
        socket.send_json(subscribe())
        refused = socket.receive_json()
    assert (refused["id"], refused["type"]) == ("1", "error")
    assert refused["payload"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CUSTOMER])
def test_everybody_of_the_shop_may_listen(talking: Talking, role: Role) -> None:
    with talking.talk(role=role) as socket:
        socket.send_json(subscribe())
        assert socket.receive_json()["type"] == "next"


@pytest.mark.parametrize(
    ("origin", "is_let_in"),
    [
        (None, True),
        ("http://testserver", True),
        ("https://TESTSERVER", True),
        ("https://app.example", True),
        ("https://APP.example", True),
        ("https://app.example.evil", False),
        ("https://evil.example", False),
        ("http://testserver:9000", False),
        ("http://testserver.evil.example", False),
        ("null", False),
        ("", False),
        ("http://[", False),
    ],
)
def test_pages_of_other_sites_do_not_connect(talking: Talking, origin: str | None, is_let_in: bool) -> None:
    headers = {} if origin is None else {"Origin": origin}
    if is_let_in:
        with talking.connect(headers) as socket:
            assert socket.accepted_subprotocol == PROTOCOL
        return
    with pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)), talking.connect(headers):
        pass


def test_origins_are_a_list() -> None:
    assert origins_of(" https://A.example/, http://b:1 ,") == {"https://a.example", "http://b:1"}
    assert origins_of("") == frozenset()


def test_the_demo_lets_this_machine_alone_connect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for caller, host in ((("192.168.1.20", 50_000), "127.0.0.1"), (("127.0.0.1", 50_000), "evil.example")):
        with (
            TestClient(create_app(Settings()), base_url=f"http://{host}:8000", client=caller) as client,  # pyright: ignore[reportCallIssue]
            pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)),
            client.websocket_connect("/graphql", [PROTOCOL]),
        ):
            pass


# ---------------------------------------------------------------- the protocol


def test_another_protocol_is_not_spoken(talking: Talking) -> None:
    for protocols in ((), ("graphql-ws",)):
        with talking.connect(protocols=protocols) as socket:
            assert closing(socket)[0] == 4406


def test_who_does_not_begin_is_not_waited_for(talking: Talking) -> None:
    talking.app.state.subscriptions._limits = SocketLimits(init_seconds=0.1)
    with talking.connect() as socket:
        socket.send_json({"type": "ping"})
        assert socket.receive_json() == {"type": "pong"}
        assert closing(socket) == (4408, "Connection initialisation timeout")


def test_asking_before_the_token_is_unauthorized(talking: Talking) -> None:
    with talking.connect() as socket:
        socket.send_json(subscribe())
        assert closing(socket) == (4401, "Unauthorized")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"type": "connection_init"}, 4429),
        ({"type": "unknown"}, 4400),
        ({"type": 7}, 4400),
        ({}, 4400),
        ([], 4400),
        ("text", 4400),
        ({"type": "subscribe", "payload": {"query": CHANGED}}, 4400),
        ({"id": "", "type": "subscribe", "payload": {"query": CHANGED}}, 4400),
        ({"id": "x" * 201, "type": "subscribe"}, 4400),
        ({"type": "complete"}, 4400),
        ({"id": "first", "type": "subscribe", "payload": {"query": CHANGED}}, 4409),
        ({"type": "ping", "payload": "x" * 300_000}, 4400),
    ],
)
def test_what_is_no_message_of_the_protocol_closes(talking: Talking, message: Any, code: int) -> None:
    with talking.talk() as socket:
        socket.send_json(subscribe("first"))
        socket.send_json(message)
        assert closing(socket)[0] == code


def test_a_reason_fits_into_its_frame_in_whole_characters(talking: Talking) -> None:
    with talking.talk() as socket:
        socket.send_json(subscribe("\N{GRINNING FACE}" * 200))
        socket.send_json(subscribe("\N{GRINNING FACE}" * 200))
        code, reason = closing(socket)

    assert (code, reason) == (4409, "Subscriber for " + "\N{GRINNING FACE}" * 26)


def test_neither_do_bytes_and_other_text(talking: Talking) -> None:
    sends: list[Callable[[Any], None]] = [lambda s: s.send_bytes(b"{}"), lambda s: s.send_text("{")]
    for send in sends:
        with talking.talk() as socket:
            send(socket)
            assert closing(socket)[0] == 4400


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "subscription {"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "subscription { nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{ viewer { role } }"}, "BAD_USER_INPUT"),
        ({"query": "subscription { dataChanged { dataRevision } } { viewer { role } }"}, "BAD_USER_INPUT"),
        ({"query": "subscription { a: dataChanged { dataRevision } b: dataChanged { dataRevision } }"}, None),
        ({"documentId": "0" * 64}, "DOCUMENT_UNKNOWN"),
        ({}, "BAD_USER_INPUT"),
        (None, "BAD_USER_INPUT"),
        ([], "BAD_USER_INPUT"),
    ],
)
def test_an_operation_that_is_refused_leaves_the_socket_open(talking: Talking, payload: Any, code: str | None) -> None:
    with talking.talk() as socket:
        socket.send_json({"id": "1", "type": "subscribe", "payload": payload})
        refused = socket.receive_json()
        assert (refused["id"], refused["type"]) == ("1", "error")
        assert code in (None, refused["payload"][0]["extensions"]["code"])
        socket.send_json(subscribe("1"))  # the id is free again
        assert socket.receive_json()["type"] == "next"


def test_a_socket_holds_a_limited_number(talking: Talking) -> None:
    talking.app.state.subscriptions._limits = SocketLimits(subscriptions=2)
    with talking.talk() as socket:
        for id_ in ("1", "2"):
            socket.send_json(subscribe(id_))
            assert socket.receive_json()["type"] == "next"
        socket.send_json(subscribe("3"))
        assert "at most 2" in socket.receive_json()["payload"][0]["message"]
        assert len(talking.app.state.endpoint.services.changes.watched) == 1  # one look for both
        socket.send_json({"id": "1", "type": "complete"})
        socket.send_json(subscribe("3"))
        assert socket.receive_json()["type"] == "next"


def test_a_process_holds_a_limited_number_of_sockets(talking: Talking) -> None:
    talking.app.state.subscriptions._limits = SocketLimits(sockets=1)
    with talking.talk(), talking.connect() as second:
        assert closing(second)[0] == 1013


@contextmanager
def limited(talking: Talking, **limits: Any) -> Generator[Talking]:
    """A server over the same store with other limits."""
    settings = talking.settings.model_copy(update=limits)
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as client:
        yield Talking(client, settings, talking.shop)


def test_a_bearer_holds_a_limited_number_of_sockets_whatever_the_token(talking: Talking) -> None:
    with limited(talking, max_sockets_per_bearer=2) as few, few.talk() as first:
        with few.talk(60), few.connect() as third:
            third.send_json({"type": "connection_init", "payload": {"authorization": f"Bearer {few.token(120)}"}})
            assert closing(third) == (1013, "Too many connections of this token: try again later")
            with few.talk(subject="ann"):  # another's share is not touched
                pass
        with few.talk():  # one of the two has ended
            first.send_json(subscribe())
            assert first.receive_json()["type"] == "next"


async def test_a_business_leaves_sockets_to_others(talking: Talking, shop: Shop) -> None:
    other = await open_shop(shop.database, "Other")

    def connect() -> None:
        with limited(talking, max_connections=4) as few, few.talk(), few.talk(subject="ann"):
            with few.connect() as third:
                authorization = f"Bearer {few.token(subject='bob')}"
                third.send_json({"type": "connection_init", "payload": {"authorization": authorization}})
                assert closing(third) == (1013, "Too many connections of this business: try again later")
            with few.talk(business_id=other.id), few.connect() as fourth:  # three quarters of four are taken
                assert closing(fourth) == (1013, "Too many connections to this server: try again later")

    await asyncio.to_thread(connect)


def test_a_bearer_holds_a_limited_number_of_subscriptions_in_all_sockets(talking: Talking) -> None:
    with limited(talking, max_subscriptions_per_bearer=2) as few, few.talk() as first, few.talk() as second:
        for socket in (first, second):
            socket.send_json(subscribe("1"))
            assert socket.receive_json()["type"] == "next"
        second.send_json(subscribe("2"))
        refused = second.receive_json()
        assert (refused["id"], refused["type"]) == ("2", "error")
        assert refused["payload"] == [
            {
                "message": "there are as many subscriptions of this token as there may be at a time: end one first",
                "extensions": {"code": "BAD_USER_INPUT"},
            }
        ]
        with few.talk(subject="ann") as other:
            other.send_json(subscribe())
            assert other.receive_json()["type"] == "next"
        first.send_json({"id": "1", "type": "complete"})
        first.send_json({"type": "ping"})
        assert first.receive_json() == {"type": "pong"}
        second.send_json(subscribe("2"))
        assert second.receive_json()["type"] == "next"


def test_an_address_holds_few_sockets_that_do_not_say_who_they_are(talking: Talking) -> None:
    with limited(talking, max_silent_per_address=1) as few, few.connect() as silent:
        with few.connect() as second:
            assert closing(second) == (1013, "Too many connections of one address: try again later")
        silent.send_json({"type": "connection_init", "payload": {"authorization": f"Bearer {few.token()}"}})
        assert silent.receive_json() == {"type": "connection_ack"}
        with few.talk():
            pass


def test_a_subscription_is_not_answered_by_http(talking: Talking) -> None:
    headers = {"Authorization": f"Bearer {talking.token()}", "Accept": "application/graphql-response+json"}
    answer = talking.client.post("/graphql", json={"query": CHANGED}, headers=headers)
    assert answer.status_code == 400
    assert "WebSocket" in answer.json()["errors"][0]["message"]


# ---------------------------------------------------------------- changes


@pytest.fixture
async def revisions(store_url: str) -> AsyncGenerator[Revisions]:
    database = Database(store_url)
    made = Revisions(database, Statements(database))
    yield made
    await made.close()
    await database.close()


async def test_the_revision_is_never_older_than_the_question(revisions: Revisions) -> None:
    shop = await open_shop(revisions._database)

    async def look() -> None:
        for _ in range(20):
            known = committed[-1]
            assert (await revisions.of(shop.id)).revision >= known

    async def write() -> None:
        while committed[-1] < 20:
            committed.append(await shop.change())

    committed = [0]
    await asyncio.gather(write(), *(look() for _ in range(10)))
    assert (await revisions.of(shop.id)).revision == 20
    assert await revisions.of(shop.id + 1) is None


async def test_a_connection_that_died_is_not_missed(postgres_url: str) -> None:
    database = Database(postgres_url)
    revisions, shop = Revisions(database, Statements(database)), await open_shop(database)
    assert (await revisions.of(shop.id)).revision == 0
    name = postgres_url.rsplit("/", 1)[1]
    await on_server(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    assert (await revisions.of(shop.id)).revision == 0
    await revisions.close()
    assert database.connections_in_use == 0
    await database.close()


async def test_a_look_that_fails_is_no_end(revisions: Revisions, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = await open_shop(revisions._database)
    real, fails = revisions.of, [False]

    async def sometimes(business_id: int) -> Any:
        if fails[0]:
            raise ConnectionError
        return await real(business_id)

    monkeypatch.setattr(revisions, "of", sometimes)
    listening = Changes(revisions, looks_every=0.02).of(shop.id, tells_every=0)
    assert (await anext(listening)).data_revision == 0
    fails[0] = True
    await shop.change()
    following = asyncio.ensure_future(anext(listening))
    await asyncio.sleep(0.1)
    assert not following.done()
    fails[0] = False
    assert (await asyncio.wait_for(following, 5)).data_revision == 1
    await listening.aclose()


async def test_a_business_is_looked_at_only_while_somebody_listens(revisions: Revisions) -> None:
    shop = await open_shop(revisions._database)
    all_changes = Changes(revisions, looks_every=0.02)
    listening = [all_changes.of(shop.id, tells_every=0) for _ in range(3)]
    for one in listening:
        assert (await anext(one)).data_revision == 0
    assert all_changes.watched == [shop.id]
    for one in listening:
        await one.aclose()
    assert all_changes.watched == []
