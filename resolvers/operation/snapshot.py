"""One moment of a business: a snapshot of the store, and versions of the columnar copy that are of the same revision.

It is held by the operation and by each computation that goes on for others; the last to let go ends it. What is
waited for comes in this order: a connection of the pool, the snapshot's own lock, the lock of the copy.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from analytics.copy.copy import ColumnarCopy
from analytics.copy.pinned import PinnedView, SnapshotMoved
from resolvers.operation.calendar import BusinessCalendar, calendar_at
from resolvers.operation.reader import Reader
from resolvers.operation.services import Services

V = TypeVar("V")


class Snapshot:
    """Taken by the first who reads through it. What it pins of the copy stays pinned until it ends."""

    def __init__(self, services: Services, business_id: int, now: datetime) -> None:
        self._services = services
        self._business_id = business_id
        self._now = now
        self._holders = 1
        self._opening = asyncio.Lock()
        self._calendar: BusinessCalendar | None = None
        self._views: list[PinnedView] = []
        self.reader = self._new_reader()

    @property
    def seen(self) -> BusinessCalendar | None:
        """The business as it was read, None where nothing was read so far."""
        if self._calendar is None and self.reader.seen is not None:
            return calendar_at(self.reader.seen, self._now)
        return self._calendar

    async def business(self) -> BusinessCalendar:
        """The business; the first call takes the snapshot."""
        if self._calendar is not None:
            return self._calendar
        async with self._opening:
            return await self._read()

    async def begin_pinned(self, need: frozenset[str] = frozenset()) -> None:
        """Take the snapshot together with the copy: it cannot be past it."""
        await self.reader.connect()  # who holds the copy's lock waits for no connection
        async with self._opening, self._copy.lock:  # nobody moves the copy between the two
            if self._views:
                return
            try:
                await self._read()
                await self._pin(need)
            except SnapshotMoved:  # it had to be loaded, and is of a later moment: from now on small steps do
                await self.reader.close()
                self.reader, self._calendar = self._new_reader(), None
                await self._read()
                await self._pin(need)

    async def facts(self, need: frozenset[str] = frozenset()) -> PinnedView:
        """The facts in columns, with the tables that are needed; SnapshotMoved where the copy is past them."""
        await self.business()
        async with self._opening:
            view = self._views[-1] if self._views else None
            if view is None or view.is_stopped or not need <= view.tables:
                async with self._copy.lock:
                    view = await self._pin(need)
        return view

    def computing(self, compute: Callable[[PinnedView], Awaitable[V]], need: frozenset[str]) -> Awaitable[V]:
        """What is computed of the facts; it holds the snapshot from now on, whoever gives up waiting."""
        self._holders += 1
        return self._computed(compute, need)

    def aside(self, compute: Callable[[PinnedView], Awaitable[V]]) -> Awaitable[V]:
        """What is computed on a view of its own, since the statements of a view take turns."""
        self._holders += 1
        return self._aside(compute)

    def give_up(self) -> None:
        """Ask nothing more of the copy: whoever else waits for something of it asks for themselves."""
        for view in self._views:
            view.is_given_up = True

    async def let_go(self) -> None:
        """The last to let go ends the snapshot and lets go of the copy."""
        self._holders -= 1
        if self._holders == 0:
            await asyncio.shield(asyncio.ensure_future(self._end()))  # who is cancelled meanwhile leaves nothing open

    async def _end(self) -> None:
        async with self._opening:  # a look-up of a cancelled operation may still be pinning a view
            for view in self._views:
                view.close()
            await self.reader.close()

    async def _computed(self, compute: Callable[[PinnedView], Awaitable[V]], need: frozenset[str]) -> V:
        try:
            return await compute(await self.facts(need))
        finally:
            await self.let_go()

    async def _aside(self, compute: Callable[[PinnedView], Awaitable[V]]) -> V:
        try:
            await self.reader.connect()
            async with self._opening, self._copy.lock:
                await self._read()
                view = await self._pin()
                self._views.remove(view)
        finally:
            await self.let_go()
        try:
            return await compute(view)
        finally:
            view.close()

    async def _read(self) -> BusinessCalendar:
        if self._calendar is None:
            self._calendar = calendar_at(await self.reader.business(), self._now)
        return self._calendar

    async def _pin(self, need: frozenset[str] = frozenset()) -> PinnedView:
        row = await self.reader.business()
        await self._copy.bring_to(row.revision, self.reader.stored, need)
        self._services.copies.keep_within_budget()
        view = self._copy.pin()
        view.store = self.reader
        self._views.append(view)
        return view

    @property
    def _copy(self) -> ColumnarCopy:
        return self._services.copies.of(self._business_id)

    def _new_reader(self) -> Reader:
        return Reader(self._services.database, self._services.statements, self._business_id)
