"""Tiers of the loyalty program."""

from decimal import Decimal
from typing import Annotated, Any

import orjson
import strawberry

from resolvers.loyalty.retiering import TierSimulation, simulate_tiers
from resolvers.loyalty.saving_tiers import delete_loyalty_tier, save_loyalty_tier
from resolvers.loyalty.tiers import (
    DeleteLoyaltyTier,
    LoyaltyTierPayload,
    SaveLoyaltyTier,
    list_loyalty_tiers,
    loyalty_tier_by_id,
    member_count_by_tier,
)
from resolvers.operation.ids import key_of
from schema.arguments import Info, about, said
from schema.execution.lookups import looked_up
from schema.nodes import Node
from schema.refusals import Duplicate, InvalidInput, NotAllowed, NotFound, StaleVersion
from schema.results import before, registered
from schema.scalars import BigInt


@strawberry.type(
    description="A tier. The base is the one of the lowest rank, without thresholds; another without thresholds is "
    "given by hand only."
)
class LoyaltyTier(Node):
    """A tier of the program."""

    version: int = about("How often it was changed, to be sent along with a change.")
    name: str = about("Its name.")
    rank: int = about("Its place: a higher one is better.")
    is_base: bool = about("Whether it is everybody's.")
    min_points: BigInt | None = about("The qualifying points that reach it.")
    min_spend: Decimal | None = about("The spend that reaches it.")
    min_purchases: int | None = about("The purchases that reach it.")
    earn_multiplier: Decimal = about("By what its members' points are multiplied.")
    never_demotes: bool = about("Whether nobody falls below it who had it.")

    @strawberry.field(description="What it brings.")
    @staticmethod
    def benefits(root: strawberry.Parent[Any]) -> list[str]:
        """What it brings."""
        return orjson.loads(root.benefits)

    member_count: int = looked_up(member_count_by_tier, int, "How many members have it.")


@strawberry.input(description="The whole tier: what is absent takes its default. `isBase` moves the mark here.")
class LoyaltyTierInput:
    """The whole tier."""

    version: int | None = strawberry.field(default=None, description="The version that was read.")
    name: str = strawberry.field(description="Its name, unique; at most 80 characters.")
    rank: int = strawberry.field(description="Its place, unique; the base has the lowest.")
    is_base: bool = strawberry.field(default=False, description="Whether it is everybody's, without thresholds.")
    min_points: BigInt | None = strawberry.field(default=None, description="The qualifying points that reach it.")
    min_spend: Decimal | None = strawberry.field(default=None, description="The spend that reaches it.")
    min_purchases: int | None = strawberry.field(default=None, description="The purchases that reach it.")
    earn_multiplier: Decimal = strawberry.field(
        default=Decimal(1), description="By what its members' points are multiplied, at most six decimals."
    )
    never_demotes: bool = strawberry.field(default=False, description="Whether nobody falls below it who had it.")
    benefits: list[str] | None = strawberry.field(default=None, description="What it brings, at most 50 texts.")

    def asked(self, id_: int | None) -> SaveLoyaltyTier:
        """The same as resolvers know it."""
        held: dict[str, Any] = {**vars(self), "benefits": tuple(self.benefits or ())}
        return SaveLoyaltyTier(id_, **held)


registered(TierSimulation)
registered(
    LoyaltyTierPayload,
    tier=before(
        "moved_up",
        looked_up(loyalty_tier_by_id, LoyaltyTier, "The tier; of a deletion where to it moved.", key="tier_id"),
    ),
)
LoyaltyTierResult = Annotated[
    LoyaltyTierPayload | NotFound | InvalidInput | Duplicate | StaleVersion | NotAllowed,
    strawberry.union("LoyaltyTierResult", description="The tier, or why nothing was changed."),
]


@strawberry.type
class LoyaltyTiersQueries:
    """The tiers of the program."""

    @strawberry.field(description="The tiers of the loyalty program by rank.", graphql_type=list[LoyaltyTier])
    @staticmethod
    async def loyalty_tiers(info: Info) -> Any:
        """The tiers of the program."""
        return await list_loyalty_tiers(info.context)

    @strawberry.field(
        description="How members would stand today with other tiers, matched by name: a row for each tier that is or "
        "would be, by rank. Review days play no part, and tiers by hand stay.",
        graphql_type=list[TierSimulation],
    )
    @staticmethod
    async def simulate_tiers(
        info: Info, tiers: Annotated[list[LoyaltyTierInput], said("All tiers as they would be.")]
    ) -> Any:
        """How members would stand."""
        return await simulate_tiers(info.context, [tier.asked(None) for tier in tiers])


@strawberry.type
class LoyaltyTiersMutations:
    """Saving and deleting tiers."""

    @strawberry.mutation(description="Makes a tier, or changes one.", graphql_type=LoyaltyTierResult)
    @staticmethod
    async def save_loyalty_tier(
        info: Info,
        input: Annotated[LoyaltyTierInput, said("The whole tier.")],
        id: Annotated[strawberry.ID | None, said("Which; null makes a new one.")] = None,
    ) -> Any:
        """Make a tier, or change one."""
        key = None if id is None else key_of(id, "LoyaltyTier")
        return await info.context.write(save_loyalty_tier, input.asked(key))

    @strawberry.mutation(
        description="Deletes a tier: its members and rewards move to another.", graphql_type=LoyaltyTierResult
    )
    @staticmethod
    async def delete_loyalty_tier(
        info: Info,
        id: Annotated[strawberry.ID, said("Which.")],
        move_to: Annotated[strawberry.ID, said("The tier that they have then.")],
    ) -> Any:
        """Delete a tier."""
        asked = DeleteLoyaltyTier(key_of(id, "LoyaltyTier"), key_of(move_to, "LoyaltyTier"))
        return await info.context.write(delete_loyalty_tier, asked)
