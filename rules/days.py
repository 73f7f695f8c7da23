"""Business days as integers, and how an instant falls into them."""

from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

EPOCH = date(1970, 1, 1)
EPOCH_ORDINAL = EPOCH.toordinal()
FIRST_DAY = date.min.toordinal() - EPOCH_ORDINAL  # there is no day before it


@cache
def time_zones() -> frozenset[str]:
    """The names of all time zones: looked for once, in hundreds of files."""
    return frozenset(available_timezones())


def day_number(day: date) -> int:
    """The number of days from 1970-01-01 to `day`."""
    return day.toordinal() - EPOCH_ORDINAL


def date_of(day: int) -> date:
    """The calendar day with this number."""
    return date.fromordinal(day + EPOCH_ORDINAL)


def month_number(day: date) -> int:
    """The calendar month of `day`, counted from year 0: year * 12 + month - 1."""
    return day.year * 12 + day.month - 1


class BusinessMoment(NamedTuple):
    """Where an instant falls in the calendar of a business: the columns that a fact is written with."""

    business_day: int
    business_month: int
    weekday: int  # 1 is Monday
    hour: int


def business_moment(instant: datetime, zone: ZoneInfo) -> BusinessMoment:
    """The business day, month, weekday and hour of an instant that knows its own zone."""
    return moment_of(instant.astimezone(zone))


def moment_of(local: datetime) -> BusinessMoment:
    """The same of a wall-clock time of the business."""
    return BusinessMoment(day_number(local), month_number(local), local.isoweekday(), local.hour)


def instant_of(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a wall-clock time without zone.

    A time that happened twice is taken as the first; one that was skipped, as if the clocks had not moved yet.
    """
    return local.replace(tzinfo=zone)


def business_today(now: datetime, zone: ZoneInfo) -> date:
    """The calendar day that it is now in the business."""
    return now.astimezone(zone).date()


def noon_of(day: date) -> datetime:
    """The wall-clock time given to a fact whose source has no time of day."""
    return datetime.combine(day, datetime.min.time()) + timedelta(hours=12)
