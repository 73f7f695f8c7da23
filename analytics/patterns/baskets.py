"""How large baskets are: transactions and units by the total of the sale."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, SelectBase, bindparam, case, func, select

from analytics.copy.engine import Engine, as_rows
from analytics.patterns.buyers import Form, PatternScope, buyer_columns, counted, sold
from analytics.scope import sale
from models.naming import statement
from models.sales import sale_item, total_of


def edge_params(edges: Sequence[int]) -> dict[str, int]:
    """The values of edges (minor units, ascending) as statements bind them."""
    return {f"edge_{i}": edge for i, edge in enumerate(edges)}


def _basket(edges: int) -> ColumnElement[Any]:
    """The number of a sale's bucket: 0 below the first edge, then one more from each edge on."""
    below = [(sale.c.total < bindparam(f"edge_{i}", type_=BigInteger), i) for i in range(edges)]
    return case(*below, else_=edges).label("basket")


@statement
def transactions_by_basket(form: Form, edges: int) -> SelectBase:
    """How many sales are in each bucket that has any, of as many as `edges` make."""
    basket = [*buyer_columns(sale, form), _basket(edges)]
    count = func.count().label("count")
    return select(*basket, count).select_from(sold(form)).where(*counted(form)).group_by(*basket)


@statement
def units_by_basket(form: Form, edges: int) -> SelectBase:
    """The units in the sales of each bucket, in millionths."""
    basket = [*buyer_columns(sale, form), _basket(edges)]
    return (
        select(*basket, total_of(sale_item.c.quantity).label("count"))
        .select_from(sold(form).join(sale_item, sale_item.c.sale_id == sale.c.id))
        .where(*counted(form))
        .group_by(*basket)
    )


async def basket_sizes(engine: Engine, scope: PatternScope, edges: Sequence[int]) -> list[int]:
    """The transactions of every bucket, the one below the first edge first."""
    return await _by_basket(engine, transactions_by_basket(scope.form, len(edges)), scope, edges)


async def basket_units(engine: Engine, scope: PatternScope, edges: Sequence[int]) -> list[int]:
    """The units (millionths) of every bucket; needs ITEMS."""
    return await _by_basket(engine, units_by_basket(scope.form, len(edges)), scope, edges)


async def _by_basket(
    engine: Engine, counted_by_basket: SelectBase, scope: PatternScope, edges: Sequence[int]
) -> list[int]:
    rows = as_rows(await engine.fetch(counted_by_basket, scope.params() | edge_params(edges)))
    found = {int(row.basket): int(row[1]) for row in rows}
    return [found.get(basket, 0) for basket in range(len(edges) + 1)]
