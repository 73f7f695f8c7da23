"""When a customer was last active: what it bought and paid, and the contacts in which it took part."""

from typing import Any

from sqlalchemy import ColumnElement, Select, SelectBase, and_, func, or_, select, type_coerce, union_all

from models.database import any_of, owned
from models.naming import statement
from models.sales import payment, sale
from models.touchpoints import OPENED, TouchpointOutcome, TouchpointType, touchpoint


def took_part() -> ColumnElement[bool]:
    """Whether a customer took part in a contact: opened it, called, came by or looked around."""
    type_, outcome = touchpoint.c.type, touchpoint.c.outcome
    answered = and_(type_ == TouchpointType.CALL, outcome.is_distinct_from(TouchpointOutcome.NO_RESPONSE))
    came = (type_ == TouchpointType.VISIT, type_ == TouchpointType.WEB)
    return or_(*(outcome == opened for opened in OPENED), answered, *came)


@statement
def last_activities_of() -> SelectBase:
    """The latest counted sale, payment or contact with its part in it of each of the customers :ids."""
    sales = _latest(sale.c.customer_id, sale.c.occurred_at, sale.c.counted_from.is_not(None))
    payments = _latest(payment.c.customer_id, payment.c.paid_at)
    contacts = _latest(touchpoint.c.customer_id, touchpoint.c.occurred_at, ~touchpoint.c.is_void, took_part())
    each = union_all(sales, payments, contacts).subquery("each")
    last = type_coerce(func.max(each.c.at), sale.c.occurred_at.type).label("at")
    return select(each.c.customer_id, last).group_by(each.c.customer_id)


def _latest(customer_id: ColumnElement[Any], at: Any, *conditions: ColumnElement[bool]) -> Select[Any, Any]:
    source = at.table
    latest = type_coerce(func.max(at), at.type).label("at")
    mine = (owned(source), any_of(customer_id, "ids"), *conditions)
    return select(customer_id.label("customer_id"), latest).where(*mine).group_by(customer_id)
