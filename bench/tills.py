"""Eight tills send their queues, every part one to five times and over two connections, while workers are killed.

    python -m bench.tills [STORE]

STORE is a URL as in DATABASE_URL, a new SQLite file unless given. Every sale has to be there once and all totals equal.
"""

import asyncio
import random
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import func, select

from models import Sale
from models.database import Database, table
from models.migrate import migrate
from resolvers.operation.ids import use_ids_of
from tests.builders import Shop, open_shop
from tests.outages.killing import answered, kill_one
from tests.servers import Server, running

TILLS, SALES, PART, MOST_TIMES, WORKERS = 8, 500, 50, 5, 2
EVERY = 12  # seconds: on a busy machine a worker that is killed sooner has not started yet
RECORD = """mutation ($inputs: [RecordSaleInput!]!) { recordSales(inputs: $inputs) {
    __typename ... on SalePayload { sale { number } } } }"""
sale = table(Sale)


def queue_of(till: int, chance: random.Random) -> list[dict[str, Any]]:
    """The sales of a till, each with its key and its number."""
    prices = [f"{chance.randrange(1, 9999) / 100:.2f}" for _ in range(SALES)]
    return [
        {
            "idempotencyKey": str(uuid4()),
            "number": f"T{till}-{place}",
            "items": [{"product": "Tea", "quantity": "1", "unitPrice": price}],
            "payments": [{"method": "CASH", "amount": price}],
        }
        for place, price in enumerate(prices)
    ]


async def sent(server: Server, shop: Shop, part: list[dict[str, Any]]) -> None:
    """Send a part until it is answered."""
    body = {"query": RECORD, "variables": {"inputs": part}}
    answers = (await answered(server, body, server.headers(shop.id))).data["recordSales"]
    assert all(one["__typename"] == "SalePayload" for one in answers), answers


async def till_sends(server: Server, shop: Shop, queue: list[dict[str, Any]], chance: random.Random) -> None:
    """Send a queue part by part, some again and again, two at the same moment."""
    for start in range(0, SALES, PART):
        part = queue[start : start + PART]
        times = chance.randint(1, MOST_TIMES)
        await asyncio.gather(*(sent(server, shop, part) for _ in range(min(times, 2))))
        for _ in range(times - 2):
            await sent(server, shop, part)


async def kill_now_and_then(server: Server, chance: random.Random) -> None:
    """Kill a worker every few seconds."""
    while True:
        await asyncio.sleep(EVERY)
        kill_one(server, chance)


async def run(url: str, folder: Path) -> None:
    """Let the tills send, and look at what is there."""
    database, chance = Database(url), random.Random(7)
    await migrate(database)
    await use_ids_of(database)
    shop = await open_shop(database, f"Tills {uuid4()}")
    queues = [queue_of(till, chance) for till in range(TILLS)]
    with running(url, folder, workers=WORKERS, rate_limit=10**9) as server:
        killing, started = asyncio.create_task(kill_now_and_then(server, chance)), perf_counter()
        await asyncio.gather(*(till_sends(server, shop, queue, chance) for queue in queues))
        killing.cancel()
        seconds = perf_counter() - started
    counted = select(func.count(), func.sum(sale.c.total)).where(sale.c.business_id == shop.id)
    async with database.engine.connect() as connection:
        count, total = (await connection.execute(counted)).one()
    await database.close()
    wanted = sum(round(float(one["payments"][0]["amount"]) * 100) for queue in queues for one in queue)
    assert (count, int(total)) == (TILLS * SALES, wanted), (count, total, wanted)
    print(f"{count:,} sales of {TILLS} tills are there once, {total / 100:,.2f} in all, after {seconds:.0f} s")


def main() -> None:
    """Run it on the store that is named, or on one of its own."""
    with TemporaryDirectory() as folder:
        asyncio.run(run(sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/store.db", Path(folder)))


if __name__ == "__main__":
    main()
