"""Moves between segments, and their sizes over time, as documents."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from exports.charts import Axis, HeatMapCell, compact, heat_map
from exports.document import Document, day, integer, money, text
from exports.drawing import Drawing
from exports.heading import heading_of, said_day, span
from resolvers.operation.context import Context
from resolvers.segmentation.migration import (
    MigrationQuestion,
    SegmentMove,
    TrendQuestion,
    segment_migration,
    segmentation_trend,
)

OUTSIDE = "(none)"


def _names(move: SegmentMove) -> tuple[str | None, str | None]:
    figures = move.moves.figures[move.move]
    before, after = figures.before, figures.after
    return None if before is None else before.name, None if after is None else after.name


MOVES = (
    text("from", "From, code", lambda move: move.before, printed=False),
    text("fromName", "From", lambda move: _names(move)[0], wide=True),
    text("to", "To, code", lambda move: move.after, printed=False),
    text("toName", "To", lambda move: _names(move)[1], wide=True),
    integer("customerCount", "Customers"),
    money("revenue", "Revenue"),
)
POINTS = (
    day("asOf", "Day"),
    text("code", "Code", lambda row: row.count.code, printed=False),
    text("name", "Segment", lambda row: row.count.name, wide=True),
    integer("customerCount", "Customers", lambda row: row.count.customer_count),
    money("revenue", "Revenue", lambda row: row.count.revenue),
)


@dataclass(frozen=True)
class MigrationRow:
    """A segment on one day."""

    as_of: date
    count: Any


async def migration_document(context: Context, asked: MigrationQuestion) -> Document:
    """Who went from which segment to which."""
    found, heading = await segment_migration(context, asked), await heading_of(context, asked)
    return heading.document(
        "Moves between segments",
        f"from {said_day(asked.start)} to {said_day(min(asked.end, heading.business.today))}",
        [heading.table("moves", "Moves", MOVES, found.moves)],
        notices=tuple(found.notices),
        definition=found.how_computed.definition,
        charts=(_move_map(found.moves),) if found.moves else (),
    )


def _move_map(moves: Any) -> Drawing:
    named = ((_names(move), move.customer_count) for move in moves)
    counts = {(before or OUTSIDE, after or OUTSIDE): count for (before, after), count in named}
    sides = (dict.fromkeys(pair[side] for pair in counts) for side in (0, 1))
    before, after = (sorted(names, key=lambda name: name == OUTSIDE) for names in sides)
    most = max(counts.values(), default=1)

    def cell(i: int, j: int) -> HeatMapCell | None:
        count = counts.get((before[i], after[j]))
        return None if count is None else HeatMapCell(count / most, compact(count))

    legend = f"none to {most:,} customers; {OUTSIDE} is outside of the population"
    return heat_map("moves", "Customers by their move", Axis("from", before), Axis("to", after), cell, legend)


async def trend_document(context: Context, asked: TrendQuestion) -> Document:
    """The segments at the end of each calendar unit."""
    found = await segmentation_trend(context, asked.of, asked.every)
    heading = await heading_of(context, asked)
    rows = [MigrationRow(point.as_of, count) for point in found.points for count in point.segments]
    return heading.document(
        "Segments over time",
        span(asked.of.start, min(asked.of.end, heading.business.today)),
        [heading.table("points", "Segments at the end of each unit", POINTS, rows)],
        notices=tuple(found.notices),
        definition=found.how_computed.definition,
        charts=(_size_map(found.points),),
    )


def _size_map(points: Any) -> Drawing:
    names = [count.name for count in points[-1].segments]
    shown = points[-24:]
    most = max((count.customer_count for point in shown for count in point.segments), default=0) or 1

    def cell(i: int, j: int) -> HeatMapCell:
        count = shown[j].segments[i].customer_count
        return HeatMapCell(count / most, compact(count))

    days = Axis("the last day of each unit", [f"{point.as_of.day} {point.as_of:%b %Y}" for point in shown])
    legend = f"none to {most:,} customers"
    return heat_map("sizes", "Customers by segment and day", Axis("", names), days, cell, legend)
