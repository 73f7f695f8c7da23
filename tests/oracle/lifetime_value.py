"""What customers have been worth so far: the historic part of the lifetime value report, person by person.

Predictions are not computed here: they have oracles of their own in the literature.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from tests.oracle import days, rfm
from tests.oracle.facts import (
    Customer,
    Facts,
    cost_coverage,
    for_rfm,
    joined_on,
    narrowed,
    percent,
    profit_of,
    refunds_by_customer,
    refunds_outside,
    revenue_of,
    sales_by_customer,
    share,
    sum_known,
    until,
)
from tests.oracle.rfm import half_even

PERCENTILES = (10, 25, 50, 75, 90)
LIFESPAN_YEARS = 3
MULTIPLIERS = {
    "CHAMPION": Fraction("2.0"),
    "CANT_LOSE_THEM": Fraction("1.5"),
    "LOYAL": Fraction("1.8"),
    "NEW_CUSTOMER": Fraction("1.2"),
    "LOST": Fraction("0.3"),
    "POTENTIAL_LOYALIST": Fraction("1.5"),
    "PROMISING": Fraction("1.3"),
    "NEED_ATTENTION": Fraction("1.0"),
    "AT_RISK": Fraction("0.6"),
    "ABOUT_TO_SLEEP": Fraction("0.8"),
    "HIBERNATING": Fraction("0.5"),
}
Range = tuple[int | None, int | None]


@dataclass(frozen=True)
class Value:
    """One customer with a counted sale."""

    customer: Customer
    joined: int | None
    revenue: int
    profit: int | None
    orders: int
    first: int
    last: int


def report(
    facts: Facts,
    as_of: int | None = None,
    *,
    joined: Range | None = None,
    customer_type: str | None = None,
    storefront: str | None = None,
    min_revenue: int | None = None,
    min_profit: int | None = None,
    revenue_basis: str = "NET",
    order_by: str = "REVENUE",
) -> dict:
    """The lifetime value report; `min_revenue` and `min_profit` are in minor units."""
    as_of = facts.today if as_of is None else min(as_of, facts.today)
    known = until(narrowed(facts, storefront=storefront), as_of)
    everyone = values(known, revenue_basis)
    kept = [
        value
        for value in everyone
        if (customer_type is None or value.customer.type == customer_type)
        and (min_revenue is None or value.revenue >= min_revenue)
        and (min_profit is None or (value.profit is not None and value.profit >= min_profit))
        and (joined is None or is_within(value.joined, joined))
    ]
    ids = {value.customer.id for value in kept}
    return {
        "summary": summary(known, kept),
        "customers": ranked_list(known, everyone, kept, order_by, as_of),
        "distribution": distribution(known, kept),
        "lorenz": lorenz([value.revenue for value in kept]),
        "costCoverage": cost_coverage(known, [sale for sale in known.sales if sale.customer in ids]),
    }


def values(known: Facts, basis: str) -> list[Value]:
    """Every customer with a counted sale, by number."""
    refunds = refunds_by_customer(known)
    found = []
    for customer_id, sales in sales_by_customer(known).items():
        customer, given_back = known.customer_by_id[customer_id], refunds.get(customer_id, [])
        found.append(
            Value(
                customer,
                joined_on(customer, sales),
                revenue_of(known, sales, given_back, basis),
                profit_of(known, sales, given_back, basis),
                len(sales),
                sales[0].day,
                sales[-1].day,
            )
        )
    return sorted(found, key=lambda value: value.customer.number)


def is_within(day: int | None, limits: Range) -> bool:
    """Whether a day lies in a range that may be open at either end."""
    low, high = limits
    return day is not None and (low is None or day >= low) and (high is None or day <= high)


# ---------------------------------------------------------------- the totals
def summary(facts: Facts, kept: list[Value]) -> dict:
    """The LifetimeValueSummary."""
    revenues = sorted((value.revenue for value in kept), reverse=True)
    profit = sum_known(value.profit for value in kept)
    top = revenues[: -(-len(kept) // 10)]
    return {
        "totalCustomers": len(kept),
        "totalRevenue": facts.money(sum(revenues)),
        "totalProfit": facts.money(profit),
        "averageClv": facts.mean_money(sum(revenues), len(kept)),
        "averageProfitPerCustomer": facts.mean_money(profit, len(kept)),
        "topCustomerRevenue": facts.money(revenues[0]) if revenues else None,
        "top10PercentContribution": percent(sum(top), sum(revenues)),
        "refundsOutsidePopulation": facts.money(refunds_outside(facts, {value.customer.id for value in kept})),
    }


def lorenz(revenues: list[int]) -> list[dict]:
    """101 points of the straight lines through the cumulated revenues, lowest first."""
    ordered, total = sorted(revenues), sum(revenues)
    if total <= 0:
        return []
    return [
        {"customers": float(point), "revenue": percent(lowest(ordered, Fraction(point * len(ordered), 100)), total)}
        for point in range(101)
    ]


def lowest(ordered: list[int], count: Fraction) -> Fraction:
    """The sum of the first `count` amounts, the last of them in part."""
    whole = int(count)
    part = count - whole
    return sum(ordered[:whole]) + (part * ordered[whole] if part else Fraction(0))


# ---------------------------------------------------------------- distribution
def distribution(facts: Facts, kept: list[Value]) -> list[dict]:
    """The value buckets: below zero if anyone is there, then from 0 by the edges; the last one is open."""
    if not kept:
        return []
    limits: list[int | None] = [0, *edges([value.revenue for value in kept if value.revenue > 0]), None]
    below = [value for value in kept if value.revenue < 0]
    buckets = [bucket(facts, None, 0, below)] if below else []
    for low, high in pairwise(limits):
        inside = [value for value in kept if value.revenue >= low and (high is None or value.revenue < high)]
        buckets.append(bucket(facts, low, high, inside))
    return buckets


def edges(positive: list[int]) -> list[int]:
    """Nearest-rank percentiles to two significant digits, each once."""
    ordered = sorted(positive)
    ranks = [-(-percentile * len(ordered) // 100) for percentile in PERCENTILES] if ordered else []
    return sorted({two_digits(ordered[rank - 1]) for rank in ranks})


def two_digits(amount: int) -> int:
    """A positive whole number to two significant digits, halves to even."""
    unit = 10 ** max(len(str(amount)) - 2, 0)
    return half_even(amount, unit) * unit


def bucket(facts: Facts, low: int | None, high: int | None, inside: list[Value]) -> dict:
    """One ValueBucket, without its label."""
    return {
        "min": facts.money(low),
        "max": facts.money(high),
        "customerCount": len(inside),
        "revenue": facts.money(sum(value.revenue for value in inside)),
        "customerIds": {value.customer.id for value in inside},
    }


# ---------------------------------------------------------------- the list
def sort_key(value: Value, order: str) -> Fraction:
    """What an order sorts by, exactly; who has none comes last."""
    if order == "PROFIT":
        return Fraction(-(10**18)) if value.profit is None else Fraction(value.profit)
    if order == "ORDERS":
        return Fraction(value.orders)
    if order == "AVERAGE_ORDER_VALUE":
        return Fraction(value.revenue, value.orders)
    if order == "REVENUE":
        return Fraction(value.revenue)
    raise ValueError(order)


def ranks(of: list[Value], order: str) -> dict[str, int]:
    """1 for the best; ties by customer number."""
    ordered = sorted(of, key=lambda value: (-sort_key(value, order), value.customer.number))
    return {value.customer.id: rank for rank, value in enumerate(ordered, start=1)}


def ranked_list(known: Facts, everyone: list[Value], kept: list[Value], order: str, as_of: int) -> list[dict]:
    """The nodes of the list: customer id, rank in the list, and the clv."""
    by_order, by_revenue = ranks(kept, order), ranks(everyone, "REVENUE")
    segments = retail_segments(known, as_of)
    rows = [
        {
            "customer": value.customer.id,
            "number": value.customer.number,
            "rank": by_order[value.customer.id],
            "clv": clv(known, value, by_revenue[value.customer.id], segments[value.customer.id], as_of),
        }
        for value in kept
    ]
    return sorted(rows, key=lambda row: row["rank"])


def retail_segments(known: Facts, as_of: int) -> dict[str, str]:
    """The RETAIL segment code of everyone, inactive too, over all history."""
    frames = for_rfm(known)
    everyone = rfm.eligible(frames.customers, True, None)
    scored = rfm.score(rfm.population(frames, as_of, None, everyone), rfm.SCHEMES["RETAIL"], None)
    return dict(scored["segment_code"])


def clv(facts: Facts, value: Value, rank: int, segment: str, as_of: int) -> dict:
    """The historic part of a CLV, with the segment that the heuristic used."""
    days_as_customer = as_of - value.first + 1
    return {
        "revenue": facts.money(value.revenue),
        "profit": facts.money(value.profit),
        "profitMargin": None if value.profit is None else percent(value.profit, value.revenue),
        "orders": value.orders,
        "averageOrderValue": facts.mean_money(value.revenue, value.orders),
        "firstPurchaseDate": days.iso(value.first),
        "lastPurchaseDate": days.iso(value.last),
        "daysAsCustomer": days_as_customer,
        "lifespanDays": value.last - value.first,
        "purchaseFrequencyDays": share(days_as_customer, value.orders),
        "rank": rank,
        "heuristic": facts.mean_money(heuristic(value, days_as_customer, MULTIPLIERS[segment]), 1),
        "rfmSegment": segment,
    }


def heuristic(value: Value, days_as_customer: int, multiplier: Fraction) -> Fraction:
    """Average order value × orders per year × years × multiplier, unrounded minor units."""
    average = Fraction(value.revenue, value.orders)
    per_year = Fraction(value.orders, max(days_as_customer, 365)) * 365
    return average * per_year * LIFESPAN_YEARS * multiplier
