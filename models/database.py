"""The store: SQLite or PostgreSQL behind one URL, and the few things in which they differ."""

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import (
    URL,
    BigInteger,
    ColumnElement,
    Connection,
    Table,
    Text,
    bindparam,
    event,
    make_url,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine
from sqlmodel import SQLModel

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}
BUSY_SECONDS = 30


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
            pool_pre_ping=not self.is_sqlite,
            hide_parameters=True,  # a logged error shows no personal values
            connect_args={"timeout": BUSY_SECONDS} if self.is_sqlite else {},
        )
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin)

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
    async def reading(self) -> AsyncGenerator[AsyncConnection]:
        """A connection that only reads: on SQLite it waits for no writer, and no writer for it."""
        async with self.engine.connect() as connection:
            yield await connection.execution_options(reads=True)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[AsyncConnection]:
        """A write transaction; on SQLite it holds the one write lock from its first moment."""
        async with self.engine.begin() as connection:
            yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


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
    cursor.close()


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


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
        return json.dumps(list(value))


class TextList(IdList):
    """A list of words as one bound value."""

    impl = Text
    cache_ok = True
    item = Text


class any_of(ColumnElement[Any]):
    """`column` is one of the values of the list parameter `name`: one statement for lists of any length."""

    inherit_cache = False

    def __init__(self, column: ColumnElement[Any], name: str, kind: type[IdList] = IdList) -> None:
        self.type = NullType()  # a Boolean would be compared with 1 on SQLite, past the index
        self.column = column
        self.values = bindparam(name, type_=kind())


@compiles(any_of)
def _any_of(element: any_of, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (
        compiler.process(element.column, **options),
        compiler.process(element.values, **options),
    )
    return f"{column} = ANY ({values})"


@compiles(any_of, "sqlite")
def _any_of_sqlite(element: any_of, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (
        compiler.process(element.column, **options),
        compiler.process(element.values, **options),
    )
    return f"{column} IN (SELECT value FROM json_each({values}))"


# ---------------------------------------------------------------- rows in bulk


async def take_ids(connection: AsyncConnection, target: Table, count: int) -> Sequence[int]:
    """`count` unused ids of a table, for rows that refer to each other before they are written."""
    if connection.dialect.name == "sqlite":
        # BEGIN IMMEDIATE holds the only write lock, so nobody else numbers rows meanwhile.
        highest = (await connection.execute(text(f"SELECT coalesce(max(id), 0) FROM {target.name}"))).scalar_one()
        return range(highest + 1, highest + 1 + count)
    statement = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
    return (await connection.execute(statement, {"name": target.name, "count": count})).scalars().all()


async def insert_rows(
    connection: AsyncConnection,
    target: Table,
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """Write rows of Python values in bulk: COPY on PostgreSQL, one prepared INSERT on SQLite."""
    if not rows:
        return
    processors = [_bind_processor(target.c[name].type, connection.dialect) for name in columns]
    if any(processors):  # a column at a time: rows of bulk writes are many
        columns_of_values = [
            values if convert is None else map(convert, values)
            for values, convert in zip(zip(*rows, strict=True), processors, strict=True)
        ]
        rows = list(zip(*columns_of_values, strict=True))
    raw = await connection.get_raw_connection()
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        names = ", ".join(f'"{name}"' for name in columns)
        cursor = await raw.driver_connection.executemany(  # pyright: ignore[reportOptionalMemberAccess]
            f'INSERT INTO "{target.name}" ({names}) VALUES ({marks})', rows
        )
        await cursor.close()
    else:
        await connection.execute(text("SELECT 1"))  # the adapter begins its transaction on a first statement
        await raw.driver_connection.copy_records_to_table(  # pyright: ignore[reportOptionalMemberAccess]
            target.name, records=rows, columns=list(columns)
        )


def _bind_processor(type_: TypeEngine[Any], dialect: Dialect) -> Any:
    return type_.dialect_impl(dialect).bind_processor(dialect)
