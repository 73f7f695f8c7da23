"""Tiers as the shop saves and deletes them, and what that makes of members."""

from collections.abc import Sequence
from typing import Any

import orjson

from models.loyalty.rewards import loyalty_reward, loyalty_reward_rows
from models.loyalty.tiers import loyalty_tier, loyalty_tier_rows
from resolvers.loyalty.named import named_row, refuse_one_more, refuse_other_state, row_to_save, save_named
from resolvers.loyalty.retiering import move_members, raise_members
from resolvers.loyalty.tiering import program_of_business
from resolvers.loyalty.tiers import DeleteLoyaltyTier, LoyaltyTierPayload, SaveLoyaltyTier, program_tier
from resolvers.operation.writing import Write
from rules.amounts import minor_units
from rules.loyalty.ranking import MOST_TIERS, misplaced
from rules.loyalty.tiers import ProgramTier
from rules.problems import Problems
from rules.refusals import InputProblemCode, NotAllowed, NotAllowedReason


async def save_loyalty_tier(write: Write, asked: SaveLoyaltyTier) -> LoyaltyTierPayload:
    """Make a tier, or change one."""
    rows = await write.rows(loyalty_tier_rows())
    row = row_to_save(rows, asked, "tier")
    refuse_other_state(write, rows, row, asked, "LoyaltyTier")
    problems = Problems(("input",))
    spend = asked.min_spend
    least = None if spend is None else minor_units(problems, "minSpend", spend, write.exponent)
    _refuse_misplaced(problems, asked, least, rows, row)
    problems.raise_if_any()
    await _unmark_base(write, asked, rows, row)
    values = {
        "rank": asked.rank,
        "is_base": asked.is_base,
        "min_points": asked.min_points,
        "min_spend": least,
        "min_purchases": asked.min_purchases,
        "earn_multiplier": asked.earn_multiplier,
        "never_demotes": asked.never_demotes,
        "benefits": orjson.dumps(asked.benefits).decode(),
    }
    id_ = await save_named(write, loyalty_tier, row, asked.name, values)
    return LoyaltyTierPayload(id_, await raise_members(write), 0)


def _refuse_misplaced(
    problems: Problems, asked: SaveLoyaltyTier, least: int | None, rows: Sequence[Any], row: Any
) -> None:
    refuse_one_more(problems, rows, row, most=MOST_TIERS, kind="tiers")
    if row is not None and row.is_base and not asked.is_base:
        message = "There is always a base: mark another tier, which moves the mark."
        problems.add("isBase", InputProblemCode.REQUIRED, message)
        return
    tier = ProgramTier(
        asked.id or 0, asked.name, asked.rank, asked.is_base, asked.min_points, least, asked.min_purchases
    )
    misplaced(problems, tier, [program_tier(other) for other in rows if other.id != asked.id])


async def _unmark_base(write: Write, asked: SaveLoyaltyTier, rows: Sequence[Any], row: Any) -> None:
    """Let the base of until now be none, before another is."""
    for other in rows:
        if asked.is_base and other.is_base and other is not row:
            await write.update(loyalty_tier, other, is_base=False)


async def delete_loyalty_tier(write: Write, asked: DeleteLoyaltyTier) -> LoyaltyTierPayload:
    """Delete a tier: its members and rewards move to another."""
    rows = await write.rows(loyalty_tier_rows())
    row = named_row(rows, asked.id, ("id",), "tier")
    to = named_row(rows, asked.move_to_id, ("moveTo",), "tier")
    if row.is_base:
        message = "The base cannot be deleted: mark another tier as the base first."
        raise NotAllowed(message, NotAllowedReason.BASE_TIER)
    if row is to:
        problems = Problems()
        problems.add("moveTo", InputProblemCode.NOT_TOGETHER, "Name another tier than the one that goes.")
        problems.raise_if_any()
    for reward in await write.rows(loyalty_reward_rows()):
        if reward.min_tier_id == row.id:
            await write.update(loyalty_reward, reward, min_tier_id=to.id)
    moved = await move_members(write, await program_of_business(write), row.id, to.id)
    await write.update(loyalty_tier, row, is_deleted=True)
    return LoyaltyTierPayload(to.id, *moved)
