"""The period of a report: what a client asks for, clipped to today, and the period that it is compared with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

from analytics.calendar import months_before
from analytics.copy.pinned import PinnedView
from analytics.history import first_day
from resolvers.operation.calendar import BusinessCalendar
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput
from resolvers.operation.reports import Kept, Parts, kept
from rules.days import date_of, day_number

MOST_UNITS = 2_000  # of a series that is dense
EARLIEST = date(1700, 1, 1)  # before any shop, and so that a comparison stays within the calendar


class Comparison(StrEnum):
    """What a period is compared with."""

    PREVIOUS_PERIOD = "PREVIOUS_PERIOD"
    PREVIOUS_YEAR = "PREVIOUS_YEAR"


@dataclass(frozen=True)
class Period:
    """Calendar days from `start` to `end`, both inside, in the zone of the business."""

    start: Annotated[date, "Its first day."]
    end: Annotated[date, "Its last day: later facts do not exist for the report."]
    complete: Annotated[bool, "Whether its end is before today."]

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days + 1

    @property
    def as_of(self) -> int:
        """The day number of its end: later facts do not exist for it."""
        return day_number(self.end)

    def compared(self, with_: Comparison) -> "Period":
        """The period of equal length that ends where this one begins, or this one a year earlier."""
        if with_ is Comparison.PREVIOUS_PERIOD:
            return Period(self.start - timedelta(self.days), self.start - timedelta(1), complete=True)
        return Period(months_before(self.start, 12), months_before(self.end, 12), complete=True)


def last_days(count: int, end: date) -> date:
    """The first of the `count` days that end with `end`."""
    return end - timedelta(count - 1)


def last_months(count: int, end: date) -> date:
    """The first day of the `count` months to `end`."""
    return months_before(end, count) + timedelta(1)


async def asked_period(context: Context, asked: Any, default: Any) -> tuple[Period, list[str]]:
    """The period that a DateRange asks for, and what a reader should know of it.

    `default` makes the first day from the last one where no range is given. Without start it begins with the first
    fact, without end it ends today; a later end means today. BadUserInput where it ends before it starts.
    """
    business = await context.business()
    for edge in () if asked is None else (asked.start, asked.end):
        if edge is not None and edge < EARLIEST:
            raise BadUserInput(f"`period` is before {EARLIEST}: {edge}")
    end, notices = _end(business, None if asked is None else asked.end)
    if asked is None:
        return _period(business, default(end), end), notices
    if asked.start is not None and asked.end is not None and asked.start > asked.end:
        raise BadUserInput(f"`period` starts on {asked.start}, after its end on {asked.end}")
    if asked.start is not None and asked.start > end:
        raise BadUserInput(f"`period` starts on {asked.start}, after today, {business.today}: there are no facts yet")
    first = await first_fact_day(context, end)
    if asked.start is None:
        return _period(business, first or end, end), notices
    if first is not None and asked.start < first:
        notices.append(f"The period begins on {asked.start}, before the first sale or refund, on {first}.")
    return _period(business, asked.start, end), notices


def _end(business: BusinessCalendar, asked: date | None) -> tuple[date, list[str]]:
    if asked is None or asked <= business.today:
        return asked or business.today, []
    return business.today, [
        f"The period's end, {asked}, is in the future; this is the answer to today, {business.today}."
    ]


def _period(business: BusinessCalendar, start: date, end: date) -> Period:
    return Period(start, end, end < business.today)


async def first_fact_day(context: Context, end: date) -> date | None:
    """The day of the first counted sale or refund to a day, None where there is none."""

    async def compute(view: PinnedView) -> Kept[int | None]:
        return kept(await first_day(view, day_number(end)))

    day = await Parts(context, "history", day_number(end)).get("first day", compute)
    return None if day is None else date_of(day)


default_of_patterns = partial(last_days, 90)
default_of_retention = partial(last_months, 12)


async def start_of_series(context: Context, period: Period, units: Callable[[int, int], range]) -> int:
    """The day number from which a dense series of a period begins: its start, but the first fact where it has too many.

    `units` are those of a series from one day number to another.
    """
    start, end = day_number(period.start), day_number(period.end)
    if len(units(start, end)) <= MOST_UNITS:
        return start
    first = await first_fact_day(context, period.end)
    return start if first is None else max(start, day_number(first))
