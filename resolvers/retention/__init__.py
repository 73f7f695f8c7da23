"""Retention: who stays over a period, the cohorts up to its end, and how customers come back."""

from resolvers.retention.cohorts import Cohort, CohortCell, cohort_by_customer
from resolvers.retention.figures import RetentionSummary, RetentionTrend
from resolvers.retention.question import CohortMembers, RetentionQuestion
from resolvers.retention.report import retention

__all__ = [
    "Cohort",
    "CohortCell",
    "CohortMembers",
    "RetentionQuestion",
    "RetentionSummary",
    "RetentionTrend",
    "cohort_by_customer",
    "retention",
]
