"""Segmentation by every method and its migration at scale, uncached, against statements written by hand.

    python bench/segments_at_scale.py STORE

STORE holds the business "Demo", for instance made by `DATABASE_URL=STORE python main.py demo --customers 1000000`.
Answers are compared customer by customer before anything is timed; ratios are of medians of one run, seconds are for
orientation.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics.calendar import CohortPeriod
from analytics.scope import Scope
from analytics.segmentation import RFMScheme, SegmentationMethod
from analytics.segmentation.behavior import place_by_category
from analytics.segmentation.credit import place_by_credit
from analytics.segmentation.grouped import Placed
from analytics.segmentation.grouping import SegmentGrouping
from analytics.segmentation.migration import Moves, moves_between
from analytics.segmentation.preferences import Dimension, preferred_by_group
from analytics.segmentation.rfm import score_population
from analytics.segmentation.sizes import segment_sizes_of
from analytics.segmentation.valued import place_by_value
from bench.large_shop import Direct, Race, opened, run, seconds_of

WINDOW, HALF_A_YEAR = 90, 182


def same_places(ours: Placed, floor: pa.Table) -> bool:
    """Both have the same customers in the same segments with the same revenue; only two categories may tie."""
    customer_id, _, _, revenue, segment = (column.to_numpy(zero_copy_only=False) for column in floor.columns)
    if segment.dtype == object:
        names = np.array([s.name for s in ours.table.segments], object)
        is_same = np.mean(names[ours.position] == segment) > 0.99
    else:
        is_same = np.array_equal(ours.position, segment)
    return bool(is_same and np.array_equal(ours.customer_id, customer_id) and np.array_equal(ours.revenue, revenue))


def same_moves(ours: Moves, floor: pa.Table) -> bool:
    """Both have the same customers in the same moves with the same revenue."""
    customer_id, before, after, revenue = (column.to_numpy() for column in floor.columns)
    return (
        np.array_equal(ours.customer_id, customer_id)
        and np.array_equal(_pairs(ours), 4 * before + after)
        and np.array_equal(ours.revenue, revenue)
    )


def _pairs(moves: Moves) -> NDArray[np.int64]:
    segments = (*moves.table.segments, None)
    pairs = [4 * segments.index(move.before) + segments.index(move.after) for move in moves.figures]
    return np.array(pairs)[moves.move]


def races(engine: Direct, last: int) -> list[Race]:
    """Every method over the usual window and over all history, and a migration of half a year."""

    async def moves(then: Scope, now: Scope) -> Moves:
        people = [await place_by_value(engine, scope, SegmentationMethod.VALUE) for scope in (then, now)]
        return moves_between(*people)

    def migration(days: int | None) -> Race:
        then, now = (Scope(day, days, include_inactive=True) for day in (last - HALF_A_YEAR, last))
        edges = then.start, then.as_of, now.start, now.as_of
        return Race(
            f"migration by VALUE over half a year, {days or 'all'} days",
            lambda: moves(then, now),
            lambda: engine.floor("segments_moves", *edges),
            same_moves,
        )

    def segmentation(name: str, scope: Scope, place: Callable[[Scope], Awaitable[Placed]]) -> Race:
        days = "all history" if scope.days is None else f"{scope.days} days"
        floor = f"segments_{name.lower()}"
        return Race(
            f"{name}, {days}", lambda: place(scope), lambda: engine.floor(floor, scope.start, last), same_places
        )

    methods: dict[str, Callable[[Scope], Awaitable[Placed]]] = {
        "VALUE": lambda scope: place_by_value(engine, scope, SegmentationMethod.VALUE),
        "CREDIT": lambda scope: place_by_credit(engine, scope),
        "BEHAVIOR": lambda scope: place_by_category(engine, scope),
    }
    window, ever = Scope(last, WINDOW), Scope(last, None)
    return [
        *(segmentation(name, scope, place) for name, place in methods.items() for scope in (window, ever)),
        segmentation("TIER", ever, lambda scope: place_by_value(engine, scope, SegmentationMethod.TIER)),
        migration(WINDOW),
        migration(None),
    ]


async def others(engine: Direct, last: int) -> None:
    """Print what has no floor: the parts of a segmentation, and a trend by points against populations."""
    scope = Scope(last, None, include_inactive=True)
    people = await place_by_value(engine, scope, SegmentationMethod.TIER)
    groups = pa.table({"customer_id": people.customer_id, "grp": people.position})
    for dimension in (Dimension.CHANNEL, Dimension.PAYMENT_METHOD, Dimension.CATEGORY):
        seconds = await seconds_of(lambda of=dimension: preferred_by_group(engine, scope, of, groups))
        print(f"preferred {dimension} of {len(people.table.segments)} segments, all history: {seconds:.3f} s")
    days = CohortPeriod.MONTH.last_days(CohortPeriod.MONTH.units_over(last - 365, last), last)

    async def points() -> None:
        for day in days:
            await segment_sizes_of(engine, Scope(day, WINDOW), SegmentGrouping(SegmentationMethod.RFM, RFMScheme.POS))

    async def populations() -> None:
        for day in days:
            await score_population(engine, Scope(day, WINDOW), RFMScheme.POS)

    of_points, of_populations = await seconds_of(points), await seconds_of(populations)
    print(f"a trend of {len(days)} months: {of_points:.2f} s, {of_points / of_populations:.2f} x its populations")


async def main(url: str) -> None:
    """Measure and print."""
    async with opened(url) as (engine, _):
        last = engine.last_day()
        for race in races(engine, last):
            await run(race)
        await others(engine, last)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
