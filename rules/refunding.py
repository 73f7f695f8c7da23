"""What a refund comes to: what it takes of each line, its tax, and what it settles, pays out and gives back in points.

Amounts are minor units, quantities millionths.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Protocol

from rules.amounts import check_money, check_quantity
from rules.currency import half_even
from rules.problems import Problems, short_list
from rules.refusals import InputProblemCode
from rules.selling import PaymentMethod, SaleStatus, due, settles, shares, status_after

MOST_ITEMS = 500

# ---------------------------------------------------------------- what is asked


class RefundItemSaid(NamedTuple):
    """A line to give back, and how many of it."""

    item_id: int
    quantity: Decimal


def checked_items(problems: Problems, items: Sequence[RefundItemSaid]) -> tuple[RefundItemSaid, ...]:
    """Lines to give back, each once, of at most six decimals."""
    if not items:
        message = "Name lines; leave this out to give back an amount or all that is left."
        problems.add("items", InputProblemCode.REQUIRED, message)
    few, named = short_list(problems, "items", items, most=MOST_ITEMS), set[int]()
    for place, item in enumerate(few):
        _check_item(problems.under("items").under(place), item, named)
        named.add(item.item_id)
    return tuple(few)


def _check_item(problems: Problems, item: RefundItemSaid, named: set[int]) -> None:
    if item.item_id in named:
        problems.add("item", InputProblemCode.NOT_TOGETHER, "This line is named already: name it once.")
    check_quantity(problems, item.quantity)


def checked_goods(problems: Problems, amount: Decimal | None) -> Decimal | None:
    """An amount to give back, above 0."""
    check_money(problems, "amount", amount, above=True)
    return amount


def checked_payout(problems: Problems, method: PaymentMethod | None) -> PaymentMethod | None:
    """How money is to be paid out: points are given back by themselves."""
    if method is PaymentMethod.POINTS:
        message = "Points that paid are given back by themselves: name how the money is paid out."
        problems.add("method", InputProblemCode.OUT_OF_RANGE, message)
    return method


# ---------------------------------------------------------------- what is left of the lines


class ReturnedPart(NamedTuple):
    """What a refund takes of a line; by amount its quantity is 0."""

    item_id: int
    quantity: int
    amount: int


class PastRefund(NamedTuple):
    """A refund of before; one without a quantity in any of its parts was by amount, as every imported one is."""

    amount: int
    parts: tuple[ReturnedPart, ...] = ()

    @property
    def is_by_amount(self) -> bool:
        """Whether it was of no line, so that every line lost its share."""
        return not any(part.quantity for part in self.parts)


@dataclass(frozen=True)
class ReturnableLine:
    """A line of which refunds by items take their parts: `net` for `quantity`, and what was taken of both since.

    A refund by amount lowers what is left of the line, which is then its net and its quantity.
    """

    item_id: int
    net: int
    quantity: int
    taken: int = 0
    pieces: int = 0

    @property
    def left(self) -> int:
        """The money that is left of it."""
        return self.net - self.taken

    @property
    def pieces_left(self) -> int:
        """The quantity that can still be returned."""
        return self.quantity - self.pieces

    def worth(self, quantity: int) -> int:
        """What returning so much of it comes to: parts in any order come to the whole."""
        if not self.quantity:
            return 0
        return half_even(self.net * (self.pieces + quantity), self.quantity) - self.taken

    def after(self, part: ReturnedPart) -> "ReturnableLine":
        """What it is once a part was returned by items."""
        taken, pieces = self.taken + part.amount, self.pieces + part.quantity
        return ReturnableLine(self.item_id, self.net, self.quantity, taken, pieces)

    def less(self, amount: int) -> "ReturnableLine":
        """What it is once a refund by amount took its share."""
        return ReturnableLine(self.item_id, self.left - amount, self.pieces_left)


class SoldLine(Protocol):
    """A line as it was sold."""

    @property
    def id(self) -> int:
        """Its key."""
        ...

    @property
    def quantity(self) -> int:
        """How many, in millionths."""
        ...

    @property
    def total(self) -> int:
        """What it came to, before its share of the sale's discount."""
        ...


def returnable(lines: Sequence[SoldLine], discount: int, refunds: Iterable[PastRefund] = ()) -> list[ReturnableLine]:
    """What is left of the lines of a sale after its refunds, in the order in which those were recorded."""
    left = _as_sold(lines, discount)
    for refund in refunds:
        left = _after(left, refund, _parts_of(left, refund))
    return left


def parts_of_refunds(
    lines: Sequence[SoldLine], discount: int, refunds: Iterable[PastRefund]
) -> Iterator[Sequence[ReturnedPart]]:
    """What each refund of a sale took of its lines, in the order in which they were recorded."""
    left = _as_sold(lines, discount)
    for refund in refunds:
        parts = _parts_of(left, refund)
        yield parts
        left = _after(left, refund, parts)


