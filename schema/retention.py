"""Retention: who stays over a period, cohorts, and how customers come back."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from analytics.calendar import CohortPeriod
from analytics.cohorts import RetentionMode
from resolvers.retention import Question as RetentionQuestion
from resolvers.retention import retention
from schema.arguments import CompareTo, CustomerTypeArg, DateRange, Info, StorefrontArg, about, plain, said
from schema.exports import export_url
from schema.members import counted_customers
from schema.reports import Freshness, HowComputed, Period

strawberry.enum(CohortPeriod, description="A calendar unit of cohorts and trends.")
strawberry.enum(
    RetentionMode, description="Who is in a cell: customers with a purchase in its unit, or in it or any later one."
)


@strawberry.type(description="Customers over a period. At the end = retained + new + reactivated.")
class RetentionSummary:
    """Customers over a period."""

    total_customers: int = about("Customers with a purchase to the period's end.")
    customers_at_start: int = about("Active on the day before the period.")
    customers_at_end: int = about("Active on its last day.")
    active_customers: int = about("The same as at the end.")
    retained_customers: int = about("Active on both days.")
    churned_customers: int = about("Active before the period and not at its end.")
    new_customers: int = about("Active at the end, first purchase ever in the period.")
    acquired_customers: int = about("First purchase ever in the period, active at its end or not.")
    lapsed_new_customers: int = about("Acquired, and no longer active at the end.")
    returning_customers: int = about("Active at the end without the new.")
    reactivated_customers: int = about("Active at the end, not before the period, first purchase before it.")
    retention_rate: float | None = about("Retained of those at the start, 0 to 100; null from nobody.")
    net_retention_rate: float | None = about("Those at the end without the new, of those at the start; can pass 100.")
    churn_rate: float | None = about("Churned of those at the start, 0 to 100; null from nobody.")
    repeat_purchase_rate: float | None = about("Customers with two or more purchases of all, 0 to 100.")
    win_back_rate: float | None = about("Reactivated of those who bought earlier and were not active at the start.")
    avg_customer_lifespan_days: float | None = about("Mean days from first to last purchase; one-time buyers have 0.")


@strawberry.type(description="A cohort in one calendar unit.")
class CohortCell:
    """A cohort in one unit."""

    period: int = about("How many units after its own; 0 is its own.")
    start: date = about("The first day of the unit.")
    customer_count: int = about("Customers of the cohort in it, by the mode asked for.")
    retention: float | None = about("Their share of the cohort, 0 to 100.")
    complete: bool = about("Whether the unit is over; an ON_OR_AFTER cell may still rise.")
    revenue: Decimal = about("NET revenue of the cohort in this unit, in both modes.")
    cumulative_revenue_per_customer: Decimal | None = about("NET revenue of all units up to this one, per customer.")
    customers = counted_customers("Exactly these customers, by NET revenue in the unit descending.")


@strawberry.type(description="Customers by the calendar unit of their first purchase ever.")
class Cohort:
    """Customers by the unit of their first purchase."""

    key: str = about("Its unit: 2011-03, 2011-Q1 or 2011.")
    start: date = about("The first day of the unit.")
    size: int = about("How many customers.")
    current_active: int = about("Of them, active at the end.")
    churned: int = about("Of them, not active at the end.")

    @strawberry.field(description="Its own unit and every one since, or one of them.", graphql_type=list[CohortCell])
    @staticmethod
    def periods(
        root: strawberry.Parent[Any],
        period: Annotated[int | None, said("Only the unit that is so many after its own.")] = None,
    ) -> Any:
        """Its own unit and every one since."""
        return [cell for cell in root.periods if period is None or cell.period == period]


@strawberry.type(description="Customers over one calendar unit, clipped to the period.")
class RetentionTrend:
    """Customers over one unit."""

    key: str = about("The unit: 2011-03, 2011-Q1 or 2011.")
    start: date = about("Its first day in the period.")
    starting_customers: int = about("Active on the day before.")
    new_customers: int = about("Active at its end, first purchase ever in it.")
    acquired_customers: int = about("First purchase ever in it.")
    reactivated_customers: int = about("Active at its end, not before, first purchase earlier.")
    churned_customers: int = about("Active before and not at its end.")
    ending_customers: int = about("Active at its end: the start of the next.")
    retention_rate: float | None = about("Starting without churned, of the starting, 0 to 100.")
    churn_rate: float | None = about("Churned of the starting, 0 to 100.")
    complete: bool = about("Whether the calendar unit was over at the period's end.")


@strawberry.type(description="Who bought once and who more often, to the period's end.")
class RepeatPurchases:
    """Who bought again."""

    one_time_buyers: int = about("Customers with one purchase.")
    repeat_buyers: int = about("Customers with two or more.")
    repeat_rate: float | None = about("Their share of all, 0 to 100.")
    avg_purchases_per_customer: float | None = about("Purchases per customer.")

    @strawberry.field(
        description="Days after which half of all customers bought again, one-time buyers counted for as long as they "
        "were watched (Kaplan-Meier); null where half never did so far."
    )
    @staticmethod
    async def median_days_to_second_purchase(root: strawberry.Parent[Any]) -> float | None:
        """Half of all customers bought again."""
        return await root.of.median_days_to_second_purchase()


@strawberry.type(description="Who stays over a period.")
class RetentionReport:
    """Who stays over a period."""

    period: Period = about("The period.")
    notices: list[str] = about("What a reader should know about this answer.")
    how_computed: HowComputed = about("What the numbers are, and the statements of all parts.")
    export_url: str = export_url()

    @strawberry.field(description="The customers of the period.", graphql_type=RetentionSummary)
    @staticmethod
    async def summary(root: strawberry.Parent[Any]) -> Any:
        """The customers of the period."""
        return await root.summary()

    @strawberry.field(
        description="The same of the period that `compareTo` names; null without it.",
        graphql_type=RetentionSummary | None,
    )
    @staticmethod
    async def previous(root: strawberry.Parent[Any]) -> Any:
        """The period compared with."""
        return await root.previous()

    @strawberry.field(
        description="Every cohort of all history up to the period's end, the earliest first, or one of them.",
        graphql_type=list[Cohort],
    )
    @staticmethod
    async def cohorts(
        root: strawberry.Parent[Any],
        key: Annotated[str | None, said("Only the cohort of this key, like 2011-03.")] = None,
    ) -> Any:
        """Every cohort, or one."""
        cohorts = await root.cohorts()
        return cohorts if key is None else [cohort for cohort in cohorts if cohort.key == key]

    @strawberry.field(
        description="The calendar units of the period, the first and the last clipped to it.",
        graphql_type=list[RetentionTrend],
    )
    @staticmethod
    async def trends(root: strawberry.Parent[Any]) -> Any:
        """The units of the period."""
        return await root.trends()

    @strawberry.field(description="Who bought again, to the period's end.", graphql_type=RepeatPurchases)
    @staticmethod
    async def repeat_purchases(root: strawberry.Parent[Any]) -> Any:
        """Who bought again."""
        return await root.repeat_purchases()

    @strawberry.field(description="How fresh the summary is.", graphql_type=Freshness)
    @staticmethod
    async def freshness(root: strawberry.Parent[Any]) -> Any:
        """How fresh it is."""
        return await root.freshness()


@strawberry.type
class RetentionQueries:
    """Who stays."""

    @strawberry.field(description="Who stays over a period, and the cohorts.", graphql_type=RetentionReport)
    @staticmethod
    async def retention(
        info: Info,
        period: Annotated[DateRange | None, said("The 12 months to today unless given.")] = None,
        compare_to: CompareTo = None,
        cohort_period: Annotated[CohortPeriod, said("The calendar unit of the cohorts.")] = CohortPeriod.MONTH,
        trend_period: Annotated[CohortPeriod, said("The calendar unit of the trends.")] = CohortPeriod.MONTH,
        mode: Annotated[RetentionMode, said("Who is in the cell of a cohort.")] = RetentionMode.ON,
        activity_days: Annotated[int, said("A purchase keeps a customer active for so many days, 1 to 9,999.")] = 90,
        customer_type: CustomerTypeArg = None,
        storefront: StorefrontArg = None,
    ) -> Any:
        """Who stays over a period."""
        question = RetentionQuestion(
            plain(period), compare_to, cohort_period, trend_period, mode, activity_days, customer_type, storefront
        )
        return await retention(info.context, question)
