"""Lists of the sales of a whole business, by any filter."""

from functools import partial
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, SelectBase, Text, bindparam, func, literal, or_, select

from models.customers import customer, listed
from models.database import scoped
from models.finding import FOUND
from models.naming import statement
from models.sales import sale, shown_of

BETWEEN_WORDS = "-_/#.:"  # what separates the words of a number


def _words_of_number() -> ColumnElement[Any]:
    """The number with a blank before each of its words."""
    words: ColumnElement[Any] = func.lower(sale.c.number)
    for sign in BETWEEN_WORDS:
        words = func.replace(words, sign, " ")
    return literal(" ", Text) + words


def _found(by: str) -> ColumnElement[bool]:
    """The number is like :phrase, or the customer is found."""
    buyers = select(customer.c.id).where(scoped(customer), *listed(), FOUND[by]())
    numbered = _words_of_number().like(bindparam("phrase", type_=Text))
    return or_(numbered, sale.c.customer_id.in_(buyers))


def _condition(name: str) -> ColumnElement[Any]:
    c = sale.c
    conditions: dict[str, Any] = {
        "start": lambda: c.business_day >= bindparam("start", type_=Integer),
        "end": lambda: c.business_day <= bindparam("end", type_=Integer),
        "storefront": lambda: c.storefront_id == bindparam("storefront", type_=BigInteger),
        "customer": lambda: c.customer_id == bindparam("customer", type_=BigInteger),
        "channel": lambda: c.channel == bindparam("channel", type_=c.channel.type),
        "status": lambda: c.status == bindparam("status", type_=c.status.type),
        "total_min": lambda: c.total >= bindparam("total_min", type_=BigInteger),
        "total_max": lambda: c.total <= bindparam("total_max", type_=BigInteger),
        **{by: partial(_found, by) for by in FOUND},
    }
    return conditions[name]()


def _conditions(filters: frozenset[str]) -> list[ColumnElement[Any]]:
    return [scoped(sale), *(_condition(name) for name in sorted(filters))]


@statement
def sale_page(filters: frozenset[str], backward: bool, position: bool) -> SelectBase:
    """Up to :size sales that match all `filters`, newest first, past (:at, :id) where there is a `position`."""
    keys = (sale.c.occurred_at, sale.c.id)
    conditions = _conditions(filters)
    if position:
        at, id_ = bindparam("at", type_=sale.c.occurred_at.type), bindparam("id", type_=BigInteger)
        past = keys[0] > at if backward else keys[0] < at
        level = keys[1] > id_ if backward else keys[1] < id_
        conditions.append(or_(past, (keys[0] == at) & level))
    return (
        select(*shown_of(sale, "Sale"))
        .where(*conditions)
        .order_by(*(key.asc() if backward else key.desc() for key in keys))
        .limit(bindparam("size", type_=Integer))
    )


@statement
def sale_count(filters: frozenset[str]) -> SelectBase:
    """How many sales match all `filters`."""
    return select(func.count().label("count")).select_from(sale).where(*_conditions(filters))
