"""Cohorts: customers by the calendar unit of their first purchase ever, and what they did in each unit since.

Definitions: docs/numbers.md. Cell k of a cohort is the k-th unit after its own; cell 0 is the whole cohort.
"""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import CTE, ColumnElement, Integer, SelectBase, bindparam, func, literal_column, select, union_all

from analytics.calendar import CohortPeriod
from analytics.copy.engine import Engine, column_of
from analytics.retention import count_if, purchases_in
from analytics.scope import Scope, ScopeShape, refund, refunds_paid, sale
from models.naming import statement
from models.sales import total_of

Ints = NDArray[np.int64]

SUMS = ("buyers", "leavers", "active", "gross", "refunded")
NOTHING: ColumnElement[int] = literal_column("0", Integer)


class RetentionMode(StrEnum):
    """Who is in a cell: customers with a purchase in its unit, or in it or any later one."""

    ON = "ON"
    ON_OR_AFTER = "ON_OR_AFTER"


def _units(shape: ScopeShape, period: CohortPeriod) -> CTE:
    """Purchases of each customer by unit: the last day and the totals."""
    bought = purchases_in(
        shape,
        sale.c.customer_id,
        period.column(sale.c.business_month).label("unit"),
        sale.c.business_day,
        sale.c.total,
    ).subquery("bought")
    return (
        select(
            bought.c.customer_id,
            bought.c.unit,
            func.max(bought.c.business_day).label("last_day"),
            total_of(bought.c.total).label("gross"),
        )
        .group_by(bought.c.customer_id, bought.c.unit)
        .cte("units")
    )


def _spans(units: CTE) -> CTE:
    """The unit of the first and of the last purchase of each customer, and its last day."""
    return (
        select(
            units.c.customer_id,
            func.min(units.c.unit).label("cohort"),
            func.max(units.c.unit).label("last_unit"),
            func.max(units.c.last_day).label("last_day"),
        )
        .group_by(units.c.customer_id)
        .cte("spans")
    )


@statement
def cohort_cells(shape: ScopeShape, period: CohortPeriod) -> SelectBase:
    """By cohort and unit: `buyers` with a purchase in it, those whose last one it is, and of them the active.

    `gross` is their sales in the unit, `refunded` their refunds; a unit of refunds alone has no buyers.
    """
    units = _units(shape, period)
    spans = _spans(units)
    is_last = units.c.unit == spans.c.last_unit
    is_active = spans.c.last_day > bindparam("as_of", type_=Integer) - bindparam("activity_days", type_=Integer)
    bought = (
        select(
            spans.c.cohort,
            units.c.unit,
            func.count().label("buyers"),
            count_if(is_last).label("leavers"),
            count_if(is_last & is_active).label("active"),
            total_of(units.c.gross).label("gross"),
            NOTHING.label("refunded"),
        )
        .join(spans, spans.c.customer_id == units.c.customer_id)
        .group_by(spans.c.cohort, units.c.unit)
    )
    unit = period.column(refund.c.business_month)
    returned = (
        select(spans.c.cohort, unit, NOTHING, NOTHING, NOTHING, NOTHING, total_of(refund.c.amount))
        .select_from(refund)
        .join(spans, spans.c.customer_id == refund.c.customer_id)
        .where(refunds_paid(shape.storefront), unit >= spans.c.cohort)
        .group_by(spans.c.cohort, unit)
    )
    return union_all(bought, returned)


@dataclass(frozen=True)
class CohortCellFigures:
    """A cell of a cohort; revenue is NET of its unit, and of all units up to it, in minor units."""

    unit: int
    on: int
    on_or_after: int
    revenue: int
    cumulative_revenue: int


@dataclass(frozen=True)
class CohortFigures:
    """Customers whose first purchase is in a unit, with a cell for every unit since."""

    of: "CohortTable"
    unit: int
    size: int
    active: int

    @property
    def cells(self) -> list[CohortCellFigures]:
        """Made where they are asked for: there are as many as the square of the units."""
        return self.of.cells_of(self.unit)


