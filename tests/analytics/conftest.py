"""What answers reports: the services of a process over the store of a test, and the real shop on both stores."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from models.database import Database
from resolvers.operation.services import Services
from tests.analytics.real_shop import (
    NOW,
    Import,
    Imported,
    facts_of_file,
    import_into_postgres,
    import_into_sqlite,
    opened,
)
from tests.conftest import REQUIRE_SERVICES, missing
from tests.oracle import online_retail
from tests.oracle.facts import Facts


@pytest.fixture
async def services(sqlite_database: Database) -> AsyncGenerator[Services]:
    """Services over an empty SQLite store."""
    made = Services(sqlite_database)
    yield made
    await made.close()


@pytest.fixture(scope="session")
def import_on_sqlite(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, data_dir: Path) -> Import:
    """The real file in a SQLite store."""
    return import_into_sqlite(tmp_path_factory, sqlite_template, data_dir)


@pytest.fixture(scope="session")
def import_on_postgres(
    tmp_path_factory: pytest.TempPathFactory, postgres_template: str | None, data_dir: Path
) -> Import:
    """The real file in a PostgreSQL store."""
    if postgres_template is None:
        missing("no PostgreSQL answers at TEST_POSTGRES_URL", REQUIRE_SERVICES)
    return import_into_postgres(tmp_path_factory, postgres_template, data_dir)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def on_sqlite(import_on_sqlite: Import) -> AsyncGenerator[Imported]:
    """The real shop on SQLite."""
    async with opened(import_on_sqlite.url) as made:
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def on_postgres(import_on_postgres: Import) -> AsyncGenerator[Imported]:
    """The real shop on PostgreSQL."""
    async with opened(import_on_postgres.url) as made:
        yield made


@pytest.fixture(params=["on_sqlite", "on_postgres"])
def real_shop(request: pytest.FixtureRequest) -> Imported:
    """The real shop on SQLite and then on PostgreSQL; imported once a run, and only read."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def facts(tmp_path_factory: pytest.TempPathFactory, data_dir: Path) -> online_retail.OnlineRetailFacts:
    """The file as the oracle reads it."""
    return facts_of_file(tmp_path_factory, data_dir)


@pytest.fixture(scope="session")
def report_facts(facts: online_retail.OnlineRetailFacts) -> Facts:
    """The same as the oracle's reports read it, to the day on which it is asked."""
    return facts.for_reports(NOW.date())
