"""How fast customers are made and told again, and how fast the timeline of one with much behind them is read.

    python -m bench.customer_writes [STORE]

STORE is a URL as in DATABASE_URL, a new SQLite file unless given; a business is made in it. createCustomer is to reach
60 % of the rate of the rows that it leaves, committed by the driver itself; upsertCustomers of 500 in one call is to be
five times as quick as 500 calls to a server of its own; a page of the timeline of a customer with 5,000 events is to
take less than 10 ms.
"""

import asyncio
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parents[1]))

import httpx2
from sqlalchemy import delete

from bench.bare_rows import SHIFT, committed, ids_so_far, rows_of_each, told
from models import AuditEntry, Customer, UsedKey
from models.database import Database, table
from models.events import Event
from models.migrate import migrate
from resolvers.editing import CreateCustomer, create_customer
from resolvers.operation.actor import UsedFor
from resolvers.operation.context import Context
from resolvers.operation.ids import use_ids_of
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from tests.builders import NOW, Shop, open_shop
from tests.schema.conftest import Asker, customer_id
from tests.servers import Server, running

TURNS, TURN, UPSERTED, EVENTS, PAGES = 9, 40, 500, 5_000, 50
WRITTEN = [table(model) for model in (Customer, Event, AuditEntry, UsedKey)]
UPSERT = """mutation ($inputs: [UpsertCustomerInput!]!) { upsertCustomers(inputs: $inputs) {
    __typename ... on UpsertPayload { customer { number } } } }"""
TIMELINE = """query ($id: ID!) { customer(by: { id: $id }) { timeline(first: 50) {
    nodes { at kind title } pageInfo { hasNextPage } } } }"""


def a_profile() -> dict[str, Any]:
    """Somebody whom nobody knows yet."""
    name = uuid4().hex
    return {"first_name": "Ann", "last_name": name, "email": f"{name}@example.com", "city": "London"}


async def made(services: Services, shop: Shop) -> tuple[float, float]:
    """The seconds of a customer, each by a request of its own, and those of the processor."""
    asked = [CreateCustomer(a_profile()) for _ in range(TURN)]
    started, used = perf_counter(), process_time()
    for one in asked:
        context = Context(services, Viewer("bench", Role.STAFF, shop.id), NOW, may_move=True)
        done = await context.write(create_customer, one, UsedFor(str(uuid4()), "customer"))
        await context.close()
        assert type(done).__name__ == "CustomerPayload", done
    return (perf_counter() - started) / TURN, (process_time() - used) / TURN


async def against_the_driver(services: Services, shop: Shop) -> None:
    """Print what making a customer comes to beside the floor, in turns."""
    database = services.database
    await made(services, shop)
    ours, bare, processor = list[float](), list[float](), list[float]()
    for _ in range(TURNS):
        last = await ids_so_far(database, WRITTEN)
        seconds, used = await made(services, shop)
        ours.append(seconds)
        processor.append(used)
        bare.append(await committed(database, shop.id, await rows_of_each(database, WRITTEN, last, TURN)))
        async with database.transaction() as connection:  # the next turn's would be the same
            for source, before in zip(WRITTEN, last, strict=True):
                await connection.execute(delete(source).where(source.c.id > before + SHIFT))
    print(f"createCustomer: {told(ours, bare)}; {1000 * median(processor):.2f} ms of the processor")


async def upserted(client: httpx2.AsyncClient, server: Server, shop: Shop) -> None:
    """Print what 500 customers take in one call and in as many."""

    async def sent(inputs: list[dict[str, Any]]) -> float:
        started = perf_counter()
        body = {"query": UPSERT, "variables": {"inputs": inputs}}
        response = await client.post(server.graphql, json=body, headers=server.headers(shop.id), timeout=120)
        answers = response.json()["data"]["upsertCustomers"]
        assert [one["__typename"] for one in answers] == ["UpsertPayload"] * len(inputs), answers
        return perf_counter() - started

    def inputs() -> list[dict[str, Any]]:
        return [{"email": f"{uuid4().hex}@example.com", "firstName": "Ann"} for _ in range(UPSERTED)]

    singly = sum([await sent([one]) for one in inputs()])
    at_once = await sent(inputs())
    print(f"upsertCustomers of {UPSERTED}: {at_once:.2f} s, one by one {singly:.2f} s: {singly / at_once:.1f} x")


async def timeline(services: Services, shop: Shop) -> None:
    """Print what a page of a long timeline takes."""
    ask = Asker(services, Viewer("bench", Role.MANAGER, shop.id))
    id_ = customer_id(shop, "BUSY")
    took, used = list[float](), process_time()
    for _ in range(PAGES):
        started = perf_counter()
        page = (await ask(TIMELINE, id=id_))["customer"]["timeline"]
        took.append(perf_counter() - started)
        assert len(page["nodes"]) == 50, page
        assert page["pageInfo"]["hasNextPage"]
    processor = 1000 * (process_time() - used) / PAGES
    print(f"a page of 50 of a timeline of {EVENTS:,}: {1000 * median(took):.1f} ms, {processor:.1f} of the processor")


async def run(url: str, folder: Path) -> None:
    """Measure on a store."""
    database = Database(url)
    await migrate(database)
    await use_ids_of(database)
    shop = await open_shop(database, f"Customers {uuid4()}")
    shop.customer("BUSY", first_name="Bea")
    for number in range(EVENTS):
        shop.touchpoint("BUSY", f"2025-{1 + number % 12:02}-{1 + number % 28:02}")
    await shop.save()
    services = Services(database)
    await against_the_driver(services, shop)
    await timeline(services, shop)
    with running(url, folder, workers=1, rate_limit=10**9) as server:
        async with httpx2.AsyncClient() as client:
            await upserted(client, server, shop)
    await services.close()


def main() -> None:
    """Run it on the store that is named, or on one of its own."""
    with TemporaryDirectory() as folder:
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/store.db"
        asyncio.run(run(url, Path(folder)))


if __name__ == "__main__":
    main()
