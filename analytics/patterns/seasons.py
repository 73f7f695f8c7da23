"""The seasons of a shop: the daily revenue of each month of the year over that of all days."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from sqlalchemy import SelectBase, func, select

from analytics.copy.engine import Engine, as_rows
from analytics.figures import ratio
from analytics.patterns.buyers import Form, PatternScope, buyer_columns, counted, given_back, paid_out, sold
from analytics.patterns.moments import MONTHS
from analytics.patterns.series import months_of_days
from analytics.scope import refund, sale
from models.naming import statement
from models.sales import total_of


@statement
def sales_by_month(form: Form) -> SelectBase:
    """The totals of the counted sales of each month, and the day of its first one."""
    buyer = buyer_columns(sale, form)
    return (
        select(
            *buyer,
            sale.c.business_month.label("month"),
            total_of(sale.c.total).label("amount"),
            func.min(sale.c.business_day).label("first_day"),
        )
        .select_from(sold(form))
        .where(*counted(form))
        .group_by(*buyer, sale.c.business_month)
    )


@statement
def refunds_by_day(form: Form) -> SelectBase:
    """The refunds of each day."""
    buyer = buyer_columns(refund, form)
    return (
        select(
            *buyer,
            refund.c.business_month.label("month"),
            refund.c.business_day.label("day"),
            total_of(refund.c.amount).label("amount"),
        )
        .select_from(given_back(form))
        .where(*paid_out(form))
        .group_by(*buyer, refund.c.business_month, refund.c.business_day)
    )


@dataclass(frozen=True)
class Season:
    """NET revenue (minor units) and calendar days of a month of the year, 0 for January."""

    revenue: int
    days: int


async def seasons_to(engine: Engine, scope: PatternScope) -> list[Season]:
    """The twelve months of the year, from the day of the first sale of all history to the end of the scope.

    Refunds before that day are in none.
    """
    history = scope.all_history()
    sales = as_rows(await engine.fetch(sales_by_month(scope.form), history.params()))
    if not sales:
        return [Season(0, 0)] * MONTHS
    refunds = as_rows(await engine.fetch(refunds_by_day(scope.form), history.params()))
    first = int(min(row.first_day for row in sales))
    revenue = _by_month_of_year((row.month, int(row.amount)) for row in sales)
    taken = _by_month_of_year((row.month, int(row.amount)) for row in refunds if row.day >= first)
    days = np.bincount(
        months_of_days(np.arange(first, scope.as_of + 1, dtype=np.int64)) % MONTHS, minlength=MONTHS
    ).tolist()
    return [Season(brought - back, count) for brought, back, count in zip(revenue, taken, days, strict=True)]


def _by_month_of_year(amounts: Iterable[tuple[int, int]]) -> list[int]:
    sums = [0] * MONTHS
    for month, amount in amounts:
        sums[month % MONTHS] += amount
    return sums


def season_indexes(seasons: list[Season]) -> list[float | None]:
    """Average daily revenue of each month over that of all days; None for a month never seen, or without revenue."""
    revenue, days = sum(s.revenue for s in seasons), sum(s.days for s in seasons)
    return [ratio(s.revenue * days, s.days * revenue) for s in seasons]
