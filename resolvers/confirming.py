"""Confirming a contact by the code that was sent to it, and asking for another code."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from models.codes import CodePurpose
from resolvers.codes import (
    CodeCaller,
    CodeFor,
    CodeSent,
    ContactProven,
    close_ticket,
    send_code,
    spend_try,
    ticket_named,
    ticket_opened,
    ticket_over,
    ways_out,
    wrong_code,
)
from resolvers.operation.errors import NotOpen
from resolvers.operation.writing import Write
from resolvers.registration import may_register, proven_registration
from rules.refusals import InvalidInput

CONFIRMED = "The contact is confirmed."
# What a proven contact brings about, by what the code was for; None where it opens nothing, which costs a try.
Opening = Callable[[Write, Any, CodeCaller], Awaitable[ContactProven | None]]
OPENS: Mapping[CodePurpose, Opening] = {CodePurpose.REGISTRATION: proven_registration}
MAY_ASK: Mapping[CodePurpose, Callable[[Write], bool]] = {CodePurpose.REGISTRATION: may_register}


@dataclass(frozen=True)
class ConfirmContact:
    """A ticket and the code that came."""

    ticket: str
    code: str
    caller: CodeCaller


@dataclass(frozen=True)
class ContactConfirmed:
    """The contact is confirmed."""

    message: Annotated[str, "What is done."]
    next: Annotated[CodeSent | None, "The code for the other contact that was given is sent."] = None


async def confirm_contact(write: Write, asked: ConfirmContact) -> ContactConfirmed | InvalidInput:
    """Let a contact be proven by its code; a wrong one costs the ticket a try."""
    row = await ticket_opened(write, asked.ticket, asked.code, OPENS.keys())
    if row is None:
        return wrong_code()
    done = await OPENS[row.purpose](write, row, asked.caller)
    if done is None:
        await spend_try(write, row)
        return wrong_code()
    await close_ticket(write, row)
    return ContactConfirmed(CONFIRMED, done.next)


@dataclass(frozen=True)
class ResendConfirmation:
    """A ticket whose code did not come."""

    ticket: str
    caller: CodeCaller


async def resend_confirmation(write: Write, asked: ResendConfirmation) -> CodeSent:
    """Send a new code with a new ticket; the old one is over."""
    row = await ticket_named(write, asked.ticket)
    if row is None or row.closed_at is not None or row.purpose not in OPENS:
        raise ticket_over()
    if not MAY_ASK[row.purpose](write) or row.contact_kind not in await ways_out(write, asked.caller.mailed):
        raise NotOpen
    await close_ticket(write, row)
    again = CodeFor(row.purpose, row.contact_kind, row.contact, row.registration_id, row.customer_id)
    return await send_code(write, asked.caller, again)
