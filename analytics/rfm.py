"""Recency, frequency and monetary value of a population, scored 1 to 5, and what a segmentation says of it.

Definitions: docs/numbers.md. Score = 1 + floor(5 L / n), n customers of whom L are strictly worse.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import (
    ColumnElement,
    Integer,
    SelectBase,
    Subquery,
    and_,
    bindparam,
    case,
    func,
    literal,
    select,
)

from analytics.engine import Engine, as_shown, table_of
from analytics.segments import SCHEMES, TRIPLES, RFMScheme, RFMSegment, segment_of_cell
from models import Customer, Refund, Sale
from models.currency import half_even
from models.customers import CustomerType
from models.database import table
from models.naming import statement
from models.sales import total_of

sale, refund, customer = table(Sale), table(Refund), table(Customer)

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Scope:
    """Which customers and which of their sales are scored: `days` None is all history to `as_of` (a day number)."""

    as_of: int
    days: int | None = 90
    storefront: int | None = None
    customer_type: CustomerType | None = None
    include_inactive: bool = False

    def params(self) -> dict[str, Any]:
        """The values that the statements of this scope bind."""
        return {
            "as_of": self.as_of,
            "start": self.start,
            "days": self.days,
            "storefront": self.storefront,
            "customer_type": self.customer_type,
        }

    @property
    def start(self) -> int:
        """The first day of the window; before all history where there is no window."""
        return self.as_of - self.days + 1 if self.days is not None else -(2**31) + 1

    def before(self) -> "Scope | None":
        """The window of equal length that ends where this one begins, None without a window."""
        if self.days is None:
            return None
        return Scope(
            self.as_of - self.days,
            self.days,
            self.storefront,
            self.customer_type,
            self.include_inactive,
        )


# ---------------------------------------------------------------- statements


def counted_sales(storefront: bool) -> ColumnElement[bool]:
    """The condition of a purchase: a sale that counts at :as_of, in the window that begins at :start."""
    conditions = [
        sale.c.counted_from <= bindparam("as_of"),
        sale.c.business_day.between(bindparam("start"), bindparam("as_of")),
    ]
    if storefront:
        conditions.append(sale.c.storefront_id == bindparam("storefront"))
    return and_(*conditions)


def refunds_paid(storefront: bool) -> ColumnElement[bool]:
    """The condition of a refund in the window; an unlinked one belongs to no storefront."""
    condition = refund.c.business_day.between(bindparam("start"), bindparam("as_of"))
    return and_(condition, refund.c.storefront_id == bindparam("storefront")) if storefront else condition


def _members(typed: bool, inactive: bool) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if typed:
        conditions.append(customer.c.type == bindparam("customer_type"))
    if not inactive:
        conditions.append(customer.c.is_active)
    return conditions


def _purchases(storefront: bool, typed: bool, inactive: bool) -> Subquery:
    """Last purchase day, orders and NET revenue in the window of each customer of the population."""
    bought = (
        select(
            sale.c.customer_id,
            func.max(sale.c.business_day).label("last_day"),
            func.count().label("frequency"),
            total_of(sale.c.total).label("gross"),
        )
        .where(sale.c.customer_id.is_not(None), counted_sales(storefront))
        .group_by(sale.c.customer_id)
        .subquery("bought")
    )
    returned = (
        select(refund.c.customer_id, total_of(refund.c.amount).label("amount"))
        .where(refund.c.customer_id.is_not(None), refunds_paid(storefront))
        .group_by(refund.c.customer_id)
        .subquery("returned")
    )
    return (
        select(
            bought.c.customer_id,
            (bindparam("as_of", type_=Integer) - bought.c.last_day).label("recency_days"),
            bought.c.frequency,
            (bought.c.gross - func.coalesce(returned.c.amount, 0)).label("monetary"),
        )
        .join(customer, customer.c.id == bought.c.customer_id)
        .outerjoin(returned, returned.c.customer_id == bought.c.customer_id)
        .where(*_members(typed, inactive))
        .subquery("purchases")
    )


def _score(worse: ColumnElement[Any], size: ColumnElement[Any]) -> ColumnElement[Any]:
    """1 + floor(5 L / n) without a division, so that every engine agrees."""
    return sum(
        (case((5 * worse >= k * size, 1), else_=0) for k in range(1, 5)),
        start=literal(1, Integer),
    )


def _fifth_of_window(recency_days: ColumnElement[Any]) -> ColumnElement[Any]:
    """5 - floor(5 recency / N), N the window's days, without a division."""
    days = bindparam("days", type_=Integer)
    return sum(
        (case((5 * recency_days < k * days, 1), else_=0) for k in range(1, 5)),
        start=literal(1, Integer),
    )


