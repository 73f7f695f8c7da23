"""Calendar arithmetic on day numbers (`date.toordinal()`), as the definitions name periods."""

from __future__ import annotations

import calendar
from datetime import date

Period = tuple[int, int]
WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
UNIT_OF_GROUPING = {"DAILY": "DAY", "WEEKLY": "WEEK", "MONTHLY": "MONTH"}
MONTHS_OF_UNIT = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}


def day(text: str) -> int:
    """The number of a written day."""
    return date.fromisoformat(text).toordinal()


def iso(number: int | None) -> str | None:
    """A day as it is written in an answer."""
    return None if number is None else date.fromordinal(number).isoformat()


def weekday(number: int) -> int:
    """1 is Monday, 7 is Sunday."""
    return date.fromordinal(number).isoweekday()


def month(number: int) -> int:
    """The month of the year, 1..12."""
    return date.fromordinal(number).month


def shifted(number: int, months: int) -> int:
    """The same day of another month, clamped to that month's end."""
    then = date.fromordinal(number)
    year, index = divmod(then.year * 12 + then.month - 1 + months, 12)
    last = calendar.monthrange(year, index + 1)[1]
    return date(year, index + 1, min(then.day, last)).toordinal()


def days_to(end: int, count: int) -> Period:
    """ "N days to D"."""
    return end - count + 1, end


def months_to(end: int, count: int) -> Period:
    """ "N months to D": the day after (D − N months) to D."""
    return shifted(end, -count) + 1, end


def compared(period: Period, comparison: str) -> Period:
    """The period that `compareTo` means: as many days just before, or the same days a year earlier."""
    start, end = period
    if comparison == "PREVIOUS_PERIOD":
        return start - (end - start + 1), start - 1
    if comparison == "PREVIOUS_YEAR":
        return shifted(start, -12), shifted(end, -12)
    raise ValueError(comparison)


# ---------------------------------------------------------------- calendar units
def unit_start(number: int, unit: str, week_start: int = 1) -> int:
    """The first day of the DAY, WEEK, MONTH, QUARTER or YEAR that holds a day."""
    then = date.fromordinal(number)
    if unit == "DAY":
        return number
    if unit == "WEEK":
        return number - (then.isoweekday() - week_start) % 7
    months = MONTHS_OF_UNIT[unit]
    return date(then.year, (then.month - 1) // months * months + 1, 1).toordinal()


def unit_end(start: int, unit: str) -> int:
    """The last day of the unit that begins on `start`."""
    if unit in ("DAY", "WEEK"):
        return start + (0 if unit == "DAY" else 6)
    return shifted(start, MONTHS_OF_UNIT[unit]) - 1


def units(first: int, last: int, unit: str, week_start: int = 1) -> list[Period]:
    """The whole units from the one that holds `first` to the one that holds `last`, without a gap."""
    found = []
    start = unit_start(first, unit, week_start)
    while start <= last:
        end = unit_end(start, unit)
        found.append((start, end))
        start = end + 1
    return found


def clipped_units(period: Period, unit: str, week_start: int = 1) -> list[tuple[Period, Period]]:
    """Pairs of the part of each unit inside the period, and the whole unit."""
    return [
        ((max(start, period[0]), min(end, period[1])), (start, end)) for start, end in units(*period, unit, week_start)
    ]


def unit_key(start: int, unit: str) -> str:
    """2011-03, 2011-Q1 or 2011."""
    then = date.fromordinal(start)
    if unit == "MONTH":
        return f"{then.year:04}-{then.month:02}"
    if unit == "QUARTER":
        return f"{then.year:04}-Q{(then.month + 2) // 3}"
    return f"{then.year:04}"


def is_over(end: int, as_of: int, today: int) -> bool:
    """Whether a unit that ends on `end` is complete: all of it is known at `as_of`, and it ended before today."""
    return end <= as_of and end < today
