"""Retention: who stays over a period, the cohorts up to its end, and how customers come back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import pyarrow as pa

from analytics.calendar import CohortPeriod
from analytics.cohorts import (
    CohortCellAnswer,
    CohortCellFigures,
    CohortFigures,
    RetentionMode,
    cohort_cells,
    cohort_figures,
)
from analytics.cohorts import members_of_cell as customers_of_cell
from analytics.copy.pinned import PinnedView
from analytics.customers import RevenueBasis
from analytics.figures import average, percentage, ratio
from analytics.retention import (
    Activity,
    TrendFigures,
    activity,
    activity_over,
    last_purchases,
    median_days_to_second_purchase,
    params_over,
    second_purchases,
    trends_over,
)
from analytics.scope import Scope
from models.customers import CustomerType
from resolvers.customers import purchases_by_customer
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.paging import list_digest
from resolvers.operation.ranges import DateRange
from resolvers.operation.reports import (
    Freshness,
    HowComputed,
    Kept,
    Parts,
    freshness_of,
    kept,
    kept_columns,
    statements_shown,
)
from resolvers.periods import Comparison, Period, asked_period, default_of_retention
from resolvers.storefronts import storefront_key
from rules.days import date_of

ACTIVITY_DAYS = 90
MAX_ACTIVITY_DAYS = 9_999

DEFINITION = (
    "A customer is active at a day with a counted sale in the activity days up to it. Retained: active on the day "
    "before the period and on its last day; churned: active before, and no longer; new: active at the end, first "
    "purchase ever in the period; reactivated: active at the end, not before, first purchase earlier; so that the "
    "customers at the end are the retained, the new and the reactivated. A cohort is the customers whose first "
    "purchase ever is in a calendar unit; its cell k holds those with a purchase in the k-th unit after (ON), or in "
    "it or any later one (ON_OR_AFTER), with their sales less refunds of that unit. The median time to a second "
    "purchase counts one-time buyers for as long as they were watched (Kaplan-Meier). Refunds change money, never "
    "who bought."
)


@dataclass(frozen=True)
class RetentionQuestion:
    """The arguments of a retention report, as a client gives them."""

    period: DateRange | None = None
    compare_to: Comparison | None = None
    cohort_period: CohortPeriod = CohortPeriod.MONTH
    trend_period: CohortPeriod = CohortPeriod.MONTH
    mode: RetentionMode = RetentionMode.ON
    activity_days: int = ACTIVITY_DAYS
    customer_type: CustomerType | None = None
    storefront: str | None = None


@dataclass(frozen=True)
class CohortMembers:
    """The customers of a cohort in a unit, both by their numbers."""

    of: RetentionQuestion
    cohort: int
    unit: int


@dataclass(frozen=True)
class RetentionSummary:
    """Customers over a period. At the end = retained + new + reactivated."""

    total_customers: Annotated[int, "Customers with a purchase to the period's end."]
    customers_at_start: Annotated[int, "Active on the day before the period."]
    customers_at_end: Annotated[int, "Active on its last day."]
    active_customers: Annotated[int, "The same as at the end."]
    retained_customers: Annotated[int, "Active on both days."]
    churned_customers: Annotated[int, "Active before the period and not at its end."]
    new_customers: Annotated[int, "Active at the end, first purchase ever in the period."]
    acquired_customers: Annotated[int, "First purchase ever in the period, active at its end or not."]
    lapsed_new_customers: Annotated[int, "Acquired, and no longer active at the end."]
    returning_customers: Annotated[int, "Active at the end without the new."]
    reactivated_customers: Annotated[int, "Active at the end, not before the period, first purchase before it."]
    retention_rate: Annotated[float | None, "Retained of those at the start, 0 to 100; null from nobody."]
    net_retention_rate: Annotated[
        float | None, "Those at the end without the new, of those at the start; can pass 100."
    ]
    churn_rate: Annotated[float | None, "Churned of those at the start, 0 to 100; null from nobody."]
    repeat_purchase_rate: Annotated[float | None, "Customers with two or more purchases of all, 0 to 100."]
    win_back_rate: Annotated[float | None, "Reactivated of those who bought earlier and were not active at the start."]
    avg_customer_lifespan_days: Annotated[
        float | None, "Mean days from first to last purchase; one-time buyers have 0."
    ]


def _summary(a: Activity) -> RetentionSummary:
    return RetentionSummary(
        total_customers=a.customers,
        customers_at_start=a.at_start,
        customers_at_end=a.at_end,
        active_customers=a.at_end,
        retained_customers=a.retained,
        churned_customers=a.churned,
        new_customers=a.new,
        acquired_customers=a.acquired,
        lapsed_new_customers=a.acquired - a.new,
        returning_customers=a.at_end - a.new,
        reactivated_customers=a.reactivated,
        retention_rate=percentage(a.retained, a.at_start),
        net_retention_rate=percentage(a.at_end - a.new, a.at_start),
        churn_rate=percentage(a.churned, a.at_start),
        repeat_purchase_rate=percentage(a.repeat_buyers, a.customers),
        win_back_rate=percentage(a.reactivated, a.earlier - a.at_start),
        avg_customer_lifespan_days=ratio(a.lifespan_days, a.customers),
    )


@dataclass(frozen=True)
class RetentionTrend:
    """Customers over one calendar unit, clipped to the period."""

    key: Annotated[str, "The unit: 2011-03, 2011-Q1 or 2011."]
    start: Annotated[date, "Its first day in the period."]
    starting_customers: Annotated[int, "Active on the day before."]
    new_customers: Annotated[int, "Active at its end, first purchase ever in it."]
    acquired_customers: Annotated[int, "First purchase ever in it."]
    reactivated_customers: Annotated[int, "Active at its end, not before, first purchase earlier."]
    churned_customers: Annotated[int, "Active before and not at its end."]
    ending_customers: Annotated[int, "Active at its end: the start of the next."]
    retention_rate: Annotated[float | None, "Starting without churned, of the starting, 0 to 100."]
    churn_rate: Annotated[float | None, "Churned of the starting, 0 to 100."]
    complete: Annotated[bool, "Whether the calendar unit was over at the period's end."]


@dataclass(frozen=True)
class CohortCell:
    """A cohort in one calendar unit."""

    of: "Cohort"
    figures: CohortCellFigures
    period: Annotated[int, "How many units after its own; 0 is its own."]
    start: Annotated[date, "The first day of the unit."]
    customer_count: Annotated[int, "Customers of the cohort in it, by the mode asked for."]
    retention: Annotated[float | None, "Their share of the cohort, 0 to 100."]
    complete: Annotated[bool, "Whether the unit is over; an ON_OR_AFTER cell may still rise."]
    revenue: Annotated[Decimal, "NET revenue of the cohort in this unit, in both modes."]
    cumulative_revenue_per_customer: Annotated[Decimal | None, "NET revenue of all units up to this one, per customer."]

    @property
    def digest(self) -> str:
        """What the cursors of its customers are bound to: the whole table, since one `after` is given to each cell."""
        return self.of.of.digest

    @property
    def members_asked(self) -> CohortMembers:
        """The question that its customers answer."""
        return CohortMembers(self.of.of.asked, self.of.figures.unit, self.figures.unit)

    async def members(self) -> pa.Table:
        """Exactly its customers, with their revenue in the unit."""
        return await self.of.of.members_of_cell(self.of.figures.unit, self.figures.unit)


@dataclass(frozen=True)
class Cohort:
    """Customers by the calendar unit of their first purchase ever."""

    of: "Cohorts"
    figures: CohortFigures
    key: Annotated[str, "Its unit: 2011-03, 2011-Q1 or 2011."]
    start: Annotated[date, "The first day of the unit."]
    size: Annotated[int, "How many customers."]
    current_active: Annotated[int, "Of them, active at the end."]
    churned: Annotated[int, "Of them, not active at the end."]

    @property
    def periods(self) -> list[CohortCell]:
        """A cell for its own unit and each one since."""
        return [self.of.cell(self, k, cell) for k, cell in enumerate(self.figures.cells)]


@dataclass(frozen=True)
class Cohorts:
    """All cohorts to the end of a scope, as a question asks for them."""

    context: Context
    scope: Scope
    asked: RetentionQuestion

    @property
    def activity_days(self) -> int:
        """How long a purchase keeps a customer active."""
        return self.asked.activity_days

    @property
    def period(self) -> CohortPeriod:
        """Their unit."""
        return self.asked.cohort_period

    @property
    def mode(self) -> RetentionMode:
        """Who is in a cell."""
        return self.asked.mode

    async def all(self) -> list[Cohort]:
        """Every cohort, the earliest first."""

        async def compute(view: PinnedView) -> Kept[list[CohortFigures]]:
            found = await cohort_figures(view, self.scope, self.activity_days, self.period)
            return kept(found, sum(len(cohort.cells) for cohort in found))

        parts = Parts(self.context, "cohorts", (self.scope.all_history(), self.activity_days, self.period))
        return [self._cohort(figures) for figures in await parts.get("cells", compute)]

    def _cohort(self, figures: CohortFigures) -> Cohort:
        start, key = self.period.start_of(figures.unit), self.period.key(figures.unit)
        return Cohort(
            of=self,
            figures=figures,
            key=key,
            start=start,
            size=figures.size,
            current_active=figures.active,
            churned=figures.size - figures.active,
        )

    def cell(self, cohort: Cohort, k: int, figures: CohortCellFigures) -> CohortCell:
        """A cell as it is shown."""
        count = figures.on if self.mode is RetentionMode.ON else figures.on_or_after
        business = self.context.seen
        assert business is not None
        return CohortCell(
            of=cohort,
            figures=figures,
            period=k,
            start=self.period.start_of(figures.unit),
            customer_count=count,
            retention=percentage(count, cohort.size),
            complete=is_over(self.period, figures.unit, self.scope, business.today),
            revenue=business.money(figures.revenue),
            cumulative_revenue_per_customer=business.money_or_none(average(figures.cumulative_revenue, cohort.size)),
        )

    async def members_of_cell(self, cohort: int, unit: int) -> pa.Table:
        """Exactly the customers of a cell."""
        cell = CohortCellAnswer(self.period, self.mode, cohort, unit)

        async def compute(view: PinnedView) -> Kept[pa.Table]:
            found = await customers_of_cell(view, self.scope, cell)
            return kept_columns(found, found)

        return await Parts(self.context, "cohorts", self.scope.all_history()).get("members", compute, frozenset(), cell)

    @property
    def digest(self) -> str:
        """What the cursors of its drill-downs are bound to."""
        return list_digest("cohorts", self.scope.all_history(), self.period, self.mode)


def is_over(period: CohortPeriod, unit: int, scope: Scope, today: date) -> bool:
    """Whether nothing can be added to a unit: it ends by the end of the scope, and today is past it."""
    end = period.end_of(unit)
    return end <= date_of(scope.as_of) and end < today


class RetentionReport:
    """Retention over a period; each part is computed where it is asked for."""

    def __init__(
        self, context: Context, question: RetentionQuestion, period: Period, scope: Scope, notices: list[str]
    ) -> None:
        self._context = context
        self.asked = question
        self._scope = scope
        self._parts = Parts(context, "retention", (scope, question.activity_days))
        self.period = period
        self.notices = notices

    async def summary(self) -> RetentionSummary:
        """The customers of the period."""
        return _summary(await self._activity(self._scope))

    async def previous(self) -> RetentionSummary | None:
        """The same of the period that it is compared with."""
        if self.asked.compare_to is None:
            return None
        return _summary(await self._activity(_scope_of(self.period.compared(self.asked.compare_to), self._scope)))

    async def repeat_purchases(self) -> "RepeatPurchases":
        """Who bought again."""
        return RepeatPurchases(self, await self._activity(self._scope))

    async def cohorts(self) -> list[Cohort]:
        """All cohorts to the period's end."""
        return await self.cohorts_asked.all()

    @property
    def cohorts_asked(self) -> Cohorts:
        """The cohorts, not computed yet."""
        return Cohorts(self._context, self._scope, self.asked)

    async def trends(self) -> list[RetentionTrend]:
        """The calendar units of the period, the first and the last clipped to it."""
        period, scope = self.asked.trend_period, self._scope
        units = period.units_over(scope.start, scope.as_of)

        async def compute(view: PinnedView) -> Kept[list[TrendFigures]]:
            return kept(await trends_over(view, scope, self.asked.activity_days, period, units), len(units))

        today = (await self._context.business()).today
        return [
            _trend(figures, period, scope, today)
            for figures in await self._parts.get("trends", compute, frozenset(), period)
        ]

    async def median_days_to_second_purchase(self) -> float | None:
        """When half of all customers had bought again."""

        async def compute(view: PinnedView) -> Kept[float | None]:
            return kept(await median_days_to_second_purchase(view, self._scope))

        return await self._parts.get("second purchase", compute)

    @property
    def how_computed(self) -> HowComputed:
        """What the numbers are, and the statements of all parts."""
        asked, shape = self.asked, self._scope.shape
        units = asked.trend_period.units_over(self._scope.start, self._scope.as_of)
        params = params_over(self._scope, asked.activity_days) | {"opening_unit": units[0]}
        statements = (
            activity(shape),
            cohort_cells(shape, asked.cohort_period),
            last_purchases(shape, asked.trend_period),
            second_purchases(shape),
        )
        return HowComputed(DEFINITION, statements_shown(statements, params))

    async def freshness(self) -> Freshness:
        """How fresh the summary is."""
        return freshness_of(*await self._parts.computed("activity", self._compute_activity(self._scope)))

    async def _activity(self, scope: Scope) -> Activity:
        parts = (
            self._parts
            if scope == self._scope
            else Parts(self._context, "retention", (scope, self.asked.activity_days))
        )
        return await parts.get("activity", self._compute_activity(scope))

    def _compute_activity(self, scope: Scope) -> Any:
        async def compute(view: PinnedView) -> Kept[Activity]:
            return kept(await activity_over(view, scope, self.asked.activity_days))

        return compute


