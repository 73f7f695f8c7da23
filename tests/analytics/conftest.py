"""What answers reports: the services of a process over the store of a test, and the real shop on both stores."""

import shutil
from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from models.database import Database
from resolvers.operation.context import Services
from tests.analytics.real_shop import FILE, Imported, imported
from tests.conftest import REQUIRE_SERVICES, drop_database, missing, named, on_server
from tests.oracle import online_retail


@pytest.fixture
async def services(sqlite_database: Database) -> AsyncGenerator[Services]:
    """Services over an empty SQLite store."""
    made = Services(sqlite_database)
    yield made
    await made.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def on_sqlite(
    sqlite_template: Path, data_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Imported]:
    """The real shop on SQLite."""
    folder = tmp_path_factory.mktemp("online-retail")
    shutil.copy(sqlite_template, folder / "store.db")
    async with imported(f"sqlite:///{folder / 'store.db'}", data_dir / FILE, folder / "rejects.csv") as made:
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def on_postgres(
    postgres_template: str | None, data_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Imported]:
    """The real shop on PostgreSQL."""
    if postgres_template is None:
        missing("no PostgreSQL answers at TEST_POSTGRES_URL", REQUIRE_SERVICES)
    name = f"customer_api_{uuid4().hex[:12]}"
    await on_server(f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    try:
        rejects = tmp_path_factory.mktemp("online-retail") / "rejects.csv"
        async with imported(named(name), data_dir / FILE, rejects) as made:
            yield made
    finally:
        await drop_database(name)


@pytest.fixture(params=["on_sqlite", "on_postgres"])
def real_shop(request: pytest.FixtureRequest) -> Imported:
    """The real shop on SQLite and then on PostgreSQL; imported once by a process of tests, and only read."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def facts(data_dir: Path) -> online_retail.OnlineRetailFacts:
    """The file as the oracle reads it."""
    return online_retail.import_facts(data_dir / FILE)
