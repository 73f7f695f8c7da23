"""The store: SQLite or PostgreSQL behind one URL, and the few things in which they differ."""

import asyncio
import sqlite3
import stat
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from pathlib import Path
from time import perf_counter
from typing import Any, cast

import orjson
from sqlalchemy import (
    URL,
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Table,
    Text,
    bindparam,
    event,
    make_url,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import PoolResetState, QueuePool
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine
from sqlmodel import SQLModel

from models import tenancy
from models.compiled import CompiledStatements
from models.driver import adapted_of, driver_of, told
from models.sqlite_driver import BEGIN, at_once, quick_connection

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}
BUSY_SECONDS = 30
SQLITE: dict[str, Any] = {
    "timeout": BUSY_SECONDS,
    "check_same_thread": False,
    "async_creator_fn": quick_connection,
}
SETTLE_SECONDS = 1  # for which those who still read an earlier moment are waited for
OWNER_ALONE = 0o600
BESIDE = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a store
AT_ONCE_SECONDS = 0.004
AT_ONCE_ROWS = 50  # between two looks at the clock
AT_ONCE_STEPS = 300_000  # of SQLite's machine: a few milliseconds


class Database:
    """A store by its URL, `sqlite:///path` or `postgresql://…`. Connections are made on first need."""

    def __init__(self, url: str, pool_size: int = 5) -> None:
        self.url = store_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        self.engine: AsyncEngine = create_async_engine(
            self.url.set(drivername=DRIVERS[self.url.get_backend_name()]),
            pool_size=pool_size,
            max_overflow=pool_size,
            hide_parameters=True,  # a logged error shows no personal values
            connect_args=SQLITE if self.is_sqlite else _postgres(),
            pool_reset_on_return=None if self.is_sqlite else "rollback",
        )
        self.compiled = CompiledStatements(self.engine.dialect)
        self._role: str | None = None
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "do_connect", self._make_private)
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin)
            event.listen(self.engine.sync_engine, "reset", _end_transaction)
        else:
            event.listen(self.engine.sync_engine, "checkout", _refuse_closed)

    def _make_private(self, *_connecting: Any) -> None:
        """Make a store its owner's alone, and what lies beside it, as SQLite makes that from now on: it is personal."""
        path = Path(self.url.database or "")
        if path.parts[0] == "file:":
            return
        with suppress(OSError):  # which SQLite tells better, and whose a file is that is not ours to change
            if not path.exists():
                path.touch(mode=OWNER_ALONE)
            for name in (path, *(path.with_name(path.name + beside) for beside in BESIDE)):
                if name.exists() and stat.S_IMODE(name.stat().st_mode) & ~OWNER_ALONE:
                    name.chmod(OWNER_ALONE)

    @property
    def dialect(self) -> Dialect:
        """What compiles a statement for this store."""
        return self.engine.dialect

    @property
    def adbc_uri(self) -> str:
        """The address under which the Arrow driver finds the same store."""
        return self.url.database or "" if self.is_sqlite else self.url.render_as_string(hide_password=False)

    @property
    def connections_in_use(self) -> int:
        """How many connections are taken from the pool."""
        pool = self.engine.pool
        return pool.checkedout() if isinstance(pool, QueuePool) else 0

    @asynccontextmanager
    async def reading(self, business_id: int | None = None) -> AsyncGenerator[AsyncConnection]:
        """A connection that only reads, for one business or the installation.

        On SQLite it waits for no writer, and no writer for it.
        """
        async with self.engine.connect() as connection:
            await connection.execution_options(reads=True)
            await self._begin(connection, business_id)
            yield connection

    @asynccontextmanager
    async def transaction(self, business_id: int | None = None) -> AsyncGenerator[AsyncConnection]:
        """A write transaction, for one business or the installation.

        On SQLite it holds the one write lock from its first moment.
        """
        async with self.engine.connect() as connection, AsyncExitStack() as stack:
            with at_once(driver_of(connection)):
                stack.push_async_exit(await connection.begin())
            await self._begin(connection, business_id)
            yield connection

    async def _begin(self, connection: AsyncConnection, business_id: int | None) -> None:
        if not self.is_sqlite:
            driver: Any = driver_of(connection)
            driver.scope = "; ".join(await self._scope_of(driver, business_id))
            try:
                await adapted_of(connection).dbapi_connection._start_transaction()  # it would wait for a statement
            except Exception as error:
                raise told(connection, "BEGIN", error) from error
            finally:
                driver.scope = ""  # it is of this transaction alone

    async def _scope_of(self, driver: Any, business_id: int | None) -> Sequence[str]:
        """The statements that make a transaction one for a business or the installation."""
        if business_id is None:
            return (tenancy.FOR_INSTALLATION,)
        return tenancy.for_business(await self.role(driver), business_id)

    async def snapshot_of(self, driver: Any, business_id: int | None = None) -> str:
        """What begins a transaction in which everything read is of one moment, for one business or the installation."""
        if self.is_sqlite:
            return "BEGIN"
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        return "; ".join((begin, *await self._scope_of(driver, business_id)))

    async def role(self, driver: Any) -> str:
        """The role that works for businesses on PostgreSQL."""
        if self._role is None:
            self._role = await driver.fetchval(tenancy.ROLE)
        return self._role or tenancy.NO_ROLE

    async def settle(self) -> bool:
        """Bring what is written to its place, so that SQLite's log holds nothing of before; whether all of it was."""
        return not self.is_sqlite or await asyncio.to_thread(_empty_log, self.adbc_uri)

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def _postgres() -> dict[str, Any]:
    from models.postgres_driver import ScopedConnection  # noqa: PLC0415  slow to import: on SQLite it is not needed

    return {"connection_class": ScopedConnection}


