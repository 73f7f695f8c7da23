"""Short ways to write down answers: each function makes the contract's objects from the numbers that matter."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

gbp = Decimal
NIL = gbp("0.00")
MONTHS = [(2023, 9 + index) for index in range(4)] + [(2024, 1 + index) for index in range(12)]


def cohort(key: str, start: str, customers: set[str], active: int, cells: list[dict]) -> dict:
    """A cohort of these customers."""
    return {
        "key": key,
        "start": start,
        "size": len(customers),
        "currentActive": active,
        "churned": len(customers) - active,
        "periods": cells,
        "customerIds": customers,
    }


def cells(
    starts: list[str], size: int, counts: list[int], revenue: dict[int, str], cumulative: list[str]
) -> list[dict]:
    """Cells from the counts, the revenue that is not zero by k, and the cumulated revenue per customer as it changes.

    The last period holds today and is not over; all others are.
    """
    answer, reached, steps = [], None, iter(cumulative)
    for index, (start, count) in enumerate(zip(starts, counts, strict=True)):
        if index in revenue:
            reached = gbp(next(steps))
        answer.append(
            {
                "period": index,
                "start": start,
                "customerCount": count,
                "retention": 100 * count / size if size else None,
                "complete": index < len(starts) - 1,
                "revenue": gbp(revenue.get(index, "0.00")),
                "cumulativeRevenuePerCustomer": reached,
            }
        )
    return answer


def month_starts(first: tuple[int, int]) -> list[str]:
    """The first days of the months from one to 2024-12."""
    return [date(year, month, 1).isoformat() for year, month in MONTHS if (year, month) >= first]


def month_cohorts(
    filled: dict[tuple[int, int], tuple[set[str], int, list[int], dict[int, str], list[str]]],
) -> list[dict]:
    """All sixteen cohorts by month; those not given are empty."""
    answer = []
    for year, month in MONTHS:
        starts = month_starts((year, month))
        members, active, counts, revenue, cumulative = filled.get((year, month), (set(), 0, [0] * len(starts), {}, []))
        made = cells(starts, len(members), counts, revenue, cumulative)
        answer.append(cohort(f"{year}-{month:02}", starts[0], members, active, made))
    return answer


def trend(key: str, start: str, moved: tuple[int, int, int, int, int, int], complete: bool = True) -> dict:
    """A trend from (starting, new, acquired, reactivated, churned, ending)."""
    starting, new, acquired, reactivated, churned, ending = moved
    return {
        "key": key,
        "start": start,
        "startingCustomers": starting,
        "newCustomers": new,
        "acquiredCustomers": acquired,
        "reactivatedCustomers": reactivated,
        "churnedCustomers": churned,
        "endingCustomers": ending,
        "retentionRate": 100 * (starting - churned) / starting if starting else None,
        "churnRate": 100 * churned / starting if starting else None,
        "complete": complete,
    }


def time_buckets(keys: range, of: int, filled: dict[int, tuple[int, str]]) -> list[dict]:
    """Dense buckets from (transactions, revenue); the percentages are of `of` transactions."""
    return [
        {"key": key, "transactionCount": count, "revenue": gbp(revenue), "percentage": 100 * count / of}
        for key in keys
        for count, revenue in [filled.get(key, (0, "0.00"))]
    ]


WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


def weekday_hours(of: int, filled: dict[tuple[str, int], tuple[int, str]]) -> list[dict]:
    """The 168 buckets."""
    return [
        {
            "weekday": weekday,
            "hour": hour,
            "transactionCount": count,
            "revenue": gbp(revenue),
            "percentage": 100 * count / of,
        }
        for weekday in WEEKDAYS
        for hour in range(24)
        for count, revenue in [filled.get((weekday, hour), (0, "0.00"))]
    ]


def seasons(indexes: dict[int, float]) -> list[dict]:
    """Twelve months, zero unless given; every month of the year was seen here."""
    return [{"month": month, "index": indexes.get(month, 0.0)} for month in range(1, 13)]


def baskets(of: int, filled: dict[int, tuple[int, float]]) -> list[dict]:
    """The five buckets of the default edges from (transactions, items per transaction), by lower edge."""
    edges = [0, 100, 250, 500, 1000, None]
    return [
        {
            "min": gbp(low),
            "max": None if high is None else gbp(high),
            "transactionCount": count,
            "percentage": 100 * count / of,
            "avgItems": items,
        }
        for low, high in pairwise(edges)
        for count, items in [filled.get(low, (0, None))]
    ]


def point(start: str, end: str, count: int, customers: int, revenue: str, complete: bool = True) -> dict:
    """A SeriesPoint."""
    return {
        "start": start,
        "end": end,
        "transactionCount": count,
        "uniqueCustomers": customers,
        "revenue": gbp(revenue),
        "complete": complete,
    }


def payment(method: str, count: int, of: int, average: str) -> dict:
    """A PaymentPreference."""
    return {
        "method": method,
        "transactionCount": count,
        "percentage": 100 * count / of,
        "avgTransactionValue": gbp(average),
    }


def category(name: str, count: int, of: int, average: str, revenue: str) -> dict:
    """A CategoryPreference."""
    return {
        "category": name,
        "purchaseCount": count,
        "percentage": 100 * count / of,
        "avgSpend": gbp(average),
        "revenue": gbp(revenue),
    }


def pair(first: str, second: str, together: int, of_first: int, of_second: int, of: int = 14) -> dict:
    """A CategoryPair from numbers of transactions."""
    return {
        "first": first,
        "second": second,
        "support": together / of,
        "confidence": together / of_first,
        "lift": together * of / (of_first * of_second),
        "transactions": together,
    }


def segment(
    name: str,
    code: str,
    customers: set[str],
    revenue: str,
    of: tuple[int, str],
    average: str | None = None,
    traits: tuple[float, float, str] | None = None,
    growth: float | None = None,
    label: tuple[int, int, int] | None = None,
    **more: object,
) -> dict:
    """A SegmentSummary; `of` is (customers, revenue) of all, `traits` are mean days, mean purchases, mean spend."""
    days, purchases, spend = traits or (None, None, None)
    scores = label or (None, None, None)
    return {
        "name": name,
        "code": code,
        "customerCount": len(customers),
        "percentage": 100 * len(customers) / of[0],
        "totalRevenue": gbp(revenue),
        "revenueContribution": float(100 * gbp(revenue) / gbp(of[1])),
        "averageOrderValue": None if average is None else gbp(average),
        "recencyScore": scores[0],
        "frequencyScore": scores[1],
        "monetaryScore": scores[2],
        "characteristics": {
            "avgDaysSinceLastPurchase": days,
            "avgPurchaseFrequency": purchases,
            "avgTotalSpend": None if spend is None else gbp(spend),
            "avgCreditUtilization": None,
            "totalOutstanding": None,
        }
        | more,
        "growth": growth,
        "customerIds": customers,
    }


def preferred(what: str, storefront: str, channel: str, weekday: str, method: str, month: int) -> dict:
    """What BEHAVIOR adds."""
    return {
        "preferredCategory": what,
        "preferredStorefront": storefront,
        "preferredChannel": channel,
        "preferredWeekday": weekday,
        "preferredPaymentMethod": method,
        "peakMonth": month,
    }


def credit(utilization: float | None, outstanding: str) -> dict:
    """What CREDIT adds."""
    return {"avgCreditUtilization": utilization, "totalOutstanding": gbp(outstanding)}


def move(start: str | None, end: str | None, customers: set[str], revenue: str) -> dict:
    """A SegmentMove."""
    return {
        "from": start,
        "to": end,
        "customerCount": len(customers),
        "revenue": gbp(revenue),
        "customerIds": customers,
    }


def bucket(low: str | None, high: str | None, customers: set[str], revenue: str) -> dict:
    """A ValueBucket."""
    return {
        "min": None if low is None else gbp(low),
        "max": None if high is None else gbp(high),
        "customerCount": len(customers),
        "revenue": gbp(revenue),
        "customerIds": customers,
    }


def value(
    rank: int,
    customer: str,
    money: tuple[str, str | None, str, str],
    orders: int,
    days: tuple[str, str, int, int],
    segment_code: str,
) -> dict:
    """A CustomerValue; money is (revenue, profit, average order, heuristic), days (first, last, as customer, span)."""
    revenue, profit, average, heuristic = money
    first, last, as_customer, span = days
    return {
        "customer": customer,
        "rank": rank,
        "clv": {
            "revenue": gbp(revenue),
            "profit": None if profit is None else gbp(profit),
            "profitMargin": None if profit is None else float(100 * gbp(profit) / gbp(revenue)),
            "orders": orders,
            "averageOrderValue": gbp(average),
            "firstPurchaseDate": first,
            "lastPurchaseDate": last,
            "daysAsCustomer": as_customer,
            "lifespanDays": span,
            "purchaseFrequencyDays": as_customer / orders,
            "rank": rank,
            "heuristic": gbp(heuristic),
            "rfmSegment": segment_code,
        },
    }


def lorenz(total: int, cumulated: list[int]) -> list[dict]:
    """101 points from the revenue of the 1, 2 .. 10 lowest customers; (?) straight lines between them."""
    knots = [0, *cumulated]
    answer = []
    for percent in range(101):
        whole, part = divmod(percent, 10)
        step = (knots[whole + 1] - knots[whole]) * part / 10 if part else 0
        answer.append({"customers": float(percent), "revenue": 100 * (knots[whole] + step) / total})
    return answer


def source(key: str, customers: set[str], revenue: str, average: str, of: int = 8) -> dict:
    """An AcquisitionBucket."""
    return {
        "key": key,
        "customers": len(customers),
        "percentage": 100 * len(customers) / of,
        "revenue": gbp(revenue),
        "avgClv": gbp(average),
        "customerIds": customers,
    }


def months_of_2024(filled: dict[int, tuple[int, int, str]]) -> list[dict]:
    """Twelve SeriesPoints from (transactions, customers, revenue); only December runs on."""
    starts = [date(2024, month, 1) for month in range(1, 13)] + [date(2025, 1, 1)]
    return [
        point(start.isoformat(), date.fromordinal(after.toordinal() - 1).isoformat(), *numbers, start.month < 12)
        for start, after in pairwise(starts)
        for numbers in [filled.get(start.month, (0, 0, "0.00"))]
    ]
