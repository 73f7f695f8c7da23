"""Purchase patterns, categories bought together, and recommendations, sale by sale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise, permutations

from tests.oracle import days
from tests.oracle.days import WEEKDAYS, Period
from tests.oracle.facts import (
    UNCATEGORISED,
    Facts,
    Item,
    Sale,
    during,
    narrowed,
    of_customer,
    percent,
    resolved_period,
    revenue_of,
    sales_by_customer,
    share,
    sum_known,
    until,
)
from tests.oracle.retention import period_answer

DEFAULT_EDGES = (0, 100, 250, 500, 1000)
DAYS_PER_MONTH = Fraction("30.4375")


def report(
    facts: Facts,
    period: Period | None = None,
    *,
    customer: str | None = None,
    compare_to: str | None = None,
    revenue_basis: str = "NET",
    customer_type: str | None = None,
    storefront: str | None = None,
    grouping: str = "MONTHLY",
    basket_edges: Iterable[int] | None = None,
) -> dict:
    """The whole purchase patterns report; `basket_edges` are in minor units."""
    period = period or resolved_period(facts, default=days.days_to(facts.today, 90))
    chosen = narrowed(facts, customer_type=customer_type, storefront=storefront)
    chosen = chosen if customer is None else of_customer(chosen, customer)
    known = until(chosen, period[1])
    within = during(known, period)
    edges = [edge * 10**facts.digits for edge in DEFAULT_EDGES] if basket_edges is None else list(basket_edges)
    previous = None
    if compare_to is not None:
        earlier = days.compared(period, compare_to)
        previous = summary(during(until(chosen, earlier[1]), earlier), revenue_basis)
    return {
        "period": period_answer(period, facts.today),
        "summary": summary(within, revenue_basis),
        "previous": previous,
        "frequency": frequency(within, period),
        "baskets": baskets(within, edges),
        "byWeekdayHour": by_weekday_hour(within, revenue_basis),
        "byWeekday": time_buckets(within, range(1, 8), lambda fact: days.weekday(fact.day), revenue_basis),
        "byHour": time_buckets(within, range(24), lambda fact: fact.hour, revenue_basis),
        "byMonth": time_buckets(within, range(1, 13), lambda fact: days.month(fact.day), revenue_basis),
        "seasonality": seasonality(known, period[1]),
        "series": series(within, period, grouping, revenue_basis),
        "paymentMethods": payment_methods(within),
        "categories": categories(within, revenue_basis),
        "hourUnknown": sum(sale.hour is None for sale in within.sales),
    }


# ---------------------------------------------------------------- summary
def summary(within: Facts, basis: str) -> dict:
    """The PatternSummary of the sales and refunds given."""
    sales = within.sales
    known = [sale for sale in sales if sale.customer is not None]
    customers = {sale.customer for sale in known}
    busiest_day = most(days.weekday(sale.day) for sale in sales)
    return {
        "totalTransactions": len(sales),
        "uniqueCustomers": len(customers),
        "revenue": within.money(revenue_of(within, sales, within.refunds, basis)),
        "anonymousTransactions": len(sales) - len(known),
        "avgBasketSize": within.mean_money(sum(sale.total for sale in sales), len(sales)),
        "avgItemsPerTransaction": share(sum(units(within, sale) for sale in sales), len(sales)),
        "transactionsPerCustomer": share(len(known), len(customers)),
        "mostPopularPaymentMethod": most(method for sale in sales for method in methods_of(within, sale)),
        "busiestDay": WEEKDAYS[busiest_day - 1] if busiest_day else None,
        "busiestHour": most(sale.hour for sale in sales if sale.hour is not None),
    }


def most(keys: Iterable):
    """The most frequent key, ties to the lower one; None without any."""
    counts = Counter(keys)
    return min(counts, key=lambda key: (-counts[key], key), default=None)


def units(facts: Facts, sale: Sale) -> Fraction:
    """The quantity of a sale's lines, free ones included."""
    return sum((Fraction(item.quantity) for item in facts.items_by_sale.get(sale.id, [])), Fraction(0))


def methods_of(facts: Facts, sale: Sale) -> set[str]:
    """The methods that a sale was paid by."""
    return {payment.method for payment in facts.payments_by_sale.get(sale.id, [])}


def frequency(within: Facts, period: Period) -> dict:
    """The PurchaseFrequency."""
    transactions, length = len(within.sales), period[1] - period[0] + 1
    return {
        "daily": share(transactions, length),
        "weekly": share(7 * transactions, length),
        "monthly": share(DAYS_PER_MONTH * transactions, length),
        "avgDaysBetweenPurchases": mean_gap(within),
    }


