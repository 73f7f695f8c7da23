"""Purchase patterns: when, how often, how much, what and how customers buy."""

from collections.abc import Callable, Coroutine
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from analytics.customers import RevenueBasis
from analytics.patterns import Grouping
from resolvers.patterns import Question as PatternsQuestion
from resolvers.patterns import buyers_by_point, items_by_basket, purchase_patterns
from schema.arguments import Basis, CompareTo, CustomerTypeArg, DateRange, Info, StorefrontArg, about, plain, said
from schema.businesses import Weekday  # registered there, as a type must be before it is used
from schema.execution.lookups import looked_up
from schema.exports import export_url
from schema.reports import Freshness, HowComputed, Period
from schema.sales import PaymentMethod  # likewise

strawberry.enum(Grouping, description="The calendar unit of a series; the business decides on which day weeks begin.")


def _computed(method: str, type_: Any, description: str) -> Any:
    """A field that is computed where it is asked for, by a method of the report."""

    async def resolve(root: strawberry.Parent[Any]) -> Any:
        return await getattr(root, method)()

    resolver: Callable[..., Coroutine[Any, Any, Any]] = resolve
    return strawberry.field(resolver=resolver, description=description, graphql_type=type_)


@strawberry.type(description="The purchases of a period in a few numbers.")
class PatternSummary:
    """The purchases of a period in a few numbers."""

    total_transactions: int = about("Counted sales, those without a customer too.")
    unique_customers: Any = _computed("unique_customers", int, "Different customers who bought.")
    revenue: Decimal = about("On the asked basis.")
    anonymous_transactions: int = about("Counted sales without a customer.")
    avg_basket_size: Decimal | None = about("Mean total of a sale as sold, in every basis; null without one.")
    avg_items_per_transaction: Any = _computed(
        "avg_items_per_transaction", float | None, "Mean units of a sale, free lines too; null without one."
    )
    transactions_per_customer: Any = _computed(
        "transactions_per_customer",
        float | None,
        "Transactions with a customer per different customer; null without one.",
    )
    most_popular_payment_method: Any = _computed(
        "most_popular_payment_method",
        PaymentMethod | None,
        "The payment method of most transactions; ties go to the first by name.",
    )
    busiest_day: Weekday | None = about("The weekday of most transactions; ties go to the earlier.")
    busiest_hour: int | None = about(
        "The hour of most transactions, 0 to 23, where it is known; ties go to the earlier."
    )


@strawberry.type(description="How often is bought in the period.")
class PurchaseFrequency:
    """How often is bought in the period."""

    daily: float = about("Transactions per calendar day.")
    weekly: float = about("Transactions per seven days.")
    monthly: float = about("Transactions per 30.4375 days.")
    avg_days_between_purchases: Any = _computed(
        "avg_days_between_purchases",
        float | None,
        "Mean days from one purchase day of a customer to the next, over all gaps of the period; null without one.",
    )


@strawberry.type(description="Sales by their total as sold.")
class BasketBucket:
    """Sales by their total as sold."""

    min: Decimal | None = about("The least total; null below the first edge.")
    max: Decimal | None = about("Totals are below this; null above the last edge.")
    transaction_count: int = about("How many transactions.")
    percentage: float | None = about("Their share of all transactions, 0 to 100; null where there are none.")
    avg_items: Any = looked_up(items_by_basket, float | None, "Mean units of these sales; null without one.", key="key")


@strawberry.type(description="A weekday, an hour or a month of the year.")
class TimeBucket:
    """A weekday, an hour or a month of the year."""

    key: int = about("Weekday 1 to 7 from Monday, hour 0 to 23, or month 1 to 12.")
    label: str = about('In words, like "Monday", "14:00" or "March".')
    transaction_count: int = about("How many transactions.")
    revenue: Decimal = about("On the asked basis; a refund is taken from its own day and hour.")
    percentage: float | None = about("Their share of all transactions, 0 to 100; null where there are none.")


@strawberry.type(description="An hour of a weekday.")
class WeekdayHourBucket:
    """An hour of a weekday."""

    weekday: Weekday = about("The weekday.")
    hour: int = about("The hour, 0 to 23.")
    transaction_count: int = about("How many transactions.")
    revenue: Decimal = about("On the asked basis; a refund is taken from its own day and hour.")
    percentage: float | None = about("Their share of all transactions, 0 to 100; null where there are none.")


@strawberry.type(description="A month of the year against all days.")
class SeasonIndex:
    """A month of the year against all days."""

    month: int = about("1 to 12.")
    label: str = about('Its name, like "March".')
    index: float | None = about(
        "NET revenue per calendar day of this month over that of all days, from the first sale to the period's end: "
        "1 is usual, 2 twice as much; null for a month never seen."
    )


