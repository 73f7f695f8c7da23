"""The rules of a sale: what it comes to, whether it counts, what settles it and what its refunds take back.

Amounts are minor units, quantities and prices millionths; what takes an `Amount` takes arrays as well.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, NamedTuple, overload

from rules.currency import MILLION, Amount, half_even

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class SaleStatus(StrEnum):
    """Where a sale stands; PENDING and CANCELLED never count, REFUNDED means that refunds reached the total."""

    PENDING = "PENDING"
    COMPLETED = "COMPLETED"
    PARTIAL = "PARTIAL"
    REFUNDED = "REFUNDED"
    CANCELLED = "CANCELLED"


class SaleChannel(StrEnum):
    """By which way a sale was made."""

    STORE = "STORE"
    ONLINE = "ONLINE"
    PHONE = "PHONE"
    MARKETPLACE = "MARKETPLACE"
    OTHER = "OTHER"


class PaymentMethod(StrEnum):
    """How a sale was paid; CREDIT is the customer's account and settles nothing, POINTS are of the loyalty program."""

    CASH = "CASH"
    CARD = "CARD"
    MOBILE_MONEY = "MOBILE_MONEY"
    BANK_TRANSFER = "BANK_TRANSFER"
    CREDIT = "CREDIT"
    VOUCHER = "VOUCHER"
    OTHER = "OTHER"
    POINTS = "POINTS"


GIVEN_METHODS = tuple(method for method in PaymentMethod if method is not PaymentMethod.POINTS)  # by callers and files
COUNTED = (SaleStatus.COMPLETED, SaleStatus.PARTIAL, SaleStatus.REFUNDED)


# ---------------------------------------------------------------- what a sale comes to


def line_total(quantity: Amount, unit_price: Amount, exponent: int) -> Amount:
    """quantity × price in minor units of a currency with `exponent` decimals, half-even."""
    return half_even(quantity * unit_price, MILLION * MILLION // 10**exponent)


def line_profit(total: Amount, quantity: Amount, unit_cost: Amount, exponent: int) -> Amount:
    """What is left of a line's total after its cost."""
    return total - line_total(quantity, unit_cost, exponent)


class Earned(NamedTuple, Generic[Amount]):
    """The profit of a sale, and `costed`, the part of its total whose cost is known; both after the discount."""

    profit: Amount
    costed: Amount


def earned(*, subtotal: Amount, discount: Amount, costed: Amount, profit: Amount) -> Earned[Amount]:
    """What lines that come to `costed` of the subtotal and to `profit` earn after their share of the discount."""
    share = half_even(discount * costed, subtotal + (subtotal == 0))  # of nothing the share is nothing
    return Earned(profit - share, costed - share)


def earned_by(lines: Sequence[tuple[int, int | None]], discount: int) -> Earned[int] | None:
    """What the lines of a sale, as (total, profit), earn after its discount; None where no profit is known."""
    known = [(total, profit) for total, profit in lines if profit is not None]
    if not known:
        return None
    return earned(
        subtotal=sum(total for total, _profit in lines),
        discount=discount,
        costed=sum(total for total, _profit in known),
        profit=sum(profit for _total, profit in known),
    )


# ---------------------------------------------------------------- whether it counts and what settles it


def day_counted_from(status: SaleStatus, day: int) -> int | None:
    """`day`, from which a sale of this status counts, None where it does not."""
    return day if status in COUNTED else None


def due(total: Amount, tax: Amount) -> Amount:
    """What has to be paid for a sale."""
    return total + tax


def settles(method: PaymentMethod) -> bool:
    """Whether a payment is money towards its sale, and part of its `paid`: CREDIT is not."""
    return method is not PaymentMethod.CREDIT


def rest_due(*, due: int, taken_off: int, paid: int) -> int:
    """What is still to be paid for a sale of which refunds took something off what is due."""
    return max(due - taken_off - paid, 0)


def status_by_rest(rest: int) -> SaleStatus:
    """The status of a sale that counts and of which so much is not paid."""
    return SaleStatus.PARTIAL if rest > 0 else SaleStatus.COMPLETED


# ---------------------------------------------------------------- refunds


def refund_share(whole: Amount, *, total: Amount, before: Amount, amount: Amount) -> Amount:
    """What a refund of a sale's `total` (> 0) takes back of its profit or anything else that goes with the total.

    That is what all of its refunds so far take, less what those `before` took, so that refunds in parts take back
    exactly the whole.
    """
    return half_even(whole * (before + amount), total) - half_even(whole * before, total)


@overload
def refunds_reach(total: int, refunded: int) -> bool: ...
@overload
def refunds_reach(total: "npt.NDArray[np.int64]", refunded: "npt.NDArray[np.int64]") -> "npt.NDArray[np.bool_]": ...
def refunds_reach(total: Amount, refunded: Amount) -> "bool | npt.NDArray[np.bool_]":
    """Whether refunds have reached the total of a sale, which a total of 0 never is."""
    return (total > 0) & (refunded >= total)


def status_after(status: SaleStatus, *, total: int, refunded: int) -> SaleStatus:
    """The status of a sale after its refunds: REFUNDED where it counts and they have reached its total."""
    return SaleStatus.REFUNDED if status in COUNTED and refunds_reach(total, refunded) else status


class GivenBack(NamedTuple):
    """Goods without tax, and the tax on them, in minor units."""

    amount: int
    tax: int


def goods_and_tax(back: int, *, total: int, tax: int) -> GivenBack:
    """An amount with its tax, split as the sale's total and tax are."""
    goods = half_even(back * total, total + tax) if total + tax else back
    return GivenBack(goods, back - goods)


# ---------------------------------------------------------------- shares


def shares(amount: int, weights: Sequence[int]) -> list[int]:
    """An amount in whole parts in proportion to weights, the largest remainders first; the parts are the amount.

    Ties go to the earlier part. Without any weight the first part gets all.
    """
    whole = sum(weights)
    if not whole:
        return [amount, *[0] * (len(weights) - 1)] if weights else []
    parts = [amount * weight // whole for weight in weights]
    rests = sorted(range(len(weights)), key=lambda index: (-(amount * weights[index] % whole), index))
    for index in rests[: amount - sum(parts)]:
        parts[index] += 1
    return parts
