"""How long the page of 50 customers and the Customer 360 take against their own statements sent straight to the driver.

    python bench/page_of_customers.py [STORE] [BUSINESS]

STORE is a URL as in DATABASE_URL, the demo's file unless given. The document is a known one, reports are warm, the loop
is uvloop's and what lives as long as the process is out of the garbage collector's sight, as in a server that runs;
nothing else is kept. Both sides encode the same content; the ratios are of one run, in which they take turns of ten.
Milliseconds are for orientation.
"""

import gc
import logging
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import asyncpg
import orjson
import structlog
import uvloop
from sqlalchemy import text

from models.database import Database
from resolvers.businesses import businesses
from resolvers.operation.context import Context
from resolvers.operation.ids import use_ids_of
from resolvers.operation.reader import Reader
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from schema.document.prepared import PREPARED, Prepared, Preparing
from schema.schema import schema

TURNS = 20
TURN = 10
PAGE = """query Page { customers(first: 50, orderBy: NAME) { nodes {
  id number name type isActive joinedOn
  purchases { orders revenue lastPurchaseDate }
  rfm { scoreCode segment { name } }
  sales(first: 5) { nodes { number status total items { product quantity total } payments { method amount } } }
} } }"""


CUSTOMER = Path(__file__).parents[1] / "server" / "http" / "examples" / "3_one_customer.graphql"
BEST = """SELECT number FROM customer WHERE id = (SELECT customer_id FROM sale WHERE business_id = :business
    AND customer_id IS NOT NULL GROUP BY customer_id ORDER BY count(*) DESC, customer_id LIMIT 1)"""


async def customer_360(database: Database, business_id: int) -> tuple[str, dict[str, str]]:
    """The example's page of one customer, as a query for the customer with the most sales."""
    _, mark, page = CUSTOMER.read_text(encoding="utf-8").partition("fragment Page")
    query = "query Customer360($number: String!) { customer(by: { number: $number }) { ...Page } }"
    async with database.reading() as connection:
        number = (await connection.execute(text(BEST), {"business": business_id})).scalar_one()
    return f"{query}\n{mark}{page}", {"number": number}


class Recorder(Reader):
    """A reader that remembers what it sent."""

    sent: list[tuple[str, list[Any]]]

    async def _records(self, statement: Any, params: dict[str, Any]) -> Any:
        prepared = self._statements.prepared(statement)
        self.sent.append((prepared.text, prepared.values({**params, "business": self._business_id})))
        return await super()._records(statement, params)


@dataclass(frozen=True)
class Asking:
    """A query, who asks it, and of what."""

    services: Services
    viewer: Viewer
    prepared: Prepared
    variables: dict[str, str]

    async def answer(self, recorder: list[Any] | None = None) -> bytes:
        """The answer as the API gives it; `recorder` gets the statements that it sent."""
        context = Context(self.services, self.viewer, datetime.now(UTC))
        if recorder is not None:
            services = self.services
            context._snapshot.reader = Recorder(services.database, services.statements, self.viewer.business_id)
            context.reader.sent = recorder
        try:
            result = await schema.execute(
                self.prepared.text,
                variable_values=self.variables,
                context_value=context,
                operation_extensions={PREPARED: self.prepared},
            )
        finally:
            await context.close()
        assert not result.errors, result.errors
        return orjson.dumps({"data": result.data})


async def straight_sqlite(database: Database, sent: list[Any]) -> Callable[[], Awaitable[None]]:
    """Sends the statements to SQLite's own driver."""
    connection = sqlite3.connect(database.adbc_uri, isolation_level=None)

    async def run() -> None:
        connection.execute("BEGIN")
        for statement, values in sent:
            connection.execute(statement, values).fetchall()
        connection.execute("ROLLBACK")

    return run


async def straight_postgres(database: Database, sent: list[Any]) -> Callable[[], Awaitable[None]]:
    """Sends the statements to PostgreSQL's own driver."""
    connection = await asyncpg.connect(database.adbc_uri)

    async def run() -> None:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            for statement, values in sent:
                await connection.fetch(statement, *values)

    return run


async def measure(what: str, asking: Asking) -> None:
    """Print the ratio of one query."""
    database, sent = asking.services.database, list[Any]()
    await asking.answer()
    data = orjson.loads(await asking.answer(sent))
    straight = await (straight_sqlite if database.is_sqlite else straight_postgres)(database, sent)
    ours: list[float] = []
    floor: list[float] = []

    async def of_floor() -> bytes:
        await straight()
        return orjson.dumps(data)

    gc.collect()
    gc.freeze()
    for _ in range(TURNS):
        ours += await turn(asking.answer)
        floor += await turn(of_floor)
    name = f"{what} on {database.url.get_backend_name()}"
    for share, of in ((50, median), (95, slow)):
        print(f"{name}: p{share} {of(ours) / of(floor):.2f} x its statements + encoding")
    print(f"  ours {median(ours) * 1000:.1f} ms, floor {median(floor) * 1000:.1f} ms, {len(sent)} statements")


async def turn(answer: Callable[[], Awaitable[bytes]]) -> list[float]:
    """How long each of several answers takes."""
    took: list[float] = []
    for _ in range(TURN):
        started = perf_counter()
        body = await answer()
        took.append(perf_counter() - started)
        assert len(body) > 100
    return took


def slow(took: list[float]) -> float:
    """What 95 of 100 stay below."""
    return quantiles(took, n=20)[-1]


async def main(url: str, name: str | None) -> None:
    """Measure and print."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    services = Services(Database(url))
    await use_ids_of(services.database)
    business = next(row for row in await businesses(services.database) if name in (None, row.name))
    viewer = Viewer("bench", Role.ADMIN, business.id, None, True)
    pages = {"page of 50 customers": (PAGE, {}), "Customer 360": await customer_360(services.database, business.id)}
    for what, (query, variables) in pages.items():
        await measure(what, Asking(services, viewer, Prepared(schema, query, Preparing()), variables))
    await services.close()


if __name__ == "__main__":
    given = sys.argv[1:]
    uvloop.run(main(given[0] if given else "sqlite:///var/customer-api.db", given[1] if len(given) > 1 else None))
