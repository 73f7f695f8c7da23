"""The facts of a shop as plain rows, and the few ways in which every report narrows them.

Money is integer minor units, a day is `date.toordinal()`. Customers are given as they are after merging.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from tests.oracle import days, rfm
from tests.oracle.rfm import half_even

COUNTED = frozenset({"COMPLETED", "PARTIAL", "REFUNDED"})
UNCATEGORISED = "Uncategorised"


# ---------------------------------------------------------------- rows
class Customer(NamedTuple):
    """`joined` is the given date, if any; money is what is owed from elsewhere."""

    id: str
    number: str
    type: str = "RETAIL"
    is_active: bool = True
    joined: int | None = None
    created: int | None = None
    source: str | None = None
    campaign: str | None = None
    referrer: str | None = None
    credit_limit: int = 0
    opening_balance: int = 0
    unallocated: int = 0
    first_name: str | None = None
    last_name: str | None = None
    birth_date: str | None = None
    line1: str | None = None
    postal_code: str | None = None
    erased: bool = False


class Sale(NamedTuple):
    """`hour` is None where the source had no time of day.

    `changes` are (day, status) in order, where the status was another one before; without any, `status` has always
    been the status.
    """

    id: str
    customer: str | None
    day: int
    hour: int | None
    total: int
    storefront: str | None = None
    channel: str = "STORE"
    status: str = "COMPLETED"
    discount: int = 0
    tax: int = 0
    changes: tuple[tuple[int, str], ...] = ()


class Item(NamedTuple):
    """A line; `total` is before the sale's discount, `profit` is None where the cost is not known."""

    sale: str
    product: str
    category: str | None
    quantity: Decimal | int
    total: int
    profit: int | None = None


class Payment(NamedTuple):
    """`day` is None where it was paid at the sale."""

    sale: str
    method: str
    amount: int
    day: int | None = None


class Refund(NamedTuple):
    """Paid out on `day`; its storefront is that of its sale."""

    id: str
    customer: str | None
    sale: str | None
    day: int
    hour: int | None
    amount: int
    tax: int = 0


class Booked(NamedTuple):
    """What a sale says to its refunds, whichever sales a report keeps."""

    storefront: str | None
    total: int
    profit: int | None
    refunds: tuple[Refund, ...]  # as they were written