@dataclass(frozen=True)
class CohortTable:
    """All cohorts up to the end of a scope, empty ones between them too, as sums by cohort and unit where there is one.

    The columns are by cohort, then unit; `sums` are buyers, leavers, active, gross, refunded.
    """

    period: CohortPeriod
    last: int
    cohort: Ints
    unit: Ints
    sums: Ints

    @property
    def nbytes(self) -> int:
        """The bytes that it holds."""
        return self.cohort.nbytes + self.unit.nbytes + self.sums.nbytes + 1024

    @property
    def units(self) -> range:
        """The units of its cohorts, none where nobody bought."""
        return self.period.units(int(self.cohort[0]), self.last) if len(self.cohort) else range(0)

    def at(self, unit: int) -> CohortFigures:
        """The cohort of a unit."""
        _, leavers, active, *_ = self.sums[:, self._rows(unit)].sum(axis=1).tolist()
        return CohortFigures(self, unit, leavers, active)

    def cells_of(self, cohort: int) -> list[CohortCellFigures]:
        """The cells of a cohort, the empty ones too."""
        rows, units = self._rows(cohort), self.period.units(cohort, self.last)
        sums = np.zeros((len(self.sums), len(units)), np.int64)
        sums[:, (self.unit[rows] - cohort) // self.period.months] = self.sums[:, rows]
        buyers, leavers, _, gross, refunded = sums
        still = leavers.sum() - np.cumsum(leavers) + leavers
        revenue = gross - refunded
        cells = (column.tolist() for column in (buyers, still, revenue, np.cumsum(revenue)))
        return [CohortCellFigures(*cell) for cell in zip(units, *cells, strict=True)]

    def _rows(self, cohort: int) -> slice:
        start, end = np.searchsorted(self.cohort, (cohort, cohort + 1)).tolist()
        return slice(start, end)


async def cohort_table(engine: Engine, scope: Scope, activity_days: int, period: CohortPeriod) -> CohortTable:
    """All cohorts up to the end of a scope."""
    rows = await engine.fetch(cohort_cells(scope.shape, period), params_of(scope, activity_days))
    last = period.units_over(scope.as_of, scope.as_of)[0]
    return await asyncio.to_thread(_table, rows, period, last)


def _table(rows: pa.Table, period: CohortPeriod, last: int) -> CohortTable:
    """The table of rows of which several may be of the same cohort and unit."""
    cohort, unit = column_of(rows, "cohort"), column_of(rows, "unit")
    sums = np.stack([column_of(rows, name) for name in SUMS])
    order = np.lexsort((unit, cohort))
    cohort, unit, sums = cohort[order], unit[order], sums[:, order]
    if not len(cohort):
        return CohortTable(period, last, cohort, unit, sums)
    starts = np.flatnonzero((np.diff(cohort, prepend=-1) != 0) | (np.diff(unit, prepend=-1) != 0))
    return CohortTable(period, last, cohort[starts], unit[starts], np.add.reduceat(sums, starts, axis=1))


def params_of(scope: Scope, activity_days: int) -> dict[str, Any]:
    """What the statements of cohorts bind: cohorts are of all history."""
    return {**scope.all_history().params(), "activity_days": activity_days}


# ---------------------------------------------------------------- who is in a cell


@dataclass(frozen=True)
class CohortCellAnswer:
    """A cell by the units of its cohort and of its purchases."""

    period: CohortPeriod
    mode: RetentionMode
    cohort: int
    unit: int


@statement
def cell_members(shape: ScopeShape, period: CohortPeriod, mode: RetentionMode) -> SelectBase:
    """The customers of the cell of :cohort and :unit with their NET revenue in the unit."""
    units = _units(shape, period)
    spans = _spans(units)
    unit, cohort = bindparam("unit", type_=Integer), bindparam("cohort", type_=Integer)
    returned = (
        select(refund.c.customer_id, total_of(refund.c.amount).label("amount"))
        .where(refunds_paid(shape.storefront), period.column(refund.c.business_month) == unit)
        .group_by(refund.c.customer_id)
        .subquery("returned")
    )
    revenue = func.coalesce(units.c.gross, 0) - func.coalesce(returned.c.amount, 0)
    in_unit = (units.c.customer_id == spans.c.customer_id) & (units.c.unit == unit)
    belongs = units.c.unit.is_not(None) if mode is RetentionMode.ON else spans.c.last_unit >= unit
    return (
        select(spans.c.customer_id, revenue.label("revenue"))
        .outerjoin(units, in_unit)
        .outerjoin(returned, returned.c.customer_id == spans.c.customer_id)
        .where(spans.c.cohort == cohort, belongs)
    )


async def members_of_cell(engine: Engine, scope: Scope, cell: CohortCellAnswer) -> pa.Table:
    """The customers counted in a cell: customer_id, revenue."""
    params = {**scope.all_history().params(), "cohort": cell.cohort, "unit": cell.unit}
    return await engine.fetch(cell_members(scope.shape, cell.period, cell.mode), params)
