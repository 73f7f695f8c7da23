"""When the nightly pass of a day is due, in every kind of zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rules.days import date_of, day_number
from rules.nights import day_due, due_at, is_tried_again, next_night


def day(text: str) -> int:
    return day_number(date.fromisoformat(text))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "of", "hour", "expected"),
    [
        ("UTC", "2026-03-05", 3, "2026-03-05T03:00"),
        ("UTC", "2026-03-05", 0, "2026-03-05T00:00"),
        ("UTC", "2026-03-05", 23, "2026-03-05T23:00"),
        ("Europe/London", "2026-07-05", 3, "2026-07-05T02:00"),
        ("Asia/Kathmandu", "2026-03-05", 3, "2026-03-04T21:15"),
        ("Pacific/Kiritimati", "2026-03-05", 3, "2026-03-04T13:00"),
        ("Pacific/Pago_Pago", "2026-03-05", 3, "2026-03-05T14:00"),
        # The clocks go forward: from 01:00 to 02:00, from 02:00 to 03:00, by half an hour, at midnight.
        ("Europe/London", "2026-03-29", 3, "2026-03-29T02:00"),
        ("Europe/London", "2026-03-29", 1, "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29", 3, "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29", 2, "2026-03-29T01:00"),
        ("America/New_York", "2026-03-08", 2, "2026-03-08T07:00"),
        ("Australia/Lord_Howe", "2026-10-04", 2, "2026-10-03T15:30"),
        ("Africa/Cairo", "2024-04-26", 0, "2024-04-25T22:00"),
        # They go back: an hour is there twice, and its first time counts.
        ("Europe/Berlin", "2026-10-25", 2, "2026-10-25T00:00"),
        ("Europe/Berlin", "2026-10-25", 3, "2026-10-25T02:00"),
        ("America/New_York", "2026-11-01", 1, "2026-11-01T05:00"),
        ("America/Havana", "2026-11-01", 0, "2026-11-01T04:00"),
        # A day that was left out on Samoa is over when it begins.
        ("Pacific/Apia", "2011-12-30", 3, "2011-12-30T10:00"),
    ],
)
def test_a_pass_is_due_at_the_first_moment_at_or_after_its_hour(zone: str, of: str, hour: int, expected: str) -> None:
    due = due_at(day(of), hour, ZoneInfo(zone))
    assert due == utc(expected)
    assert day_due(due, hour, ZoneInfo(zone)) >= day(of)
    assert day_due(due - timedelta(seconds=1), hour, ZoneInfo(zone)) == day(of) - 1


LONDON, AUCKLAND, HONOLULU = "Europe/London", "Pacific/Auckland", "Pacific/Honolulu"
MADE = "2026-03-05T12:00"


@pytest.mark.parametrize(
    ("zone", "begun", "made", "now", "expected"),
    [
        # The first pass of a new business is the next one.
        (LONDON, None, MADE, "2026-03-05T23:59", None),
        (LONDON, None, MADE, "2026-03-06T02:59", None),
        (LONDON, None, MADE, "2026-03-06T03:00", "2026-03-06"),
        (LONDON, None, "2026-03-05T01:00", "2026-03-05T03:00", "2026-03-05"),
        (LONDON, None, "2026-03-05T03:00", "2026-03-05T03:00", None),
        # Once a day, and days that were missed in their order.
        (LONDON, "2026-03-06", MADE, "2026-03-06T23:00", None),
        (LONDON, "2026-03-06", MADE, "2026-03-07T03:00", "2026-03-07"),
        (LONDON, "2026-03-06", MADE, "2026-03-10T02:00", "2026-03-07"),
        (LONDON, None, MADE, "2026-03-10T02:00", "2026-03-06"),
        # The zone was changed: to one in which it is the day before, the day is done already.
        (AUCKLAND, "2026-03-06", MADE, "2026-03-06T13:00", None),
        (AUCKLAND, "2026-03-06", MADE, "2026-03-06T14:00", "2026-03-07"),
        (HONOLULU, "2026-03-07", MADE, "2026-03-06T14:00", None),
        (HONOLULU, "2026-03-07", MADE, "2026-03-07T13:00", None),
        (HONOLULU, "2026-03-07", MADE, "2026-03-08T13:00", "2026-03-08"),
        # A clock that was a day ahead and was set right.
        (LONDON, "2026-03-08", MADE, "2026-03-07T04:00", None),
    ],
)
def test_which_pass_is_next(zone: str, begun: str | None, made: str, now: str, expected: str | None) -> None:
    before = None if begun is None else day(begun)
    found = next_night(before, utc(made), utc(now), 3, ZoneInfo(zone))
    assert (None if found is None else date_of(found).isoformat()) == expected


@pytest.mark.parametrize(("tries", "minutes"), [(1, 5), (2, 30), (3, 120), (4, 360), (9, 360)])
def test_a_pass_that_failed_is_tried_again_later_and_later(tries: int, minutes: int) -> None:
    ended = utc("2026-03-06T03:10")
    assert is_tried_again(tries, ended, ended + timedelta(minutes=minutes))
    assert not is_tried_again(tries, ended, ended + timedelta(minutes=minutes) - timedelta(microseconds=1))
