"""Segments by revenue: methods VALUE and TIER."""

import asyncio
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import ColumnElement, Integer, SelectBase, bindparam, case, func, select

from analytics.copy.engine import Engine, as_shown, column_of
from analytics.scope import Scope
from analytics.segmentation.grouped import ACTIVE_DAYS, Placed, WindowPurchases, placed
from analytics.segmentation.methods import AT_RISK_DAYS, NEW_DAYS, TABLES, SegmentationMethod
from analytics.segmentation.purchases import purchases
from models.naming import statement


@statement
def customers_by_value(method: SegmentationMethod, storefront: bool, typed: bool, inactive: bool) -> SelectBase:
    """Every customer of the population with the place of its segment in the table of VALUE or TIER, by customer."""
    is_tier = method is SegmentationMethod.TIER
    bought = purchases(storefront, typed, inactive, first_day=is_tier)
    ranked = select(
        bought,
        (func.rank().over(order_by=bought.c.monetary) - 1).label("less_valuable"),
        func.count().over().label("size"),
    ).subquery("ranked")
    c = ranked.c
    return select(
        c.customer_id,
        c.recency_days,
        c.frequency,
        c.monetary,
        c.refunded,
        (_tier(c) if is_tier else _value(c)).label("segment"),
    ).order_by(c.customer_id)


def _value(c: Any) -> ColumnElement[Any]:
    """High, Medium, Low: L / n of at least 0.8, of at least 0.2, and less, without a division."""
    return case((5 * c.less_valuable >= 4 * c.size, 0), (5 * c.less_valuable >= c.size, 1), else_=2)


def _tier(c: Any) -> ColumnElement[Any]:
    """New, At-Risk, VIP, Regular: the first that holds."""
    return case(
        (bindparam("as_of", type_=Integer) - c.first_day < NEW_DAYS, 0),
        (c.recency_days >= AT_RISK_DAYS, 1),
        (5 * c.less_valuable >= 4 * c.size, 2),
        else_=3,
    )


async def place_by_value(engine: Engine, scope: Scope, method: SegmentationMethod) -> Placed:
    """The customers of a scope in the segments of VALUE or TIER."""
    statement = customers_by_value(method, *scope.shape)
    rows = await engine.fetch(statement, scope.params())
    return await asyncio.to_thread(_placed, method, rows, as_shown(statement, scope.params()))


def _placed(method: SegmentationMethod, rows: pa.Table, statement: str) -> Placed:
    return placed(
        TABLES[method],
        column_of(rows, "segment", np.int8),
        bought := purchases_in(rows),
        refunded=total_in(rows, "refunded"),
        active=int(np.count_nonzero(bought.recency_days < ACTIVE_DAYS)),
        statement=statement,
    )


def purchases_in(rows: pa.Table) -> WindowPurchases:
    """What each customer of an answer bought."""

    column = partial(column_of, rows)
    return WindowPurchases(
        column("customer_id", np.int64),
        column("monetary", np.int64),
        column("frequency", np.int64),
        column("recency_days", np.int32),
    )


def total_in(rows: pa.Table, name: str) -> int:
    """The sum of a column of an answer."""
    return int(column_of(rows, name).sum())
