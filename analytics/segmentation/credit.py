"""Segments by how much of its credit limit a customer uses: method CREDIT."""

import asyncio
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, SelectBase, Subquery, and_, bindparam, case, func, select

from analytics.copy.engine import Engine, as_shown, column_of
from analytics.scope import Scope, counted_sales, customer, members_of, sale
from analytics.segmentation.grouped import ACTIVE_DAYS, CreditFigures, Ints, Placed, WindowPurchases, placed, sums_by
from analytics.segmentation.methods import CREDIT
from analytics.segmentation.purchases import refunds_by_customer
from analytics.segmentation.valued import total_in
from models.naming import statement
from models.sales import payment, total_of, unpaid

NO_CREDIT, LOW, MODERATE, HIGH, OVER_LIMIT = range(5)  # the places in the table
TENTHS = ((3, MODERATE), (7, HIGH), (10, OVER_LIMIT))  # of the limit, from which on

NEVER = -(2**31) + 1  # a day before all windows

# ---------------------------------------------------------------- the statement


def _sales_of_each(storefront: bool) -> Subquery:
    """Of each customer in one pass: the last purchase, purchases of the window, and what is owed for all sales."""
    in_window = counted_sales(storefront)
    to_day = and_(sale.c.counted_from <= bindparam("as_of"), sale.c.business_day <= bindparam("as_of"))
    conditions: list[ColumnElement[bool]] = [sale.c.customer_id.is_not(None)]
    if storefront:
        conditions.append(sale.c.storefront_id == bindparam("storefront"))
    return (
        select(
            sale.c.customer_id,
            func.max(case((to_day, sale.c.business_day))).label("last_day"),
            total_of(case((in_window, 1), else_=0)).label("orders"),
            total_of(case((in_window, sale.c.total), else_=0)).label("gross"),
            total_of(unpaid()).label("owed"),
        )
        .where(*conditions)
        .group_by(sale.c.customer_id)
        .subquery("sold")
    )


@statement
def customers_by_credit(storefront: bool, typed: bool, inactive: bool) -> SelectBase:
    """Every customer, also without a sale, with its balance, its limit and what it bought in the window, by customer.

    Who was merged into another is not a customer any more.
    """
    sold, returned = _sales_of_each(storefront), refunds_by_customer(storefront)
    received = (
        select(payment.c.customer_id, total_of(payment.c.amount).label("amount"))
        .where(payment.c.customer_id.is_not(None), payment.c.sale_id.is_(None))
        .group_by(payment.c.customer_id)
        .subquery("received")
    )
    refunded = func.coalesce(returned.c.amount, 0)
    owed = customer.c.opening_balance + func.coalesce(sold.c.owed, 0) - func.coalesce(received.c.amount, 0)
    return (
        select(
            customer.c.id.label("customer_id"),
            sold.c.last_day,
            func.coalesce(sold.c.orders, 0).label("frequency"),
            (func.coalesce(sold.c.gross, 0) - refunded).label("monetary"),
            refunded.label("refunded"),
            owed.label("outstanding"),
            customer.c.credit_limit,
        )
        .select_from(customer)
        .outerjoin(sold, sold.c.customer_id == customer.c.id)
        .outerjoin(received, received.c.customer_id == customer.c.id)
        .outerjoin(returned, returned.c.customer_id == customer.c.id)
        .where(customer.c.merged_into_id.is_(None), *members_of(typed, inactive))
        .order_by(customer.c.id)
    )


# ---------------------------------------------------------------- the segments


async def place_by_credit(engine: Engine, scope: Scope) -> Placed:
    """All customers of a scope in the segments of CREDIT."""
    statement = customers_by_credit(*scope.shape)
    rows = await engine.fetch(statement, scope.params())
    return await asyncio.to_thread(_placed, scope, rows, as_shown(statement, scope.params()))


def _placed(scope: Scope, rows: pa.Table, statement: str) -> Placed:
    column = partial(column_of, rows)
    outstanding, limit = column("outstanding"), column("credit_limit")
    position = place_of(outstanding, limit)
    last_day = rows.column("last_day").fill_null(pa.scalar(NEVER, pa.int32())).to_numpy().astype(np.int64)
    bought = column("frequency") > 0
    recency = np.where(bought, scope.as_of - last_day, 0).astype(np.int32)
    return placed(
        CREDIT,
        position,
        WindowPurchases(column("customer_id"), column("monetary"), column("frequency"), recency),
        _credit_figures(position, outstanding, limit, bought),
        refunded=total_in(rows, "refunded"),
        active=int(np.count_nonzero(scope.as_of - last_day < ACTIVE_DAYS)),
        statement=statement,
    )


def place_of(outstanding: Ints, limit: Ints) -> NDArray[np.int8]:
    """The place of the segment of each customer, by exact comparison: no amount is too large for it."""
    place = np.full(len(limit), LOW, np.int8)
    tens, ones = np.divmod(limit, 10)
    for tenths, segment in TENTHS:
        least = tenths * tens + -(-tenths * ones // 10)  # the least whole amount of so many tenths of the limit
        place[outstanding >= least] = segment
    place[limit == 0] = NO_CREDIT
    return place


def _credit_figures(
    position: NDArray[np.int8], outstanding: Ints, limit: Ints, bought: NDArray[np.bool_]
) -> list[CreditFigures]:
    count = len(CREDIT.segments)
    limited = limit > 0
    used = 100 * outstanding[limited].astype(np.float64) / limit[limited]
    sums = np.bincount(position[limited], weights=used, minlength=count).tolist()
    sizes = np.bincount(position[limited], minlength=count).tolist()
    owed, buyers = (sums_by(position, count, values).tolist() for values in (outstanding, bought))
    return [CreditFigures(buyers[i], sums[i] / sizes[i] if sizes[i] else None, owed[i]) for i in range(count)]
