"""What is asked of retention."""

from dataclasses import dataclass

from analytics.calendar import CohortPeriod
from analytics.cohorts import (
    RetentionMode,
)
from models.customers import CustomerType
from resolvers.operation.ranges import DateRange
from resolvers.periods import Comparison

ACTIVITY_DAYS = 90
MAX_ACTIVITY_DAYS = 9_999


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
