"""The history of each customer in four numbers: repeat occasions, first and last day, and spend on repeat occasions.

All purchases of a customer on one day are one occasion. An occasion's spend is its sales' totals less the refunds
linked to them; refunds without a sale lower no occasion.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property, partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import BigInteger, SelectBase, bindparam, case, func, select

from analytics.copy.engine import Engine, column_of, table_of
from analytics.patterns.buyers import asked_customer
from analytics.scope import Scope, counted_sales, refund, sale
from models.naming import statement
from models.sales import total_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DAYS_OF_WEEK = 7


@statement
def occasions(storefront: bool, asked: bool = False) -> SelectBase:
    """Of each customer with a counted sale in the scope the occasions, their first and last day, and the repeat spend.

    `occasion` numbers a customer's days; the spend is of all but the first, in minor units. Where some are `asked`, it
    is of those in the table `asked_customer` alone.
    """
    returned = (
        select(refund.c.sale_id, total_of(refund.c.amount).label("amount"))
        .where(refund.c.sale_id.is_not(None), refund.c.business_day <= bindparam("as_of"))
        .group_by(refund.c.sale_id)
        .subquery("returned")
    )
    number = func.dense_rank().over(partition_by=sale.c.customer_id, order_by=sale.c.business_day)
    conditions = [sale.c.customer_id.is_not(None), counted_sales(storefront)]
    if asked:
        conditions.append(sale.c.customer_id.in_(select(asked_customer.c.customer_id)))
    bought = (
        select(
            sale.c.customer_id,
            sale.c.business_day,
            (sale.c.total - func.coalesce(returned.c.amount, 0)).label("spend"),
            number.label("occasion"),
        )
        .outerjoin(returned, returned.c.sale_id == sale.c.id)
        .where(*conditions)
        .subquery("bought")
    )
    repeat = case((bought.c.occasion > 1, bought.c.spend), else_=0)
    return (
        select(
            bought.c.customer_id,
            func.max(bought.c.occasion).label("occasions"),
            func.min(bought.c.business_day).label("first_day"),
            func.max(bought.c.business_day).label("last_day"),
            total_of(repeat.cast(BigInteger)).label("repeat_spend"),
        )
        .group_by(bought.c.customer_id)
        .order_by(bought.c.customer_id)
    )


@dataclass(frozen=True)
class Summaries:
    """The histories of customers as columns of equal length, by customer id ascending; spend in minor units."""

    customer_id: Ints
    occasions: NDArray[np.int32]
    first_day: NDArray[np.int32]
    last_day: NDArray[np.int32]
    repeat_spend: Ints

    def __len__(self) -> int:
        return len(self.customer_id)

    @property
    def nbytes(self) -> int:
        """The bytes that the columns hold."""
        return sum(getattr(self, field.name).nbytes for field in fields(self))

    @cached_property
    def repeats(self) -> NDArray[np.int32]:
        """x: the occasions after the first."""
        return self.occasions - 1

    def positions_of(self, ids: Ints) -> NDArray[np.intp]:
        """Where customers stand in the columns, -1 for who is not there."""
        if not len(self):
            return np.full(len(ids), -1, np.intp)
        places = np.minimum(np.searchsorted(self.customer_id, ids), len(self) - 1)
        return np.where(self.customer_id[places] == ids, places, -1)

    def of(self, ids: Ints, day: int) -> "Summaries":
        """Those of some customers, in their order; who is not there counts as one that first bought on a day."""
        places = self.positions_of(ids)

        def taken(column: NDArray[Any], else_: int) -> NDArray[Any]:
            found = column[places] if len(column) else np.full(len(ids), else_, column.dtype)
            found[places < 0] = else_
            return found

        return Summaries(
            ids,
            taken(self.occasions, 1),
            taken(self.first_day, day),
            taken(self.last_day, day),
            taken(self.repeat_spend, 0),
        )

    def histories(self, as_of: int) -> "Histories":
        """x, t_x and T of each, at the end of a day."""
        return Histories(self.repeats, self.last_day - self.first_day, np.int32(as_of) - self.first_day)


async def summaries_of(engine: Engine, scope: Scope, ids: Sequence[int] | None = None) -> Summaries:
    """The histories of the customers of a scope's window and storefront, whatever their type; of some alone by ids."""
    asked = {} if ids is None else {"asked_customer": table_of(customer_id=np.array(ids, np.int64))}
    rows = await engine.fetch(occasions(scope.storefront is not None, ids is not None), scope.params(), asked)
    return await asyncio.to_thread(_summaries, rows)


def _summaries(rows: pa.Table) -> Summaries:
    column = partial(column_of, rows)
    return Summaries(
        column("customer_id", np.int64),
        column("occasions", np.int32),
        column("first_day", np.int32),
        column("last_day", np.int32),
        column("repeat_spend", np.int64),
    )


@dataclass(frozen=True)
class Histories:
    """Purchase histories as columns: repeat occasions x, days from first to last t_x, days observed T.

    `weight` is how many customers have each, None where each is one customer's.
    """

    repeats: NDArray[np.int32]
    span: NDArray[np.int32]
    age: NDArray[np.int32]
    weight: Floats | None = None

    def __len__(self) -> int:
        return len(self.repeats)

    @staticmethod
    def joined(parts: Sequence["Histories"]) -> "Histories":
        """Those of single customers after one another."""
        names = ("repeats", "span", "age")
        return Histories(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    @property
    def weights(self) -> Floats:
        """How many customers have each."""
        return np.ones(len(self)) if self.weight is None else self.weight

    @property
    def customers(self) -> int:
        """How many customers they are."""
        return len(self) if self.weight is None else int(self.weight.sum())

    def at(self, chosen: Any) -> "Histories":
        """Some of them, by position or mask."""
        weight = None if self.weight is None else self.weight[chosen]
        return Histories(self.repeats[chosen], self.span[chosen], self.age[chosen], weight)

    def grouped(self) -> "Histories":
        """Each different history once, ordered by x, t_x and T, with how many customers have it."""
        spans, ages = int(self.span.max(initial=0)) + 1, int(self.age.max(initial=0)) + 1
        keys = (self.repeats.astype(np.int64) * spans + self.span) * ages + self.age
        if self.weight is None:
            found, counts = np.unique(keys, return_counts=True)
        else:
            found, place = np.unique(keys, return_inverse=True)
            counts = np.bincount(place, self.weight, len(found))
        weight = counts.astype(np.float64)
        rest, age = np.divmod(found, ages)
        repeats, span = np.divmod(rest, spans)
        return Histories(repeats.astype(np.int32), span.astype(np.int32), age.astype(np.int32), weight)


@dataclass(frozen=True)
class RepeatSpending:
    """The repeat spend of customers who have one: on how many occasions, and its mean in units of the currency."""

    occasions: Floats
    mean: Floats

    def __len__(self) -> int:
        return len(self.mean)


def spending_of(people: Summaries, unit: int) -> RepeatSpending:
    """The repeat spend of those whose mean is above zero; `unit` is minor units in one of the currency."""
    chosen = (people.repeats > 0) & (people.repeat_spend > 0)
    occasions_ = people.repeats[chosen].astype(np.float64)
    return RepeatSpending(occasions_, people.repeat_spend[chosen] / occasions_ / unit)
