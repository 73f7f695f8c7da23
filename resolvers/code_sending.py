"""Codes that leave: taken from the store once they are committed, and settled there when they have left.

Whether a contact is anybody's is looked at here, when whoever asked has had the answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from models.businesses import Business
from models.codes import CodePurpose, ContactKind, code_to_send, codes_due, ticket
from models.database import table
from resolvers.code_messages import CodeMessage, tell_code
from resolvers.codes import change_ticket, is_open, mailed_by, ways_out
from resolvers.identities import holder_of
from resolvers.operation.actor import Actor
from resolvers.operation.services import Services
from resolvers.operation.writing import Write, writing
from resolvers.registration import COLUMNS, stored_customer
from rules.codes import CodeMail, CodeOutcome, pause_after
from rules.days import day_number

AT_ONCE = 20
TRIED_AGAIN_AFTER = timedelta(seconds=60)  # where whoever tried it ended in the middle
CHANNELS = {ContactKind.EMAIL: "EMAIL", ContactKind.PHONE: "SMS"}  # as bodies have them
SENDING = Actor("server", "ADMIN")
business = table(Business)


@dataclass(frozen=True)
class LeavingCode:
    """A code that is to be mailed now; at `send_at` somebody else would."""

    ticket_id: int
    business_id: int
    send_at: datetime
    sends: int
    mail: CodeMail


async def due_codes(services: Services, now: datetime) -> list[tuple[int, int]]:
    """Up to 20 codes of all businesses that are due, each as its ticket and its business."""
    async with services.database.reading() as connection:
        return [tuple(row) for row in await connection.execute(codes_due(), {"now": now, "most": AT_ONCE})]


async def take_code(
    services: Services, ticket_id: int, business_id: int, clock: Callable[[], datetime]
) -> LeavingCode | CodeOutcome | None:
    """Take a code that is due: to be mailed now, or what became of it; None where somebody else took it."""
    turn = services.write_turns[business_id]
    async with turn, writing(services.database, business_id, actor=SENDING, clock=clock) as write:
        rows = await write.rows(code_to_send(), id=ticket_id, now=write.now)
        if not rows:
            return None
        (row,) = rows
        left = await _why_not(write, row) or await hand_over(write, row, services)
        if isinstance(left, CodeOutcome):
            await change_ticket(write, row, unsent=None, send_at=None)
            return left
        again = write.now + TRIED_AGAIN_AFTER
        await change_ticket(write, row, send_at=again, sends=row.sends + 1)
        return LeavingCode(row.id, business_id, again, row.sends + 1, left)


async def hand_over(write: Write, row: Any, services: Services) -> CodeMail | CodeOutcome:
    """The one place where a code leaves: the mail that is to be sent, or SENT where a system of the shop's has it."""
    if row.contact_kind not in await ways_out(write, mailed_by(services.sends_mail)):
        return CodeOutcome.NO_WAY
    if row.sends == 0:
        await _count_today(write)
    if await tell_code(write, services.sealing, _message(row)):
        return CodeOutcome.SENT
    until = f"{row.expires_at.astimezone(write.zone):%H:%M}"
    return CodeMail(row.contact, write.business.name, row.purpose, row.unsent, until)


def _message(row: Any) -> CodeMessage:
    channel = CHANNELS[row.contact_kind]
    return CodeMessage(channel, row.contact, row.unsent, row.purpose, row.expires_at, row.customer_id)


async def settle_code(
    services: Services, left: LeavingCode, outcome: CodeOutcome, clock: Callable[[], datetime]
) -> None:
    """Forget a code that has left, or that nobody takes; one that is to be tried later waits."""
    turn = services.write_turns[left.business_id]
    async with turn, writing(services.database, left.business_id, actor=SENDING, clock=clock) as write:
        over: dict[str, Any] = {"unsent": None, "send_at": None}
        later = {"send_at": write.now + pause_after(left.sends)}
        mine = (ticket.c.business_id == left.business_id, ticket.c.id == left.ticket_id)
        still_mine = update(ticket).where(*mine, ticket.c.send_at == left.send_at)
        await write.connection.execute(still_mine.values(later if outcome is CodeOutcome.LATER else over))


async def _why_not(write: Write, row: Any) -> CodeOutcome | None:
    if not is_open(write, row):
        return CodeOutcome.EXPIRED
    if row.sends == 0 and _sent_today(write) >= write.business.codes_per_day:
        return CodeOutcome.OVER_LIMIT
    holder = await holder_of(write, COLUMNS[row.contact_kind], row.contact)
    if holder is None:
        return CodeOutcome.NOBODYS if row.purpose is CodePurpose.SIGN_IN else None
    return None if (await stored_customer(write, holder.finds)).is_active else CodeOutcome.NOBODYS


def _sent_today(write: Write) -> int:
    return write.business.codes_sent if write.business.codes_sent_day == day_number(write.today) else 0


async def _count_today(write: Write) -> None:
    counted = {"codes_sent": _sent_today(write) + 1, "codes_sent_day": day_number(write.today)}
    await write.connection.execute(update(business).where(business.c.id == write.business_id).values(counted))
