"""How fast sales are recorded, against the same rows written straight to the driver, and by many clients at once.

    python -m bench.recording_sales [STORE]

STORE is a URL as in DATABASE_URL, a new SQLite file unless given; a business is made in it. The floor commits for each
sale the rows that recording it left, in as few statements as there are tables, by the same driver with the same
durability; they take turns, and at least 60 % of its rate is wanted. Then a queue of 200 is sent at once, to a server
of its own, which is to be three times as quick as one by one, and 16 clients record at once: none is to wait, in 19
cases of 20, for five times as long as one alone.
"""

import asyncio
import sys
from decimal import Decimal
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, cast
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parents[1]))

import httpx2
from sqlalchemy import delete, func, select

from bench.bare_rows import SHIFT, committed, ids_so_far, rows_of_each, told
from models import AuditEntry, Payment, Sale, SaleItem, SaleStatusChange, UsedKey
from models.database import Database, table
from models.events import Event
from models.migrate import migrate
from resolvers.operation.actor import UsedFor
from resolvers.operation.context import Context
from resolvers.operation.ids import global_id, use_ids_of
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from resolvers.recording import RecordSale, record_sale
from rules.recording import PaymentSaid, SaleLine
from rules.selling import PaymentMethod
from tests.builders import NOW, Shop, open_shop
from tests.servers import Server, running

TURNS, TURN, QUEUE, CLIENTS, EACH = 9, 40, 200, 16, 25
WRITTEN = [table(model) for model in (Sale, SaleItem, Payment, SaleStatusChange, Event, AuditEntry, UsedKey)]
RECORD = """mutation ($inputs: [RecordSaleInput!]!) { recordSales(inputs: $inputs) {
    __typename ... on SalePayload { sale { number } } } }"""
RECORD_ONE = """mutation ($input: RecordSaleInput!) { recordSale(input: $input) {
    __typename ... on SalePayload { sale { number } } } }"""


LINES, PRICE = 5, Decimal("2.50")


def a_sale(customer_id: int) -> RecordSale:
    """A sale of five lines, paid in cash."""
    items = tuple(SaleLine(f"Tea {number}", Decimal(1), PRICE, category="Drinks") for number in range(LINES))
    return RecordSale(items=items, customer_id=customer_id, payments=(PaymentSaid(PaymentMethod.CASH, LINES * PRICE),))


def an_input(shop: Shop) -> dict[str, Any]:
    """The same as a client sends it."""
    items = [{"product": f"Tea {n}", "quantity": "1", "unitPrice": "2.50", "category": "Drinks"} for n in range(LINES)]
    paid = [{"method": "CASH", "amount": "12.50"}]
    customer = global_id("Customer", shop.id_of("ANN"))
    return {"idempotencyKey": str(uuid4()), "customer": customer, "items": items, "payments": paid}


# ---------------------------------------------------------------- against the driver


async def recorded(services: Services, shop: Shop, count: int) -> tuple[float, float]:
    """The seconds of a sale, each by a request of its own, and those of the processor."""
    asked = [a_sale(shop.id_of("ANN")) for _ in range(count)]
    started, used = perf_counter(), process_time()
    for one in asked:
        context = Context(services, Viewer("bench", Role.STAFF, shop.id), NOW, may_move=True)
        done = await context.write(record_sale, one, UsedFor(str(uuid4()), "sale"))
        await context.close()
        assert type(done).__name__ == "SalePayload", done
    return (perf_counter() - started) / count, (process_time() - used) / count


