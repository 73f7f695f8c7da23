"""A population in segments, by any method: arrays by customer, sums by segment, and what stands out among them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics.copy.engine import table_of
from analytics.segmentation.tables import Segment, SegmentTable

Ints = NDArray[np.int64]
Positions = NDArray[Any]  # small integers

ACTIVE_DAYS = 90


def sums_by(group: Positions, count: int, values: NDArray[Any]) -> Ints:
    """The exact sum of integers in each of `count` groups."""
    sums = np.zeros(count, np.int64)
    np.add.at(sums, group, values.astype(np.int64, copy=False))
    return sums


def smallest_kind(count: int) -> type[np.int16 | np.int32]:
    """The type for places among so many: 16 bits sort in linear time."""
    return np.int16 if count <= 2**15 else np.int32


@dataclass(frozen=True)
class Rows:
    """Which rows are in each of some groups: their numbers by group, and where each group begins among them."""

    order: NDArray[np.int32]
    starts: Ints

    @classmethod
    def of(cls, group: Positions, count: int) -> "Rows":
        """The rows of each of `count` groups, given the group of each row."""
        order = np.argsort(group, kind="stable").astype(np.int32)
        ends = np.cumsum(np.bincount(group, minlength=count))
        return cls(order, np.concatenate(([0], ends)))

    def __getitem__(self, groups: Sequence[int]) -> NDArray[np.int32]:
        """The rows of some groups."""
        parts = [self.order[self.starts[group] : self.starts[group + 1]] for group in groups]
        return np.concatenate(parts) if parts else self.order[:0]


@dataclass(frozen=True)
class CreditFigures:
    """Of method CREDIT: who bought at all, mean use of the limits in percent (None without one), what all owe."""

    buyers: int
    utilization: float | None
    outstanding: int


@dataclass(frozen=True)
class SegmentFigures:
    """A segment and the sums over its customers in the window; money in minor units."""

    segment: Segment
    customers: int
    revenue: int
    orders: int
    recency_days: int
    credit: CreditFigures | None = None

    @property
    def buyers(self) -> int:
        """Its customers with a purchase in the window, over whom the days since the last one are summed."""
        return self.customers if self.credit is None else self.credit.buyers


class Grouped(Protocol):
    """Customers in segments, by customer id ascending; arrays are of equal length, money in minor units."""

    @property
    def table(self) -> SegmentTable[Segment]:
        """The segments in order."""
        ...

    @property
    def customer_id(self) -> Ints:
        """Who they are."""
        ...

    @property
    def position(self) -> Positions:
        """The place of each customer's segment in the table."""
        ...

    @property
    def revenue(self) -> Ints:
        """The NET revenue of each in the window."""
        ...

    @property
    def refunded(self) -> int:
        """What was paid back to all of them in the window."""
        ...

    @property
    def active(self) -> int:
        """How many of them bought in the 90 days to the end."""
        ...

    @property
    def statement(self) -> str:
        """The statement that found them, as it ran."""
        ...

    @property
    def figures(self) -> list[SegmentFigures]:
        """The sums of each segment in table order."""
        ...

    def members(self, position: int) -> pa.Table:
        """The customers of a segment with their revenue."""
        ...


@dataclass(frozen=True)
class Placed:
    """The customers of a method beside RFM, each placed in a segment."""

    table: SegmentTable[Segment]
    customer_id: Ints
    position: Positions
    revenue: Ints
    figures: list[SegmentFigures]
    refunded: int
    active: int
    statement: str

    @property
    def nbytes(self) -> int:
        """The bytes that the arrays hold, with the order by segment."""
        return (20 + self.position.itemsize) * len(self.customer_id) + 4096

    @cached_property
    def _rows(self) -> Rows:
        return Rows.of(self.position, len(self.table.segments))

    def members(self, position: int) -> pa.Table:
        """The customers of a segment with their revenue."""
        chosen = self._rows[[position]]
        return table_of(customer_id=self.customer_id[chosen], revenue=self.revenue[chosen])


@dataclass(frozen=True)
class WindowPurchases:
    """What each customer did in the window, by customer id ascending; `recency_days` is 0 where nothing was bought."""

    customer_id: Ints
    revenue: Ints
    orders: Ints
    recency_days: NDArray[np.int32]


def placed(
    table: SegmentTable[Segment],
    position: Positions,
    of: WindowPurchases,
    credit: Sequence[CreditFigures] | None = None,
    **totals: Any,
) -> Placed:
    """Customers in the segments of a table, with the sums of each segment; `totals` are the other fields."""
    count = len(table.segments)
    columns = (np.ones_like(of.revenue), of.revenue, of.orders, of.recency_days)
    sums = [sums_by(position, count, values).tolist() for values in columns]
    figures = [
        SegmentFigures(segment, *(of_all[i] for of_all in sums), credit=None if credit is None else credit[i])
        for i, segment in enumerate(table.segments)
    ]
    return Placed(table, of.customer_id, position, of.revenue, figures, **totals)


def by_revenue(figures: Sequence[SegmentFigures]) -> list[SegmentFigures]:
    """Revenue descending, ties in table order."""
    return sorted(figures, key=lambda f: -f.revenue)


# ---------------------------------------------------------------- what stands out


@dataclass(frozen=True)
class SegmentationInsights:
    """What stands out: names of segments; null where none fits."""

    highest_revenue_segment: Annotated[str | None, "The segment of most revenue."]
    largest_segment: Annotated[str | None, "The segment of most customers."]
    fastest_growing_segment: Annotated[
        str | None,
        "The largest relative growth against the preceding window, among segments with 1 % of the population or more.",
    ]
    needs_attention: Annotated[str | None, "The most urgent segment that has customers."]


def insights(
    figures: Sequence[SegmentFigures],
    before: Sequence[SegmentFigures] | None,
    table: SegmentTable[Segment],
) -> SegmentationInsights:
    """What stands out among segments in table order; `before` are those of the preceding window, None without one."""
    inhabited = [f for f in figures if f.customers]
    names = {f.segment.name for f in inhabited}
    return SegmentationInsights(
        _name_of_most(inhabited, lambda f: f.revenue),
        _name_of_most(inhabited, lambda f: f.customers),
        _fastest_growing(inhabited, before or [], table.growth_list),
        next((name for name in table.attention_list if name in names), None),
    )


def _name_of_most(figures: Sequence[SegmentFigures], measure: Callable[[SegmentFigures], int]) -> str | None:
    return max(figures, key=measure).segment.name if figures else None  # max keeps the first of equals


def _fastest_growing(
    inhabited: Sequence[SegmentFigures],
    before: Sequence[SegmentFigures],
    growth_list: tuple[str, ...],
) -> str | None:
    size = sum(f.customers for f in inhabited)
    earlier = {f.segment.name: f.customers for f in before if f.customers}
    grown = {
        f.segment.name: Fraction(f.customers, earlier[f.segment.name])
        for f in inhabited
        if 100 * f.customers >= size and f.segment.name in earlier
    }
    best = [name for name in grown if grown[name] == max(grown.values())]
    if len(best) == 1:
        return best[0]
    candidates = set(best) & set(growth_list) or {f.segment.name for f in inhabited}
    return next((name for name in growth_list if name in candidates), None)
