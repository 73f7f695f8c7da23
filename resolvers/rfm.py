"""RFM: the scored population of a scope, kept per revision; a customer's place in it, and the segmentation of all."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from analytics.cache import Computed
from analytics.engine import table_of
from analytics.patterns import Dimension, preferred_by_group, tables_of
from analytics.rfm import (
    Insights,
    Population,
    Scope,
    SegmentFigures,
    active_customers,
    average,
    by_revenue,
    cell_figures,
    growth,
    insights,
    percentage,
    refunds_outside,
    score_population,
    scored_by_window,
    segment_figures,
)
from analytics.segments import SCHEMES, TRIPLES, RFMScheme, RFMSegment, SegmentationMethod, segment_of_cell
from analytics.views import PinnedView
from models.business import Weekday
from models.customers import CustomerType
from models.days import date_of
from resolvers.context import BusinessCalendar, Context
from resolvers.errors import BadUserInput
from resolvers.paging import list_digest
from resolvers.storefronts import storefront_by_id, storefront_key

MAX_DAYS = 9_999

DEFINITION = (
    "Customers with at least one counted sale in the window. Recency is the days since the last one, frequency their "
    "number, monetary their totals less the refunds paid in the window. Each is scored 1 to 5: 1 + floor(5 L / n), "
    "n customers of whom L are strictly worse, so that equal values get equal scores; scheme POS scores recency by "
    "fifths of the window. A customer belongs to the first segment whose ranges hold the three scores, else to the "
    "nearest."
)


@dataclass(frozen=True)
class Freshness:
    """How fresh a computed value is; the duration is of the computation, in milliseconds."""

    computed_at: datetime
    data_revision: int
    from_cache: bool
    duration_ms: float
    engine: str


@dataclass(frozen=True)
class HowComputed:
    """What a number is, in words, and the statement that computed it."""

    definition: str
    statement: str


async def population(context: Context, scope: Scope, scheme: RFMScheme) -> tuple[Computed[Population], bool]:
    """The scored population of a scope, and whether it was kept. Schemes that score alike share it."""
    by_window = scored_by_window(scope, scheme)

    async def compute(view: PinnedView) -> Population:
        return await score_population(view, scope, scheme)

    return await context.report("rfm", (scope, by_window), compute)


def checked_days(days: int | None) -> int | None:
    """The length of a window; BadUserInput for an impossible one."""
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise BadUserInput(f"`days` must be from 1 to {MAX_DAYS:,}, or null for all history, not {days}")
    return days


# ---------------------------------------------------------------- one customer's scores


@dataclass(frozen=True)
class RFMScore:
    """A customer's recency, frequency and monetary value with their scores and segment."""

    recency_days: int
    frequency: int
    monetary: Decimal
    recency_score: int
    frequency_score: int
    monetary_score: int
    segment: RFMSegment
    as_of: date
    days: int | None
    scheme: RFMScheme

    @property
    def score_code(self) -> str:
        """The scores as R5F4M5."""
        return f"R{self.recency_score}F{self.frequency_score}M{self.monetary_score}"


async def rfm_by_customer(
    context: Context, ids: Sequence[int], arguments: tuple[RFMScheme, int | None, int]
) -> list[RFMScore | None]:
    """The scores of each customer among everybody, inactive ones too; None without a purchase in the window."""
    scheme, days, as_of = arguments
    business = await context.business()
    everyone = Scope(as_of, days, include_inactive=True)
    computed, _ = await population(context, everyone, scheme)
    return [_score_of(computed.value, id_, scheme, business) for id_ in ids]


def _score_of(people: Population, id_: int, scheme: RFMScheme, business: BusinessCalendar) -> RFMScore | None:
    position = people.position_of(id_)
    if position is None:
        return None
    return RFMScore(
        int(people.recency_days[position]),
        int(people.frequency[position]),
        business.money(int(people.monetary[position])),
        int(people.recency_score[position]),
        int(people.frequency_score[position]),
        int(people.monetary_score[position]),
        SCHEMES[scheme].segments[segment_of_cell(scheme)[people.cell[position]]],
        date_of(people.scope.as_of),
        people.scope.days,
        scheme,
    )


async def members_of_segment(context: Context, scheme: RFMScheme, name: str, as_of: int) -> pa.Table:
    """The customers of a segment, scored over all history among everyone; `name` is a segment's name or code."""
    position = segment_position(scheme, name, "rfmSegment")
    computed, _ = await population(context, Scope(as_of, None, include_inactive=True), scheme)
    return computed.value.members(segment_of_cell(scheme) == position)