async def against_the_driver(database: Database, shop: Shop) -> None:
    """Print what recording comes to beside the floor, in turns."""
    services = Services(database)
    await recorded(services, shop, TURN)
    ours, bare, processor = list[float](), list[float](), list[float]()
    for _ in range(TURNS):
        last = await ids_so_far(database, WRITTEN)
        seconds, used = await recorded(services, shop, TURN)
        ours.append(seconds)
        processor.append(used)
        rows = await rows_of_each(database, WRITTEN, last, TURN, ("sale_id",))
        bare.append(await committed(database, shop.id, rows))
        async with database.transaction() as connection:  # the next turn's would be the same
            for source, before in reversed([*zip(WRITTEN, last, strict=True)]):
                await connection.execute(delete(source).where(source.c.id > before + SHIFT))
    print(f"recordSale of {LINES} lines: {told(ours, bare)}; {1000 * median(processor):.2f} ms of the processor")


# ---------------------------------------------------------------- over HTTP


async def queued(client: httpx2.AsyncClient, server: Server, shop: Shop) -> None:
    """Print what a queue takes, at once and one by one."""
    started = perf_counter()
    for _ in range(QUEUE):
        await sent(client, server, shop, {"query": RECORD_ONE, "variables": {"input": an_input(shop)}})
    singly = perf_counter() - started
    started = perf_counter()
    inputs = [an_input(shop) for _ in range(QUEUE)]
    await sent(client, server, shop, {"query": RECORD, "variables": {"inputs": inputs}})
    at_once = perf_counter() - started
    print(f"recordSales of {QUEUE}: {at_once:.2f} s, one by one {singly:.2f} s: {singly / at_once:.1f} x")


async def sent(client: httpx2.AsyncClient, server: Server, shop: Shop, body: Any) -> float:
    """The seconds of a request in which every sale was recorded."""
    started = perf_counter()
    response = await client.post(server.graphql, json=body, headers=server.headers(shop.id), timeout=120)
    assert response.json().get("data"), response.text[:500]
    (answer,) = response.json()["data"].values()
    answers: list[Any] = cast(list[Any], answer) if isinstance(answer, list) else [answer]
    assert all(one["__typename"] == "SalePayload" for one in answers), answers
    return perf_counter() - started


async def by_many(client: httpx2.AsyncClient, server: Server, shop: Shop, database: Database) -> None:
    """Print how long clients wait who all record at once, and that none of their sales is lost."""

    async def till() -> list[float]:
        asked = [{"query": RECORD_ONE, "variables": {"input": an_input(shop)}} for _ in range(EACH)]
        return [await sent(client, server, shop, body) for body in asked]

    before = await count(database)
    alone = median(await till())
    took = [seconds for one in await asyncio.gather(*(till() for _ in range(CLIENTS))) for seconds in one]
    lost = before + (CLIENTS + 1) * EACH - await count(database)
    p95 = quantiles(took, n=20)[-1]
    print(f"{CLIENTS} clients at once: {lost} of {CLIENTS * EACH} lost, p95 {1000 * p95:.0f} ms,"
          f" one alone {1000 * alone:.0f} ms in the median: {p95 / alone:.1f} x")  # fmt: skip


async def count(database: Database) -> int:
    """How many sales there are."""
    async with database.engine.connect() as connection:
        return (await connection.execute(select(func.count()).select_from(table(Sale)))).scalar_one()


async def run(url: str, folder: Path) -> None:
    """Measure on a store."""
    database = Database(url)
    await migrate(database)
    await use_ids_of(database)
    shop = await open_shop(database, f"Recording {uuid4()}")
    shop.customer("ANN", first_name="Ann")
    await shop.save()
    await against_the_driver(database, shop)
    workers = 1 if database.is_sqlite else 2
    limits = httpx2.Limits(max_connections=CLIENTS)
    with running(url, folder, workers=workers, rate_limit=10**9) as server:
        async with httpx2.AsyncClient(limits=limits) as client:
            await queued(client, server, shop)
            await by_many(client, server, shop, database)
    await database.close()


def main() -> None:
    """Run it on the store that is named, or on one of its own."""
    with TemporaryDirectory() as folder:
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/store.db"
        asyncio.run(run(url, Path(folder)))


if __name__ == "__main__":
    main()
