"""Rewards redeemed, used and cancelled."""

from typing import Annotated, Any

import strawberry

from resolvers.loyalty.issuing import (
    CancelRedemption,
    RedeemReward,
    RedemptionPayload,
    UseRedemption,
    cancel_redemption,
    redeem_reward,
    use_redemption,
)
from resolvers.loyalty.redemptions import redemption_by_id
from resolvers.loyalty.tiers import loyalty_tier_by_id
from resolvers.operation.actor import UsedFor
from resolvers.operation.ids import key_of
from rules.refusals import RewardUnavailableReason
from schema.arguments import Info, about, said
from schema.execution.lookups import looked_up
from schema.loyalty.by_hand import Key
from schema.loyalty.joining import CustomerArg
from schema.loyalty.redemptions import LoyaltyRedemption
from schema.loyalty.results import membership_of_payload
from schema.loyalty.tiers import LoyaltyTier
from schema.refusals import (
    IdempotencyConflict,
    InsufficientPoints,
    InvalidInput,
    NotAllowed,
    NotEnrolled,
    NotFound,
    RedemptionNotUsable,
    Refusal,
)
from schema.results import before, registered


@strawberry.type(description="A reward that the member may not have now.")
class RewardUnavailable(Refusal):
    """A reward that the member may not have now."""

    unavailable: RewardUnavailableReason = about("Why not, the first reason.")
    required_tier: Any = looked_up(
        loyalty_tier_by_id, LoyaltyTier | None, "The tier that it needs, where that is why.", key="tier_id"
    )


registered(
    RedemptionPayload,
    redemption=before(
        "replayed",
        looked_up(redemption_by_id, LoyaltyRedemption, "The redemption as it is now.", key="redemption_id"),
    ),
    membership=before("replayed", membership_of_payload()),
)
RedeemRewardResult = Annotated[
    RedemptionPayload
    | NotFound
    | InvalidInput
    | NotEnrolled
    | NotAllowed
    | RewardUnavailable
    | InsufficientPoints
    | IdempotencyConflict,
    strawberry.union("RedeemRewardResult", description="The redemption, or why there is none."),
]
RedemptionResult = Annotated[
    RedemptionPayload | NotFound | InvalidInput | NotAllowed | RedemptionNotUsable | IdempotencyConflict,
    strawberry.union("RedemptionResult", description="The redemption, or why nothing was changed."),
]


@strawberry.type
class RedeemingMutations:
    """Rewards redeemed, used and cancelled."""

    @strawberry.mutation(description="Gives a member a reward for its points.", graphql_type=RedeemRewardResult)
    @staticmethod
    async def redeem_reward(
        info: Info,
        customer: CustomerArg,
        reward: Annotated[strawberry.ID, said("Which reward.")],
        idempotency_key: Key,
    ) -> Any:
        """Give a member a reward."""
        asked = RedeemReward(key_of(customer, "Customer"), key_of(reward, "LoyaltyReward"))
        return await info.context.write(redeem_reward, asked, UsedFor(idempotency_key, "redemption"))

    @strawberry.mutation(
        description="Takes a redemption whose code somebody shows: issued is issued.", graphql_type=RedemptionResult
    )
    @staticmethod
    async def use_redemption(
        info: Info,
        code: Annotated[str, said("The code, in whatever case.")],
        idempotency_key: Key,
        storefront: Annotated[strawberry.ID | None, said("Where it is used.")] = None,
    ) -> Any:
        """Take a redemption."""
        asked = UseRedemption(code, None if storefront is None else key_of(storefront, "Storefront"))
        return await info.context.write(use_redemption, asked, UsedFor(idempotency_key, "use"))

    @strawberry.mutation(
        description="Gives an issued redemption back: its points, and its place in the stock.",
        graphql_type=RedemptionResult,
    )
    @staticmethod
    async def cancel_redemption(info: Info, id: Annotated[strawberry.ID, said("Which redemption.")]) -> Any:
        """Give a redemption back."""
        return await info.context.write(cancel_redemption, CancelRedemption(key_of(id, "LoyaltyRedemption")))
