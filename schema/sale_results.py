"""What changes of sales answer."""

from decimal import Decimal
from typing import Annotated, Any

import strawberry

from resolvers.customers import balance_by_customer
from resolvers.paying import PaymentPayload
from resolvers.refunding import RefundPayload
from resolvers.sale_statuses import SalePayload
from resolvers.sales import payment_by_id, refund_by_id, sale_by_id
from schema.arguments import about
from schema.execution.lookups import looked_up
from schema.of_customer import customer_of
from schema.refusals import (
    CreditLimitExceeded,
    Duplicate,
    IdempotencyConflict,
    InsufficientPoints,
    InvalidInput,
    NotAllowed,
    NotEnrolled,
    NotFound,
    RedemptionNotUsable,
    RefundTooLarge,
    TooMuchPaid,
    WrongStatus,
)
from schema.results import before, registered
from schema.sales import Payment, Refund, Sale
from schema.scalars import BigInt


def balance_of_payload() -> Any:
    """The field with what the customer owes."""
    return looked_up(
        balance_by_customer,
        Decimal | None,
        "What the customer owes now; null without a customer.",
        key="customer_id",
        finish=lambda _context, _key, _arguments, balance: balance.outstanding_balance,
    )


def sale_of_payload() -> Any:
    """The field with the sale."""
    return looked_up(sale_by_id, Sale, "The sale as it is now.", key="sale_id")


def points_of_payload() -> Any:
    """The field with what became of the customer's points."""
    return about("The customer's points + pending - owed, after less before.", type_=BigInt)


registered(
    SalePayload,
    sale=before("replayed", sale_of_payload()),
    points_changed=before("replayed", points_of_payload()),
    outstanding_balance=before("replayed", balance_of_payload()),
)
registered(
    RefundPayload,
    refund=before("replayed", looked_up(refund_by_id, Refund, "The refund.", key="refund_id")),
    sale=before("replayed", sale_of_payload()),
    points_changed=before("replayed", points_of_payload()),
    outstanding_balance=before("replayed", balance_of_payload()),
)
registered(
    PaymentPayload,
    payment=before("replayed", looked_up(payment_by_id, Payment, "The payment.", key="payment_id")),
    sale=before("replayed", looked_up(sale_by_id, Sale | None, "The sale that it is of, as it is now.", key="sale_id")),
    customer=before("replayed", customer_of("Whose account it is on, or who bought.", may_be_null=True)),
    points_changed=before("replayed", points_of_payload()),
    outstanding_balance=before("replayed", balance_of_payload()),
)
SaleResult = Annotated[
    SalePayload | NotFound | InvalidInput | WrongStatus | NotAllowed | CreditLimitExceeded | IdempotencyConflict,
    strawberry.union("SaleResult", description="The sale, or why nothing was changed."),
]
RefundResult = Annotated[
    RefundPayload
    | NotFound
    | InvalidInput
    | Duplicate
    | RefundTooLarge
    | WrongStatus
    | NotAllowed
    | IdempotencyConflict,
    strawberry.union("RefundResult", description="The refund, or why nothing was given back."),
]
RecordSaleResult = Annotated[
    SalePayload
    | NotFound
    | InvalidInput
    | Duplicate
    | CreditLimitExceeded
    | TooMuchPaid
    | NotAllowed
    | NotEnrolled
    | InsufficientPoints
    | RedemptionNotUsable
    | IdempotencyConflict,
    strawberry.union("RecordSaleResult", description="The sale that was recorded, or why none was."),
]
PaymentResult = Annotated[
    PaymentPayload
    | NotFound
    | InvalidInput
    | TooMuchPaid
    | WrongStatus
    | CreditLimitExceeded
    | NotAllowed
    | IdempotencyConflict,
    strawberry.union("PaymentResult", description="The payment that was recorded, or why none was."),
]