@statement
def scored_customers(by_window: bool, storefront: bool, typed: bool, inactive: bool) -> SelectBase:
    """Every customer of the population with recency, frequency, monetary and the three scores, by customer."""
    purchases = _purchases(storefront, typed, inactive)
    ranked = select(
        purchases,
        (func.rank().over(order_by=purchases.c.recency_days.desc()) - 1).label("less_recent"),
        (func.rank().over(order_by=purchases.c.frequency) - 1).label("less_frequent"),
        (func.rank().over(order_by=purchases.c.monetary) - 1).label("less_valuable"),
        func.count().over().label("size"),
    ).subquery("ranked")
    c = ranked.c
    recency = _fifth_of_window(c.recency_days) if by_window else _score(c.less_recent, c.size)
    return select(
        c.customer_id,
        c.recency_days,
        c.frequency,
        c.monetary,
        recency.label("recency_score"),
        _score(c.less_frequent, c.size).label("frequency_score"),
        _score(c.less_valuable, c.size).label("monetary_score"),
    ).order_by(c.customer_id)


@statement
def refunded_in_window(storefront: bool) -> SelectBase:
    """All refunds of the window, whoever's they are."""
    return select(func.coalesce(total_of(refund.c.amount), 0).label("amount")).where(refunds_paid(storefront))


@statement
def refunded_to(storefront: bool, typed: bool, inactive: bool) -> SelectBase:
    """The refunds of the window that went to customers of the population."""
    buyers = select(sale.c.customer_id).where(sale.c.customer_id.is_not(None), counted_sales(storefront))
    return (
        select(func.coalesce(total_of(refund.c.amount), 0).label("amount"))
        .join(customer, customer.c.id == refund.c.customer_id)
        .where(
            refunds_paid(storefront),
            refund.c.customer_id.in_(buyers),
            *_members(typed, inactive),
        )
    )


@statement
def buyers_in_window(storefront: bool, typed: bool, inactive: bool) -> SelectBase:
    """How many customers of the scope bought in the window."""
    return (
        select(func.count(sale.c.customer_id.distinct()).label("customers"))
        .join(customer, customer.c.id == sale.c.customer_id)
        .where(counted_sales(storefront), *_members(typed, inactive))
    )


# ---------------------------------------------------------------- the population


