"""Joining the program, for the first time or again."""

import secrets
from typing import Any

from models.loyalty.members import (
    loyalty_membership,
    loyalty_membership_change,
    loyalty_tier_change,
    membership_rows,
)
from models.loyalty.tiers import loyalty_tier_rows
from resolvers.loyalty.tiers import program_tier
from resolvers.operation.writing import Write
from rules.codes import LENGTH, new_code
from rules.days import day_number
from rules.loyalty.members import MembershipEvent, MemberStatus, TierChangeReason
from rules.loyalty.tiers import base_tier


async def join_program(write: Write, customer_id: int) -> Any:
    """The stored membership of a customer, who joins now where it is no member; who left comes back at the base."""
    member = await membership_of(write, customer_id)
    if member is not None and member.status is not MemberStatus.LEFT:
        return member
    today = day_number(write.today)
    base = base_tier(map(program_tier, await write.rows(loyalty_tier_rows())))
    begun = {
        "status": MemberStatus.ACTIVE,
        "status_reason": None,
        "enrolled_at": write.now,
        "enrolled_day": today,
        "left_at": None,
        "tier_id": base.id,
        "tier_since": write.now,
        "reviewed_on": today,
        "floor_tier_id": base.id,
        "grace_since": None,
    }
    if member is None:
        code = new_code(secrets.choice, LENGTH)
        none_yet = dict.fromkeys(("balance", "pending", "owed", "qualifying", "lifetime", "redeemed", "expired"), 0)
        await write.insert(loyalty_membership, customer_id=customer_id, referral_code=code, **begun, **none_yet)
    else:
        await write.update(loyalty_membership, member, **begun)
    of_now = {"customer_id": customer_id, "business_day": today, "at": write.now}
    joined = {"change": MembershipEvent.JOINED, "actor": write.actor.name}
    await write.insert(loyalty_membership_change, **of_now, **joined)
    reason = TierChangeReason.JOINED
    await write.insert(loyalty_tier_change, from_tier_id=None, to_tier_id=base.id, reason=reason, **of_now)
    return await membership_of(write, customer_id)


async def membership_of(write: Write, customer_id: int) -> Any:
    """The stored membership of a customer, None where it never was a member."""
    rows = await write.rows(membership_rows(), ids=[customer_id])
    return rows[0] if rows else None
