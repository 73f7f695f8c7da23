"""Segments over time: who went from which to which between two days, and how many were in each at every month's end."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import pyarrow as pa

from analytics.calendar import CohortPeriod
from analytics.copy.engine import as_shown
from analytics.copy.pinned import PinnedView
from analytics.scope import Scope
from analytics.segmentation import RFMScheme, SegmentationMethod
from analytics.segmentation.grouped import Grouped
from analytics.segmentation.grouping import SegmentGrouping
from analytics.segmentation.methods import united
from analytics.segmentation.migration import Moves, moves_between
from analytics.segmentation.sizes import Sizes, segment_sizes_of, sizes_statement
from models.customers import CustomerType
from resolvers.operation.calendar import BusinessCalendar
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.paging import list_digest
from resolvers.operation.reports import Freshness, HowComputed, Kept, Parts, freshness_of
from resolvers.periods import EARLIEST
from resolvers.segmentation.grouping import OF_METHOD, grouped, refuse_undated
from resolvers.segmentation.rfm import checked_days
from resolvers.storefronts import storefront_key
from rules.days import date_of, day_number

MAX_POINTS = 120
BYTES_OF_A_SIZE = 300

MOVES = (
    "The segments on two days, each from the facts up to its day and today's attributes of customers, inactive ones "
    "only where they are included. Everyone who is in either is in one move; without a segment on a day is who had no "
    "counted sale in the window that ends there. Revenue is that of the window to the later day, for who has left "
    "that of the window to the earlier. "
)
TREND = (
    "The segments on the last day of each calendar unit, the last point on `to`: each from the facts up to its day and "
    "today's attributes of customers, inactive ones only where they are included. The statement is shown for the last "
    "point. "
)


@dataclass(frozen=True)
class MigrationQuestion:
    """The arguments of a migration or a trend, as a client gives them."""

    method: SegmentationMethod
    scheme: RFMScheme
    days: int | None
    storefront: str | None
    customer_type: CustomerType | None
    start: date
    end: date
    include_inactive: bool = False


@dataclass(frozen=True)
class TrendQuestion:
    """The arguments of a trend: `every` is the unit at whose ends there is a point."""

    of: MigrationQuestion
    every: CohortPeriod


@dataclass(frozen=True)
class MoveMembers:
    """The customers of a move; None is outside of the population."""

    of: MigrationQuestion
    before: str | None
    after: str | None


@dataclass(frozen=True)
class MigrationDays:
    """What a question comes to: two days (as day numbers) of a scope, and what a reader should know."""

    business: BusinessCalendar
    grouping: SegmentGrouping
    scope: Scope  # to the later day
    start: int
    notices: list[str]

    def at(self, day: int) -> Scope:
        """The scope of another day."""
        return replace(self.scope, as_of=day)


async def _asked(context: Context, question: MigrationQuestion) -> MigrationDays:
    grouping = SegmentGrouping.asked(question.method, question.scheme)
    refuse_undated(grouping)
    business = await context.business()
    if question.start < EARLIEST:
        raise BadUserInput(f"`from` is before {EARLIEST}: {question.start}")
    if question.start > business.today:
        raise BadUserInput(f"`from` is {question.start}, after today, {business.today}: there are no facts yet")
    end, notices = business.as_of(question.end)
    notices = [notice.replace("asOf", "to", 1) for notice in notices]
    days, storefront = checked_days(question.days), await storefront_key(context, question.storefront)
    everyone = Scope(end, days, storefront, question.customer_type, question.include_inactive)
    return MigrationDays(business, grouping, grouping.window(everyone), day_number(question.start), notices)


# ---------------------------------------------------------------- who moved


@dataclass(frozen=True)
class SegmentMove:
    """Customers that went from one segment to another, or stayed in one."""

    of: MigrationQuestion
    moves: Moves
    digest: str
    move: int
    before: Annotated[str | None, "The code of the earlier segment; null for who was in none: they are new."]
    after: Annotated[
        str | None, "The code of the later segment, equal to `from` for who stayed; null for who is in none any more."
    ]
    customer_count: Annotated[int, "How many customers."]
    revenue: Annotated[
        Decimal,
        "Their NET revenue in the window that ends at `to`; of those who are gone, in the one that ends at `from`.",
    ]

    @property
    def members_asked(self) -> MoveMembers:
        """The question that its customers answer."""
        return MoveMembers(self.of, self.before, self.after)

    def members(self) -> pa.Table:
        """They, with their revenue."""
        return self.moves.members(self.move)


@dataclass(frozen=True)
class SegmentMigration:
    """Who went from which segment to which between two days."""

    asked: MigrationQuestion
    grouping: SegmentGrouping
    scope: Scope
    moves: Sequence[SegmentMove]
    notices: Annotated[Sequence[str], "What a reader should know about this answer."]
    how_computed: Annotated[HowComputed, "What the numbers are, and the statements that computed them."]
    freshness: Annotated[Freshness, "How fresh it is."]


async def segment_migration(context: Context, question: MigrationQuestion) -> SegmentMigration:
    """The moves between two days; BadUserInput where they are not in order or the method is not dated."""
    asked = await _asked(context, question)
    if asked.start >= asked.scope.as_of:
        raise BadUserInput(
            f"`from`, {question.start}, must be before `to`, {date_of(asked.scope.as_of)}: "
            "customers move between two days"
        )
    (before, _, _), (after, computed, _) = [
        await grouped(context, asked.at(day), asked.grouping) for day in (asked.start, asked.scope.as_of)
    ]

    async def compute(_: PinnedView) -> Kept[Moves]:
        moves = await asyncio.to_thread(moves_between, before, after)
        return Kept(moves, moves.nbytes)

    # What is made of populations is of the facts that they were made of.
    parts = Parts(context, "segment migration", (asked.grouping, asked.scope, asked.start))
    made, is_kept = await parts.computed("moves", compute, frozenset(), computed.seen.facts_revision)
    digest = list_digest("segmentMigration", asked.grouping, asked.scope, asked.start)
    moves = made.value
    return SegmentMigration(
        question,
        asked.grouping,
        asked.scope,
        [_move(question, moves, place, digest, asked.business) for place in range(len(moves.figures))],
        asked.notices,
        _how(asked, before, after),
        freshness_of(made, is_kept),
    )


def _move(of: MigrationQuestion, moves: Moves, place: int, digest: str, business: BusinessCalendar) -> SegmentMove:
    figures = moves.figures[place]
    before, after = (None if segment is None else segment.code for segment in (figures.before, figures.after))
    revenue = business.money(figures.revenue)
    return SegmentMove(
        of=of,
        moves=moves,
        digest=digest,
        move=place,
        before=before,
        after=after,
        customer_count=figures.customers,
        revenue=revenue,
    )


def _how(asked: MigrationDays, before: Grouped, after: Grouped) -> HowComputed:
    return HowComputed(MOVES + OF_METHOD[asked.grouping.method], f"{before.statement}\n\n{after.statement}")


# ---------------------------------------------------------------- how many there were


@dataclass(frozen=True)
class SegmentCount:
    """A segment on one day."""

    code: Annotated[str, "The code of the segment."]
    name: Annotated[str, "Its name."]
    customer_count: Annotated[int, "How many customers it has."]
    revenue: Annotated[Decimal, "Their NET revenue in the window that ends on this day."]


@dataclass(frozen=True)
class SegmentationPoint:
    """All segments on one day."""

    as_of: Annotated[date, "The day: the last of a calendar unit, or `to`."]
    segments: Annotated[
        Sequence[SegmentCount],
        "All segments in the order of the method, empty ones too; for BEHAVIOR those of any point, by name.",
    ]


@dataclass(frozen=True)
class SegmentationTrend:
    """The segments at the end of each calendar unit."""

    asked: TrendQuestion
    points: Annotated[Sequence[SegmentationPoint], "One for each calendar unit, the earliest first."]
    notices: Annotated[Sequence[str], "What a reader should know about this answer."]
    how_computed: Annotated[HowComputed, "What the numbers are, and the statement that computed the last point."]
    freshness: Annotated[Freshness, "How fresh it is: that of the oldest point."]


async def segmentation_trend(context: Context, question: MigrationQuestion, every: CohortPeriod) -> SegmentationTrend:
    """The segments at the end of each unit; BadUserInput for too many of them, or a method that is not dated."""
    asked = await _asked(context, question)
    if asked.start > asked.scope.as_of:
        raise BadUserInput(f"`from`, {question.start}, is after `to`, {date_of(asked.scope.as_of)}")
    days = _days(asked, every)
    found = [await _sizes(context, asked.at(day), asked.grouping) for day in days]
    table = united([sizes.table for sizes, _ in found])
    last = asked.at(days[-1])
    statement = as_shown(sizes_statement(asked.grouping, last), last.params())
    return SegmentationTrend(
        TrendQuestion(question, every),
        [_point(table, day, sizes, asked.business) for day, (sizes, _) in zip(days, found, strict=True)],
        asked.notices,
        HowComputed(TREND + OF_METHOD[asked.grouping.method], statement),
        _freshness([freshness for _, freshness in found]),
    )


def _days(asked: MigrationDays, every: CohortPeriod) -> list[int]:
    """The last day of each unit; BadUserInput says which unit would fit where they are too many."""
    first, last = date_of(asked.start), date_of(asked.scope.as_of)
    units = {unit: unit.units_over(asked.start, asked.scope.as_of) for unit in CohortPeriod}
    counts = {unit: len(units[unit]) for unit in CohortPeriod}
    if counts[every] > MAX_POINTS:
        fits = next((unit for unit in CohortPeriod if counts[unit] <= MAX_POINTS), None)
        better = "ask for fewer years" if fits is None else f"`every: {fits}` would give {counts[fits]}"
        raise BadUserInput(
            f"a trend has at most {MAX_POINTS} points, and from {first} to {last} every {every} there would be "
            f"{counts[every]:,}: {better}"
        )
    return every.last_days(units[every], asked.scope.as_of)


async def _sizes(context: Context, scope: Scope, grouping: SegmentGrouping) -> tuple[Sizes, Freshness]:
    async def compute(view: PinnedView) -> Kept[Sizes]:
        sizes = await segment_sizes_of(view, scope, grouping)
        return Kept(sizes, BYTES_OF_A_SIZE * len(sizes.customers))

    computed, is_kept = await Parts(context, "segmentation", (grouping, scope)).computed(
        "sizes", compute, grouping.need
    )
    return computed.value, freshness_of(computed, is_kept)


def _point(table: Any, day: int, sizes: Sizes, business: BusinessCalendar) -> SegmentationPoint:
    counts = [
        SegmentCount(s.code, s.name, sizes.customers.get(s.name, 0), business.money(sizes.revenue.get(s.name, 0)))
        for s in table.segments
    ]
    return SegmentationPoint(date_of(day), counts)


def _freshness(points: Sequence[Freshness]) -> Freshness:
    """Of all points: the oldest, kept if all were, and what computing those that were not took."""
    oldest = min(points, key=lambda point: (point.data_revision, point.computed_at))
    return replace(
        oldest,
        from_cache=all(point.from_cache for point in points),
        duration_ms=sum(point.duration_ms for point in points),
    )