def segment_position(scheme: RFMScheme, name: str, argument: str) -> int:
    """Where the segment that an argument asks for stands in a scheme; BadUserInput names the valid ones.

    `segmentName` takes a name, `segmentCode` a code, any other argument either.
    """
    segments = SCHEMES[scheme].segments
    for position, segment in enumerate(segments):
        names = {"segmentName": (segment.name,), "segmentCode": (segment.code,)}
        if name in names.get(argument, (segment.name, segment.code)):
            return position
    valid = ", ".join(f'"{segment.name}" ({segment.code})' for segment in segments)
    raise BadUserInput(f'`{argument}`: the {scheme} scheme has no segment "{name}"; it has {valid}')


# ---------------------------------------------------------------- the segmentation


@dataclass(frozen=True)
class Question:
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
class CutPoint:
    """The worst values that earned a score."""

    score: int
    max_recency_days: int | None
    min_frequency: int | None
    min_monetary: Decimal | None


class Segmentation:
    """A population in segments. What costs another statement is awaited only where it is asked for."""

    def __init__(  # noqa: PLR0913  what it is made of
        self,
        context: Context,
        business: BusinessCalendar,
        question: Question,
        scope: Scope,
        computed: Computed[Population],
        from_cache: bool,
        notices: list[str],
    ) -> None:
        self._context = context
        self._question = question
        self.scope = scope
        self.people = computed.value
        self.business = business
        self.method = question.method
        self.scheme = question.scheme
        self.as_of = date_of(scope.as_of)
        self.days = scope.days
        self.figures = segment_figures(self.people, self.scheme)
        self.revenue = sum(f.revenue for f in self.figures)
        self.total_customers = len(self.people)
        self.total_revenue = business.money(self.revenue)
        self.notices = notices
        self.how_computed = HowComputed(DEFINITION, self.people.statement)
        self.freshness = Freshness(
            computed.computed_at, computed.seen.data_revision, from_cache, computed.duration_ms, "duckdb"
        )

    @property
    def segments(self) -> list["SegmentSummary"]:
        """Every segment asked for, by revenue descending, ties in table order."""
        asked = [f for f in by_revenue(self.figures) if self._is_asked(f.segment)]
        return [_summary(self, f) for f in asked]

    def _is_asked(self, segment: RFMSegment) -> bool:
        name, code = self._question.segment_name, self._question.segment_code
        return name in (None, segment.name) and code in (None, segment.code)

    @property
    def cut_points(self) -> list[CutPoint]:
        """Per score 1..5 the worst values that earned it."""
        money = self.business.money_or_none
        return [
            CutPoint(c.score, c.max_recency_days, c.min_frequency, money(c.min_monetary))
            for c in self.people.cut_points
        ]

    @property
    def cells(self) -> list["Cell"]:
        """All 125 score triples."""
        money = self.business.money
        return [
            Cell(
                self,
                c.cell,
                c.recency_score,
                c.frequency_score,
                c.monetary_score,
                c.segment_code,
                c.customers,
                money(c.revenue),
            )
            for c in cell_figures(self.people, self.scheme)
        ]

    async def active_customers(self) -> int:
        """Customers of the population that bought in the 90 days to the end."""
        return (await self._number("rfm active", active_customers)).value

    async def refunds_outside_population(self) -> Decimal:
        """Refunds of the window to nobody of the population."""
        return self.business.money((await self._number("rfm refunds outside", refunds_outside)).value)

    async def _number(self, name: str, compute: Callable[[PinnedView, Scope], Awaitable[int]]) -> "Number":
        async def number(view: PinnedView) -> Number:
            return Number(await compute(view, self.scope))

        computed, _ = await self._context.report(name, self.scope, number)
        return computed.value

    async def before(self) -> list[SegmentFigures] | None:
        """The segments of the preceding window of equal length, None without a window."""
        scope = self.scope.before()
        if scope is None:
            return None
        computed, _ = await population(self._context, scope, self.scheme)
        return segment_figures(computed.value, self.scheme)

    async def insights(self) -> Insights:
        """What stands out."""
        return insights(self.figures, await self.before(), self.scheme)

    async def preferred(self, dimension: Dimension, segment: RFMSegment) -> Any:
        """What a segment's customers prefer in the window, None where they show no preference."""
        of_cell = segment_of_cell(self.scheme)

        async def compute(view: PinnedView) -> Preferences:
            groups = await asyncio.to_thread(self._groups, of_cell)
            return Preferences(await preferred_by_group(view, self.scope, dimension, groups))

        computed, _ = await self._context.report(
            "rfm preferred", (self.scope, self.scheme, dimension), compute, tables_of(dimension)
        )
        return computed.value.by_group.get(SCHEMES[self.scheme].segments.index(segment))

    def _groups(self, of_cell: Any) -> pa.Table:
        groups = of_cell[self.people.cell].astype(np.int16)
        return table_of(customer_id=self.people.customer_id, grp=groups)

    async def preferred_storefront(self, segment: RFMSegment) -> Any:
        """The storefront that a segment's customers used most."""
        key = await self.preferred(Dimension.STOREFRONT, segment)
        return None if key is None else await self._context.load(storefront_by_id, key)

    @property
    def digest(self) -> str:
        """What the cursors of its drill-downs are bound to: all of them, since one `after` is given to every cell."""
        return list_digest("rfm", self.scope, self.scheme)


