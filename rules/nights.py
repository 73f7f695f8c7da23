"""When the nightly pass of a business day is due, and when one that failed is tried again."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules.days import business_today, date_of, day_number

NIGHTLY_HOUR = 3
SCHEDULE = "schedule"  # who began what nobody asked for
PAUSES = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
LATER = timedelta(hours=6)
TRIED_AGAIN_DAYS = 7


def due_at(day: int, hour: int, zone: ZoneInfo) -> datetime:
    """The first moment at which the clock of a zone shows this day, this hour or later.

    That is the first of two where the hour is repeated, and the end of what is skipped where the hour does not exist.
    """
    wall = datetime.combine(date_of(day), time(hour))
    before, after = wall.replace(tzinfo=zone), wall.replace(tzinfo=zone, fold=1)
    if _exists(before):
        return before.astimezone(UTC)
    return _change_between(after.astimezone(UTC), before.astimezone(UTC), zone)


def _exists(local: datetime) -> bool:
    return local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None)


def _change_between(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """The second at which a zone changes its clocks."""
    first = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=int((late - early).total_seconds()) // 2)
        early, late = (middle, late) if middle.astimezone(zone).utcoffset() == first else (early, middle)
    return late


def day_due(now: datetime, hour: int, zone: ZoneInfo) -> int:
    """The last business day whose pass is due."""
    today = day_number(business_today(now, zone))
    return today if due_at(today, hour, zone) <= now else today - 1


def next_night(begun: int | None, made_at: datetime, now: datetime, hour: int, zone: ZoneInfo) -> int | None:
    """The first business day that is due and was not begun, None where there is none.

    The first of a new business is the next one after it was made. A day is never begun again, in whatever zone.
    """
    day = (day_due(made_at, hour, zone) if begun is None else begun) + 1
    return day if day <= day_due(now, hour, zone) else None


def is_tried_again(tries: int, ended_at: datetime, now: datetime) -> bool:
    """Whether a pass that failed so many times, the last time then, is to be tried again."""
    return now >= ended_at + dict(enumerate(PAUSES, start=1)).get(tries, LATER)
