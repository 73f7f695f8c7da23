"""Processes that write to a business at once, each again and again: `… -m tests.resolvers.writers URL BUSINESS 8 25`.

Prints a line for each process: the revisions that it took, in their order.
"""

import asyncio
import multiprocessing
import sys
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier

from models import Sale, Storefront
from models.database import Database, table
from resolvers.operation.actor import Actor
from resolvers.operation.ids import use_ids_of
from resolvers.operation.writing import Write, writing

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
everybody: Barrier


async def open_storefront(write: Write, asked: tuple[str, bool]) -> int:
    """Write a storefront, and say that facts were written too where that is asked; the revision."""
    name, has_facts = asked
    await write.insert(table(Storefront), name=name)
    if has_facts:
        write.wrote(table(Sale))
    return write.revision


async def write_again_and_again(url: str, business: int, name: str, count: int) -> list[int]:
    """Write `count` storefronts, each in a transaction of its own; every third write changes no facts."""
    database = Database(url)
    await use_ids_of(database)
    revisions = []
    for n in range(count):
        async with writing(database, business, actor=Actor(name, "ADMIN"), clock=lambda: NOW) as opened:
            revisions.append(await opened.once(open_storefront, (f"{name}-{n}", n % 3 != 2)))
    await database.close()
    return revisions


def one_of_them(url: str, business: int, name: str, count: int) -> list[int]:
    """What each process does, once all are there."""
    everybody.wait(60)
    return asyncio.run(write_again_and_again(url, business, name, count))


if __name__ == "__main__":
    url, business, processes, count = sys.argv[1], *map(int, sys.argv[2:])
    forking = multiprocessing.get_context("fork")  # what takes time is the import, and it is done
    everybody = forking.Barrier(processes)
    tasks = [(url, business, f"writer{n}", count) for n in range(processes)]
    with forking.Pool(processes) as pool:
        for revisions in pool.starmap(one_of_them, tasks, chunksize=1):
            print(*revisions)
