"""When customers buy: transactions and revenue by day and hour, and by weekday, hour, month and calendar unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import SelectBase, func, select

from analytics.copy.engine import Engine
from analytics.customers import RevenueBasis
from analytics.patterns.buyers import Form, PatternScope, buyer_columns, counted, given_back, paid_out, sold
from analytics.patterns.series import months_of_days
from analytics.scope import refund, sale
from models.naming import statement
from models.sales import total_of

Ints = NDArray[np.int64]

UNKNOWN_HOUR = -1
HOURS = 24
WEEKDAYS = 7
MONTHS = 12


# ---------------------------------------------------------------- statements


@statement
def sales_by_hour(form: Form, margin: bool) -> SelectBase:
    """Counted sales of each day and hour (null where unknown): how many, of known customers, totals; with profit."""
    moment = [*buyer_columns(sale, form), sale.c.business_day, sale.c.hour]
    money = [func.coalesce(total_of(sale.c.profit), 0).label("profit"), total_of(sale.c.costed).label("costed")]
    return (
        select(
            *moment,
            func.count().label("transactions"),
            func.count(sale.c.customer_id).label("known"),
            total_of(sale.c.total).label("gross"),
            *(money if margin else []),
        )
        .select_from(sold(form))
        .where(*counted(form))
        .group_by(*moment)
    )


@statement
def refunds_by_hour(form: Form) -> SelectBase:
    """Refunds of each day and hour (null where unknown): how many, amounts, and the known profit that they took."""
    moment = [*buyer_columns(refund, form), refund.c.business_day, refund.c.hour]
    return (
        select(
            *moment,
            func.count().label("refunds"),
            total_of(refund.c.amount).label("amount"),
            func.coalesce(total_of(refund.c.profit), 0).label("profit"),
        )
        .select_from(given_back(form))
        .where(*paid_out(form))
        .group_by(*moment)
    )


@statement
def unique_buyers(form: Form) -> SelectBase:
    """How many different customers bought."""
    return (
        select(func.count(sale.c.customer_id.distinct()).label("customers"))
        .select_from(sold(form))
        .where(*counted(form))
    )


# ---------------------------------------------------------------- sums by day and hour


@dataclass(frozen=True)
class Moments:
    """Sums by day and hour as columns, sales apart from refunds; money in minor units, an unknown hour is -1.

    `profit` and `costed` of sales are 0 unless they were asked for.
    """

    sales: dict[str, Ints]
    refunds: dict[str, Ints]

    @property
    def nbytes(self) -> int:
        """The bytes that the columns hold."""
        return sum(column.nbytes for column in (*self.sales.values(), *self.refunds.values())) + 2048

    @property
    def transactions(self) -> int:
        """Counted sales."""
        return int(self.sales["transactions"].sum())

    @property
    def anonymous(self) -> int:
        """Counted sales without a customer."""
        return self.transactions - int(self.sales["known"].sum())

    @property
    def gross(self) -> int:
        """The totals of the sales as sold."""
        return int(self.sales["gross"].sum())

    @property
    def costed(self) -> int:
        """The part of those totals whose cost is known."""
        return int(self.sales["costed"].sum())

    @property
    def without_hour(self) -> tuple[int, int]:
        """How many sales and refunds have no known hour."""
        return (
            int(self.sales["transactions"][self.sales["hour"] == UNKNOWN_HOUR].sum()),
            int(self.refunds["refunds"][self.refunds["hour"] == UNKNOWN_HOUR].sum()),
        )

    def flow(self, basis: RevenueBasis) -> "Flow":
        """Transactions and revenue on a basis: a refund takes its own from its own day and hour."""
        sales, refunds = self.sales, self.refunds
        brought = sales["profit" if basis is RevenueBasis.MARGIN else "gross"]
        taken = {
            RevenueBasis.GROSS: np.zeros_like(refunds["amount"]),
            RevenueBasis.NET: refunds["amount"],
            RevenueBasis.MARGIN: refunds["profit"],
        }[basis]
        return Flow(
            np.concatenate((sales["day"], refunds["day"])),
            np.concatenate((sales["hour"], refunds["hour"])),
            np.concatenate((sales["transactions"], np.zeros_like(taken))),
            np.concatenate((brought, -taken)),
        )


@dataclass(frozen=True)
class MomentBucket:
    """Transactions, and revenue in minor units."""

    transactions: int
    revenue: int


@dataclass(frozen=True)
class Flow:
    """Transactions and revenue (minor units) by day number and hour: columns of equal length, in no order."""

    day: Ints
    hour: Ints
    transactions: Ints
    revenue: Ints

    @property
    def total(self) -> MomentBucket:
        """The whole of it."""
        return MomentBucket(int(self.transactions.sum()), int(self.revenue.sum()))

    def by_weekday(self) -> list[MomentBucket]:
        """Seven, from Monday."""
        return self._by(self._weekday, WEEKDAYS)

    def by_month(self) -> list[MomentBucket]:
        """Twelve, from January."""
        return self._by(months_of_days(self.day) % MONTHS, MONTHS)

    def by_hour(self) -> list[MomentBucket]:
        """Twenty-four; what has no known hour is in none."""
        known = self._with_hour()
        return known._by(known.hour, HOURS)

    def by_weekday_hour(self) -> list[MomentBucket]:
        """168, Monday's hours first; what has no known hour is in none."""
        known = self._with_hour()
        return known._by(known._weekday * HOURS + known.hour, WEEKDAYS * HOURS)

    def by_unit(self, units: Sequence[int], unit_of_row: Ints) -> list[MomentBucket]:
        """One for each of the ascending `units`, of which each row has its own."""
        return self._by(np.searchsorted(np.asarray(units, np.int64), unit_of_row), len(units))

    @property
    def _weekday(self) -> Ints:
        return (self.day + 3) % WEEKDAYS  # day 0 was a Thursday

    def _with_hour(self) -> "Flow":
        known = self.hour != UNKNOWN_HOUR
        return Flow(self.day[known], self.hour[known], self.transactions[known], self.revenue[known])

    def _by(self, key: NDArray[Any], size: int) -> list[MomentBucket]:
        sums = np.zeros((2, size), np.int64)
        np.add.at(sums[0], key, self.transactions)
        np.add.at(sums[1], key, self.revenue)
        return [MomentBucket(count, revenue) for count, revenue in sums.T.tolist()]


