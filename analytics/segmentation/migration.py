"""Who went from which segment to which between two days."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from analytics.copy.engine import table_of
from analytics.segmentation.grouped import Grouped, Ints, Positions, Rows, smallest_kind, sums_by
from analytics.segmentation.methods import united
from analytics.segmentation.tables import Segment, SegmentTable


@dataclass(frozen=True)
class MoveFigures:
    """The customers of one move and their revenue in minor units; a segment is None where they were in none."""

    before: Segment | None
    after: Segment | None
    customers: int
    revenue: int


@dataclass(frozen=True)
class Moves:
    """The customers of either of two populations, by customer id ascending, each with the place of its move.

    `figures` are of all moves that occur, by the earlier segment in table order, then the later; none is last in both.
    Revenue is that of the later window, for who is not in it that of the earlier.
    """

    table: SegmentTable[Segment]
    customer_id: Ints
    move: Positions
    revenue: Ints
    figures: list[MoveFigures]

    @property
    def nbytes(self) -> int:
        """The bytes that the arrays hold, with the order by move."""
        return (20 + self.move.itemsize) * len(self.customer_id) + 200 * len(self.figures) + 4096

    @cached_property
    def _rows(self) -> Rows:
        return Rows.of(self.move, len(self.figures))

    def members(self, move: int) -> pa.Table:
        """The customers of a move with their revenue."""
        chosen = self._rows[[move]]
        return table_of(customer_id=self.customer_id[chosen], revenue=self.revenue[chosen])


def moves_between(before: Grouped, after: Grouped) -> Moves:
    """Who went from which segment to which between two populations."""
    table = united((before.table, after.table))
    everyone = _union(before.customer_id, after.customer_id)
    places = len(table.segments) + 1  # the last one is no segment
    pair = np.full(len(everyone), places**2 - 1, np.int64)
    revenue = np.zeros(len(everyone), np.int64)
    for of, weight in ((before, places), (after, 1)):  # the later one overwrites the revenue
        rows = np.searchsorted(everyone, of.customer_id)
        pair[rows] -= weight * (places - 1 - _places(of, table))
        revenue[rows] = of.revenue
    occurring = np.flatnonzero(np.bincount(pair, minlength=1))
    number = np.zeros(places**2, smallest_kind(len(occurring)))
    number[occurring] = np.arange(len(occurring))
    move = number[pair]
    return Moves(table, everyone, move, revenue, _figures(table, occurring, move, revenue))


def _union(some: Ints, others: Ints) -> Ints:
    """The numbers of either of two ascending arrays, ascending: a merge, where np.union1d hashes them."""
    both = np.sort(np.concatenate((some, others)), kind="stable")
    return both[np.diff(both, prepend=both[:1] - 1) > 0]


def _places(of: Grouped, table: SegmentTable[Segment]) -> Ints:
    places = {segment.name: place for place, segment in enumerate(table.segments)}
    return np.array([places[segment.name] for segment in of.table.segments], np.int64)[of.position]


def _figures(table: SegmentTable[Segment], pairs: Ints, move: Positions, revenue: Ints) -> list[MoveFigures]:
    segments: tuple[Segment | None, ...] = (*table.segments, None)
    numbers: list[int] = pairs.tolist()
    customers: list[int] = np.bincount(move, minlength=len(pairs)).tolist()
    sums: list[int] = sums_by(move, len(pairs), revenue).tolist()
    return [
        MoveFigures(segments[pair // len(segments)], segments[pair % len(segments)], count, total)
        for pair, count, total in zip(numbers, customers, sums, strict=True)
    ]
