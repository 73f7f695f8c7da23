"""Products and categories: what they brought in a period, who bought them again, what first purchases led to.

Lines that are products, of counted sales. A customer's first purchase is its first counted sale by day, hour (noon
where it is unknown) and id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Integer, SelectBase, Subquery, Text, bindparam, case, column, func, select
from sqlalchemy import table as named_table

from analytics.copy.engine import Engine, as_rows, column_of, table_of
from analytics.patterns.shares import category_of_line
from analytics.scope import Scope, counted_sales, customer, members_of, refund, sale
from analytics.segmentation.methods import UNCATEGORISED
from models.naming import statement
from models.sales import sale_item, total_of

NOON = 12
UNKNOWN = -(2**62)  # below every value, so that what has none comes last

# The products whose buyers are asked for, given along with a statement.
asked_product = named_table("asked_product", column("name", Text), column("grp", Integer))


class ProductGrouping(StrEnum):
    """Of what the figures are."""

    PRODUCT = "PRODUCT"
    CATEGORY = "CATEGORY"


class ProductOrder(StrEnum):
    """By what products are ordered, descending, then by name."""

    REVENUE = "REVENUE"
    UNITS = "UNITS"
    CUSTOMERS = "CUSTOMERS"
    REPEAT_RATE = "REPEAT_RATE"
    FIRST_PURCHASES = "FIRST_PURCHASES"
    FIRST_PURCHASE_VALUE = "FIRST_PURCHASE_VALUE"


@dataclass(frozen=True)
class ProductScope:
    """Which lines, by what they are grouped, and within how many days a customer has bought again."""

    scope: Scope
    by: ProductGrouping
    repeat_days: int

    @property
    def shape(self) -> tuple[bool, bool, bool]:
        """What of it changes the text of a statement."""
        return self.by is ProductGrouping.CATEGORY, self.scope.storefront is not None, self.scope.shape.typed

    def params(self) -> dict[str, Any]:
        """The values that its statements bind."""
        return {**self.scope.params(), "repeat_days": self.repeat_days}


# ---------------------------------------------------------------- statements


def _name_of_line(by_category: bool) -> ColumnElement[Any]:
    return category_of_line() if by_category else func.coalesce(sale_item.c.product, "")


def _of_type(typed: bool) -> list[ColumnElement[bool]]:
    """The condition on the customer of a sale: an anonymous one is of no type."""
    if not typed:
        return []
    return [sale.c.customer_id.in_(select(customer.c.id).where(*members_of(typed, inactive=True)))]


def _bought(by_category: bool, storefront: bool, typed: bool) -> Subquery:
    """What of each name each sale of the period has."""
    name = _name_of_line(by_category).label("name")
    return (
        select(
            name,
            sale.c.id.label("sale_id"),
            sale.c.customer_id,
            total_of(sale_item.c.total).label("revenue"),
            total_of(sale_item.c.profit).label("profit"),
            total_of(sale_item.c.quantity).label("units"),
        )
        .join(sale, sale.c.id == sale_item.c.sale_id)
        .where(sale_item.c.is_product, counted_sales(storefront), *_of_type(typed))
        .group_by(name, sale.c.id, sale.c.customer_id)
        .subquery("bought")
    )


@statement
def product_sums(by_category: bool, storefront: bool, typed: bool) -> SelectBase:
    """Of each name its money, units, sales and customers in the period, and how many bought it in two sales or more."""
    bought = _bought(by_category, storefront, typed)
    each = (
        select(bought.c.name, bought.c.customer_id, func.count().label("purchases"))
        .where(bought.c.customer_id.is_not(None))
        .group_by(bought.c.name, bought.c.customer_id)
        .subquery("each")
    )
    buyers = (
        select(
            each.c.name,
            func.count().label("customers"),
            func.count(case((each.c.purchases > 1, 1))).label("repeaters"),
        )
        .group_by(each.c.name)
        .subquery("buyers")
    )
    sums = (
        select(
            bought.c.name,
            func.count().label("transactions"),
            total_of(bought.c.revenue).label("revenue"),
            total_of(bought.c.profit).label("profit"),
            total_of(bought.c.units).label("units"),
        )
        .group_by(bought.c.name)
        .subquery("sums")
    )
    return select(
        *sums.c,
        func.coalesce(buyers.c.customers, 0).label("customers"),
        func.coalesce(buyers.c.repeaters, 0).label("repeaters"),
    ).select_from(sums.outerjoin(buyers, buyers.c.name == sums.c.name))


@statement
def product_categories(storefront: bool, typed: bool) -> SelectBase:
    """The category of each product: the one that most of its revenue in the period was sold under."""
    name = _name_of_line(by_category=False).label("name")
    sold = (
        select(name, sale_item.c.category, total_of(sale_item.c.total).label("revenue"))
        .join(sale, sale.c.id == sale_item.c.sale_id)
        .where(sale_item.c.is_product, counted_sales(storefront), *_of_type(typed))
        .group_by(name, sale_item.c.category)
        .subquery("sold")
    )
    best = (sold.c.revenue.desc(), sold.c.category)
    place = func.row_number().over(partition_by=sold.c.name, order_by=best).label("place")
    ranked = select(sold, place).subquery("ranked")
    return select(ranked.c.name, ranked.c.category).where(ranked.c.place == 1)


def _known(storefront: bool) -> list[ColumnElement[bool]]:
    """The condition of a counted sale of a known customer, of all history."""
    conditions: list[ColumnElement[bool]] = [
        sale.c.customer_id.is_not(None),
        sale.c.counted_from <= bindparam("as_of"),
        sale.c.business_day <= bindparam("as_of"),
    ]
    if storefront:
        conditions.append(sale.c.storefront_id == bindparam("storefront"))
    return conditions


def _newcomers(storefront: bool, typed: bool) -> Subquery:
    """Who first bought in the period: the first sale, its day, that of the second, and NET revenue to :as_of."""
    order = (sale.c.business_day, func.coalesce(sale.c.hour, NOON), sale.c.id)
    place = func.row_number().over(partition_by=sale.c.customer_id, order_by=order).label("place")
    ordered = (
        select(sale.c.customer_id, sale.c.id, sale.c.business_day, sale.c.total, place)
        .where(*_known(storefront), *_of_type(typed))
        .subquery("ordered")
    )
    is_first, is_second = ordered.c.place == 1, ordered.c.place == 2
    each = (
        select(
            ordered.c.customer_id,
            func.max(case((is_first, ordered.c.id))).label("sale_id"),
            func.max(case((is_first, ordered.c.business_day))).label("first_day"),
            func.max(case((is_second, ordered.c.business_day))).label("second_day"),
            total_of(ordered.c.total).label("gross"),
        )
        .group_by(ordered.c.customer_id)
        .subquery("each")
    )
    of_storefront = [refund.c.storefront_id == bindparam("storefront")] if storefront else []
    returned = (
        select(refund.c.customer_id, total_of(refund.c.amount).label("amount"))
        .where(refund.c.business_day <= bindparam("as_of"), *of_storefront)
        .group_by(refund.c.customer_id)
        .subquery("returned")
    )
    net = (each.c.gross - func.coalesce(returned.c.amount, 0)).label("net")
    return (
        select(each.c.sale_id, each.c.first_day, each.c.second_day, net)
        .outerjoin(returned, returned.c.customer_id == each.c.customer_id)
        .where(each.c.first_day >= bindparam("start"))
        .subquery("newcomers")
    )


@statement
def first_purchases(by_category: bool, storefront: bool, typed: bool) -> SelectBase:
    """Of each name in first purchases: how many, what their customers brought, who had time to come back and did."""
    name = _name_of_line(by_category).label("name")
    lines = select(name, sale_item.c.sale_id).distinct().where(sale_item.c.is_product).subquery("lines")
    new, days = _newcomers(storefront, typed), bindparam("repeat_days", type_=Integer)
    had_time = bindparam("as_of", type_=Integer) - new.c.first_day >= days
    came_back = new.c.second_day - new.c.first_day <= days
    return (
        select(
            lines.c.name,
            func.count().label("first_purchases"),
            total_of(new.c.net).label("net"),
            func.count(case((had_time, 1))).label("watched"),
            func.count(case((had_time & came_back, 1))).label("returned"),
        )
        .join(new, new.c.sale_id == lines.c.sale_id)
        .group_by(lines.c.name)
    )


@statement
def product_buyers(by_category: bool, storefront: bool, typed: bool) -> SelectBase:
    """Who bought each of the names in `asked_product` in the period, and for how much."""
    bought = _bought(by_category, storefront, typed)
    return (
        select(asked_product.c.grp, bought.c.customer_id, total_of(bought.c.revenue).label("revenue"))
        .join(asked_product, asked_product.c.name == bought.c.name)
        .where(bought.c.customer_id.is_not(None))
        .group_by(asked_product.c.grp, bought.c.customer_id)
        .order_by(asked_product.c.grp, bought.c.customer_id)
    )


# ---------------------------------------------------------------- figures


@dataclass(frozen=True)
class ProductSums:
    """The sums of a product or a category; money in minor units, units in millionths."""

    name: str
    category: str | None
    revenue: int
    profit: int | None
    units: int
    transactions: int
    customers: int
    repeaters: int
    first_purchases: int
    net: int
    watched: int
    returned: int


async def products_of(engine: Engine, of: ProductScope) -> list[ProductSums]:
    """The sums of every product or category sold in the scope, by name; needs ITEMS."""
    params = of.params()
    sold = as_rows(await engine.fetch(product_sums(*of.shape), params))
    firsts = {row.name: row for row in as_rows(await engine.fetch(first_purchases(*of.shape), params))}
    categories = {row.name: None if row.name == UNCATEGORISED else row.name for row in sold}
    if of.by is ProductGrouping.PRODUCT:
        rows = as_rows(await engine.fetch(product_categories(*of.shape[1:]), params))
        categories = {row.name: row.category for row in rows}
    return [_sums(row, categories[row.name], firsts.get(row.name)) for row in sorted(sold, key=lambda row: row.name)]


def _sums(row: Any, category: str | None, first: Any) -> ProductSums:
    return ProductSums(
        name=row.name,
        category=category,
        revenue=row.revenue,
        profit=row.profit,
        units=row.units,
        transactions=row.transactions,
        customers=row.customers,
        repeaters=row.repeaters,
        first_purchases=first.first_purchases if first else 0,
        net=first.net if first else 0,
        watched=first.watched if first else 0,
        returned=first.returned if first else 0,
    )


async def buyers_of(engine: Engine, of: ProductScope, names: Sequence[str]) -> list[pa.Table]:
    """The buyers of each name with what they paid for it: customer_id and revenue; needs ITEMS."""
    asked = pa.table({"name": list(names), "grp": pa.array(range(len(names)), pa.int32())})
    rows = await engine.fetch(product_buyers(*of.shape), of.params(), {"asked_product": asked})
    group, ids, revenue = (column_of(rows, name) for name in ("grp", "customer_id", "revenue"))
    return [table_of(customer_id=ids[group == i], revenue=revenue[group == i]) for i in range(len(names))]
