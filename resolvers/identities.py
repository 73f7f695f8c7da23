"""By what a customer is known: who has a number, a contact or an external id, and that nobody else takes it."""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from models.customers import (
    customer,
    customer_id_by,
    customer_id_by_external,
    customer_rows,
    external_id,
    external_id_rows,
    numbers_taken,
)
from resolvers.operation.ids import global_id
from resolvers.operation.writing import Write
from rules.identities import SUBJECT, ExternalIdPair, new_number
from rules.refusals import Duplicate, NotAllowed, NotAllowedReason, NotFound

CONTACTS = ("email", "phone")
NUMBERS_AT_ONCE = 20


class Holder(NamedTuple):
    """The record that has an identifier, and the customer that it finds: of a merged record the kept one."""

    id: int
    finds: int

    @property
    def shown(self) -> str:
        """The public id of the customer that it finds."""
        return global_id("Customer", self.finds)


async def customer_named(write: Write, id_: int, path: tuple[str, ...]) -> Any:
    """The stored row of a customer that may be changed: NotFound, or NotAllowed for one erased or merged."""
    row = await write.one(customer_rows(), NotFound("There is no such customer.", path), ids=[id_])
    if row.is_erased:
        raise NotAllowed("The customer is erased: nothing of it can be changed.", NotAllowedReason.ERASED)
    if row.merged_into_id is not None:
        kept = global_id("Customer", await kept_one(write, row.merged_into_id))
        message = f"The customer was merged: change the kept one, {kept}."
        raise NotAllowed(message, NotAllowedReason.MERGED)
    return row


async def kept_one(write: Write, id_: int) -> int:
    """The customer that is kept in the end of those merged one into another."""
    (row,) = await write.rows(customer_rows(), ids=[id_])
    while row.merged_into_id is not None:
        (row,) = await write.rows(customer_rows(), ids=[row.merged_into_id])
    return row.id


# ---------------------------------------------------------------- who has it


async def holder_of(write: Write, column: str, value: str) -> Holder | None:
    """Who has a number, an e-mail or a phone."""
    return await _holder(write, await write.rows(customer_id_by(column), value=value))


async def holder_of_external(write: Write, pair: ExternalIdPair) -> Holder | None:
    """Who has an identifier in another system."""
    system, value = pair
    return await _holder(write, await write.rows(customer_id_by_external(), system=system, value=value))


async def _holder(write: Write, rows: Sequence[Any]) -> Holder | None:
    for row in rows:
        return Holder(row.id, row.id if row.merged_into_id is None else await kept_one(write, row.merged_into_id))
    return None


async def refuse_taken(write: Write, column: str, value: str | None, *, but: int | None = None) -> Holder | None:
    """Duplicate where another customer has the value; else the merged record of `but` that has it, if one has."""
    holder = None if value is None else await holder_of(write, column, value)
    if holder is None or holder.id == but:
        return None
    if holder.finds == but and column in CONTACTS:
        return holder
    raise _taken(column, value or "", holder)


async def refuse_taken_external(write: Write, pairs: Iterable[ExternalIdPair], *, but: int | None = None) -> None:
    """Duplicate where another customer has one of the identifiers."""
    for pair in pairs:
        holder = await holder_of_external(write, pair)
        if holder is not None and holder.id != but:
            field = "subject" if pair[0] == SUBJECT else "externalIds"
            raise _taken(field, pair[1], holder)


def _taken(field: str, value: str, holder: Holder) -> Duplicate:
    return Duplicate(field, value, holder.shown)


# ---------------------------------------------------------------- giving it


async def free_number(write: Write) -> str:
    """A number that no customer has: of four characters, of five where the day is full."""
    for is_full in (False, True):
        numbers = [new_number(write.today, secrets.choice, is_full=is_full) for _ in range(NUMBERS_AT_ONCE)]
        taken = {row.number for row in await write.rows(numbers_taken(), numbers=numbers)}
        free = [number for number in numbers if number not in taken]
        if free:
            return free[0]
    raise LookupError("no number is free today")


async def add_external_ids(write: Write, customer_id: int, pairs: Iterable[ExternalIdPair]) -> bool:
    """Give a customer the identifiers that it has not yet; whether there were any."""
    rows = await write.rows(external_id_rows(), ids=[customer_id])
    has = {(row.system, row.value) for row in rows}
    missing = [pair for pair in pairs if pair not in has]
    for system, value in missing:
        await write.insert(external_id, customer_id=customer_id, system=system, value=value)
    return bool(missing)


async def replace_external_ids(write: Write, customer_id: int, pairs: Sequence[ExternalIdPair]) -> bool:
    """Give a customer these identifiers in place of all but its linked subject; whether that changed any."""
    rows = await write.rows(external_id_rows(), ids=[customer_id])
    gone = [row for row in rows if row.system != SUBJECT and (row.system, row.value) not in pairs]
    for row in gone:
        await write.delete(external_id, row)
    return await add_external_ids(write, customer_id, pairs) or bool(gone)


async def touched(write: Write, row: Any) -> None:
    """Move the version of a customer of whom something changed that is not in its row."""
    await write.update(customer, row, version=row.version + 1)