@strawberry.type(description="A calendar unit of the period. The first and the last are clipped to it.")
class SeriesPoint:
    """A calendar unit of the period."""

    start: date = about("Its first day in the period.")
    end: date = about("Its last day in the period.")
    transaction_count: int = about("How many transactions.")
    unique_customers: Any = looked_up(buyers_by_point, int, "Different customers who bought in it.", key="key")
    revenue: Decimal = about("On the asked basis.")
    complete: bool = about("Whether the calendar unit was over at the period's end, and is over today.")


@strawberry.type(description="Transactions by how they were paid; one that was split counts for each method.")
class PaymentPreference:
    """Transactions by how they were paid."""

    method: PaymentMethod = about("The payment method.")
    transaction_count: int = about("Transactions paid with it, wholly or in part, to the period's end.")
    percentage: float = about("Their share of all transactions, 0 to 100; the shares of all methods can pass 100.")
    avg_transaction_value: Decimal = about("Mean amount paid with it per transaction.")


@strawberry.type(description="Transactions with a category, before sale discounts and refunds.")
class CategoryPreference:
    """Transactions with a category."""

    category: str = about('The category; "Uncategorised" for lines without one.')
    purchase_count: int = about("Transactions with a line of it.")
    percentage: float = about("Their share of all transactions, 0 to 100; the shares of all categories can pass 100.")
    avg_spend: Decimal = about("Revenue per transaction with it.")
    revenue: Decimal = about("Its line totals as sold; on basis MARGIN its known line profits.")


@strawberry.type(description="When, how often, how much, what and how customers buy in a period.")
class PurchasePatterns:
    """When, how often, how much, what and how customers buy."""

    period: Period = about("The period that it is for.")
    summary: Any = _computed("summary", PatternSummary, "The period in a few numbers.")
    previous: Any = _computed(
        "previous", PatternSummary | None, "The same of the period that it is compared with; null without `compareTo`."
    )
    frequency: Any = _computed("frequency", PurchaseFrequency, "How often is bought.")
    baskets: Any = _computed(
        "baskets", list[BasketBucket], "Sales by their total; below the first edge only where there are any."
    )
    by_weekday_hour: Any = _computed(
        "by_weekday_hour",
        list[WeekdayHourBucket],
        "All 168 hours of a week, Monday's first; without sales whose hour is not known.",
    )
    by_weekday: Any = _computed("by_weekday", list[TimeBucket], "The seven weekdays from Monday.")
    by_hour: Any = _computed(
        "by_hour", list[TimeBucket], "The 24 hours of the day; without sales whose hour is not known."
    )
    by_month: Any = _computed("by_month", list[TimeBucket], "The twelve months of the year.")
    seasonality: Any = _computed(
        "seasonality", list[SeasonIndex], "The twelve months of the year against all days, in all history."
    )
    series: Any = _computed("series", list[SeriesPoint], "Every calendar unit of the period, at most 4,000.")
    payment_methods: Any = _computed(
        "payment_methods", list[PaymentPreference], "The payment methods used, by transactions, then name."
    )
    categories: Any = _computed(
        "categories", list[CategoryPreference], "The categories bought, by revenue descending, then name."
    )
    notices: Any = _computed("notices", list[str], "What a reader should know about this answer.")
    how_computed: HowComputed = about("What the numbers are, and the statements that compute them.")
    export_url: str = export_url()
    freshness: Any = _computed("freshness", Freshness, "How fresh it is.")


@strawberry.type
class PatternsQueries:
    """How customers buy."""

    @strawberry.field(
        description="When, how often, how much, what and how customers buy in a period, all of them or one.",
        graphql_type=PurchasePatterns,
    )
    @staticmethod
    async def purchase_patterns(
        info: Info,
        customer: Annotated[strawberry.ID | None, said("Only the purchases of this customer.")] = None,
        period: Annotated[DateRange | None, said("The period; the 90 days to today unless given.")] = None,
        compare_to: CompareTo = None,
        revenue_basis: Basis = RevenueBasis.NET,
        customer_type: CustomerTypeArg = None,
        storefront: StorefrontArg = None,
        grouping: Annotated[Grouping, said("The calendar unit of the series.")] = Grouping.MONTHLY,
        basket_edges: Annotated[
            list[Decimal] | None,
            said("Where baskets are divided, rising, 1 to 50 amounts; 0, 100, 250, 500 and 1000 unless given."),
        ] = None,
    ) -> Any:
        """How customers buy in a period."""
        question = PatternsQuestion(
            customer, plain(period), compare_to, revenue_basis, customer_type, storefront, grouping, basket_edges
        )
        return await purchase_patterns(info.context, question)
