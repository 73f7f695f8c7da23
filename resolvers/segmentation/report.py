"""The segmentation: a population in the segments of a method, with what is typical of each and what stands out."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Annotated, Any

import pyarrow as pa

from analytics.copy.engine import table_of
from analytics.copy.pinned import PinnedView
from analytics.figures import average, growth, percentage, ratio
from analytics.scope import Scope
from analytics.segmentation import RFMScheme, RFMSegment, Segment, SegmentationMethod
from analytics.segmentation.grouped import Grouped, SegmentationInsights, SegmentFigures, by_revenue, insights
from analytics.segmentation.grouping import SegmentGrouping
from analytics.segmentation.preferences import Dimension, Preferred, dimensions_with, need_of, preferred_by_group
from analytics.segmentation.purchases import refunds_of_all
from analytics.segmentation.rfm import ScoredSegments, cell_figures
from models.businesses import Weekday
from models.customers import CustomerType
from resolvers.operation.calendar import BusinessCalendar
from resolvers.operation.computed import Computed
from resolvers.operation.context import Context
from resolvers.operation.paging import list_digest
from resolvers.operation.reports import HowComputed, Kept, Parts, freshness_of, kept
from resolvers.segmentation.grouping import OF_METHOD, grouped, refuse_a_past_day
from resolvers.segmentation.names import check_segment
from resolvers.segmentation.rfm import checked_days
from resolvers.storefronts import storefront_by_id, storefront_key
from rules.days import date_of

DEFAULT_DAYS = 90


@dataclass(frozen=True)
class SegmentationQuestion:
    """The arguments of a segmentation, as a client gives them."""

    method: SegmentationMethod
    scheme: RFMScheme
    days: int | None
    storefront: str | None
    customer_type: CustomerType | None
    include_inactive: bool
    segment_name: str | None
    segment_code: str | None
    as_of: date | None


@dataclass(frozen=True)
class SegmentMembers:
    """The customers of a segment of a segmentation."""

    of: SegmentationQuestion
    code: str


@dataclass(frozen=True)
class CellMembers:
    """The customers of a score triple of a segmentation."""

    of: SegmentationQuestion
    recency_score: int
    frequency_score: int
    monetary_score: int


@dataclass(frozen=True)
class RFMCutPoints:
    """The worst values that earned a score."""

    score: Annotated[int, "The score, 1 to 5."]
    max_recency_days: Annotated[int | None, "The most days since the last purchase; null where nobody has this score."]
    min_frequency: Annotated[int | None, "The fewest purchases; null where nobody has this score."]
    min_monetary: Annotated[Decimal | None, "The least revenue; null where nobody has this score."]


class Segmentation:
    """A population in segments. What costs another statement is awaited only where it is asked for."""

    def __init__(  # noqa: PLR0913  what it is made of
        self,
        context: Context,
        business: BusinessCalendar,
        question: SegmentationQuestion,
        grouping: SegmentGrouping,
        scope: Scope,
        found: tuple[Grouped, Computed[Any], bool],
        notices: list[str],
    ) -> None:
        people, computed, is_kept = found
        self._context = context
        self.asked = question
        self._parts = Parts(context, "segmentation", (grouping, scope, computed.seen.facts_revision))
        self.grouping = grouping
        self.scope = scope
        self.people = people
        self.business = business
        self.method = grouping.method
        self.scheme = grouping.scheme
        self.as_of = date_of(scope.as_of)
        self.days = scope.days
        self.revenue = sum(f.revenue for f in people.figures)
        self.total_customers = sum(f.customers for f in people.figures)
        self.total_revenue = business.money(self.revenue)
        self.active_customers = people.active
        self.notices = notices
        self.how_computed = HowComputed(OF_METHOD[grouping.method], people.statement)
        self.freshness = freshness_of(computed, is_kept)
        self.digest = list_digest("segmentation", grouping, scope)  # of all drill-downs: one `after` is given to each

    @property
    def segments(self) -> list["SegmentSummary"]:
        """Every segment asked for, by revenue descending, ties in table order."""
        return [_summary(self, f) for f in by_revenue(self.people.figures) if self._is_asked(f.segment)]

    def _is_asked(self, segment: Segment) -> bool:
        name, code = self.asked.segment_name, self.asked.segment_code
        return name in (None, segment.name) and code in (None, segment.code)

    @property
    def cut_points(self) -> list[RFMCutPoints]:
        """Per score 1..5 the worst values that earned it; of RFM only."""
        if not isinstance(self.people, ScoredSegments):
            return []
        money = self.business.money_or_none
        return [
            RFMCutPoints(c.score, c.max_recency_days, c.min_frequency, money(c.min_monetary))
            for c in self.people.people.cut_points
        ]

    @property
    def cells(self) -> list["RFMCell"]:
        """All 125 score triples; of RFM only."""
        people = self.people
        if not isinstance(people, ScoredSegments):
            return []
        return [
            RFMCell(
                of=self,
                people=people,
                cell=c.cell,
                recency_score=c.recency_score,
                frequency_score=c.frequency_score,
                monetary_score=c.monetary_score,
                segment_code=c.segment_code,
                customer_count=c.customers,
                revenue=self.business.money(c.revenue),
            )
            for c in cell_figures(people.people, people.scheme)
        ]

    async def refunds_outside_population(self) -> Decimal:
        """Refunds of the window to nobody of the population."""

        async def compute(view: PinnedView) -> Kept[int]:
            return kept(await refunds_of_all(view, self.scope) - self.people.refunded)

        return self.business.money(await self._parts.get("refunds outside", compute))

    async def before(self) -> dict[str, SegmentFigures] | None:
        """The segments of the preceding window of equal length by name; None where there is none to compare with."""
        scope = self.scope.before()
        if scope is None or not self.grouping.has_growth:
            return None
        people, _, _ = await grouped(self._context, scope, self.grouping)
        return {f.segment.name: f for f in people.figures}

    async def insights(self) -> SegmentationInsights:
        """What stands out."""
        before = await self.before()
        earlier = None if before is None else list(before.values())
        return insights(self.people.figures, earlier, self.people.table)

    async def preferred(self, dimension: Dimension, segment: Segment) -> Any:
        """What a segment's customers prefer in the window, None where they show no preference."""
        together = dimensions_with(dimension)

        async def compute(view: PinnedView) -> Kept[Preferred]:
            groups = await asyncio.to_thread(self._groups)
            found = await preferred_by_group(view, self.scope, dimension, groups)
            return kept(found, sum(map(len, found.values())))

        found = await self._parts.get("preferred", compute, need_of(dimension), together)
        return found[dimension].get(self.people.table.segments.index(segment))

    def _groups(self) -> pa.Table:
        return table_of(customer_id=self.people.customer_id, grp=self.people.position)

    async def preferred_storefront(self, segment: Segment) -> Any:
        """The storefront that a segment's customers used most."""
        key = await self.preferred(Dimension.STOREFRONT, segment)
        return None if key is None else await self._context.load(storefront_by_id, key)


