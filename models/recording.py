"""What recording a sale asks the store, and the numbers that it makes."""

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Insert, Integer, SelectBase, Update, bindparam, func, insert, select, update

from models.database import any_of, owned, scoped, table
from models.naming import statement
from models.sales import SaleNumbering, change, payment, refund, sale
from models.storefronts import storefront

numbering = table(SaleNumbering)
DAY = bindparam("day", type_=Integer)


@statement
def storefront_there() -> SelectBase:
    """The storefront :id, where :business has it."""
    return select(storefront.c.id).where(scoped(storefront), storefront.c.id == bindparam("id", type_=BigInteger))


@statement
def sale_numbered() -> SelectBase:
    """The sale of :business with this :number."""
    return select(sale.c.id).where(scoped(sale), sale.c.number == bindparam("number"))


@statement
def last_number() -> SelectBase:
    """The last number that was made for the sales of :day."""
    return select(numbering.c.last).where(scoped(numbering), numbering.c.business_day == DAY)


@cache
def number_begun() -> Insert:
    """Begin to count the numbers of a day, with the first that was made."""
    return insert(numbering)


@cache
def number_taken() -> Update:
    """Keep that :new_last is the last number made for the sales of :day."""
    mine = (scoped(numbering), numbering.c.business_day == DAY)
    return update(numbering).values(last=bindparam("new_last", type_=Integer)).where(*mine)


@statement
def last_day_of_sale() -> SelectBase:
    """The latest day of what happened to the sale :ids: its statuses, payments and refunds."""

    def latest(source: Any) -> Any:
        mine = (owned(source), any_of(source.c.sale_id, "ids"))
        return select(func.max(source.c.business_day)).where(*mine).scalar_subquery()

    days = [latest(source).label(source.name) for source in (change, payment, refund)]
    return select(*days)
