"""Joining the program, for the first time or again: by itself, by registering, by a first sale."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import SelectBase

from models.customers import customer_rows
from models.loyalty.members import (
    loyalty_membership,
    loyalty_membership_change,
    membership_rows,
    referral_codes_taken,
    welcomed_contacts,
)
from models.loyalty.settings import program_settings
from resolvers.loyalty.ledger import EntrySaid, enter, new_lot_id, open_points
from resolvers.loyalty.tiering import program_of_business, write_move
from resolvers.operation.writing import Write
from rules.codes import LENGTH, new_code
from rules.days import day_number
from rules.loyalty.crediting import PointsCredit, credit_points
from rules.loyalty.members import MembershipEvent, MemberStatus, TierChangeReason
from rules.loyalty.points import PointsReason
from rules.loyalty.settings import JoinPolicy
from rules.loyalty.standing import LoyaltyProgram, TierMove
from rules.loyalty.tiers import base_tier

NO_POINTS = dict.fromkeys(("balance", "pending", "owed", "qualifying", "lifetime", "redeemed", "expired"), 0)
CODES_AT_ONCE = 5


@dataclass(frozen=True)
class Joined:
    """A membership as it is stored, whether it began by this, and the entries of its welcome."""

    member: Any
    is_new: bool
    entry_ids: list[int] = field(default_factory=list[int])


async def join_program(
    write: Write,
    customer_id: int,
    program: LoyaltyProgram | None = None,
    *,
    at: datetime | None = None,
    day: int | None = None,
) -> Joined:
    """Make a customer a member where it is none; who left comes back at the base.

    `at` and `day` are the moment and the business day as of which it is one, now unless given. Points of welcome are
    given to who joins for the first time ever.
    """
    member = await membership_of(write, customer_id)
    if member is not None and member.status is not MemberStatus.LEFT:
        return Joined(member, is_new=False)
    known = program or await program_of_business(write)
    when, on = at or write.now, day_number(write.today) if day is None else day
    points = 0 if member is not None else await _welcome(write, customer_id, known)
    await _begin(write, customer_id, member, known, when, on, was_welcomed=bool(points))
    joined = await membership_of(write, customer_id)
    if not points:
        return Joined(joined, is_new=True)
    opened = await open_points(write, joined, known)
    credit = PointsCredit(await new_lot_id(write, opened), points, PointsReason.WELCOME, on)
    credit_points(opened.account, known.settings, credit)
    entries = await enter(write, opened, EntrySaid("Welcome"))
    return Joined(await membership_of(write, customer_id), is_new=True, entry_ids=entries)


async def join_at_registration(write: Write, customer_id: int) -> None:
    """Make a new customer a member where the program has it so; who has ever been one stays as it is."""
    if not write.program_is_on:
        return
    (settings,) = await write.rows(program_settings())
    if settings.join_policy is not JoinPolicy.REGISTRATION:
        return
    if await membership_of(write, customer_id) is None:
        await join_program(write, customer_id)


async def membership_of(write: Write, customer_id: int) -> Any:
    """The stored membership of a customer, None where it never was a member."""
    rows = await write.rows(membership_rows(), ids=[customer_id])
    return rows[0] if rows else None


async def free_code(write: Write, taken: SelectBase, length: int) -> str:
    """A code that nobody has been given."""
    codes = [new_code(secrets.choice, length) for _ in range(CODES_AT_ONCE)]
    used = {row.code for row in await write.rows(taken, codes=codes)}
    return next(code for code in codes if code not in used)


def contact_digests(write: Write, contacts: Iterable[str | None]) -> list[str]:
    """What is remembered of contacts that were welcomed, once their owner is erased."""
    return [write.digest("welcomed", contact) for contact in contacts if contact is not None]


async def note_membership(write: Write, customer_id: int, change: MembershipEvent, at: datetime, day: int) -> None:
    """Say that a membership changed on a day."""
    of_now = {"customer_id": customer_id, "business_day": day, "at": at}
    await write.insert(loyalty_membership_change, change=change, actor=write.actor.name, **of_now)


async def _welcome(write: Write, customer_id: int, program: LoyaltyProgram) -> int:
    """The points of welcome: none where a contact of the customer was welcomed under another record."""
    points = program.settings.welcome_points
    if not points:
        return 0
    (row,) = await write.rows(customer_rows(), ids=[customer_id])
    digests = contact_digests(write, (row.email, row.phone))
    return 0 if digests and await write.rows(welcomed_contacts(), digests=digests) else points


async def _begin(  # noqa: PLR0913  what a membership begins with
    write: Write,
    customer_id: int,
    member: Any,
    program: LoyaltyProgram,
    at: datetime,
    day: int,
    *,
    was_welcomed: bool,
) -> None:
    base = base_tier(program.tiers)
    begun = {
        "status": MemberStatus.ACTIVE,
        "status_reason": None,
        "enrolled_at": at,
        "enrolled_day": day,
        "left_at": None,
        "tier_id": base.id,
        "tier_since": at,
        "reviewed_on": day,
        "floor_tier_id": base.id,
        "grace_since": None,
        "manual_tier_id": None,
        "manual_since": None,
        "manual_until": None,
    }
    if member is None:
        code = await free_code(write, referral_codes_taken(), LENGTH)
        first = {"customer_id": customer_id, "referral_code": code, "was_welcomed": was_welcomed}
        await write.insert(loyalty_membership, **first, **begun, **NO_POINTS)
    else:
        await write.update(loyalty_membership, member, **begun)
    await note_membership(write, customer_id, MembershipEvent.JOINED, at, day)
    write.tell("loyalty.member.joined", customer_id)
    move = TierMove(None, base, TierChangeReason.JOINED, at, write.today)
    await write_move(write, customer_id, move)
