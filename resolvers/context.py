"""What one operation holds: its viewer, its clock, its snapshot of the store, its view of the facts, its loaders."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from aiodataloader import DataLoader

from analytics.cache import Computed, ReportCache, Sized
from analytics.mirror import Mirror, Mirrors
from analytics.views import PinnedView
from models.database import Database
from models.days import business_today, day_number
from resolvers.errors import BadUserInput, Unauthenticated
from resolvers.reader import Reader, Statements
from resolvers.viewer import Viewer

CODE_VERSION = 1  # part of every cache key: raise it when a report's arithmetic changes
REPORT_BYTES = 512 * 1024 * 1024
REPORT_SECONDS = 600

T = TypeVar("T", bound=Sized)
Batch = Callable[["Context", Sequence[Any], Any], Awaitable[Sequence[Any]]]


class Services:
    """What lives as long as the process: the store, its columnar copies, and the reports computed from them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.statements = Statements(database)
        self.mirrors = Mirrors(database)
        self.reports = ReportCache(REPORT_BYTES, REPORT_SECONDS)

    async def close(self) -> None:
        """Let go of every connection and copy."""
        self.mirrors.close()
        await self.database.close()


@dataclass(frozen=True)
class BusinessCalendar:
    """The business of an operation: its row, its zone and the day that it is there."""

    row: Any
    zone: ZoneInfo
    today: date

    def money(self, minor: int) -> Decimal:
        """Minor units as an amount of the business's currency."""
        return Decimal(minor).scaleb(-self.row.currency_exponent)

    def money_or_none(self, minor: int | None) -> Decimal | None:
        """The same of an amount that may be unknown."""
        return None if minor is None else self.money(minor)

    def minor(self, amount: Decimal, argument: str) -> int:
        """An amount in minor units; BadUserInput where it has more decimals than the currency, or is beyond sense."""
        scaled = amount.scaleb(self.row.currency_exponent) if amount.is_finite() else amount
        if not amount.is_finite() or abs(scaled) >= 2**62:
            raise BadUserInput(f"`{argument}` is not an amount of money: {amount}")
        if scaled != int(scaled):
            raise BadUserInput(f"`{argument}` has more decimals than {self.row.currency}: {amount}")
        return int(scaled)

    def as_of(self, asked: date | None) -> tuple[int, list[str]]:
        """The day number that an answer is for, and a notice where it is not the day that was asked for."""
        if asked is None or asked <= self.today:
            return day_number(asked or self.today), []
        return day_number(self.today), [f"asOf {asked} is in the future; this is the answer for today, {self.today}."]


async def _together(
    context: "Context", batch: Batch, arguments: Hashable, groups: Sequence[tuple[Any, ...]]
) -> list[list[Any]]:
    keys = list(dict.fromkeys(key for group in groups for key in group))
    found = dict(zip(keys, await batch(context, keys, arguments), strict=True))
    return [[found[key] for key in group] for group in groups]


class Context:
    """Made for one operation and closed after it; nothing in it is shared with another."""

    def __init__(self, services: Services, viewer: Viewer, now: datetime, *, pin_at_start: bool = False) -> None:
        self.services = services
        self.viewer = viewer
        self.now = now
        self.reader = Reader(services.database, services.statements, viewer.business_id)
        self._pin_at_start = pin_at_start
        self._opening = asyncio.Lock()
        self._business: BusinessCalendar | None = None
        self._view: PinnedView | None = None
        self._loaders: dict[Hashable, DataLoader[Any, Any]] = {}

    async def business(self) -> BusinessCalendar:
        """The business as this operation sees it; the first call takes the snapshot."""
        if self._business is None:
            async with self._opening:
                if self._business is None:
                    self._business = await self._begin()
        return self._business

    async def facts(self, need: frozenset[str] = frozenset()) -> PinnedView:
        """The facts in columns at the revision of this operation's snapshot, with the tables that are needed.

        Raises SnapshotMoved where the copy is past it: the operation is then run again with `pin_at_start`.
        """
        await self.business()
        async with self._opening:
            if self._view is None or not need <= self._view.tables:
                async with self._mirror.lock:
                    view = await self._pin(need)
                if self._view is not None:
                    self._view.close()
                self._view = view
        return self._view

    async def report(
        self,
        name: str,
        arguments: Hashable,
        compute: Callable[[PinnedView], Awaitable[T]],
        need: frozenset[str] = frozenset(),
    ) -> tuple[Computed[T], bool]:
        """A computed value of this business at this revision, and whether it was kept from before.

        `need` names the tables that it is computed from beside those that are always there.
        """
        row = (await self.business()).row
        key = (row.epoch, CODE_VERSION, row.id, name, arguments, row.facts_revision)

        async def with_facts() -> T:
            async with (await self.facts(need)).held() as view:
                return await compute(view)

        return await self.services.reports.get(key, self.now, with_facts)

    async def load(self, batch: Batch, key: Any, arguments: Hashable = None) -> Any:
        """What `batch` answers for `key`, asked together with all other keys of the same arguments."""
        return (await self.load_many(batch, (key,), arguments))[0]

    async def load_many(self, batch: Batch, keys: Sequence[Any], arguments: Hashable = None) -> Sequence[Any]:
        """What `batch` answers for each key, asked together with all other keys of the same arguments."""
        loader = self._loaders.get((batch, arguments))
        if loader is None:
            loader = self._loaders[batch, arguments] = DataLoader(partial(_together, self, batch, arguments))
        group = tuple(keys)  # a list is one load: a future for each of its keys would cost more than their statement
        try:
            return await loader.load(group)
        except asyncio.CancelledError:
            loader.clear(group)
            raise

    async def close(self) -> None:
        """End the snapshot and let go of the view."""
        if self._view is not None:
            self._view.close()
        await self.reader.close()

    @property
    def _mirror(self) -> Mirror:
        return self.services.mirrors.of(self.viewer.business_id)

    async def _begin(self) -> BusinessCalendar:
        if not self._pin_at_start:
            return self._calendar(await self.reader.business())
        async with self._mirror.lock:  # nobody moves the copy between the snapshot and the pin
            calendar = self._calendar(await self.reader.business())
            self._business = calendar
            self._view = await self._pin()
            return calendar

    async def _pin(self, need: frozenset[str] = frozenset()) -> PinnedView:
        row = await self.reader.business()
        await self._mirror.bring_to(row.revision, self.reader.stored, need)
        self.services.mirrors.keep_within_budget()
        return self._mirror.pin()

    def _calendar(self, row: Any) -> BusinessCalendar:
        if row is None:
            raise Unauthenticated("this token is for a business that does not exist here")
        zone = ZoneInfo(row.timezone)
        return BusinessCalendar(row, zone, business_today(self.now, zone))
