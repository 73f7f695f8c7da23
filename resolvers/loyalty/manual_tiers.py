"""Tiers that a manager lays over those of the rules, for many customers at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Self

from models.customers import customer_rows
from models.loyalty.members import loyalty_membership, loyalty_tier_change, membership_rows
from resolvers.bulk import BatchDone, BulkChange
from resolvers.loyalty.ledger import enter, open_points
from resolvers.loyalty.tiering import member_tier, program_of_business, tell_move
from resolvers.loyalty.tiers import loyalty_tier_by_id
from resolvers.operation.context import Context
from resolvers.operation.writing import Write
from rules.bulk import RefusedCustomer
from rules.days import date_of, day_number
from rules.loyalty.members import MemberStatus, TierChangeReason
from rules.loyalty.reviews import review_day
from rules.loyalty.standing import LoyaltyProgram, MemberTier, TierMove
from rules.problems import Problems
from rules.refusals import InputProblemCode, NotFound

NO_MEMBER = "The customer is no member of the loyalty program: enrol it first."
NO_TIER = "The tier was deleted meanwhile."


@dataclass(frozen=True)
class ManualTierChange(BulkChange):
    """The tier that lies over that of the rules, through a day number; None takes it off."""

    name: ClassVar[str] = "setCustomersTier"
    tier_id: int | None = None
    until: int | None = None

    def checked(self, problems: Problems) -> Self:
        """The same, every problem told."""
        if self.tier_id is None and self.until is not None:
            problems.add("until", InputProblemCode.NOT_TOGETHER, "Without a tier nothing lies over: leave the day out.")
        return self


async def refuse_strange_tier(context: Context, change: ManualTierChange) -> None:
    """NotFound for a tier that is not there; InvalidInput for a day that is over."""
    if change.tier_id is not None:
        row = await context.load(loyalty_tier_by_id, change.tier_id)
        if row is None or row.is_deleted:
            raise NotFound("There is no such tier.", ("tier",))
    today = (await context.business()).today
    if change.until is not None and change.until < day_number(today):
        problems = Problems()
        problems.add("until", InputProblemCode.OUT_OF_RANGE, f"This day is over: give one from {today} on.")
        problems.raise_if_any()


async def set_customers_tier(write: Write, asked: ManualTierChange) -> BatchDone:
    """Lay a tier over that of the rules, or take it off; who is no member is refused."""
    known = [row for row in await write.rows(customer_rows(), ids=list(asked.ids)) if _is_there(row)]
    program = await program_of_business(write)
    if asked.tier_id is not None and all(tier.id != asked.tier_id for tier in program.tiers):
        return BatchDone(len(known), 0, tuple(RefusedCustomer(row.id, NO_TIER) for row in known))
    members = await _members(write, [row.id for row in known])
    await _settle(write, program, members)
    members = await _members(write, list(members))
    refused = tuple(RefusedCustomer(row.id, NO_MEMBER) for row in known if row.id not in members)
    changed = [(row, member_tier(row, program)) for row in members.values()]
    changed = [(row, tier) for row, tier in changed if not _has(tier, asked)]
    values = {"manual_tier_id": asked.tier_id, "manual_until": asked.until}
    since = None if asked.tier_id is None else write.now
    await write.update_many(loyalty_membership, [row for row, _ in changed], {**values, "manual_since": since})
    await _move(write, program, asked, changed)
    return BatchDone(len(known), len(changed), refused)


def _is_there(row: Any) -> bool:
    return not row.is_erased and row.merged_into_id is None


async def _members(write: Write, ids: Sequence[int]) -> dict[int, Any]:
    rows = await write.rows(membership_rows(), ids=list(ids))
    return {row.customer_id: row for row in rows if row.status is not MemberStatus.LEFT}


async def _settle(write: Write, program: LoyaltyProgram, members: dict[int, Any]) -> None:
    """Write the reviews that are due, and the end of what lay over a tier, of the few of whom it is not yet."""
    for row in members.values():
        tier = member_tier(row, program)
        due = [day for day in (tier.ends_on, review_day(program.settings, tier.standing)) if day is not None]
        if due and min(due) <= write.today:
            await enter(write, await open_points(write, row, program))


def _has(tier: MemberTier, asked: ManualTierChange) -> bool:
    until = None if tier.manual_until is None else day_number(tier.manual_until)
    return (None if tier.manual is None else tier.manual.id, until) == (asked.tier_id, asked.until)


async def _move(
    write: Write, program: LoyaltyProgram, asked: ManualTierChange, changed: Sequence[tuple[Any, MemberTier]]
) -> None:
    laid = None if asked.tier_id is None else program.tier(asked.tier_id)
    moves: list[tuple[int, TierMove]] = []
    for row, tier in changed:
        after = tier.under(laid, write.now, _date(asked.until)).shown
        if after.id != tier.shown.id:
            move = TierMove(tier.shown, after, TierChangeReason.MANUAL, write.now, write.today)
            moves.append((row.customer_id, move))
    await write.insert_each(loyalty_tier_change, [move.columns(customer_id) for customer_id, move in moves])
    for customer_id, move in moves:
        tell_move(write, customer_id, move)


def _date(day: int | None) -> date | None:
    return None if day is None else date_of(day)
