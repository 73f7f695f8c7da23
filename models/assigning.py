"""What goes along with a sale that is another customer's, or that is void."""

from sqlalchemy import SelectBase, select

from models.database import any_of, owned
from models.naming import statement
from models.sales import payment, refund
from models.touchpoints import touchpoint


@statement
def refunds_along() -> SelectBase:
    """The refunds of the sales :ids, as far as they go along."""
    c = refund.c
    return select(c.id, c.customer_id).where(owned(refund), any_of(c.sale_id, "ids"))


@statement
def payments_along() -> SelectBase:
    """The payments of the sales :ids, as far as they go along."""
    c = payment.c
    return select(c.id, c.customer_id).where(owned(payment), any_of(c.sale_id, "ids"))


@statement
def payouts_along() -> SelectBase:
    """What the refunds :ids paid out to an account."""
    c = payment.c
    return select(c.id, c.customer_id, c.amount).where(owned(payment), any_of(c.refund_id, "ids"))


@statement
def contacts_along() -> SelectBase:
    """The contacts that tell of the sales :ids."""
    c = touchpoint.c
    return select(c.id, c.customer_id, c.is_void).where(owned(touchpoint), any_of(c.sale_id, "ids"))
