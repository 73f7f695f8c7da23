"""The figures of retention over a period and over each of its calendar units."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from analytics.calendar import CohortPeriod
from analytics.figures import percentage, ratio
from analytics.retention import (
    Activity,
    TrendFigures,
)
from analytics.scope import Scope
from resolvers.retention.cohorts import is_over
from rules.days import date_of


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


def summary_of(a: Activity) -> RetentionSummary:
    """The figures of a period as they are shown."""
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


def trend_of(f: TrendFigures, period: CohortPeriod, scope: Scope, today: date) -> RetentionTrend:
    """The figures of a calendar unit as they are shown."""
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
