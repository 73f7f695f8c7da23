"""A store with a business for each example, asked through GraphQL."""

import asyncio
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import pytest

from models.database import Database
from resolvers.operation.ids import global_id
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from tests.builders import NOW, Shop, open_shop
from tests.oracle.facts import Facts
from tests.reports.histories import tell
from tests.schema.conftest import Asker

DAYS_ASKED = ("as_of", "from", "to")


class KnownShop(Protocol):
    """A business whose customers and storefronts are known by number and name."""

    id: int

    def id_of(self, customer: str) -> int:
        """The id of a customer."""
        ...

    def id_of_storefront(self, name: str) -> int:
        """The id of a storefront."""
        ...


class AskedShop:
    """A shop with one history, asked by its manager with the arguments that the oracle takes."""

    def __init__(self, shop: KnownShop, services: Services, runner: asyncio.Runner, now: datetime = NOW) -> None:
        self._shop = shop
        self._asker = Asker(services, Viewer("mona", Role.MANAGER, shop.id), now)
        self._runner = runner

    def ask(self, document: str, question: dict[str, Any] | None = None) -> Any:
        """The data of an operation; days are ordinals, storefronts and customers told by their names."""
        variables = {_camel(name): self._variable(name, value) for name, value in (question or {}).items()}
        return self._runner.run(self._asker(document, **variables))

    def customer(self, number: str) -> str:
        """The public id of a customer."""
        return global_id("Customer", self._shop.id_of(number))

    def _variable(self, name: str, value: Any) -> Any:
        if value is None:
            return None
        if name == "period":
            return {"start": _iso(value[0]), "end": _iso(value[1])}
        if name == "storefront":
            return global_id("Storefront", self._shop.id_of_storefront(value))
        if name == "customer":
            return self.customer(value)
        if name in DAYS_ASKED:
            return _iso(value)
        return str(value) if isinstance(value, Decimal) else value


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _iso(ordinal: int) -> str:
    return str(date.fromordinal(ordinal))


class World:
    """One store with a business for each example."""

    def __init__(self, runner: asyncio.Runner, services: Services) -> None:
        self._services = services
        self._runner = runner
        self._names = count(1)

    @contextmanager
    def shop_of(self, facts: Facts) -> Generator[AskedShop]:
        """A shop with this history, which is forgotten afterwards."""
        shop = self._runner.run(self._told(facts))
        yield AskedShop(shop, self._services, self._runner)
        self._services.copies.of(shop.id).drop()

    async def _told(self, facts: Facts) -> Shop:
        shop = await open_shop(self._services.database, f"Example {next(self._names)}")
        tell(shop, facts)
        await shop.save()
        return shop


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    path = tmp_path_factory.mktemp("reports") / "store.db"
    shutil.copy(sqlite_template, path)
    with asyncio.Runner() as runner:
        services = Services(Database(f"sqlite:///{path}"))
        yield World(runner, services)
        runner.run(services.close())
