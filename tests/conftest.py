"""What tests of all rooms share: stores that are theirs alone, and the real data."""

import asyncio
import gc
import os
import shutil
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any, NoReturn, cast
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text

from models.database import Database
from models.migrate import migrate
from resolvers.operation.ids import use_ids_by
from server.settings import Settings
from tests.compiling import compile_once
from tests.once import computed_once, made_once
from tests.telling import hold_what_is_told_and_sent

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")  # noqa: TID251
DATA = Path(os.environ.get("TEST_DATA_DIR", Path(__file__).parents[2] / "shared" / "data"))  # noqa: TID251
REQUIRE_SERVICES = os.environ.get("REQUIRE_SERVICES") == "1"  # noqa: TID251
REQUIRE_DATA = os.environ.get("REQUIRE_TEST_DATA") == "1"  # noqa: TID251
OF_RUN = f"customer_api_{os.environ.setdefault('TEST_RUN', uuid4().hex[:8])}_"  # noqa: TID251  processes inherit it
connect = cast(Any, asyncpg).connect
NO_SERVER = (OSError, TimeoutError, asyncpg.PostgresError)
LONGEST = ("browser", "processes")
WANT_POSTGRES = {"postgres_url", "postgres_template"}  # every other fixture of PostgreSQL asks for one of these
OF_MANY_ROWS = ("tests/reports/", "online_retail", "test_real_data", "test_cdnow", "test_rfm_properties", "test_fuzz")
KEY_OF_IDS = "1d" * 32
SETTINGS = (*(name.upper() for name in Settings.model_fields), "PROMETHEUS_MULTIPROC_DIR")

use_ids_by(KEY_OF_IDS)  # also for the parameters of tests
hold_what_is_told_and_sent()
compile_once()
gc.disable()  # what is imported and collected stays; it is looked through no more once all is there


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that processes of tests end together."""
    for item in items:
        if any(place in item.path.as_posix() for place in OF_MANY_ROWS):
            item.add_marker("many_rows")
        if wants_postgres(item):
            item.add_marker("postgres")
    items.sort(key=lambda item: [item.get_closest_marker(name) is None for name in LONGEST])


def pytest_collection_finish() -> None:
    """Looking through what stays, a million objects, again and again took a sixth of all tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
    gc.enable()


def wants_postgres(item: pytest.Item) -> bool:
    """Whether a test runs on PostgreSQL: by a fixture that it names, or by a parameter that picks one."""
    call = getattr(item, "callspec", None)
    picked = call.params.values() if call else ()
    return not WANT_POSTGRES.isdisjoint(getattr(item, "fixturenames", ())) or any(
        isinstance(each, str) and each.endswith("postgres") for each in picked
    )


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


@pytest.fixture(autouse=True)
def ids_of_tests() -> None:
    """Ids are those of stores made here, whichever store a test before has opened."""
    use_ids_by(KEY_OF_IDS)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """The databases of a run end with it."""
    if not hasattr(config, "workerinput"):
        asyncio.run(drop_databases_of_run())


async def make_current(url: str) -> None:
    """Bring a new database to the current schema, with the key that tests make ids by."""
    database = Database(url)
    await migrate(database)
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE installation SET digest_key = :key"), {"key": KEY_OF_IDS})
    await database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""

    def make(folder: Path) -> None:
        asyncio.run(make_current(f"sqlite:///{folder / 'store.db'}"))

    return made_once(tmp_path_factory, "sqlite", make) / "store.db"


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a migrated SQLite store of this test: to copy a file takes no time."""
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


def new_name() -> str:
    """A name for a database or a role that nobody has."""
    return f"{OF_RUN}{uuid4().hex[:12]}"


async def on_server(statement: str) -> None:
    """Run a statement that makes or drops a database."""
    connection = await connect(POSTGRES, timeout=5)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def drop_database(name: str) -> None:
    """Drop a database, and the role that its migrations may have made."""
    await on_server(f"DROP DATABASE {name} WITH (FORCE)")
    await on_server(f"DROP ROLE IF EXISTS {name}_business")


async def drop_databases_of_run() -> None:
    """Drop what the run has made on the server, also what a process left behind that ended in its midst."""
    try:
        connection = await connect(POSTGRES, timeout=5)
    except NO_SERVER:
        return
    databases = await connection.fetch("SELECT datname FROM pg_database WHERE starts_with(datname, $1)", OF_RUN)
    for (name,) in databases:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    for (name,) in await connection.fetch("SELECT rolname FROM pg_roles WHERE starts_with(rolname, $1)", OF_RUN):
        await connection.execute(f"DROP ROLE {name}")
    await connection.close()


@pytest.fixture(scope="session")
def postgres_template(tmp_path_factory: pytest.TempPathFactory) -> str | None:
    """The name of a migrated database to be copied, None where there is no PostgreSQL."""

    async def make() -> str | None:
        name = f"{OF_RUN}template"
        try:
            await on_server(f"CREATE DATABASE {name}")
        except NO_SERVER:
            return None
        await make_current(named(name))
        return name

    return computed_once(tmp_path_factory, "postgres", lambda: asyncio.run(make()))


@pytest.fixture(scope="session")
def postgres_store(postgres_template: str | None) -> str:
    """The name of the migrated database of this process of tests."""
    if postgres_template is None:
        missing(f"no PostgreSQL answers at TEST_POSTGRES_URL ({POSTGRES})", REQUIRE_SERVICES)
    name = new_name()
    asyncio.run(on_server(f"CREATE DATABASE {name} TEMPLATE {postgres_template}"))
    return name


@pytest.fixture
async def shared_postgres_url(postgres_store: str) -> AsyncGenerator[str]:
    """The URL of a database in which businesses of earlier tests lie about, under names that no test gives."""
    yield named(postgres_store)
    connection = await connect(named(postgres_store), timeout=5)
    await connection.execute("UPDATE business SET name = 'of a test before ' || id WHERE name NOT LIKE 'of a test %'")
    await connection.close()


@pytest.fixture
async def own_postgres_url(postgres_template: str | None) -> AsyncGenerator[str]:
    """The URL of a migrated, empty database of this test, which takes half a second to make and to drop."""
    if postgres_template is None:
        missing(f"no PostgreSQL answers at TEST_POSTGRES_URL ({POSTGRES})", REQUIRE_SERVICES)
    name = new_name()
    await on_server(f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield named(name)
    await drop_database(name)


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest) -> str:
    """The URL of a migrated PostgreSQL store, in which a test has businesses of its own.

    One that looks at the whole store, or harms it, is marked `own_store` and finds it empty.
    """
    is_own = request.node.get_closest_marker("own_store") is not None
    return request.getfixturevalue("own_postgres_url" if is_own else "shared_postgres_url")


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of a migrated store in which a test is alone with its businesses, on SQLite and then on PostgreSQL."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def lasting_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a migrated store for all examples of a property, each with businesses of its own, on both stores."""
    if request.param == "postgres":
        return named(request.getfixturevalue("postgres_store"))
    path = tmp_path_factory.mktemp("lasting") / "store.db"
    shutil.copy(request.getfixturevalue("sqlite_template"), path)
    return f"sqlite:///{path}"


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
