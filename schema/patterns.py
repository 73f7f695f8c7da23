"""Purchase patterns: when, how often, how much, what and how customers buy."""

from decimal import Decimal
from typing import Annotated, Any

import strawberry

from analytics.customers import RevenueBasis
from analytics.patterns import Grouping
from resolvers.patterns import PatternsQuestion, buyers_by_point, items_by_basket, purchase_patterns
from resolvers.patterns.figures import (
    BasketBucket,
    CategoryPreference,
    PatternSummary,
    PaymentPreference,
    PurchaseFrequency,
    SeasonIndex,
    SeriesPoint,
    TimeBucket,
    WeekdayHourBucket,
)
from schema.arguments import Basis, CompareTo, CustomerTypeArg, DateRange, Info, StorefrontArg, about, plain, said
from schema.execution.lookups import looked_up
from schema.exports import export_url
from schema.reports import Freshness, HowComputed, Period
from schema.results import before, computed, registered
from schema.sales import PaymentMethod  # likewise

strawberry.enum(Grouping, description="The calendar unit of a series; the business decides on which day weeks begin.")


registered(
    PatternSummary,
    unique_customers=before("revenue", computed("unique_customers", int, "Different customers who bought.")),
    avg_items_per_transaction=before(
        "busiest_day",
        computed("avg_items_per_transaction", float | None, "Mean units of a sale, free lines too; null without one."),
    ),
    transactions_per_customer=before(
        "busiest_day",
        computed(
            "transactions_per_customer",
            float | None,
            "Transactions with a customer per different customer; null without one.",
        ),
    ),
    most_popular_payment_method=before(
        "busiest_day",
        computed(
            "most_popular_payment_method",
            PaymentMethod | None,
            "The payment method of most transactions; ties go to the first by name.",
        ),
    ),
)


registered(
    PurchaseFrequency,
    avg_days_between_purchases=computed(
        "avg_days_between_purchases",
        float | None,
        "Mean days from one purchase day of a customer to the next, over all gaps of the period; null without one.",
    ),
)


registered(
    BasketBucket,
    avg_items=looked_up(items_by_basket, float | None, "Mean units of these sales; null without one.", key="key"),
)


registered(TimeBucket)


registered(WeekdayHourBucket)


registered(SeasonIndex)


registered(
    SeriesPoint,
    unique_customers=before(
        "revenue", looked_up(buyers_by_point, int, "Different customers who bought in it.", key="key")
    ),
)


registered(PaymentPreference)


registered(CategoryPreference)


@strawberry.type(description="When, how often, how much, what and how customers buy in a period.")
class PurchasePatterns:
    """When, how often, how much, what and how customers buy."""

    period: Period = about("The period that it is for.")
    summary: Any = computed("summary", PatternSummary, "The period in a few numbers.")
    previous: Any = computed(
        "previous", PatternSummary | None, "The same of the period that it is compared with; null without `compareTo`."
    )
    frequency: Any = computed("frequency", PurchaseFrequency, "How often is bought.")
    baskets: Any = computed(
        "baskets", list[BasketBucket], "Sales by their total; below the first edge only where there are any."
    )
    by_weekday_hour: Any = computed(
        "by_weekday_hour",
        list[WeekdayHourBucket],
        "All 168 hours of a week, Monday's first; without sales whose hour is not known.",
    )
    by_weekday: Any = computed("by_weekday", list[TimeBucket], "The seven weekdays from Monday.")
    by_hour: Any = computed(
        "by_hour", list[TimeBucket], "The 24 hours of the day; without sales whose hour is not known."
    )
    by_month: Any = computed("by_month", list[TimeBucket], "The twelve months of the year.")
    seasonality: Any = computed(
        "seasonality", list[SeasonIndex], "The twelve months of the year against all days, in all history."
    )
    series: Any = computed(
        "series",
        list[SeriesPoint],
        "Every calendar unit of the period, at most 2,000: of more those before the first fact are left out.",
    )
    payment_methods: Any = computed(
        "payment_methods", list[PaymentPreference], "The payment methods used, by transactions, then name."
    )
    categories: Any = computed(
        "categories", list[CategoryPreference], "The categories bought, by revenue descending, then name."
    )
    notices: Any = computed("notices", list[str], "What a reader should know about this answer.")
    how_computed: HowComputed = about("What the numbers are, and the statements that compute them.")
    export_url: str = export_url()
    freshness: Any = computed("freshness", Freshness, "How fresh it is.")


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
            customer=customer,
            period=plain(period),
            compare_to=compare_to,
            revenue_basis=revenue_basis,
            customer_type=customer_type,
            storefront=storefront,
            grouping=grouping,
            basket_edges=basket_edges,
        )
        return await purchase_patterns(info.context, question)
