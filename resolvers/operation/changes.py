"""The revision of a business as it is now: one small statement for a cached answer, and watched for subscribers."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Annotated, Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from models.database import Database
from models.outages import is_outage
from models.revision import revision_now
from models.tenancy import for_businesses, for_next
from resolvers.operation.errors import Unauthenticated
from resolvers.operation.reader import Statements

log = structlog.get_logger()

ANSWERS_WITHIN_SECONDS = 5
LOOKS_EVERY_SECONDS = 0.5
TELLS_EVERY_SECONDS = 1.0


class Revisions:
    """Reads how far a business is, on a connection kept for that.

    Who asks while a statement runs waits for the next one, together with all who ask meanwhile: an answer is never
    older than its question.
    """

    def __init__(self, database: Database, statements: Statements) -> None:
        self._database = database
        self._statements = statements
        self._connection: AsyncConnection | None = None
        self._driver: Any = None
        self._look_up: Any = None
        self._of: int | None = None  # the business that the connection is for
        self._sqlite: sqlite3.Connection | None = None
        self._turn = asyncio.Lock()
        self._next: dict[int, asyncio.Task[Any]] = {}

    async def of(self, business_id: int) -> Any:
        """How far a business is now: revision, epoch, time zone, last change; None where there is no such business."""
        if self._database.is_sqlite:
            try:
                return self._at_once(business_id)
            except sqlite3.OperationalError:  # somebody holds the file: in line then, without holding up others
                self._close_sqlite()
        if not self._turn.locked():
            async with self._turn:
                return await self._read(business_id)
        following = self._next.get(business_id)
        if following is None:
            following = self._next[business_id] = asyncio.create_task(self._in_turn(business_id))
        return await asyncio.shield(following)

    async def close(self) -> None:
        """Let go of the connection."""
        async with self._turn:
            await self._let_go()
        self._close_sqlite()

    def _at_once(self, business_id: int) -> Any:
        """A thread would take longer than the statement, which finds its page in memory."""
        if self._sqlite is None:
            self._sqlite = sqlite3.connect(self._database.adbc_uri, timeout=0, isolation_level=None)
        prepared = self._statements.prepared(revision_now())
        return self._row(self._sqlite.execute(prepared.text, prepared.values({"business": business_id})).fetchall())

    def _close_sqlite(self) -> None:
        if self._sqlite is not None:
            self._sqlite.close()
            self._sqlite = None

    async def _in_turn(self, business_id: int) -> Any:
        async with self._turn:
            del self._next[business_id]
            return await self._read(business_id)

    async def _read(self, business_id: int) -> Any:
        try:
            if self._connection is not None:
                try:
                    return await self._asked(business_id)
                except TimeoutError:
                    raise
                except Exception:  # noqa: BLE001  it may have died meanwhile: a new one tells
                    await self._let_go()
            async with asyncio.timeout(ANSWERS_WITHIN_SECONDS):
                await self._connect()
            return await self._asked(business_id)
        except BaseException:
            await self._let_go()
            raise

    async def _connect(self) -> None:
        self._connection = await self._database.engine.connect()
        self._driver = (await self._connection.get_raw_connection()).driver_connection
        self._of = None
        if not self._database.is_sqlite:
            await self._driver.execute(for_businesses(await self._database.role(self._driver)))
            self._look_up = await self._driver.prepare(self._statements.prepared(revision_now()).text)

    async def _asked(self, business_id: int) -> Any:
        prepared = self._statements.prepared(revision_now())
        values = prepared.values({"business": business_id})
        if self._database.is_sqlite:
            async with asyncio.timeout(ANSWERS_WITHIN_SECONDS):
                return self._row(await self._driver.execute_fetchall(prepared.text, values))
        if self._of != business_id:
            await self._driver.execute(for_next(business_id), timeout=ANSWERS_WITHIN_SECONDS)
            self._of = business_id
        return self._row(await self._look_up.fetch(*values, timeout=ANSWERS_WITHIN_SECONDS))

    def _row(self, records: Any) -> Any:
        rows = self._statements.prepared(revision_now()).rows(records, 0)
        return rows[0] if rows else None

    async def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                await connection.invalidate()  # nobody else may get it: it is broken, or one for a business
                await connection.close()


@dataclass(frozen=True)
class DataChange:
    """That the data of the business has changed, and how far."""

    epoch: str
    data_revision: int
    changed_at: Annotated[datetime, "When that change was made."]

    def is_newer_than(self, other: "DataChange | None") -> bool:
        """Whether it says something that the other does not."""
        return other is None or self.epoch != other.epoch or self.data_revision > other.data_revision


class Changes:
    """Tells who listens of changes that any process made. A business is looked at only while somebody listens."""

    def __init__(self, revisions: Revisions, looks_every: float = LOOKS_EVERY_SECONDS) -> None:
        self._revisions = revisions
        self._looks_every = looks_every
        self._watches: dict[int, _Watch] = {}

    async def of(self, business_id: int, tells_every: float = TELLS_EVERY_SECONDS) -> AsyncGenerator[DataChange]:
        """The last change at once, then each later one; of several in `tells_every` seconds the newest."""
        watch = self._join(business_id)
        try:
            await watch.look()
            told: DataChange | None = None
            while True:
                told = await watch.newer_than(told)
                told_at = monotonic()
                yield told
                await asyncio.sleep(told_at + tells_every - monotonic())
        finally:
            self._leave(business_id, watch)

    @property
    def watched(self) -> list[int]:
        """The businesses that are looked at."""
        return list(self._watches)

    def _join(self, business_id: int) -> "_Watch":
        watch = self._watches.get(business_id)
        if watch is None:
            watch = self._watches[business_id] = _Watch(self._revisions, business_id)
            watch.task = asyncio.create_task(watch.look_again(self._looks_every))
        watch.listeners += 1
        return watch

    def _leave(self, business_id: int, watch: "_Watch") -> None:
        watch.listeners -= 1
        if not watch.listeners and watch.task is not None:
            watch.task.cancel()
            del self._watches[business_id]


class _Watch:
    """The last known change of a business, and those who wait for the next."""

    def __init__(self, revisions: Revisions, business_id: int) -> None:
        self.listeners = 0
        self.task: asyncio.Task[None] | None = None
        self._revisions = revisions
        self._business_id = business_id
        self._last: DataChange | None = None
        self._news = asyncio.Event()

    async def look(self) -> None:
        """Learn the last change."""
        row = await self._revisions.of(self._business_id)
        if row is None:
            raise Unauthenticated("this token is for a business that does not exist here")
        change = DataChange(row.epoch, row.revision, row.updated_at)
        if change.is_newer_than(self._last):
            news, self._last, self._news = self._news, change, asyncio.Event()
            news.set()

    async def look_again(self, seconds: float) -> None:
        """Look for ever; while the store does not answer, nothing is news."""
        while True:
            await asyncio.sleep(seconds)
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001  listeners hear of the change when it can be read again
                kind = type(error).__name__
                log.warning("changes not looked for", business=self._business_id, error=kind, outage=is_outage(error))

    async def newer_than(self, told: DataChange | None) -> DataChange:
        """The last change, as soon as it is one that was not told."""
        while self._last is None or not self._last.is_newer_than(told):
            await self._news.wait()
        return self._last
