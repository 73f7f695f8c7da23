"""The fixtures of tests that ask one shop on both stores."""

from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest

from models.database import Database
from resolvers.operation.context import Context
from resolvers.operation.services import Services
from tests.analytics.asking import operation
from tests.builders import Shop, open_shop


def on_both_stores(tell: Callable[[Shop], None]) -> tuple[Any, Any, Any]:
    """`services, shop, context`: the services of a process, the shop that `tell` tells, and an operation there."""

    @pytest.fixture
    async def services(database: Database) -> AsyncGenerator[Services]:
        made = Services(database)
        yield made
        await made.close()

    @pytest.fixture
    async def shop(services: Services) -> Shop:
        made = await open_shop(services.database)
        tell(made)
        await made.save()
        return made

    @pytest.fixture
    async def context(services: Services, shop: Shop) -> AsyncGenerator[Context]:
        async with operation(services, shop.id) as made:
            yield made

    return services, shop, context
