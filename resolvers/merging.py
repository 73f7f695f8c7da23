"""Two records of one person made one."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, NamedTuple, Self

from models.customers import customer, customer_rows
from models.erasure import pending_request_of
from models.merging import (
    columns_as_json,
    contacts_let_go,
    customer_merge,
    merged_row,
)
from models.moving import referrers_above
from resolvers.consents import ConsentState, consent_column, consent_states_in, consents_of, flags_of
from resolvers.identities import kept_one
from resolvers.loyalty.merging import enter_taken_over, take_over_points
from resolvers.moving import move_rows
from resolvers.operation.ids import global_id
from resolvers.operation.writing import Write
from resolvers.payloads import MovedCount
from resolvers.profiles import FOUND_BY, joining, words_of
from rules.consents import ConsentChannel
from rules.contacts import OF_CONTACT
from rules.merging import (
    FIELDS,
    JOINED,
    JoinedOn,
    MergeChoice,
    MergedProfile,
    MergeSide,
    checked_choices,
    columns_taken,
    earlier_given,
    merged_profile,
    replaced,
)
from rules.problems import Problems
from rules.refusals import AlreadyMerged, InputProblemCode, NotAllowed, NotAllowedReason, NotFound

Columns = dict[str, Any]


@dataclass(frozen=True)
class MergeCustomers:
    """Two records to make one: what is `merge`'s becomes `keep`'s."""

    keep_id: int
    merge_id: int
    choices: tuple[MergeChoice, ...]
    keep_version: int | None
    merge_version: int | None
    is_applied: bool

    def checked(self, problems: Problems) -> Self:
        """The same, every problem told."""
        if self.keep_id == self.merge_id:
            message = "A customer is not merged with itself: name another record."
            problems.add("merge", InputProblemCode.NOT_TOGETHER, message)
        return replace(self, choices=checked_choices(problems, "choices", self.choices))


@dataclass(frozen=True)
class MergeConflict:
    """A field that both records have, with another value."""

    field: Annotated[str, "Its name in UpdateCustomerInput; `address` is one."]
    keep: Annotated[str | None, "What the kept record has."]
    merge: Annotated[str | None, "What the merged record has."]
    chosen: Annotated[MergeSide, "Whose value it is from now on: as `choices` say, else KEEP."]


@dataclass(frozen=True)
class MergePlan:
    """What two records made one come to, or taken apart again."""

    keep_id: int
    merge_id: int
    moved: Annotated[list[MovedCount], "What moves, or goes back, by kind."]
    fields_filled: Annotated[list[str], "Fields that the kept record had empty."]
    conflicts: Annotated[list[MergeConflict], "Fields that both have, with another value."]
    consents_after: Annotated[list[ConsentState], "What stands for the kept customer from now on."]
    applied: Annotated[bool, "Whether it was done."]


class BothRecords(NamedTuple):
    """The stored rows of two records."""

    keep: Any
    merge: Any


# ---------------------------------------------------------------- merging


async def merge_customers(write: Write, asked: MergeCustomers) -> MergePlan:
    """Make two records one."""
    both = await _mergeable(write, asked)
    keep, merge = both
    own, other = await _without_circles(write, both)
    profile = merged_profile(own, other, {choice.field: choice.take for choice in asked.choices})
    values = {"kept_id": keep.id, "merged_id": merge.id, "merged_at": write.now, "actor": write.actor.name}
    merge_id = await write.insert(customer_merge, **values)
    points = await take_over_points(write, keep.id, merge.id)
    moved = await move_rows(write, merge_id, merge.id, keep.id)
    await enter_taken_over(write, points)
    kept_values = await _kept_columns(write, both, own, other, profile)
    merged_values = await _merged_columns(write, both, profile)
    await _list_replaced(write, merge_id, keep, kept_values)
    await _list_replaced(write, merge_id, merge, merged_values)
    await exchange_records(write, both, kept_values, merged_values)
    write.note(global_id("Customer", keep.id), keep.id, **{one.kind: one.count for one in moved})
    write.tell("customer.merged", keep.id, merged=global_id("Customer", merge.id))
    filled = [*profile.filled, *(["joinedOn"] if kept_values["joined_given"] and not keep.joined_given else [])]
    conflicts = _conflicts(write, profile, own, other)
    after = await consent_states_in(write, keep.id)
    return MergePlan(keep.id, merge.id, moved, filled, conflicts, after, asked.is_applied)


async def _mergeable(write: Write, asked: MergeCustomers) -> BothRecords:
    """The two records, or why they are not made one."""
    missing = "There is no such customer."
    keep = await write.one(customer_rows(), NotFound(missing, ("keep",)), ids=[asked.keep_id])
    merge = await write.one(customer_rows(), NotFound(missing, ("merge",)), ids=[asked.merge_id])
    write.expect(keep, asked.keep_version)
    write.expect(merge, asked.merge_version)
    if keep.is_erased or merge.is_erased:
        raise NotAllowed("An erased customer is not merged: nothing of it can be changed.", NotAllowedReason.ERASED)
    for row in (keep, merge):
        if await write.rows(pending_request_of(), customer=row.id):
            message = "An erasure was asked for and is to come: cancel it before, or let it be done."
            raise NotAllowed(message, NotAllowedReason.WRONG_STATE)
    for row in (merge, keep):
        if row.merged_into_id is not None:
            raise AlreadyMerged(global_id("Customer", await kept_one(write, row.merged_into_id)))
    return BothRecords(keep, merge)


async def _without_circles(write: Write, both: BothRecords) -> tuple[Columns, Columns]:
    """Both records without a referrer that is one of the two, or was referred by one of them in the end."""
    ids = {both.keep.id, both.merge.id}
    chains = await write.rows(referrers_above(), ids=list(ids))
    circular = {row.id for row in chains if row.above in ids}
    own, other = (
        {**row._mapping, **({"referrer_id": None} if row.id in circular else {})} for row in (both.keep, both.merge)
    )
    return own, other


async def _kept_columns(
    write: Write, both: BothRecords, own: Columns, other: Columns, profile: MergedProfile
) -> Columns:
    """What the kept record has from now on; the rows have moved."""
    keep, merge = both
    given = earlier_given(JoinedOn(keep.joined_day, keep.joined_given), JoinedOn(merge.joined_day, merge.joined_given))
    return {
        "referrer_id": own["referrer_id"],
        **columns_taken(profile.taken, other),
        **(await derived_joining(write, keep) if given is None else {"joined_given": True, "joined_day": given.day}),
        **await consent_flags(write, keep.id),
        "opening_balance": keep.opening_balance + merge.opening_balance,
        "version": keep.version + 1,
    }


async def _merged_columns(write: Write, both: BothRecords, profile: MergedProfile) -> Columns:
    """What the merged record has from now on: the contacts that it gave change places with the kept one's."""
    keep, merge = both
    return {
        **columns_taken([name for name in profile.taken if name in OF_CONTACT], keep._mapping),
        **({} if merge.joined_given else await derived_joining(write, merge)),
        **await consent_flags(write, merge.id),
        "opening_balance": 0,
        "merged_into_id": keep.id,
        "access_version": merge.access_version + 1,
    }


