"""The connection of an open transaction: statements that are kept go straight to its driver."""

from collections.abc import Mapping, Sequence
from typing import Any, Self, cast

from sqlalchemy import Select, SelectBase, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.compiled import CompiledStatement, CompiledStatements, Statement, of_key
from models.database import insert_rows
from models.naming import is_kept


class OpenTransaction:
    """What runs the statements of a transaction that is open on a connection.

    A statement that is built once and kept, and one of a single row, is compiled once and given to the driver: around
    it SQLAlchemy takes ten times as long as SQLite. Whatever else is given to `connection`, in the same transaction.
    """

    def __init__(self, connection: AsyncConnection, compiled: CompiledStatements, adapted: Any) -> None:
        self.connection = connection
        self.driver: Any = adapted.driver_connection
        self._adapted = adapted
        self._compiled = compiled
        self._is_sqlite = connection.dialect.name == "sqlite"

    @classmethod
    async def on(cls, connection: AsyncConnection, compiled: CompiledStatements) -> Self:
        """That of a connection, in which it is open already."""
        return cls(connection, compiled, await connection.get_raw_connection())

    async def rows(self, statement: SelectBase, params: Mapping[str, Any]) -> Sequence[Any]:
        """The rows of a statement that asks, as stored."""
        if not is_kept(statement):
            return (await self.connection.execute(cast(Select[Any], statement), params)).all()
        made = self._compiled.reading(statement)
        return made.rows(await self.sent(made, params))

    async def insert(self, target: Table, row: Mapping[str, Any]) -> int | None:
        """Write a row; the id that the store gave it, None where it has one or says it itself."""
        found = await self.sent(self._compiled.insertion(target, row), row)
        return found[0][0] if found else None

    async def insert_each(self, target: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write rows of the same columns."""
        if len(rows) == 1:
            await self.insert(target, rows[0])
        elif rows:
            names = tuple(rows[0])
            await insert_rows(self.connection, target, names, [tuple(row[name] for name in names) for row in rows])

    async def change(self, target: Table, row: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Bring the columns of a row, which has its primary key, to other values."""
        made = self._compiled.change(target, values)
        await self.sent(made, {**values, **{of_key(name): value for name, value in row.items()}})

    async def run(self, statement: Statement, params: Mapping[str, Any]) -> None:
        """Run a statement that is kept, and says all that it writes."""
        await self.sent(self._compiled.changing(statement), params)

    async def sent(self, made: CompiledStatement, params: Mapping[str, Any]) -> Sequence[Any]:
        """The driver's answer to a statement; its errors are those that SQLAlchemy makes of them."""
        values = made.values(params)
        try:
            if self._is_sqlite:
                return await self.driver.fetched(made.text, values)
            return await self.driver.fetch(made.text, *values)
        except Exception as error:
            raise self._told(made.text, error) from error

    def _told(self, text: str, error: Exception) -> BaseException:
        dialect = self.connection.dialect
        known: Any = cast(Any, dialect).dbapi.Error
        told = error
        if not self._is_sqlite:
            try:
                self._adapted.dbapi_connection._handle_exception(error)  # its only way to say what an error is
            except Exception as named:  # noqa: BLE001  it raises whatever it makes of the error
                told = named
        if not isinstance(told, known):
            return told
        return DBAPIError.instance(text, None, told, known, hide_parameters=True, dialect=dialect)
