"""Online Retail, the real shop, as imported once a run into each store: what tests hold against an oracle."""

import asyncio
import pickle
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from ingest.loader import ImportSummary, import_file
from ingest.presets import preset
from models import Customer
from models.database import Database, table
from resolvers.businesses import ensure_business, find_business
from resolvers.operation.services import Services
from tests.builders import ACTOR
from tests.conftest import OF_RUN, named, on_server
from tests.once import computed_once, made_once
from tests.oracle.online_retail import OnlineRetailFacts, import_facts

NOW = datetime(2012, 1, 2, 9, 30, tzinfo=UTC)
FILE = "online_retail_2010-12_2011-12.csv.gz"
NAME = "Online Retail"
REJECTS, SUMMARY = "rejects.csv", "summary"

customer = table(Customer)


@dataclass(frozen=True)
class Import:
    """A store into which the file was imported: to be read alone, and a copy of it to be written to."""

    url: str
    url_of_copy: str
    summary: ImportSummary
    rejects: Path


@dataclass(frozen=True)
class Imported:
    """The real shop in a store, and the numbers of its customers by id."""

    services: Services
    id: int
    numbers: dict[int, str]


def import_into_sqlite(factory: pytest.TempPathFactory, template: Path, data_dir: Path) -> Import:
    """The import on SQLite."""

    def make(folder: Path) -> None:
        shutil.copy(template, folder / "store.db")
        _import(f"sqlite:///{folder / 'store.db'}", data_dir / FILE, folder)
        shutil.copy(folder / "store.db", folder / "copy.db")

    folder = made_once(factory, "online-retail-sqlite", make)
    return _imported(folder, f"sqlite:///{folder / 'store.db'}", f"sqlite:///{folder / 'copy.db'}")


def file_of_import(factory: pytest.TempPathFactory, template: Path, data_dir: Path) -> Path:
    """The SQLite file of the import, to be copied."""
    return Path(import_into_sqlite(factory, template, data_dir).url.removeprefix("sqlite:///"))


def import_into_postgres(factory: pytest.TempPathFactory, template: str, data_dir: Path) -> Import:
    """The import on PostgreSQL."""
    name, copy = f"{OF_RUN}online_retail", f"{OF_RUN}online_retail_copy"

    def make(folder: Path) -> None:
        asyncio.run(on_server(f"CREATE DATABASE {name} TEMPLATE {template}"))
        _import(named(name), data_dir / FILE, folder)
        asyncio.run(on_server(f"CREATE DATABASE {copy} TEMPLATE {name}"))

    folder = made_once(factory, "online-retail-postgres", make)
    return _imported(folder, named(name), named(copy))


def facts_of_file(factory: pytest.TempPathFactory, data_dir: Path) -> OnlineRetailFacts:
    """The file as the oracle reads it."""
    return computed_once(factory, "online-retail-facts", lambda: import_facts(data_dir / FILE))


def _import(url: str, path: Path, folder: Path) -> None:
    summary = asyncio.run(_import_into(Database(url), path, folder / REJECTS))
    (folder / SUMMARY).write_bytes(pickle.dumps(summary))


async def _import_into(database: Database, path: Path, rejects: Path) -> ImportSummary:
    shop = await ensure_business(database, NAME, currency="GBP", timezone="Europe/London", now=NOW)
    mapping = preset("online-retail")
    summary = await import_file(
        database, path=path, business=shop, mapping=mapping, now=NOW, actor=ACTOR, rejects=rejects
    )
    await database.close()
    return summary


def _imported(folder: Path, url: str, url_of_copy: str) -> Import:
    return Import(url, url_of_copy, pickle.loads((folder / SUMMARY).read_bytes()), folder / REJECTS)


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
