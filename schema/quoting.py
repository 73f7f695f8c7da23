"""What a sale would earn and what points could pay, asked before it is recorded."""

from decimal import Decimal
from typing import Annotated, Any

import strawberry

from resolvers.loyalty.tiers import loyalty_tier_by_id
from resolvers.operation.ids import key_of
from resolvers.quoting import QuotePoints, quote_points
from schema.arguments import Info, about, said
from schema.execution.lookups import looked_up
from schema.loyalty.tiers import LoyaltyTier
from schema.recording import RedeemOnSaleInput, SaleItemInput
from schema.refusals import (
    InsufficientPoints,
    InvalidInput,
    NotAllowed,
    NotEnrolled,
    NotFound,
    RedemptionNotUsable,
)
from schema.scalars import BigInt


@strawberry.input(description="A sale that may be recorded.")
class PointsQuoteInput:
    """A sale that may be recorded."""

    customer: strawberry.ID = strawberry.field(description="Who buys.")
    storefront: strawberry.ID | None = strawberry.field(default=None, description="Where.")
    items: list[SaleItemInput] = strawberry.field(description="Its lines, at most 500.")
    discount: Decimal | None = strawberry.field(default=None, description="What is taken off the whole sale.")
    tax: Decimal | None = strawberry.field(default=None, description="Tax, beside the total.")
    redeem: list[RedeemOnSaleInput] | None = strawberry.field(default=None, description="What of the program pays.")

    def plain(self) -> QuotePoints:
        """The same as resolvers know it."""
        return QuotePoints(
            customer_id=key_of(self.customer, "Customer"),
            items=tuple(item.plain() for item in self.items),
            storefront_id=None if self.storefront is None else key_of(self.storefront, "Storefront"),
            discount=self.discount,
            tax=self.tax,
            redeem=tuple(one.plain() for one in self.redeem or ()),
        )


@strawberry.type(description="What a sale would earn and what points could pay, before it is recorded.")
class PointsQuote:
    """What a sale would earn and what points could pay."""

    earns: BigInt = about("The points that it would earn.")
    is_pending: bool = about("Whether they wait before they can be spent.")
    multiplier: Decimal = about("That of the tier.")
    rules: list[str] = about("The names of the rules that apply.")
    max_redeemable_points: BigInt = about("The most points that it would take beside the codes.")
    redeemed_value: Decimal = about("What `redeem` pays, points and codes.")
    balance_after: BigInt = about("The points that there would be.")
    tier_after: Any = looked_up(loyalty_tier_by_id, LoyaltyTier | None, "The tier that there would be.", key="tier_id")


PointsQuoteResult = Annotated[
    PointsQuote | NotFound | NotEnrolled | InsufficientPoints | RedemptionNotUsable | InvalidInput | NotAllowed,
    strawberry.union("PointsQuoteResult", description="What it would come to, or why it could not be."),
]


@strawberry.type
class QuotingQueries:
    """Sales that are not recorded yet."""

    @strawberry.field(
        description="What a sale would earn and what its points could pay, before it is recorded; changes nothing.",
        graphql_type=PointsQuoteResult,
    )
    @staticmethod
    async def points_quote(info: Info, input: Annotated[PointsQuoteInput, said("The sale.")]) -> Any:
        """What a sale would come to in points."""
        return await info.context.forecast(quote_points, input.plain())
