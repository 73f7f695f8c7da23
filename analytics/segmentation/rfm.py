"""Recency, frequency and monetary value of a population, scored 1 to 5, and what a segmentation says of it.

Definitions: docs/numbers.md. Score = 1 + floor(5 L / n), n customers of whom L are strictly worse; 3 where all share
one value.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Integer, SelectBase, bindparam, case, func, literal, select, true

from analytics.copy.engine import Engine, as_shown, column_of, table_of
from analytics.scope import Scope
from analytics.segmentation.grouped import ACTIVE_DAYS, Ints, Rows, SegmentFigures, sums_by
from analytics.segmentation.purchases import purchases
from analytics.segmentation.schemes import SCHEMES, TRIPLES, RFMScheme, Scheme, segment_of_cell
from models.naming import statement

# ---------------------------------------------------------------- statements


def _score(worse: ColumnElement[Any], size: ColumnElement[Any], most: ColumnElement[Any]) -> ColumnElement[Any]:
    """1 + floor(5 L / n) without a division, so that every engine agrees; 3 where nobody is worse than anybody.

    `most` is the largest L of the population.
    """
    by_rank = sum(
        (case((5 * worse >= k * size, 1), else_=0) for k in range(1, 5)),
        start=literal(1, Integer),
    )
    return case((most == 0, 3), else_=by_rank)


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
    bought = purchases(storefront, typed, inactive)
    ranked = select(
        bought,
        (func.rank().over(order_by=bought.c.recency_days.desc()) - 1).label("less_recent"),
        (func.rank().over(order_by=bought.c.frequency) - 1).label("less_frequent"),
        (func.rank().over(order_by=bought.c.monetary) - 1).label("less_valuable"),
        func.count().over().label("size"),
    ).cte("ranked")
    c = ranked.c
    names = ("less_recent", "less_frequent", "less_valuable")
    most = select(*(func.max(c[name]).label(name) for name in names)).subquery("most")
    recency = _fifth_of_window(c.recency_days) if by_window else _score(c.less_recent, c.size, most.c.less_recent)
    scored = select(
        c.customer_id,
        c.recency_days,
        c.frequency,
        c.monetary,
        c.refunded,
        recency.label("recency_score"),
        _score(c.less_frequent, c.size, most.c.less_frequent).label("frequency_score"),
        _score(c.less_valuable, c.size, most.c.less_valuable).label("monetary_score"),
    )
    return scored.join(most, true()).order_by(c.customer_id)


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
    refunded: int
    statement: str

    def __len__(self) -> int:
        return len(self.customer_id)

    @property
    def nbytes(self) -> int:
        """The bytes that the arrays hold, with those of `cell` and of the order by it."""
        return 37 * len(self) + 4096

    @cached_property
    def cell(self) -> NDArray[np.int16]:
        """The number of each customer's score triple among TRIPLES."""
        r, f, m = (s.astype(np.int16) for s in (self.recency_score, self.frequency_score, self.monetary_score))
        return 25 * (r - 1) + 5 * (f - 1) + (m - 1)

    @cached_property
    def sums(self) -> "CellSums":
        """Exact sums by cell; money in minor units."""
        ones = np.ones(len(self), np.int64)
        columns = (ones, self.monetary, self.frequency, self.recency_days)
        return CellSums(*(sums_by(self.cell, len(TRIPLES), values) for values in columns))

    @cached_property
    def active(self) -> int:
        """How many of them bought in the 90 days to the end."""
        return int(np.count_nonzero(self.recency_days < ACTIVE_DAYS))

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

    @cached_property
    def _rows(self) -> Rows:
        return Rows.of(self.cell, len(TRIPLES))

    def members(self, cells: Sequence[int]) -> pa.Table:
        """The customers of some cells, with their revenue: a table for statements that ask about them."""
        chosen = self._rows[cells]
        return table_of(customer_id=self.customer_id[chosen], revenue=self.monetary[chosen])

    def position_of(self, customer_id: int) -> int | None:
        """Where a customer stands in the arrays, None for one outside the population."""
        position = int(np.searchsorted(self.customer_id, customer_id))
        return position if position < len(self) and self.customer_id[position] == customer_id else None


