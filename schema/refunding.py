"""Refunds as they happen."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from resolvers.operation.actor import UsedFor
from resolvers.operation.ids import key_of
from resolvers.refunding import RefundSale, refund_sale
from rules.refunding import RefundItemSaid
from rules.selling import PaymentMethod
from schema.arguments import Info, said
from schema.sale_results import RefundResult


@strawberry.input(description="A line to give back.")
class RefundItemInput:
    """A line to give back."""

    item: strawberry.ID = strawberry.field(description="The line.")
    quantity: Decimal = strawberry.field(description="How many units, with up to six decimals.")

    def plain(self) -> RefundItemSaid:
        """The same as resolvers know it."""
        return RefundItemSaid(key_of(self.item, "SaleItem"), self.quantity)


@strawberry.input(
    description="By items (each once), by amount, or with neither all that is left. With both they must agree."
)
class RefundSaleInput:
    """What is given back of a sale."""

    idempotency_key: str = strawberry.field(description="Asking again with the same key gives nothing back twice.")
    sale: strawberry.ID = strawberry.field(description="The sale.")
    items: list[RefundItemInput] | None = strawberry.field(default=None, description="The lines that come back.")
    amount: Decimal | None = strawberry.field(default=None, description="The goods in money, without tax.")
    method: PaymentMethod | None = strawberry.field(
        default=None,
        description="How money is paid out; absent, as the sale's largest payment of money was made. CREDIT: to the"
        " customer's account.",
    )
    number: str | None = strawberry.field(default=None, description="The shop's number of the refund; no other's.")
    occurred_at: datetime | None = strawberry.field(default=None, description="When; now unless given.")
    reason: str | None = strawberry.field(default=None, description="Why.")

    def plain(self) -> RefundSale:
        """The same as resolvers know it."""
        return RefundSale(
            sale_id=key_of(self.sale, "Sale"),
            items=None if self.items is None else tuple(item.plain() for item in self.items),
            amount=self.amount,
            method=self.method,
            number=self.number,
            occurred_at=self.occurred_at,
            reason=self.reason,
        )


@strawberry.type
class RefundingMutations:
    """Goods given back."""

    @strawberry.mutation(
        description="Gives goods of a sale back: lines, an amount, or all that is left.", graphql_type=RefundResult
    )
    @staticmethod
    async def refund_sale(info: Info, input: Annotated[RefundSaleInput, said("What is given back.")]) -> Any:
        """Give goods back."""
        used = UsedFor(input.idempotency_key, "refund", ("input", "idempotencyKey"))
        return await info.context.write(refund_sale, input.plain(), used)
