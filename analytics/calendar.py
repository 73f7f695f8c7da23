"""Calendar units that reports divide time into: months, quarters, years, and the weeks of a business.

Months are counted from year 0 (year * 12 + month - 1), as facts keep them. A unit of several months is named by the
number of its first one, so that no statement divides.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement

from rules.days import date_of, day_number, month_number


class CohortPeriod(StrEnum):
    """The calendar unit of a cohort or a trend."""

    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"

    @property
    def months(self) -> int:
        """How many months it has."""
        return {"MONTH": 1, "QUARTER": 3, "YEAR": 12}[self]

    def unit_of(self, month: int) -> int:
        """The unit that a month is in, as the number of its first month."""
        return month - month % self.months

    def unit_at(self, day: date) -> int:
        """The unit that a day is in."""
        return self.unit_of(month_number(day))

    def column(self, month: ColumnElement[Any]) -> ColumnElement[Any]:
        """The unit that a column of months is in."""
        return month if self.months == 1 else month - month % self.months

    def units(self, first: int, last: int) -> range:
        """All units from one to another, both inside."""
        return range(first, last + 1, self.months)

    def key(self, unit: int) -> str:
        """Its name: 2011-03, 2011-Q1 or 2011."""
        year, month = divmod(unit, 12)
        return {"MONTH": f"{year:04}-{month + 1:02}", "QUARTER": f"{year:04}-Q{month // 3 + 1}", "YEAR": f"{year:04}"}[
            self
        ]

    def start_of(self, unit: int) -> date:
        """Its first day."""
        return first_day_of(unit)

    def end_of(self, unit: int) -> date:
        """Its last day."""
        return date.fromordinal(first_day_of(unit + self.months).toordinal() - 1)

    def units_over(self, start: int, end: int) -> range:
        """All units with a day between two day numbers, both inside."""
        return self.units(self.unit_at(date_of(start)), self.unit_at(date_of(end)))

    def last_days(self, units: Sequence[int], end: int) -> list[int]:
        """The day numbers on which units end, none later than `end`."""
        return [min(day_number(self.end_of(unit)), end) for unit in units]


def first_day_of(month: int) -> date:
    """The first day of a month."""
    return date(month // 12, month % 12 + 1, 1)


def months_before(day: date, count: int) -> date:
    """The day `count` months earlier, clamped to its month's end: a month before March 31 is February 28 or 29."""
    month = month_number(day) - count
    last = first_day_of(month + 1).toordinal() - first_day_of(month).toordinal()
    return first_day_of(month).replace(day=min(day.day, last))
