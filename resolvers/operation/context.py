"""What one operation holds: its viewer, its clock, its snapshot of the store, its view of the facts, its loaders."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Hashable, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any, TypeVar

from aiodataloader import DataLoader

from analytics.copy.pinned import PinnedView, SnapshotMoved
from models.audit import AuditSource
from resolvers.operation.actor import Actor, UsedFor
from resolvers.operation.calendar import NOT_HERE, BusinessCalendar
from resolvers.operation.computed import Computed, Seen, Sized
from resolvers.operation.errors import NotOpen, Unauthenticated
from resolvers.operation.meter import Meter
from resolvers.operation.reader import Reader
from resolvers.operation.refusing import as_member, checked_input
from resolvers.operation.services import Services
from resolvers.operation.snapshot import Snapshot
from resolvers.operation.viewer import Role, Viewer
from resolvers.operation.writing import NoSuchBusiness, Operation, Tried, Write, writing
from rules.refusals import Refusal

CODE_VERSION = 1  # part of every cache key: raise it when a report's arithmetic changes

DEFAULT_SECONDS = 30.0
TO_ANSWER_SECONDS = 1.0

T = TypeVar("T", bound=Sized)
V = TypeVar("V")
A = TypeVar("A")
Batch = Callable[["Context", Sequence[Any], Any], Awaitable[Sequence[Any]]]


def report_key(row: Any, name: str, arguments: Hashable) -> Hashable:
    """What a report of a business depends on, beside the state of the facts."""
    return (row.epoch, CODE_VERSION, row.id, name, arguments)


async def _together(
    context: "Context", batch: Batch, arguments: Hashable, groups: Sequence[tuple[Any, ...]]
) -> list[list[Any]]:
    keys = list(dict.fromkeys(key for group in groups for key in group))
    with context.looking():
        found = dict(zip(keys, await batch(context, keys, arguments), strict=True))
    return [[found[key] for key in group] for group in groups]


class Context:
    """Made for one operation and closed after it; nothing in it is shared with another.

    A report that it computes may be waited for by others too: the snapshot then ends when that is done.
    """

    def __init__(  # noqa: PLR0913  what an operation is of, and by which clock and request
        self,
        services: Services,
        viewer: Viewer,
        now: datetime,
        *,
        pin_at_start: bool = False,
        may_move: bool = False,
        seconds: float = DEFAULT_SECONDS,
        clock: Callable[[], datetime] | None = None,
        request_id: str | None = None,
        meter: Meter | None = None,
        address: str = "",
        source: AuditSource = AuditSource.API,
    ) -> None:
        self.services = services
        self.meter = meter or Meter()
        self.viewer = viewer
        self._source = source
        self.address = address  # from where it is asked: those that are one holder's are one
        self._now = now
        self._until = monotonic() + seconds
        self._is_exact = True
        self._saw_clock = False
        self._pin_at_start = pin_at_start
        self._may_move = may_move  # to a newer snapshot: an operation that writes is never run again
        self._clock = clock or (lambda: now)
        self._request_id = request_id
        self._snapshot = Snapshot(services, viewer.business_id, now)
        self._earlier: list[Snapshot] = []
        self._moving = asyncio.Lock()
        self._loaders: dict[Hashable, DataLoader[Any, Any]] = {}
        self._lookups: set[asyncio.Task[Any]] = set()
        self._were_kept: dict[Hashable, bool] = {}  # reports that were asked for: whether they were there before

    @property
    def now(self) -> datetime:
        """The moment of this operation. An answer that depends on it is not that of another moment of the day."""
        self._saw_clock = True
        return self._now

    @property
    def began_at(self) -> datetime:
        """The moment of this operation, for what is kept longer than its answer."""
        return self._now

    @property
    def seconds_left(self) -> float:
        """How long this operation may still wait for what goes on without it, so that there is time to say so."""
        return max(self._until - monotonic() - TO_ANSWER_SECONDS, 0)

    def will_change(self) -> None:
        """Say that the answer tells of what is still being computed: the same question may soon be answered anew."""
        self._is_exact = False

    @property
    def is_repeatable(self) -> bool:
        """Whether the same question on the same day and at the same revision has the same answer, as far as it ran."""
        return self._is_exact and not self._saw_clock

    @property
    def reader(self) -> Reader:
        """What reads the store as this operation sees it."""
        return self._snapshot.reader

    @property
    def seen(self) -> BusinessCalendar | None:
        """The business as this operation saw it, None where it read nothing of the store."""
        return self._snapshot.seen

    async def business(self) -> BusinessCalendar:
        """The business as this operation sees it; the first call takes the snapshot."""
        if self._pin_at_start and self._snapshot.seen is None:
            await self._snapshot.begin_pinned()
        return await self._snapshot.business()

    async def facts(self, need: frozenset[str] = frozenset()) -> PinnedView:
        """The facts in columns at the revision of this operation's snapshot, with the tables that are needed.

        Where the copy is past it an operation that writes goes on with a newer snapshot; any other raises
        SnapshotMoved, and is then run again with `pin_at_start`.
        """
        await self.business()
        snapshot = self._snapshot
        try:
            return await snapshot.facts(need)
        except SnapshotMoved:
            if not self._may_move:
                raise
        async with self._moving:
            if self._snapshot is snapshot:  # of several that find it past, one moves
                self._earlier.append(snapshot)  # others may be reading a view of it
                self._begin_anew()
                await self._snapshot.begin_pinned(need)
        return await self._snapshot.facts(need)

    async def report(
        self,
        name: str,
        arguments: Hashable,
        compute: Callable[[PinnedView], Awaitable[T]],
        need: frozenset[str] = frozenset(),
    ) -> tuple[Computed[T], bool]:
        """A computed value of this business and whether it is of before this operation.

        Its `seen` is what it is the truth of. `need` names the tables that it is computed from beside those that are
        always there.
        """
        if self._may_move:
            await self.facts(need)  # what moves does so before the key is made
        snapshot, row = self._snapshot, (await self.business()).row
        seen = Seen(row.facts_revision, row.revision)
        key = report_key(row, name, arguments)
        is_first = key not in self._were_kept
        if is_first:
            self._were_kept[key] = False
        begin = partial(snapshot.computing, compute, need)
        computed, was_there = await self.services.reports.get(key, self._now, begin, seen)
        if is_first:
            self._were_kept[key] = was_there
        if computed.seen.facts_revision == row.facts_revision:  # changes since then were of nothing that it depends on
            return replace(computed, seen=seen), self._were_kept[key]
        self._is_exact = False
        return computed, self._were_kept[key]

    def aside(self, compute: Callable[[PinnedView], Awaitable[V]]) -> Awaitable[V]:
        """What is computed of the facts as this operation sees them, beside it and also where it ends before."""
        return self._snapshot.aside(compute)

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

    async def write(
        self, operation: Operation[A, Any], asked: A, used: UsedFor | None = None, *, each_customer: bool = False
    ) -> Any:
        """Run an operation in a transaction of its own, and see from then on what it has written.

        Its result, or the refusal as a member of the result's union. `asked` tells all that can be told without the
        store where it has `checked`; `used` is its idempotency key. With `each_customer` the audit has an entry for
        each customer that changed.
        """
        try:
            checked = checked_input(asked, used)
            async with self._writing_here() as write:
                done = await write.once(operation, checked, used=used, each_customer=each_customer)
        except Refusal as refusal:
            return as_member(refusal)
        self._now = max(self._now, write.now)
        await self._leave()
        return done

    async def write_publicly(self, business_id: int, operation: Operation[A, Any], asked: A) -> Any:
        """Run an operation as a customer whom nobody knows yet, in the business that is named.

        A refusal that it returns, and does not raise, keeps what it has written: a try that was spent.
        """
        try:
            checked = checked_input(asked)
            async with self._writing(business_id, self._as_nobody_known()) as write:
                done = await write.once(operation, checked)
        except NoSuchBusiness:
            raise NotOpen from None
        except Refusal as refusal:
            return as_member(refusal)
        await self._leave()
        return as_member(done) if isinstance(done, Refusal) else done

    async def write_each(self, operation: Operation[A, Any], asked: Sequence[tuple[A, UsedFor | None]]) -> list[Any]:
        """Run an operation for each of several, one after the other, each in a transaction of its own."""
        return [await self.write(operation, one, used) for one, used in asked]

    async def forecast(self, operation: Operation[A, Any], asked: A) -> Any:
        """What an operation would come to: it is run, and all that it did is undone."""
        try:
            checked = checked_input(asked)
            async with self._writing_here() as write:
                raise Tried(await write.once(operation, checked))
        except Refusal as refusal:
            return as_member(refusal)
        except Tried as tried:
            return tried.done

    @asynccontextmanager
    async def _writing_here(self) -> AsyncGenerator[Write]:
        """An open write of the viewer's business."""
        try:
            async with self._writing(self.viewer.business_id, self.actor) as write:
                yield write
        except NoSuchBusiness:
            raise Unauthenticated(NOT_HERE) from None

    @asynccontextmanager
    async def _writing(self, business_id: int, actor: Actor) -> AsyncGenerator[Write]:
        """An open write; its turn is waited for without a connection, so that those who read have one."""
        await self._leave()
        async with (
            self.services.write_turns[business_id],
            writing(self.services.database, business_id, actor=actor, clock=self._clock) as write,
        ):
            yield write

    @property
    def actor(self) -> Actor:
        """Who writes, where this operation writes."""
        viewer = self.viewer
        is_customer = viewer.role is Role.CUSTOMER
        return Actor(
            name="customer" if is_customer else viewer.subject,
            role=viewer.role,
            source=AuditSource.PORTAL if is_customer else self._source,
            request_id=self._request_id,
            customer_id=viewer.customer_id,
        )

    def _as_nobody_known(self) -> Actor:
        return Actor("customer", Role.CUSTOMER, AuditSource.PORTAL, self._request_id)

    def clock(self) -> datetime:
        """The time that it is now, which an answer does not depend on."""
        return self._clock()

    @contextmanager
    def looking(self) -> Generator[None]:
        """While a look-up runs in a task of its own: cancelling the operation does not reach it."""
        task = asyncio.current_task()
        assert task is not None
        self._lookups.add(task)
        try:
            yield
        finally:
            self._lookups.discard(task)

    def give_up(self) -> None:
        """Of what was asked for and has not begun nothing is computed: there may be thousands of it."""
        self._snapshot.give_up()

    async def abandon(self) -> None:
        """End the look-ups of an operation that was cancelled; what a statement of theirs does is interrupted."""
        running = list(self._lookups)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def close(self) -> None:
        """Let go of the snapshot, which ends unless something is computed of it for others."""
        held, self._earlier = [*self._earlier, self._snapshot], []
        for snapshot in held:
            await snapshot.let_go()

    async def look_anew(self) -> None:
        """See from now on what was written since, by whom ever."""
        self._now = max(self._now, self._clock())
        await self._leave()

    async def _leave(self) -> None:
        """Let go of what was seen, connection and all; what is asked next is of a newer moment."""
        held, self._earlier = [*self._earlier, self._snapshot], []
        self._begin_anew()
        for snapshot in held:
            await snapshot.let_go()

    def _begin_anew(self) -> None:
        self._snapshot = Snapshot(self.services, self.viewer.business_id, self._now)
        self._loaders, self._were_kept = {}, {}
