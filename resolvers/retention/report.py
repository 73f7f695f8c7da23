"""Retention over a period; each part is computed where it is asked for."""

from dataclasses import dataclass
from typing import Any

from analytics.calendar import CohortPeriod
from analytics.cohorts import (
    cohort_cells,
)
from analytics.copy.pinned import PinnedView
from analytics.figures import percentage, ratio
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
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.reports import (
    Freshness,
    HowComputed,
    Kept,
    Parts,
    freshness_of,
    kept,
    statements_shown,
)
from resolvers.periods import MOST_UNITS, Period, asked_period, default_of_retention, start_of_series
from resolvers.retention.cohorts import Cohort, Cohorts
from resolvers.retention.figures import RetentionSummary, RetentionTrend, summary_of, trend_of
from resolvers.retention.question import MAX_ACTIVITY_DAYS, RetentionQuestion
from resolvers.storefronts import storefront_key

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
        return summary_of(await self._activity(self._scope))

    async def previous(self) -> RetentionSummary | None:
        """The same of the period that it is compared with."""
        if self.asked.compare_to is None:
            return None
        return summary_of(await self._activity(_scope_of(self.period.compared(self.asked.compare_to), self._scope)))

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
        """The calendar units of the period, the first and the last clipped to it.

        Of a period with too many those before the first fact are left out; BadUserInput where the rest is too many.
        """
        period, scope = self.asked.trend_period, self._scope
        start = await start_of_series(self._context, self.period, period.units_over)
        units = _checked_units(period, period.units_over(start, scope.as_of))

        async def compute(view: PinnedView) -> Kept[list[TrendFigures]]:
            return kept(await trends_over(view, scope, self.asked.activity_days, period, units), len(units))

        today = (await self._context.business()).today
        return [
            trend_of(figures, period, scope, today)
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


def _checked_units(period: CohortPeriod, units: range) -> range:
    if len(units) > MOST_UNITS:
        raise BadUserInput(
            f"`trendPeriod`: {period} makes {len(units):,} trends of this period, more than {MOST_UNITS:,}; "
            "ask for longer calendar units, or a later start"
        )
    return units


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
