"""What a write has made: the rows that are past the last of before it, of late."""

from sqlalchemy import BigInteger, ColumnElement, SelectBase, bindparam, func, select

from models.customers import customer
from models.database import scoped
from models.naming import statement
from models.sales import refund, sale


@statement
def last_ids() -> SelectBase:
    """The last customer, sale and refund of :business, 0 where there is none."""
    last = {source.name: select(func.max(source.c.id)).where(scoped(source)) for source in (customer, sale, refund)}
    return select(*(func.coalesce(found.scalar_subquery(), 0).label(name) for name, found in last.items()))


def _new(id_: ColumnElement[int], at: ColumnElement[object]) -> list[ColumnElement[bool]]:
    return [id_ > bindparam("after", type_=BigInteger), at >= bindparam("since", type_=at.type)]


@statement
def new_customers() -> SelectBase:
    """The customers of :business past :after that were made since :since, in their order."""
    c = customer.c
    return select(c.id).where(scoped(customer), *_new(c.id, c.created_at)).order_by(c.created_at, c.id)


@statement
def new_sales() -> SelectBase:
    """The sales of :business past :after that are not from before :since, in their order."""
    c = sale.c
    shown = (c.id, c.customer_id, c.status, c.total)
    return select(*shown).where(scoped(sale), *_new(c.id, c.occurred_at)).order_by(c.occurred_at, c.id)


@statement
def new_refunds() -> SelectBase:
    """The refunds of :business past :after that are not from before :since, in their order."""
    c = refund.c
    shown = (c.id, c.customer_id, c.sale_id, c.amount)
    return select(*shown).where(scoped(refund), *_new(c.id, c.occurred_at)).order_by(c.occurred_at, c.id)
