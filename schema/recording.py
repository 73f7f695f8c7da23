"""Sales and payments recorded as they happen."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry
from strawberry.types.unset import UNSET

from resolvers.operation.actor import UsedFor
from resolvers.operation.errors import BadUserInput
from resolvers.operation.ids import key_of
from resolvers.paying import RecordPayment, record_payment
from resolvers.recording import record_sale
from resolvers.sale_changes import UpdateSaleStatus, update_sale_status
from resolvers.sale_checking import RecordSale
from rules.recording import PaymentSaid, RedeemSaid, SaleLine
from rules.selling import PaymentMethod, SaleChannel, SaleStatus
from schema.arguments import Info, said
from schema.sale_results import PaymentResult, RecordSaleResult, SaleResult
from schema.scalars import BigInt

MOST_SALES = 200


def _needed(description: str) -> Any:
    return strawberry.field(description=description)


def _optional(description: str, default: Any = None) -> Any:
    return strawberry.field(default=default, description=description)


@strawberry.input(description="A line of a sale.")
class SaleItemInput:
    """A line of a sale."""

    product: str = _needed("What was sold, as the shop calls it.")
    sku: str | None = _optional("The shop's stock code.")
    brand: str | None = _optional("The brand.")
    category: str | None = _optional("The category.")
    quantity: Decimal = _needed("How many units, above 0, with up to six decimals.")
    unit_price: Decimal = _needed("The price of a unit, with up to six decimals.")
    unit_cost: Decimal | None = _optional("What a unit costs the shop.")
    discount: Decimal | None = _optional("What is taken off this line alone.")
    is_product: bool = _optional("Whether it is merchandise, not postage, a fee or an adjustment.", default=True)
    earns_points: bool = _optional("Whether a loyalty program gives points for it.", default=True)

    def plain(self) -> SaleLine:
        """The same as the rules know it."""
        return SaleLine(**vars(self))


@strawberry.input(description="amount > 0; any method but POINTS.")
class PaymentInput:
    """A payment that came with a sale."""

    method: PaymentMethod = _needed("How it was paid; CREDIT is owed.")
    amount: Decimal = _needed("How much, above 0.")
    reference: str | None = _optional("What the till, the bank or the terminal calls it.")

    def plain(self) -> PaymentSaid:
        """The same as the rules know it."""
        return PaymentSaid(self.method, self.amount, self.reference)


@strawberry.input(description="What of the loyalty program pays: points, or a code.", one_of=True)
class RedeemOnSaleInput:
    """What of the loyalty program pays."""

    points: BigInt | None = strawberry.field(default=UNSET, description="How many points.")
    redemption_code: str | None = strawberry.field(default=UNSET, description="The code of a redemption.")

    def plain(self) -> RedeemSaid:
        """The same as the rules know it."""
        given: dict[str, Any] = {name: value for name, value in vars(self).items() if value is not UNSET}
        return RedeemSaid(given.get("points"), given.get("redemption_code"))


@strawberry.input(
    description="`status`: COMPLETED, PARTIAL or PENDING. `redeem`: at most 5, at most one of them points. `discount`"
    " is of the whole sale, beside those of its items."
)
class RecordSaleInput:
    """A sale to record."""

    idempotency_key: str = _needed("Asking again with the same key records nothing twice.")
    number: str | None = _optional("The shop's number, no other sale's; one is made unless given.")
    customer: strawberry.ID | None = _optional("Who bought.")
    storefront: strawberry.ID | None = _optional("Where.")
    channel: SaleChannel = _optional("By which way.", default=SaleChannel.STORE)
    occurred_at: datetime | None = _optional("When; now unless given.")
    status: SaleStatus = _optional("COMPLETED, PARTIAL or PENDING.", default=SaleStatus.COMPLETED)
    items: list[SaleItemInput] = _needed("Its lines, at most 500.")
    discount: Decimal | None = _optional("What is taken off the whole sale.")
    tax: Decimal | None = _optional("Tax, beside the total.")
    payments: list[PaymentInput] | None = _optional("What was paid, at most 20.")
    redeem: list[RedeemOnSaleInput] | None = _optional("What of the loyalty program pays.")
    campaign: str | None = _optional("The campaign that it came of.")
    note: str | None = _optional("What staff write about it.")

    def plain(self, place: int | None = None) -> RecordSale:
        """The same as resolvers know it; `place` is where it is among several."""
        return RecordSale(
            place=place,
            items=tuple(item.plain() for item in self.items),
            number=self.number,
            customer_id=None if self.customer is None else key_of(self.customer, "Customer"),
            storefront_id=None if self.storefront is None else key_of(self.storefront, "Storefront"),
            channel=self.channel,
            occurred_at=self.occurred_at,
            status=self.status,
            discount=self.discount,
            tax=self.tax,
            payments=tuple(payment.plain() for payment in self.payments or ()),
            redeem=tuple(one.plain() for one in self.redeem or ()),
            campaign=self.campaign,
            note=self.note,
        )

    def used(self, *path: str) -> UsedFor:
        """Its key, and where it is in the arguments."""
        return UsedFor(self.idempotency_key, "sale", (*path, "idempotencyKey"))


@strawberry.input(
    description="A payment of a sale, or on account of a customer: exactly one of the two. Any method but POINTS and"
    " CREDIT."
)
class RecordPaymentInput:
    """A payment to record."""

    idempotency_key: str = _needed("Asking again with the same key records nothing twice.")
    sale: strawberry.ID | None = _optional("The sale that it is of.")
    customer: strawberry.ID | None = _optional("The customer on whose account it is.")
    method: PaymentMethod = _needed("How it was paid.")
    amount: Decimal = _needed("How much, above 0.")
    paid_at: datetime | None = _optional("When; now unless given.")
    reference: str | None = _optional("What the till, the bank or the terminal calls it.")

    def plain(self) -> RecordPayment:
        """The same as resolvers know it."""
        return RecordPayment(
            method=self.method,
            amount=self.amount,
            sale_id=None if self.sale is None else key_of(self.sale, "Sale"),
            customer_id=None if self.customer is None else key_of(self.customer, "Customer"),
            paid_at=self.paid_at,
            reference=self.reference,
        )


@strawberry.type
class RecordingMutations:
    """Recording sales and payments."""

    @strawberry.mutation(description="Records a sale.", graphql_type=RecordSaleResult)
    @staticmethod
    async def record_sale(info: Info, input: Annotated[RecordSaleInput, said("The sale.")]) -> Any:
        """Record a sale."""
        return await info.context.write(record_sale, input.plain(), input.used("input"))

    @strawberry.mutation(
        description="A till's queue: at most 200, each its own transaction, answers in the order of the inputs.",
        graphql_type=list[RecordSaleResult],
    )
    @staticmethod
    async def record_sales(info: Info, inputs: Annotated[list[RecordSaleInput], said("The sales.")]) -> Any:
        """Record sales."""
        if len(inputs) > MOST_SALES:
            raise BadUserInput(f"`inputs` may hold up to {MOST_SALES}, not {len(inputs):,}")
        asked = [(input.plain(place), input.used("inputs", str(place))) for place, input in enumerate(inputs)]
        return await info.context.write_each(record_sale, asked)

    @strawberry.mutation(
        description="PENDING to COMPLETED, PARTIAL or CANCELLED; PARTIAL to COMPLETED where nothing is due.",
        graphql_type=SaleResult,
    )
    @staticmethod
    async def update_sale_status(
        info: Info,
        sale: Annotated[strawberry.ID, said("The sale.")],
        status: Annotated[SaleStatus, said("The status that it is to have.")],
        idempotency_key: Annotated[str | None, said("Asking again with the same key changes nothing twice.")] = None,
    ) -> Any:
        """Bring a sale to another status."""
        used = None if idempotency_key is None else UsedFor(idempotency_key, "sale change")
        return await info.context.write(update_sale_status, UpdateSaleStatus(key_of(sale, "Sale"), status), used)

    @strawberry.mutation(description="Records a payment.", graphql_type=PaymentResult)
    @staticmethod
    async def record_payment(info: Info, input: Annotated[RecordPaymentInput, said("The payment.")]) -> Any:
        """Record a payment."""
        used = UsedFor(input.idempotency_key, "payment", ("input", "idempotencyKey"))
        return await info.context.write(record_payment, input.plain(), used)
