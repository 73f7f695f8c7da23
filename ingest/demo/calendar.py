"""When things happen in the demo shop: its days, how busy each is, and how many customers had joined by then.

A time of the shop is a whole number of seconds on its own wall clock since 1970-01-01. Nothing happens there
between midnight and six, so that such a time is one instant even where the clocks change.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from ingest.demo.chance import Floats, Ints, deck, keys_of, uniform
from rules.days import date_of, day_number, noon_of

TIMEZONE = "Europe/Paris"
DAY = 86_400
HOUR = 3_600
HISTORY_DAYS = 1095
GROWTH_A_YEAR = 0.25

# How busy the months from January and the days from Monday are, against an average one.
MONTHS = np.array([0.85, 0.84, 0.94, 0.98, 1.02, 1.0, 0.93, 0.84, 0.98, 1.03, 1.17, 1.62])
WEEKDAYS = np.array([0.82, 0.9, 0.95, 1.0, 1.18, 1.5, 0.65])
# How a day's sales spread over its 24 hours.
WORKDAY = deck([0] * 9 + [2, 5, 7, 9, 5, 5, 6, 8, 11, 9, 4, 0, 0, 0, 0])
WEEKEND = deck([0] * 9 + [3, 7, 10, 9, 7, 8, 10, 10, 8, 5, 2, 0, 0, 0, 0])
ONLINE_HOURS = deck([0] * 6 + [1, 2, 3, 4, 4, 4, 5, 5, 4, 4, 4, 5, 6, 7, 9, 9, 6, 3])
STORE_HOURS = np.stack([WORKDAY] * 5 + [WEEKEND] * 2)


@dataclass(frozen=True)
class DemoPlan:
    """What decides every fact of a demo: how many customers there were when it was first filled, and the seed."""

    customers: int
    seed: int
    opened: int  # the first day of its history
    filled: int  # the day on which it was first filled

    @classmethod
    def begun(cls, customers: int, seed: int, today: date) -> "DemoPlan":
        """The plan of a demo whose history ends today."""
        day = day_number(today)
        return cls(customers, seed, day - HISTORY_DAYS, day)


class DemoCalendar:
    """The days of a plan from its opening to `last`; those before `last` are the same in every longer calendar."""

    def __init__(self, plan: DemoPlan, last: int) -> None:
        self.opened = plan.opened
        self.last = last
        days = np.arange(plan.opened, last + 1, dtype=np.int64)
        busy = MONTHS[month_of(days) % 12] * WEEKDAYS[weekday_of(days) - 1]
        busy = busy / (MONTHS.mean() * WEEKDAYS.mean())
        self.activity = np.concatenate([[0.0], np.cumsum(busy)])
        self.joined_before = _joined(plan, days, busy)
        self.offsets = np.array([_offset(int(day)) for day in days], dtype=np.int64)

    def customers_by(self, day: int) -> int:
        """How many customers have joined by the end of a day."""
        return int(self.joined_before[day + 1 - self.opened])

    def joining_day(self, index: Ints) -> Ints:
        """The day on which the customers with these numbers, counted from 0, join."""
        return self.opened + np.searchsorted(self.joined_before, index, side="right").astype(np.int64) - 1

    def busyness_until(self, day: Ints, part: Floats) -> Floats:
        """The busyness from the opening to a moment within a day, in average days."""
        begun = day - self.opened
        return self.activity[begun] + part * (self.activity[begun + 1] - self.activity[begun])

    def day_of(self, busyness: Floats) -> Ints:
        """The day on which the shop has seen so much busyness; the day after the last where it has not yet."""
        return self.opened + np.searchsorted(self.activity, busyness, side="right").astype(np.int64) - 1

    def utc_of(self, times: Ints) -> Ints:
        """Seconds since 1970-01-01 UTC of times of the shop."""
        return times - self.offsets[times // DAY - self.opened]


def _joined(plan: DemoPlan, days: Ints, busy: Floats) -> Ints:
    """For each day, and the one after the last, how many had joined before it.

    Nobody joins on the day of the first filling, so that the number of customers is the asked one at any hour.
    """
    years = (days - plan.opened) / 365.25
    luck = 0.6 + 0.8 * uniform(keys_of(plan.seed, "joining", days), "luck")
    weight = (1 + GROWTH_A_YEAR) ** years * (0.4 + 0.6 * busy) * luck
    weight[days == plan.filled] = 0.0
    total = np.concatenate([[0.0], np.cumsum(weight)])
    return np.floor(plan.customers * total / total[plan.filled - plan.opened] + 0.5).astype(np.int64)


def _offset(day: int) -> int:
    shift = noon_of(date_of(day)).replace(tzinfo=ZoneInfo(TIMEZONE)).utcoffset()
    return 0 if shift is None else int(shift.total_seconds())


def month_of(days: Ints) -> Ints:
    """`rules.days.month_number` for arrays of day numbers."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12


def weekday_of(days: Ints) -> Ints:
    """The weekday of day numbers, 1 is Monday; 1970-01-01 was a Thursday."""
    return (days + 3) % 7 + 1


def hour_of(times: Ints) -> Ints:
    """The hour of times of the shop."""
    return times % DAY // HOUR


def end_of_history(today: date, now: datetime) -> int:
    """The time of the shop before which everything has happened: the last full hour, or the end of `today`."""
    local = now.astimezone(ZoneInfo(TIMEZONE))
    begun = day_number(local) * DAY + local.hour * HOUR
    return min(begun, (day_number(today) + 1) * DAY)
