"""Codes that prove a contact: given out with a ticket, and what a ticket and its code open.

Nothing here looks whether a contact is anybody's before a code has left or was given back right: what is answered, and
the work that it takes, is the same for everybody. Tickets, attempts and codes move no revision and leave no audit.
"""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from math import ceil
from typing import Annotated, Any, NamedTuple

from sqlalchemy import Table, insert, update

from models.codes import (
    CodePurpose,
    ContactKind,
    code_attempt,
    codes_asked_since,
    ticket,
    ticket_with_digest,
)
from resolvers.code_messages import takes_codes
from resolvers.operation.errors import BadUserInput, RateLimited
from resolvers.operation.ids import global_id, key_of
from resolvers.operation.writing import Write
from rules.codes import HOUR, LENGTH, TRIES, CodeAsked, next_code_at, read_code
from rules.refusals import InputProblem, InputProblemCode, InvalidInput

HOLDS: Mapping[CodePurpose, timedelta] = {
    CodePurpose.REGISTRATION: timedelta(minutes=30),
    CodePurpose.CONTACT: timedelta(minutes=30),
    CodePurpose.SIGN_IN: timedelta(minutes=10),
}
TICKET_BYTES = 32
SENT = "A code is on its way, if one can be sent there. It holds for a short time: give it back with this ticket."
OVER = "This ticket is over, or was never given out: begin again."
WRONG = "The code is wrong, or it does not hold any more: look again, or ask for a new one."


@dataclass(frozen=True)
class CodeCaller:
    """Who asks for a code: from which address, and to which contacts the installation mails it."""

    address: str
    mailed: frozenset[ContactKind] = frozenset()


@dataclass(frozen=True)
class CodeSent:
    """A code is on its way: the same words whoever is known."""

    message: Annotated[str, "The same words for known and unknown contacts."]
    ticket: Annotated[str, "What the code belongs to; it opens what this was asked for."]


@dataclass(frozen=True)
class CodeFor:
    """What a code is to open, and the contact that it proves."""

    purpose: CodePurpose
    kind: ContactKind
    contact: str
    registration_id: int | None = None
    customer_id: int | None = None


def business_of(text: str) -> int | None:
    """The key of the business that a ticket names, None for what was never a ticket."""
    try:
        return key_of(text.rpartition(".")[0], "Business")
    except BadUserInput:
        return None


# ---------------------------------------------------------------- giving one out


def mailed_by(sends_mail: bool) -> frozenset[ContactKind]:
    """The contacts to which an installation mails codes."""
    return frozenset((ContactKind.EMAIL,)) if sends_mail else frozenset()


async def ways_out(write: Write, mailed: frozenset[ContactKind]) -> frozenset[ContactKind]:
    """The contacts to which a code of this business finds a way: those that are mailed.

    The shop's own systems, where they take codes (`contact.code`), reach every contact.
    """
    return frozenset(ContactKind) if await takes_codes(write) else mailed


async def send_code(write: Write, caller: CodeCaller, wanted: CodeFor) -> CodeSent:
    """Give out a ticket and let its code leave once this is committed; RateLimited where too many were asked for."""
    seconds = await _seconds_to_wait(write, caller, wanted.contact)
    if seconds:
        raise RateLimited("too many codes were asked for: wait a while before the next", seconds)
    return await _given_out(write, caller, wanted, leaves=True)


async def send_code_unless_limited(write: Write, caller: CodeCaller, wanted: CodeFor) -> CodeSent:
    """The same where what was done stays done: beyond the limits the code has to be asked for again."""
    leaves = not await _seconds_to_wait(write, caller, wanted.contact)
    return await _given_out(write, caller, wanted, leaves=leaves)


async def _seconds_to_wait(write: Write, caller: CodeCaller, contact: str) -> int:
    asked = CodeAsked(write.digest("contact", contact), write.digest("address", caller.address), write.now)
    bound = {"contact": asked.contact, "address": asked.address, "since": write.now - HOUR}
    before = [CodeAsked(*row) for row in await write.rows(codes_asked_since(), **bound)]
    free_at = next_code_at(before, asked)
    return 0 if free_at is None else max(1, ceil((free_at - write.now).total_seconds()))


