"""What counts towards tiers in a window: points that qualify, and sales since the member joined."""

from typing import Any

from sqlalchemy import ColumnElement, SelectBase, bindparam, case, func, or_, select

from models.database import any_of, owned, table
from models.loyalty.ledger import loyalty_lot
from models.loyalty.members import LoyaltyMembership
from models.naming import statement
from models.sales import sale
from rules.selling import COUNTED, SaleStatus

_member = table(LoyaltyMembership)


def counted_sales() -> tuple[ColumnElement[bool], ...]:
    """The sales of members that count, from the day on which they joined."""
    counts = or_(*(sale.c.status == status for status in COUNTED))
    mine = (_member.c.customer_id == sale.c.customer_id, _member.c.business_id == sale.c.business_id)
    return (*mine, counts, sale.c.business_day >= _member.c.enrolled_day)


def _within(day: ColumnElement[Any]) -> tuple[ColumnElement[bool], ...]:
    return day >= bindparam("start"), day <= bindparam("end")


@statement
def sales_in_window() -> SelectBase:
    """What each of the members :ids spent from :start to :end less what was refunded of it, and how often."""
    c = sale.c
    purchases = func.sum(case((c.status != SaleStatus.REFUNDED, 1), else_=0))
    counts = (func.sum(c.total - c.refunded).label("spend"), purchases.label("purchases"))
    mine = (owned(sale), any_of(c.customer_id, "ids"), *counted_sales(), *_within(c.business_day))
    return select(c.customer_id, *counts).where(*mine).group_by(c.customer_id)


@statement
def qualifying_in_window() -> SelectBase:
    """What still qualifies of the lots of each of the customers :ids that are active from :start to :end.

    A lot that only waits for its first entry counts as if that were written.
    """
    c = loyalty_lot.c
    due = case((c.qualifies, c.remaining), else_=0)
    points = func.sum(case((c.is_pending, due), else_=c.qualifying))
    mine = (owned(loyalty_lot), any_of(c.customer_id, "ids"), *_within(c.active_from))
    return select(c.customer_id, points.label("points")).where(*mine).group_by(c.customer_id)
