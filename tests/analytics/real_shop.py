"""Online Retail, the real shop, as imported once a run into each store: what tests hold against an oracle."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from ingest.loader import Summary, import_file
from ingest.mapping import preset
from models import Customer
from models.database import Database, table
from resolvers.businesses import ensure_business, find_business
from resolvers.operation.context import Services
from tests.builders import ACTOR
from tests.conftest import OF_RUN, named, on_server
from tests.once import kept
from tests.oracle.online_retail import OnlineRetailFacts, import_facts

NOW = datetime(2012, 1, 2, 9, 30, tzinfo=UTC)
FILE = "online_retail_2010-12_2011-12.csv.gz"
NAME = "Online Retail"

customer = table(Customer)


@dataclass(frozen=True)
class Import:
    """A store into which the file was imported: to be read alone, and a copy of it to be written to."""

    url: str
    url_of_copy: str
    summary: Summary
    rejects: Path


@dataclass(frozen=True)
class Imported:
    """The real shop in a store, and the numbers of its customers by id."""

    services: Services
    id: int
    numbers: dict[int, str]


def import_into_sqlite(run_folder: Path, template: Path, data_dir: Path) -> Import:
    """The import on SQLite."""
    store, copy = (run_folder / f"online-retail{which}.db" for which in ("", "-copy"))
    rejects = run_folder / "online-retail-sqlite-rejects.csv"

    def fill() -> Summary:
        shutil.copy(template, store)
        summary = asyncio.run(_import(f"sqlite:///{store}", data_dir / FILE, rejects))
        shutil.copy(store, copy)
        return summary

    summary = kept(run_folder, "online-retail-sqlite", fill)
    return Import(f"sqlite:///{store}", f"sqlite:///{copy}", summary, rejects)


def import_into_postgres(run_folder: Path, template: str, data_dir: Path) -> Import:
    """The import on PostgreSQL."""
    name, copy = f"{OF_RUN}online_retail", f"{OF_RUN}online_retail_copy"
    rejects = run_folder / "online-retail-postgres-rejects.csv"

    async def fill() -> Summary:
        await on_server(f"CREATE DATABASE {name} TEMPLATE {template}")
        summary = await _import(named(name), data_dir / FILE, rejects)
        await on_server(f"CREATE DATABASE {copy} TEMPLATE {name}")
        return summary

    summary = kept(run_folder, "online-retail-postgres", lambda: asyncio.run(fill()))
    return Import(named(name), named(copy), summary, rejects)


def facts_of_file(run_folder: Path, data_dir: Path) -> OnlineRetailFacts:
    """The file as the oracle reads it, once a run."""
    return kept(run_folder, "online-retail-facts", lambda: import_facts(data_dir / FILE))


async def _import(url: str, path: Path, rejects: Path) -> Summary:
    database = Database(url)
    shop = await ensure_business(database, NAME, currency="GBP", timezone="Europe/London", now=NOW)
    summary = await import_file(
        database, path=path, business=shop, mapping=preset("online-retail"), now=NOW, actor=ACTOR, rejects=rejects
    )
    await database.close()
    return summary


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[Imported]:
    """The shop of a store, to be asked."""
    services = Services(Database(url))
    shop = await find_business(services.database, NAME)
    assert shop is not None
    async with services.database.engine.connect() as connection:
        rows = await connection.execute(select(customer.c.id, customer.c.number))
        numbers = {row.id: row.number for row in rows}
    yield Imported(services, shop.id, numbers)
    await services.close()