@dataclass(frozen=True)
class RepeatPurchases:
    """Who bought once and who more often, to the period's end."""

    of: RetentionReport
    activity: Activity

    @property
    def one_time_buyers(self) -> int:
        """Customers with one purchase."""
        return self.activity.customers - self.activity.repeat_buyers

    @property
    def repeat_buyers(self) -> int:
        """Customers with two or more."""
        return self.activity.repeat_buyers

    @property
    def repeat_rate(self) -> float | None:
        """Their share of all."""
        return percentage(self.activity.repeat_buyers, self.activity.customers)

    @property
    def avg_purchases_per_customer(self) -> float | None:
        """Counted sales per customer."""
        return ratio(self.activity.orders, self.activity.customers)


def _trend(f: TrendFigures, period: CohortPeriod, scope: Scope, today: date) -> RetentionTrend:
    return RetentionTrend(
        key=period.key(f.unit),
        start=max(period.start_of(f.unit), date_of(scope.start)),
        starting_customers=f.starting,
        new_customers=f.new,
        acquired_customers=f.acquired,
        reactivated_customers=f.reactivated,
        churned_customers=f.churned,
        ending_customers=f.ending,
        retention_rate=percentage(f.starting - f.churned, f.starting),
        churn_rate=percentage(f.churned, f.starting),
        complete=is_over(period, f.unit, scope, today),
    )


