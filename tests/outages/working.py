"""A shop in which clerks work while workers of its server are killed, and what is judged of it afterwards."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from models.database import Database
from models.migrate import migrate
from resolvers.operation.ids import global_id, use_ids_of
from tests.builders import Shop, open_shop
from tests.outages.asked import Books
from tests.outages.clerks import Clerk
from tests.outages.judging import Store, judge, judge_reports
from tests.outages.killing import kill_one
from tests.reports.histories import STOREFRONTS
from tests.servers import Server, running

FIRST_CUSTOMERS = 8
LOOKS_EVERY_SECONDS = 0.02


@dataclass(frozen=True)
class Work:
    """How much is done: by how many, of each how many operations, and after how many answers a worker is killed."""

    operations: int
    workers: int
    kill_after: int
    questions: int
    clerks: int = 8


def worked(url: str, folder: Path, work: Work) -> Counter[tuple[str, str]]:
    """Let clerks work on a store, and judge; how often each operation came to what."""
    with asyncio.Runner() as runner:
        database = Database(url)
        try:
            shop = runner.run(_opened(database))
            store = Store(database, shop.id, shop.revision)
            books = Books([global_id("Customer", shop.id_of(f"c{place}")) for place in range(FIRST_CUSTOMERS)])
            before = {shop.id_of(f"c{place}") for place in range(FIRST_CUSTOMERS)}
            with running(url, folder, workers=work.workers, rate_limit=10**9) as server:
                runner.run(_work(server, shop, books, work))
            runner.run(judge(store, url, books, before))
            judge_reports(store, runner, work.questions)
        finally:
            runner.run(database.close())
    return books.outcomes()


async def _opened(database: Database) -> Shop:
    await migrate(database)
    await use_ids_of(database)
    shop = await open_shop(database, f"Clerks {uuid4()}")
    for name in STOREFRONTS:
        shop.storefront(name)
    for place in range(FIRST_CUSTOMERS):
        shop.customer(f"c{place}", first_name="Ann", last_name=f"Of {place}", joined="2025-02-01", credit_limit="1000")
    await shop.save()
    return shop


async def _work(server: Server, shop: Shop, books: Books, work: Work) -> None:
    storefronts = [global_id("Storefront", shop.id_of_storefront(name)) for name in STOREFRONTS]
    clerks = [Clerk(server, shop.id, books, storefronts, number) for number in range(work.clerks)]
    killing = asyncio.create_task(_kill_after_answers(server, books, work.kill_after))
    async with asyncio.TaskGroup() as working:
        for clerk in clerks:
            working.create_task(clerk.work(work.operations))
    killing.cancel()


async def _kill_after_answers(server: Server, books: Books, answers: int) -> None:
    """Kill a worker each time that so many more requests have been answered."""
    chance, kills = random.Random(2), 0
    while True:
        await asyncio.sleep(LOOKS_EVERY_SECONDS)
        if len(books.requests) >= (kills + 1) * answers:
            kills += 1
            kill_one(server, chance)
