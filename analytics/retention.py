"""Who stays: customers active at the start and at the end of a period, and how long until they buy again.

A customer is active at day D with a purchase in the `activity_days` up to D. Definitions: docs/numbers.md.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Integer, SelectBase, Subquery, and_, bindparam, case, func, not_, select

from analytics.calendar import CohortPeriod
from analytics.copy.engine import Engine, as_rows
from analytics.scope import Scope, ScopeShape, counted_sales, customer, members_of, sale
from models.naming import statement
from models.sales import total_of

Ints = NDArray[np.int64]

HALF = 0.5 + 1e-12  # a survival of exactly 1/2 is a product of floating-point ratios


def purchases_in(shape: ScopeShape, *columns: ColumnElement[Any]) -> Any:
    """The purchases of customers of a scope, with these columns."""
    source = select(*columns).where(sale.c.customer_id.is_not(None), counted_sales(shape.storefront))
    conditions = members_of(shape.typed, shape.inactive)
    return source.join(customer, customer.c.id == sale.c.customer_id).where(*conditions) if conditions else source


def count_if(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    """How many rows meet a condition."""
    return func.coalesce(total_of(case((condition, 1), else_=0)), 0)


# ---------------------------------------------------------------- a period


def _customers(shape: ScopeShape) -> Subquery:
    """First and last purchase day of each customer to :as_of, the last one before :opening, and the orders."""
    day = sale.c.business_day
    earlier = case((day < bindparam("opening", type_=Integer), day))
    return (
        purchases_in(
            shape,
            sale.c.customer_id,
            func.min(day).label("first_day"),
            func.max(day).label("last_day"),
            func.max(earlier).label("last_before"),
            func.count().label("orders"),
        )
        .group_by(sale.c.customer_id)
        .subquery("customers")
    )


@statement
def activity(shape: ScopeShape) -> SelectBase:
    """One row of counts: who was active on the day before :opening and at :as_of, and who came to be.

    A day is covered by the :activity_days up to it.
    """
    c = _customers(shape).c
    opening = bindparam("opening", type_=Integer)
    days = bindparam("activity_days", type_=Integer)
    at_start = and_(c.last_before.is_not(None), c.last_before >= opening - days)
    at_end = c.last_day > bindparam("as_of", type_=Integer) - days
    is_new = c.first_day >= opening
    return select(
        func.count().label("customers"),
        count_if(at_start).label("at_start"),
        count_if(at_end).label("at_end"),
        count_if(and_(at_start, at_end)).label("retained"),
        count_if(and_(at_end, is_new)).label("new"),
        count_if(is_new).label("acquired"),
        count_if(and_(at_end, not_(at_start), not_(is_new))).label("reactivated"),
        count_if(not_(is_new)).label("earlier"),
        count_if(c.orders > 1).label("repeat_buyers"),
        func.coalesce(total_of(c.orders), 0).label("orders"),
        func.coalesce(total_of(c.last_day - c.first_day), 0).label("lifespan_days"),
    )


@dataclass(frozen=True)
class Activity:
    """Counts of customers over a period. Always: at_end = retained + new + reactivated."""

    customers: int  # with a purchase to the period's end
    at_start: int
    at_end: int
    retained: int
    new: int  # first purchase in the period, and active at its end
    acquired: int  # first purchase in the period
    reactivated: int  # active at the end, not at the start, first purchase before the period
    earlier: int  # first purchase before the period
    repeat_buyers: int
    orders: int
    lifespan_days: int

    @property
    def churned(self) -> int:
        """Active at the start and no longer at the end."""
        return self.at_start - self.retained


async def activity_over(engine: Engine, scope: Scope, activity_days: int) -> Activity:
    """The counts of the period that a scope spans, from all history."""
    params = params_over(scope, activity_days)
    (row,) = as_rows(await engine.fetch(activity(scope.shape), params))
    return Activity(*map(int, row))


def params_over(scope: Scope, activity_days: int) -> dict[str, Any]:
    """What the statements of a period bind: all history is read, and `opening` is the period's first day."""
    return {**scope.all_history().params(), "opening": scope.start, "activity_days": activity_days}


# ---------------------------------------------------------------- trends


@statement
def last_purchases(shape: ScopeShape, period: CohortPeriod) -> SelectBase:
    """The last purchase day of each customer in each unit from :opening, and before it; by customer and day."""
    day = sale.c.business_day
    before = bindparam("opening_unit", type_=Integer) - period.months
    unit = case((day < bindparam("opening", type_=Integer), before), else_=period.column(sale.c.business_month))
    units = purchases_in(shape, sale.c.customer_id, unit.label("unit"), day).subquery("units")
    last_day = func.max(units.c.business_day).label("last_day")
    return (
        select(units.c.customer_id, units.c.unit, last_day)
        .group_by(units.c.customer_id, units.c.unit)
        .order_by(units.c.customer_id, units.c.unit)
    )


