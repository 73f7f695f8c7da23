"""The one way to write: one transaction of a business, from its lock to its audit entry.

An operation is a plain function of an open write and what is asked. It returns ids or raises a `Refusal`; it never
opens a transaction, reads a clock or knows GraphQL, so that operations call each other inside one transaction.
"""

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import ColumnElement, Delete, Insert, Select, SelectBase, Table, Update, delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from analytics.copy.tables import COPIED_TABLES, CopiedTable
from models import AuditEntry
from models.database import Database, any_of, insert_rows, take_ids
from models.database import table as table_of
from models.events import Event
from models.revision import Counter, business_to_write, revision_taken
from models.sqlite_driver import at_once
from resolvers.operation.actor import Actor, UsedFor
from resolvers.operation.auditing import AuditedChange, AuditedRow, as_json, changes_between, merged
from resolvers.operation.ids import global_id
from resolvers.operation.leases import Lease
from resolvers.operation.replaying import UsedKeys
from rules.codes import new_code
from rules.days import business_today
from rules.events import MOST_BYTES
from rules.refusals import Refusal, StaleVersion
from rules.words import in_contract

A = TypeVar("A")
D = TypeVar("D")
Operation = Callable[["Write", A], Awaitable[D]]

COPIED: Mapping[str, CopiedTable] = {copied.name: copied for copied in COPIED_TABLES}
OF_ENVELOPE = 500  # bytes of a body beside its data: type, moment, two ids
OF_PROGRAM = (
    "earning_rule",
    "loyalty_entry",
    "loyalty_lot",
    "loyalty_membership",
    "loyalty_redemption",
    "loyalty_reward",
    "loyalty_settings",
    "loyalty_tier",
)
COUNTED_BY: Mapping[str, Counter] = {  # tables whose every change moves a counter
    "touchpoint": Counter.CONTACTS,
    **dict.fromkeys(OF_PROGRAM, Counter.PROGRAM),
}


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


