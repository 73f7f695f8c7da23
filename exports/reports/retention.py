"""Retention as a document: the period, its units, and every cohort."""

from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from exports.charts import cohort_heat_map, retention_trend
from exports.document import Document, day, flag, integer, money, number, percent, text
from exports.heading import heading_of, span
from resolvers.operation.context import Context
from resolvers.retention import RetentionQuestion, retention

COHORTS = (
    text("key", "Cohort", lambda row: row.cohort.key),
    integer("size", "Customers of the cohort", lambda row: row.cohort.size, printed=False),
    integer("currentActive", "Active now", lambda row: row.cohort.current_active, printed=False),
    integer("churned", "Not active now", lambda row: row.cohort.churned, printed=False),
    integer("period", "Units after", lambda row: row.cell.period),
    day("start", "Unit from", lambda row: row.cell.start, printed=False),
    integer("customerCount", "Customers", lambda row: row.cell.customer_count),
    percent("retention", "Retention", lambda row: row.cell.retention),
    flag("complete", "Complete", lambda row: row.cell.complete, printed=False),
    money("revenue", "Revenue", lambda row: row.cell.revenue, printed=False),
    money("cumulativeRevenuePerCustomer", "Revenue each so far", lambda row: row.cell.cumulative_revenue_per_customer),
)
SUMMARY = (
    integer("totalCustomers", "Customers ever"),
    integer("customersAtStart", "Active at the start"),
    integer("customersAtEnd", "Active at the end"),
    integer("activeCustomers", "Active", printed=False),
    integer("retainedCustomers", "Retained"),
    integer("churnedCustomers", "Churned"),
    integer("newCustomers", "New"),
    integer("acquiredCustomers", "Acquired"),
    integer("lapsedNewCustomers", "Acquired and lapsed"),
    integer("returningCustomers", "Returning"),
    integer("reactivatedCustomers", "Won back"),
    percent("retentionRate", "Retention rate"),
    percent("netRetentionRate", "Net retention rate"),
    percent("churnRate", "Churn rate"),
    percent("repeatPurchaseRate", "Repeat purchase rate"),
    percent("winBackRate", "Win-back rate"),
    number("avgCustomerLifespanDays", "Days from first to last purchase"),
)
TRENDS = (
    text("key", "Unit"),
    day("start", "From"),
    integer("startingCustomers", "At the start"),
    integer("newCustomers", "New"),
    integer("acquiredCustomers", "Acquired"),
    integer("reactivatedCustomers", "Won back"),
    integer("churnedCustomers", "Churned"),
    integer("endingCustomers", "At the end"),
    percent("retentionRate", "Retention rate"),
    percent("churnRate", "Churn rate"),
    flag("complete", "Complete", printed=False),
)
REPEATS = (
    integer("oneTimeBuyers", "One-time buyers", lambda row: row[0].one_time_buyers),
    integer("repeatBuyers", "Repeat buyers", lambda row: row[0].repeat_buyers),
    percent("repeatRate", "Repeat rate", lambda row: row[0].repeat_rate),
    number("avgPurchasesPerCustomer", "Purchases per customer", lambda row: row[0].avg_purchases_per_customer),
    number("medianDaysToSecondPurchase", "Median days to the second purchase", lambda row: row[1]),
)


@dataclass(frozen=True)
class RetentionRow:
    """A cell of a cohort."""

    cohort: Any
    cell: Any


async def document(context: Context, asked: RetentionQuestion) -> Document:
    """Who stays over a period, and the cohorts to its end."""
    found, heading = await retention(context, asked), await heading_of(context, asked)
    cohorts, trends = await found.cohorts(), await found.trends()
    repeats = [(await found.repeat_purchases(), await found.median_days_to_second_purchase())]
    rows = [RetentionRow(cohort, cell) for cohort in cohorts for cell in cohort.periods]
    summary, previous = await found.summary(), await found.previous()
    columns = tuple(column.within(itemgetter(0)) for column in SUMMARY)
    if previous is not None:
        columns += tuple(column.earlier(itemgetter(1)) for column in SUMMARY)
    return heading.document(
        "Customer retention",
        span(found.period.start, found.period.end),
        [
            heading.appendix("cohorts", "Cohorts", COHORTS, rows),
            heading.table("trends", "Over time", TRENDS, trends),
            heading.table("repeatPurchases", "Repeat purchases", REPEATS, repeats),
        ],
        summary=heading.table("summary", "Summary", columns, [(summary, previous)]),
        notices=tuple(found.notices),
        definition=found.how_computed.definition,
        charts=(retention_trend(trends), cohort_heat_map(cohorts)),
    )
