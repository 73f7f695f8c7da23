"""Whether there is enough to predict from, and a fingerprint that tells whether what was fitted has changed since."""

from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, SelectBase, bindparam, case, cast, func, select, true

from analytics.copy.engine import Engine
from analytics.scope import Scope, counted_sales, refund, sale
from models.naming import statement
from rules.days import date_of

LEAST_CUSTOMERS = 100
LEAST_DAYS = 90
PRIME = 65_521  # small enough that sums over ten million sales fit into 64 bits


class NotEnoughDataReason(StrEnum):
    """Why there is no prediction."""

    FITTING = "FITTING"
    TOO_FEW_CUSTOMERS = "TOO_FEW_CUSTOMERS"
    TOO_SHORT_HISTORY = "TOO_SHORT_HISTORY"
    NO_REPEAT_PURCHASES = "NO_REPEAT_PURCHASES"
    MODEL_DID_NOT_CONVERGE = "MODEL_DID_NOT_CONVERGE"


class NotEnoughData(NamedTuple):
    """Why there is no prediction."""

    reason: Annotated[NotEnoughDataReason, "In a word."]
    message: Annotated[str, "In words."]


class Census(NamedTuple):
    """How many customers there are, how many of them bought on several days, and the first day of all.

    `sums` are of all that a model depends on: facts with other sums are other facts.
    """

    customers: int
    repeaters: int
    first_day: int | None
    sums: tuple[int, ...]


def _sum(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(cast(func.sum(column), BigInteger), 0)


@statement
def census() -> SelectBase:
    """How many customers bought to :as_of and how many of them again, the first day, and sums over all of it."""
    each = (
        select(
            (sale.c.customer_id % PRIME).label("mark"),
            func.min(sale.c.business_day).label("first_day"),
            func.max(sale.c.business_day).label("last_day"),
            func.count().label("orders"),
            _sum(sale.c.business_day).label("days"),
            _sum(sale.c.total).label("spent"),
        )
        .where(sale.c.customer_id.is_not(None), counted_sales(storefront=False))
        .group_by(sale.c.customer_id)
        .subquery("each")
    )
    bought = select(
        func.count().label("customers"),
        func.count(case((each.c.last_day > each.c.first_day, 1))).label("repeaters"),
        func.min(each.c.first_day).label("first_day"),
        _sum(each.c.orders).label("orders"),
        _sum(each.c.spent).label("spent"),
        _sum(each.c.mark * (each.c.first_day + 2 * each.c.last_day)).label("edges"),
        _sum(each.c.mark * each.c.days).label("days"),
        _sum(each.c.mark * (each.c.spent % PRIME)).label("spends"),
    ).subquery("bought")
    returned = (
        select(
            func.count().label("refunds"),
            _sum(refund.c.amount).label("refunded"),
            _sum((refund.c.sale_id % PRIME) * (refund.c.amount % PRIME)).label("of_sales"),
        )
        .where(refund.c.sale_id.is_not(None), refund.c.business_day <= bindparam("as_of"))
        .subquery("returned")
    )
    return select(bought, returned).select_from(bought.join(returned, true()))


async def census_of(engine: Engine, through: int) -> Census:
    """The census of all sales and refunds to the end of a day."""
    rows = await engine.fetch(census(), Scope(through, None, include_inactive=True).params())
    customers, repeaters, first_day, *sums = rows.to_pylist()[0].values()
    return Census(customers, repeaters, first_day, tuple(sums))


def shortage(found: Census, through: int) -> NotEnoughData | None:
    """Why customers are too few for a model, None where they are enough."""
    if found.first_day is None or found.customers < LEAST_CUSTOMERS:
        had = {0: "nobody has", 1: "1 has"}.get(found.customers, f"{found.customers} have")
        message = f"A prediction needs {LEAST_CUSTOMERS} customers with a purchase by {date_of(through)}; {had} one."
        return NotEnoughData(NotEnoughDataReason.TOO_FEW_CUSTOMERS, message)
    days = through - found.first_day + 1
    if days < LEAST_DAYS:
        message = f"A prediction needs purchases of {LEAST_DAYS} days; there are {days} to {date_of(through)}."
        return NotEnoughData(NotEnoughDataReason.TOO_SHORT_HISTORY, message)
    if not found.repeaters:
        message = f"By {date_of(through)} nobody has bought on a second day, so nothing tells who will."
        return NotEnoughData(NotEnoughDataReason.NO_REPEAT_PURCHASES, message)
    return None
