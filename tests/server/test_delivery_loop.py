"""The loop that delivers: at least once, in order for each customer, none lost, whatever the receiver does."""

import asyncio
import random
import signal
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from models.database import Database
from models.deliveries import business
from models.webhooks import delivery, endpoint, is_open
from resolvers.operation.ids import key_of
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from resolvers.operation.writing import Write, writing
from schema.schema import schema
from server import delivery_loop
from server.app import create_app
from server.courier import HttpCourier
from server.delivery_loop import Deliveries
from server.settings import Settings
from tests.builders import ACTOR, NOW, open_shop
from tests.schema.conftest import Asker
from tests.server.conftest import token_of
from tests.server.receiving import ToldAnswer, ToldRequest, WebhookReceiver, receiving
from tests.waiting import eventually, until

SAVE = """mutation ($url: String!) { saveWebhookEndpoint(input: {url: $url, types: []}) {
    ... on WebhookEndpointPayload { endpoint { id } } } }"""
STATE = (
    "{ webhookEndpoints { backlog isActive disabledReason failingSince } events(first: 1000) { nodes { id type } } }"
)


@dataclass
class Clock:
    """A clock that a test moves."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def receiver() -> Generator[WebhookReceiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def told(
    database: Database, clock: Clock, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Asker]:
    """Asks a shop of twelve customers with an endpoint; nobody waits long for anything."""
    for name, seconds in (("LOOKS_EVERY_SECONDS", 0.05), ("SETTLES_EVERY_SECONDS", 0.01), ("TRY_SECONDS", 2.0)):
        monkeypatch.setattr(delivery_loop, name, seconds)
    courier = HttpCourier(clock, ("127.0.0.1",))
    services = Services(database, courier=courier)
    shop = await open_shop(database)
    for n in range(12):
        shop.customer(f"C{n}")
    await shop.save()
    asker = Asker(services, Viewer("ann", Role.ADMIN, shop.id))
    await asker(SAVE, url=receiver.url)
    yield asker
    await courier.close()


@asynccontextmanager
async def delivering(services: Services, clock: Clock) -> AsyncGenerator[None]:
    task = asyncio.create_task(Deliveries(services, clock).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def happen(ask: Asker, customers: list[int], clock: Clock) -> None:
    """Have an event of each of these happen, all in one write."""
    async with writing(ask.services.database, ask.viewer.business_id, actor=ACTOR, clock=clock) as write:
        await write.once(_tell_all, customers)


async def _tell_all(write: Write, customers: list[int]) -> None:
    for id_ in customers:
        write.tell("customer.updated", id_)
    write.has_changed = True


async def customers_of(ask: Asker) -> list[int]:
    nodes = (await ask("{ customers { nodes { id } } }"))["customers"]["nodes"]
    return [key_of(node["id"], "Customer") for node in nodes]


async def until_delivered(ask: Asker, clock: Clock) -> None:
    """Move the clock to whatever is tried next, again and again, until nothing waits."""
    c = delivery.c
    asked = select(func.count().label("rows"), func.count(c.lease).label("tried"), func.min(c.next_at).label("next_at"))
    asked = asked.where(c.business_id == ask.viewer.business_id, is_open())
    is_mine = (business.c.id == ask.viewer.business_id, endpoint.c.business_id == business.c.id)
    untold = select(func.max(business.c.last_event - endpoint.c.told_to)).where(*is_mine)

    async def is_over() -> bool | None:
        async with ask.services.database.reading(ask.viewer.business_id) as connection:
            row = (await connection.execute(asked)).one()
            is_behind = (await connection.execute(untold)).scalar_one()
        if row.rows and not row.tried and row.next_at is not None:
            clock.now = max(clock.now, row.next_at)
        return None if row.rows or is_behind else True  # what nobody has looked at yet has no row

    await eventually(is_over, seconds=300)


def in_order(receiver: WebhookReceiver) -> bool:
    """Whether each customer's events came in their order, but for what came again."""
    came = {request.id: orjson.loads(request.body)["data"] for request in reversed(receiver.came)}
    first = [came[id_] for id_ in dict.fromkeys(receiver.ids())]
    by_customer = {
        data["customer"]: [one["revision"] for one in first if one["customer"] == data["customer"]] for data in first
    }
    return all(revisions == sorted(revisions) for revisions in by_customer.values())


