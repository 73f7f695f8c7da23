"""A backup holds everything, of one moment, and comes back into either kind of store as a store of its own."""

import asyncio
import json
import zipfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from models.contents import layouts
from models.database import Database, table
from models.finding import finding
from models.migrate import schema_of
from models import Business, Installation
from resolvers.businesses import businesses
from resolvers.context import Services
from resolvers.verification import verify
from server import backup as backups
from server.archives import MANIFEST, NotABackup, reading
from server.backup import BackupFailed, back_up, restore
from server.settings import Settings
from server.store import StoreError
from tests.builders import NOW, Line, Shop, open_shop
from tests.server.conftest import SECRET

KINDS = ("sqlite", "postgres")


def settings_of(url: str) -> Settings:
    return Settings(database_url=url, secret_key=SECRET)  # pyright: ignore[reportArgumentType]


@asynccontextmanager
async def store(url: str) -> AsyncGenerator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


async def filled(database: Database) -> Shop:
    """A shop with rows of every kind, values of every sort, and references to what comes later."""
    shop = await open_shop(database, "Łódź & Søn's 'shop'")
    shop.customer("1 anna", first_name="Ænna", last_name="D'Or \"x\" 🎈", email="anna@example.com", tags=["vip", "élan"])
    shop.customer("2 ben", referrer="1 anna", joined="1969-02-28", credit_limit="90000000000000.01", notes="a\nb\tc")
    shop.customer("3 cleo", merged_into="1 anna", external={"till": "7", "web": ""})
    lines = [Line("Mug", "4.50", "2", cost="1.25"), Line("Rope", "0.001", "2500.5", category="Garden")]
    shop.sale("1 anna", "2026-01-03 14:30", lines=lines, discount="0.50", payments={"CASH": "5.00"}, tax="1.00")
    shop.sale(None, "1968-12-31 23:59", "20.00", storefront="High Street", has_hour=False)
    shop.refund("1 anna", "2026-01-09", "1.00", sale="S1")
    shop.payment("2 ben", "2026-01-11", "2.00")
    shop.touchpoint("1 anna", "2026-01-12", outcome="OPENED", score=7)
    await shop.save()
    shop.customer("0 dan", merged_into="3 cleo")
    shop.customer("1 anna", referrer="0 dan")
    await shop.save()
    return shop


async def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but the epoch, as Python values."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    async with database.engine.connect() as connection:
        for layout in layouts():
            source = table(Business).metadata.tables[layout.name]
            rows = map(tuple, await connection.execute(select(source)))
            found[layout.name] = sorted(rows, key=repr) if layout.name != "installation" else []
    return found


async def epoch(database: Database) -> str:
    async with database.engine.connect() as connection:
        return str((await connection.execute(select(table(Installation).c.epoch))).scalar_one())


@pytest.fixture
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """The URL of a store that is not there yet (SQLite), or migrated and empty (PostgreSQL)."""

    def url(kind: str) -> str:
        return f"sqlite:///{tmp_path}/restored.db" if kind == "sqlite" else request.getfixturevalue("postgres_url")

    return url


@pytest.fixture
async def made(sqlite_url: str, tmp_path: Path) -> Path:
    """A backup of a filled SQLite store."""
    async with store(sqlite_url) as database:
        await filled(database)
    path = tmp_path / "backup.zip"
    await back_up(settings_of(sqlite_url), path, NOW)
    return path


@pytest.mark.parametrize("target", KINDS)
async def test_everything_comes_back_as_a_new_store(store_url: str, target: str, new_url: Any, tmp_path: Path) -> None:
    async with store(store_url) as database:
        shop = await filled(database)
        before, old_epoch = await everything(database), await epoch(database)
    path = tmp_path / "backup.zip"
    await back_up(settings_of(store_url), path, NOW)
    async with store(store_url) as database:  # the same server may be restored into: another database of it
        if target == "postgres" and not database.is_sqlite:
            await emptied(database)

    await restore(settings_of(new_url(target)), path)

    async with store(new_url(target)) as database:
        assert await everything(database) == before
        assert await epoch(database) != old_epoch
        assert await found(database, shop.id, "aenna") == [shop.id_of("1 anna")] == await found(database, shop.id, "ænna")
        assert await wrong(database) == []
        await goes_on(database, shop)


async def emptied(database: Database) -> None:
    async with database.transaction() as connection:
        for layout in reversed(layouts()):
            if layout.name != "installation":
                await connection.execute(text(f'TRUNCATE "{layout.name}" RESTART IDENTITY CASCADE'))


async def found(database: Database, business_id: int, words: str) -> list[int]:
    """The customers that a search finds."""
    del database, business_id, words
    return []


async def wrong(database: Database) -> list[Any]:
    services = Services(database)
    try:
        return [
            finding
            for row in await businesses(database)
            async for finding in verify(services, row.id, NOW)
            if finding.wrong
        ]
    finally:
        services.mirrors.close()


async def goes_on(database: Database, shop: Shop) -> None:
    """What is written after a restore gets ids of its own."""
    again = await open_shop(database, "A new shop")
    again.sale("zoe", "2026-02-01", "1.00", payments={"CASH": "1.00"}, storefront="Here")
    again.touchpoint("zoe", "2026-02-01")
    assert await again.save() == 1
    assert again.id > shop.id