@dataclass(frozen=True)
class Facts:
    """All rows of one business, with what else decides a report; `book` is made of all sales and kept by narrowing."""

    customers: tuple[Customer, ...]
    sales: tuple[Sale, ...]
    items: tuple[Item, ...] = ()
    payments: tuple[Payment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    today: int = 0
    digits: int = 2
    week_start: int = 1
    book: Mapping[str, Booked] | None = None

    def __post_init__(self) -> None:
        """Book every sale once."""
        if self.book is None:
            object.__setattr__(self, "book", {sale.id: self._booked(sale) for sale in self.sales})

    def _booked(self, sale: Sale) -> Booked:
        profit = known_profit(self.items_by_sale.get(sale.id, []))
        return Booked(sale.storefront, sale.total, profit, tuple(self.refunds_by_sale.get(sale.id, [])))

    @cached_property
    def items_by_sale(self) -> dict[str, list[Item]]:
        """The lines of each sale."""
        return grouped(self.items, lambda item: item.sale)

    @cached_property
    def payments_by_sale(self) -> dict[str, list[Payment]]:
        """The payments of each sale."""
        return grouped(self.payments, lambda payment: payment.sale)

    @cached_property
    def refunds_by_sale(self) -> dict[str, list[Refund]]:
        """The linked refunds of each sale."""
        return grouped((refund for refund in self.refunds if refund.sale is not None), lambda refund: refund.sale)

    @cached_property
    def customer_by_id(self) -> dict[str, Customer]:
        """Every customer, by id."""
        return {customer.id: customer for customer in self.customers}

    def money(self, minor: int | None) -> Decimal | None:
        """Minor units as they stand in an answer."""
        return None if minor is None else Decimal(minor).scaleb(-self.digits)

    def mean_money(self, minor: int | Fraction | None, count: int) -> Decimal | None:
        """An average of money, halves to the even minor unit; None without a denominator."""
        if minor is None or not count:
            return None
        exact = Fraction(minor) / count
        return self.money(half_even(exact.numerator, exact.denominator))


def grouped(rows: Iterable, key) -> dict:
    """The rows of each key, in their order."""
    groups = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return dict(groups)


# ---------------------------------------------------------------- ratios
def share(part: int | Fraction, whole: int | Fraction) -> float | None:
    """0..1; None without a denominator."""
    return float(Fraction(part) / Fraction(whole)) if whole else None


def percent(part: int | Fraction, whole: int | Fraction) -> float | None:
    """0..100; None without a denominator."""
    return share(100 * part, whole)


# ---------------------------------------------------------------- narrowing
def status_at(sale: Sale, as_of: int) -> str:
    """The status that a sale had at the end of a day; PENDING before its first change."""
    if not sale.changes:
        return sale.status
    known = [status for day, status in sale.changes if day <= as_of]
    return known[-1] if known else "PENDING"


def until(facts: Facts, as_of: int) -> Facts:
    """What counts at the end of a day: counted sales with their lines and payments, and refunds."""
    dated = [sale._replace(status=status_at(sale, as_of), changes=()) for sale in facts.sales if sale.day <= as_of]
    kept = tuple(sale for sale in dated if sale.status in COUNTED)
    refunds = tuple(refund for refund in facts.refunds if refund.day <= as_of)
    payments = tuple(payment for payment in facts.payments if payment.day is None or payment.day <= as_of)
    return with_sales(replace(facts, payments=payments), kept, refunds)


def with_sales(facts: Facts, sales: tuple[Sale, ...], refunds: tuple[Refund, ...]) -> Facts:
    """The same facts with these sales and refunds, and the lines and payments of those sales."""
    ids = {sale.id for sale in sales}
    return replace(
        facts,
        sales=sales,
        refunds=refunds,
        items=tuple(item for item in facts.items if item.sale in ids),
        payments=tuple(payment for payment in facts.payments if payment.sale in ids),
    )


def narrowed(facts: Facts, *, customer_type: str | None = None, storefront: str | None = None) -> Facts:
    """As if only that storefront's sales existed, and only what customers of that type did."""
    sales, refunds = facts.sales, facts.refunds
    if storefront is not None:
        sales = tuple(sale for sale in sales if sale.storefront == storefront)
        refunds = tuple(refund for refund in refunds if storefront_of(facts, refund) == storefront)
    if customer_type is not None:
        ids = {customer.id for customer in facts.customers if customer.type == customer_type}
        sales = tuple(sale for sale in sales if sale.customer in ids)
        refunds = tuple(refund for refund in refunds if refund.customer in ids)
    return with_sales(facts, sales, refunds)


def of_customer(facts: Facts, customer: str) -> Facts:
    """What one customer did."""
    return with_sales(
        facts,
        tuple(sale for sale in facts.sales if sale.customer == customer),
        tuple(refund for refund in facts.refunds if refund.customer == customer),
    )


def during(facts: Facts, period: days.Period) -> Facts:
    """The sales and refunds whose own day is in the period."""
    start, end = period
    return with_sales(
        facts,
        tuple(sale for sale in facts.sales if start <= sale.day <= end),
        tuple(refund for refund in facts.refunds if start <= refund.day <= end),
    )


def storefront_of(facts: Facts, refund: Refund) -> str | None:
    """The storefront of a refund's sale; none for an unlinked one."""
    return facts.book[refund.sale].storefront if refund.sale else None


def resolved_period(
    facts: Facts, start: int | None = None, end: int | None = None, default: days.Period | None = None
) -> days.Period:
    """A DateRange: it ends today and begins with the first fact unless given; without both, the default."""
    if start is None and end is None and default is not None:
        return default
    first = min((fact.day for fact in (*facts.sales, *facts.refunds)), default=facts.today)
    return (first if start is None else start), min(facts.today if end is None else end, facts.today)


# ---------------------------------------------------------------- money of sales and refunds
def known_profit(items: Iterable[Item]) -> int | None:
    """The sum over the lines that have a profit; None where no line has one."""
    known = [item.profit for item in items if item.profit is not None]
    return sum(known) if known else None


def refunded_profit(facts: Facts, refund: Refund) -> int | None:
    """What a refund takes of its sale's profit beyond the earlier ones; None if unlinked or the profit is not known."""
    if refund.sale is None:
        return None
    sale = facts.book[refund.sale]
    if sale.profit is None or not sale.total:
        return None
    place = [other.id for other in sale.refunds].index(refund.id)
    before, after = (sum(other.amount for other in sale.refunds[:count]) for count in (place, place + 1))
    return half_even(sale.profit * after, sale.total) - half_even(sale.profit * before, sale.total)


def sum_known(amounts: Iterable[int | None]) -> int | None:
    """The sum of the amounts that are known; None where none is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None


def profit_of(facts: Facts, sales: Iterable[Sale], refunds: Iterable[Refund], basis: str = "NET") -> int | None:
    """Profit of sales, less the refunded share of it unless the basis is GROSS; None where no cost is known."""
    made = sum_known(facts.book[sale.id].profit for sale in sales)
    lost = None if basis == "GROSS" else sum_known(refunded_profit(facts, refund) for refund in refunds)
    return sum_known([made, None if lost is None else -lost])


def revenue_of(facts: Facts, sales: Iterable[Sale], refunds: Iterable[Refund], basis: str = "NET") -> int:
    """Revenue of sales and refunds on a basis."""
    if basis == "MARGIN":
        return profit_of(facts, sales, refunds, basis) or 0
    total = sum(sale.total for sale in sales)
    return total if basis == "GROSS" else total - sum(refund.amount for refund in refunds)


def cost_coverage(facts: Facts, sales: Iterable[Sale]) -> float | None:
    """The share of the line totals that have a known cost; a sale without lines has none, and weighs its total."""
    costed = whole = 0
    for sale in sales:
        lines = facts.items_by_sale.get(sale.id, [])
        whole += sum(item.total for item in lines) if lines else sale.total
        costed += sum(item.total for item in lines if item.profit is not None)
    return percent(costed, whole)


# ---------------------------------------------------------------- customers
def sales_by_customer(facts: Facts) -> dict[str, list[Sale]]:
    """The sales of each known customer, in time's order as far as it is known."""
    known = grouped((sale for sale in facts.sales if sale.customer is not None), lambda sale: sale.customer)
    return {customer: sorted(sales, key=lambda sale: sale.day) for customer, sales in known.items()}


def refunds_by_customer(facts: Facts) -> dict[str, list[Refund]]:
    """The refunds of each known customer."""
    return grouped((refund for refund in facts.refunds if refund.customer is not None), lambda refund: refund.customer)


def refunds_outside(facts: Facts, members: Iterable[str]) -> int:
    """The amount of the refunds that nobody of a population got, anonymous ones included."""
    inside = set(members)
    return sum(refund.amount for refund in facts.refunds if refund.customer not in inside)


def joined_on(customer: Customer, sales: Iterable[Sale]) -> int | None:
    """The given date, else the first purchase, else the creation."""
    first = min((sale.day for sale in sales), default=None)
    return next((day for day in (customer.joined, first, customer.created) if day is not None), None)


def for_rfm(facts: Facts) -> rfm.Facts:
    """The frames that the RFM oracle works on."""
    sales = [(sale.id, sale.customer, sale.day, sale.hour, sale.total) for sale in facts.sales]
    refunds = [(refund.customer, refund.day, refund.amount) for refund in facts.refunds]
    customers = [(customer.id, customer.is_active, customer.type) for customer in facts.customers]
    return rfm.Facts(
        pd.DataFrame(sales, columns=["sale", "customer", "day", "hour", "total"]),
        pd.DataFrame(refunds, columns=["customer", "day", "amount"]),
        pd.DataFrame(customers, columns=["customer", "is_active", "type"]),
    )
