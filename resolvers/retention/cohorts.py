"""Cohorts: customers by the calendar unit of their first purchase, and who of them came back when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated

import pyarrow as pa

from analytics.calendar import CohortPeriod
from analytics.cohorts import (
    CohortCellAnswer,
    CohortCellFigures,
    CohortFigures,
    CohortTable,
    RetentionMode,
    cohort_table,
)
from analytics.cohorts import members_of_cell as customers_of_cell
from analytics.copy.pinned import PinnedView
from analytics.customers import RevenueBasis
from analytics.figures import average, percentage
from analytics.scope import Scope
from resolvers.customers import purchases_by_customer
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.paging import list_digest
from resolvers.operation.ranges import DateRange
from resolvers.operation.reports import (
    Kept,
    Parts,
    kept_columns,
)
from resolvers.periods import MOST_UNITS
from resolvers.retention.question import CohortMembers, RetentionQuestion
from rules.days import date_of


@dataclass(frozen=True)
class CohortCell:
    """A cohort in one calendar unit."""

    of: "Cohort"
    figures: CohortCellFigures
    period: Annotated[int, "How many units after its own; 0 is its own."]
    start: Annotated[date, "The first day of the unit."]
    customer_count: Annotated[int, "Customers of the cohort in it, by the mode asked for."]
    retention: Annotated[float | None, "Their share of the cohort, 0 to 100."]
    complete: Annotated[bool, "Whether the unit is over; an ON_OR_AFTER cell may still rise."]
    revenue: Annotated[Decimal, "NET revenue of the cohort in this unit, in both modes."]
    cumulative_revenue_per_customer: Annotated[Decimal | None, "NET revenue of all units up to this one, per customer."]

    @property
    def digest(self) -> str:
        """What the cursors of its customers are bound to: the whole table, since one `after` is given to each cell."""
        return self.of.of.digest

    @property
    def members_asked(self) -> CohortMembers:
        """The question that its customers answer."""
        return CohortMembers(self.of.of.asked, self.of.figures.unit, self.figures.unit)

    async def members(self) -> pa.Table:
        """Exactly its customers, with their revenue in the unit."""
        return await self.of.of.members_of_cell(self.of.figures.unit, self.figures.unit)


@dataclass(frozen=True)
class Cohort:
    """Customers by the calendar unit of their first purchase ever."""

    of: "Cohorts"
    figures: CohortFigures
    key: Annotated[str, "Its unit: 2011-03, 2011-Q1 or 2011."]
    start: Annotated[date, "The first day of the unit."]
    size: Annotated[int, "How many customers."]
    current_active: Annotated[int, "Of them, active at the end."]
    churned: Annotated[int, "Of them, not active at the end."]

    @cached_property
    def periods(self) -> list[CohortCell]:
        """A cell for its own unit and each one since; many customers may have the same cohort."""
        return [self.of.cell(self, k, cell) for k, cell in enumerate(self.figures.cells)]


@dataclass(frozen=True)
class Cohorts:
    """All cohorts to the end of a scope, as a question asks for them."""

    context: Context
    scope: Scope
    asked: RetentionQuestion

    @property
    def activity_days(self) -> int:
        """How long a purchase keeps a customer active."""
        return self.asked.activity_days

    @property
    def period(self) -> CohortPeriod:
        """Their unit."""
        return self.asked.cohort_period

    @property
    def mode(self) -> RetentionMode:
        """Who is in a cell."""
        return self.asked.mode

    async def all(self) -> list[Cohort]:
        """Every cohort, the earliest first; BadUserInput where they are too many."""
        table = await self.table()
        return [self.cohort(table.at(unit)) for unit in _checked_units(table)]

    async def table(self) -> CohortTable:
        """Their figures."""

        async def compute(view: PinnedView) -> Kept[CohortTable]:
            found = await cohort_table(view, self.scope, self.activity_days, self.period)
            return Kept(found, found.nbytes)

        return await Parts(self.context, "cohorts", (self.scope.all_history(), self.activity_days, self.period)).get(
            "cells", compute
        )

    def cohort(self, figures: CohortFigures) -> Cohort:
        """A cohort as it is shown."""
        start, key = self.period.start_of(figures.unit), self.period.key(figures.unit)
        return Cohort(
            of=self,
            figures=figures,
            key=key,
            start=start,
            size=figures.size,
            current_active=figures.active,
            churned=figures.size - figures.active,
        )

    def cell(self, cohort: Cohort, k: int, figures: CohortCellFigures) -> CohortCell:
        """A cell as it is shown."""
        count = figures.on if self.mode is RetentionMode.ON else figures.on_or_after
        business = self.context.seen
        assert business is not None
        return CohortCell(
            of=cohort,
            figures=figures,
            period=k,
            start=self.period.start_of(figures.unit),
            customer_count=count,
            retention=percentage(count, cohort.size),
            complete=is_over(self.period, figures.unit, self.scope, business.today),
            revenue=business.money(figures.revenue),
            cumulative_revenue_per_customer=business.money_or_none(average(figures.cumulative_revenue, cohort.size)),
        )

    async def members_of_cell(self, cohort: int, unit: int) -> pa.Table:
        """Exactly the customers of a cell."""
        cell = CohortCellAnswer(self.period, self.mode, cohort, unit)

        async def compute(view: PinnedView) -> Kept[pa.Table]:
            found = await customers_of_cell(view, self.scope, cell)
            return kept_columns(found, found)

        return await Parts(self.context, "cohorts", self.scope.all_history()).get("members", compute, frozenset(), cell)

    @property
    def digest(self) -> str:
        """What the cursors of its drill-downs are bound to."""
        return list_digest("cohorts", self.scope.all_history(), self.period, self.mode)


def _checked_units(table: CohortTable) -> range:
    if len(table.units) <= MOST_UNITS:
        return table.units
    period, first = table.period, table.units[0]
    raise BadUserInput(
        f"`cohortPeriod`: {period} makes {len(table.units):,} cohorts, more than {MOST_UNITS:,}: the first sale is "
        f"in {period.key(first)}; ask for longer calendar units, or correct its day"
    )


def is_over(period: CohortPeriod, unit: int, scope: Scope, today: date) -> bool:
    """Whether nothing can be added to a unit: it ends by the end of the scope, and today is past it."""
    end = period.end_of(unit)
    return end <= date_of(scope.as_of) and end < today


async def cohort_by_customer(
    context: Context, ids: Sequence[int], arguments: tuple[CohortPeriod, int]
) -> list[Cohort | None]:
    """The cohort of each customer among all to a day; None for one without a purchase."""
    period, as_of = arguments
    scope = Scope(as_of, None, include_inactive=True)
    asked = RetentionQuestion(DateRange(end=date_of(as_of)), cohort_period=period)
    cohorts = Cohorts(context, scope, asked)
    table = await cohorts.table()
    bought = await context.load_many(purchases_by_customer, ids, (as_of, RevenueBasis.NET))
    first = [summary.first_purchase_date for summary in bought]
    units = [None if day is None else period.unit_at(day) for day in first]
    by_unit = {unit: cohorts.cohort(table.at(unit)) for unit in units if unit is not None and unit in table.units}
    return [None if unit is None else by_unit.get(unit) for unit in units]
