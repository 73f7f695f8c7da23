"""Sales, their items, payments and refunds."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Optional

import strawberry

from resolvers.loyalty.redemptions import redemption_by_id
from resolvers.operation.paging import PageArguments
from resolvers.refunded_parts import parts_by_refund
from resolvers.sale_listing import list_sales
from resolvers.sales import (
    item_by_id,
    items_by_sale,
    note_by_sale,
    payments_by_sale,
    reason_by_refund,
    refunds_by_sale,
    sale_by_id,
    sale_by_number,
    statuses_by_sale,
)
from resolvers.storefronts import storefront_by_id
from rules.selling import PaymentMethod, SaleChannel, SaleStatus
from schema.arguments import After, Before, DateRange, DecimalRange, First, Info, Last, about, given, said
from schema.connections import Words, connection
from schema.execution.lookups import looked_up
from schema.nodes import Node
from schema.of_customer import customer_of
from schema.scalars import BigInt
from schema.storefronts import Storefront

if TYPE_CHECKING:
    from schema.loyalty.redemptions import LoyaltyRedemption

strawberry.enum(SaleChannel, description="By which way a sale was made.")
strawberry.enum(
    PaymentMethod, description="How money was paid; CREDIT is the customer's account, POINTS of the loyalty program."
)


@strawberry.type(description="One line of a sale.")
class SaleItem:
    """One line of a sale."""

    global_id: strawberry.ID = about("The opaque id.", "id")
    product: str = about("What was sold, as the shop calls it.")
    sku: str | None = about("The shop's stock code.")
    category: str | None = about("The category it was sold under.")
    quantity: Decimal = about("How many units, with up to six decimals.")
    unit_price: Decimal = about("The price of a unit, with up to six decimals.")
    total: Decimal = about("Quantity times price, rounded half-even to the minor unit, less its discount.")
    profit: Decimal | None = about("Total less cost; null where the cost is unknown.")
    is_product: bool = about("Whether it is merchandise, not postage, a fee or an adjustment.")
    brand: str | None = about("The brand of what was sold.")
    discount: Decimal = about("What was taken off this line alone.")
    earns_points: bool = about("Whether a loyalty program gives points for it.")
    refunded_quantity: Decimal = about("How many units came back so far.")


@strawberry.type(description="Money received for a sale.")
class Payment(Node):
    """Money received for a sale."""

    method: PaymentMethod = about("How it was paid.")
    amount: Decimal = about("How much.")
    paid_at: datetime = about("When.")
    reference: str | None = about("What the till, the bank or the terminal calls it.")
    redemption: Any = looked_up(
        redemption_by_id,
        Optional[  # noqa: UP045  a lazy type has no |
            Annotated["LoyaltyRedemption", strawberry.lazy("schema.loyalty.redemptions")]
        ],
        "The redemption whose code paid; null for money and for points.",
        key="redemption_id",
    )


@strawberry.type(description="What a refund took of a line.")
class RefundItem:
    """What a refund took of a line."""

    item: Any = looked_up(item_by_id, SaleItem, "The line.", key="sale_item_id")
    quantity: Decimal = about("How many units came back; 0 of a refund by amount.")
    amount: Decimal = about("What of the refund is of this line, without tax.")


@strawberry.type(description="Money paid back, a fact of its own day.")
class Refund(Node):
    """Money paid back."""

    amount: Decimal = about("How much, without tax.")
    occurred_at: datetime = about("When it was paid out.")
    business_day: date = about("The calendar day of that in the business's zone.", "businessDate")
    reason: Any = looked_up(reason_by_refund, str | None, "Why, as the shop wrote it.")
    number: str | None = about("The shop's number of the refund.")
    method: PaymentMethod | None = about("How money was paid out; null where none was or the source does not say.")
    tax: Decimal = about("Tax that goes back with the goods.")
    settled: Decimal = about("What of it was taken off the rest that was still to be paid.")
    paid_out: Decimal = about("What of it was paid out in money.")
    points_restored: BigInt = about("Points that had paid and went back.")
    points_taken_back: BigInt = about("Points that the sale had earned and were taken back.")
    items: Any = looked_up(
        parts_by_refund, list[RefundItem], "The lines that it touched; an imported one is by amount."
    )

    sale: Any = looked_up(
        sale_by_id,
        Optional[Annotated["Sale", strawberry.lazy("schema.sales")]],  # noqa: UP045  a lazy type has no |
        "The sale it refunds; null where the source does not say.",
        key="sale_id",
    )


@strawberry.type(description="A status that a sale took.")
class SaleStatusChange:
    """A status that a sale took."""

    status: SaleStatus = about("The status.")
    at: datetime = about("When it was recorded.")
    business_day: date = about("The day of what made it.", "businessDate")
    actor: str = about("Who brought it there.")


@strawberry.type(description="A sale as it was made.")
class Sale(Node):
    """A sale."""

    number: str = about("The shop's number of the sale.")
    status: SaleStatus = about("Where it stands.")
    occurred_at: datetime = about("When it was made.")
    business_day: date = about("The calendar day of that in the business's zone.", "businessDate")
    channel: SaleChannel = about("By which way it was made.")
    subtotal: Decimal = about("The sum of its lines.")
    discount: Decimal = about("What was taken off the lines.")
    tax: Decimal = about("Tax, which is not revenue.")
    total: Decimal = about("Lines less discount, without tax: its revenue.")
    profit: Decimal | None = about(
        "Of the lines whose cost is known, less their share of the discount; null if none is."
    )
    paid: Decimal = about("What was received, other than on account.")
    refunded: Decimal = about("What was paid back so far.")
    points_earned: BigInt = about("Points that it earns its customer after refunds, pending ones too.")
    points_redeemed: BigInt = about("Points that paid it, less those restored.")
    voided_reason: str | None = about("Why it should not have been, where it was voided.")
    campaign: str | None = about("The campaign that it came of.")

    storefront: Any = looked_up(
        storefront_by_id,
        Storefront | None,
        "Where it was made; null where the source does not say.",
        key="storefront_id",
    )
    refunds: Any = looked_up(refunds_by_sale, list[Refund], "What was paid back, by time.")
    items: Any = looked_up(items_by_sale, list[SaleItem], "Its lines in order.")
    payments: Any = looked_up(payments_by_sale, list[Payment], "What was received for it, by time.")
    status_history: Any = looked_up(
        statuses_by_sale, list[SaleStatusChange], "The statuses that it took, from the one it was recorded with."
    )
    note: Any = looked_up(note_by_sale, str | None, "What staff wrote about it.")
    customer: Any = customer_of("Who bought; null for an anonymous sale.", may_be_null=True)


SaleConnection = connection(Sale, Words("A page of sales, newest first.", "sale"))
RefundConnection = connection(Refund, Words("A page of refunds, newest first.", "refund"))


@strawberry.input(description="Which sales; what is given must all hold.")
class SaleFilter:
    """Which sales."""

    period: DateRange | None = strawberry.field(default=None, description="Of these business days.")
    storefront: strawberry.ID | None = strawberry.field(default=None, description="Made here.")
    channel: SaleChannel | None = strawberry.field(default=None, description="Made by this way.")
    status: SaleStatus | None = strawberry.field(default=None, description="With this status.")
    customer: strawberry.ID | None = strawberry.field(default=None, description="Of this customer.")
    search: str | None = strawberry.field(
        default=None,
        description="Words that begin words of the number, or that find the customer as `customers` does.",
    )
    total: DecimalRange | None = strawberry.field(default=None, description="With a total in this range.")


@strawberry.type
class SalesQueries:
    """Sales of the whole business."""

    @strawberry.field(description="The sale with this number; null where there is none.", graphql_type=Sale | None)
    @staticmethod
    async def sale(info: Info, number: Annotated[str, said("The shop's number.")]) -> Any:
        """A sale by its number."""
        return await sale_by_number(info.context, number)

    @strawberry.field(
        description="Sales, whatever their status, the newest first.",
        graphql_type=SaleConnection,
    )
    @staticmethod
    async def sales(
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Annotated[SaleFilter | None, said("Which sales.")] = None,
    ) -> Any:
        """Sales of the business."""
        return await list_sales(info.context, given(filter), PageArguments(first, after, last, before))
