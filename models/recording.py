"""What recording a sale asks the store, and the numbers that it makes."""

from typing import Any

from sqlalchemy import BigInteger, Insert, Integer, SelectBase, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

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
def number_taken(dialect: str) -> Insert:
    """Take the next number for the sales of :day, which is the `last` that was made."""
    insert: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    first = {"business_id": bindparam("business", type_=BigInteger), "business_day": DAY, "last": 1}
    taken = insert(numbering).values(first)
    more = {"last": numbering.c.last + 1}
    return taken.on_conflict_do_update(index_elements=list(numbering.primary_key), set_=more).returning(
        numbering.c.last
    )


@statement
def last_day_of_sale() -> SelectBase:
    """The latest day of what happened to the sale :ids: its statuses, payments and refunds."""

    def latest(source: Any) -> Any:
        mine = (owned(source), any_of(source.c.sale_id, "ids"))
        return select(func.max(source.c.business_day)).where(*mine).scalar_subquery()

    days = [latest(source).label(source.name) for source in (change, payment, refund)]
    return select(*days)
