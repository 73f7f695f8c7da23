"""The rows that a write reads and writes: of its business alone, stamped, marked for reports, noted for the audit."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Delete, Insert, SelectBase, Table, Update, bindparam, delete, update

from analytics.copy.tables import COPIED_TABLES, CopiedTable
from models.database import any_of
from models.naming import is_kept, statement
from models.revision import Counter
from models.rows_in_bulk import NewRows, take_ids
from models.transaction import OpenTransaction
from resolvers.operation.auditing import AuditedChange, AuditedRow, changes_between
from resolvers.operation.ids import global_id
from rules.refusals import Refusal, StaleVersion

COPIED: Mapping[str, CopiedTable] = {copied.name: copied for copied in COPIED_TABLES}
OF_PROGRAM = (
    "earning_rule",
    "loyalty_entry",
    "loyalty_lot",
    "loyalty_membership",
    "loyalty_redemption",
    "loyalty_referral",
    "loyalty_reward",
    "loyalty_settings",
    "loyalty_tier",
)
COUNTED_BY: Mapping[str, Counter] = {  # tables whose every change moves a counter
    "touchpoint": Counter.CONTACTS,
    **dict.fromkeys(OF_PROGRAM, Counter.PROGRAM),
}


@statement
def owners_moved(owner: Table) -> Update:
    """Let the rows :owner_ids be of :new_revision: by that the columnar copy learns of what is theirs."""
    mine = (owner.c.business_id == bindparam("business"), any_of(owner.c.id, "owner_ids"))
    return update(owner).where(*mine).values(revision=bindparam("new_revision", type_=owner.c.revision.type))


class WrittenRows:
    """Rows of one business in an open transaction, which nobody else writes to. Those written carry `revision`."""

    def __init__(self, transaction: OpenTransaction, business: Any) -> None:
        self.transaction = transaction
        self.connection = transaction.connection
        self.business = business
        self.business_id: int = business.id
        self.revision: int = business.revision + 1
        self.exponent: int = business.currency_exponent
        self.has_changed: bool = False
        self._rows: list[AuditedRow] = []
        self._counters: set[Counter] = set()

    @property
    def counters(self) -> frozenset[Counter]:
        """The counters of the business that this write moves."""
        return frozenset(self._counters)

    # ------------------------------------------------------------ reading

    async def rows(self, statement: SelectBase, **params: Any) -> Sequence[Any]:
        """The rows of a statement that is bound to :business, as stored: days as numbers, money in minor units."""
        if not _is_scoped(statement):
            raise ValueError("a statement that is not scoped to a business is never run")
        bound = {**params, "business": self.business_id}
        return await self.transaction.rows(statement, bound)

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
        made = await self.transaction.insert(target, row)
        if made is not None:
            row["id"] = made
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
        keys = {**{column.name: before[column.name] for column in target.primary_key}, "business_id": self.business_id}
        await self.transaction.change(target, keys, {**changed, **self._stamps(target)})
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
        await self.transaction.insert_groups(NewRows.of(target, made))
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
        moved = {"business": self.business_id, "owner_ids": keys, "new_revision": self.revision}
        await self.transaction.run(owners_moved(owner), moved)

    async def delete(self, target: Table, row: Any) -> None:
        """Remove a row. Where the columnar copy holds its table, that learns of it by the owner."""
        copied = COPIED.get(target.name)
        if copied is not None and copied.owner is None:
            raise ValueError(f"a row of {target.name} is never removed: the columnar copy would keep it")
        before: Mapping[str, Any] = row._mapping
        keys: list[ColumnElement[bool]] = [column == before[column.name] for column in target.primary_key]
        scope = [target.c.business_id == self.business_id] if "business_id" in target.c else []
        await self.connection.execute(delete(target).where(*keys, *scope))
        await self._tell_of(target, [before])
        self.note_row(target, before, before, dict.fromkeys(before))

    async def take_ids(self, target: Table, count: int) -> Sequence[int]:
        """Unused ids, for rows that refer to each other before they are written."""
        return await take_ids(self.connection, target, count)

    async def insert_many(self, target: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Write rows in bulk, with their business and revision among the columns; the audit has no word of them.

        Of a table that has an owner in the columnar copy, the owners are written in the same transaction.
        """
        await self.insert_groups(NewRows(target, tuple(columns), rows))

    async def insert_groups(self, *groups: NewRows) -> None:
        """The same of several tables, each there once."""
        await self.transaction.insert_groups(*groups)
        for group in groups:
            if group.rows:
                self.wrote(group.target)

    async def run(self, statement: Insert | Update | Delete, values: Sequence[Mapping[str, Any]] = ({},)) -> None:
        """Write, change or remove rows in bulk, their revision among the values; the audit has no word of them."""
        if not values:
            return
        if len(values) == 1 and is_kept(statement):
            await self.transaction.run(statement, values[0])
        else:
            await self.connection.execute(statement, list(values))
        self.wrote(cast(Table, statement.table))

    async def changed(self, statement: Insert | Update | Delete, **params: Any) -> Sequence[Any]:
        """The rows that a statement answers which writes and is kept; the audit has no word of them."""
        found = await self.transaction.changed(statement, {**params, "business": self.business_id})
        self.wrote(cast(Table, statement.table))
        return found

    def wrote(self, target: Table, columns: Iterable[str] | None = None) -> None:
        """Say that rows of a table were written: facts are what reports read of them in the columnar copy."""
        self.has_changed = True
        copied = COPIED.get(target.name)
        if copied is not None and (bool(copied.facts) if columns is None else not copied.facts.isdisjoint(columns)):
            self._counters.add(Counter.FACTS)
        if target.name in COUNTED_BY:
            self._counters.add(COUNTED_BY[target.name])

    def moves(self, counter: Counter) -> None:
        """Say that this write is the last that changed something of that kind."""
        self._counters.add(counter)

    # ------------------------------------------------------------ what the audit is told

    def note(self, subject: str, customer_id: int | None = None, **after: Any) -> None:
        """Say for the audit what a bulk write did."""
        changes = tuple(AuditedChange(name, None, str(value)) for name, value in after.items())
        self._rows.append(AuditedRow(subject, customer_id, changes))

    def note_row(
        self, target: Table, row: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> None:
        """Say for the audit how a row was changed, made (of nothing before) or removed (nothing after)."""
        changes = changes_between(target, before, after, self.exponent)
        if changes:
            owner = row.get("id") if target.name == "customer" else row.get("customer_id")
            self._rows.append(AuditedRow(_subject(target, row), owner, tuple(changes)))

    # ------------------------------------------------------------ details

    def _stamps(self, target: Table) -> dict[str, Any]:
        stamps = {"business_id": self.business_id, "revision": self.revision}
        return {name: value for name, value in stamps.items() if name in target.c}

    async def _tell_of(
        self, target: Table, rows: Sequence[Mapping[str, Any]], columns: Iterable[str] | None = None
    ) -> None:
        """Mark the facts, and move the revision of the owner by which the columnar copy learns of these rows."""
        self.wrote(target, columns)
        await self.move_owners(target, rows)


@cache
def _is_scoped(statement: SelectBase) -> bool:
    return "business" in statement.compile().params


def _subject(target: Table, row: Mapping[str, Any]) -> str:
    kind = "".join(word.capitalize() for word in target.name.split("_"))
    key = row["id"] if "id" in row else next(iter(row[column.name] for column in target.primary_key))
    return global_id(kind, key)
