"""What answers reports: the services of a process over the store of a test."""

from collections.abc import AsyncGenerator

import pytest

from models.database import Database
from resolvers.context import Services


@pytest.fixture
async def services(sqlite_database: Database) -> AsyncGenerator[Services]:
    """Services over an empty SQLite store."""
    made = Services(sqlite_database)
    yield made
    await made.close()