def _empty_log(path: str) -> bool:
    with closing(sqlite3.connect(path, timeout=SETTLE_SECONDS, isolation_level=None)) as connection:
        (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not is_busy


def store_url(url: str) -> URL:
    """The URL of a store, or a ValueError that says which forms there are."""
    try:
        parsed = make_url(url)
        known = parsed.drivername in DRIVERS
    except Exception as error:
        raise ValueError(f"DATABASE_URL cannot be read: {type(error).__name__}") from error
    if not known or (parsed.drivername == "sqlite" and not parsed.database):
        raise ValueError("DATABASE_URL must be sqlite:///path or postgresql://user:password@host/name")
    return parsed.set(drivername="postgresql" if parsed.drivername == "postgres" else parsed.drivername)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what is removed is overwritten: of persons nothing may be left
    cursor.close()


def fetched_at_once(
    driver: Any, statement: str, values: Sequence[Any] = (), *, may_wait: bool = False
) -> list[Any] | None:
    """The rows of a statement on SQLite, None where they take long: the driver's thread is for that.

    To wake the thread takes longer than a small statement. Nothing else may run on the connection meanwhile. The first
    statement that reads in a transaction may have to wait for others, and does so in the thread.
    """
    connection = _sqlite_of(driver)
    connection.set_progress_handler(lambda: 1, AT_ONCE_STEPS)
    try:
        if may_wait:
            connection.execute("PRAGMA busy_timeout = 0")
        return _fetched_soon(connection.execute(statement, values))
    except sqlite3.OperationalError:  # stopped, or an error that the thread will meet too
        return None
    finally:
        connection.set_progress_handler(None, 0)
        if may_wait:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


def _fetched_soon(cursor: sqlite3.Cursor) -> list[Any] | None:
    """All rows, None where they take long: each is a wait for the interpreter while other threads work."""
    until = perf_counter() + AT_ONCE_SECONDS
    rows: list[Any] = []
    while part := cursor.fetchmany(AT_ONCE_ROWS):
        rows += part
        if len(part) == AT_ONCE_ROWS and perf_counter() > until:
            cursor.close()
            return None
    return rows


def _sqlite_of(driver: Any) -> sqlite3.Connection:
    return driver._conn  # the driver has no other way to it


def _end_transaction(connection: Any, _record: Any, state: PoolResetState) -> None:
    # The pool's own rollback would wake the thread of the driver after each use, also where there is nothing to end.
    if state.asyncio_safe and _sqlite_of(connection.driver_connection).in_transaction:
        connection.rollback()


def _refuse_closed(connection: Any, _record: Any, _taken: Any) -> None:
    # The driver hears of a lost connection by itself: a ping before each use would be three round trips.
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("reads", False)
    connection.exec_driver_sql("BEGIN" if reads else BEGIN)


def table(model: type[SQLModel]) -> Table:
    """The table that a model declares."""
    return SQLModel.metadata.tables[cast(str, model.__tablename__)]


# ---------------------------------------------------------------- lists as one parameter


class IdList(TypeDecorator[Sequence[int]]):
    """A list of ids as one bound value: an array on PostgreSQL and DuckDB, JSON on SQLite."""

    impl = Text
    cache_ok = True
    item: type[TypeEngine[Any]] = BigInteger

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """What the value is to the store."""
        return Text() if dialect.name == "sqlite" else ARRAY(self.item)

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        """The value as the driver wants it."""
        if value is None or dialect.name != "sqlite":
            return value
        return orjson.dumps(list(value)).decode()


class TextList(IdList):
    """A list of words as one bound value."""

    impl = Text
    cache_ok = True
    item = Text


class any_of(FunctionElement[Any]):
    """`column` is one of the values of the list parameter `name`: one statement for lists of any length."""

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any], name: str, kind: type[IdList] = IdList) -> None:
        self.type = NullType()  # a Boolean would be compared with 1 on SQLite, past the index
        super().__init__(column, bindparam(name, type_=kind()))


def scoped(source: FromClause) -> ColumnElement[bool]:
    """The rows of :business."""
    return source.c.business_id == bindparam("business")


def owned(source: FromClause) -> ColumnElement[bool]:
    """The rows of :business among those that another condition finds.

    A sum, so that no index of the business serves: SQLite would go through all of its rows instead of those found.
    """
    return source.c.business_id + 0 == bindparam("business")


@compiles(any_of)
def _any_of(element: any_of, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(any_of, "sqlite")
def _any_of_sqlite(element: any_of, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"
