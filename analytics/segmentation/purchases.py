"""What each customer of a population bought in its window: the statement that all methods begin with."""

from sqlalchemy import Integer, SelectBase, Subquery, bindparam, func, select

from analytics.copy.engine import Engine
from analytics.scope import Scope, counted_sales, customer, members_of, refund, refunds_paid, sale
from models.naming import statement
from models.sales import total_of


def purchases(storefront: bool, typed: bool, inactive: bool, *, first_day: bool = False) -> Subquery:
    """Recency, orders, NET revenue and refunds in the window of each customer of the population."""
    columns = [
        func.max(sale.c.business_day).label("last_day"),
        func.count().label("frequency"),
        total_of(sale.c.total).label("gross"),
    ]
    if first_day:
        columns.append(func.min(sale.c.business_day).label("first_day"))
    bought = (
        select(sale.c.customer_id, *columns)
        .where(sale.c.customer_id.is_not(None), counted_sales(storefront))
        .group_by(sale.c.customer_id)
        .subquery("bought")
    )
    returned = refunds_by_customer(storefront)
    refunded = func.coalesce(returned.c.amount, 0)
    chosen = select(
        bought.c.customer_id,
        (bindparam("as_of", type_=Integer) - bought.c.last_day).label("recency_days"),
        bought.c.frequency,
        (bought.c.gross - refunded).label("monetary"),
        refunded.label("refunded"),
        *([bought.c.first_day] if first_day else []),
    ).outerjoin(returned, returned.c.customer_id == bought.c.customer_id)
    if typed or not inactive:
        chosen = chosen.join(customer, customer.c.id == bought.c.customer_id).where(*members_of(typed, inactive))
    return chosen.subquery("purchases")


def refunds_by_customer(storefront: bool) -> Subquery:
    """The refunds of each customer in the window."""
    return (
        select(refund.c.customer_id, total_of(refund.c.amount).label("amount"))
        .where(refund.c.customer_id.is_not(None), refunds_paid(storefront))
        .group_by(refund.c.customer_id)
        .subquery("returned")
    )


@statement
def refunded_in_window(storefront: bool) -> SelectBase:
    """All refunds of the window, whoever's they are."""
    return select(func.coalesce(total_of(refund.c.amount), 0).label("amount")).where(refunds_paid(storefront))


async def refunds_of_all(engine: Engine, scope: Scope) -> int:
    """All refunds of the window in minor units: what those of a population are held against."""
    rows = await engine.fetch(refunded_in_window(scope.storefront is not None), scope.params())
    return int(rows.column(0)[0].as_py())