def mean_gap(within: Facts) -> float | None:
    """The gaps between each customer's consecutive purchase days, pooled."""
    gaps = [
        later - earlier
        for sales in sales_by_customer(within).values()
        for earlier, later in pairwise(sorted({sale.day for sale in sales}))
    ]
    return share(sum(gaps), len(gaps))


# ---------------------------------------------------------------- baskets and payments
def baskets(within: Facts, edges: list[int]) -> list[dict]:
    """The buckets between the edges, the last one open; one below the first edge if a basket is there."""
    limits: list[int | None] = [*edges, None]
    answer = [
        basket_bucket(within, low, high, [sale for sale in within.sales if is_between(sale.total, low, high)])
        for low, high in pairwise(limits)
    ]
    below = [sale for sale in within.sales if sale.total < edges[0]]
    return ([basket_bucket(within, None, edges[0], below)] if below else []) + answer


def is_between(amount: int, low: int | None, high: int | None) -> bool:
    """Whether an amount is in a bucket whose upper edge is exclusive."""
    return (low is None or amount >= low) and (high is None or amount < high)


def basket_bucket(within: Facts, low: int | None, high: int | None, inside: list[Sale]) -> dict:
    """One BasketBucket."""
    return {
        "min": within.money(low),
        "max": within.money(high),
        "transactionCount": len(inside),
        "percentage": percent(len(inside), len(within.sales)),
        "avgItems": share(sum(units(within, sale) for sale in inside), len(inside)),
    }


