"""What lists of customers are ordered and limited by where no statement alone can tell it: a number of each customer.

Each is a table of `customer_id` and `value`, money in minor units; who is not in it has no such number.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date

import numpy as np
import pyarrow as pa

from analytics.copy.engine import column_of, table_of
from analytics.copy.pinned import PinnedView
from analytics.copy.tables import PAYMENTS
from analytics.customers import RevenueBasis
from analytics.prediction.attention import YEAR_AHEAD
from analytics.scope import Scope
from analytics.segmentation.credit import customers_by_credit
from models.listing import CustomerOrder
from resolvers.lifetime_value.people import People
from resolvers.operation.calendar import BusinessCalendar
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.reports import Kept, Parts
from resolvers.prediction.attention import stakes_of_all
from resolvers.prediction.model import needed_model
from resolvers.prediction.population import Ahead
from rules.currency import half_even

Valued = Callable[[Context, int, str], Awaitable[pa.Table]]


async def average_orders(context: Context, as_of: int, _: str = "") -> pa.Table:
    """The NET revenue per order of everyone with a counted sale to a day, as it is shown."""
    sums = await (await _everyone(context, as_of)).sums()
    averages = await asyncio.to_thread(half_even, sums.revenue(RevenueBasis.NET), sums.orders)
    return table_of(customer_id=sums.customer_id, value=averages)


async def balances(context: Context, as_of: int, _: str = "") -> pa.Table:
    """What everyone owes today."""
    scope = Scope(as_of, None, include_inactive=True)

    async def compute(view: PinnedView) -> Kept[pa.Table]:
        rows = await view.fetch(customers_by_credit(*scope.shape), scope.params())
        table = table_of(customer_id=column_of(rows, "customer_id"), value=column_of(rows, "outstanding"))
        return Kept(table, table.nbytes)

    return await Parts(context, "customers", as_of).get("balances", compute, PAYMENTS)


async def expected_revenues(context: Context, as_of: int, argument: str) -> pa.Table:
    """The predicted revenue of the year ahead of everyone with a counted sale; BadUserInput without a model."""
    model = await needed_model(context, as_of, argument, of_money=True)
    return await (await _everyone(context, as_of)).predicted(RevenueBasis.NET, Ahead(model, YEAR_AHEAD))


async def stakes(context: Context, as_of: int, argument: str) -> pa.Table:
    """What is at stake with everyone of whom it can be told; BadUserInput without a model."""
    return await stakes_of_all(context, await needed_model(context, as_of, argument, of_money=True), as_of)


VALUES: dict[CustomerOrder, Valued] = {
    CustomerOrder.AVERAGE_ORDER: average_orders,
    CustomerOrder.BALANCE: balances,
    CustomerOrder.EXPECTED_REVENUE: expected_revenues,
    CustomerOrder.AT_STAKE: stakes,
}


def within(values: pa.Table, *, min: int | None = None, max: int | None = None) -> pa.Table:
    """The customers whose value is in a range, both edges inside, as members of a list."""
    value = column_of(values, "value")
    chosen = np.ones(len(value), np.bool_)
    if min is not None:
        chosen &= value >= min
    if max is not None:
        chosen &= value <= max
    ids = column_of(values, "customer_id")[chosen]
    return table_of(customer_id=ids, revenue=np.zeros(len(ids), np.int64))


def refuse_past_balances(asked: date | None, business: BusinessCalendar, argument: str) -> None:
    """BadUserInput where balances, which are known as they are today only, are asked of an earlier day."""
    if asked is not None and asked < business.today:
        raise BadUserInput(
            f"`{argument}` is of today's balances, which are not kept by day: "
            f"leave `asOf` out instead of {asked}, or give today, {business.today}"
        )


async def _everyone(context: Context, as_of: int) -> People:
    return People(context, await context.business(), Scope(as_of, None, include_inactive=True))
