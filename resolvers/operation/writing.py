"""The one way to write: one transaction of a business, from its lock to its audit entry.

An operation is a plain function of an open write and what is asked. It returns ids or raises a `Refusal`; it never
opens a transaction, reads a clock or knows GraphQL, so that operations call each other inside one transaction.
"""

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from models.audit import audit_entry
from models.database import Database
from models.revision import business_to_write, revision_taken
from models.rows_in_bulk import NewRows
from models.sqlite_driver import at_once
from models.transaction import OpenTransaction
from resolvers.operation.actor import Actor, UsedFor
from resolvers.operation.auditing import entries_of
from resolvers.operation.leases import Lease
from resolvers.operation.outbox import Outbox
from resolvers.operation.replaying import UsedKeys
from resolvers.operation.written import WrittenRows
from rules.codes import new_code
from rules.days import business_today
from rules.refusals import Refusal
from rules.words import in_contract

A = TypeVar("A")
D = TypeVar("D")
Operation = Callable[["Write", A], Awaitable[D]]

SMALL: set[Operation[Any, Any]] = set()


def small(operation: Operation[A, D]) -> Operation[A, D]:
    """Says of an operation that it reads and writes few rows: SQLite's thread is not woken for each of them."""
    SMALL.add(operation)
    return operation


class NoSuchBusiness(LookupError):
    """There is no business with that id."""


class Tried(Exception):
    """The end of an operation that is only tried, with what came of it."""

    def __init__(self, done: Any) -> None:
        super().__init__()
        self.done = done


class Write(WrittenRows):
    """An open write transaction of one business, which nobody else writes to. Rows written in it carry `revision`."""

    def __init__(self, transaction: OpenTransaction, business: Any, now: datetime, actor: Actor) -> None:
        super().__init__(transaction, business)
        self.program_is_on: bool = bool(business.program_is_on)
        self.zone = ZoneInfo(business.timezone)
        self.now = now
        self.actor = actor
        self._keys = UsedKeys(transaction, business, actor, now)
        self._outbox = Outbox(business)

    @property
    def today(self) -> date:
        """The business day of this write."""
        return business_today(self.now, self.zone)

    @property
    def last_event(self) -> int:
        """The number of the last event of the business, those of this write included that were sent."""
        return self._outbox.last_event

    def code(self) -> str:
        """A new code that a person can read out and nobody can guess."""
        return new_code(secrets.choice)

    def digest(self, *content: Any) -> str:
        """What is kept in place of a secret or of an erased contact: its HMAC, with a key of the installation."""
        return self._keys.digest([self.business_id, *content])

    # ------------------------------------------------------------ the whole operation

    def tell(self, kind: str, customer_id: int | None = None, **data: Any) -> None:
        """Tell the shop's other systems of an event, once the operation is done: ids, words of ours and figures."""
        self._outbox.tell(kind, customer_id, data)

    async def once(
        self,
        operation: Operation[A, D],
        asked: A,
        *,
        used: UsedFor | None = None,
        action: str | None = None,
        each_customer: bool = False,
    ) -> D:
        """Run an operation under its key, or answer what was made when the key was used before.

        It leaves one audit entry called `action`, by default as the mutation is called; with `each_customer` one for
        each customer that changed. What changed nothing leaves nothing.
        """
        name = action or in_contract(operation.__name__)
        with at_once(self.transaction.driver if operation in SMALL else None):
            return await self._once(operation, name, asked, used, each_customer=each_customer)

    async def _once(
        self, operation: Operation[A, D], name: str, asked: A, used: UsedFor | None, *, each_customer: bool
    ) -> D:
        changed_before = self.has_changed
        self.has_changed = False
        if used is not None:
            kept = await self._keys.made(operation, name, asked, used)
            if kept is not None:
                self.has_changed = changed_before
                return kept
        done = await operation(self, asked)
        left: list[NewRows] = []
        if self.has_changed:
            left += [self._audited(name, each_customer=each_customer), self._outbox.taken(self.now, self.revision)]
        if used is not None:
            left.append(self._keys.remembering(name, asked, used, done))
        await self.transaction.insert_groups(*left)
        self.has_changed = self.has_changed or changed_before
        return done

    async def each(self, operation: Operation[A, D], items: Iterable[A]) -> list[D | Refusal]:
        """Run an operation for each item; one that is refused changes nothing and stops none."""
        done: list[D | Refusal] = []
        for item in items:
            try:
                async with self._undone_by_what_is_raised():
                    done.append(await operation(self, item))
            except Refusal as refusal:
                done.append(refusal)
        return done

    async def tried(self, operation: Operation[A, D], asked: A) -> D:
        """What an operation would come to: it is run, and all that it did is undone."""
        try:
            async with self._undone_by_what_is_raised():
                raise Tried(await operation(self, asked))
        except Tried as tried:
            return tried.done

    @asynccontextmanager
    async def _undone_by_what_is_raised(self) -> AsyncGenerator[None]:
        before = (len(self._rows), len(self._outbox), self.has_changed, set(self._counters))
        try:
            async with self.connection.begin_nested():
                yield
        except BaseException:
            rows, events, self.has_changed, self._counters = before
            del self._rows[rows:]
            self._outbox.forget_from(events)
            raise

    def _audited(self, action: str, *, each_customer: bool) -> NewRows:
        stamps = {"business_id": self.business_id, "at": self.now, "action": action, "revision": self.revision}
        entries = entries_of(self._rows, {**stamps, **self.actor.audited}, each_customer=each_customer)
        self._rows.clear()
        return NewRows.of(audit_entry, entries)


@asynccontextmanager
async def writing(
    database: Database, business_id: int, *, actor: Actor, clock: Callable[[], datetime], lease: Lease | None = None
) -> AsyncGenerator[Write]:
    """Open a transaction, lock the business, commit with its next revision where something changed.

    An exception undoes all. The moment of the write is read once the lock is held. Checks that need no lock belong
    before it: from here on every other writer of the business waits. What is done under a lease is not even begun
    where that is lost.
    """
    async with database.transaction(business_id) as connection:
        transaction = OpenTransaction(connection, database.compiled)
        with at_once(transaction.driver):
            found = await transaction.rows(business_to_write(), {"business": business_id})
        if not found:
            raise NoSuchBusiness(f"no business {business_id}")
        write = Write(transaction, found[0], clock().astimezone(UTC), actor)
        if lease is not None:
            await lease.hold(connection, write.now)
        yield write
        if write.has_changed:
            taken = {"business": business_id, "new_revision": write.revision, "new_event": write.last_event}
            with at_once(transaction.driver):
                await transaction.run(revision_taken(write.counters), {**taken, "now": write.now})
