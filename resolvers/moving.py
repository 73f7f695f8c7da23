"""The rows of a merged customer, moved to the kept one and back by the list that says which."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Update

from models.belonging import BELONGINGS, Belonging, Merging
from models.customers import customer
from models.merging import merged_row
from models.moving import (
    contacts_following,
    counts_listed,
    list_forgotten,
    own_key,
    payments_following,
    rows_astray,
    rows_known,
    rows_listed,
    rows_moved,
    rows_moved_back,
    rows_noted,
    rows_removed,
    rows_with_key_moved,
)
from models.sales import sale
from resolvers.operation.writing import Write
from resolvers.payloads import MovedCount
from rules.merging import joining_rows, returning_rows
from rules.words import in_contract

MOVING = [one for one in BELONGINGS if one.merging in (Merging.MOVES, Merging.JOINS)]
SALES = next(one for one in BELONGINGS if one.table is sale)
GOING = [one for one in BELONGINGS if one.merging is Merging.GOES]


async def move_rows(write: Write, merge_id: int, merged_id: int, kept_id: int) -> list[MovedCount]:
    """Let what is the merged customer's be the kept one's, and keep a list of it; how many rows of each kind moved."""
    for belonging in MOVING:
        if belonging.known_by:
            await _move_known(write, belonging, merge_id, merged_id, kept_id)
        else:
            bound = {**_named(write, belonging, merge_id), "from_customer": merged_id, "to_customer": kept_id}
            await write.run(rows_noted(belonging), [bound])
            await write.run(rows_moved(belonging), [bound])
    for belonging in GOING:
        await write.run(rows_removed(belonging), [{"business": write.business_id, "from_customer": merged_id}])
    return await listed_counts(write, merge_id)


async def listed_counts(write: Write, merge_id: int) -> list[MovedCount]:
    """How many rows of each kind are on the list of a merge."""
    counts = {row.kind: row.count for row in await write.rows(counts_listed(), merge=merge_id)}
    return [MovedCount(_shown(one), counts[one.kind]) for one in MOVING if one.kind in counts]


async def has_books_astray(write: Write, merge_id: int, kept_id: int) -> bool:
    """Whether something of the shop's books that moved is no more the kept one's, or was taken back since."""
    for belonging in MOVING:
        if belonging.is_book and await _astray(write, belonging, merge_id, kept_id):
            return True
    return False


async def move_rows_back(write: Write, merge_id: int, merged_id: int, kept_id: int) -> list[MovedCount]:
    """Let what is on the list of a merge be the merged customer's again, as far as it is still as it moved."""
    counts = {one.kind: one.count for one in await listed_counts(write, merge_id)}
    for belonging in MOVING:
        kind = _shown(belonging)
        if belonging.known_by:
            counts[kind] = await _move_known_back(write, belonging, merge_id, merged_id, kept_id)
        elif kind in counts:
            counts[kind] -= await _astray(write, belonging, merge_id, kept_id)
            await _run_listed(write, rows_moved_back(belonging), belonging, merge_id, merged_id, kept_id)
    for following in (
        payments_following(),
        contacts_following(),
    ):
        await _run_listed(write, following, SALES, merge_id, merged_id, kept_id)
    return [MovedCount(kind, count) for kind, count in counts.items() if count]


async def forget_list(write: Write, merge_id: int) -> None:
    """Forget what would undo a merge."""
    await write.run(list_forgotten(), [{"business": write.business_id, "merge": merge_id}])


# ---------------------------------------------------------------- details


def _shown(belonging: Belonging) -> str:
    return "referral" if belonging.table is customer else in_contract(belonging.table.name)


def _named(write: Write, belonging: Belonging, merge_id: int) -> dict[str, Any]:
    of_business = {"business": write.business_id, "new_revision": write.revision}
    return {**of_business, "merge": merge_id, "kind": belonging.kind}


async def _move_known(write: Write, belonging: Belonging, merge_id: int, merged_id: int, kept_id: int) -> None:
    """Move rows that may be removed by themselves; those whose like the kept one has stay."""
    rows = await write.rows(rows_known(belonging), ids=[merged_id, kept_id])
    moving = joining_rows(_of(rows, merged_id), _of(rows, kept_id), belonging.alike)
    has_id = own_key(belonging).name == "id"
    noted = [
        (write.business_id, merge_id, belonging.kind, row.key if has_id else None, _known(belonging, row))
        for row in moving
    ]
    await write.insert_many(merged_row, ("business_id", "merge_id", "kind", "row_id", "before"), noted)
    await _give(write, belonging, moving, merged_id, kept_id)


async def _move_known_back(write: Write, belonging: Belonging, merge_id: int, merged_id: int, kept_id: int) -> int:
    listed = await write.rows(rows_listed(), merge=merge_id, kind=belonging.kind)
    rows = await write.rows(rows_known(belonging), ids=[kept_id])
    going = returning_rows(rows, [orjson.loads(row.before) for row in listed])
    await _give(write, belonging, going, kept_id, merged_id)
    return len(going)


async def _run_listed(  # noqa: PLR0913  whose rows become whose
    write: Write, update: Update, belonging: Belonging, merge_id: int, merged_id: int, kept_id: int
) -> None:
    # By ids, not by a look into the list: PostgreSQL would go through all of that for each row where it has no
    # statistics of it yet.
    listed = await write.rows(rows_listed(), merge=merge_id, kind=belonging.kind)
    bound = {**_named(write, belonging, merge_id), "from_customer": kept_id, "to_customer": merged_id}
    await write.run(update, [{**bound, "ids": [row.row_id for row in listed]}])


async def _astray(write: Write, belonging: Belonging, merge_id: int, kept_id: int) -> int:
    rows = await write.rows(rows_astray(belonging), merge=merge_id, kind=belonging.kind, customer=kept_id)
    return rows[0].count


async def _give(write: Write, belonging: Belonging, rows: Sequence[Any], from_id: int, to_id: int) -> None:
    if rows:
        bound = {**_named(write, belonging, 0), "from_customer": from_id, "to_customer": to_id}
        await write.run(rows_with_key_moved(belonging), [{**bound, "keys": [row.key for row in rows]}])


def _of(rows: Sequence[Any], customer_id: int) -> list[Any]:
    return [row for row in rows if row.customer_id == customer_id]


def _known(belonging: Belonging, row: Any) -> str:
    return orjson.dumps({name: getattr(row, name) for name in belonging.known_by}).decode()
