"""Segments by the category that holds at least half of a customer's spend: method BEHAVIOR."""

import asyncio
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import CTE, SelectBase, func, select

from analytics.copy.engine import Engine, as_shown
from analytics.scope import Scope, counted_sales, sale
from analytics.segmentation.grouped import ACTIVE_DAYS, Placed, placed, smallest_kind
from analytics.segmentation.methods import MIXED, UNCATEGORISED, behavior_table
from analytics.segmentation.purchases import purchases
from analytics.segmentation.tables import Segment, SegmentTable
from analytics.segmentation.valued import purchases_in, total_in
from models.naming import statement
from models.sales import sale_item, total_of


def _spent(storefront: bool) -> CTE:
    """What each customer spent on each category in the window: line totals as sold."""
    category = func.coalesce(sale_item.c.category, UNCATEGORISED)
    return (
        select(sale.c.customer_id, category.label("category"), total_of(sale_item.c.total).label("spend"))
        .join(sale_item, sale_item.c.sale_id == sale.c.id)
        .where(sale.c.customer_id.is_not(None), counted_sales(storefront))
        .group_by(sale.c.customer_id, category)
        .cte("spent")
    )


@statement
def customers_by_category(storefront: bool, typed: bool, inactive: bool) -> SelectBase:
    """Every customer of the population with the category that holds half of its spend, null for none, by customer."""
    spent, bought = _spent(storefront), purchases(storefront, typed, inactive)
    most, all_ = func.max(spent.c.spend), total_of(spent.c.spend)
    half = (
        select(spent.c.customer_id, most.label("most"))
        .group_by(spent.c.customer_id)
        .having(all_ > 0, 2 * most >= all_)
        .subquery("half")
    )
    held = (
        select(spent.c.customer_id, func.min(spent.c.category).label("category"))  # of equals the first by name
        .join(half, (half.c.customer_id == spent.c.customer_id) & (half.c.most == spent.c.spend))
        .group_by(spent.c.customer_id)
        .subquery("held")
    )
    return (
        select(bought, held.c.category)
        .outerjoin(held, held.c.customer_id == bought.c.customer_id)
        .order_by(bought.c.customer_id)
    )


async def place_by_category(engine: Engine, scope: Scope) -> Placed:
    """The customers of a scope in the segments of BEHAVIOR: the categories that occur, and "Mixed"."""
    statement = customers_by_category(*scope.shape)
    rows = await engine.fetch(statement, scope.params())
    return await asyncio.to_thread(_placed, rows, as_shown(statement, scope.params()))


def _placed(rows: pa.Table, statement: str) -> Placed:
    table, position = _positions(rows.column("category"))
    return placed(
        table,
        position,
        bought := purchases_in(rows),
        refunded=total_in(rows, "refunded"),
        active=int(np.count_nonzero(bought.recency_days < ACTIVE_DAYS)),
        statement=statement,
    )


def _positions(categories: Any) -> tuple[SegmentTable[Segment], NDArray[np.int16 | np.int32]]:
    """The table of the categories that occur, and the place in it of each customer's."""
    encoded = categories.combine_chunks().fill_null(MIXED).dictionary_encode()
    names: list[str] = encoded.dictionary.to_pylist()
    table = behavior_table(names)
    places = {segment.name: place for place, segment in enumerate(table.segments)}
    of_code = np.array([places[name] for name in names], smallest_kind(len(places)))
    return table, of_code[encoded.indices.to_numpy()]
