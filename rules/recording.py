"""A sale as a till tells it: what is wrong with it that no store has to tell, and what it comes to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from rules.amounts import MOST_MONEY, check_money, check_price, check_quantity, millionths, minor_units
from rules.codes import read_code
from rules.problems import Problems, optional_text, required_text, short_list
from rules.refusals import InputProblemCode
from rules.selling import PaymentMethod, SaleStatus, due, earned_by, line_profit, line_total

MOST_ITEMS, MOST_PAYMENTS, MOST_REDEEMED = 500, 20, 5
ASKED_STATUSES = (SaleStatus.COMPLETED, SaleStatus.PARTIAL, SaleStatus.PENDING)
LONGEST_OF_LINE = {"sku": 120, "brand": 120, "category": 160}
LONGEST_PRODUCT, LONGEST_REFERENCE, LONGEST_CODE = 300, 200, 40


@dataclass(frozen=True)
class SaleLine:
    """A line of a sale as it is told: amounts in the currency of the business."""

    product: str
    quantity: Decimal
    unit_price: Decimal
    sku: str | None = None
    brand: str | None = None
    category: str | None = None
    unit_cost: Decimal | None = None
    discount: Decimal | None = None
    is_product: bool = True
    earns_points: bool = True


class PaymentSaid(NamedTuple):
    """A payment that came with a sale."""

    method: PaymentMethod
    amount: Decimal
    reference: str | None = None


class RedeemSaid(NamedTuple):
    """What of the loyalty program is to pay: points, or a code."""

    points: int | None = None
    code: str | None = None


# ---------------------------------------------------------------- what no store has to tell


def checked_lines(problems: Problems, lines: Sequence[SaleLine]) -> tuple[SaleLine, ...]:
    """The lines of a sale, of which there is at least one."""
    if not lines:
        problems.add("items", InputProblemCode.REQUIRED, "Give at least one line: what was sold.")
    few, inside = short_list(problems, "items", lines, most=MOST_ITEMS), problems.under("items")
    return tuple(_checked_line(inside.under(place), line) for place, line in enumerate(few))


def _checked_line(problems: Problems, line: SaleLine) -> SaleLine:
    check_quantity(problems, line.quantity)
    check_price(problems, "unitPrice", line.unit_price)
    check_price(problems, "unitCost", line.unit_cost)
    check_money(problems, "discount", line.discount)
    return replace(
        line,
        product=required_text(problems, "product", line.product, longest=LONGEST_PRODUCT),
        sku=optional_text(problems, "sku", line.sku, longest=LONGEST_OF_LINE["sku"]),
        brand=optional_text(problems, "brand", line.brand, longest=LONGEST_OF_LINE["brand"]),
        category=optional_text(problems, "category", line.category, longest=LONGEST_OF_LINE["category"]),
    )


def checked_payments(problems: Problems, payments: Sequence[PaymentSaid]) -> tuple[PaymentSaid, ...]:
    """The payments that came with a sale."""
    few, inside = short_list(problems, "payments", payments, most=MOST_PAYMENTS), problems.under("payments")
    return tuple(_checked_payment(inside.under(place), payment) for place, payment in enumerate(few))


def _checked_payment(problems: Problems, payment: PaymentSaid) -> PaymentSaid:
    check_method(problems, payment.method, (PaymentMethod.POINTS,))
    check_money(problems, "amount", payment.amount, above=True)
    return payment._replace(reference=checked_reference(problems, payment.reference))


def check_method(problems: Problems, method: PaymentMethod, never: Sequence[PaymentMethod]) -> None:
    """Tell of a method by which nothing is paid there."""
    if method not in never:
        return
    ways = {PaymentMethod.POINTS: "points pay by `redeem`", PaymentMethod.CREDIT: "what is owed is paid by money"}
    problems.add("method", InputProblemCode.OUT_OF_RANGE, f"Give another method than {method}: {ways[method]}.")


def checked_reference(problems: Problems, reference: str | None) -> str | None:
    """What the till, the bank or the terminal calls a payment."""
    return optional_text(problems, "reference", reference, longest=LONGEST_REFERENCE)


def checked_redeem(problems: Problems, redeem: Sequence[RedeemSaid]) -> tuple[RedeemSaid, ...]:
    """What of the loyalty program is to pay: at most one of points, and no code twice."""
    few, inside = short_list(problems, "redeem", redeem, most=MOST_REDEEMED), problems.under("redeem")
    if sum(said.points is not None for said in few) > 1:
        problems.add("redeem", InputProblemCode.TOO_MANY, "Give points at most once: say how many in all.")
    checked: list[RedeemSaid] = []
    for place, said in enumerate(few):
        code = None
        if said.code is not None:
            code = required_text(inside.under(place), "redemptionCode", said.code, longest=LONGEST_CODE)
            if read_code(code) in [read_code(other.code) for other in checked if other.code]:
                message = "Give each code once: this one is there before."
                inside.under(place).add("redemptionCode", InputProblemCode.NOT_TOGETHER, message)
        elif said.points is not None and said.points <= 0:
            inside.under(place).add("points", InputProblemCode.OUT_OF_RANGE, "Give points above 0.")
        checked.append(RedeemSaid(said.points, code))
    return tuple(checked)


def checked_sale_status(problems: Problems, status: SaleStatus, *, payments: bool, redeem: bool) -> None:
    """Tell of a status in which no sale is recorded, and of a pending one that is paid already."""
    if status not in ASKED_STATUSES:
        message = f"Give one of {', '.join(ASKED_STATUSES)}: the others come by refunds and voids."
        problems.add("status", InputProblemCode.OUT_OF_RANGE, message)
    for name, is_given in (("payments", payments), ("redeem", redeem)):
        if status is SaleStatus.PENDING and is_given:
            message = "A pending sale is paid later: leave this out, or record it as COMPLETED or PARTIAL."
            problems.add(name, InputProblemCode.NOT_TOGETHER, message)


def made_number(day: date, place: int) -> str:
    """The number of the sale that is so many-th of its business day."""
    return f"S-{day:%Y%m%d}-{place:06}"


# ---------------------------------------------------------------- what it comes to


class PricedLine(NamedTuple):
    """What a line comes to: its quantity and prices in millionths, its money in minor units."""

    quantity: int
    unit_price: int
    unit_cost: int | None
    discount: int
    total: int
    profit: int | None


class SaleFigures(NamedTuple):
    """What a sale comes to, in minor units."""

    lines: tuple[PricedLine, ...]
    subtotal: int
    discount: int
    tax: int
    total: int
    profit: int | None
    costed: int

    @property
    def due(self) -> int:
        """What has to be paid for it."""
        return due(self.total, self.tax)


def sale_figures(
    problems: Problems, lines: Sequence[SaleLine], *, discount: Decimal | None, tax: Decimal | None, exponent: int
) -> SaleFigures:
    """What a sale comes to; no discount is more than what it reduces, and no sale more than can be summed."""
    inside = problems.under("items")
    priced = tuple(_priced(inside.under(place), line, exponent) for place, line in enumerate(lines))
    subtotal = sum(line.total for line in priced)
    taken, taxed = minor_units(problems, "discount", discount, exponent), minor_units(problems, "tax", tax, exponent)
    if taken > subtotal:
        message = "Give at most what the lines come to: a discount reduces, it pays nothing out."
        problems.add("discount", InputProblemCode.OUT_OF_RANGE, message)
    if subtotal + taxed > MOST_MONEY * 10**exponent:
        problems.add("items", InputProblemCode.OUT_OF_RANGE, f"Give sales of at most {MOST_MONEY:,} in all.")
    known = earned_by([(line.total, line.profit) for line in priced], taken)
    profit, costed = (None, 0) if known is None else known
    return SaleFigures(priced, subtotal, taken, taxed, subtotal - taken, profit, costed)


def _priced(problems: Problems, line: SaleLine, exponent: int) -> PricedLine:
    quantity, price = millionths(line.quantity), millionths(line.unit_price)
    cost = None if line.unit_cost is None else millionths(line.unit_cost)
    before, discount = line_total(quantity, price, exponent), minor_units(problems, "discount", line.discount, exponent)
    if discount > before:
        message = "Give at most what the line comes to: a discount reduces, it pays nothing out."
        problems.add("discount", InputProblemCode.OUT_OF_RANGE, message)
    total = before - min(discount, before)
    profit = None if cost is None else line_profit(total, quantity, cost, exponent)
    return PricedLine(quantity, price, cost, discount, total, profit)
