"""One snapshot of the store for one operation: a single connection, its statements one after the other."""

import asyncio
from collections import namedtuple
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from time import perf_counter
from typing import Any, cast

import structlog
from sqlalchemy import SelectBase
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.types import TypeEngine
from sqlalchemy.util import greenlet_spawn

from models.compiled import CompiledStatement, Convert, compiled, result_processor, stored_class
from models.database import Database, fetched_at_once
from models.naming import name_of
from models.revision import business_at_revision
from models.types import Day, GlobalId, Millionths, Money, UnitPrice
from resolvers.operation.errors import BadUserInput
from resolvers.operation.ids import global_id
from rules.currency import MILLION
from rules.days import date_of

log = structlog.get_logger()


class SnapshotEnded(Exception):
    """Something asked on after its operation was over."""


MOST_AT_ONCE = 100  # ids of rows that take no longer to read than the thread takes to wake
MILLIONTH = Decimal("0.000001")
SLOW_SECONDS = 1.0


@dataclass(frozen=True)
class PreparedStatement(CompiledStatement):
    """A statement that asks, and how its rows come out."""

    row_class: Callable[[int], type[Any]]
    stored_class: type[Any]

    def rows(self, records: Sequence[Sequence[Any]], exponent: int) -> list[Any]:
        """The driver's records as rows with attributes: days as dates, money as decimals of a currency's exponent."""
        return list(map(self.row_class(exponent)._make, records))


@dataclass(frozen=True)
class ShownColumn:
    """A column of a result: its name, and how its value becomes what users see, None for as it is."""

    name: str
    type: TypeEngine[Any]
    convert: Convert | None

    def shown(self, exponent: int) -> Convert | None:
        """How a value is shown in a currency with this many decimals."""
        unit = Decimal(1).scaleb(-exponent)
        if isinstance(self.type, Money):
            return partial(_as_money, unit)
        return partial(_as_price, unit) if isinstance(self.type, UnitPrice) else self.convert


def _row_class(kind: str, columns: Sequence[ShownColumn], exponent: int) -> type[Any]:
    """A class of rows, named for the kind of object; a value is converted only when somebody looks at it."""
    stored = [column.name if column.shown(exponent) is None else f"stored_{column.name}" for column in columns]
    base: Any = namedtuple(f"{kind}Row", stored)  # pyright: ignore[reportUntypedNamedTuple]  # noqa: PYI024
    looks = {
        column.name: property(_look(position, convert))
        for position, column in enumerate(columns)
        if (convert := column.shown(exponent)) is not None
    }
    return type(kind, (base,), {"__slots__": (), **looks})


def _look(position: int, convert: Convert) -> Convert:
    def look(row: Sequence[Any]) -> Any:
        value = row[position]
        return None if value is None else convert(value)

    return look


def _as_money(unit: Decimal, minor: int) -> Decimal:
    return minor * unit


def _as_price(unit: Decimal, millionths: int) -> Decimal:
    price = as_quantity(millionths)
    return price if price != price.quantize(unit) else price.quantize(unit)


def as_quantity(millionths: int) -> Decimal:
    """A quantity without the zeros that it does not need."""
    whole, rest = divmod(millionths, MILLION)
    return Decimal(whole) if not rest else (Decimal(millionths) * MILLIONTH).normalize()


class Statements:
    """The prepared statements of one store, each compiled once."""

    def __init__(self, database: Database, slow_seconds: float = SLOW_SECONDS) -> None:
        self.slow_seconds = slow_seconds
        self._dialect = database.dialect
        self._kept: dict[SelectBase, PreparedStatement] = {}

    def prepared(self, statement: SelectBase) -> PreparedStatement:
        """The form of a statement for this store; one that is not bound to :business is refused."""
        kept = self._kept.get(statement)
        if kept is None:
            kept = self._kept[statement] = self._prepare(statement)
        return kept

    def _prepare(self, statement: SelectBase) -> PreparedStatement:
        made = compiled(statement, self._dialect)
        if "business" not in made.names:
            raise ValueError("a statement that is not scoped to a business is never run")
        columns = list(statement.selected_columns)
        kind = next((column.type.kind for column in columns if isinstance(column.type, GlobalId)), "Row")
        shown = [ShownColumn(c.name, c.type, self._result(c.type)) for c in columns]
        return PreparedStatement(
            **vars(made),
            row_class=cache(partial(_row_class, kind, shown)),
            stored_class=stored_class([column.name for column in columns]),
        )

    def _result(self, type_: TypeEngine[Any]) -> Convert | None:
        if isinstance(type_, Day):
            return date_of
        if isinstance(type_, Millionths):
            return as_quantity
        if isinstance(type_, GlobalId):
            return partial(global_id, type_.kind)
        return result_processor(type_, self._dialect)


def _check_texts(values: Iterable[Any]) -> None:
    """Refuse the one character that PostgreSQL cannot hold: its error would end the snapshot for the other fields."""
    for value in values:
        parts: Iterable[Any] = cast(list[Any], value) if isinstance(value, list) else (value,)
        if any(isinstance(part, str) and "\0" in part for part in parts):
            raise BadUserInput("a text holds the character U+0000, which no text here has")


def _is_long(values: Iterable[Any]) -> bool:
    """Whether a list among the bound values finds many rows."""
    return any(isinstance(value, list) and len(cast(list[Any], value)) > MOST_AT_ONCE for value in values)


