"""The segmentation as a document: segments, what is typical of them, the grid of scores, and every customer."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from analytics.segmentation import Segment
from analytics.segmentation.preferences import Dimension
from analytics.segmentation.rfm import ScoredSegments
from exports.charts import bars, rfm_grid, signed
from exports.customers import NAME, NUMBER, people_of, slices
from exports.document import Column, Document, Table, batch_of, integer, money, number, percent, text
from exports.heading import Heading, heading_of, window
from resolvers.operation.context import Context
from resolvers.segmentation.report import Segmentation, SegmentationQuestion, SegmentSummary, segmentation, weekday_of
from rules.exports import ExportDetail


@dataclass(frozen=True)
class SegmentationRow:
    """A segment with what is looked up of it."""

    of: SegmentSummary
    growth: float | None
    preferred: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.of, name)


def _preferred(name: str, title: str) -> Column:
    return text(name, title, lambda row: row.preferred[name], printed=False)


SEGMENTS = (
    text("name", "Segment", wide=True),
    text("code", "Code", printed=False),
    integer("customerCount", "Customers"),
    percent("percentage", "Share of customers"),
    money("totalRevenue", "Revenue"),
    percent("revenueContribution", "Share of revenue"),
    money("averageOrderValue", "Average order"),
    percent("growth", "Growth"),
    integer("recencyScore", "Recency score", printed=False),
    integer("frequencyScore", "Frequency score", printed=False),
    integer("monetaryScore", "Monetary score", printed=False),
    number(
        "avgDaysSinceLastPurchase",
        "Days since last purchase",
        lambda row: row.characteristics.avg_days_since_last_purchase,
    ),
    number("avgPurchaseFrequency", "Purchases each", lambda row: row.characteristics.avg_purchase_frequency),
    money("avgTotalSpend", "Revenue each", lambda row: row.characteristics.avg_total_spend),
    percent(
        "avgCreditUtilization", "Credit used", lambda row: row.characteristics.avg_credit_utilization, printed=False
    ),
    money("totalOutstanding", "Outstanding", lambda row: row.characteristics.total_outstanding, printed=False),
    _preferred("preferredCategory", "Preferred category"),
    _preferred("preferredStorefront", "Preferred storefront"),
    _preferred("preferredChannel", "Preferred channel"),
    _preferred("preferredWeekday", "Preferred weekday"),
    _preferred("preferredPaymentMethod", "Preferred payment method"),
    integer("peakMonth", "Peak month", lambda row: row.preferred["peakMonth"], printed=False),
    text("description", "Description", printed=False),
    text("criteria", "Criteria", printed=False),
    text("recommendedActions", "Recommended actions", lambda row: " ".join(row.recommended_actions), printed=False),
)
ACTIONS = (
    text("name", "Segment"),
    text("description", "Who they are", wide=True),
    text("recommendedActions", "What to do", lambda row: " ".join(row.recommended_actions), wide=True),
)
SUMMARY = (
    integer("totalCustomers", "Customers"),
    integer("activeCustomers", "Active in the last 90 days"),
    money("totalRevenue", "Revenue"),
    money("refundsOutsidePopulation", "Refunds outside of the population", lambda row: row.refunds),
    text("highestRevenueSegment", "Most revenue", lambda row: row.insights.highest_revenue_segment),
    text("largestSegment", "Most customers", lambda row: row.insights.largest_segment),
    text("fastestGrowingSegment", "Fastest growing", lambda row: row.insights.fastest_growing_segment),
    text("needsAttention", "Needs attention", lambda row: row.insights.needs_attention),
)
CELLS = (
    integer("recencyScore", "R"),
    integer("frequencyScore", "F"),
    integer("monetaryScore", "M"),
    text("segmentCode", "Segment code"),
    integer("customerCount", "Customers"),
    money("revenue", "Revenue"),
)
CUT_POINTS = (
    integer("score", "Score"),
    integer("maxRecencyDays", "Most days since last purchase"),
    integer("minFrequency", "Fewest purchases"),
    money("minMonetary", "Least revenue"),
)
MEMBERS = (
    NUMBER,
    NAME,
    text("segment", "Segment"),
    text("segmentCode", "Code", printed=False),
    money("monetary", "Revenue"),
)
SCORES = (
    integer("recencyDays", "Days since last purchase"),
    integer("frequency", "Purchases"),
    integer("recencyScore", "R"),
    integer("frequencyScore", "F"),
    integer("monetaryScore", "M"),
)
DIMENSIONS = {
    "preferredCategory": Dimension.CATEGORY,
    "preferredChannel": Dimension.CHANNEL,
    "preferredPaymentMethod": Dimension.PAYMENT_METHOD,
    "peakMonth": Dimension.MONTH,
}


@dataclass(frozen=True)
class SegmentationSummaryRow:
    """What is said of all of it."""

    of: Segmentation
    refunds: Any
    insights: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.of, name)


async def document(context: Context, asked: SegmentationQuestion, detail: ExportDetail) -> Document:
    """The segmentation, with its customers where they are asked for."""
    found, heading = await segmentation(context, asked), await heading_of(context, asked)
    rows = [await _row(found, segment) for segment in found.segments]
    cells = found.cells
    summary = SegmentationSummaryRow(found, await found.refunds_outside_population(), await found.insights())
    tables = [
        heading.table("segments", "Segments", SEGMENTS, rows),
        heading.appendix("cells", "Recency, frequency and monetary scores", CELLS, cells),
        heading.table("cutPoints", "Cut points", CUT_POINTS, found.cut_points),
    ]
    customers = _members(context, found)
    return heading.document(
        f"Customer segmentation by {_named(found)}",
        window(found.as_of, found.days),
        [customers, *tables] if detail is ExportDetail.CUSTOMERS else tables,
        summary=heading.table("summary", "Summary", SUMMARY, [summary]),
        notices=tuple(found.notices),
        definition=found.how_computed.definition,
        charts=_charts(found, rows, cells),
        on_demand=() if detail is ExportDetail.CUSTOMERS else (customers,),
        printed=(_actions(heading, rows),),
    )


def _named(found: Segmentation) -> str:
    return f"RFM ({found.scheme})" if found.scheme else found.method.lower()


def _actions(heading: Heading, rows: list[SegmentationRow]) -> Table:
    return heading.table("actions", "What to do", ACTIONS, [row for row in rows if row.customer_count])


async def _row(found: Segmentation, segment: SegmentSummary) -> SegmentationRow:
    preferred = {name: await found.preferred(dimension, segment.segment) for name, dimension in DIMENSIONS.items()}
    storefront = await found.preferred_storefront(segment.segment)
    preferred["preferredStorefront"] = None if storefront is None else storefront.name
    preferred["preferredWeekday"] = weekday_of(await found.preferred(Dimension.WEEKDAY, segment.segment))
    return SegmentationRow(segment, await segment.growth(), preferred)


def _charts(found: Segmentation, rows: list[SegmentationRow], cells: list[Any]) -> tuple[Any, ...]:
    currency = found.business.row.currency
    shown = [
        (
            row.name,
            float(row.total_revenue),
            f"{signed(f'{row.total_revenue:,}')} {currency}, {row.customer_count:,} customers",
        )
        for row in rows
    ]
    of_revenue = bars("segments", "Revenue by segment", shown[:20])
    return (of_revenue, rfm_grid(cells)) if cells else (of_revenue,)


# ---------------------------------------------------------------- every customer


def _members(context: Context, found: Segmentation) -> Table:
    people = found.people
    order = np.argsort(-people.revenue, kind="stable")
    scored = people.people if isinstance(people, ScoredSegments) else None
    columns = (*MEMBERS, *(SCORES if scored else ()))
    return Table("customers", "Customers", columns, partial(_batches, context, found, order, columns), len(order))


async def _batches(
    context: Context, found: Segmentation, order: Any, columns: tuple[Column, ...]
) -> AsyncGenerator[pa.RecordBatch]:
    people = found.people
    scored = people.people if isinstance(people, ScoredSegments) else None
    segments: Sequence[Segment] = people.table.segments
    position = people.position
    for rows in slices(len(order)):
        at = order[rows]
        who = await people_of(context, people.customer_id[at])
        places: list[int] = position[at].tolist()
        of = [segments[place] for place in places]
        cells: list[Any] = [
            [person.number for person in who],
            [person.name for person in who],
            [segment.name for segment in of],
            [segment.code for segment in of],
            people.revenue[at],
        ]
        if scored:
            cells += [scored.recency_days[at], scored.frequency[at]]
            cells += [scored.recency_score[at], scored.frequency_score[at], scored.monetary_score[at]]
        yield batch_of(columns, cells)
