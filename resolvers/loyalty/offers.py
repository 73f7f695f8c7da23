"""Rewards as a member is offered them: whether it may have each now, and if not why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from models.loyalty.redemptions import rewards_had_by
from models.loyalty.rewards import loyalty_reward_rows
from resolvers.customers import customer_by_id
from resolvers.loyalty.rewards import program_reward
from resolvers.loyalty.shown import MemberShown, program_shown, tier_by_member
from resolvers.operation.context import Context
from rules.days import day_number
from rules.loyalty.members import MemberStatus
from rules.loyalty.rewards import ProgramReward, RewardSeeker, why_not
from rules.refusals import RewardUnavailableReason


@dataclass(frozen=True)
class RewardOffer:
    """A reward for a member; without a reason nobody of the kind may have any now, like a member who is suspended."""

    reward_id: int
    is_available: Annotated[bool, "Whether it may have the reward now."]
    reason: RewardUnavailableReason | None
    missing_points: int | None


async def offers_by_member(context: Context, members: Sequence[MemberShown], _: Any) -> list[list[RewardOffer]]:
    """What each member is offered: every reward of the program, the cheapest first."""
    day = day_number((await context.business()).today)
    program = await program_shown(context)
    ranks = {tier.id: tier.rank for tier in program.tiers}
    stored = await context.reader.stored(loyalty_reward_rows(), {})
    rewards = sorted((program_reward(row, ranks) for row in stored), key=lambda one: (one.points_cost, one.id))
    ids = [member.customer_id for member in members]
    had = {(row.customer_id, row.reward_id): row.count for row in await _had(context, ids, day)}
    customers = await context.load_many(customer_by_id, ids)
    tiers = await context.load_many(tier_by_member, members)
    offered: list[list[RewardOffer]] = []
    for member, customer, tier in zip(members, customers, tiers, strict=True):
        is_open = program.settings.is_active and member.row.status is MemberStatus.ACTIVE and customer.is_active
        rank = tier.tier.shown.rank
        seekers = [RewardSeeker(rank, had.get((member.customer_id, reward.id), 0)) for reward in rewards]
        points = member.account.sums.points
        pairs = zip(rewards, seekers, strict=True)
        offered.append([_offer(reward, seeker, points, day, is_open=is_open) for reward, seeker in pairs])
    return offered


async def _had(context: Context, ids: Sequence[int], day: int) -> Sequence[Any]:
    return await context.reader.stored(rewards_had_by(), {"ids": list(ids), "day": day})


def _offer(reward: ProgramReward, seeker: RewardSeeker, points: int, day: int, *, is_open: bool) -> RewardOffer:
    missing = max(reward.points_cost - points, 0)
    reason = why_not(reward, seeker, day) or (RewardUnavailableReason.TOO_FEW_POINTS if missing else None)
    return RewardOffer(reward.id, is_open and reason is None, reason, missing or None)
