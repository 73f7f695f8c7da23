"""How customers buy: what a group of customers prefers."""

from enum import StrEnum
from typing import Any

import pyarrow as pa
from sqlalchemy import BigInteger, ColumnElement, SelectBase, SmallInteger, column, func, select
from sqlalchemy import table as named_table

from analytics.engine import Engine
from analytics.mirrored import ITEMS, PAYMENTS
from analytics.rfm import Scope, counted_sales
from models.naming import statement
from models.sales import payment, sale, sale_item, total_of

# The customers asked about and the group of each, given along with the statement.
grouped_customer = named_table("grouped_customer", column("customer_id", BigInteger), column("grp", SmallInteger))

UNCATEGORISED = "Uncategorised"


class Dimension(StrEnum):
    """What can be preferred."""

    STOREFRONT = "storefront"
    CHANNEL = "channel"
    WEEKDAY = "weekday"
    MONTH = "month"
    PAYMENT_METHOD = "payment_method"
    CATEGORY = "category"


def _value_and_weight(dimension: Dimension) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    transactions = func.count(sale.c.id.distinct())
    return {
        Dimension.STOREFRONT: (sale.c.storefront_id, transactions),
        Dimension.CHANNEL: (sale.c.channel, transactions),
        Dimension.WEEKDAY: (sale.c.weekday, transactions),
        Dimension.MONTH: (sale.c.business_month % 12 + 1, transactions),
        Dimension.PAYMENT_METHOD: (payment.c.method, transactions),
        Dimension.CATEGORY: (func.coalesce(sale_item.c.category, UNCATEGORISED), total_of(sale_item.c.total)),
    }[dimension]


@statement
def use_by_group(dimension: Dimension, storefront: bool) -> SelectBase:
    """For each group and value of a dimension, its weight: transactions, or spend for categories."""
    value, weight = _value_and_weight(dimension)
    source = sale.join(grouped_customer, grouped_customer.c.customer_id == sale.c.customer_id)
    if dimension is Dimension.PAYMENT_METHOD:
        source = source.join(payment, payment.c.sale_id == sale.c.id)
    if dimension is Dimension.CATEGORY:
        source = source.join(sale_item, sale_item.c.sale_id == sale.c.id)
    return (
        select(grouped_customer.c.grp, value.label("value"), weight.label("weight"))
        .select_from(source)
        .where(counted_sales(storefront), value.is_not(None))
        .group_by(grouped_customer.c.grp, value)
    )


def tables_of(dimension: Dimension) -> frozenset[str]:
    """The tables that a dimension needs beside those that are always in the copy."""
    return {Dimension.PAYMENT_METHOD: PAYMENTS, Dimension.CATEGORY: ITEMS}.get(dimension, frozenset())


async def preferred_by_group(engine: Engine, scope: Scope, dimension: Dimension, groups: pa.Table) -> dict[int, Any]:
    """The value of greatest weight of each group in the window; ties go to the lower key. Nothing for idle groups."""
    statement = use_by_group(dimension, scope.storefront is not None)
    rows = await engine.fetch(statement, scope.params(), {"grouped_customer": groups})
    best: dict[int, tuple[Any, int]] = {}
    uses = zip(*(rows.column(name).to_pylist() for name in ("grp", "value", "weight")), strict=True)
    for group, value, weight in sorted(uses, key=lambda use: (use[0], use[1])):
        if group not in best or weight > best[group][1]:
            best[group] = (value, weight)
    return {group: value for group, (value, _) in best.items()}
