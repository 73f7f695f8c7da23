"""Memberships of two records that become one: points move as they are, and the kept one's membership is the one."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from models.loyalty.ledger import transfers_of
from models.loyalty.members import loyalty_membership
from models.loyalty.referrals import loyalty_referral, referrals_of_oneself
from resolvers.loyalty.joining import NO_POINTS, membership_of
from resolvers.loyalty.ledger import EntrySaid, OpenPoints, enter, open_points
from resolvers.loyalty.tiering import program_of_business
from resolvers.operation.writing import Write
from rules.loyalty.members import MemberStatus, TierChangeReason
from rules.loyalty.standing import MemberTier
from rules.loyalty.taking_back import move_points

OF_MEMBERSHIP = (
    *("status", "status_reason", "enrolled_at", "enrolled_day", "left_at", "tier_id", "tier_since", "reviewed_on"),
    *("floor_tier_id", "grace_since", "manual_tier_id", "manual_since", "manual_until", "was_welcomed"),
)

CARRIED = ("lifetime", "redeemed", "expired")


@dataclass(frozen=True)
class MergingMembers:
    """The points of the kept customer with those that moved to it, and what else its membership takes over."""

    kept: OpenPoints
    tier: MemberTier
    columns: dict[str, Any]
    sums: dict[str, int]


async def take_over_points(write: Write, kept_id: int, merged_id: int) -> MergingMembers | None:
    """Let the points of a merged record leave it; None where it never was a member. Its rows have not moved yet."""
    row = await membership_of(write, merged_id)
    if row is None:
        return None
    program = await program_of_business(write)
    await enter(write, await open_points(write, row, program))  # what is due is of the record that is merged
    merged = await open_points(write, await membership_of(write, merged_id), program)
    columns = await _kept_membership(write, kept_id, merged.member)
    kept = await open_points(write, await membership_of(write, kept_id), program)
    lots = list(merged.account.lots.values())
    move_points(merged.account, kept.account, lots)
    kept.before |= {lot.id: merged.before.pop(lot.id) for lot in lots}
    has_left = merged.member.status is MemberStatus.LEFT  # whose tier ended with it
    tier = kept.tiering.tier if has_left else _higher(kept.tiering.tier, merged.tiering.tier)
    await enter(write, merged, EntrySaid("Moved to the record that is kept"))
    gone = await membership_of(write, merged_id)
    if gone.status is not MemberStatus.LEFT:
        await write.update(loyalty_membership, gone, status=MemberStatus.LEFT, left_at=write.now)
    return MergingMembers(kept, tier, columns, {name: getattr(gone, name) for name in CARRIED})


async def enter_taken_over(write: Write, members: MergingMembers | None) -> None:
    """Write what moved to the kept customer, once all rows of the merged record are its."""
    if members is None:
        return
    kept = members.kept
    kept.tiering.move(members.tier, TierChangeReason.MERGED, write)
    await enter(write, kept, EntrySaid("Of a record that was merged"))
    row = await membership_of(write, kept.member.customer_id)
    sums = {name: getattr(row, name) + more for name, more in members.sums.items()}
    await write.update(loyalty_membership, row, **sums, **members.columns)
    for referral in await write.rows(referrals_of_oneself(), customer=row.customer_id):
        await write.update(loyalty_referral, referral, is_over=True)


async def has_moved_points(write: Write, merged_id: int, merged_at: datetime) -> bool:
    """Whether a merge at a moment took a membership over, or points of one that had ended."""
    row = await membership_of(write, merged_id)
    if row is None:
        return False
    return row.left_at == merged_at or bool(await write.rows(transfers_of(), customer=merged_id, at=merged_at))


async def _kept_membership(write: Write, kept_id: int, merged: Any) -> dict[str, Any]:
    """See that the kept customer has a membership: its own, or the merged one's; what changes of it at the end."""
    row = await membership_of(write, kept_id)
    own = {name: getattr(merged, name) for name in OF_MEMBERSHIP}
    if row is None:
        await write.update(loyalty_membership, merged, referral_code=None)
        code = merged.referral_code
        await write.insert(loyalty_membership, customer_id=kept_id, referral_code=code, **own, **NO_POINTS)
        return {}
    welcomed = {"was_welcomed": row.was_welcomed or merged.was_welcomed}
    if merged.status is MemberStatus.LEFT:
        return welcomed
    if row.status is MemberStatus.LEFT:
        await write.update(loyalty_membership, row, **{**own, **welcomed})
        return {}
    first = min((row, merged), key=lambda one: one.enrolled_at)
    suspended = next((one for one in (row, merged) if one.status is MemberStatus.SUSPENDED), row)
    status = {"status": suspended.status, "status_reason": suspended.status_reason}
    return {**welcomed, **status, "enrolled_at": first.enrolled_at, "enrolled_day": first.enrolled_day}


def _higher(kept: MemberTier, merged: MemberTier) -> MemberTier:
    """The higher tier by the rules of two, below which it does not fall before its next review; the higher by hand."""
    by_rules = max(kept, merged, key=lambda one: one.standing.tier.rank)
    standing = replace(by_rules.standing, floor=by_rules.standing.tier)
    by_hand = [one for one in (kept, merged) if one.manual is not None]
    laid = max(by_hand, key=lambda one: 0 if one.manual is None else one.manual.rank, default=kept)
    return MemberTier(standing, by_rules.since, laid.manual, laid.manual_since, laid.manual_until)
