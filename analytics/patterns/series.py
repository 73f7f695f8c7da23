"""The calendar units of a series: days, weeks from the day on which the business begins them, and months."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, SelectBase, case, func, or_, select

from analytics.calendar import first_day_of
from analytics.copy.engine import Engine, as_rows
from analytics.patterns.buyers import Form, PatternScope, buyer_columns, counted, sold
from analytics.scope import sale
from models.naming import statement
from models.sales import total_of
from rules.days import day_number

Ints = NDArray[np.int64]

YEAR_OF_EPOCH = 1970


class Grouping(StrEnum):
    """The calendar unit of a series."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


@dataclass(frozen=True)
class SeriesUnits:
    """The units of a grouping as numbers: a day, the first day of a week, or a month counted from year 0.

    `first_weekday` is the day on which weeks begin, 1 for Monday.
    """

    grouping: Grouping
    first_weekday: int = 1

    def units(self, start: int, end: int) -> range:
        """All units with a day between two day numbers, both inside."""
        first, last = self.of_days(np.asarray((start, end), np.int64)).tolist()
        return range(first, last + 1, 7 if self.grouping is Grouping.WEEKLY else 1)

    def of_days(self, days: Ints) -> Ints:
        """The unit of each day number."""
        if self.grouping is Grouping.DAILY:
            return days
        if self.grouping is Grouping.WEEKLY:
            return days - (days + 4 - self.first_weekday) % 7  # day 0 was a Thursday
        return months_of_days(days)

    def column(self) -> ColumnElement[Any]:
        """The unit of a sale."""
        if self.grouping is Grouping.DAILY:
            return sale.c.business_day
        if self.grouping is Grouping.WEEKLY:
            into_week: ColumnElement[Any] = (sale.c.weekday + (7 - self.first_weekday)) % 7
            return sale.c.business_day - into_week
        return sale.c.business_month

    def first_day(self, unit: int) -> int:
        """The day number on which a unit begins."""
        return day_number(first_day_of(unit)) if self.grouping is Grouping.MONTHLY else unit

    def last_day(self, unit: int) -> int:
        """The day number on which it ends."""
        if self.grouping is Grouping.MONTHLY:
            return day_number(first_day_of(unit + 1)) - 1
        return unit + 6 if self.grouping is Grouping.WEEKLY else unit


def months_of_days(days: Ints) -> Ints:
    """The month of each day number, counted from year 0 as facts count it."""
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months + 12 * YEAR_OF_EPOCH


# ---------------------------------------------------------------- visits


@statement
def visits_by_unit(form: Form, calendar: SeriesUnits) -> SelectBase:
    """Of each unit: its different customers, and the gaps that end in it, from one purchase day of a customer to the
    next: how many, and their days.
    """
    buyer = buyer_columns(sale, form)
    visits = (
        select(
            *buyer,
            calendar.column().label("unit"),
            sale.c.business_day,
            _of_last_sale(sale.c.business_day).label("last_day"),
            _of_last_sale(calendar.column()).label("last_unit"),
        )
        .select_from(sold(form))
        .where(*counted(form), sale.c.customer_id.is_not(None))
        .subquery("visits")
    )
    v = visits.c
    days = v.business_day - v.last_day
    is_first = or_(v.last_unit.is_(None), v.last_unit != v.unit)
    group = [*(v[column.name] for column in buyer), v.unit]
    return select(
        *group,
        func.count(case((is_first, 1))).label("customers"),
        func.count(case((days > 0, 1))).label("gaps"),
        func.coalesce(total_of(days), 0).label("days"),
    ).group_by(*group)


def _of_last_sale(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """What the customer's sale before this one had; null for the first."""
    return func.lag(column).over(partition_by=sale.c.customer_id, order_by=sale.c.business_day)


@dataclass(frozen=True)
class SeriesVisits:
    """How customers come back: the different customers of each unit that has any, and all gaps with their days."""

    customers: dict[int, int]
    gaps: int
    gap_days: int


async def visits_of(engine: Engine, scope: PatternScope, calendar: SeriesUnits) -> SeriesVisits:
    """The visits of a scope by calendar unit."""
    rows = as_rows(await engine.fetch(visits_by_unit(scope.form, calendar), scope.params()))
    customers = {int(row.unit): int(row.customers) for row in rows}
    return SeriesVisits(customers, sum(int(row.gaps) for row in rows), sum(int(row.days) for row in rows))
