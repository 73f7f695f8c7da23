"""Birthdays: of 29 February the 28th where there is none."""

from calendar import isleap
from datetime import date

LAST_OF_FEBRUARY, LEAP_DAY = 228, 229


def birthdays_of(day: date) -> tuple[int, int]:
    """The first and the last birthday that a day is, each as month × 100 + day."""
    this = day.month * 100 + day.day
    return (this, LEAP_DAY) if this == LAST_OF_FEBRUARY and not isleap(day.year) else (this, this)
