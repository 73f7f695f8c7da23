"""Rewards: saved and deleted by the shop, and read as the rules know them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Self

from models.loyalty.rewards import (
    loyalty_reward,
    loyalty_reward_rows,
    redemptions_issued,
    rewards_in_hand,
    rewards_of_business,
    rewards_with_id,
)
from models.loyalty.tiers import loyalty_tier_rows
from resolvers.loyalty.named import (
    named_row,
    refuse_backward_days,
    refuse_criteria,
    refuse_one_more,
    refuse_other_state,
    row_to_save,
    save_named,
    stored_day,
)
from resolvers.operation.context import Context
from resolvers.operation.ids import global_id
from resolvers.operation.loaders import one_each
from resolvers.operation.writing import Write
from resolvers.payloads import Deleted
from rules.amounts import check_money, minor_units
from rules.days import day_number
from rules.loyalty.rewards import ProgramReward
from rules.loyalty.settings import MOST_POINTS
from rules.problems import Problems, optional_text, required_text, whole_number
from rules.refusals import NotAllowed, NotAllowedReason

LONGEST_NAME = 120
LONGEST_DESCRIPTION = 2_000
MOST_REWARDS = 500
MOST_ISSUED = 1_000_000_000


@dataclass(frozen=True)
class SaveLoyaltyReward:
    """The whole reward, a new one without an id."""

    id: int | None
    version: int | None
    name: str
    description: str | None
    points_cost: int
    value: Decimal | None
    stock: int | None
    min_tier_id: int | None
    criteria: str | None
    per_customer_limit: int | None
    valid_from: date | None
    valid_until: date | None
    is_active: bool

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        inside = problems.under("input")
        refuse_backward_days(inside, "validUntil", self.valid_from, self.valid_until)
        check_money(inside, "value", self.value, above=True)
        limit = self.per_customer_limit
        return replace(
            self,
            name=required_text(inside, "name", self.name, longest=LONGEST_NAME),
            description=optional_text(inside, "description", self.description, longest=LONGEST_DESCRIPTION),
            points_cost=whole_number(inside, "pointsCost", self.points_cost, lowest=0, highest=MOST_POINTS),
            stock=whole_number(inside, "stock", self.stock, lowest=0, highest=MOST_ISSUED),
            per_customer_limit=whole_number(inside, "perCustomerLimit", limit, lowest=1, highest=MOST_ISSUED),
        )


@dataclass(frozen=True)
class DeleteLoyaltyReward:
    """A reward to delete."""

    id: int


@dataclass(frozen=True)
class LoyaltyRewardPayload:
    """The reward as it is now."""

    reward_id: int


async def save_loyalty_reward(write: Write, asked: SaveLoyaltyReward) -> LoyaltyRewardPayload:
    """Make a reward, or change one; what was issued stays as it was."""
    rows = await write.rows(loyalty_reward_rows())
    row = row_to_save(rows, asked, "reward")
    if asked.min_tier_id is not None:
        named_row(await write.rows(loyalty_tier_rows()), asked.min_tier_id, ("input", "minTier"), "tier")
    refuse_other_state(write, rows, row, asked, "LoyaltyReward")
    refuse_criteria(asked.criteria)
    problems = Problems(("input",))
    refuse_one_more(problems, rows, row, most=MOST_REWARDS, kind="rewards")
    worth = None if asked.value is None else minor_units(problems, "value", asked.value, write.exponent)
    problems.raise_if_any()
    values = {
        "description": asked.description,
        "points_cost": asked.points_cost,
        "value": worth,
        "stock": asked.stock,
        "min_tier_id": asked.min_tier_id,
        "per_customer_limit": asked.per_customer_limit,
        "valid_from": stored_day(asked.valid_from),
        "valid_until": stored_day(asked.valid_until),
        "is_active": asked.is_active,
    }
    return LoyaltyRewardPayload(await save_named(write, loyalty_reward, row, asked.name, values, issued=0))


async def delete_loyalty_reward(write: Write, asked: DeleteLoyaltyReward) -> Deleted:
    """Delete a reward of which no redemption can be used any more."""
    row = named_row(await write.rows(loyalty_reward_rows()), asked.id, ("id",), "reward")
    (issued,) = await write.rows(redemptions_issued(), reward=row.id, day=day_number(write.today))
    if issued.count:
        message = f"{issued.count:,} redemptions of it can still be used: cancel them, or switch the reward off."
        raise NotAllowed(message, NotAllowedReason.IN_USE)
    await write.update(loyalty_reward, row, is_deleted=True)
    return Deleted(global_id("LoyaltyReward", row.id))


# ---------------------------------------------------------------- read


def program_reward(row: Any, ranks: dict[int, int]) -> ProgramReward:
    """A reward as the rules know it, of its stored row; `ranks` are those of the tiers by id."""
    return ProgramReward(
        id=row.id,
        points_cost=row.points_cost,
        stock=row.stock,
        issued=row.issued,
        min_rank=None if row.min_tier_id is None else ranks.get(row.min_tier_id),
        per_customer_limit=row.per_customer_limit,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        is_active=row.is_active,
    )


async def list_loyalty_rewards(context: Context, *, active_only: bool) -> list[Any]:
    """The rewards of the business by what they cost; active ones are those that can be had today."""
    day = {"day": day_number((await context.business()).today)} if active_only else {}
    return await context.reader.rows(rewards_of_business(active_only), **day)


async def loyalty_reward_by_id(context: Context, ids: Sequence[int], _: Any) -> list[Any]:
    """The reward of each id, a deleted one too, None where this business has no such reward."""
    return one_each(await context.reader.rows(rewards_with_id(), ids=list(ids)), ids)


async def redeemed_by_reward(context: Context, ids: Sequence[int], _: Any) -> list[int]:
    """How many redemptions of each reward are ISSUED or USED."""
    day = day_number((await context.business()).today)
    rows = await context.reader.rows(rewards_in_hand(), ids=list(ids), day=day)
    counts = {row.id: row.redeemed for row in rows}
    return [counts.get(id_, 0) for id_ in ids]
