"""Redemptions: rewards that were issued, and what became of each."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from resolvers.loyalty.redemptions import list_redemptions, redemption_by_code
from resolvers.loyalty.rewards import loyalty_reward_by_id
from resolvers.operation.paging import PageArguments
from resolvers.sales import sale_by_id
from resolvers.storefronts import storefront_by_id
from rules.loyalty.rewards import RedemptionStatus
from schema.arguments import After, First, Info, about, said
from schema.connections import Words, connection
from schema.execution.lookups import looked_up
from schema.loyalty.rewards import LoyaltyReward
from schema.nodes import Node
from schema.of_customer import customer_of
from schema.sales import Sale
from schema.scalars import BigInt
from schema.storefronts import Storefront


@strawberry.type(description="A reward that was issued. `points` and `value` are as they were then.")
class LoyaltyRedemption(Node):
    """A reward that was issued."""

    customer: Any = customer_of("Whose it is.")
    reward: Any = looked_up(loyalty_reward_by_id, LoyaltyReward, "The reward.", key="reward_id")
    points: BigInt = about("What it cost.")
    value: Decimal | None = about("What it pays of a sale; null for one that is not money.")
    code: str | None = about("What its customer shows; null but to its customer and from STAFF up.")
    status: RedemptionStatus = about("How it stands.")
    created_at: datetime = about("When it was issued.")
    expires_on: date = about("The last day on which it is good.")
    used_at: datetime | None = about("When it was used.")
    used_by: str | None = about("Who took it.")
    cancelled_at: datetime | None = about("When it was cancelled.")
    sale: Any = looked_up(sale_by_id, Sale | None, "The sale that it paid.", key="sale_id")
    storefront: Any = looked_up(storefront_by_id, Storefront | None, "Where it was used.", key="storefront_id")


LoyaltyRedemptionConnection = connection(LoyaltyRedemption, Words("A page of redemptions.", "redemption"))
StatusArg = Annotated[RedemptionStatus | None, said("Only those that stand so today.")]


@strawberry.type
class RedemptionsQueries:
    """Redemptions of the business."""

    @strawberry.field(
        description="The redemptions of the business, the newest first.", graphql_type=LoyaltyRedemptionConnection
    )
    @staticmethod
    async def loyalty_redemptions(
        info: Info, first: First = None, after: After = None, status: StatusArg = None
    ) -> Any:
        """A page of redemptions."""
        return await list_redemptions(info.context, status, PageArguments(first, after))

    @strawberry.field(
        description="The redemption with a code, in whatever case; null where there is none.",
        graphql_type=LoyaltyRedemption | None,
    )
    @staticmethod
    async def loyalty_redemption(info: Info, code: Annotated[str, said("The code.")]) -> Any:
        """One redemption by its code."""
        return await redemption_by_code(info.context, code)
