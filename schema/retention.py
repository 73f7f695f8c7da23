"""Retention: who stays over a period, cohorts, and how customers come back."""

from typing import Annotated, Any

import strawberry

from analytics.calendar import CohortPeriod
from analytics.cohorts import RetentionMode
from resolvers.retention import Cohort, CohortCell, RetentionQuestion, RetentionSummary, RetentionTrend, retention
from schema.arguments import CompareTo, CustomerTypeArg, DateRange, Info, StorefrontArg, about, plain, said
from schema.exports import export_url
from schema.members import counted_customers
from schema.reports import Freshness, HowComputed, Period
from schema.results import registered

strawberry.enum(CohortPeriod, description="A calendar unit of cohorts and trends.")
strawberry.enum(
    RetentionMode, description="Who is in a cell: customers with a purchase in its unit, or in it or any later one."
)


registered(RetentionSummary)


registered(CohortCell, customers=counted_customers("Exactly these customers, by NET revenue in the unit descending."))


@strawberry.field(description="Its own unit and every one since, or one of them.", graphql_type=list[CohortCell])
def _periods(
    root: strawberry.Parent[Any],
    period: Annotated[int | None, said("Only the unit that is so many after its own.")] = None,
) -> Any:
    return [cell for cell in root.periods if period is None or cell.period == period]


registered(Cohort, periods=_periods)


registered(RetentionTrend)


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
            period=plain(period),
            compare_to=compare_to,
            cohort_period=cohort_period,
            trend_period=trend_period,
            mode=mode,
            activity_days=activity_days,
            customer_type=customer_type,
            storefront=storefront,
        )
        return await retention(info.context, question)