@dataclass(frozen=True)
class Population:
    """Scored customers as arrays of equal length, by customer id ascending; money in minor units."""

    scope: Scope
    customer_id: Ints
    recency_days: NDArray[np.int32]
    frequency: Ints
    monetary: Ints
    recency_score: NDArray[np.int8]
    frequency_score: NDArray[np.int8]
    monetary_score: NDArray[np.int8]
    statement: str

    def __len__(self) -> int:
        return len(self.customer_id)

    @property
    def nbytes(self) -> int:
        """The bytes that the arrays hold, with those of `cell`."""
        return 37 * len(self) + 4096

    @cached_property
    def cell(self) -> NDArray[np.int16]:
        """The number of each customer's score triple among TRIPLES."""
        r, f, m = (s.astype(np.int16) for s in (self.recency_score, self.frequency_score, self.monetary_score))
        return 25 * (r - 1) + 5 * (f - 1) + (m - 1)

    @cached_property
    def sums(self) -> "CellSums":
        """Exact sums by cell; money in minor units."""
        return CellSums(
            self._by_cell(np.ones(len(self), np.int64)),
            self._by_cell(self.monetary),
            self._by_cell(self.frequency),
            self._by_cell(self.recency_days),
        )

    def _by_cell(self, values: NDArray[Any]) -> Ints:
        sums = np.zeros(len(TRIPLES), np.int64)
        np.add.at(sums, self.cell, values.astype(np.int64, copy=False))
        return sums

    @cached_property
    def cut_points(self) -> "list[CutPoints]":
        """For each score 1..5, the worst values that earned it."""
        return [self._cut_points(score) for score in range(1, 6)]

    def _cut_points(self, score: int) -> "CutPoints":
        def worst(scores: NDArray[np.int8], values: NDArray[Any], of: Any) -> int | None:
            earned = values[scores == score]
            return int(of(earned)) if len(earned) else None

        return CutPoints(
            score,
            worst(self.recency_score, self.recency_days, np.max),
            worst(self.frequency_score, self.frequency, np.min),
            worst(self.monetary_score, self.monetary, np.min),
        )

    def members(self, cells: NDArray[np.bool_]) -> pa.Table:
        """The customers of the marked cells, with their revenue: a table for statements that ask about them."""
        chosen = cells[self.cell]
        return table_of(customer_id=self.customer_id[chosen], revenue=self.monetary[chosen])

    def position_of(self, customer_id: int) -> int | None:
        """Where a customer stands in the arrays, None for one outside the population."""
        position = int(np.searchsorted(self.customer_id, customer_id))
        return position if position < len(self) and self.customer_id[position] == customer_id else None


async def score_population(engine: Engine, scope: Scope, scheme: RFMScheme) -> Population:
    """Score the customers of a scope. Scheme POS scores recency by fifths of the window, where there is one."""
    statement = scored_customers(scored_by_window(scope, scheme), *_shape(scope))
    rows = await engine.fetch(statement, scope.params())
    return await asyncio.to_thread(_population, scope, rows, as_shown(statement, scope.params()))


def _population(scope: Scope, rows: pa.Table, statement: str) -> Population:
    def column(name: str, kind: Any) -> Any:
        return rows.column(name).to_numpy().astype(kind, copy=False)

    population = Population(
        scope,
        column("customer_id", np.int64),
        column("recency_days", np.int32),
        column("frequency", np.int64),
        column("monetary", np.int64),
        column("recency_score", np.int8),
        column("frequency_score", np.int8),
        column("monetary_score", np.int8),
        statement,
    )
    _ = population.sums, population.cut_points  # made here, off the event loop
    return population


def scored_by_window(scope: Scope, scheme: RFMScheme) -> bool:
    """Whether recency is scored by fifths of the window; the one thing in which the schemes score differently."""
    return scheme is RFMScheme.POS and scope.days is not None


def _shape(scope: Scope) -> tuple[bool, bool, bool]:
    return (
        scope.storefront is not None,
        scope.customer_type is not None,
        scope.include_inactive,
    )


async def refunds_outside(engine: Engine, scope: Scope) -> int:
    """Refunds of the window to nobody of the population, in minor units: what reconciles NET with the books."""
    storefront, typed, inactive = _shape(scope)
    every = await engine.fetch(refunded_in_window(storefront), scope.params())
    inside = await engine.fetch(refunded_to(storefront, typed, inactive), scope.params())
    return _single(every) - _single(inside)


async def active_customers(engine: Engine, scope: Scope) -> int:
    """How many customers of the scope bought in the 90 days to its end, and in its window."""
    days = 90 if scope.days is None else min(scope.days, 90)
    recent = Scope(scope.as_of, days, scope.storefront, scope.customer_type, scope.include_inactive)
    return _single(await engine.fetch(buyers_in_window(*_shape(scope)), recent.params()))


