"""Sales that should not have been, or that are of somebody else."""

from typing import Annotated, Any

import strawberry

from resolvers.assigning import AssignSale, assign_sale
from resolvers.operation.actor import UsedFor
from resolvers.operation.ids import key_of
from resolvers.voiding import VoidSale, void_sale
from schema.arguments import Info, said
from schema.sale_results import SaleResult

SALE_CHANGE = "sale change"  # the kind of operations among which a key is one
ChangeKey = Annotated[str, said("Asking again with the same key changes nothing twice.")]


@strawberry.type
class CorrectingMutations:
    """Voids and assignments."""

    @strawberry.mutation(
        description="A sale that should not have been: CANCELLED from its own day, points reversed. STAFF on the"
        " business day on which it was recorded, MANAGER later.",
        graphql_type=SaleResult,
    )
    @staticmethod
    async def void_sale(
        info: Info,
        sale: Annotated[strawberry.ID, said("The sale.")],
        reason: Annotated[str, said("Why it should not have been.")],
        idempotency_key: ChangeKey,
    ) -> Any:
        """Void a sale."""
        asked = VoidSale(key_of(sale, "Sale"), reason)
        return await info.context.write(void_sale, asked, UsedFor(idempotency_key, SALE_CHANGE))

    @strawberry.mutation(
        description="Gives an anonymous sale to a customer, or takes it from the wrong one (null: anonymous).",
        graphql_type=SaleResult,
    )
    @staticmethod
    async def assign_sale(
        info: Info,
        sale: Annotated[strawberry.ID, said("The sale.")],
        idempotency_key: ChangeKey,
        customer: Annotated[strawberry.ID | None, said("Whose it is; null: nobody's.")] = None,
    ) -> Any:
        """Assign a sale."""
        asked = AssignSale(key_of(sale, "Sale"), None if customer is None else key_of(customer, "Customer"))
        return await info.context.write(assign_sale, asked, UsedFor(idempotency_key, SALE_CHANGE))
