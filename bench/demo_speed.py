"""How fast the demo shop is filled, against its floor: the same rows, made before, handed to the same driver.

    python bench/demo_speed.py [--customers 20000] [--postgres postgresql://postgres@127.0.0.1/postgres]

Prints rows a second and the ratio of the whole filling to its floor. The PostgreSQL part makes a database of its own
and drops it; it is left out where no server answers.
"""

import argparse
import asyncio
import gc
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, cast
from unittest.mock import patch
from uuid import uuid4

import asyncpg

sys.path.insert(0, str(Path(__file__).parents[1]))

from ingest.demo import TIMEZONE, grow_demo
from models.database import Database
from models.migrate import migrate
from models.rows_in_bulk import insert_rows, insert_stored
from resolvers.businesses import ensure_business
from resolvers.operation.actor import Actor
from resolvers.operation.ids import use_ids_of
from rules.demo import DEMO_BUSINESS

NOW = datetime(2026, 3, 14, 22, 30, tzinfo=UTC)
ACTOR = Actor("bench", "ADMIN")
WRITERS = {"ingest.demo.store.insert_stored": insert_stored, "ingest.demo.writing.insert_rows": insert_rows}

Batches = list[tuple[Any, tuple[Any, ...]]]  # a writer, and its arguments after the connection


@asynccontextmanager
async def new_database(postgres: str | None) -> AsyncGenerator[Database]:
    """A migrated store of its own: a file, or a database on that PostgreSQL server."""
    with tempfile.TemporaryDirectory() as folder:
        name = f"demo_speed_{uuid4().hex[:12]}"
        if postgres is not None:
            await on_server(postgres, f"CREATE DATABASE {name}")
        url = f"sqlite:///{folder}/store.db" if postgres is None else f"{postgres.rsplit('/', 1)[0]}/{name}"
        database = Database(url)
        try:
            await migrate(database)
            await use_ids_of(database)
            yield database
        finally:
            await database.close()
            if postgres is not None:
                await on_server(postgres, f"DROP DATABASE {name} WITH (FORCE)")


async def on_server(url: str, statement: str) -> None:
    """Run a statement that makes or drops a database."""
    connect = cast(Any, asyncpg).connect
    connection = await connect(url, timeout=5)
    await connection.execute(statement)
    await connection.close()


async def fill(database: Database, customers: int) -> tuple[float, int]:
    """Fill the demo: in how many seconds, how many rows."""
    began = perf_counter()
    summary = await grow_demo(database, customers=customers, seed=1, today=NOW.date(), now=NOW, actor=ACTOR)
    return perf_counter() - began, summary.rows


async def made(database: Database, customers: int) -> Batches:
    """The rows of a filling, as the driver was given them."""
    batches: Batches = []

    async def recorded(write: Any, connection: Any, *batch: Any) -> None:
        batches.append((write, batch))
        await write(connection, *batch)

    with ExitStack() as stack:
        for name, write in WRITERS.items():
            stack.enter_context(patch(name, partial(recorded, write)))
        await fill(database, customers)
    return batches


async def floor(database: Database, batches: Batches) -> float:
    """How many seconds the driver alone takes for the same rows."""
    await ensure_business(database, DEMO_BUSINESS, currency="EUR", timezone=TIMEZONE, now=NOW)
    began = perf_counter()
    async with database.transaction() as connection:
        for write, batch in batches:
            await write(connection, *batch)
    return perf_counter() - began


async def measure(name: str, customers: int, postgres: str | None) -> None:
    """Print one line for a kind of store."""
    async with new_database(postgres) as database:
        await fill(database, 100)  # what is made once for a process
    async with new_database(postgres) as database:
        seconds, rows = await fill(database, customers)
    async with new_database(postgres) as database:
        batches = await made(database, customers)
    gc.freeze()  # a collector that walks all those rows would be measured too
    async with new_database(postgres) as database:
        least = await floor(database, batches)
    gc.unfreeze()
    print(
        f"{name:<10}  {customers:,} customers, {rows:,} rows in {seconds:.2f} s: {rows / seconds:,.0f} rows/s;"
        f" floor {least:.2f} s, {rows / least:,.0f} rows/s; ratio {seconds / least:.2f}"
    )


async def main(customers: int, postgres: str) -> None:
    """Measure both stores."""
    await measure("SQLite", customers, None)
    try:
        await on_server(postgres, "SELECT 1")
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        print(f"PostgreSQL  left out: {error}")
        return
    await measure("PostgreSQL", customers, postgres)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--postgres", default="postgresql://postgres@127.0.0.1/postgres")
    asked = parser.parse_args()
    asyncio.run(main(asked.customers, asked.postgres))