class Write:
    """An open write transaction of one business, which nobody else writes to. Rows written in it carry `revision`."""

    def __init__(self, connection: AsyncConnection, business: Any, now: datetime, actor: Actor) -> None:
        self.connection = connection
        self.business = business
        self.business_id: int = business.id
        self.revision: int = business.revision + 1
        self.last_event: int = business.last_event
        self.exponent: int = business.currency_exponent
        self.zone = ZoneInfo(business.timezone)
        self.now = now
        self.actor = actor
        self._keys = UsedKeys(connection, business, actor, now)
        self._rows: list[AuditedRow] = []
        self._events: list[tuple[str, int | None, Mapping[str, Any]]] = []
        self.has_changed: bool = False
        self._counters: set[Counter] = set()

    @property
    def today(self) -> date:
        """The business day of this write."""
        return business_today(self.now, self.zone)

    @property
    def counters(self) -> frozenset[Counter]:
        """The counters of the business that this write moves."""
        return frozenset(self._counters)

    def code(self) -> str:
        """A new code that a person can read out and nobody can guess."""
        return new_code(secrets.choice)

    def digest(self, *content: Any) -> str:
        """What is kept in place of a secret or of an erased contact: its HMAC, with a key of the installation."""
        return self._keys.digest([self.business_id, *content])

    # ------------------------------------------------------------ reading

    async def rows(self, statement: SelectBase, **params: Any) -> Sequence[Any]:
        """The rows of a statement that is bound to :business, as stored: days as numbers, money in minor units."""
        if not _is_scoped(statement):
            raise ValueError("a statement that is not scoped to a business is never run")
        bound = {**params, "business": self.business_id}
        return (await self.connection.execute(cast(Select[Any], statement), bound)).all()

    async def one(self, statement: SelectBase, missing: Refusal, **params: Any) -> Any:
        """The one row of a statement; refused as `missing` where there is none."""
        found = await self.rows(statement, **params)
        if not found:
            raise missing
        return found[0]

    # ------------------------------------------------------------ writing rows

    async def insert(self, target: Table, **values: Any) -> int:
        """Write a new row; its id."""
        row = {**values, **self._stamps(target)}
        if "id" in target.c and "id" not in row:
            (row["id"],) = await self.take_ids(target, 1)
        await self.connection.execute(insert(target), row)
        await self._tell_of(target, [row])
        self.note_row(target, row, {}, row)
        return row.get("id", 0)

    def expect(self, row: Any, version: int | None) -> None:
        """StaleVersion where a version was sent along and the row has another."""
        if version is not None and version != row.version:
            raise StaleVersion(version, row.version)

    async def update(self, target: Table, row: Any, **values: Any) -> bool:
        """Change the columns of a row that it has differently; whether there were any.

        The row is as it was read: what changed since, in this write too, has to be read again before.
        """
        before: Mapping[str, Any] = row._mapping
        changed = {name: value for name, value in values.items() if before[name] != value}
        if not changed:
            return False
        if "version" in target.c:
            changed["version"] = before["version"] + 1
        await self.connection.execute(
            self._of_row(update(target), target, before).values(**changed, **self._stamps(target))
        )
        await self._tell_of(target, [before, {**before, **changed}], changed)
        self.note_row(target, before, before, {**before, **changed})
        return True

    async def update_many(
        self, target: Table, rows: Sequence[Any], values: Mapping[str, Any], moved: Sequence[str] = ()
    ) -> None:
        """Bring rows to the same values in one statement, each with its word in the audit.

        `moved` are counters that go on by one, as the version does.
        """
        if not rows:
            return
        counters = [*moved, *(("version",) if "version" in target.c else ())]
        mine = (target.c.business_id == self.business_id, any_of(target.c.id, "changed_ids"))
        changed = update(target).where(*mine).values(**values, **{name: target.c[name] + 1 for name in counters})
        ids = [row.id for row in rows]
        await self.connection.execute(changed.values(**self._stamps(target)), [{"changed_ids": ids}])
        self.wrote(target, values)
        for row in rows:
            self.note_row(target, row._mapping, row._mapping, {**row._mapping, **values})

    async def insert_each(self, target: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write new rows in one statement, each with its word in the audit.

        Of a table that has an owner in the columnar copy, the owners move.
        """
        if not rows:
            return
        ids = await take_ids(self.connection, target, len(rows)) if "id" in target.c else None
        stamps = self._stamps(target)
        made = [{**row, **stamps, **({} if ids is None else {"id": ids[place]})} for place, row in enumerate(rows)]
        names = tuple(made[0])
        await insert_rows(self.connection, target, names, [tuple(row[name] for name in names) for row in made])
        self.wrote(target)
        for row in made:
            self.note_row(target, row, {}, row)
        await self.move_owners(target, made)

    async def move_owners(self, target: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """Move the revision of the owners of rows, by which the columnar copy learns of them."""
        copied = COPIED.get(target.name)
        if copied is None or copied.owner is None:
            return
        owner, keys = copied.owner, list(dict.fromkeys(row[copied.key] for row in rows))
        moved = update(owner).where(owner.c.business_id == self.business_id, any_of(owner.c.id, "owner_ids"))
        await self.connection.execute(moved.values(revision=self.revision), [{"owner_ids": keys}])

    async def delete(self, target: Table, row: Any) -> None:
        """Remove a row. Where the columnar copy holds its table, that learns of it by the owner."""
        copied = COPIED.get(target.name)
        if copied is not None and copied.owner is None:
            raise ValueError(f"a row of {target.name} is never removed: the columnar copy would keep it")
        before: Mapping[str, Any] = row._mapping
        await self.connection.execute(self._of_row(delete(target), target, before))
        await self._tell_of(target, [before])
        self.note_row(target, before, before, dict.fromkeys(before))

    async def take_ids(self, target: Table, count: int) -> Sequence[int]:
        """Unused ids, for rows that refer to each other before they are written."""
        return await take_ids(self.connection, target, count)

    async def insert_many(self, target: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Write rows in bulk, with their business and revision among the columns; the audit has no word of them.

        Of a table that has an owner in the columnar copy, the owners are written in the same transaction.
        """
        await insert_rows(self.connection, target, columns, rows)
        if rows:
            self.wrote(target)

    async def run(self, statement: Insert | Update | Delete, values: Sequence[Mapping[str, Any]] = ({},)) -> None:
        """Write, change or remove rows in bulk, their revision among the values; the audit has no word of them."""
        if values:
            await self.connection.execute(statement, list(values))
            self.wrote(cast(Table, statement.table))

    def wrote(self, target: Table, columns: Iterable[str] | None = None) -> None:
        """Say that rows of a table were written: facts are what the columnar copy holds of them."""
        self.has_changed = True
        copied = COPIED.get(target.name)
        if copied is not None and (columns is None or not set(copied.columns).isdisjoint(columns)):
            self._counters.add(Counter.FACTS)
        if target.name in COUNTED_BY:
            self._counters.add(COUNTED_BY[target.name])

    def moves(self, counter: Counter) -> None:
        """Say that this write is the last that changed something of that kind."""
        self._counters.add(counter)

    # ------------------------------------------------------------ the whole operation

    def note(self, subject: str, customer_id: int | None = None, **after: Any) -> None:
        """Say for the audit what a bulk write did."""
        changes = tuple(AuditedChange(name, None, str(value)) for name, value in after.items())
        self._rows.append(AuditedRow(subject, customer_id, changes))

    def tell(self, kind: str, customer_id: int | None = None, **data: Any) -> None:
        """Tell the shop's other systems of an event, once the operation is done: ids, words of ours and figures."""
        self._events.append((kind, customer_id, data))

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
        driver = (await self.connection.get_raw_connection()).driver_connection if operation in SMALL else None
        name = action or in_contract(operation.__name__)
        with at_once(driver):
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
        if self.has_changed:
            await self._audit(name, each_customer=each_customer)
            await self._send()
        self.has_changed = self.has_changed or changed_before
        if used is not None:
            await self._keys.remember(name, asked, used, done)
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
        before = (len(self._rows), len(self._events), self.has_changed, set(self._counters))
        try:
            async with self.connection.begin_nested():
                yield
        except BaseException:
            rows, events, self.has_changed, self._counters = before
            del self._rows[rows:], self._events[events:]
            raise

    # ------------------------------------------------------------ details

    def _stamps(self, target: Table) -> dict[str, Any]:
        stamps = {"business_id": self.business_id, "revision": self.revision}
        return {name: value for name, value in stamps.items() if name in target.c}

    def _of_row(self, statement: Any, target: Table, row: Mapping[str, Any]) -> Any:
        """The statement for one row, by its primary key."""
        keys: list[ColumnElement[bool]] = [column == row[column.name] for column in target.primary_key]
        scope = [target.c.business_id == self.business_id] if "business_id" in target.c else []
        return statement.where(*keys, *scope)

    async def _tell_of(
        self, target: Table, rows: Sequence[Mapping[str, Any]], columns: Iterable[str] | None = None
    ) -> None:
        """Mark the facts, and move the revision of the owner by which the columnar copy learns of these rows."""
        self.wrote(target, columns)
        await self.move_owners(target, rows)

    def note_row(
        self, target: Table, row: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> None:
        """Say for the audit how a row was changed, made (of nothing before) or removed (nothing after)."""
        changes = changes_between(target, before, after, self.exponent)
        if changes:
            owner = row.get("id") if target.name == "customer" else row.get("customer_id")
            self._rows.append(AuditedRow(_subject(target, row), owner, tuple(changes)))

    async def _audit(self, action: str, *, each_customer: bool) -> None:
        groups: dict[int | None, list[AuditedRow]] = {}
        for row in self._rows:
            groups.setdefault(row.customer_id if each_customer else None, []).append(row)
        entries = [self._entry(action, rows) for rows in groups.values()] or [self._entry(action, [])]
        await self.connection.execute(insert(table_of(AuditEntry)), entries)
        self._rows.clear()

    def _entry(self, action: str, rows: Sequence[AuditedRow]) -> dict[str, Any]:
        customers = {row.customer_id for row in rows if row.customer_id is not None}
        return {
            "business_id": self.business_id,
            "at": self.now,
            "actor": self.actor.name,
            "role": self.actor.role,
            "source": self.actor.source,
            "request_id": self.actor.request_id,
            "action": action,
            "subject": rows[0].subject if rows else None,
            "customer_id": customers.pop() if len(customers) == 1 else None,
            "changes": as_json(merged(rows)),
            "revision": self.revision,
        }

    async def _send(self) -> None:
        if not self._events:
            return
        events = [
            {
                "business_id": self.business_id,
                "sequence": self.last_event + place,
                "type": kind,
                "occurred_at": self.now,
                "customer_id": customer_id,
                "data": _thin(kind, {**data, "revision": self.revision}),
                "revision": self.revision,
            }
            for place, (kind, customer_id, data) in enumerate(self._events, start=1)
        ]
        await self.connection.execute(insert(table_of(Event)), events)
        self.last_event += len(events)
        self._events.clear()


def _thin(kind: str, data: Mapping[str, Any]) -> str:
    """The data of an event as it is kept."""
    kept = orjson.dumps(data)
    if len(kept) > MOST_BYTES - OF_ENVELOPE:
        raise ValueError(f"an event {kind} of {len(kept):,} bytes: tell of ids and figures")
    return kept.decode()


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
        driver = (await connection.get_raw_connection()).driver_connection
        with at_once(driver):
            row = (await connection.execute(business_to_write(), {"business": business_id})).one_or_none()
        if row is None:
            raise NoSuchBusiness(f"no business {business_id}")
        write = Write(connection, row, clock().astimezone(UTC), actor)
        if lease is not None:
            await lease.hold(connection, write.now)
        yield write
        if write.has_changed:
            taken = {
                "business": business_id,
                "new_revision": write.revision,
                "new_event": write.last_event,
                "now": write.now,
            }
            with at_once(driver):
                await connection.execute(revision_taken(write.counters), taken)


@cache
def _is_scoped(statement: SelectBase) -> bool:
    return "business" in statement.compile().params


def _subject(target: Table, row: Mapping[str, Any]) -> str:
    kind = "".join(word.capitalize() for word in target.name.split("_"))
    key = row["id"] if "id" in row else next(iter(row[column.name] for column in target.primary_key))
    return global_id(kind, key)
