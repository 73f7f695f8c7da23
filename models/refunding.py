"""What a refund reads of its sale: its lines, its payments, and what earlier refunds took."""

from functools import cache

from sqlalchemy import BigInteger, SelectBase, Update, bindparam, select, update

from models.database import any_of, owned
from models.naming import statement
from models.sales import payment, refund, refund_item, sale, sale_item


@statement
def sales_to_change() -> SelectBase:
    """The sales :ids as they are stored."""
    return select(sale).where(owned(sale), any_of(sale.c.id, "ids"))


@statement
def lines_sold() -> SelectBase:
    """The lines of the sales :ids in their order."""
    c = sale_item.c
    columns = (c.id, c.sale_id, c.quantity, c.total, c.category, c.is_product, c.earns_points)
    return select(*columns).where(owned(sale_item), any_of(c.sale_id, "ids")).order_by(c.sale_id, c.position, c.id)


@statement
def payments_made() -> SelectBase:
    """The payments of the sales :ids by time."""
    c = payment.c
    columns = (c.id, c.sale_id, c.method, c.amount, c.redemption_id)
    return select(*columns).where(owned(payment), any_of(c.sale_id, "ids")).order_by(c.sale_id, c.paid_at, c.id)


@statement
def refunds_made() -> SelectBase:
    """The refunds of the sales :ids, in the order in which they were recorded."""
    c = refund.c
    columns = (c.id, c.sale_id, c.amount, c.tax, c.settled, c.paid_out)
    return select(*columns).where(owned(refund), any_of(c.sale_id, "ids")).order_by(c.sale_id, c.id)


@statement
def sales_of_imported_refunds() -> SelectBase:
    """The sales of those of the refunds :ids that a file brought, with their discounts."""
    columns = (sale.c.id, sale.c.discount)
    of = select(refund.c.sale_id).where(owned(refund), any_of(refund.c.id, "ids"), refund.c.settled.is_(None))
    return select(*columns).where(owned(sale), sale.c.id.in_(of)).order_by(sale.c.id)


@statement
def parts_returned() -> SelectBase:
    """What the refunds :ids took of lines."""
    c = refund_item.c
    columns = (c.refund_id, c.sale_item_id, c.quantity, c.amount)
    return select(*columns).where(owned(refund_item), any_of(c.refund_id, "ids")).order_by(c.refund_id, c.id)


@statement
def reasons_of_refunds() -> SelectBase:
    """Why each of the refunds :ids was made."""
    return select(refund.c.id, refund.c.reason).where(owned(refund), any_of(refund.c.id, "ids"))


@statement
def refund_numbered() -> SelectBase:
    """The refund that has a :number."""
    return select(refund.c.id).where(owned(refund), refund.c.number == bindparam("number"))


@cache
def quantities_returned() -> Update:
    """Count :more of the line :item among what was given back."""
    c = sale_item.c
    more = bindparam("more", type_=BigInteger)
    line = (owned(sale_item), c.id == bindparam("item", type_=BigInteger))
    return update(sale_item).where(*line).values(refunded_quantity=c.refunded_quantity + more)
