"""Rewards redeemed, used and cancelled, outside of sales."""

from dataclasses import dataclass, replace
from typing import Annotated, Any, Self

from sqlalchemy import update

from models.loyalty.redemptions import (
    redemption_codes_taken,
    redemption_rows,
    rewards_had_by,
)
from models.loyalty.rewards import loyalty_redemption, loyalty_reward, loyalty_reward_rows
from models.loyalty.sales import points_for_redemptions, redemption_coded
from models.storefronts import storefronts_of_business
from resolvers.identities import customer_named
from resolvers.loyalty.joining import free_code, membership_of
from resolvers.loyalty.ledger import EntrySaid, OpenPoints, enter, give_back, open_points
from resolvers.loyalty.membership import member_named, refuse_idle, refuse_inactive, refuse_late_return
from resolvers.loyalty.named import named_row
from resolvers.loyalty.redeeming import refuse_unusable, tell_of_redemption, use_code
from resolvers.loyalty.rewards import program_reward
from resolvers.loyalty.tiering import program_of_business
from resolvers.operation.ids import global_id
from resolvers.operation.writing import Write, small
from rules.codes import read_code
from rules.days import day_number
from rules.loyalty.points import PointsReason
from rules.loyalty.rewards import CODE_LENGTH, WORDS, RedemptionStatus, RewardSeeker, why_not
from rules.loyalty.spending import redeem_points
from rules.problems import Problems, required_text
from rules.refusals import NotFound, RewardUnavailable, RewardUnavailableReason

LONGEST_CODE = 100


@dataclass(frozen=True)
class RedeemReward:
    """A reward for a member."""

    customer_id: int
    reward_id: int


@dataclass(frozen=True)
class UseRedemption:
    """A code that somebody shows, and where."""

    code: str
    storefront_id: int | None = None

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        return replace(self, code=read_code(required_text(problems, "code", self.code, longest=LONGEST_CODE)))


@dataclass(frozen=True)
class CancelRedemption:
    """A redemption that is given back."""

    redemption_id: int


@dataclass(frozen=True)
class RedemptionPayload:
    """The redemption and the membership as they are now."""

    redemption_id: int
    customer_id: int
    replayed: Annotated[bool, "Whether it was so already, and nothing was done now."] = False


# ---------------------------------------------------------------- the operations


@small
async def redeem_reward(write: Write, asked: RedeemReward) -> RedemptionPayload:
    """Give a member a reward for its points."""
    row = await customer_named(write, asked.customer_id, ("customer",))
    reward = named_row(await write.rows(loyalty_reward_rows()), asked.reward_id, ("reward",), "reward")
    member, program = await member_named(write, row.id), await program_of_business(write)
    refuse_idle(program.settings, member)
    refuse_inactive(row)
    points = await open_points(write, member, program)
    redemption_id = await issue_reward(write, points, reward)
    await enter(write, points, EntrySaid(reward.name, redemption_id=redemption_id))
    return RedemptionPayload(redemption_id, row.id)


@small
async def use_redemption(write: Write, asked: UseRedemption) -> RedemptionPayload:
    """Take a redemption whose code somebody shows."""
    row = await write.one(redemption_coded(), NotFound("There is no such code.", ("code",)), code=asked.code)
    if asked.storefront_id is not None:
        named_row(await write.rows(storefronts_of_business()), asked.storefront_id, ("storefront",), "storefront")
    refuse_unusable(write, row)
    await use_code(write, row, sale_id=None, storefront_id=asked.storefront_id)
    return RedemptionPayload(row.id, row.customer_id)


@small
async def cancel_redemption(write: Write, asked: CancelRedemption) -> RedemptionPayload:
    """Give a redemption back: its points, its lots and its place in the stock."""
    row = await write.one(
        redemption_rows(), NotFound("There is no such redemption.", ("id",)), ids=[asked.redemption_id]
    )
    if row.status is RedemptionStatus.CANCELLED:
        return RedemptionPayload(row.id, row.customer_id, replayed=True)
    await customer_named(write, row.customer_id, ("id",))
    refuse_late_return(write, row.created_at)
    refuse_unusable(write, row)
    points = await open_points(write, await membership_of(write, row.customer_id))
    await cancel(write, points, row)
    await enter(write, points, EntrySaid("Given back", redemption_id=row.id))
    return RedemptionPayload(row.id, row.customer_id)


# ---------------------------------------------------------------- what other operations do with one


async def issue_reward(write: Write, points: OpenPoints, reward: Any) -> int:
    """Issue a reward to a member whose points are open, who pays for it; the id of the redemption.

    RewardUnavailable or InsufficientPoints where it may not have it. The caller enters the points.
    """
    today, program = day_number(write.today), points.tiering.program
    ranks = {tier.id: tier.rank for tier in program.tiers}
    known = program_reward(reward, ranks)
    had = await write.rows(rewards_had_by(), ids=[points.member.customer_id], day=today)
    has = next((row.count for row in had if row.reward_id == reward.id), 0)
    why = why_not(known, RewardSeeker(points.tiering.tier.shown.rank, has), today)
    if why is not None:
        needs_tier = why is RewardUnavailableReason.TIER_TOO_LOW
        raise RewardUnavailable(WORDS[why], why, reward.min_tier_id if needs_tier else None)
    if reward.points_cost:
        redeem_points(points.account, reward.points_cost, PointsReason.REWARD)
    await _move_stock(write, reward.id, 1)
    id_ = await write.insert(
        loyalty_redemption,
        customer_id=points.member.customer_id,
        reward_id=reward.id,
        points=reward.points_cost,
        value=reward.value,
        code=await free_code(write, redemption_codes_taken(), CODE_LENGTH),
        status=RedemptionStatus.ISSUED,
        created_at=write.now,
        expires_on=today + program.settings.redemption_valid_days,
    )
    told = {"reward": global_id("LoyaltyReward", reward.id), "points": reward.points_cost}
    write.tell("loyalty.redemption.issued", points.member.customer_id, id=global_id("LoyaltyRedemption", id_), **told)
    return id_


async def cancel(write: Write, points: OpenPoints, row: Any) -> None:
    """Let an ISSUED redemption be cancelled and its points be given back; the caller enters them."""
    for spent in await write.rows(points_for_redemptions(), ids=[row.id]):
        await give_back(write, points, spent.id, -spent.points, PointsReason.REWARD)
    await write.update(loyalty_redemption, row, status=RedemptionStatus.CANCELLED, cancelled_at=write.now)
    await _move_stock(write, row.reward_id, -1)
    tell_of_redemption(write, "cancelled", row)


async def _move_stock(write: Write, reward_id: int, by: int) -> None:
    """Count a redemption more or fewer; the version of the reward stays, since nobody edited it."""
    c = loyalty_reward.c
    mine = (c.id == reward_id, c.business_id == write.business_id)
    await write.run(update(loyalty_reward).where(*mine).values(issued=c.issued + by, revision=write.revision))