async def _given_out(write: Write, caller: CodeCaller, wanted: CodeFor, *, leaves: bool) -> CodeSent:
    text = f"{global_id('Business', write.business_id)}.{secrets.token_urlsafe(TICKET_BYTES)}"
    code = write.code()
    if leaves:
        digests = {"contact_digest": write.digest("contact", wanted.contact)}
        digests["address_digest"] = write.digest("address", caller.address)
        await keep(write, code_attempt, **digests, at=write.now)
    await keep(
        write,
        ticket,
        customer_id=wanted.customer_id,
        registration_id=wanted.registration_id,
        purpose=wanted.purpose,
        contact_kind=wanted.kind,
        contact=wanted.contact,
        digest=write.digest("ticket", text),
        code_digest=_code_digest(write, text, code),
        tries_left=TRIES,
        made_at=write.now,
        expires_at=write.now + HOLDS[wanted.purpose],
        closed_at=None,
        unsent=code if leaves else None,
        send_at=write.now if leaves else None,
        sends=0,
    )
    return CodeSent(SENT, text)


def _code_digest(write: Write, text: str, code: str) -> str:
    return write.digest("code", text, code)


async def keep(write: Write, target: Table, **values: Any) -> int:
    """Write a row that moves no revision and has no word in the audit; its id."""
    (id_,) = await write.take_ids(target, 1)
    await write.connection.execute(insert(target).values({**values, "id": id_, "business_id": write.business_id}))
    return id_


# ---------------------------------------------------------------- giving it back


class ContactProven(NamedTuple):
    """What a proven contact brought about; `next` is the code for another contact, if one follows."""

    next: CodeSent | None = None


def wrong_code() -> InvalidInput:
    """What is answered to a code that opens nothing; it is not raised, since the try that it costs stays spent."""
    return InvalidInput((InputProblem(("code",), InputProblemCode.WRONG_CODE, WRONG),))


def ticket_over() -> InvalidInput:
    """What is said of a ticket to which no other code is sent."""
    return InvalidInput((InputProblem(("ticket",), InputProblemCode.UNKNOWN_VALUE, OVER),))


async def ticket_named(write: Write, text: str) -> Any | None:
    """The row of a ticket, None where there is none."""
    rows = await write.rows(ticket_with_digest(), digest=write.digest("ticket", text))
    return rows[0] if rows else None


async def ticket_opened(write: Write, text: str, code: str, purposes: Collection[CodePurpose]) -> Any | None:
    """The row of a ticket to which this is the code, for one of the purposes; None costs it a try.

    It is open still: `close_ticket` when what it opens is done.
    """
    row = await ticket_named(write, text)
    if row is None or row.purpose not in purposes or not is_open(write, row):
        return None
    is_right = compare_digest(row.code_digest, _code_digest(write, text, read_code(code)[: LENGTH + 1]))
    if not is_right:
        await spend_try(write, row)
    return row if is_right else None


async def spend_try(write: Write, row: Any) -> None:
    """Let a ticket have a try less."""
    await change_ticket(write, row, tries_left=row.tries_left - 1)


async def close_ticket(write: Write, row: Any) -> None:
    """Let a ticket open nothing from now on; its code need not leave any more."""
    await change_ticket(write, row, closed_at=write.now, unsent=None, send_at=None)


async def change_ticket(write: Write, row: Any, **values: Any) -> None:
    """Bring a ticket to these columns, without a revision."""
    mine = (ticket.c.business_id == write.business_id, ticket.c.id == row.id)
    await write.connection.execute(update(ticket).where(*mine).values(values))


def is_open(write: Write, row: Any) -> bool:
    """Whether a ticket may still open something."""
    return row.closed_at is None and row.tries_left > 0 and row.expires_at > write.now