def payment_methods(within: Facts) -> list[dict]:
    """A PaymentPreference for each method that occurs, the most used first."""
    paid: dict[str, dict[str, int]] = {}
    for payment in within.payments:
        of_method = paid.setdefault(payment.method, {})
        of_method[payment.sale] = of_method.get(payment.sale, 0) + payment.amount
    return [
        {
            "method": method,
            "transactionCount": len(of_method),
            "percentage": percent(len(of_method), len(within.sales)),
            "avgTransactionValue": within.mean_money(sum(of_method.values()), len(of_method)),
        }
        for method, of_method in sorted(paid.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    ]


# ---------------------------------------------------------------- time
def time_buckets(within: Facts, keys: Iterable, key_of, basis: str) -> list[dict]:
    """Dense TimeBuckets without their labels; facts whose key is None are in none of them."""
    return [{"key": key} | time_bucket(within, lambda fact, key=key: key_of(fact) == key, basis) for key in keys]


def time_bucket(within: Facts, is_inside, basis: str) -> dict:
    """Transactions, their share, and the revenue of the sales and refunds inside."""
    sales = [sale for sale in within.sales if is_inside(sale)]
    refunds = [refund for refund in within.refunds if is_inside(refund)]
    return {
        "transactionCount": len(sales),
        "revenue": within.money(revenue_of(within, sales, refunds, basis)),
        "percentage": percent(len(sales), len(within.sales)),
    }


def by_weekday_hour(within: Facts, basis: str) -> list[dict]:
    """The 168 buckets, Monday 0 o'clock first."""
    slots = [(weekday, hour) for weekday in range(1, 8) for hour in range(24)]
    found = time_buckets(within, slots, lambda fact: (days.weekday(fact.day), fact.hour), basis)
    answer = []
    for entry in found:
        weekday, hour = entry.pop("key")
        answer.append({"weekday": WEEKDAYS[weekday - 1], "hour": hour} | entry)
    return answer


def series(within: Facts, period: Period, grouping: str, basis: str) -> list[dict]:
    """The SeriesPoints of the calendar units of the period, clipped to it."""
    answer = []
    for part, whole in days.clipped_units(period, days.UNIT_OF_GROUPING[grouping], within.week_start):
        inside = during(within, part)
        answer.append(
            {
                "start": days.iso(part[0]),
                "end": days.iso(part[1]),
                "transactionCount": len(inside.sales),
                "uniqueCustomers": len({sale.customer for sale in inside.sales} - {None}),
                "revenue": inside.money(revenue_of(inside, inside.sales, inside.refunds, basis)),
                "complete": days.is_over(whole[1], period[1], within.today),
            }
        )
    return answer


def seasonality(known: Facts, end: int) -> list[dict]:
    """Each month's daily NET revenue over the overall one, from the first sale of all to the period's end."""
    first = min((sale.day for sale in known.sales), default=end + 1)
    day_count, revenue = Counter(days.month(day) for day in range(first, end + 1)), Counter()
    for sale in known.sales:
        revenue[days.month(sale.day)] += sale.total
    for refund in known.refunds:
        if refund.day >= first:
            revenue[days.month(refund.day)] -= refund.amount
    overall, length = sum(revenue.values()), end + 1 - first
    return [
        {
            "month": month,
            "index": share(revenue[month] * length, day_count[month] * overall),
        }
        for month in range(1, 13)
    ]


# ---------------------------------------------------------------- categories
def category_of(item: Item) -> str:
    """The category of a line."""
    return item.category if item.category is not None else UNCATEGORISED


def categories_of(facts: Facts, sale: Sale) -> set[str]:
    """The categories in a sale."""
    return {category_of(item) for item in facts.items_by_sale.get(sale.id, [])}


def line_amount(items: list[Item], basis: str) -> int:
    """Line totals as sold, or under MARGIN the known profits of the lines."""
    if basis == "MARGIN":
        return sum_known(item.profit for item in items) or 0
    return sum(item.total for item in items)


def categories(within: Facts, basis: str) -> list[dict]:
    """A CategoryPreference for each category that occurs, the highest revenue first."""
    lines: dict[str, list[Item]] = {}
    for item in within.items:
        lines.setdefault(category_of(item), []).append(item)
    answer = []
    for category, items in lines.items():
        amount, count = line_amount(items, basis), len({item.sale for item in items})
        answer.append(
            {
                "category": category,
                "purchaseCount": count,
                "percentage": percent(count, len(within.sales)),
                "avgSpend": within.mean_money(amount, count),
                "revenue": within.money(amount),
            }
        )
    return sorted(answer, key=lambda entry: (-entry["revenue"], entry["category"]))


def category_affinity(
    facts: Facts,
    period: Period | None = None,
    *,
    storefront: str | None = None,
    customer_type: str | None = None,
    min_support: float | Fraction = Fraction(1, 100),
    first: int | None = 50,
) -> dict:
    """The CategoryAffinity of a period."""
    period = period or resolved_period(facts, default=days.days_to(facts.today, 90))
    chosen = narrowed(facts, storefront=storefront, customer_type=customer_type)
    found = pairs(during(until(chosen, period[1]), period), Fraction(str(min_support)))
    return {"pairs": [shown(pair) for pair in found[:first]]}


def pairs(within: Facts, min_support: Fraction) -> list[dict]:
    """Ordered pairs of categories with exact ratios, by lift, support (both descending) and names."""
    together = Counter()
    alone = Counter()
    for sale in within.sales:
        there = categories_of(within, sale)
        alone.update(there)
        together.update(permutations(sorted(there), 2))
    total = len(within.sales)
    found = [
        {
            "first": first,
            "second": second,
            "support": Fraction(count, total),
            "confidence": Fraction(count, alone[first]),
            "lift": Fraction(count * total, alone[first] * alone[second]),
            "transactions": count,
        }
        for (first, second), count in together.items()
        if Fraction(count, total) >= min_support
    ]
    return sorted(found, key=lambda pair: (-pair["lift"], -pair["support"], pair["first"], pair["second"]))


def shown(pair: dict) -> dict:
    """A CategoryPair with floats."""
    return {name: float(value) if isinstance(value, Fraction) else value for name, value in pair.items()}


def recommendations(
    facts: Facts, customer: str, period: Period | None = None, *, min_support: float | Fraction = Fraction(1, 100)
) -> list[dict]:
    """Categories that a customer has not bought yet, by the best lift × confidence from one that was bought.

    `period` is that of the pairs; all history unless given. `pair` names the categories of the reason.
    """
    period = period or resolved_period(facts)
    known = until(facts, period[1])
    own = of_customer(known, customer)
    bought = {category_of(item) for item in own.items}
    best: dict[str, tuple[Fraction, str]] = {}
    for pair in pairs(during(known, period), Fraction(str(min_support))):
        strength = pair["lift"] * pair["confidence"]
        candidate = pair["second"]
        if pair["first"] in bought and candidate not in bought and strength > best.get(candidate, (0, ""))[0]:
            best[candidate] = strength, pair["first"]
    ordered = sorted(best, key=lambda category: (-best[category][0], category))
    return [
        {
            "category": category,
            "pair": (best[category][1], category),
            "score": share(len(ordered) - index, len(ordered)),
        }
        for index, category in enumerate(ordered)
    ]
