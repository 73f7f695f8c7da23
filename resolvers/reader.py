"""One snapshot of the store for one operation: a single connection, its statements one after the other."""

import asyncio
from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import SelectBase
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from models.database import Database
from models.days import date_of
from models.revision import business_at_revision
from models.types import Day, GlobalId, Millionths, Money
from resolvers.ids import global_id

Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class Prepared:
    """A statement as one store runs it: its text, how values go in, and how rows come out.

    The class of its rows is named for the kind of object that they are.
    """

    text: str
    names: tuple[str, ...]
    constants: dict[str, Any]
    binds: tuple[Convert | None, ...]
    results: tuple[tuple[int, Convert], ...]
    money: tuple[int, ...]
    row: Callable[[Sequence[Any]], Any]

    def values(self, params: dict[str, Any]) -> list[Any]:
        """The bound values, in order, as the driver wants them."""
        given = {**self.constants, **params}
        return [
            given[name] if bind is None else bind(given[name])
            for name, bind in zip(self.names, self.binds, strict=True)
        ]

    def rows(self, records: Sequence[Sequence[Any]], exponent: int) -> list[Any]:
        """The driver's records as rows with attributes: days as dates, money as decimals of its currency."""
        shift = Decimal(1).scaleb(-exponent)
        made: list[Any] = []
        for record in records:
            values = list(record)
            for position, convert in self.results:
                if values[position] is not None:
                    values[position] = convert(values[position])
            for position in self.money:
                if values[position] is not None:
                    values[position] = values[position] * shift
            made.append(self.row(values))
        return made


def as_date(day: int) -> Any:
    """The date of a day number."""
    return date_of(day)


def as_quantity(millionths: int) -> Decimal:
    """A quantity or price without the zeros that it does not need."""
    value = (Decimal(millionths) * Decimal("0.000001")).normalize()
    return value if value.as_tuple().exponent <= 0 else value.quantize(Decimal(1))  # pyright: ignore[reportOperatorIssue]


class Statements:
    """The prepared statements of one store, each compiled once."""

    def __init__(self, database: Database) -> None:
        self._dialect = database.dialect
        self._kept: dict[SelectBase, Prepared] = {}

    def prepared(self, statement: SelectBase) -> Prepared:
        """The form of a statement for this store; one that is not bound to :business is refused."""
        kept = self._kept.get(statement)
        if kept is None:
            kept = self._kept[statement] = self._prepare(statement)
        return kept

    def _prepare(self, statement: SelectBase) -> Prepared:
        compiled = statement.compile(dialect=self._dialect)
        bound = tuple(compiled.positiontup or ())
        if "business" not in bound:
            raise ValueError("a statement that is not scoped to a business is never run")
        columns = list(statement.selected_columns)
        results = ((i, self._result(column.type)) for i, column in enumerate(columns))
        kind = next((column.type.kind for column in columns if isinstance(column.type, GlobalId)), "Row")
        names = [column.name for column in columns]
        row = namedtuple(kind, names)  # pyright: ignore[reportUntypedNamedTuple]  # noqa: PYI024  named at run time
        return Prepared(
            str(compiled),
            bound,
            {name: bind.value for name, bind in compiled.binds.items() if not bind.required},
            tuple(self._bind(compiled.binds[name].type) for name in bound),
            tuple((i, convert) for i, convert in results if convert is not None),
            tuple(i for i, column in enumerate(columns) if isinstance(column.type, Money)),
            row._make,
        )

    def _bind(self, type_: TypeEngine[Any]) -> Convert | None:
        return type_.dialect_impl(self._dialect).bind_processor(self._dialect)

    def _result(self, type_: TypeEngine[Any]) -> Convert | None:
        if isinstance(type_, Day):
            return as_date
        if isinstance(type_, Millionths):
            return as_quantity
        if isinstance(type_, GlobalId):
            return partial(global_id, type_.kind)
        return type_.dialect_impl(self._dialect).result_processor(self._dialect, None)


class Reader:
    """A snapshot: everything read through it is of one revision. Its first statement reads that revision."""

    def __init__(self, database: Database, statements: Statements, business_id: int) -> None:
        self.statements_run = 0
        self._database = database
        self._statements = statements
        self._business_id = business_id
        self._turn = asyncio.Lock()
        self._connection: AsyncConnection | None = None
        self._driver: Any = None
        self._business: Any = None

    async def business(self) -> Any:
        """The row of the business with its revisions and the database's epoch, None where there is no such business."""
        async with self._turn:
            await self._open()
        return self._business

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
        return [self._statements.prepared(statement).row(record) for record in records]

    async def close(self) -> None:
        """End the snapshot and give the connection back."""
        async with self._turn:
            connection, self._connection = self._connection, None
            if connection is not None:
                try:
                    await self._end()
                finally:
                    await connection.close()

    async def _open(self) -> None:
        if self._connection is None:
            self._connection = await self._database.engine.connect()
            self._driver = (await self._connection.get_raw_connection()).driver_connection
            begin = "BEGIN" if self._database.is_sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
            await self._driver.execute(begin)
            found = await self._records(business_at_revision(), {})
            rows = self._statements.prepared(business_at_revision()).rows(found, 0)
            self._business = rows[0] if rows else None

    async def _end(self) -> None:
        await self._driver.execute("ROLLBACK")

    async def _records(self, statement: SelectBase, params: dict[str, Any]) -> Sequence[Sequence[Any]]:
        prepared = self._statements.prepared(statement)
        values = prepared.values({**params, "business": self._business_id})
        self.statements_run += 1
        if self._database.is_sqlite:
            return await self._driver.execute_fetchall(prepared.text, values)
        return await self._driver.fetch(prepared.text, *values)