@dataclass(frozen=True)
class SegmentCharacteristics:
    """What is typical of a segment's customers in the window; null for an empty segment."""

    of: Segmentation
    segment: Segment
    avg_days_since_last_purchase: Annotated[float | None, "Mean days since the last purchase."]
    avg_purchase_frequency: Annotated[float | None, "Mean purchases."]
    avg_total_spend: Annotated[Decimal | None, "Mean NET revenue."]
    avg_credit_utilization: Annotated[
        float | None, "Mean used part of the credit limit in percent; only of method CREDIT."
    ]
    total_outstanding: Annotated[Decimal | None, "What all of them owe; only of method CREDIT."]


@dataclass(frozen=True)
class SegmentSummary:
    """A segment and its customers in the window."""

    of: Segmentation
    segment: Segment
    name: Annotated[str, "Its name."]
    code: Annotated[str, "Its code: of POS a representative label, else the name in capitals."]
    description: Annotated[str, "What kind of customers these are."]
    criteria: Annotated[str, "Who belongs to it, in words."]
    customer_count: Annotated[int, "How many customers."]
    percentage: Annotated[float | None, "Their share of the population, 0 to 100."]
    total_revenue: Annotated[Decimal, "Their NET revenue."]
    revenue_contribution: Annotated[float | None, "Its share of the population's, in percent."]
    average_order_value: Annotated[Decimal | None, "NET revenue per counted sale."]
    recency_score: Annotated[int | None, "The recency of a POS label; null elsewhere."]
    frequency_score: Annotated[int | None, "The frequency of a POS label; null elsewhere."]
    monetary_score: Annotated[int | None, "The monetary value of a POS label; null elsewhere."]
    recommended_actions: Annotated[Sequence[str], "What a shop does for these customers."]
    characteristics: Annotated[SegmentCharacteristics, "What is typical of these customers."]

    @property
    def digest(self) -> str:
        """What the cursors of its customers are bound to."""
        return self.of.digest

    @property
    def members_asked(self) -> SegmentMembers:
        """The question that its customers answer."""
        return SegmentMembers(self.of.asked, self.code)

    async def growth(self) -> float | None:
        """Change of its customers against the preceding window in percent."""
        before = await self.of.before()
        if before is None or self.name not in before:
            return None
        return growth(self.customer_count, before[self.name].customers)

    def members(self) -> pa.Table:
        """Its customers with their revenue."""
        return self.of.people.members(self.of.people.table.segments.index(self.segment))


