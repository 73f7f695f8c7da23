"""An application with a small schema of its own, and callers for it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import strawberry
from starlette.testclient import TestClient

from analytics.copy.copy import SnapshotMoved
from analytics.copy.pinned import StatementTimeout
from models.database import Database
from resolvers.businesses import ensure_business
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.services import Services
from resolvers.operation.viewer import Role, Viewer
from schema.document.prepared import AsPrepared
from server.app import create_app
from server.identity.auth import token_for
from server.settings import Settings

SECRET = "Vt3xk0pQ9s-Zf7LrW1mYcA5uHbD8eJ2gNq6T"
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
FAILURES: dict[str, Callable[[], Exception]] = {
    "bug": lambda: RuntimeError("SELECT secret FROM customer"),
    "refusal": lambda: BadUserInput("days must be 1 or more"),
    "outage": lambda: asyncpg.ConnectionDoesNotExistError("connection was closed"),
    "slow statement": lambda: StatementTimeout("SELECT took long"),
    "argument": lambda: ValueError("Argument of a secret statement"),
}
runs: list[str] = []
ended: list[str] = []


async def never(name: str) -> None:
    """Wait until cancelled, and remember that."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        ended.append(name)
        raise


async def endless_batch(_context: Context, _keys: Any, _arguments: Any) -> Any:
    """A look-up that is never answered."""
    await never("looking")


@strawberry.type
class Query:
    """Ways to answer and to fail."""

    @strawberry.field
    def role(self, info: strawberry.Info[Context, None]) -> str:
        return f"{info.context.viewer.role} of {info.context.viewer.business_id}"

    @strawberry.field
    async def business(self, info: strawberry.Info[Context, None]) -> str:
        return (await info.context.business()).row.name

    @strawberry.field
    def day(self, of: date) -> date:
        return of

    @strawberry.field
    def number(self) -> int:
        return 2**40  # GraphQL's Int has 32 bits

    @strawberry.field
    def failing(self, how: str) -> str | None:
        raise FAILURES[how]()

    @strawberry.field
    def moving(self, info: strawberry.Info[Context, None], always: bool = False) -> str:
        runs.append("moving")
        if always or len(runs) == 1:
            raise SnapshotMoved
        return f"run {len(runs)}"

    @strawberry.field
    async def waiting(self) -> None:
        await never("waiting")

    @strawberry.field
    async def looking(self, info: strawberry.Info[Context, None]) -> str | None:
        return await info.context.load(endless_batch, 1)


@strawberry.type
class Mutation:
    """A write."""

    @strawberry.mutation
    def write(self) -> bool:
        return True

    @strawberry.mutation
    def moving_write(self) -> bool:
        runs.append("moving write")
        raise SnapshotMoved

    @strawberry.mutation
    async def slow_write(self) -> bool:
        await never("writing")
        return True


tiny_schema = strawberry.Schema(Query, Mutation, extensions=[AsPrepared])


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of the test's own: `.env` and `var/` are looked for where one works."""
    monkeypatch.chdir(tmp_path)
    runs.clear()
    ended.clear()
    return tmp_path


@pytest.fixture
async def shop(sqlite_database: Database) -> Any:
    """A business."""
    return await ensure_business(sqlite_database, "Corner Shop", currency="GBP", timezone="Europe/London", now=NOW)


@pytest.fixture
async def services(sqlite_database: Database) -> AsyncGenerator[Services]:
    """The services of a process over an empty SQLite store."""
    made = Services(sqlite_database)
    yield made
    await made.close()


@pytest.fixture
def settings(sqlite_url: str) -> Settings:
    """Settings of a server outside demo mode."""
    return Settings(database_url=sqlite_url, secret_key=SECRET)  # pyright: ignore[reportArgumentType]


Caller = Callable[..., Any]


@contextmanager
def caller(settings: Settings, **options: Any) -> Generator[TestClient]:
    """A client of an application with these settings."""
    local = {"base_url": "http://127.0.0.1:8000", "client": ("127.0.0.1", 50000)} | options
    with TestClient(create_app(settings, tiny_schema), raise_server_exceptions=False, **local) as client:
        yield client


@pytest.fixture
def client(settings: Settings, shop: Any) -> Generator[TestClient]:
    """A client without a token."""
    with caller(settings) as made:
        yield made


@pytest.fixture
def token(settings: Settings, shop: Any) -> str:
    """A token of the shop's manager."""
    return token_of(settings, shop)


def token_of(settings: Settings, shop: Any, **changes: Any) -> str:
    """A token good for an hour."""
    viewer = replace(Viewer("ann", Role.MANAGER, shop.id), **changes)
    return token_for(viewer, settings, datetime.now(UTC), timedelta(hours=1))


@pytest.fixture
def ask(client: TestClient, token: str) -> Caller:
    """Sends an operation by POST, with the token."""

    def post(query: str, accept: str = "application/graphql-response+json", **parts: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Accept": accept}
        return client.post("/graphql", json={"query": query, **parts}, headers=headers)

    return post


@pytest.fixture
async def postgres_shop(postgres_url: str) -> AsyncGenerator[tuple[str, Any]]:
    """A business on PostgreSQL and the URL of its store."""
    database = Database(postgres_url)
    yield postgres_url, await ensure_business(database, "Shop", currency="EUR", timezone="Europe/Paris", now=NOW)
    await database.close()
