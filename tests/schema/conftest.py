"""A shop to ask, and callers who ask it as anybody."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLError

from analytics.copy.tables import EVERYTHING
from models.database import Database
from resolvers.operation.context import Context
from resolvers.operation.errors import RequestError
from resolvers.operation.ids import global_id
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from schema.document.prepared import PREPARED, Prepared
from schema.schema import schema
from server.http.documents import Documents
from tests.builders import NOW, Shop, open_shop
from tests.schema.corner_shop import corner_shop_of, corner_shop_on, corner_store
from tests.schema.walking import WIDE

DOCUMENTS = Documents(schema, WIDE)  # made ready once for all tests, as for all requests to a server
REFUSED_BY_GRAPHQL = "REFUSED_BY_GRAPHQL"


def code_of(error: GraphQLError) -> str:
    """The code of an error that a resolver meant, or whose it is otherwise."""
    origin: Any = error
    while isinstance(origin, GraphQLError):
        origin = origin.original_error
    is_of_a_value = error.path is None and error.nodes and not isinstance(origin, RequestError)
    if origin is None or is_of_a_value:
        return REFUSED_BY_GRAPHQL
    return origin.code if isinstance(origin, RequestError) else f"INTERNAL: {origin!r}"


@dataclass(frozen=True)
class Answer:
    """What an operation came to, and how many statements it ran on the store."""

    data: Any
    errors: list[GraphQLError]
    statements: int

    @property
    def codes(self) -> list[str]:
        """The codes of its errors in their order."""
        return [code_of(error) for error in self.errors]

    @property
    def messages(self) -> list[str]:
        """The messages of its errors in their order."""
        return [error.message for error in self.errors]


@dataclass(frozen=True)
class Asker:
    """Asks as a viewer; calling it gives the data of an operation that has no errors."""

    services: Services
    viewer: Viewer
    now: datetime = NOW
    address: str = "203.0.113.1"

    def being(self, role: Role = Role.VIEWER, **changes: Any) -> "Asker":
        """The same as somebody else."""
        return replace(self, viewer=replace(self.viewer, role=role, **changes))

    async def run(
        self, query: str, operation: str | None = None, prepared: Prepared | None = None, **variables: Any
    ) -> Answer:
        """Run an operation, whatever it comes to."""
        may_move = query.startswith("mutation")
        ready = prepared or DOCUMENTS.prepared(query)
        context = Context(self.services, self.viewer, self.now, may_move=may_move, address=self.address)
        try:
            result = await schema.execute(
                query,
                variable_values=variables,
                operation_name=operation,
                context_value=context,
                operation_extensions={PREPARED: ready} if not ready.errors else None,
            )
        finally:
            await context.close()
        return Answer(result.data, list(result.errors or []), context.reader.statements_run)

    async def __call__(self, query: str, **variables: Any) -> Any:
        answer = await self.run(query, **variables)
        assert not answer.errors, answer.messages
        return answer.data

    async def load_copy(self) -> None:
        """Have the copy in columns there with all its tables, so that statements of its load are not counted."""
        context = Context(self.services, self.viewer, self.now)
        try:
            await context.facts(EVERYTHING)
        finally:
            await context.close()

    async def refused(self, query: str, code: str = "BAD_USER_INPUT", **variables: Any) -> str:
        """The message of an operation that is refused with this code."""
        answer = await self.run(query, **variables)
        assert answer.codes == [code], answer.messages
        return answer.messages[0]


@pytest.fixture
async def services(sqlite_url: str) -> AsyncGenerator[Services]:
    """What lives as long as a process, on SQLite."""
    made = Services(Database(sqlite_url))
    yield made
    await made.close()


@pytest.fixture
async def both_services(store_url: str) -> AsyncGenerator[Services]:
    """The same on each of the two stores."""
    made = Services(Database(store_url))
    yield made
    await made.close()


@pytest.fixture(scope="session")
def corner_shop_store(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """The corner shop as it is copied."""
    return corner_store(tmp_path_factory, sqlite_template)


@pytest.fixture
def shop(services: Services, corner_shop_store: Path) -> Shop:
    """The corner shop, on SQLite."""
    return corner_shop_of(corner_shop_store, services.database)


@pytest.fixture
async def ask(services: Services, shop: Shop) -> Asker:
    """Asks the corner shop as staff."""
    return Asker(services, Viewer("stan", Role.STAFF, shop.id))


@pytest.fixture
async def ask_both(both_services: Services, corner_shop_store: Path) -> Asker:
    """Asks the corner shop as staff, on each of the two stores."""
    shop = await corner_shop_on(both_services.database, corner_shop_store)
    return Asker(both_services, Viewer("stan", Role.STAFF, shop.id))


@pytest.fixture
async def other(services: Services, shop: Shop) -> Shop:
    """Another business, with a customer, a sale and the rest under the same numbers."""
    made = await open_shop(services.database, "Other Shop", currency="EUR", timezone="Europe/Paris")
    made.customer("ANN", first_name="Foreign", email="foreign@example.com", notes="foreign note")
    made.sale("ANN", "2026-02-01", "77.00", number="A4", storefront="Web")
    made.touchpoint("ANN", "2026-02-02 10:00", subject="foreign")
    await made.save()
    return made


def customer_id(shop: Shop, number: str) -> str:
    """The public id of a customer of a shop."""
    return global_id("Customer", shop.id_of(number))


def request_id(shop: Shop) -> str:
    """The public id of the request to erase IDLE of the corner shop."""
    return global_id("ErasureRequest", shop.request_id)