@dataclass(frozen=True)
class Number:
    """A number that the report cache can hold."""

    value: int
    nbytes: int = 64


@dataclass(frozen=True)
class Preferences:
    """The preferred value of each group, for the report cache."""

    by_group: dict[int, Any]
    nbytes: int = 2048


@dataclass(frozen=True)
class SegmentSummary:
    """One segment of a segmentation. The scores are those of a POS label, None in the other schemes."""

    of: Segmentation
    segment: RFMSegment
    name: str
    code: str
    description: str
    criteria: str
    recommended_actions: Sequence[str]
    customer_count: int
    percentage: float | None
    total_revenue: Decimal
    revenue_contribution: float | None
    average_order_value: Decimal | None
    recency_score: int | None
    frequency_score: int | None
    monetary_score: int | None
    avg_days_since_last_purchase: float | None
    avg_purchase_frequency: float | None
    avg_total_spend: Decimal | None
    avg_credit_utilization: float | None = None  # of method CREDIT
    total_outstanding: Decimal | None = None  # of method CREDIT

    async def growth(self) -> float | None:
        """Change of its customers against the preceding window in percent."""
        before = await self.of.before()
        if before is None:
            return None
        return growth(self.customer_count, next(f.customers for f in before if f.segment is self.segment))

    def members(self) -> pa.Table:
        """Its customers with their revenue."""
        segments = SCHEMES[self.of.scheme].segments
        return self.of.people.members(segment_of_cell(self.of.scheme) == segments.index(self.segment))


def _summary(of: Segmentation, figures: SegmentFigures) -> SegmentSummary:
    segment, count, revenue, money = figures.segment, figures.customers, figures.revenue, of.business.money_or_none
    label = segment.label or (None, None, None)
    return SegmentSummary(
        of,
        segment,
        segment.name,
        segment.code,
        segment.description,
        segment.criteria,
        segment.recommended_actions,
        count,
        percentage(count, of.total_customers),
        of.business.money(revenue),
        percentage(revenue, of.revenue),
        money(average(revenue, figures.orders)),
        *label,
        figures.recency_days / count if count else None,
        figures.orders / count if count else None,
        money(average(revenue, count)),
    )


@dataclass(frozen=True)
class Cell:
    """One score triple of a segmentation; `cell` is its number."""

    of: Segmentation
    cell: int
    recency_score: int
    frequency_score: int
    monetary_score: int
    segment_code: str
    customer_count: int
    revenue: Decimal

    def members(self) -> pa.Table:
        """Its customers with their revenue."""
        return self.of.people.members(np.arange(len(TRIPLES)) == self.cell)


async def segmentation(context: Context, question: Question) -> Segmentation:
    """The population of a scope in the segments of a scheme; BadUserInput says which argument is impossible."""
    for argument, name in (("segmentName", question.segment_name), ("segmentCode", question.segment_code)):
        if name is not None:
            segment_position(question.scheme, name, argument)
    business = await context.business()
    as_of, notices = business.as_of(question.as_of)
    storefront = await storefront_key(context, question.storefront)
    scope = Scope(as_of, checked_days(question.days), storefront, question.customer_type, question.include_inactive)
    computed, from_cache = await population(context, scope, question.scheme)
    return Segmentation(context, business, question, scope, computed, from_cache, notices)


def weekday_of(number: int | None) -> Weekday | None:
    """The weekday of a stored number, 1 for Monday."""
    return None if number is None else list(Weekday)[number - 1]