def _scope_of(period: Period, like: Scope) -> Scope:
    return Scope(period.as_of, period.days, like.storefront, like.customer_type, include_inactive=True)


async def retention(context: Context, question: RetentionQuestion) -> RetentionReport:
    """The retention report of a period; BadUserInput says which argument is impossible."""
    if not 1 <= question.activity_days <= MAX_ACTIVITY_DAYS:
        raise BadUserInput(f"`activityDays` must be from 1 to {MAX_ACTIVITY_DAYS:,}, not {question.activity_days}")
    storefront = await storefront_key(context, question.storefront)
    period, notices = await asked_period(context, question.period, default_of_retention)
    scope = Scope(period.as_of, period.days, storefront, question.customer_type, include_inactive=True)
    return RetentionReport(context, question, period, scope, notices)


async def cohort_by_customer(
    context: Context, ids: Sequence[int], arguments: tuple[CohortPeriod, int]
) -> list[Cohort | None]:
    """The cohort of each customer among all to a day; None for one without a purchase."""
    period, as_of = arguments
    scope = Scope(as_of, None, include_inactive=True)
    asked = RetentionQuestion(DateRange(end=date_of(as_of)), cohort_period=period)
    cohorts = await Cohorts(context, scope, asked).all()
    by_start = {cohort.start: cohort for cohort in cohorts}
    bought = await context.load_many(purchases_by_customer, ids, (as_of, RevenueBasis.NET))
    return [_cohort_at(by_start, period, summary.first_purchase_date) for summary in bought]


def _cohort_at(by_start: dict[date, Cohort], period: CohortPeriod, day: date | None) -> Cohort | None:
    return None if day is None else by_start.get(period.start_of(period.unit_at(day)))
