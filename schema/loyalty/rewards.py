"""Rewards that members have for points."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from resolvers.loyalty.rewards import (
    DeleteLoyaltyReward,
    LoyaltyRewardPayload,
    SaveLoyaltyReward,
    delete_loyalty_reward,
    list_loyalty_rewards,
    loyalty_reward_by_id,
    redeemed_by_reward,
    save_loyalty_reward,
)
from resolvers.loyalty.tiers import loyalty_tier_by_id
from resolvers.operation.ids import key_of
from schema.arguments import Info, about, said
from schema.deleting import DeleteResult
from schema.execution.lookups import looked_up
from schema.loyalty.tiers import LoyaltyTier
from schema.nodes import Node
from schema.refusals import Duplicate, InvalidCriteria, InvalidInput, NotFound, StaleVersion
from schema.results import registered
from schema.scalars import BigInt


@strawberry.type(description="What members have for points. `value` is what it pays of a sale.")
class LoyaltyReward(Node):
    """What members have for points."""

    version: int = about("How often it was changed, to be sent along with a change.")
    name: str = about("Its name.")
    description: str | None = about("What it is.")
    points_cost: BigInt = about("What it costs.")
    value: Decimal | None = about("What it pays of a sale; null for one that is not money.")
    stock: int | None = about("How many may ever be issued, cancelled ones not counted; null is no limit.")

    @strawberry.field(description="How many can still be issued; null is no limit.")
    @staticmethod
    def stock_left(root: strawberry.Parent[Any]) -> int | None:
        """How many are left."""
        return None if root.stock is None else max(root.stock - root.issued, 0)

    min_tier: Any = looked_up(loyalty_tier_by_id, LoyaltyTier | None, "From which tier on.", key="min_tier_id")
    criteria: str | None = about("For whom; null for all.")
    per_customer_limit: int | None = about("How often a member may have it; null is no limit.")
    valid_from: date | None = about("From which day on it can be had.")
    valid_until: date | None = about("Until which day it can be had.")
    is_active: bool = about("Whether it can be had.")
    redeemed_count: int = looked_up(redeemed_by_reward, int, "How many are issued or used.")


@strawberry.input(description="The whole reward: what is absent takes its default.")
class LoyaltyRewardInput:
    """The whole reward."""

    version: int | None = strawberry.field(default=None, description="The version that was read.")
    name: str = strawberry.field(description="Its name, unique; at most 120 characters.")
    description: str | None = strawberry.field(default=None, description="What it is, at most 2,000 characters.")
    points_cost: BigInt = strawberry.field(description="What it costs.")
    value: Decimal | None = strawberry.field(default=None, description="What it pays of a sale.")
    stock: int | None = strawberry.field(default=None, description="How many may ever be issued; null is no limit.")
    min_tier: strawberry.ID | None = strawberry.field(default=None, description="From which tier on.")
    criteria: str | None = strawberry.field(default=None, description="For whom; null for all.")
    per_customer_limit: int | None = strawberry.field(default=None, description="How often a member may have it.")
    valid_from: date | None = strawberry.field(default=None, description="From which day on it can be had.")
    valid_until: date | None = strawberry.field(default=None, description="Until which day it can be had.")
    is_active: bool = strawberry.field(default=True, description="Whether it can be had.")

    def asked(self, id_: int | None) -> SaveLoyaltyReward:
        """The same as resolvers know it."""
        held: dict[str, Any] = dict(vars(self))
        tier = held.pop("min_tier")
        return SaveLoyaltyReward(id_, min_tier_id=None if tier is None else key_of(tier, "LoyaltyTier"), **held)


registered(
    LoyaltyRewardPayload,
    reward=looked_up(loyalty_reward_by_id, LoyaltyReward, "The reward as it is now.", key="reward_id"),
)
LoyaltyRewardResult = Annotated[
    LoyaltyRewardPayload | NotFound | InvalidInput | InvalidCriteria | Duplicate | StaleVersion,
    strawberry.union("LoyaltyRewardResult", description="The reward, or why nothing was changed."),
]


@strawberry.type
class LoyaltyRewardsQueries:
    """The rewards of the program."""

    @strawberry.field(
        description="The rewards of the loyalty program, the cheapest first.", graphql_type=list[LoyaltyReward]
    )
    @staticmethod
    async def loyalty_rewards(
        info: Info, active_only: Annotated[bool, said("Whether only those that can be had today.")] = True
    ) -> Any:
        """The rewards of the program."""
        return await list_loyalty_rewards(info.context, active_only=active_only)


@strawberry.type
class LoyaltyRewardsMutations:
    """Saving and deleting rewards."""

    @strawberry.mutation(description="Makes a reward, or changes one.", graphql_type=LoyaltyRewardResult)
    @staticmethod
    async def save_loyalty_reward(
        info: Info,
        input: Annotated[LoyaltyRewardInput, said("The whole reward.")],
        id: Annotated[strawberry.ID | None, said("Which; null makes a new one.")] = None,
    ) -> Any:
        """Make a reward, or change one."""
        key = None if id is None else key_of(id, "LoyaltyReward")
        return await info.context.write(save_loyalty_reward, input.asked(key))

    @strawberry.mutation(
        description="Deletes a reward; refused while redemptions of it are issued.", graphql_type=DeleteResult
    )
    @staticmethod
    async def delete_loyalty_reward(info: Info, id: Annotated[strawberry.ID, said("Which.")]) -> Any:
        """Delete a reward."""
        return await info.context.write(delete_loyalty_reward, DeleteLoyaltyReward(key_of(id, "LoyaltyReward")))
