"""What is shown of purchase patterns: summaries, buckets and shares, with money in the currency of the business."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from analytics.figures import average, percentage, ratio
from analytics.patterns import MomentBucket, SeriesUnits, Share, busiest
from models.businesses import Weekday
from resolvers.operation.calendar import BusinessCalendar
from resolvers.operation.context import Context
from resolvers.patterns.purchases import Purchases
from rules.currency import MILLION, half_even
from rules.days import date_of
from rules.selling import PaymentMethod

DAYS_OF_A_MONTH = 30.4375

WEEKDAYS = [day.capitalize() for day in Weekday]
HOURS = [f"{hour:02}:00" for hour in range(24)]
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True)
class PatternSummary:
    """The purchases of a period in a few numbers."""

    of: Purchases
    total_transactions: Annotated[int, "Counted sales, those without a customer too."]
    revenue: Annotated[Decimal, "On the asked basis."]
    anonymous_transactions: Annotated[int, "Counted sales without a customer."]
    avg_basket_size: Annotated[Decimal | None, "Mean total of a sale as sold, in every basis; null without one."]
    busiest_day: Annotated[Weekday | None, "The weekday of most transactions; ties go to the earlier."]
    busiest_hour: Annotated[
        int | None, "The hour of most transactions, 0 to 23, where it is known; ties go to the earlier."
    ]

    async def unique_customers(self) -> int:
        """Different customers."""
        return await self.of.unique_buyers()

    async def avg_items_per_transaction(self) -> float | None:
        """Mean units."""
        return ratio(sum(await self.of.basket_units()), MILLION * self.total_transactions)

    async def transactions_per_customer(self) -> float | None:
        """Transactions of known customers over their number."""
        return ratio(self.total_transactions - self.anonymous_transactions, await self.of.unique_buyers())

    async def most_popular_payment_method(self) -> PaymentMethod | None:
        """The method of most transactions, the first by name of equal ones."""
        methods = await self.of.payment_methods()
        return PaymentMethod(methods[0].name) if methods else None


async def summary_of(of: Purchases) -> PatternSummary:
    """The purchases of a scope in a few numbers."""
    moments, *_ = await of.moments()
    flow, count = moments.flow(of.basis), moments.transactions
    day = busiest(flow.by_weekday())
    return PatternSummary(
        of=of,
        total_transactions=count,
        revenue=of.business.money(flow.total.revenue),
        anonymous_transactions=moments.anonymous,
        avg_basket_size=of.business.money_or_none(average(moments.gross, count)),
        busiest_day=None if day is None else list(Weekday)[day],
        busiest_hour=busiest(flow.by_hour()),
    )


@dataclass(frozen=True)
class PurchaseFrequency:
    """How often is bought in the period."""

    of: Purchases
    calendar: SeriesUnits
    daily: Annotated[float, "Transactions per calendar day."]
    weekly: Annotated[float, "Transactions per seven days."]
    monthly: Annotated[float, "Transactions per 30.4375 days."]

    async def avg_days_between_purchases(self) -> float | None:
        """All gaps between purchase days over their number."""
        visits = await self.of.visits(self.calendar)
        return ratio(visits.gap_days, visits.gaps)


async def frequency_of(of: Purchases, calendar: SeriesUnits) -> PurchaseFrequency:
    """How often is bought in the period of a scope."""
    moments, *_ = await of.moments()
    count, days = moments.transactions, of.scope.as_of - of.scope.start + 1
    return PurchaseFrequency(of, calendar, count / days, 7 * count / days, DAYS_OF_A_MONTH * count / days)


# ---------------------------------------------------------------- baskets


@dataclass(frozen=True)
class BasketBucket:
    """Sales by their total as sold."""

    of: Purchases
    place: int
    min: Annotated[Decimal | None, "The least total; null below the first edge."]
    max: Annotated[Decimal | None, "Totals are below this; null above the last edge."]
    transaction_count: Annotated[int, "How many transactions."]
    percentage: Annotated[float | None, "Their share of all transactions, 0 to 100; null where there are none."]

    @property
    def key(self) -> "tuple[Purchases, int, int]":
        """What its units are looked up by."""
        return self.of, self.place, self.transaction_count


async def baskets_of(of: Purchases) -> list[BasketBucket]:
    """Sales by their total; below the first edge only where there are any."""
    counts, money = await of.basket_sizes(), of.business.money
    edges = [None, *map(money, of.edges), None]
    return [
        BasketBucket(
            of=of,
            place=i,
            min=edges[i],
            max=edges[i + 1],
            transaction_count=count,
            percentage=percentage(count, sum(counts)),
        )
        for i, count in enumerate(counts)
        if i or count
    ]


async def items_by_basket(_context: Context, keys: Sequence[tuple[Purchases, int, int]], _: Any) -> list[float | None]:
    """The mean units of the sales of each basket, None where there are none."""
    units = {of: await of.basket_units() for of in dict.fromkeys(of for of, _, _ in keys)}
    return [ratio(units[of][place], MILLION * count) for of, place, count in keys]


# ---------------------------------------------------------------- times


@dataclass(frozen=True)
class TimeBucket:
    """A weekday, an hour or a month of the year."""

    key: Annotated[int, "Weekday 1 to 7 from Monday, hour 0 to 23, or month 1 to 12."]
    label: Annotated[str, 'In words, like "Monday", "14:00" or "March".']
    transaction_count: Annotated[int, "How many transactions."]
    revenue: Annotated[Decimal, "On the asked basis; a refund is taken from its own day and hour."]
    percentage: Annotated[float | None, "Their share of all transactions, 0 to 100; null where there are none."]


def time_buckets(
    buckets: Sequence[MomentBucket], labels: Sequence[str], first: int, total: int, business: BusinessCalendar
) -> list[TimeBucket]:
    """Buckets with their labels, numbered from `first`, as shares of `total` transactions."""
    return [
        TimeBucket(key, label, b.transactions, business.money(b.revenue), percentage(b.transactions, total))
        for key, (label, b) in enumerate(zip(labels, buckets, strict=True), first)
    ]


@dataclass(frozen=True)
class WeekdayHourBucket:
    """An hour of a weekday."""

    weekday: Annotated[Weekday, "The weekday."]
    hour: Annotated[int, "The hour, 0 to 23."]
    transaction_count: Annotated[int, "How many transactions."]
    revenue: Annotated[Decimal, "On the asked basis; a refund is taken from its own day and hour."]
    percentage: Annotated[float | None, "Their share of all transactions, 0 to 100; null where there are none."]


def weekday_hour_buckets(
    buckets: Sequence[MomentBucket], total: int, business: BusinessCalendar
) -> list[WeekdayHourBucket]:
    """The 168 hours of a week, as shares of `total` transactions."""
    moments = ((day, hour) for day in Weekday for hour in range(24))
    return [
        WeekdayHourBucket(day, hour, b.transactions, business.money(b.revenue), percentage(b.transactions, total))
        for (day, hour), b in zip(moments, buckets, strict=True)
    ]


@dataclass(frozen=True)
class SeasonIndex:
    """A month of the year against all days."""

    month: Annotated[int, "1 to 12."]
    label: Annotated[str, 'Its name, like "March".']
    index: Annotated[
        float | None,
        "NET revenue per calendar day of this month over that of all days, from the first sale to the period's "
        "end: 1 is usual, 2 twice as much; null for a month never seen.",
    ]


@dataclass(frozen=True)
class SeriesPoint:
    """A calendar unit of the period. The first and the last are clipped to it."""

    of: Purchases
    calendar: SeriesUnits
    unit: int
    start: Annotated[date, "Its first day in the period."]
    end: Annotated[date, "Its last day in the period."]
    transaction_count: Annotated[int, "How many transactions."]
    revenue: Annotated[Decimal, "On the asked basis."]
    complete: Annotated[bool, "Whether the calendar unit was over at the period's end, and is over today."]

    @property
    def key(self) -> "tuple[Purchases, SeriesUnits, int]":
        """What its customers are looked up by."""
        return self.of, self.calendar, self.unit


def series_point(of: Purchases, calendar: SeriesUnits, unit: int, bucket: MomentBucket) -> SeriesPoint:
    """A unit of a series: complete where it was over at the end of the period, and is over today."""
    scope, last = of.scope, calendar.last_day(unit)
    return SeriesPoint(
        of=of,
        calendar=calendar,
        unit=unit,
        start=date_of(max(calendar.first_day(unit), scope.start)),
        end=date_of(min(last, scope.as_of)),
        transaction_count=bucket.transactions,
        revenue=of.business.money(bucket.revenue),
        complete=last <= scope.as_of and date_of(last) < of.business.today,
    )


async def buyers_by_point(_context: Context, keys: Sequence[tuple[Purchases, SeriesUnits, int]], _: Any) -> list[int]:
    """The different customers of each point of a series."""
    visits = {series: await series[0].visits(series[1]) for series in dict.fromkeys(key[:2] for key in keys)}
    return [visits[of, calendar].customers.get(unit, 0) for of, calendar, unit in keys]


# ---------------------------------------------------------------- shares


@dataclass(frozen=True)
class PaymentPreference:
    """Transactions by how they were paid; one that was split counts for each method."""

    method: Annotated[PaymentMethod, "The payment method."]
    transaction_count: Annotated[int, "Transactions paid with it, wholly or in part, to the period's end."]
    percentage: Annotated[float, "Their share of all transactions, 0 to 100; the shares of all methods can pass 100."]
    avg_transaction_value: Annotated[Decimal, "Mean amount paid with it per transaction."]


@dataclass(frozen=True)
class CategoryPreference:
    """Transactions with a category, before sale discounts and refunds."""

    category: Annotated[str, 'The category; "Uncategorised" for lines without one.']
    purchase_count: Annotated[int, "Transactions with a line of it."]
    percentage: Annotated[
        float, "Their share of all transactions, 0 to 100; the shares of all categories can pass 100."
    ]
    avg_spend: Annotated[Decimal, "Revenue per transaction with it."]
    revenue: Annotated[Decimal, "Its line totals as sold; on basis MARGIN its known line profits."]


def payment_preference(share: Share, total: int, business: BusinessCalendar) -> PaymentPreference:
    """A method as a share of `total` transactions."""
    value = business.money(half_even(share.amount, share.transactions))
    return PaymentPreference(PaymentMethod(share.name), share.transactions, 100 * share.transactions / total, value)


def category_preference(share: Share, total: int, business: BusinessCalendar) -> CategoryPreference:
    """A category as a share of `total` transactions."""
    spend = business.money(half_even(share.amount, share.transactions))
    percent = 100 * share.transactions / total
    return CategoryPreference(share.name, share.transactions, percent, spend, business.money(share.amount))
