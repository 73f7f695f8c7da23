"""How long it takes to find customers among a million by what a clerk types: p95 is to be under 20 ms.

    python -m bench.searching [CUSTOMERS] [STORE]

STORE is a URL as in DATABASE_URL, a new SQLite file unless given; a business with so many customers is made in it. Each
answer has to name the customer that is looked for, or where many have the words, as many as fit a page.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, NamedTuple
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import select

from bench.duplicates import BEGINNINGS, ENDINGS, FIRST
from models.customers import customer
from models.database import Database
from models.migrate import migrate
from models.statistics import refresh_statistics
from resolvers.operation.ids import use_ids_of
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from resolvers.operation.writing import writing
from resolvers.profiles import words_of
from tests.builders import ACTOR, NOW, Shop, open_shop
from tests.schema.conftest import Asker

CUSTOMERS, AT_ONCE, TIMES, PAGE = 1_000_000, 10_000, 200, 20
LAST = [beginning + ending for beginning in BEGINNINGS for ending in ENDINGS]
SEARCH = """query ($search: String!) { customers(filter: { search: $search }, first: 20) {
    nodes { number name email } pageInfo { hasNextPage } } }"""


class Person(NamedTuple):
    """A customer whom somebody looks for."""

    number: str
    first_name: str
    last_name: str
    email: str
    phone: str


WAYS: dict[str, Callable[[Person], str]] = {
    "first and last name": lambda one: f"{one.first_name} {one.last_name}",
    "number": lambda one: one.number,
    "e-mail": lambda one: one.email,
    "phone": lambda one: one.phone,
    "last name alone": lambda one: one.last_name,
}


def people(count: int, random: Random) -> Iterator[Person]:
    """So many people, no two with the same number, e-mail or phone."""
    for place in range(count):
        first, last = random.choice(FIRST), random.choice(LAST)
        email = f"{first}.{last}{place}@example.com".lower()
        yield Person(f"C{place:07}", first, last, email, f"+4420{70_000_000 + place}")


async def fill(database: Database, shop: Shop, count: int) -> list[Person]:
    """Write so many customers, as one who was made by the API is; some whom to look for."""
    shop.customer("ONE", first_name="One")
    await shop.save()
    async with database.engine.connect() as connection:
        row = (await connection.execute(select(customer).where(customer.c.id == shop.id_of("ONE")))).mappings().one()
    names = [name for name in row if name != "id"]
    random, wanted, batch = Random(1), list[Person](), list[tuple[Any, ...]]()
    for one in people(count, random):
        if random.random() < TIMES / count:
            wanted.append(one)
        values = {**row, **one._asdict()}
        values |= words_of(values)
        batch.append(tuple(values[name] for name in names))
        if len(batch) == AT_ONCE:
            async with writing(database, shop.id, actor=ACTOR, clock=lambda: NOW) as write:
                await write.insert_many(customer, names, batch)
            batch.clear()
    await refresh_statistics(database)
    return wanted


async def measured(ask: Asker, wanted: list[Person], way: str) -> None:
    """Print what finding them in one way takes."""
    took, used = list[float](), process_time()
    for one in wanted:
        started = perf_counter()
        found = (await ask(SEARCH, search=WAYS[way](one)))["customers"]
        took.append(perf_counter() - started)
        numbers = [node["number"] for node in found["nodes"]]
        assert one.number in numbers or (found["pageInfo"]["hasNextPage"] and len(numbers) == PAGE), (one, numbers)
    p95, processor = quantiles(took, n=20)[-1], (process_time() - used) / len(wanted)
    told = (f"{1000 * seconds:.1f} ms" for seconds in (median(took), p95, processor))
    print(f"by {way}: {next(told)} in the median, p95 {next(told)}, {next(told)} of the processor")


async def run(url: str, count: int) -> None:
    """Measure on a store."""
    database = Database(url)
    await migrate(database)
    await use_ids_of(database)
    shop = await open_shop(database, f"Searching {uuid4()}")
    wanted = await fill(database, shop, count)
    services = Services(database)
    ask = Asker(services, Viewer("bench", Role.STAFF, shop.id))
    print(f"among {count:,} customers, {len(wanted)} looked for")
    for way in WAYS:
        await measured(ask, wanted, way)
    await services.close()


def main() -> None:
    """Run it on the store that is named, or on one of its own."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CUSTOMERS
    with TemporaryDirectory() as folder:
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{folder}/store.db"
        asyncio.run(run(url, count))


if __name__ == "__main__":
    main()
