"""What the customers of each segment prefer: where, how, when and what they buy most."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import pyarrow as pa
from sqlalchemy import BigInteger, Integer, SelectBase, bindparam, column, func, select
from sqlalchemy import table as named_table

from analytics.copy.engine import Engine
from analytics.copy.tables import ITEMS, PAYMENTS
from analytics.scope import Scope, counted_sales, sale
from analytics.segmentation.methods import UNCATEGORISED
from models.naming import statement
from models.sales import payment, sale_item, total_of

# The customers asked about and the group of each, given along with the statement.
grouped_customer = named_table("grouped_customer", column("customer_id", BigInteger), column("grp", Integer))


class Dimension(StrEnum):
    """What can be preferred."""

    STOREFRONT = "storefront"
    CHANNEL = "channel"
    WEEKDAY = "weekday"
    MONTH = "month"
    PAYMENT_METHOD = "method"
    CATEGORY = "category"


OF_SALES = (Dimension.STOREFRONT, Dimension.CHANNEL, Dimension.WEEKDAY, Dimension.MONTH)
OF_OTHERS = {Dimension.PAYMENT_METHOD: PAYMENTS, Dimension.CATEGORY: ITEMS}

# The preferred value of each group by dimension; nothing for groups that show no preference.
Preferred = dict[Dimension, dict[int, Any]]


# ---------------------------------------------------------------- statements


@statement
def sales_by_group(storefront: bool) -> SelectBase:
    """The purchases of each group by storefront, channel, weekday and month of the year: one pass for all four."""
    month = sale.c.business_month % 12 + 1
    keys = [
        grouped_customer.c.grp,
        sale.c.storefront_id.label("storefront"),
        sale.c.channel.label("channel"),
        sale.c.weekday.label("weekday"),
        month.label("month"),
    ]
    return (
        select(*keys, func.count().label("weight"))
        .select_from(sale.join(grouped_customer, grouped_customer.c.customer_id == sale.c.customer_id))
        .where(counted_sales(storefront))
        .group_by(grouped_customer.c.grp, sale.c.storefront_id, sale.c.channel, sale.c.weekday, month)
    )


@statement
def payments_by_group(storefront: bool) -> SelectBase:
    """The purchases of each group by payment method; one that was paid in two ways counts for both."""
    return (
        select(
            grouped_customer.c.grp,
            payment.c.method.label("method"),
            func.count(sale.c.id.distinct()).label("weight"),
        )
        .select_from(
            sale.join(grouped_customer, grouped_customer.c.customer_id == sale.c.customer_id).join(
                payment, payment.c.sale_id == sale.c.id
            )
        )
        .where(counted_sales(storefront), payment.c.business_day <= bindparam("as_of"))
        .group_by(grouped_customer.c.grp, payment.c.method)
    )


@statement
def spend_by_group(storefront: bool) -> SelectBase:
    """The spend of each group by category: line totals as sold."""
    category = func.coalesce(sale_item.c.category, UNCATEGORISED)
    return (
        select(grouped_customer.c.grp, category.label("category"), total_of(sale_item.c.total).label("weight"))
        .select_from(
            sale.join(grouped_customer, grouped_customer.c.customer_id == sale.c.customer_id).join(
                sale_item, sale_item.c.sale_id == sale.c.id
            )
        )
        .where(counted_sales(storefront))
        .group_by(grouped_customer.c.grp, category)
    )


# ---------------------------------------------------------------- what is preferred


def dimensions_with(dimension: Dimension) -> tuple[Dimension, ...]:
    """The dimensions that one statement answers together with this one."""
    return OF_SALES if dimension in OF_SALES else (dimension,)


def need_of(dimension: Dimension) -> frozenset[str]:
    """The tables that a dimension needs beside those that are always in the copy."""
    return OF_OTHERS.get(dimension, frozenset())


async def preferred_by_group(engine: Engine, scope: Scope, dimension: Dimension, groups: pa.Table) -> Preferred:
    """The values of greatest weight of each group in the window, of the dimension and those answered with it.

    `groups` has the customers with the number of the group of each. Ties go to the lower key.
    """
    statement = {Dimension.PAYMENT_METHOD: payments_by_group, Dimension.CATEGORY: spend_by_group}.get(
        dimension, sales_by_group
    )(scope.storefront is not None)
    rows = (await engine.fetch(statement, scope.params(), {"grouped_customer": groups})).to_pylist()
    return {each: _heaviest(each, rows) for each in dimensions_with(dimension)}


def _heaviest(dimension: Dimension, rows: Iterable[dict[str, Any]]) -> dict[int, Any]:
    weights: defaultdict[int, Counter[Any]] = defaultdict(Counter)
    for row in rows:
        if row[dimension] is not None:
            weights[row["grp"]][row[dimension]] += row["weight"]
    return {group: min(of, key=lambda value: (-of[value], value)) for group, of in weights.items()}
