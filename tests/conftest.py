"""What tests of all rooms share: stores that are theirs alone, and the real data."""

import os
import shutil
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from models.database import Database
from models.migrate import migrate

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")  # noqa: TID251
DATA = Path(os.environ.get("TEST_DATA_DIR", Path(__file__).parents[2] / "shared" / "data"))  # noqa: TID251
REQUIRE_SERVICES = os.environ.get("REQUIRE_SERVICES") == "1"  # noqa: TID251
REQUIRE_DATA = os.environ.get("REQUIRE_TEST_DATA") == "1"  # noqa: TID251
LONGEST = ("browser", "processes")
SETTINGS = (
    *("DATABASE_URL", "SECRET_KEY", "LINK_KEYS", "JWKS_URL", "JWT_ISSUER", "JWT_AUDIENCE", "HOST", "PORT", "WORKERS"),
    *("DOCUMENTS", "ONLY_DOCUMENTS", "INTROSPECTION", "GRAPHIQL", "RATE_LIMIT", "REDIS_URL", "MAX_COST", "MAX_DEPTH"),
    *("LOG_LEVEL", "LOG_FORMAT", "METRICS", "METRICS_TOKEN", "PROMETHEUS_MULTIPROC_DIR", "DRAIN_SECONDS"),
    *("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_SCOPES", "OIDC_TOKEN"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that processes of tests end together."""
    items.sort(key=lambda item: [item.get_closest_marker(name) is None for name in LONGEST])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test prints may hold half a character, which processes of tests cannot send to each other."""
    report = yield
    report.sections = [(name, text.encode(errors="backslashreplace").decode()) for name, text in report.sections]
    return report


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of whoever runs the tests are not theirs."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)


async def make_current(url: str) -> None:
    """Bring a new database to the current schema."""
    database = Database(url)
    await migrate(database)
    await database.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "store.db"
    await make_current(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a migrated SQLite store of this test."""
    path = tmp_path / "store.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


def missing(what: str, required: bool) -> NoReturn:
    """Skip a test for want of something, or fail where everything is meant to be there."""
    if required:
        pytest.fail(what)
    pytest.skip(what)


def named(database: str) -> str:
    """The URL of another database on the same PostgreSQL server."""
    return f"{POSTGRES.rsplit('/', 1)[0]}/{database}"


async def on_server(statement: str) -> None:
    """Run a statement that makes or drops a database."""
    connection = await asyncpg.connect(POSTGRES, timeout=5)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def drop_database(name: str) -> None:
    """Drop a database, and the role that its migrations may have made."""
    await on_server(f"DROP DATABASE {name} WITH (FORCE)")
    await on_server(f"DROP ROLE IF EXISTS {name}_business")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres_template() -> AsyncGenerator[str | None]:
    """The name of a migrated database to be copied, None where there is no PostgreSQL."""
    name = f"customer_api_template_{uuid4().hex[:12]}"
    try:
        await on_server(f"CREATE DATABASE {name}")
    except (OSError, TimeoutError, asyncpg.PostgresError):
        yield None
        return
    await make_current(named(name))
    yield name
    await drop_database(name)


@pytest.fixture
async def postgres_url(postgres_template: str | None) -> AsyncGenerator[str]:
    """The URL of a migrated PostgreSQL database of this test."""
    if postgres_template is None:
        missing(f"no PostgreSQL answers at TEST_POSTGRES_URL ({POSTGRES})", REQUIRE_SERVICES)
    name = f"customer_api_{uuid4().hex[:12]}"
    await on_server(f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield named(name)
    await drop_database(name)


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of a migrated, empty store of this test, on SQLite and then on PostgreSQL."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
async def database(store_url: str) -> AsyncGenerator[Database]:
    """That store, open."""
    made = Database(store_url)
    yield made
    await made.close()


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncGenerator[Database]:
    """A migrated, empty SQLite store of this test, where the kind of store does not matter."""
    made = Database(sqlite_url)
    yield made
    await made.close()


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data."""
    if not DATA.is_dir():
        missing(f"the real data is not at TEST_DATA_DIR ({DATA})", REQUIRE_DATA)
    return DATA