@dataclass(frozen=True)
class TrendFigures:
    """Counts of customers over one unit. Always: ending = starting - churned + new + reactivated."""

    unit: int
    starting: int
    new: int
    acquired: int
    reactivated: int
    churned: int
    ending: int


async def trends_over(
    engine: Engine, scope: Scope, activity_days: int, period: CohortPeriod, units: Sequence[int]
) -> list[TrendFigures]:
    """The counts of each unit of a period, the first and the last clipped to it."""
    params = params_over(scope, activity_days) | {"opening_unit": units[0]}
    rows = await engine.fetch(last_purchases(scope.shape, period), params)
    ends = [scope.start - 1, *period.last_days(units, scope.as_of)]
    return await asyncio.to_thread(_trends, rows, np.asarray(ends), activity_days, period, units)


def _trends(
    rows: pa.Table, ends: Ints, activity_days: int, period: CohortPeriod, units: Sequence[int]
) -> list[TrendFigures]:
    """Each row says from which end on (its `position`) until which (`reach`) its purchases keep a customer active."""
    customer_id, unit, last_day = (
        rows.column(name).to_numpy().astype(np.int64) for name in ("customer_id", "unit", "last_day")
    )
    count = len(units)
    position = (unit - units[0]) // period.months + 1
    reach = np.searchsorted(ends, last_day + activity_days, side="left") - 1
    is_first, is_last = _edges(customer_id)
    following = np.where(is_last, count + 1, np.roll(position, -1))
    until = np.minimum(reach, following - 1)
    is_active = until >= position
    goes_on = ~is_first & (np.roll(reach, 1) >= position - 1)
    is_followed = ~is_last & (until == following - 1) & np.roll(is_active, -1)

    def at(positions: Ints, chosen: NDArray[np.bool_]) -> Ints:
        return np.bincount(positions[chosen], minlength=count + 2)

    entered, left = at(position, is_active & ~goes_on), at(until + 1, is_active & ~is_followed)
    ending = np.cumsum(entered - left)
    new, acquired = at(position, is_first & is_active), at(position, is_first)
    return [
        TrendFigures(unit_, *map(int, (ending[j - 1], new[j], acquired[j], entered[j] - new[j], left[j], ending[j])))
        for j, unit_ in enumerate(units, 1)
    ]


def _edges(customer_id: Ints) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which rows are the first, and which the last, of their customer."""
    changes = np.flatnonzero(np.diff(customer_id))
    is_first, is_last = np.zeros(len(customer_id), bool), np.zeros(len(customer_id), bool)
    if len(customer_id):
        is_first[0], is_last[-1] = True, True
    is_first[changes + 1], is_last[changes] = True, True
    return is_first, is_last


# ---------------------------------------------------------------- the second purchase


@statement
def second_purchases(shape: ScopeShape) -> SelectBase:
    """How many customers waited how many days for a second purchase, or wait since (`came_back` 0)."""
    day = sale.c.business_day
    first = (
        purchases_in(shape, sale.c.customer_id, func.min(day).label("first_day"))
        .group_by(sale.c.customer_id)
        .subquery("first_purchase")
    )
    buys = (
        purchases_in(
            shape,
            sale.c.customer_id,
            first.c.first_day,
            count_if(day == first.c.first_day).label("on_first_day"),
            func.min(case((day > first.c.first_day, day))).label("later"),
        )
        .join(first, first.c.customer_id == sale.c.customer_id)
        .group_by(sale.c.customer_id, first.c.first_day)
        .subquery("buys")
    )
    same_day, came_later = buys.c.on_first_day > 1, buys.c.later.is_not(None)
    as_of = bindparam("as_of", type_=Integer)
    waited = case((same_day, 0), (came_later, buys.c.later - buys.c.first_day), else_=as_of - buys.c.first_day)
    came_back = case((same_day, 1), (came_later, 1), else_=0)
    return select(waited.label("days"), came_back.label("came_back"), func.count().label("customers")).group_by(
        waited, came_back
    )


async def median_days_to_second_purchase(engine: Engine, scope: Scope) -> float | None:
    """The least time after which half of all customers bought again, None where half never did so far.

    Kaplan-Meier (1958): one-time buyers may still come back, and count for as long as they were watched.
    """
    rows = await engine.fetch(second_purchases(scope.shape), scope.all_history().params())
    return await asyncio.to_thread(_median, rows)


def _median(rows: pa.Table) -> float | None:
    from scipy.stats import CensoredData, ecdf  # noqa: PLC0415  half a second at the start of every process

    days, came_back, customers = (rows.column(name).to_numpy() for name in ("days", "came_back", "customers"))
    is_event = came_back == 1
    if not is_event.any():
        return None
    waited = np.repeat(days.astype(float), customers)
    censored = np.repeat(~is_event, customers)
    survival: Any = cast(Any, ecdf)(CensoredData.right_censored(waited, censored)).sf
    reached: Ints = survival.quantiles[survival.probabilities <= HALF]
    return float(reached[0]) if len(reached) else None
