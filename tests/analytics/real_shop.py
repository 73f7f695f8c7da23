"""Online Retail, the real shop, as imported into a store: what tests of every report ask and hold against an oracle."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from ingest.loader import import_file
from ingest.mapping import preset
from models import Customer
from models.database import Database, table
from resolvers.businesses import ensure_business
from resolvers.operation.context import Services
from tests.builders import ACTOR

NOW = datetime(2012, 1, 2, 9, 30, tzinfo=UTC)
FILE = "online_retail_2010-12_2011-12.csv.gz"

customer = table(Customer)


@dataclass(frozen=True)
class Imported:
    """The real shop in a store, and the numbers of its customers by id."""

    services: Services
    id: int
    numbers: dict[int, str]


@asynccontextmanager
async def imported(url: str, path: Path, rejects: Path) -> AsyncGenerator[Imported]:
    """Import the file into a migrated store."""
    services = Services(Database(url))
    database = services.database
    shop = await ensure_business(database, "Online Retail", currency="GBP", timezone="Europe/London", now=NOW)
    await import_file(
        database, path=path, business=shop, mapping=preset("online-retail"), now=NOW, actor=ACTOR, rejects=rejects
    )
    async with database.engine.connect() as connection:
        rows = await connection.execute(select(customer.c.id, customer.c.number))
        numbers = {row.id: row.number for row in rows}
    yield Imported(services, shop.id, numbers)
    await services.close()
