"""How long the columnar copy takes to catch up with 1,000 changed sales, against its first load.

    python bench/catching_up.py [STORE] [BUSINESS]

STORE is a URL as in DATABASE_URL, the demo's file unless given. It is written to: each round gives 1,000 sales from all
over the history a new revision, and changes nothing else. The ratio is of the median of the rounds to the one load, and
falls as the shop grows; the seconds are for orientation.
"""

import asyncio
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import structlog
from sqlalchemy import bindparam, func, select, update

from analytics.copy.copy import ColumnarCopy
from models import Sale
from models.database import Database, any_of, table
from resolvers.businesses import businesses
from resolvers.operation.actor import Actor
from resolvers.operation.ids import use_ids_of
from resolvers.operation.reader import Reader, Statements
from resolvers.operation.writing import writing

ROUNDS = 9
CHANGES = 1_000
ACTOR = Actor("bench", "ADMIN")
sale = table(Sale)


async def change(database: Database, business_id: int, random: Random) -> int:
    """Give some sales a new revision; it."""
    own = sale.c.business_id == bindparam("business")
    async with writing(database, business_id, actor=ACTOR, clock=lambda: datetime.now(UTC)) as opened:
        limits = select(func.min(sale.c.id), func.max(sale.c.id)).where(own)
        first, last = (await opened.connection.execute(limits, {"business": business_id})).one()
        values = {"business": business_id, "ids": random.sample(range(first, last + 1), CHANGES)}
        statement = update(sale).where(own, any_of(sale.c.id, "ids")).values(revision=opened.revision)
        changed = await opened.connection.execute(statement, values)
        opened.wrote(sale)
        assert changed.rowcount > CHANGES * 0.8, "the ids of this business are not one after the other"
        return opened.revision


async def brought(copy: ColumnarCopy, database: Database, statements: Statements, business_id: int) -> float:
    """The seconds that it takes to bring the copy to what the store holds."""
    reader = Reader(database, statements, business_id)
    row = await reader.business()
    started = perf_counter()
    await copy.bring_to(row.revision, reader.stored)
    seconds = perf_counter() - started
    await reader.close()
    return seconds


async def main(url: str, name: str | None) -> None:
    """Measure and print."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    database, random = Database(url), Random(1)
    await use_ids_of(database)
    business: Any = next(row for row in await businesses(database) if name in (None, row.name))
    copy, statements = ColumnarCopy(database, business.id), Statements(database)
    load = await brought(copy, database, statements, business.id)
    took: list[float] = []
    for _ in range(ROUNDS):
        revision = await change(database, business.id, random)
        took.append(await brought(copy, database, statements, business.id))
        assert copy.revision == revision
    assert copy.figures.loads == 1
    kind, sales = database.url.get_backend_name(), copy.figures.rows["sale"]
    share = median(took) / load
    print(f"catching up with {CHANGES:,} of {sales:,} sales on {kind}: {share:.1%} of the first load")
    print(f"  caught up in {median(took) * 1000:.1f} ms, loaded in {load:.2f} s")
    await database.close()


if __name__ == "__main__":
    given = sys.argv[1:]
    asyncio.run(main(given[0] if given else "sqlite:///var/customer-api.db", given[1] if len(given) > 1 else None))
