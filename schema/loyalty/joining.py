"""Joining the program, leaving it, and being suspended."""

from typing import Annotated, Any

import strawberry

from resolvers.loyalty.membership import (
    EnrollInLoyalty,
    LeaveLoyalty,
    SuspendLoyalty,
    enroll_in_loyalty,
    leave_loyalty,
    suspend_loyalty,
)
from resolvers.operation.ids import key_of
from schema.arguments import Info, said
from schema.loyalty.results import LoyaltyResult

CustomerArg = Annotated[strawberry.ID, said("Whose membership.")]
ReasonArg = Annotated[str, said("Why, at most 500 characters.")]


@strawberry.type
class JoiningMutations:
    """Joining, leaving, suspending."""

    @strawberry.mutation(description="Lets a customer join the program, also one who left.", graphql_type=LoyaltyResult)
    @staticmethod
    async def enroll_in_loyalty(info: Info, customer: CustomerArg) -> Any:
        """Let a customer join."""
        return await info.context.write(enroll_in_loyalty, EnrollInLoyalty(key_of(customer, "Customer")))

    @strawberry.mutation(
        description="Suspends a member, who then neither earns nor redeems, or takes it back.",
        graphql_type=LoyaltyResult,
    )
    @staticmethod
    async def suspend_loyalty(
        info: Info,
        customer: CustomerArg,
        suspended: Annotated[bool, said("Whether it is suspended.")],
        reason: ReasonArg,
    ) -> Any:
        """Suspend a member, or take it back."""
        asked = SuspendLoyalty(key_of(customer, "Customer"), suspended=suspended, reason=reason)
        return await info.context.write(suspend_loyalty, asked)

    @strawberry.mutation(
        description="Lets a member leave: its points end, what it owes stays.", graphql_type=LoyaltyResult
    )
    @staticmethod
    async def leave_loyalty(info: Info, customer: CustomerArg, reason: ReasonArg) -> Any:
        """Let a member leave."""
        return await info.context.write(leave_loyalty, LeaveLoyalty(key_of(customer, "Customer"), reason))
