"""A shop on each store, to be written to."""

from collections.abc import AsyncGenerator

import pytest

from models.database import Database
from resolvers.operation.services import Services
from tests.builders import Shop, open_shop


@pytest.fixture
async def services(store_url: str) -> AsyncGenerator[Services]:
    made = Services(Database(store_url))
    yield made
    await made.close()


@pytest.fixture
async def shop(services: Services) -> Shop:
    made = await open_shop(services.database)
    made.sale("anna", "2026-03-01", "1.00")
    await made.save()
    return made
