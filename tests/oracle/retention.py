"""Retention, cohorts and repeat purchases, person by person.

An answer has the contract's names. What counts customers also carries them as `customerIds`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from fractions import Fraction

from tests.oracle import days
from tests.oracle.days import Period
from tests.oracle.facts import (
    Facts,
    narrowed,
    percent,
    refunds_by_customer,
    resolved_period,
    sales_by_customer,
    share,
    until,
)

Purchases = dict[str, list[int]]  # customer: the days of the purchases, ascending, a day once for each purchase


def report(
    facts: Facts,
    period: Period | None = None,
    *,
    compare_to: str | None = None,
    cohort_period: str = "MONTH",
    trend_period: str = "MONTH",
    mode: str = "ON",
    activity_days: int = 90,
    customer_type: str | None = None,
    storefront: str | None = None,
) -> dict:
    """The whole retention report."""
    period = period or resolved_period(facts, default=days.months_to(facts.today, 12))
    chosen = narrowed(facts, customer_type=customer_type, storefront=storefront)
    known = until(chosen, period[1])
    purchases = purchase_days(known)
    previous = None
    if compare_to is not None:
        earlier = days.compared(period, compare_to)
        previous = summary(purchase_days(until(chosen, earlier[1])), earlier, activity_days)
    return {
        "period": period_answer(period, facts.today),
        "summary": summary(purchases, period, activity_days),
        "previous": previous,
        "cohorts": cohorts(known, period[1], cohort_period, mode, activity_days),
        "trends": trends(purchases, period, trend_period, activity_days, facts.today),
        "repeatPurchases": repeat_purchases(purchases, period[1]),
    }


def period_answer(period: Period, today: int) -> dict:
    """A Period: complete when its end is before today."""
    start, end = period
    return {"start": days.iso(start), "end": days.iso(end), "days": end - start + 1, "complete": end < today}


def purchase_days(facts: Facts) -> Purchases:
    """The purchase days of every customer."""
    return {customer: [sale.day for sale in sales] for customer, sales in sales_by_customer(facts).items()}


def is_active(bought: list[int], day: int, activity_days: int) -> bool:
    """Whether there is a purchase in the `activity_days` days that end on a day."""
    return bisect_right(bought, day) > bisect_right(bought, day - activity_days)


def active_at(purchases: Purchases, day: int, activity_days: int) -> set[str]:
    """The customers that are active on a day."""
    return {customer for customer, bought in purchases.items() if is_active(bought, day, activity_days)}


# ---------------------------------------------------------------- movements
def movements(purchases: Purchases, period: Period, activity_days: int) -> dict[str, set[str]]:
    """Who was there, came, went and came back between the day before a period and its last day."""
    start, end = period
    at_start, at_end = (active_at(purchases, day, activity_days) for day in (start - 1, end))
    acquired = {customer for customer, bought in purchases.items() if start <= bought[0] <= end}
    before = {customer for customer, bought in purchases.items() if bought[0] < start}
    return {
        "atStart": at_start,
        "atEnd": at_end,
        "retained": at_start & at_end,
        "churned": at_start - at_end,
        "acquired": acquired,
        "new": at_end & acquired,
        "lapsedNew": acquired - at_end,
        "reactivated": (at_end - at_start) & before,
        "dormantAtStart": before - at_start,
    }


def summary(purchases: Purchases, period: Period, activity_days: int) -> dict:
    """The RetentionSummary."""
    moved = movements(purchases, period, activity_days)
    sizes = {name: len(members) for name, members in moved.items()}
    everyone = [bought for bought in purchases.values() if bought[0] <= period[1]]
    return {
        "totalCustomers": len(everyone),
        "customersAtStart": sizes["atStart"],
        "customersAtEnd": sizes["atEnd"],
        "activeCustomers": sizes["atEnd"],
        "retainedCustomers": sizes["retained"],
        "churnedCustomers": sizes["churned"],
        "newCustomers": sizes["new"],
        "acquiredCustomers": sizes["acquired"],
        "lapsedNewCustomers": sizes["lapsedNew"],
        "returningCustomers": sizes["atEnd"] - sizes["new"],
        "reactivatedCustomers": sizes["reactivated"],
        "retentionRate": percent(sizes["retained"], sizes["atStart"]),
        "netRetentionRate": percent(sizes["atEnd"] - sizes["new"], sizes["atStart"]),
        "churnRate": percent(sizes["churned"], sizes["atStart"]),
        "repeatPurchaseRate": percent(sum(len(bought) > 1 for bought in everyone), len(everyone)),
        "winBackRate": percent(sizes["reactivated"], sizes["dormantAtStart"]),
        "avgCustomerLifespanDays": share(sum(bought[-1] - bought[0] for bought in everyone), len(everyone)),
        "customerIds": moved,
    }


def trends(purchases: Purchases, period: Period, unit: str, activity_days: int, today: int) -> list[dict]:
    """The movements of each calendar unit, clipped to the period."""
    return [
        trend(movements(purchases, part, activity_days), part, days.unit_key(whole[0], unit))
        | {"complete": days.is_over(whole[1], period[1], today)}
        for part, whole in days.clipped_units(period, unit)
    ]


def trend(moved: dict[str, set[str]], part: Period, key: str) -> dict:
    """One RetentionTrend."""
    return {
        "key": key,
        "start": days.iso(part[0]),
        "startingCustomers": len(moved["atStart"]),
        "newCustomers": len(moved["new"]),
        "acquiredCustomers": len(moved["acquired"]),
        "reactivatedCustomers": len(moved["reactivated"]),
        "churnedCustomers": len(moved["churned"]),
        "endingCustomers": len(moved["atEnd"]),
        "retentionRate": percent(len(moved["retained"]), len(moved["atStart"])),
        "churnRate": percent(len(moved["churned"]), len(moved["atStart"])),
    }


# ---------------------------------------------------------------- cohorts
def cohorts(facts: Facts, as_of: int, unit: str, mode: str, activity_days: int) -> list[dict]:
    """Every cohort from the first one to that of `as_of`, empty ones too; `facts` are those known at `as_of`."""
    purchases = purchase_days(facts)
    if not purchases:
        return []
    first = min(bought[0] for bought in purchases.values())
    calendar = days.units(first, as_of, unit)
    money = money_of_units(facts, calendar)
    answer = []
    for index, (start, end) in enumerate(calendar):
        members = {customer: bought for customer, bought in purchases.items() if start <= bought[0] <= end}
        current = {customer for customer, bought in members.items() if is_active(bought, as_of, activity_days)}
        answer.append(
            {
                "key": days.unit_key(start, unit),
                "start": days.iso(start),
                "size": len(members),
                "currentActive": len(current),
                "churned": len(members) - len(current),
                "periods": cohort_cells(facts, members, calendar[index:], money, mode, as_of),
                "customerIds": set(members),
            }
        )
    return answer


def money_of_units(facts: Facts, calendar: list[Period]) -> dict[tuple[str, int], int]:
    """NET revenue by customer and first day of the unit."""
    starts = [start for start, _ in calendar]
    money: dict[tuple[str, int], int] = {}
    for customer, sales in sales_by_customer(facts).items():
        for sale in sales:
            cell = customer, starts[bisect_right(starts, sale.day) - 1]
            money[cell] = money.get(cell, 0) + sale.total
    for customer, refunds in refunds_by_customer(facts).items():
        for refund in refunds:
            if refund.day >= starts[0]:
                cell = customer, starts[bisect_right(starts, refund.day) - 1]
                money[cell] = money.get(cell, 0) - refund.amount
    return money


def cohort_cells(
    facts: Facts, members: Purchases, calendar: list[Period], money: dict[tuple[str, int], int], mode: str, as_of: int
) -> list[dict]:
    """The cells of one cohort, from its own period to the one that holds `as_of`."""
    cells, cumulative = [], 0
    for index, (start, end) in enumerate(calendar):
        until_day = end if mode == "ON" else as_of
        there = {customer for customer, bought in members.items() if has_purchase(bought, start, until_day)}
        revenue = sum(money.get((customer, start), 0) for customer in members)
        cumulative += revenue
        cells.append(
            {
                "period": index,
                "start": days.iso(start),
                "customerCount": len(there),
                "retention": percent(len(there), len(members)),
                "complete": days.is_over(end, as_of, facts.today),
                "revenue": facts.money(revenue),
                "cumulativeRevenuePerCustomer": facts.mean_money(cumulative, len(members)),
                "customerIds": there,
            }
        )
    return cells


def has_purchase(bought: list[int], start: int, end: int) -> bool:
    """Whether there is a purchase between two days, both included."""
    return bisect_right(bought, end) > bisect_left(bought, start)


# ---------------------------------------------------------------- repeat purchases
def repeat_purchases(purchases: Purchases, end: int) -> dict:
    """The RepeatPurchases to a day."""
    everyone = list(purchases.values())
    once = sum(len(bought) == 1 for bought in everyone)
    return {
        "oneTimeBuyers": once,
        "repeatBuyers": len(everyone) - once,
        "repeatRate": percent(len(everyone) - once, len(everyone)),
        "avgPurchasesPerCustomer": share(sum(len(bought) for bought in everyone), len(everyone)),
        "medianDaysToSecondPurchase": median_days_to_second(everyone, end),
    }


def median_days_to_second(everyone: list[list[int]], end: int) -> float | None:
    """Kaplan-Meier: the least t with S(t) <= 1/2; who bought once is censored on the last day."""
    events = [bought[1] - bought[0] for bought in everyone if len(bought) > 1]
    censored = [end - bought[0] for bought in everyone if len(bought) == 1]
    survival = Fraction(1)
    for time in sorted(set(events)):
        at_risk = sum(other >= time for other in (*events, *censored))
        survival *= 1 - Fraction(events.count(time), at_risk)
        if survival <= Fraction(1, 2):
            return float(time)
    return None