async def test_every_event_arrives_in_order_whatever_the_receiver_does(
    told: Asker, receiver: WebhookReceiver, clock: Clock
) -> None:
    # Takes seconds: some tries are never answered, and it is down for six hours of the test's clock.
    chance = random.Random(17)

    def answer(_: ToldRequest) -> ToldAnswer:
        if NOW + timedelta(hours=1) <= clock.now < NOW + timedelta(hours=7):
            return ToldAnswer(0)
        return chance.choices((ToldAnswer(), ToldAnswer(500), ToldAnswer(None)), (90, 5, 5))[0]

    receiver.answer = answer
    customers = await customers_of(told)
    async with delivering(told.services, clock):
        for hours in (0, 1, 3):
            clock.now = NOW + timedelta(hours=hours)
            for _ in range(2):
                await happen(told, customers, clock)
        await until_delivered(told, clock)
    told_of = [node["id"] for node in (await told(STATE))["events"]["nodes"]]
    assert len(told_of) == 6 * len(customers)
    assert set(receiver.ids()) == set(told_of)
    assert in_order(receiver)


async def test_one_that_is_gone_is_told_no_more_and_the_others_hear_of_it(
    told: Asker, receiver: WebhookReceiver, clock: Clock
) -> None:
    receiver.answer = lambda request: ToldAnswer(410 if request.path == "/gone" else 204)
    await told(SAVE, url=receiver.url.replace("/hooks", "/gone"))
    async with delivering(told.services, clock):
        await happen(told, (await customers_of(told))[:3], clock)

        async def is_disabled() -> bool | None:
            (_, gone) = (await told(STATE))["webhookEndpoints"]
            return None if gone["isActive"] else True

        await eventually(is_disabled)
        await until(lambda: "webhook.endpoint.disabled" in [orjson.loads(one.body)["type"] for one in receiver.came])
    first, gone = (await told(STATE))["webhookEndpoints"]
    assert first["isActive"]
    assert gone["disabledReason"] == "It answered 410, which is: never again."
    assert gone["backlog"] == 3  # which waits
    body = orjson.loads(next(one.body for one in receiver.came if "disabled" in one.body))
    assert (body["data"]["customer"], body["data"]["reason"]) == (None, gone["disabledReason"])


async def test_a_server_delivers(sqlite_database: Database, receiver: WebhookReceiver, settings: Settings) -> None:
    shop = await open_shop(sqlite_database)
    shop.customer("ANN")
    await shop.save()
    named = settings.model_copy(update={"webhook_private_hosts": "127.0.0.1"})
    headers = {"Authorization": f"Bearer {token_of(settings, shop, role=Role.ADMIN)}"}
    create = 'mutation { createCustomer(input: {firstName: "New"}) { __typename } }'
    with TestClient(create_app(named, schema), base_url="http://127.0.0.1:8000") as client:
        for query in (SAVE, create):
            asked = {"query": query, "variables": {"url": receiver.url} if query is SAVE else {}}
            assert "errors" not in client.post("/graphql", json=asked, headers=headers).json()
        await until(lambda: len(receiver.came) == 1)
    assert orjson.loads(receiver.came[0].body)["type"] == "customer.created"


@pytest.mark.processes
@pytest.mark.parametrize("when", ["committed", "leased"])
async def test_what_a_killed_process_left_is_delivered_by_the_next(
    told: Asker, receiver: WebhookReceiver, clock: Clock, when: str
) -> None:
    # Takes seconds: a process of its own is killed.
    url = told.services.database.url.render_as_string(hide_password=False)
    words = (sys.executable, "-m", "tests.server.killed_delivery", url, str(told.viewer.business_id), when)
    process = await asyncio.create_subprocess_exec(*words, cwd=Path(__file__).parents[2])
    assert await process.wait() == -signal.SIGKILL
    assert receiver.came == []
    assert (await told(STATE))["webhookEndpoints"][0]["backlog"] == (1 if when == "leased" else 0)
    clock.now = NOW + timedelta(seconds=20 if when == "leased" else 0)
    async with delivering(told.services, clock):
        await until(lambda: len(receiver.came) == 1)
        await until_delivered(told, clock)
    assert len(receiver.came) == 1
