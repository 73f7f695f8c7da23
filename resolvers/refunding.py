"""Refunds as they happen: of lines, of an amount, or of all that is left of a sale."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, NamedTuple, Self

from models.refunding import quantities_returned, refund_numbered
from models.sales import LONGEST_REASON, payment, refund, refund_item, sale
from resolvers.happening import Happening, happening, refuse_late
from resolvers.identities import customer_named
from resolvers.loyalty.giving_back import (
    PointsBack,
    RefundSteps,
    on_sale,
    opened_to_take,
    referrer_loses,
    refund_points,
)
from resolvers.loyalty.sale_points import SalePoints, completed, earning_of, entered
from resolvers.operation.ids import global_id
from resolvers.operation.writing import Write
from resolvers.sale_changes import sale_to_change
from resolvers.sale_statuses import note_status, settled_on
from resolvers.sold_sales import RefundedSale, sold_sale
from rules.amounts import millionths, minor_units
from rules.currency import exact_minor, major
from rules.loyalty.points import PointsReason
from rules.loyalty.referral import ReferredSale
from rules.problems import Problems, check_moment, optional_text
from rules.refunding import (
    RefundItemSaid,
    RefundMoney,
    ReturnedPart,
    all_that_is_left,
    by_amount,
    by_items,
    checked_goods,
    checked_items,
    checked_payout,
    method_of_payout,
    refund_money,
    status_after_refund,
)
from rules.refusals import Duplicate, InputProblemCode, NotFound, RefundTooLarge, WrongStatus
from rules.selling import COUNTED, PaymentMethod, SaleStatus, refund_share

LONGEST_NUMBER = 80
SALE, ITEMS = ("input", "sale"), ("input", "items")


@dataclass(frozen=True)
class RefundSale:
    """What is given back of a sale: `items`, an `amount`, or with neither all that is left."""

    sale_id: int
    items: tuple[RefundItemSaid, ...] | None = None
    amount: Decimal | None = None
    method: PaymentMethod | None = None
    number: str | None = None
    occurred_at: datetime | None = None
    reason: str | None = None

    def checked(self, problems: Problems) -> Self:
        """The same, every problem told."""
        inside = problems.under("input")
        check_moment(inside, "occurredAt", self.occurred_at)
        return replace(
            self,
            items=None if self.items is None else checked_items(inside, self.items),
            amount=checked_goods(inside, self.amount),
            method=checked_payout(inside, self.method),
            number=optional_text(inside, "number", self.number, longest=LONGEST_NUMBER),
            reason=optional_text(inside, "reason", self.reason, longest=LONGEST_REASON),
        )


@dataclass(frozen=True)
class RefundPayload:
    """What was given back, and how the sale then stands."""

    refund_id: int
    sale_id: int
    customer_id: int | None
    points_changed: int = 0
    replayed: Annotated[bool, "Whether the key was used before, and nothing was done now."] = False


class GivenBack(NamedTuple):
    """The goods of a refund: in all, and of each line."""

    amount: int
    parts: list[ReturnedPart]


class StatusThen(NamedTuple):
    """A status, and from when on a sale has it."""

    status: SaleStatus
    when: Happening


class MovedPoints(NamedTuple):
    """What a refund did to points: opened, to be entered; what came back; what is left that paid the sale."""

    opened: SalePoints | None
    back: PointsBack
    redeemed: int
    refund_id: int | None = None

    @property
    def of_refund(self) -> dict[str, int]:
        """The columns of the refund."""
        known = {} if self.refund_id is None else {"id": self.refund_id}
        return {"points_restored": self.back.restored, "points_taken_back": self.back.taken, **known}

    @property
    def of_sale(self) -> dict[str, int]:
        """The columns of the sale."""
        return {"points_earned": self.back.earned, "points_redeemed": self.redeemed}


async def refund_sale(write: Write, asked: RefundSale) -> RefundPayload:
    """Give goods of a sale back."""
    of = await sold_sale(write, await sale_to_change(write, asked.sale_id, SALE))
    _refuse_strange_items(of, asked)
    refuse_late(write, asked.occurred_at)
    await _refuse_account(write, of, asked)
    _refuse_what_is_not_left(write, of, asked)
    await _refuse_taken_number(write, asked.number)
    when, goods, money = _checked_money(write, of, asked)
    then = await _then(write, of, money, when)
    points = await _move_points(write, of, goods, money, then)
    refund_id = await _insert_refund(write, of, asked, when, money, **points.of_refund)
    await _take_of_lines(write, refund_id, goods.parts)
    await _bring_sale_to(write, of, money, then, **points.of_sale)
    if asked.method is PaymentMethod.CREDIT and money.paid_out:
        await _pay_on_account(write, of, refund_id, money.paid_out, when)
    return RefundPayload(refund_id, of.row.id, of.row.customer_id, await entered(write, points.opened))


# ---------------------------------------------------------------- what refuses it


def _refuse_strange_items(of: RefundedSale, asked: RefundSale) -> None:
    ids = {line.item_id for line in of.lines}
    for place, item in enumerate(asked.items or ()):
        if item.item_id not in ids:
            raise NotFound("There is no such line of this sale.", (*ITEMS, str(place), "item"))


async def _refuse_account(write: Write, of: RefundedSale, asked: RefundSale) -> None:
    if asked.method is PaymentMethod.CREDIT and of.row.customer_id is not None:
        await customer_named(write, of.row.customer_id, SALE)


def _refuse_what_is_not_left(write: Write, of: RefundedSale, asked: RefundSale) -> None:
    """WrongStatus, or RefundTooLarge where the sale or one of the lines has less left than is asked."""
    if of.row.status not in COUNTED:
        message = f"Only a sale that counts is refunded: this one is {of.row.status}."
        raise WrongStatus(message, of.row.status)
    lines = {line.item_id: line for line in of.lines}
    for item in asked.items or () if of.left > 0 else ():
        line = lines[item.item_id]
        if millionths(item.quantity) > line.pieces_left:
            raise RefundTooLarge(major(line.left, write.exponent), global_id("SaleItem", line.item_id))
    wanted = 0 if asked.amount is None else exact_minor(asked.amount, write.exponent)
    if of.left <= 0 or wanted > of.left:
        raise RefundTooLarge(major(max(of.left, 0), write.exponent))


async def _refuse_taken_number(write: Write, number: str | None) -> None:
    if number is None:
        return
    for row in await write.rows(refund_numbered(), number=number):
        raise Duplicate("number", number, global_id("Refund", row.id))


def _checked_money(write: Write, of: RefundedSale, asked: RefundSale) -> tuple[Happening, GivenBack, RefundMoney]:
    """When it is, and what it comes to; InvalidInput has what only the store can tell."""
    problems = Problems(("input",))
    when = happening(problems, "occurredAt", write, asked.occurred_at)
    if when.day < of.row.business_day:
        problems.add("occurredAt", InputProblemCode.OUT_OF_RANGE, "A refund is of no earlier day than its sale.")
    goods = _goods(problems, write, of, asked)
    money = refund_money(of.money, of.given_so_far, goods.amount, of.rest)
    if asked.method is PaymentMethod.CREDIT and money.paid_out and of.row.customer_id is None:
        message = "The sale has no customer, so there is no account: name another method."
        problems.add("method", InputProblemCode.OUT_OF_RANGE, message)
    problems.raise_if_any()
    return when, goods, money


def _goods(problems: Problems, write: Write, of: RefundedSale, asked: RefundSale) -> GivenBack:
    amount = None if asked.amount is None else minor_units(problems, "amount", asked.amount, write.exponent)
    if asked.items is not None:
        parts = by_items(of.lines, {item.item_id: millionths(item.quantity) for item in asked.items})
        return _agreed(problems, write, GivenBack(sum(part.amount for part in parts), parts), amount)
    if amount is None:
        return GivenBack(of.left, all_that_is_left(of.lines))
    return GivenBack(amount, by_amount(of.lines, amount))


def _agreed(problems: Problems, write: Write, goods: GivenBack, amount: int | None) -> GivenBack:
    """What lines come to, where that is something, and the amount where one is said too."""
    come = f"These lines come to {major(goods.amount, write.exponent):f}"
    if amount is not None and amount != goods.amount:
        problems.add("amount", InputProblemCode.DOES_NOT_ADD_UP, f"{come}: give that, or leave it out.")
    elif not goods.amount:
        problems.add("items", InputProblemCode.OUT_OF_RANGE, f"{come}: there is nothing to give back.")
    return goods


# ---------------------------------------------------------------- what it writes


async def _insert_refund(
    write: Write, of: RefundedSale, asked: RefundSale, when: Happening, money: RefundMoney, **columns: int
) -> int:
    row, known = of.row, of.row.profit is not None
    share = refund_share(row.profit, total=row.total, before=row.refunded, amount=money.amount) if known else None
    method = (asked.method or method_of_payout(of.payments)) if money.paid_out else None
    refund_id = await write.insert(
        refund,
        **columns,
        customer_id=row.customer_id,
        sale_id=row.id,
        storefront_id=row.storefront_id,
        number=asked.number,
        **money._asdict(),
        method=method,
        profit=share,
        **when.columns,
        reason=asked.reason,
    )
    public = {"id": global_id("Refund", refund_id), "sale": global_id("Sale", row.id)}
    write.tell("refund.recorded", row.customer_id, **public, amount=str(major(money.amount, write.exponent)))
    return refund_id


async def _take_of_lines(write: Write, refund_id: int, parts: Sequence[ReturnedPart]) -> None:
    taken = [
        {"refund_id": refund_id, "sale_item_id": part.item_id, "quantity": part.quantity, "amount": part.amount}
        for part in parts
    ]
    await write.insert_each(refund_item, taken)
    counted = [{"item": part.item_id, "more": part.quantity} for part in parts if part.quantity]
    await write.run(quantities_returned(), [{"business": write.business_id, **one} for one in counted])


async def _then(write: Write, of: RefundedSale, money: RefundMoney, when: Happening) -> StatusThen:
    """The status that a sale has after its refund, and from when on."""
    refunded, rest = of.row.refunded + money.amount, of.rest - money.settled
    status = status_after_refund(of.row.status, total=of.row.total, refunded=refunded, rest=rest)
    return StatusThen(status, await settled_on(write, of.row.id, when))


async def _move_points(
    write: Write, of: RefundedSale, goods: GivenBack, money: RefundMoney, then: StatusThen
) -> MovedPoints:
    """What a refund does to points; where it completes the sale, that earns on what is left."""
    on, refunded = await on_sale(write, of.row), of.refunded(goods.parts)
    completes = then.status is SaleStatus.COMPLETED and of.row.status is not SaleStatus.COMPLETED
    points = await opened_to_take(write, of.row, on, joins=completes)
    if points is None:
        left = ReferredSale(of.row.total, sum(refunded.values()))
        await referrer_loses(write, of.row, on, PointsReason.REFUND, left)
        return MovedPoints(None, PointsBack(0, 0, of.row.points_earned), of.row.points_redeemed)
    before = of.given_so_far.with_tax
    (refund_id,) = await write.take_ids(refund, 1)  # its entries name the refund
    back = await refund_points(
        write, points, of.row, on, RefundSteps(refund_id, before, before + money.with_tax, refunded)
    )
    if completes:
        earned = await completed(write, points, earning_of(of, then.when.day, refunded=refunded))
        back = back if earned is None else back._replace(earned=earned.left(refunded))
    return MovedPoints(points, back, of.row.points_redeemed - back.restored, refund_id)


async def _bring_sale_to(write: Write, of: RefundedSale, money: RefundMoney, then: StatusThen, **columns: int) -> None:
    """Let the sale know of its refund, whose day is that of a status which it brings."""
    beside = of.row.refunded_beside + money.tax - money.given_back
    refunded = {"refunded": of.row.refunded + money.amount, "refunded_beside": beside}
    await write.update(sale, of.row, status=then.status, **refunded, **columns)
    await note_status(write, of.row, then.status, then.when)


async def _pay_on_account(write: Write, of: RefundedSale, refund_id: int, amount: int, when: Happening) -> None:
    """What is paid out to the customer's account is a payment of no sale."""
    values = {"customer_id": of.row.customer_id, "method": PaymentMethod.CREDIT, "amount": amount}
    paid = {"sale_id": None, "refund_id": refund_id, "paid_at": when.at, "business_day": when.day}
    id_ = await write.insert(payment, **values, **paid, reference=None)
    told = {"id": global_id("Payment", id_), "amount": str(major(amount, write.exponent))}
    write.tell("payment.recorded", of.row.customer_id, **told)