def busiest(buckets: Sequence[MomentBucket]) -> int | None:
    """The place of the bucket of most transactions, the first of equals; None where there are none."""
    most = max(bucket.transactions for bucket in buckets)
    return next(i for i, bucket in enumerate(buckets) if bucket.transactions == most) if most else None


# ---------------------------------------------------------------- asking


async def moments_of(engine: Engine, scope: PatternScope, margin: bool) -> Moments:
    """The sums of a scope by day and hour."""
    sales = await engine.fetch(sales_by_hour(scope.form, margin), scope.params())
    refunds = await engine.fetch(refunds_by_hour(scope.form), scope.params())
    return Moments(_columns(sales, SALE_SUMS), _columns(refunds, REFUND_SUMS))


async def count_unique_buyers(engine: Engine, scope: PatternScope) -> int:
    """How many different customers of the scope bought."""
    return int((await engine.fetch(unique_buyers(scope.form), scope.params())).column(0)[0].as_py())


SALE_SUMS = ("transactions", "known", "gross", "profit", "costed")
REFUND_SUMS = ("refunds", "amount", "profit")


def _columns(rows: pa.Table, sums: Sequence[str]) -> dict[str, Ints]:
    """The columns of a result by name; an absent one is 0."""

    def column(name: str) -> Ints:
        if name not in rows.column_names:
            return np.zeros(rows.num_rows, np.int64)
        return rows.column(name).to_numpy().astype(np.int64)

    hours = rows.column("hour").fill_null(cast(Any, UNKNOWN_HOUR)).to_numpy().astype(np.int64)
    return {"day": column("business_day"), "hour": hours, **{name: column(name) for name in sums}}
