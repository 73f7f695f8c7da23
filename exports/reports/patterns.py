"""Purchase patterns as a document."""

from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from exports.charts import bars, revenue_trend, signed, weekday_hour_map
from exports.document import Column, Document, day, flag, integer, money, number, percent, text
from exports.drawing import Drawing
from exports.heading import heading_of, span
from resolvers.customers import customer_by_id
from resolvers.operation.context import Context
from resolvers.operation.ids import key_of
from resolvers.operation.viewer import Role
from resolvers.patterns import PatternsQuestion, PurchasePatterns, buyers_by_point, items_by_basket, purchase_patterns

SERIES = (
    day("start", "From", lambda row: row[0].start),
    day("end", "To", lambda row: row[0].end, printed=False),
    integer("transactionCount", "Transactions", lambda row: row[0].transaction_count),
    integer("uniqueCustomers", "Customers", lambda row: row[1]),
    money("revenue", "Revenue", lambda row: row[0].revenue),
    flag("complete", "Complete", lambda row: row[0].complete),
)
SUMMARY = (
    integer("totalTransactions", "Transactions"),
    integer("uniqueCustomers", "Customers"),
    money("revenue", "Revenue"),
    integer("anonymousTransactions", "Without a customer"),
    money("avgBasketSize", "Average basket"),
    number("avgItemsPerTransaction", "Items per transaction"),
    number("transactionsPerCustomer", "Transactions per customer"),
    text("mostPopularPaymentMethod", "Most popular payment method", is_word=True),
    text("busiestDay", "Busiest day", is_word=True),
    integer("busiestHour", "Busiest hour"),
)
FREQUENCY = (
    number("daily", "Transactions a day"),
    number("weekly", "Transactions a week"),
    number("monthly", "Transactions a month"),
    number("avgDaysBetweenPurchases", "Days between purchases"),
)
BASKETS = (
    money("min", "From", lambda row: row[0].min),
    money("max", "To below", lambda row: row[0].max),
    integer("transactionCount", "Transactions", lambda row: row[0].transaction_count),
    percent("percentage", "Share", lambda row: row[0].percentage),
    number("avgItems", "Items each", lambda row: row[1]),
)
TIMES = (
    integer("key", "Key", printed=False),
    text("label", "When", wide=True),
    integer("transactionCount", "Transactions"),
    money("revenue", "Revenue"),
    percent("percentage", "Share"),
)
HOURS_OF_WEEK = (
    text("weekday", "Weekday", is_word=True),
    integer("hour", "Hour"),
    integer("transactionCount", "Transactions"),
    money("revenue", "Revenue"),
    percent("percentage", "Share"),
)
SEASONS = (
    integer("month", "Month", printed=False),
    text("label", "Month", wide=True),
    number("index", "Index (1 is an average day)"),
)
METHODS = (
    text("method", "Payment method", is_word=True),
    integer("transactionCount", "Transactions"),
    percent("percentage", "Share"),
    money("avgTransactionValue", "Average amount"),
)
CATEGORIES = (
    text("category", "Category", wide=True),
    integer("purchaseCount", "Transactions"),
    percent("percentage", "Share"),
    money("avgSpend", "Average spend"),
    money("revenue", "Revenue"),
)


@dataclass(frozen=True)
class PatternsSummaryRow:
    """The summary or the frequency of a period, with what is looked up of it."""

    of: tuple[Any, ...]
    looked_up: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        if name in self.looked_up:
            return self.looked_up[name]
        return next(getattr(part, name) for part in self.of if hasattr(part, name))


async def document(context: Context, asked: PatternsQuestion) -> Document:
    """When, how often, how much, what and how is bought in a period."""
    found, heading = await purchase_patterns(context, asked), await heading_of(context, asked)
    points, baskets = await found.series(), await found.baskets()
    buyers = await buyers_by_point(context, [point.key for point in points], None)
    items = await items_by_basket(context, [basket.key for basket in baskets], None)
    hours_of_week, categories = await found.by_weekday_hour(), await found.categories()
    table = heading.table
    tables = [
        table("series", "Over time", SERIES, list(zip(points, buyers, strict=True))),
        table("baskets", "Baskets by size", BASKETS, list(zip(baskets, items, strict=True))),
        heading.appendix("byWeekdayHour", "By weekday and hour", HOURS_OF_WEEK, hours_of_week),
        heading.appendix("byWeekday", "By weekday", TIMES, await found.by_weekday()),
        heading.appendix("byHour", "By hour", TIMES, await found.by_hour()),
        table("byMonth", "By month of the year", TIMES, await found.by_month()),
        table("seasonality", "Seasonality, all history", SEASONS, await found.seasonality()),
        table("paymentMethods", "Payment methods", METHODS, await found.payment_methods()),
        heading.appendix("categories", "Categories", CATEGORIES, categories),
    ]
    return heading.document(
        await _title(context, asked),
        span(found.period.start, found.period.end),
        tables,
        summary=table("summary", "Summary", _columns(asked), [await _summary(found, asked)]),
        notices=tuple(await found.notices()),
        definition="" if context.viewer.role is Role.CUSTOMER else found.how_computed.definition,
        charts=(*_of_series(points), weekday_hour_map(hours_of_week), *_of_categories(categories)),
    )


async def _title(context: Context, asked: PatternsQuestion) -> str:
    if asked.customer is None:
        return "Purchase patterns"
    found = await context.load(customer_by_id, key_of(asked.customer, "Customer"))
    return f"Purchase patterns of {found.name}"


def _columns(asked: PatternsQuestion) -> tuple[Column, ...]:
    before = () if asked.compare_to is None else tuple(column.earlier(attrgetter("previous")) for column in SUMMARY)
    return (*SUMMARY, *FREQUENCY, *before)


async def _summary(found: PurchasePatterns, asked: PatternsQuestion) -> PatternsSummaryRow:
    frequency = await found.frequency()
    looked_up = await _looked_up(await found.summary())
    looked_up.looked_up["avg_days_between_purchases"] = await frequency.avg_days_between_purchases()
    if asked.compare_to is not None:
        looked_up.looked_up["previous"] = await _looked_up(await found.previous())
    return PatternsSummaryRow((*looked_up.of, frequency), looked_up.looked_up)


async def _looked_up(summary: Any) -> PatternsSummaryRow:
    names = (
        *("unique_customers", "avg_items_per_transaction"),
        *("transactions_per_customer", "most_popular_payment_method"),
    )
    return PatternsSummaryRow((summary,), {name: await getattr(summary, name)() for name in names})


def _of_series(points: Any) -> tuple[Drawing, ...]:
    return (revenue_trend(points),) if len(points) > 1 else ()


def _of_categories(categories: Any) -> tuple[Drawing, ...]:
    rows = [(c.category, float(c.revenue), signed(f"{c.revenue:,}")) for c in categories[:15]]
    return (bars("categories", "Revenue by category", rows),) if rows else ()
