"""The connection of an open transaction: statements that are kept go straight to its driver."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Delete, Insert, Select, SelectBase, Table, Update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.compiled import CompiledStatement, CompiledStatements, Statement, of_key
from models.driver import driver_of, told
from models.naming import is_kept
from models.rows_in_bulk import NewRows, insert_groups


class OpenTransaction:
    """What runs the statements of a transaction that is open on a connection.

    A statement that is built once and kept, and one of a single row, is compiled once and given to the driver: around
    it SQLAlchemy takes ten times as long as SQLite. Whatever else is given to `connection`, in the same transaction.
    """

    def __init__(self, connection: AsyncConnection, compiled: CompiledStatements) -> None:
        self.connection = connection
        self.driver: Any = driver_of(connection)
        self._compiled = compiled
        self._is_sqlite = connection.dialect.name == "sqlite"

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

    async def insert_groups(self, *groups: NewRows) -> None:
        """Write rows of several tables in their order, each table once: on PostgreSQL in one statement."""
        await insert_groups(self.connection, groups)

    async def change(self, target: Table, row: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Bring the columns of a row, which has its primary key, to other values."""
        made = self._compiled.change(target, values)
        await self.sent(made, {**values, **{of_key(name): value for name, value in row.items()}})

    async def changed(self, statement: Insert | Update | Delete, params: Mapping[str, Any]) -> Sequence[Any]:
        """Run a statement that writes, is kept, and answers what it wrote: its rows."""
        made = self._compiled.reading(statement)
        return made.rows(await self.sent(made, params))

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
            raise told(self.connection, made.text, error) from error