def _summary(of: Segmentation, figures: SegmentFigures) -> SegmentSummary:
    segment, count, revenue = figures.segment, figures.customers, figures.revenue
    credit, money = figures.credit, of.business.money_or_none
    recency, frequency, monetary = (isinstance(segment, RFMSegment) and segment.label) or (None, None, None)
    return SegmentSummary(
        of=of,
        segment=segment,
        name=segment.name,
        code=segment.code,
        description=segment.description,
        criteria=segment.criteria,
        customer_count=count,
        percentage=percentage(count, of.total_customers),
        total_revenue=of.business.money(revenue),
        revenue_contribution=percentage(revenue, of.revenue),
        average_order_value=money(average(revenue, figures.orders)),
        recency_score=recency,
        frequency_score=frequency,
        monetary_score=monetary,
        recommended_actions=segment.recommended_actions,
        characteristics=SegmentCharacteristics(
            of=of,
            segment=segment,
            avg_days_since_last_purchase=ratio(figures.recency_days, figures.buyers),
            avg_purchase_frequency=ratio(figures.orders, count),
            avg_total_spend=money(average(revenue, count)),
            avg_credit_utilization=None if credit is None else credit.utilization,
            total_outstanding=None if credit is None else money(credit.outstanding),
        ),
    )


@dataclass(frozen=True)
class RFMCell:
    """One score triple and its customers."""

    of: Segmentation
    people: ScoredSegments
    cell: int
    recency_score: Annotated[int, "1 to 5."]
    frequency_score: Annotated[int, "1 to 5."]
    monetary_score: Annotated[int, "1 to 5."]
    segment_code: Annotated[str, "The segment that the triple belongs to."]
    customer_count: Annotated[int, "How many customers have these scores."]
    revenue: Annotated[Decimal, "Their NET revenue."]

    @property
    def digest(self) -> str:
        """What the cursors of its customers are bound to."""
        return self.of.digest

    @property
    def members_asked(self) -> CellMembers:
        """The question that its customers answer."""
        return CellMembers(self.of.asked, self.recency_score, self.frequency_score, self.monetary_score)

    def members(self) -> pa.Table:
        """Its customers with their revenue."""
        return self.people.people.members([self.cell])


async def segmentation(context: Context, question: SegmentationQuestion) -> Segmentation:
    """The population of a scope in the segments of a method; BadUserInput says which argument is impossible."""
    grouping = SegmentGrouping.asked(question.method, question.scheme)
    asked = partial(check_segment, name=question.segment_name, code=question.segment_code)
    if grouping.table is not None:
        asked(grouping.table, grouping.name)
    business = await context.business()
    refuse_a_past_day(grouping, question.as_of, business)
    as_of, notices = business.as_of(question.as_of)
    days, storefront = checked_days(question.days), await storefront_key(context, question.storefront)
    scope = grouping.window(Scope(as_of, days, storefront, question.customer_type, question.include_inactive))
    found = await grouped(context, scope, grouping)
    if grouping.table is None:
        asked(found[0].table, f"{grouping.name} of this window")
    notices = [*notices, *_notices(grouping, days, storefront)]
    return Segmentation(
        context=context,
        business=business,
        question=question,
        grouping=grouping,
        scope=scope,
        found=found,
        notices=notices,
    )


def _notices(grouping: SegmentGrouping, days: int | None, storefront: int | None) -> list[str]:
    if grouping.method is SegmentationMethod.TIER and days not in (None, DEFAULT_DAYS):
        return [f"Method TIER looks at all history: days {days} has no part in it."]
    if grouping.method is SegmentationMethod.CREDIT and storefront is not None:
        return [
            "Opening balances and payments without a sale belong to no storefront: they are in the balances in full."
        ]
    return []


def weekday_of(number: int | None) -> Weekday | None:
    """The weekday of a stored number, 1 for Monday."""
    return None if number is None else list(Weekday)[number - 1]
