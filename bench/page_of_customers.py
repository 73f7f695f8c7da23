"""How long the page of 50 customers takes against its own statements sent straight to the driver plus encoding.

    python bench/page_of_customers.py [STORE] [BUSINESS]

STORE is a URL as in DATABASE_URL, the demo's file unless given. Both sides give the same bytes to encode; the ratio is
of medians of one run, the milliseconds are for orientation.
"""

import asyncio
import logging
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import asyncpg
import orjson
import structlog

from models.database import Database
from resolvers.businesses import businesses
from resolvers.context import Context, Services
from resolvers.reader import Reader
from resolvers.viewer import Role, Viewer
from schema.schema import schema

ROUNDS = 30
PAGE = """query Page { customers(first: 50, orderBy: NAME) { nodes {
  id number name type isActive joinedOn
  purchases { orders revenue lastPurchaseDate }
  rfm { scoreCode segment { name } }
  sales(first: 5) { nodes { number status total items { product quantity total } payments { method amount } } }
} } }"""


class Recorder(Reader):
    """A reader that remembers what it sent."""

    sent: list[tuple[str, list[Any]]]

    async def _records(self, statement: Any, params: dict[str, Any]) -> Any:
        prepared = self._statements.prepared(statement)
        self.sent.append((prepared.text, prepared.values({**params, "business": self._business_id})))
        return await super()._records(statement, params)


async def answer(services: Services, viewer: Viewer, recorder: list[Any] | None = None) -> bytes:
    """The page as the API gives it; `recorder` gets the statements that it sent."""
    context = Context(services, viewer, datetime.now(UTC))
    if recorder is not None:
        context.reader = Recorder(services.database, services.statements, viewer.business_id)
        context.reader.sent = recorder
    try:
        result = await schema.execute(PAGE, context_value=context)
    finally:
        await context.close()
    assert not result.errors, result.errors
    return orjson.dumps({"data": result.data})


async def straight_sqlite(database: Database, sent: list[Any]) -> Callable[[], Awaitable[None]]:
    """Sends the statements to SQLite's own driver."""
    connection = sqlite3.connect(database.adbc_uri, isolation_level=None)

    async def run() -> None:
        connection.execute("BEGIN")
        for text, values in sent:
            connection.execute(text, values).fetchall()
        connection.execute("ROLLBACK")

    return run


async def straight_postgres(database: Database, sent: list[Any]) -> Callable[[], Awaitable[None]]:
    """Sends the statements to PostgreSQL's own driver."""
    connection = await asyncpg.connect(database.adbc_uri)

    async def run() -> None:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            for text, values in sent:
                await connection.fetch(text, *values)

    return run


async def main(url: str, name: str | None) -> None:
    """Measure and print."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    services = Services(Database(url))
    known = await businesses(services.database)
    business = next(row for row in known if name in (None, row.name))
    viewer = Viewer("bench", Role.ADMIN, business.id, None, True)
    sent: list[Any] = []
    body = await answer(services, viewer, sent)
    data = orjson.loads(body)
    straight = await (straight_sqlite if services.database.is_sqlite else straight_postgres)(services.database, sent)
    ours: list[float] = []
    floor: list[float] = []
    for _ in range(ROUNDS):
        started = perf_counter()
        assert await answer(services, viewer) == body
        ours.append(perf_counter() - started)
        started = perf_counter()
        await straight()
        orjson.dumps(data)
        floor.append(perf_counter() - started)
    ratio = median(ours) / median(floor)
    print(
        f"page of 50 customers on {services.database.url.get_backend_name()}: {ratio:.2f} x its statements + encoding"
    )
    print(f"  ours {median(ours) * 1000:.1f} ms, floor {median(floor) * 1000:.1f} ms, {len(sent)} statements")
    await services.close()


if __name__ == "__main__":
    given = sys.argv[1:]
    asyncio.run(main(given[0] if given else "sqlite:///var/customer-api.db", given[1] if len(given) > 1 else None))