class Reader:
    """A snapshot: everything read through it is of one revision. Its first statement reads that revision."""

    def __init__(self, database: Database, statements: Statements, business_id: int) -> None:
        self.statements_run = 0
        self._database = database
        self._statements = statements
        self._business_id = business_id
        self._turn = asyncio.Lock()
        self._has_ended = False
        self._connection: PoolProxiedConnection | None = None
        self._waiting: PoolProxiedConnection | None = None  # taken, and no transaction begun in it yet
        self._driver: Any = None
        self._is_in_thread = False  # whether the driver may be at a statement that nobody waits for any more
        self._business: Any = None

    @property
    def seen(self) -> Any:
        """The row of the business where a snapshot was taken, else None."""
        return self._business

    async def business(self) -> Any:
        """The row of the business with its revisions and the database's epoch, None where there is no such business."""
        async with self._turn:
            await self._open()
        return self._business

    async def connect(self) -> None:
        """Take a connection of the pool, before anything is locked; the snapshot is not taken yet."""
        async with self._turn:
            if self._connection is None and self._waiting is None and not self._has_ended:
                self._waiting = await self._database.engine.raw_connection()

    async def rows(self, statement: SelectBase, **params: Any) -> list[Any]:
        """The rows of a statement as users see them: dates, decimals, enumerations."""
        async with self._turn:
            await self._open()
            records = await self._records(statement, params)
        return self._statements.prepared(statement).rows(records, self._business.currency_exponent)

    async def stored(self, statement: SelectBase, params: dict[str, Any]) -> Sequence[Any]:
        """The rows of a statement as stored: days as numbers, money in minor units."""
        async with self._turn:
            await self._open()
            records = await self._records(statement, params)
        return list(map(self._statements.prepared(statement).stored_class._make, records))

    async def batches(
        self, statement: SelectBase, params: dict[str, Any], size: int
    ) -> AsyncGenerator[Sequence[Sequence[Any]]]:
        """The rows of a statement as stored, so many at a time; nothing else can be read until the last."""
        prepared = self._statements.prepared(statement)
        values = prepared.values({**params, "business": self._business_id})
        async with self._turn:
            await self._open()
            self._is_in_thread = True
            if self._database.is_sqlite:
                cursor = await self._driver.execute(prepared.text, values)
                fetch = cursor.fetchmany
            else:
                cursor = await self._driver.cursor(prepared.text, *values)
                fetch = cursor.fetch
            while records := await fetch(size):
                yield records
            self._is_in_thread = False

    async def close(self) -> None:
        """End the snapshot and give the connection back; nothing can be read any more."""
        async with self._turn:
            self._has_ended = True
            connection, self._connection = self._connection, None
            waiting, self._waiting = self._waiting, None
            if connection is not None:
                await self._give_back(connection)
            if waiting is not None:
                await greenlet_spawn(waiting.close)

    async def _open(self) -> None:
        if self._has_ended:
            raise SnapshotEnded
        if self._connection is None:
            connection, self._waiting = self._waiting or await self._database.engine.raw_connection(), None
            try:
                self._business = await self._begin(connection)
            except BaseException:  # the next one to ask begins anew
                with suppress(Exception):
                    await self._give_back(connection)
                raise
            self._connection = connection

    async def _begin(self, connection: PoolProxiedConnection) -> Any:
        self._driver = connection.driver_connection
        if not self._database.is_sqlite and self._driver.is_in_transaction():
            # A BEGIN in it would change nothing, and each statement would see another moment.
            log.error("a connection came with an open transaction")
            await self._driver.execute("ROLLBACK")
        await self._execute(await self._database.snapshot_of(self._driver, self._business_id))
        found = await self._records(business_at_revision(), {})
        rows = self._statements.prepared(business_at_revision()).rows(found, 0)
        return rows[0] if rows else None

    async def _give_back(self, connection: PoolProxiedConnection) -> None:
        try:
            await self._execute("ROLLBACK")
        except BaseException:
            await greenlet_spawn(connection.invalidate)  # the next one would be in this snapshot still
            raise
        await greenlet_spawn(connection.close)

    async def _execute(self, command: str) -> None:
        """Run a command that begins or ends the snapshot; on SQLite neither waits for anybody."""
        if self._database.is_sqlite and not self._is_in_thread and fetched_at_once(self._driver, command) is not None:
            return
        await self._driver.execute(command)

    async def _of_sqlite(self, statement: str, values: Sequence[Any], is_long: bool) -> Sequence[Sequence[Any]]:
        if not self._is_in_thread and not is_long:
            is_first = self._connection is None
            records = fetched_at_once(self._driver, statement, values, may_wait=is_first)
            if records is not None:
                return records
        self._is_in_thread = True
        records = await self._driver.execute_fetchall(statement, values)
        self._is_in_thread = False
        return records

    async def _records(self, statement: SelectBase, params: dict[str, Any]) -> Sequence[Sequence[Any]]:
        prepared = self._statements.prepared(statement)
        _check_texts(params.values())
        values = prepared.values({**params, "business": self._business_id})
        self.statements_run += 1
        started = perf_counter()
        try:
            if not self._database.is_sqlite:
                return await self._driver.fetch(prepared.text, *values)
            return await self._of_sqlite(prepared.text, values, _is_long(params.values()))
        finally:
            if (seconds := perf_counter() - started) > self._statements.slow_seconds:
                engine, name = self._database.dialect.name, name_of(statement)
                log.warning("slow statement", engine=engine, name=name, seconds=round(seconds, 3))