def _single(rows: pa.Table) -> int:
    return int(rows.column(0)[0].as_py())


# ---------------------------------------------------------------- what a segmentation says


@dataclass(frozen=True)
class SegmentFigures:
    """A segment and the sums over its customers in the window."""

    segment: RFMSegment
    customers: int
    revenue: int
    orders: int
    recency_days: int


@dataclass(frozen=True)
class CutPoints:
    """The worst observed values that earned a score; None where nobody has it. Money in minor units."""

    score: int
    max_recency_days: int | None
    min_frequency: int | None
    min_monetary: int | None


@dataclass(frozen=True)
class CellSums:
    """Sums over the customers of each of the 125 cells; money in minor units."""

    customers: Ints
    revenue: Ints
    orders: Ints
    recency_days: Ints


@dataclass(frozen=True)
class CellFigures:
    """The customers and the revenue (minor units) of one score triple; `cell` is its number among TRIPLES."""

    cell: int
    recency_score: int
    frequency_score: int
    monetary_score: int
    segment_code: str
    customers: int
    revenue: int


def cell_figures(population: Population, scheme: RFMScheme) -> list[CellFigures]:
    """All 125 score triples, R then F then M ascending."""
    segments, of_cell, sums = SCHEMES[scheme].segments, segment_of_cell(scheme), population.sums
    return [
        CellFigures(i, *triple, segments[int(of_cell[i])].code, int(sums.customers[i]), int(sums.revenue[i]))
        for i, triple in enumerate(TRIPLES)
    ]


def segment_figures(population: Population, scheme: RFMScheme) -> list[SegmentFigures]:
    """Every segment of the scheme in table order, empty ones too."""
    of_cell = segment_of_cell(scheme)
    return [
        SegmentFigures(segment, *_of_segment(population.sums, of_cell == i))
        for i, segment in enumerate(SCHEMES[scheme].segments)
    ]


def _of_segment(sums: CellSums, cells: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    customers, revenue, orders, recency_days = (
        int(values[cells].sum()) for values in (sums.customers, sums.revenue, sums.orders, sums.recency_days)
    )
    return customers, revenue, orders, recency_days


def by_revenue(figures: list[SegmentFigures]) -> list[SegmentFigures]:
    """Revenue descending, ties in table order."""
    return sorted(figures, key=lambda f: -f.revenue)


def growth(now: int, before: int) -> float | None:
    """The change of a count in percent, None from nothing."""
    return 100 * (now - before) / before if before else None


def average(total: int, count: int) -> int | None:
    """total / count rounded half-even, None of nothing."""
    return half_even(total, count) if count else None


def percentage(part: int, whole: int) -> float | None:
    """part of whole in 0..100, None of nothing."""
    return 100 * part / whole if whole else None


@dataclass(frozen=True)
class Insights:
    """Names of segments; None where no segment fits."""

    highest_revenue_segment: str | None
    largest_segment: str | None
    fastest_growing_segment: str | None
    needs_attention: str | None


def insights(
    figures: list[SegmentFigures],
    before: list[SegmentFigures] | None,
    scheme: RFMScheme,
) -> Insights:
    """What stands out among segments in table order; `before` are those of the preceding window, None without one."""
    inhabited = [f for f in figures if f.customers]
    by_name = {f.segment.name: f for f in inhabited}
    lists = SCHEMES[scheme]
    return Insights(
        _name_of_most(inhabited, lambda f: f.revenue),
        _name_of_most(inhabited, lambda f: f.customers),
        _fastest_growing(inhabited, before or [], lists.growth_list),
        next((name for name in lists.attention_list if name in by_name), None),
    )


def _name_of_most(figures: list[SegmentFigures], measure: Callable[[SegmentFigures], int]) -> str | None:
    return max(figures, key=measure).segment.name if figures else None  # max keeps the first of equals


def _fastest_growing(
    inhabited: list[SegmentFigures],
    before: list[SegmentFigures],
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
