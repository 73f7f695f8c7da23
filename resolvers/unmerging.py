"""Two records of one person taken apart again, by the list that the merge kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from models.customers import customer, customer_id_by, customer_rows
from models.merging import columns_of_json, customer_merge, later_merges, merge_that_stands
from models.moving import referrers_above, rows_listed
from resolvers.consents import consent_states_in
from resolvers.identities import kept_one
from resolvers.loyalty.merging import has_moved_points
from resolvers.merging import BothRecords, Columns, MergePlan, consent_flags, derived_joining, exchange_records
from resolvers.moving import forget_list, has_books_astray, move_rows_back
from resolvers.operation.ids import global_id
from resolvers.operation.writing import Write
from rules.contacts import OF_CONTACT
from rules.merging import JOINED, UNDONE_WITHIN, contact_back, put_back
from rules.refusals import NotAllowed, NotAllowedReason, NotFound


@dataclass(frozen=True)
class UnmergeCustomers:
    """A merged record to take apart from the one that is kept."""

    merged_id: int
    is_applied: bool


class ReplacedColumns(NamedTuple):
    """What the kept record had, what the merge made of that, and what the merged record had."""

    own: Columns
    made: Columns
    other: Columns


async def unmerge_customers(write: Write, asked: UnmergeCustomers) -> MergePlan:
    """Take a merged record apart from the kept one; what happened since stays with that."""
    both, stands = await _undoable(write, asked)
    kept, merged = both
    was = _replaced_columns(await write.rows(rows_listed(), merge=stands.id, kind="customer"), both)
    moved = await move_rows_back(write, stands.id, merged.id, kept.id)
    kept_contacts, merged_contacts = await _contacts_back(write, both, was)
    kept_values = {**await _kept_columns(write, kept, was), **kept_contacts}
    merged_values = {**await _merged_columns(write, merged, was), **merged_contacts}
    await exchange_records(write, both, kept_values, merged_values)
    await _open_circles(write, both)
    await write.update(customer_merge, stands, undone_at=write.now)
    await forget_list(write, stands.id)
    write.note(global_id("Customer", kept.id), kept.id, **{one.kind: one.count for one in moved})
    write.tell("customer.unmerged", kept.id, unmerged=global_id("Customer", merged.id))
    return MergePlan(kept.id, merged.id, moved, [], [], await consent_states_in(write, kept.id), asked.is_applied)


async def _kept_columns(write: Write, kept: Any, was: ReplacedColumns) -> Columns:
    return {
        **put_back(kept._mapping, was.own, was.made),
        **await _joining_back(write, kept, was),
        **await consent_flags(write, kept.id),
        "opening_balance": kept.opening_balance - was.other["opening_balance"],
        "version": kept.version + 1,
    }


async def _merged_columns(write: Write, merged: Any, was: ReplacedColumns) -> Columns:
    return {
        **({} if merged.joined_given else await derived_joining(write, merged)),
        **await consent_flags(write, merged.id),
        "opening_balance": merged.opening_balance + was.other["opening_balance"],
        "merged_into_id": None,
    }


async def _undoable(write: Write, asked: UnmergeCustomers) -> tuple[BothRecords, Any]:
    """The two records and their merge, or why it is not undone."""
    missing = NotFound("There is no such customer.", ("merged",))
    merged = await write.one(customer_rows(), missing, ids=[asked.merged_id])
    if merged.is_erased:
        raise NotAllowed("The customer is erased: nothing of it can be changed.", NotAllowedReason.ERASED)
    stands = await write.rows(merge_that_stands(), merged=merged.id)
    if merged.merged_into_id is not None and not (stands and write.now - stands[0].merged_at <= UNDONE_WITHIN):
        message = f"A merge is undone at most {UNDONE_WITHIN.days} days after."
        raise NotAllowed(message, NotAllowedReason.TOO_LATE)
    if merged.merged_into_id is None:
        raise NotAllowed("This customer was not merged into another.", NotAllowedReason.WRONG_STATE)
    (kept,) = await write.rows(customer_rows(), ids=[stands[0].kept_id])
    if await has_books_astray(write, stands[0].id, await kept_one(write, kept.id)):
        message = "A sale that moved was refunded, cancelled or given to somebody else since."
        raise NotAllowed(message, NotAllowedReason.HAS_FACTS)
    if await write.rows(later_merges(), kept=kept.id, merge=stands[0].id):
        message = "The kept customer took part in a later merge: undo that before."
        raise NotAllowed(message, NotAllowedReason.LATER_MERGE)
    if await has_moved_points(write, merged.id, stands[0].merged_at):
        message = (
            "The merge made one membership of the loyalty program, and points that moved are not told apart again."
        )
        raise NotAllowed(message, NotAllowedReason.POINTS_SPENT)
    return BothRecords(kept, merged), stands[0]


def _replaced_columns(listed: Sequence[Any], both: BothRecords) -> ReplacedColumns:
    found = {row.row_id: row for row in listed}
    kept, merged = found[both.keep.id], found[both.merge.id]
    return ReplacedColumns(*map(columns_of_json, (kept.before, kept.after, merged.before)))


async def _joining_back(write: Write, kept: Any, was: ReplacedColumns) -> Columns:
    now = kept._mapping
    is_as_made = all(now[column] == was.made[column] for column in JOINED)
    back = {column: (was.own if is_as_made else now)[column] for column in JOINED}
    return back if back["joined_given"] else await derived_joining(write, kept)


async def _contacts_back(write: Write, both: BothRecords, was: ReplacedColumns) -> tuple[Columns, Columns]:
    """Let both have the contacts that they had; one that was edited since stays, one that somebody took is theirs."""
    kept, merged = both.keep._mapping, both.merge._mapping
    to_kept, to_merged = Columns(), Columns()
    for name in OF_CONTACT:
        taken = await _taken_since(write, name, both, {was.own[name], was.other[name]})
        if kept[name] == was.made[name]:
            to_kept |= contact_back(name, was.own, [kept, merged], taken)
        stays = {to_kept.get(name, kept[name])} - {None}
        to_merged |= contact_back(name, was.other, [merged, kept], taken | stays)
    return to_kept, to_merged


async def _taken_since(write: Write, name: str, both: BothRecords, values: set[str | None]) -> set[str]:
    """Which of some contacts are of neither of the two."""
    ids, taken = {both.keep.id, both.merge.id}, set[str]()
    for value in values - {None}:
        holders = {row.id for row in await write.rows(customer_id_by(name), value=value)}
        if value is not None and not holders <= ids:
            taken.add(value)
    return taken


async def _open_circles(write: Write, both: BothRecords) -> None:
    """Let nobody be referred by itself in the end: a referrer who was given since may close a circle."""
    ids = [both.keep.id, both.merge.id]
    for row in await write.rows(referrers_above(), ids=ids):
        if row.id == row.above:
            (now,) = await write.rows(customer_rows(), ids=[row.id])
            await write.update(customer, now, referrer_id=None)