async def score_population(engine: Engine, scope: Scope, scheme: RFMScheme) -> Population:
    """Score the customers of a scope. Scheme POS scores recency by fifths of the window, where there is one."""
    statement = scored_customers(scored_by_window(scope, scheme), *scope.shape)
    rows = await engine.fetch(statement, scope.params())
    return await asyncio.to_thread(_population, scope, rows, as_shown(statement, scope.params()))


def _population(scope: Scope, rows: pa.Table, statement: str) -> Population:
    column = partial(column_of, rows)
    population = Population(
        scope=scope,
        customer_id=column("customer_id", np.int64),
        recency_days=column("recency_days", np.int32),
        frequency=column("frequency", np.int64),
        monetary=column("monetary", np.int64),
        recency_score=column("recency_score", np.int8),
        frequency_score=column("frequency_score", np.int8),
        monetary_score=column("monetary_score", np.int8),
        refunded=int(column("refunded", np.int64).sum()),
        statement=statement,
    )
    _ = population.sums, population.cut_points, population.active  # made here, off the event loop
    return population


def scored_by_window(scope: Scope, scheme: RFMScheme) -> bool:
    """Whether recency is scored by fifths of the window; the one thing in which the schemes score differently."""
    return scheme is RFMScheme.POS and scope.days is not None


# ---------------------------------------------------------------- what a segmentation says


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

    def of(self, cells: Sequence[int]) -> tuple[int, int, int, int]:
        """The four sums over some cells."""
        customers, revenue, orders, recency_days = (
            int(values[cells].sum()) for values in (self.customers, self.revenue, self.orders, self.recency_days)
        )
        return customers, revenue, orders, recency_days


@dataclass(frozen=True)
class ScoreCellFigures:
    """The customers and the revenue (minor units) of one score triple; `cell` is its number among TRIPLES."""

    cell: int
    recency_score: int
    frequency_score: int
    monetary_score: int
    segment_code: str
    customers: int
    revenue: int


def cell_figures(population: Population, scheme: RFMScheme) -> list[ScoreCellFigures]:
    """All 125 score triples, R then F then M ascending."""
    segments, of_cell, sums = SCHEMES[scheme].segments, segment_of_cell(scheme), population.sums
    return [
        ScoreCellFigures(i, *triple, segments[int(of_cell[i])].code, int(sums.customers[i]), int(sums.revenue[i]))
        for i, triple in enumerate(TRIPLES)
    ]


@dataclass(frozen=True)
class ScoredSegments:
    """Scored customers in the segments of a scheme."""

    people: Population
    scheme: RFMScheme
    figures: list[SegmentFigures]

    @property
    def table(self) -> Scheme:
        """The segments of the scheme in order."""
        return SCHEMES[self.scheme]

    @property
    def customer_id(self) -> Ints:
        """Who they are."""
        return self.people.customer_id

    @property
    def position(self) -> NDArray[np.int8]:
        """The place of each customer's segment in the table."""
        return segment_of_cell(self.scheme)[self.people.cell]

    @property
    def revenue(self) -> Ints:
        """The NET revenue of each in the window."""
        return self.people.monetary

    @property
    def refunded(self) -> int:
        """What was paid back to all of them in the window."""
        return self.people.refunded

    @property
    def active(self) -> int:
        """How many of them bought in the 90 days to the end."""
        return self.people.active

    @property
    def statement(self) -> str:
        """The statement that found them, as it ran."""
        return self.people.statement

    def members(self, position: int) -> pa.Table:
        """The customers of a segment with their revenue."""
        return self.people.members(_cells_of(self.scheme, position))


def in_scheme(people: Population, scheme: RFMScheme) -> ScoredSegments:
    """Scored customers in the segments of a scheme, empty ones too."""
    figures = [
        SegmentFigures(segment, *people.sums.of(_cells_of(scheme, place)))
        for place, segment in enumerate(SCHEMES[scheme].segments)
    ]
    return ScoredSegments(people, scheme, figures)


def _cells_of(scheme: RFMScheme, position: int) -> list[int]:
    return np.flatnonzero(segment_of_cell(scheme) == position).tolist()