def _as_sold(lines: Sequence[SoldLine], discount: int) -> list[ReturnableLine]:
    off = shares(discount, [line.total for line in lines])
    return [ReturnableLine(line.id, line.total - less, line.quantity) for line, less in zip(lines, off, strict=True)]


def _parts_of(left: Sequence[ReturnableLine], refund: PastRefund) -> Sequence[ReturnedPart]:
    return refund.parts or by_amount(left, refund.amount)


def _after(left: Sequence[ReturnableLine], refund: PastRefund, parts: Sequence[ReturnedPart]) -> list[ReturnableLine]:
    taken = {part.item_id: part for part in parts}
    if refund.is_by_amount:
        return [line.less(taken[line.item_id].amount) if line.item_id in taken else line.less(0) for line in left]
    return [line.after(taken[line.item_id]) if line.item_id in taken else line for line in left]


# ---------------------------------------------------------------- of which lines


def by_items(left: Sequence[ReturnableLine], quantities: Mapping[int, int]) -> list[ReturnedPart]:
    """What returning these quantities of lines, by item, comes to."""
    wanted = [(line, quantities[line.item_id]) for line in left if line.item_id in quantities]
    return [ReturnedPart(line.item_id, quantity, line.worth(quantity)) for line, quantity in wanted]


def by_amount(left: Sequence[ReturnableLine], amount: int) -> list[ReturnedPart]:
    """What each line loses where an amount is given back for no line; of an imported one no more than there is."""
    weights = [max(line.left, 0) for line in left]
    parts = shares(min(amount, sum(weights)), weights)
    return [ReturnedPart(line.item_id, 0, part) for line, part in zip(left, parts, strict=True) if part]


def all_that_is_left(left: Sequence[ReturnableLine]) -> list[ReturnedPart]:
    """Everything that is left of the lines."""
    return [ReturnedPart(line.item_id, line.pieces_left, line.left) for line in left if line.pieces_left or line.left]


# ---------------------------------------------------------------- where the money goes


class SaleMoney(NamedTuple):
    """The money of a sale; `loyalty_paid` is the part of what was `paid` that points paid, themselves or as a code."""

    total: int
    tax: int
    paid: int
    loyalty_paid: int = 0

    @property
    def due(self) -> int:
        """What had to be paid."""
        return due(self.total, self.tax)


class RefundMoney(NamedTuple):
    """The money of a refund, or the sums of several: amount + tax = given_back in points + settled + paid_out."""

    amount: int = 0
    tax: int = 0
    settled: int = 0
    paid_out: int = 0

    @property
    def with_tax(self) -> int:
        """The goods with their tax."""
        return self.amount + self.tax

    @property
    def given_back(self) -> int:
        """What of it is loyalty-paid value, which never goes back as money."""
        return self.with_tax - self.settled - self.paid_out


def unpaid_rest(sale: SaleMoney, refunded: RefundMoney) -> int:
    """What is still to be paid for a sale that is partly paid."""
    return max(sale.due - sale.paid - refunded.settled - refunded.paid_out, 0)


def taken_back(whole: int, *, so_far: int, of: int, earlier: int) -> int:
    """What a refund takes of something that goes with a sale: its part of the whole so far, less what earlier took."""
    return half_even(whole * so_far, of) - earlier


def refund_money(sale: SaleMoney, earlier: RefundMoney, amount: int, rest: int) -> RefundMoney:
    """The money of a refund of goods (of a total > 0), after the `earlier` ones and with so much `rest` to pay."""
    tax = max(taken_back(sale.tax, so_far=earlier.amount + amount, of=sale.total, earlier=earlier.tax), 0)
    back = amount + tax
    points = taken_back(sale.loyalty_paid, so_far=earlier.with_tax + back, of=sale.due, earlier=earlier.given_back)
    money = back - min(max(points, 0), back)
    settled = min(rest, money)
    return RefundMoney(amount, tax, settled, money - settled)


# ---------------------------------------------------------------- how it is paid out


class MoneyPaid(NamedTuple):
    """A payment of a sale."""

    method: PaymentMethod
    amount: int
    is_loyalty: bool = False


def method_of_payout(payments: Sequence[MoneyPaid]) -> PaymentMethod | None:
    """That of the largest payment of money, the earlier of equals; None where none is known."""
    money = [paid for paid in payments if settles(paid.method) and not paid.is_loyalty]
    return max(money, key=lambda paid: paid.amount).method if money else None


# ---------------------------------------------------------------- how the sale then stands


def status_after_refund(status: SaleStatus, *, total: int, refunded: int, rest: int) -> SaleStatus:
    """The status of a sale after a refund: one that leaves nothing to pay completes it."""
    after = status_after(status, total=total, refunded=refunded)
    return SaleStatus.COMPLETED if after is SaleStatus.PARTIAL and not rest else after
