"""The whole contents of a store, table by table, in one snapshot; and how they come into an empty one.

Columns go by a kind that every store knows, not by the types of this version's models: what an older version has
written can be read when its tables are there.
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Integer,
    MetaData,
    Table,
    Text,
    inspect,
    text,
)
from sqlalchemy.engine.reflection import Inspector
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

from models.database import Database
from models.migrate import LOCK, SEARCH_INDEX
from models.rows_in_bulk import insert_rows
from models.schema_version import VERSION_TABLE

OWN = ("installation",)  # what a migrated store has before anything is written into it


class StoredKind(StrEnum):
    """What a column holds, on every store."""

    INTEGER = "integer"
    TEXT = "text"
    BOOLEAN = "boolean"
    MOMENT = "moment"
    DAY = "day"


TYPES: dict[StoredKind, TypeEngine[Any]] = {
    StoredKind.INTEGER: BigInteger(),
    StoredKind.TEXT: Text(),
    StoredKind.BOOLEAN: Boolean(),
    StoredKind.MOMENT: UTCDateTime(),
    StoredKind.DAY: Date(),
}
KINDS: tuple[tuple[type[TypeEngine[Any]], StoredKind], ...] = (
    (Boolean, StoredKind.BOOLEAN),
    (Integer, StoredKind.INTEGER),
    (DateTime, StoredKind.MOMENT),
    (Date, StoredKind.DAY),
)

Columns = Mapping[str, StoredKind]
Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class TableLayout:
    """A stored table: its columns, those of its primary key, and those that refer to other rows of itself."""

    name: str
    columns: Columns
    key: tuple[str, ...]
    own_references: tuple[str, ...]


def layouts() -> list[TableLayout]:
    """Every table of this version, each after those that it refers to."""
    return [_layout(source) for source in SQLModel.metadata.sorted_tables]


def _layout(source: Table) -> TableLayout:
    return TableLayout(
        source.name,
        {column.name: _kind(column.type) for column in source.c},
        tuple(column.name for column in source.primary_key),
        tuple(sorted(c.name for c in source.c if any(key.column.table is source for key in c.foreign_keys))),
    )


def _kind(type_: TypeEngine[Any]) -> StoredKind:
    plain = type_.impl if isinstance(type_, TypeDecorator) else type_
    return next((kind for base, kind in KINDS if isinstance(plain, base)), StoredKind.TEXT)


def tables_of(connection: Connection) -> dict[str, TableLayout]:
    """The tables that a store keeps rows in, whatever its schema, by their names."""
    asked = inspect(connection)
    names = [name for name in asked.get_table_names() if name != VERSION_TABLE and not name.startswith(SEARCH_INDEX)]
    return {name: _found(asked, name) for name in names}


def _found(asked: Inspector, name: str) -> TableLayout:
    own = [key for key in asked.get_foreign_keys(name) if key["referred_table"] == name]
    return TableLayout(
        name,
        {column["name"]: _kind(column["type"]) for column in asked.get_columns(name)},
        tuple(asked.get_pk_constraint(name)["constrained_columns"]),
        tuple(sorted(column for key in own for column in key["constrained_columns"])),
    )


# ---------------------------------------------------------------- out of a store


class Contents:
    """What a store holds, at one moment."""

    def __init__(self, connection: AsyncConnection, driver: Any) -> None:
        self._connection = connection
        self._driver = driver

    async def epoch(self) -> str:
        """The epoch of the store."""
        return str((await self._all('SELECT "epoch" FROM "installation"'))[0][0])

    async def business_revisions(self) -> dict[str, int]:
        """The revision of each business by name."""
        return {row[0]: row[1] for row in await self._all('SELECT "name", "revision" FROM "business" ORDER BY "id"')}

    async def count(self, name: str) -> int:
        """How many rows a table has."""
        return int((await self._all(f'SELECT count(*) FROM "{name}"'))[0][0])

    async def rows(self, layout: TableLayout, size: int) -> AsyncGenerator[list[Sequence[Any]]]:
        """The rows of a table by key, so many at a time, each time as one list of values for each column."""
        names, order = (", ".join(f'"{name}"' for name in some) for some in (layout.columns, layout.key))
        converts = [self._convert(kind) for kind in layout.columns.values()]
        statement = f'SELECT {names} FROM "{layout.name}" ORDER BY {order}'
        async for records in self._batches(statement, size):
            yield [
                values if convert is None else [convert(value) for value in values]
                for values, convert in zip(zip(*records, strict=True), converts, strict=True)
            ]

    @property
    def _is_sqlite(self) -> bool:
        return self._connection.dialect.name == "sqlite"

    def _convert(self, kind: StoredKind) -> Callable[[Any], Any] | None:
        dialect = self._connection.dialect
        return TYPES[kind].dialect_impl(dialect).result_processor(dialect, None)

    async def _all(self, statement: str) -> Rows:
        if self._is_sqlite:
            return list(await self._driver.execute_fetchall(statement))
        return await self._driver.fetch(statement)

    async def _batches(self, statement: str, size: int) -> AsyncGenerator[Rows]:
        cursor = await (self._driver.execute(statement) if self._is_sqlite else self._driver.cursor(statement))
        fetch = cursor.fetchmany if self._is_sqlite else cursor.fetch
        while records := await fetch(size):
            yield records


@asynccontextmanager
async def contents(database: Database) -> AsyncGenerator[Contents]:
    """A snapshot of everything; who writes meanwhile is not in its way, and not in it."""
    async with database.engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.execute(await database.snapshot_of(driver))
        try:
            found = Contents(connection, driver)
            await found.epoch()  # SQLite takes its snapshot with the first read
            yield found
        finally:
            await driver.execute("ROLLBACK")


# ---------------------------------------------------------------- into a store


class Filling:
    """An open transaction that fills a store which has these tables and no rows."""

    def __init__(self, connection: AsyncConnection, driver: Any, tables: Sequence[TableLayout]) -> None:
        self.written = Contents(connection, driver)
        self._connection = connection
        self._tables = tables
        self._waiting: list[tuple[str, str, int, int]] = []

    async def tables_there(self) -> dict[str, TableLayout]:
        """The tables of the store itself, by their names."""
        return await self._connection.run_sync(tables_of)

    async def occupied(self) -> str | None:
        """A table that has rows already, None where the store is empty."""
        for layout in self._tables:
            if layout.name not in OWN and await self.written.count(layout.name):
                return layout.name
        return None

    async def clear(self) -> None:
        """Remove what a migrated store has of itself."""
        for name in OWN:
            await self._connection.execute(text(f'DELETE FROM "{name}"'))

    async def add(self, layout: TableLayout, columns: list[Sequence[Any]]) -> None:
        """Write rows, given as one list of values for each column. A row may refer to a later one of its table."""
        columns = [self._without_references_ahead(layout, name, columns) for name in layout.columns]
        plain = Table(layout.name, MetaData(), *(Column(name, TYPES[kind]) for name, kind in layout.columns.items()))
        await insert_rows(self._connection, plain, list(layout.columns), list(zip(*columns, strict=True)))

    async def refer_ahead(self) -> None:
        """Set the references that had to wait."""
        for name, column, key, value in self._waiting:
            statement = text(f'UPDATE "{name}" SET "{column}" = :value WHERE "id" = :key')
            await self._connection.execute(statement, {"key": key, "value": value})

    async def make_new(self) -> None:
        """Number new rows past the last, and give the store an epoch of its own."""
        if self._connection.dialect.name == "postgresql":
            for layout in self._tables:
                if layout.key == ("id",):
                    await self._connection.execute(_renumber(layout.name), {"name": f'"{layout.name}"'})
        await self._connection.execute(text("UPDATE installation SET epoch = :epoch"), {"epoch": str(uuid4())})

    def _without_references_ahead(
        self, layout: TableLayout, name: str, columns: Sequence[Sequence[Any]]
    ) -> Sequence[Any]:
        """A column without what refers to a row that is not written yet: rows come in the order of their ids."""
        by_name = dict(zip(layout.columns, columns, strict=True))
        if name not in layout.own_references:
            return by_name[name]
        pairs = list(zip(by_name["id"], by_name[name], strict=True))
        self._waiting += [(layout.name, name, key, value) for key, value in pairs if value is not None and value > key]
        return [None if value is not None and value > key else value for key, value in pairs]


@asynccontextmanager
async def filling(database: Database, tables: Sequence[TableLayout]) -> AsyncGenerator[Filling]:
    """A transaction that fills a store with these tables, all of it or nothing."""
    async with database.transaction() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        yield Filling(connection, (await connection.get_raw_connection()).driver_connection, tables)


def _renumber(name: str) -> Any:
    sequence = "pg_get_serial_sequence(:name, 'id')"
    # An empty table begins with 1; where rows are, the next one follows the last.
    last = f'(SELECT max(id) FROM "{name}")'
    return text(f"SELECT setval({sequence}, coalesce({last}, 1), {last} IS NOT NULL) WHERE {sequence} IS NOT NULL")
