"""What is known of the facts of a business, and what is missing in them."""

from dataclasses import dataclass

from sqlalchemy import SelectBase, func, select

from analytics.copy.engine import Engine, as_rows
from analytics.scope import Scope, counted_sales, customer, refund, refunds_paid, sale
from models.naming import statement
from models.sales import total_of


@statement
def fact_counts() -> SelectBase:
    """One row: the counted sales to :as_of with their totals, the unlinked refunds, and the customers."""
    unlinked = select(func.count()).where(refund.c.sale_id.is_(None), refunds_paid(storefront=False))
    customers = select(func.count()).where(customer.c.merged_into_id.is_(None))
    return select(
        customers.scalar_subquery().label("customers"),
        func.count().label("sales"),
        func.min(sale.c.business_day).label("first_day"),
        func.max(sale.c.business_day).label("last_day"),
        func.count(sale.c.customer_id).label("known"),
        func.coalesce(total_of(sale.c.total), 0).label("gross"),
        func.coalesce(total_of(sale.c.costed), 0).label("costed"),
        unlinked.scalar_subquery().label("unlinked_refunds"),
    ).where(counted_sales(storefront=False))


@dataclass(frozen=True)
class FactCounts:
    """How many facts there are to a day; money in minor units, days as day numbers."""

    customers: int
    sales: int
    first_day: int | None
    last_day: int | None
    known: int  # sales with a customer
    gross: int
    costed: int  # the part of it whose cost is known
    unlinked_refunds: int


async def counts_of_facts(engine: Engine, as_of: int) -> FactCounts:
    """The counts of all facts to a day."""
    scope = Scope(as_of, None, include_inactive=True)
    (row,) = as_rows(await engine.fetch(fact_counts(), scope.params()))
    return FactCounts(*row)
