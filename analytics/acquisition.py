"""Where new customers came from, and what they brought. New: the day on which they joined is in the period."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, SelectBase, bindparam, func, select

from analytics.copy.engine import Engine, as_rows
from analytics.scope import Scope, counted_sales, customer, refund, refunds_paid, sale
from models.naming import statement
from models.sales import total_of

UNKNOWN = "Unknown"


def _is_new() -> ColumnElement[bool]:
    joined = customer.c.joined_day.between(bindparam("opening", type_=Integer), bindparam("as_of", type_=Integer))
    return joined & customer.c.merged_into_id.is_(None)


@statement
def new_customers() -> SelectBase:
    """By source and campaign: customers that joined from :opening to :as_of, how many referred, their NET revenue."""
    new = select(customer.c.id).where(_is_new()).subquery("new_customer")
    bought = (
        select(sale.c.customer_id, total_of(sale.c.total).label("amount"))
        .join(new, new.c.id == sale.c.customer_id)
        .where(counted_sales(storefront=False))
        .group_by(sale.c.customer_id)
        .subquery("bought")
    )
    returned = (
        select(refund.c.customer_id, total_of(refund.c.amount).label("amount"))
        .join(new, new.c.id == refund.c.customer_id)
        .where(refunds_paid(storefront=False))
        .group_by(refund.c.customer_id)
        .subquery("returned")
    )
    revenue = func.coalesce(bought.c.amount, 0) - func.coalesce(returned.c.amount, 0)
    source, campaign = customer.c.acquisition_source, customer.c.acquisition_campaign
    return (
        select(
            source.label("source"),
            campaign.label("campaign"),
            func.count().label("customers"),
            func.count(customer.c.referrer_id).label("referred"),
            total_of(revenue).label("revenue"),
        )
        .outerjoin(bought, bought.c.customer_id == customer.c.id)
        .outerjoin(returned, returned.c.customer_id == customer.c.id)
        .where(_is_new())
        .group_by(source, campaign)
    )


@dataclass(frozen=True)
class AcquisitionFigures:
    """New customers of one key, in minor units."""

    key: str
    customers: int
    revenue: int


@dataclass(frozen=True)
class Acquired:
    """New customers of a period: how many came by each source and each campaign, most first, then by name."""

    customers: int
    referred: int
    by_source: list[AcquisitionFigures]
    by_campaign: list[AcquisitionFigures]


def params_of(scope: Scope) -> dict[str, Any]:
    """What the statement binds: joined in the period, revenue of all history to its end."""
    return {**scope.all_history().params(), "opening": scope.start}


async def acquired_in(engine: Engine, scope: Scope) -> Acquired:
    """The new customers of the period that a scope spans."""
    rows = as_rows(await engine.fetch(new_customers(), params_of(scope)))
    return Acquired(
        sum(row.customers for row in rows),
        sum(row.referred for row in rows),
        _by_key(rows, "source"),
        _by_key(rows, "campaign"),
    )


def _by_key(rows: list[Any], name: str) -> list[AcquisitionFigures]:
    sums: dict[str, tuple[int, int]] = {}
    for row in rows:
        key = getattr(row, name) or UNKNOWN
        customers, revenue = sums.get(key, (0, 0))
        sums[key] = customers + row.customers, revenue + int(row.revenue)
    ranked = sorted(sums.items(), key=lambda entry: (-entry[1][0], entry[0]))
    return [AcquisitionFigures(key, *figures) for key, figures in ranked]