def _conflicts(write: Write, profile: MergedProfile, own: Columns, other: Columns) -> list[MergeConflict]:
    def shown(name: str, record: Columns) -> str:
        return _as_text(name, record, write.exponent)

    return [
        MergeConflict(one.name, shown(one.name, own), shown(one.name, other), one.chosen) for one in profile.decided
    ]


def _as_text(name: str, record: Columns, exponent: int) -> str:
    value = record[FIELDS[name][0]]
    if name == "address":
        return ", ".join(record[column] for column in FIELDS[name] if record[column])
    if name == "email":
        return record["email_as_typed"] or value
    if name == "creditLimit":
        return str(Decimal(value).scaleb(-exponent))
    if name == "referrer":
        return global_id("Customer", value)
    return value.isoformat() if isinstance(value, date) else str(value)


# ---------------------------------------------------------------- of both


async def derived_joining(write: Write, row: Any) -> Columns:
    """The day of joining of a record to which none was given, of the sales that it has now."""
    return await joining(write, {"joined_on": None}, row)


async def consent_flags(write: Write, customer_id: int) -> Columns:
    """What the last event of each channel says that a customer has now."""
    said = (await consents_of(write, [customer_id]))[customer_id]
    return {**{consent_column(channel): False for channel in ConsentChannel}, **flags_of(said)}


async def _list_replaced(write: Write, merge_id: int, row: Any, values: Columns) -> None:
    """Put what a merge replaces of a record on the list that undoes it."""
    before, after = row._mapping, {**row._mapping, **values}
    columns = [*columns_taken(replaced(before, after), before), *JOINED, "opening_balance"]
    texts = [columns_as_json({column: of[column] for column in columns}) for of in (before, after)]
    names = ("business_id", "merge_id", "kind", "row_id", "before", "after")
    await write.insert_many(merged_row, names, [(write.business_id, merge_id, "customer", row.id, *texts)])


async def exchange_records(write: Write, both: BothRecords, kept_values: Columns, merged_values: Columns) -> None:
    """Write both records; a contact that goes from one to the other is let go before."""
    kept, merged = both
    going = tuple(
        name for name in OF_CONTACT if merged_values.get(name, merged._mapping[name]) != merged._mapping[name]
    )
    if going:
        await write.run(contacts_let_go(going), [{"business": write.business_id, "let_go": merged.id}])
    await write.update(customer, kept, **kept_values, **_words(kept, kept_values))
    await write.update(customer, merged, **merged_values, **_words(merged, merged_values))


def _words(row: Any, values: Columns) -> dict[str, str]:
    return words_of({name: values.get(name, row._mapping[name]) for name in FOUND_BY})
