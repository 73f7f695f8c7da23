"""How long 10,000 customers are tagged and deactivated at once, and how long that keeps others from writing.

    python bench/large_writes.py [STORE]

STORE is a URL as in DATABASE_URL, a new SQLite file unless given; a business is made in it. The floor is the same rows
written by one statement each without any of our rules, in one transaction of the same store.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from unittest.mock import patch
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import text

from models.database import Database
from models.migrate import migrate
from resolvers.bulk import ActiveChange, BulkChange, TagsChange
from resolvers.large_writes import change_many
from resolvers.operation import context as contexts
from resolvers.operation.context import Context
from resolvers.operation.ids import use_ids_of
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from resolvers.targets import Target
from tests.builders import NOW, Shop, open_shop

CUSTOMERS = 10_000
CHANGES = (TagsChange(add=("new",)), TagsChange(remove=("new",)), ActiveChange(is_active=False))
FLOOR = {
    "setCustomersTags": "INSERT INTO customer_tag (customer_id, tag, business_id)"
    " SELECT id, 'floor', business_id FROM customer WHERE business_id = :id",
    "setCustomersActive": "UPDATE customer SET is_active = is_active, revision = revision WHERE business_id = :id",
}


async def made_shop(database: Database) -> Shop:
    """A business with so many customers."""
    shop = await open_shop(database, f"Large writes {uuid4()}")
    for number in range(CUSTOMERS):
        shop.customer(f"N{number:05}", first_name="Kim", tags=["vip"])
    await shop.save()
    return shop


async def timed(services: Services, shop: Shop, change: BulkChange) -> tuple[float, float]:
    """The seconds that a change takes, and the longest for which it held the lock."""
    held: list[float] = []
    writing = contexts.writing

    @asynccontextmanager
    async def measured(*args: Any, **options: Any) -> AsyncGenerator[Any]:
        async with writing(*args, **options) as write:
            started = perf_counter()
            yield write
        held.append(perf_counter() - started)

    context = Context(services, Viewer("bench", Role.ADMIN, shop.id), NOW, may_move=True)
    started = perf_counter()
    with patch.object(contexts, "writing", measured):
        done = await change_many(context, change, Target(), dry_run=False)
    seconds = perf_counter() - started
    await context.close()
    assert done.updated == CUSTOMERS, done
    return seconds, max(held)


async def floor_of(database: Database, shop: Shop, name: str) -> float:
    """The seconds of the bare statement."""
    started = perf_counter()
    async with database.transaction() as connection:
        await connection.execute(text(FLOOR[name]), {"id": shop.id})
    return perf_counter() - started


async def run(url: str) -> None:
    """Print each change beside its floor."""
    database = Database(url)
    await migrate(database)
    await use_ids_of(database)
    shop, services = await made_shop(database), Services(database)
    for change in CHANGES:
        seconds, lock = await timed(services, shop, change)
        floor = await floor_of(database, shop, change.name) if change is not CHANGES[1] else None
        told = "" if floor is None else f", {seconds / floor:.0f} x the bare statement"
        print(f"{change.name}: {CUSTOMERS:,} in {seconds:.2f} s{told}; the lock at most {1000 * lock:.0f} ms")
    await services.close()


def main() -> None:
    """Run it on the store that is named, or on one of its own."""
    if len(sys.argv) > 1:
        asyncio.run(run(sys.argv[1]))
        return
    with TemporaryDirectory() as folder:
        asyncio.run(run(f"sqlite:///{folder}/store.db"))


if __name__ == "__main__":
    main()
