"""Erasing a person: at once, or as it was asked for once nothing is in its way."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Self, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Select, SelectBase

from models.customers import customer, customer_rows
from models.database import Database
from models.erasure import (
    ErasureStatus,
    businesses_with_undone,
    erased_customer,
    erasure_request,
    erasure_request_rows,
    erasure_requests_of_business,
    erasure_requests_with_id,
    erasures_logged,
    erasures_undone,
    pending_request_of,
    records_of,
    requests_due,
    withdrawn_contact,
)
from models.forgetting import (
    TIDY_SEARCH,
    blanks_of_record,
    erasure_steps,
    pending_sales_of,
    record_blanked,
    requests_settled,
    unconfirmed,
)
from models.revision import Counter
from models.sales import balances_of
from resolvers.consents import consents_of, digest_of_contact, withdrawn_before
from resolvers.identities import customer_named, free_number
from resolvers.loyalty.erasing import end_erased_membership
from resolvers.operation.actor import Actor
from resolvers.operation.context import Context
from resolvers.operation.ids import global_id
from resolvers.operation.leases import Lease
from resolvers.operation.loaders import one_each
from resolvers.operation.viewer import Role
from resolvers.operation.writing import Write, writing
from resolvers.payloads import MovedCount
from rules.consents import CONTACTS, ConsentStatus, last_said
from rules.contacts import sort_name
from rules.days import business_today, day_number
from rules.problems import Problems, optional_text
from rules.refusals import NotAllowed, NotAllowedReason, NotFound
from rules.words import in_contract

LONGEST_REASON = 500
MOST_REQUESTS = 1_000
OF_CONTACTS: Mapping[str, Any] = {
    **{f"is_{name}_verified": False for name in CONTACTS.values()},
    **{f"{name}_{what}": None for name in CONTACTS.values() for what in ("since", "verified_at", "bounced_at")},
}


# ---------------------------------------------------------------- at once


@dataclass(frozen=True)
class EraseCustomer:
    """A customer to erase; with `dry_run` what it comes to is undone."""

    customer_id: int
    dry_run: bool = False


@dataclass(frozen=True)
class ErasePlan:
    """What is blanked and what is kept, table by table."""

    customer_id: int
    erased: Annotated[list[MovedCount], "What is blanked or removed."]
    kept: Annotated[list[MovedCount], "What stays, under a nameless customer."]
    applied: Annotated[bool, "Whether it was done."]


async def erase_customer(write: Write, asked: EraseCustomer) -> ErasePlan:
    """Blank every personal value of a customer and of every record that was merged into it."""
    row = await customer_named(write, asked.customer_id, ("id",))
    await _refuse_unsettled(write, row.id)
    return await erased(write, row, applied=not asked.dry_run)


async def erased(write: Write, row: Any, *, applied: bool = True) -> ErasePlan:
    """Erase a customer, whatever is in its way."""
    records = [record for record in await write.rows(records_of(), id=row.id) if not record.is_erased]
    ids = [record.id for record in records]
    await _keep_withdrawn(write, records)
    await end_erased_membership(write, row.id, records)
    contacts = [value for record in records for value in _contacts_of(record)]
    for statement in unconfirmed():
        await write.run(statement, [{**_bound(write, ids, stamped=False), "contacts": contacts}])
    done, kept = await _blank_rows(write, ids)
    await _blank_records(write, row, records)
    await _log(write, ids)
    if applied and write.connection.dialect.name == "sqlite":
        await write.connection.execute(TIDY_SEARCH)
    write.note(global_id("Customer", row.id), row.id, **{one.kind: one.count for one in done})
    write.tell("customer.erased", row.id)
    write.moves(Counter.ERASED)
    return ErasePlan(row.id, [MovedCount("customer", len(ids)), *done], kept, applied)


async def _refuse_unsettled(write: Write, id_: int) -> None:
    (balance,) = await write.rows(balances_of(), ids=[id_])
    if balance.outstanding:
        amount = Decimal(abs(balance.outstanding)).scaleb(-write.exponent)
        said = "owes" if balance.outstanding > 0 else "is owed"
        raise NotAllowed(f"The customer {said} {amount}: settle that first.", NotAllowedReason.OPEN_BALANCE)
    (pending,) = await write.rows(pending_sales_of(), ids=[id_])
    if pending.rows:
        message = "The customer has a pending sale: complete or cancel it first."
        raise NotAllowed(message, NotAllowedReason.PENDING_SALE)


def _contacts_of(record: Any) -> list[str]:
    return [value for value in (record.email, record.email_as_typed, record.phone) if value is not None]


async def _keep_withdrawn(write: Write, records: Sequence[Any]) -> None:
    """Keep that the contacts said no, in a form that tells nobody whose they were."""
    said = await consents_of(write, [record.id for record in records])
    contacts = [
        (channel, getattr(record, name))
        for channel, name in CONTACTS.items()
        if (last := last_said([one for events in said.values() for one in events.get(channel, ())]))
        and last.status is ConsentStatus.WITHDRAWN
        for record in records
        if getattr(record, name) is not None
    ]
    known = await withdrawn_before(write, contacts)
    columns = ("business_id", "channel", "digest", "withdrawn_at")
    new = [one for one in dict.fromkeys(contacts) if one not in known]
    rows = [(write.business_id, one[0], digest_of_contact(write, one), write.now) for one in new]
    await write.insert_many(withdrawn_contact, columns, rows)


async def _blank_rows(write: Write, ids: Sequence[int]) -> tuple[list[MovedCount], list[MovedCount]]:
    """Blank or remove what belongs to the records: what that was, and what is still there."""
    done, kept = list[MovedCount](), list[MovedCount]()
    for step in erasure_steps():
        kind, to_do = in_contract(step.table.name), 0
        if step.work is not None and step.done is not None:
            to_do = await _count(write, step.done, ids)
            await write.run(step.work, [_bound(write, ids, stamped=step.is_stamped)] if to_do else [])
        there = await _count(write, step.kept, ids)
        done += [MovedCount(kind, to_do)] if to_do else []
        kept += [MovedCount(kind, there)] if there else []
    await write.run(requests_settled(), [_bound(write, ids, stamped=True)])
    return done, kept


async def _count(write: Write, statement: SelectBase, ids: Sequence[int]) -> int:
    (counted,) = await write.rows(statement, ids=list(ids))
    return counted.rows


def _bound(write: Write, ids: Sequence[int], *, stamped: bool) -> dict[str, Any]:
    stamp = {"new_revision": write.revision} if stamped else {}
    return {"business": write.business_id, "ids": list(ids), **stamp}


async def _blank_records(write: Write, row: Any, records: Sequence[Any]) -> None:
    """Blank the records themselves; the audit names what was blanked of the one that is kept."""
    for record in records:
        number = await free_number(write)
        words = {"sort_name": sort_name(number, None, None), "search_name": "", "search_contact": ""}
        ends = {"is_erased": True, "access_version": record.access_version + 1}
        values = {**blanks_of_record(), **OF_CONTACTS, **words, **ends, "number": number}
        if record.id == row.id:
            await write.update(customer, row, **values)
        else:
            values |= {"version": record.version + 1, "revision": write.revision}
            bound = {"business": write.business_id, "record": record.id}
            bound |= {f"new_{name}": value for name, value in values.items()}
            await write.run(record_blanked(tuple(values)), [bound])


async def _log(write: Write, ids: Sequence[int]) -> None:
    """Keep who was erased and when, for a backup of before that is restored."""
    known = {logged.customer_id for logged in await write.rows(erasures_logged(), ids=list(ids))}
    rows = [(write.business_id, id_, day_number(write.today)) for id_ in ids if id_ not in known]
    await write.insert_many(erased_customer, ("business_id", "customer_id", "day"), rows)


# ---------------------------------------------------------------- as it was asked for


@dataclass(frozen=True)
class RequestErasure:
    """That a customer be erased, unless somebody cancels it before."""

    customer_id: int
    reason: str | None = None

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        return replace(self, reason=optional_text(problems, "reason", self.reason, longest=LONGEST_REASON))


@dataclass(frozen=True)
class CancelErasure:
    """A request that is cancelled."""

    request_id: int


@dataclass(frozen=True)
class ErasureRequestPayload:
    """The request as it is now."""

    request_id: int


async def request_erasure(write: Write, asked: RequestErasure) -> ErasureRequestPayload:
    """Ask that a customer be erased; where that is asked already, what is answered is that request."""
    row = await customer_named(write, asked.customer_id, ("customer",))
    for pending in await write.rows(pending_request_of(), customer=row.id):
        return ErasureRequestPayload(pending.id)
    id_ = await write.insert(
        erasure_request,
        customer_id=row.id,
        requested_at=write.now,
        requested_by=write.actor.name,
        erase_on=day_number(write.today) + write.business.erase_after_days,
        status=ErasureStatus.PENDING,
        blocked_by=None,
        reason=asked.reason,
    )
    return ErasureRequestPayload(id_)


async def cancel_erasure(write: Write, asked: CancelErasure) -> ErasureRequestPayload:
    """Cancel a request that nobody has done yet: who asked for it may, and an administrator."""
    missing = NotFound("There is no such request.", ("id",))
    row = await write.one(erasure_request_rows(), missing, ids=[asked.request_id])
    if row.requested_by != write.actor.name and Role(write.actor.role) is not Role.ADMIN:
        message = f"The request is of {row.requested_by}, who may cancel it, or an administrator."
        raise NotAllowed(message, NotAllowedReason.NOT_YOURS)
    if row.status is not ErasureStatus.PENDING:
        message = f"The request is {row.status}: only one that is pending can be cancelled."
        raise NotAllowed(message, NotAllowedReason.WRONG_STATE)
    await write.update(erasure_request, row, status=ErasureStatus.CANCELLED, blocked_by=None)
    return ErasureRequestPayload(row.id)


# ---------------------------------------------------------------- what is due


@dataclass(frozen=True)
class EraseRequested:
    """A request to try."""

    request_id: int


@dataclass(frozen=True)
class ErasureTried:
    """What came of trying a request: nothing is in its way any more, or what is."""

    customer_id: int
    blocked_by: NotAllowedReason | None = None


async def erase_requested(write: Write, asked: EraseRequested) -> ErasureTried | None:
    """Erase whom a request is about, or keep why that cannot be yet; None where it waits no more."""
    (row,) = await write.rows(erasure_request_rows(), ids=[asked.request_id])
    if row.status is not ErasureStatus.PENDING:
        return None
    try:
        await erase_customer(write, EraseCustomer(row.customer_id))
    except NotAllowed as refusal:  # which came before anything was written
        await write.update(erasure_request, row, blocked_by=refusal.reason)
        return ErasureTried(row.customer_id, refusal.reason)
    return ErasureTried(row.customer_id)


async def erase_due(  # noqa: PLR0913  by whom, when, and as a step of what
    database: Database,
    business: Any,
    *,
    actor: Actor,
    clock: Callable[[], datetime],
    day: int | None = None,
    lease: Lease | None = None,
) -> list[ErasureTried]:
    """Try every request of a business that is due on a day, by default today, each in a transaction of its own."""
    today = day_number(business_today(clock(), ZoneInfo(business.timezone)))
    async with database.reading(business.id) as connection:
        bound = {"business": business.id, "day": today if day is None else day}
        due = [row.id for row in (await connection.execute(cast(Select[Any], requests_due()), bound)).all()]
    tried: list[ErasureTried] = []
    for id_ in due:
        async with writing(database, business.id, actor=actor, clock=clock, lease=lease) as write:
            came = await write.once(erase_requested, EraseRequested(id_))
            tried += [came] if came is not None else []
    return tried


# ---------------------------------------------------------------- again, after a restore


@dataclass(frozen=True)
class EraseAgain:
    """Everybody whom the erasure log names and a restored backup has brought back."""


@dataclass(frozen=True)
class ErasedAgain:
    """Whom that was."""

    ids: list[int]


async def erase_again(write: Write, asked: EraseAgain) -> ErasedAgain:
    """Erase again whom the log names, whatever is in the way."""
    back = await write.rows(erasures_undone())
    for kept in back:
        (row,) = await write.rows(customer_rows(), ids=[kept.id])
        if not row.is_erased:  # it may have gone with the one that it was merged into
            await erased(write, row)
    return ErasedAgain([row.id for row in back])


async def erase_what_came_back(database: Database, *, actor: Actor, clock: Callable[[], datetime]) -> int:
    """Erase again whom the erasure log of any business names, before anybody is served; how many that were."""
    async with database.reading() as connection:
        found = (await connection.execute(cast(Select[Any], businesses_with_undone()))).scalars().all()
    count = 0
    for business_id in found:
        async with writing(database, business_id, actor=actor, clock=clock) as write:
            count += len((await write.once(erase_again, EraseAgain())).ids)
    if found:
        await database.settle()
    return count


# ---------------------------------------------------------------- read


async def erasure_requests(context: Context, status: ErasureStatus | None) -> list[Any]:
    """The newest requests of the business, of one status or of all."""
    wanted = {} if status is None else {"status": status}
    statement = erasure_requests_of_business(status=status is not None)
    return await context.reader.rows(statement, most=MOST_REQUESTS, **wanted)


async def erasure_request_by_id(context: Context, ids: Sequence[int], _: Any = None) -> list[Any]:
    """The request of each id, None where this business has none, or the viewer may not see it."""
    rows = await context.reader.rows(erasure_requests_with_id(), ids=list(ids))
    return one_each([row for row in rows if _may_see(context, row)], ids)


def _may_see(context: Context, row: Any) -> bool:
    viewer = context.viewer
    return viewer.role.rank >= Role.MANAGER.rank or viewer.customer_id == row.customer_id
