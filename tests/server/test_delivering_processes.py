"""Deliveries by several processes, of which one is killed and one stopped while it holds some."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.database import Database
from resolvers.deliveries import EndpointKey, take_turn
from resolvers.operation import leases
from resolvers.operation.ids import key_of
from resolvers.operation.sealing import Sealing
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from resolvers.operation.writing import Write, writing
from server.courier import HttpCourier
from server.delivery_loop import MOST_AT_ONCE
from tests.builders import ACTOR, Shop, open_shop
from tests.schema.conftest import Asker
from tests.schema.endpoints import made
from tests.server.delivering_worker import KEY, now
from tests.server.receiving import ToldAnswer, ToldRequest, receiving
from tests.waiting import eventually, until

ROOT = Path(__file__).parents[2]
PROCESSES, EACH = 3, 3
CUSTOMERS = PROCESSES * MOST_AT_ONCE - 10  # so that none can hold what all together do


@contextmanager
def workers(url: str) -> Generator[list["subprocess.Popen[str]"]]:
    command = (sys.executable, "-m", "tests.server.delivering_worker", url)
    with ExitStack() as stack:
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
        started = [stack.enter_context(subprocess.Popen(command, **pipes)) for _ in range(PROCESSES)]
        try:
            for one in started:
                assert one.stdout is not None
                assert one.stdout.readline() == "ready\n"
            yield started
        finally:
            for one in started:
                one.kill()


async def _tell(write: Write, customers: list[int]) -> None:
    for id_ in customers:
        write.tell("customer.updated", id_)
    write.has_changed = True


async def tell(database: Database, shop: Shop) -> None:
    """Have some events of each customer happen."""
    customers = [shop.id_of(f"C{n}") for n in range(CUSTOMERS)]
    for _ in range(EACH):
        async with writing(database, shop.id, actor=ACTOR, clock=now) as write:
            await write.once(_tell, customers)


async def until_delivered(database: Database, shop: Shop, count: int) -> None:
    statement = text("SELECT count(*) FROM webhook_delivery WHERE status = 'DELIVERED'")

    async def are_delivered() -> bool | None:
        async with database.reading(shop.id) as connection:
            return (await connection.execute(statement)).scalar_one() == count or None

    await eventually(are_delivered)


def is_in_order(came: list[ToldRequest]) -> bool:
    """Whether the events of each customer came in their order, but for what came again."""
    first: dict[str, ToldRequest] = {}
    for one in came:
        first.setdefault(one.id, one)
    revisions: dict[str, list[int]] = {}
    for data in (orjson.loads(one.body)["data"] for one in first.values()):
        revisions.setdefault(data["customer"], []).append(data["revision"])
    return len(revisions) == CUSTOMERS and all(each == sorted(each) for each in revisions.values())


@pytest.mark.processes
@pytest.mark.own_store
async def test_nothing_is_lost_or_out_of_order_where_holders_are_killed_and_stopped(postgres_url: str) -> None:
    """Takes fifteen seconds: leases of two have to pass, and what failed waits for five.

    All three hold deliveries that are being tried; one is killed, the next stopped, and the tries fail. The third
    delivers all. Then the second goes on: what came of its tries changes nothing, and it delivers what is new.
    """
    gate, waiting = threading.Event(), list[str]()

    def answer(request: ToldRequest) -> ToldAnswer:
        if gate.is_set():
            return ToldAnswer()
        waiting.append(request.id)
        gate.wait()
        return ToldAnswer(500)

    database = Database(postgres_url)
    shop = await open_shop(database, now=now())
    for n in range(CUSTOMERS):
        shop.customer(f"C{n}")
    await shop.save()
    services = Services(database, sealing=Sealing([KEY]), courier=HttpCourier(now, ("127.0.0.1",)))
    with receiving() as receiver, workers(postgres_url) as (killed, stopped, last):
        receiver.answer = answer
        await made(Asker(services, Viewer("ann", Role.ADMIN, shop.id)), url=receiver.url)
        await tell(database, shop)
        await until(lambda: len(set(waiting)) == CUSTOMERS)
        killed.kill()
        stopped.send_signal(signal.SIGSTOP)
        gate.set()
        await until_delivered(database, shop, CUSTOMERS * EACH)
        last.kill()
        stopped.send_signal(signal.SIGCONT)
        await tell(database, shop)
        await until_delivered(database, shop, 2 * CUSTOMERS * EACH)
    assert len(set(receiver.ids())) == 2 * CUSTOMERS * EACH
    assert is_in_order(receiver.came)
    async with database.reading(shop.id) as connection:
        failed = text("SELECT count(*) FROM webhook_delivery WHERE tries > 1")
        assert 0 < (await connection.execute(failed)).scalar_one() <= MOST_AT_ONCE  # of the last one alone
    await services.close()


async def test_who_is_stopped_in_the_midst_of_a_turn_holds_up_nobody_for_long(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite, which has one lock for all, waits until the process goes on or is killed."""
    monkeypatch.setattr(leases, "LEASED", timedelta(seconds=0.1))
    database = Database(postgres_url)
    shop = await open_shop(database, now=now())
    shop.customer("ANN")
    await shop.save()
    services = Services(database, sealing=Sealing([KEY]), courier=HttpCourier(now, ("127.0.0.1",)))
    id_, _ = await made(Asker(services, Viewer("ann", Role.ADMIN, shop.id)))
    key = EndpointKey(key_of(id_, "WebhookEndpoint"), shop.id)
    async with writing(database, shop.id, actor=ACTOR, clock=now) as write:
        await write.once(_tell, [shop.id_of("ANN")])

    def stopped() -> datetime:
        time.sleep(0.5)
        return now()

    with pytest.raises(DBAPIError):
        await take_turn(services, key, (), room=1, clock=stopped)
    assert len((await take_turn(services, key, (), room=1, clock=now)).taken) == 1
    await services.close()
