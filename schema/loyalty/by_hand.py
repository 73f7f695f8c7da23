"""Points by hand: given, taken, spent, given back, forgiven."""

from typing import Annotated, Any

import strawberry

from resolvers.loyalty.by_hand import (
    AdjustPoints,
    EarnPoints,
    ForgiveOwedPoints,
    RedeemPoints,
    ReverseRedeemedPoints,
    adjust_points,
    earn_points,
    forgive_owed_points,
    redeem_points,
    reverse_redeemed_points,
)
from resolvers.operation.actor import UsedFor
from resolvers.operation.ids import key_of
from schema.arguments import Info, said
from schema.loyalty.joining import CustomerArg, ReasonArg
from schema.loyalty.results import LoyaltyResult
from schema.scalars import BigInt

KIND = "points"
OF_INPUT = ("input", "idempotencyKey")
Key = Annotated[str, said("Asking again with the same key does nothing twice.")]


def _key() -> Any:
    return strawberry.field(description="Asking again with the same key does nothing twice.")


@strawberry.input(description="What a caller gives along.")
class MetadataInput:
    """A key with its value."""

    key: str = strawberry.field(description="Its key, at most 40 characters.")
    value: str = strawberry.field(description="Its value, at most 500 characters.")


def _pairs(metadata: list[MetadataInput] | None) -> tuple[tuple[str, str], ...]:
    return tuple((one.key, one.value) for one in metadata or ())


@strawberry.input(
    description="Points to give. `expiresInDays`, from activation, and `pendingDays` in place of the settings'."
)
class EarnPointsInput:
    """Points to give."""

    idempotency_key: str = _key()
    customer: strawberry.ID = strawberry.field(description="To whom.")
    points: BigInt = strawberry.field(description="How many, from 1.")
    description: str | None = strawberry.field(default=None, description="What for, at most 500 characters.")
    sale: strawberry.ID | None = strawberry.field(
        default=None, description="A sale of the customer that they are for: its void takes them back."
    )
    expires_in_days: int | None = strawberry.field(default=None, description="After how many days they end.")
    pending_days: int | None = strawberry.field(default=None, description="After how many days they can be spent.")
    qualifies: bool = strawberry.field(default=True, description="Whether they count for tiers.")
    metadata: list[MetadataInput] | None = strawberry.field(default=None, description="At most 20 pairs.")

    def plain(self) -> EarnPoints:
        """The same as resolvers know it."""
        return EarnPoints(
            customer_id=key_of(self.customer, "Customer"),
            points=self.points,
            description=self.description,
            sale_id=None if self.sale is None else key_of(self.sale, "Sale"),
            expires_in_days=self.expires_in_days,
            pending_days=self.pending_days,
            qualifies=self.qualifies,
            metadata=_pairs(self.metadata),
        )


@strawberry.input(description="Points to add, or below 0 to take away.")
class AdjustPointsInput:
    """Points to add or to take away."""

    idempotency_key: str = _key()
    customer: strawberry.ID = strawberry.field(description="Whose.")
    points: BigInt = strawberry.field(description="How many; below 0 takes away.")
    reason: str = strawberry.field(description="Why, at most 500 characters.")
    qualifies: bool = strawberry.field(default=False, description="Whether they count for tiers.")

    def plain(self) -> AdjustPoints:
        """The same as resolvers know it."""
        return AdjustPoints(key_of(self.customer, "Customer"), self.points, self.reason, self.qualifies)


@strawberry.input(description="Points to spend.")
class RedeemPointsInput:
    """Points to spend."""

    idempotency_key: str = _key()
    customer: strawberry.ID = strawberry.field(description="Whose.")
    points: BigInt = strawberry.field(description="How many, at least minRedeemPoints.")
    description: str | None = strawberry.field(default=None, description="What for, at most 500 characters.")
    metadata: list[MetadataInput] | None = strawberry.field(default=None, description="At most 20 pairs.")

    def plain(self) -> RedeemPoints:
        """The same as resolvers know it."""
        return RedeemPoints(key_of(self.customer, "Customer"), self.points, self.description, _pairs(self.metadata))


@strawberry.type
class PointsMutations:
    """Points by hand."""

    @strawberry.mutation(description="Gives points to a member.", graphql_type=LoyaltyResult)
    @staticmethod
    async def earn_points(info: Info, input: Annotated[EarnPointsInput, said("What is given.")]) -> Any:
        """Give points."""
        return await info.context.write(earn_points, input.plain(), UsedFor(input.idempotency_key, KIND, OF_INPUT))

    @strawberry.mutation(
        description="Adds points to those of a member, or takes some away.", graphql_type=LoyaltyResult
    )
    @staticmethod
    async def adjust_points(info: Info, input: Annotated[AdjustPointsInput, said("What is changed.")]) -> Any:
        """Add points or take some away."""
        return await info.context.write(adjust_points, input.plain(), UsedFor(input.idempotency_key, KIND, OF_INPUT))

    @strawberry.mutation(description="Spends points of a member.", graphql_type=LoyaltyResult)
    @staticmethod
    async def redeem_points(info: Info, input: Annotated[RedeemPointsInput, said("What is spent.")]) -> Any:
        """Spend points."""
        return await info.context.write(redeem_points, input.plain(), UsedFor(input.idempotency_key, KIND, OF_INPUT))

    @strawberry.mutation(
        description="Gives back what redeemPoints took, whole and once, into the lots that it took from.",
        graphql_type=LoyaltyResult,
    )
    @staticmethod
    async def reverse_redeemed_points(
        info: Info,
        transaction: Annotated[strawberry.ID, said("The movement by which they were spent.")],
        idempotency_key: Key,
    ) -> Any:
        """Give back what was spent."""
        asked = ReverseRedeemedPoints(key_of(transaction, "LoyaltyTransaction"))
        return await info.context.write(reverse_redeemed_points, asked, UsedFor(idempotency_key, KIND))

    @strawberry.mutation(description="Forgets what a member owes.", graphql_type=LoyaltyResult)
    @staticmethod
    async def forgive_owed_points(info: Info, customer: CustomerArg, reason: ReasonArg, idempotency_key: Key) -> Any:
        """Forget what a member owes."""
        asked = ForgiveOwedPoints(key_of(customer, "Customer"), reason)
        return await info.context.write(forgive_owed_points, asked, UsedFor(idempotency_key, KIND))
