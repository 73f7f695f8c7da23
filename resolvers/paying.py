"""Payments: of a sale, or on the account of a customer."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Self

from models.sales import payment, sale
from resolvers.happening import Happening, happening, refuse_late
from resolvers.identities import customer_named
from resolvers.operation.ids import global_id
from resolvers.operation.writing import Write, small
from resolvers.sale_changes import bring_to, refuse_rest, sale_to_change
from resolvers.sale_statuses import rest_of, settled_on
from rules.amounts import check_money, minor_units
from rules.currency import major
from rules.problems import Problems, check_moment
from rules.recording import check_method, checked_reference
from rules.refusals import InputProblemCode, TooMuchPaid, WrongStatus
from rules.selling import PaymentMethod, SaleStatus, status_by_rest

INPUT = ("input",)
OWED = (SaleStatus.PENDING, SaleStatus.PARTIAL)


@dataclass(frozen=True)
class RecordPayment:
    """Money that came in: for a sale, or on the account of a customer."""

    method: PaymentMethod
    amount: Decimal
    sale_id: int | None = None
    customer_id: int | None = None
    paid_at: datetime | None = None
    reference: str | None = None

    def checked(self, problems: Problems) -> Self:
        """The same as it is kept, every problem told."""
        inside = problems.under(*INPUT)
        if (self.sale_id is None) == (self.customer_id is None):
            message = "Say what it is for: a sale, or a customer's account, one of the two."
            inside.add("sale", InputProblemCode.NOT_TOGETHER, message)
        check_method(inside, self.method, (PaymentMethod.POINTS, PaymentMethod.CREDIT))
        check_money(inside, "amount", self.amount, above=True)
        check_moment(inside, "paidAt", self.paid_at)
        return replace(self, reference=checked_reference(inside, self.reference))


@dataclass(frozen=True)
class PaymentPayload:
    """The payment, and how what it was for then stands."""

    payment_id: int
    sale_id: int | None
    customer_id: int | None
    points_changed: Annotated[int, "The customer's points + pending - owed, after less before."] = 0
    replayed: Annotated[bool, "Whether the key was used before, and nothing was done now."] = False


@small
async def record_payment(write: Write, asked: RecordPayment) -> PaymentPayload:
    """Record money that came in."""
    if asked.sale_id is None:
        return await _on_account(write, asked)
    row = await sale_to_change(write, asked.sale_id, (*INPUT, "sale"))
    refuse_late(write, asked.paid_at)
    if row.status is SaleStatus.CANCELLED:
        raise WrongStatus("This sale is cancelled: nothing is due for it.", row.status)
    rest = rest_of(row) if row.status in OWED else 0
    amount, when = await _checked(write, asked, row, rest)
    id_ = await _insert(write, asked, amount, when, sale_id=row.id, customer_id=row.customer_id)
    changed = await _settle(write, row, amount, rest - amount, when)
    return PaymentPayload(id_, row.id, row.customer_id, changed)


async def _on_account(write: Write, asked: RecordPayment) -> PaymentPayload:
    row = await customer_named(write, asked.customer_id or 0, (*INPUT, "customer"))
    refuse_late(write, asked.paid_at)
    problems = Problems(INPUT)
    amount = minor_units(problems, "amount", asked.amount, write.exponent)
    when = happening(problems, "paidAt", write, asked.paid_at)
    problems.raise_if_any()
    id_ = await _insert(write, asked, amount, when, sale_id=None, customer_id=row.id)
    return PaymentPayload(id_, None, row.id)


async def _checked(write: Write, asked: RecordPayment, row: Any, rest: int) -> tuple[int, Happening]:
    """The amount and the moment; TooMuchPaid, CreditLimitExceeded, or what only the store tells of the input."""
    problems = Problems(INPUT)
    amount = minor_units(problems, "amount", asked.amount, write.exponent)
    problems.raise_if_any()
    if amount > rest:
        raise TooMuchPaid(major(rest, write.exponent))
    if row.status is SaleStatus.PENDING:
        await refuse_rest(write, row, rest - amount, *INPUT, "amount")
    when = happening(problems, "paidAt", write, asked.paid_at)
    if when.day < row.business_day:
        problems.add("paidAt", InputProblemCode.OUT_OF_RANGE, "A payment is of no earlier day than its sale.")
    problems.raise_if_any()
    return amount, when


async def _insert(write: Write, asked: RecordPayment, amount: int, when: Happening, **owner: int | None) -> int:
    said = {"method": asked.method, "amount": amount, "reference": asked.reference}
    id_ = await write.insert(payment, **owner, **said, paid_at=when.at, business_day=when.day)
    public = {"id": global_id("Payment", id_)}
    if owner["sale_id"] is not None:
        public["sale"] = global_id("Sale", owner["sale_id"])
    write.tell("payment.recorded", owner["customer_id"], **public, amount=str(major(amount, write.exponent)))
    return id_


async def _settle(write: Write, row: Any, amount: int, rest: int, when: Happening) -> int:
    """Let a sale know what was paid; it is settled from the last day of what settled it. What it does to points."""
    paid, status = row.paid + amount, status_by_rest(rest)
    if status is row.status:
        await write.update(sale, row, paid=paid)
        return 0
    return await bring_to(write, row, status, await settled_on(write, row.id, when), paid=paid)
