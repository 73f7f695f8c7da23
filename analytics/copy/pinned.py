"""A pinned version of the columnar copy: what one operation reads, however the copy goes on."""

import asyncio
from time import perf_counter
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import structlog
from sqlalchemy import SelectBase

from analytics.copy.engine import compiled
from models.naming import name_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

log = structlog.get_logger()


class NotShared(Exception):
    """A failure of the asker who computes, not of the value: others who wait for it try for themselves."""


class SnapshotMoved(NotShared):
    """The copy is past the snapshot of this operation, or its view of it is lost: it has to begin anew."""


class GivenUp(NotShared):
    """The operation that asked is refused, and what it had still to ask is not asked any more."""


class StatementTimeout(Exception):
    """A statement took longer than it may."""


class PinnedView:
    """One version of a business's facts, until it is closed; `tables` are those that it holds."""

    name = "duckdb"
    store: Any = None  # what reads the store as of the same revision

    def __init__(self, cursor: "DuckDBPyConnection", tables: frozenset[str], timeout: float, slow: float) -> None:
        self.tables = tables
        self.is_stopped = False
        self.is_given_up = False
        self._cursor = cursor
        self._timeout = timeout
        self._slow = slow
        self._turn = asyncio.Lock()
        cursor.execute("BEGIN")
        cursor.execute('SELECT 1 FROM "sale" LIMIT 1').fetchall()  # the snapshot is taken by the first read

    async def fetch(
        self, statement: SelectBase, params: dict[str, Any], tables: dict[str, pa.Table] | None = None
    ) -> pa.Table:
        """The rows of a statement, from a worker thread; statements of one view take turns.

        Raises StatementTimeout. A cancelled caller's statement is interrupted.
        """
        async with self._turn:
            if self.is_given_up:
                raise GivenUp
            if self.is_stopped:
                raise SnapshotMoved
            started = perf_counter()
            work = asyncio.ensure_future(asyncio.to_thread(self._fetch, statement, params, tables or {}))
            try:
                return await asyncio.wait_for(asyncio.shield(work), self._timeout)
            except (TimeoutError, asyncio.CancelledError) as stopped:
                await self._stop(work)
                if isinstance(stopped, TimeoutError):
                    raise StatementTimeout(f"a statement took longer than {self._timeout:g} s") from stopped
                raise
            finally:
                if (seconds := perf_counter() - started) > self._slow:
                    name = name_of(statement)
                    log.warning("slow statement", engine=self.name, name=name, seconds=round(seconds, 3))

    async def _stop(self, work: "asyncio.Future[pa.Table]") -> None:
        self.is_stopped = True  # the interrupted statement ends the transaction that pins the version
        self._cursor.interrupt()
        await asyncio.wait([work])
        if not work.cancelled():
            work.exception()  # it was interrupted, or came through after all: nobody waits for either

    def _fetch(self, statement: SelectBase, params: dict[str, Any], tables: dict[str, pa.Table]) -> pa.Table:
        form = compiled(statement)
        for name, rows in tables.items():
            self._cursor.register(name, rows)
        try:
            return self._cursor.execute(form.text, form.values(params)).to_arrow_table()
        finally:
            for name in tables:
                self._cursor.unregister(name)

    def close(self) -> None:
        """Let go of the view."""
        self._cursor.close()
