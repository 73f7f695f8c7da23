"""The sums of every customer up to a day, kept as columns; and the rule of thumb for one.

Definitions: docs/numbers.md. All arithmetic on money is on integers; averages are rounded where they are shown.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, SelectBase, bindparam, func, select

from analytics.copy.engine import Engine, column_of
from analytics.customers import PurchaseFigures, RevenueBasis, purchase_figures
from analytics.scope import Scope, counted_sales, customer, members_of, refund, refunds_paid, sale
from analytics.segmentation import LIFESPAN_TENTHS
from models.naming import statement
from models.sales import total_of
from rules.currency import half_even

Ints = NDArray[np.int64]
Positions = NDArray[np.int32]

EACH = slice(None)
YEAR = 365
LIFESPAN_YEARS = 3


# ---------------------------------------------------------------- statements


class Joined(NamedTuple):
    """The days between which customers joined, both inside; open where an edge is None."""

    first: int | None = None
    last: int | None = None

    def params(self) -> dict[str, Any]:
        """The values that the statement binds."""
        return {"joined_from": self.first, "joined_to": self.last}

    @property
    def shape(self) -> tuple[bool, bool]:
        """Which of its conditions the statement has."""
        return self.first is not None, self.last is not None


@statement
def customer_sums(storefront: bool, typed: bool, inactive: bool, joined_from: bool, joined_to: bool) -> SelectBase:
    """What each customer with a counted sale in the scope bought and got back, by number; money in minor units."""
    bought = (
        select(
            sale.c.customer_id,
            func.count().label("orders"),
            func.min(sale.c.business_day).label("first_day"),
            func.max(sale.c.business_day).label("last_day"),
            total_of(sale.c.total).label("gross"),
            total_of(sale.c.profit).label("profit"),
            total_of(sale.c.costed).label("costed"),
        )
        .where(sale.c.customer_id.is_not(None), counted_sales(storefront))
        .group_by(sale.c.customer_id)
        .subquery("bought")
    )
    returned = (
        select(
            refund.c.customer_id,
            total_of(refund.c.amount).label("amount"),
            total_of(refund.c.profit).label("profit"),
        )
        .where(refund.c.customer_id.is_not(None), refunds_paid(storefront))
        .group_by(refund.c.customer_id)
        .subquery("returned")
    )
    return (
        select(
            *bought.c,
            func.coalesce(returned.c.amount, 0).label("refunded"),
            func.coalesce(returned.c.profit, 0).label("refunded_profit"),
            customer.c.number,
        )
        .join(customer, customer.c.id == bought.c.customer_id)
        .outerjoin(returned, returned.c.customer_id == bought.c.customer_id)
        .where(*members_of(typed, inactive), *_joined(joined_from, joined_to))
        .order_by(customer.c.number)
    )


def _joined(start: bool, end: bool) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if start:
        conditions.append(customer.c.joined_day >= bindparam("joined_from"))
    if end:
        conditions.append(customer.c.joined_day <= bindparam("joined_to"))
    return conditions


# ---------------------------------------------------------------- the customers


class Bought(NamedTuple):
    """The sums of one customer; money in minor units, profit None where no cost is known."""

    orders: int
    gross: int
    refunded: int
    profit: int | None
    refunded_profit: int
    first_day: int
    last_day: int


@dataclass(frozen=True)
class Customers:
    """The sums of customers as columns of equal length, by number ascending; money in minor units.

    `has_profit` tells where a cost is known; elsewhere `profit` is 0.
    """

    customer_id: Ints
    number: "pa.Array[Any]"
    orders: Ints
    first_day: NDArray[np.int32]
    last_day: NDArray[np.int32]
    gross: Ints
    refunded: Ints
    profit: Ints
    has_profit: NDArray[np.bool_]
    refunded_profit: Ints
    costed: Ints

    def __len__(self) -> int:
        return len(self.customer_id)

    @property
    def nbytes(self) -> int:
        """The bytes that the columns hold, with those of the index by id."""
        return sum(getattr(self, field.name).nbytes for field in fields(self)) + 4 * len(self)

    def revenue(self, basis: RevenueBasis, at: Any = EACH) -> Any:
        """The revenue of each, or of one at a position: totals, totals less refunds, or the known profit of both."""
        match basis:
            case RevenueBasis.GROSS:
                return self.gross[at]
            case RevenueBasis.NET:
                return self.gross[at] - self.refunded[at]
            case RevenueBasis.MARGIN:
                return self.earned(basis, at)  # what is not known adds nothing

    def earned(self, basis: RevenueBasis, at: Any = EACH) -> Any:
        """The profit of each, less its refunded share except under GROSS; 0 where it is unknown."""
        if basis is RevenueBasis.GROSS:
            return self.profit[at]
        return self.profit[at] - self.refunded_profit[at] * self.has_profit[at]

    def figures(self, position: int, basis: RevenueBasis) -> PurchaseFigures:
        """What the customer at a position bought."""
        return purchase_figures(self._bought(position), basis)

    def _bought(self, i: int) -> Bought:
        return Bought(
            orders=int(self.orders[i]),
            gross=int(self.gross[i]),
            refunded=int(self.refunded[i]),
            profit=int(self.profit[i]) if self.has_profit[i] else None,
            refunded_profit=int(self.refunded_profit[i]),
            first_day=int(self.first_day[i]),
            last_day=int(self.last_day[i]),
        )

    def number_at(self, position: int) -> str:
        """The number of the customer at a position."""
        return str(self.number[position])

    @cached_property
    def _by_id(self) -> Positions:
        return np.argsort(self.customer_id).astype(np.int32)

    def positions_of(self, ids: Sequence[int]) -> list[int | None]:
        """Where each customer stands in the columns, None for one without a counted sale."""
        if not len(self):
            return [None] * len(ids)
        asked, order = np.array(ids, np.int64), self._by_id
        places = np.minimum(np.searchsorted(self.customer_id, asked, sorter=order), len(self) - 1)
        found = order[places]
        return [int(i) if self.customer_id[i] == id_ else None for i, id_ in zip(found, ids, strict=True)]


async def customers_of(engine: Engine, scope: Scope, joined: Joined) -> Customers:
    """The sums of the customers of a scope who joined in a period."""
    params = scope.params() | joined.params()
    rows = await engine.fetch(customer_sums(*scope.shape, *joined.shape), params)
    return await asyncio.to_thread(_customers, rows)


def _customers(rows: pa.Table) -> Customers:
    column = partial(column_of, rows)
    profit, number = rows.column("profit"), rows.column("number").combine_chunks()
    return Customers(
        customer_id=column("customer_id"),
        number=number,
        orders=column("orders"),
        first_day=column("first_day", np.int32),
        last_day=column("last_day", np.int32),
        gross=column("gross"),
        refunded=column("refunded"),
        profit=profit.fill_null(pa.scalar(0, pa.int64())).to_numpy().astype(np.int64, copy=False),
        has_profit=profit.is_valid().to_numpy(),
        refunded_profit=column("refunded_profit"),
        costed=column("costed"),
    )


# ---------------------------------------------------------------- the rule of thumb


def heuristic(revenue: int, days_as_customer: int, segment_code: str) -> int:
    """Average order value × orders per year × 3 years × the multiplier of a RETAIL segment, in minor units.

    Orders per year are over at least a year; they divide the average and multiply again, so that they drop out.
    """
    tenths = LIFESPAN_TENTHS[segment_code]
    return half_even(revenue * YEAR * LIFESPAN_YEARS * tenths, 10 * max(days_as_customer, YEAR))
