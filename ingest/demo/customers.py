"""The customers of the demo shop as columns: when each joins, and how it behaves."""

import numpy as np

from ingest.demo.calendar import DAY, HOUR, STORE_HOURS, DemoCalendar, DemoPlan, weekday_of
from ingest.demo.catalogue import HOME_STORES, SHELF_CARDS
from ingest.demo.chance import (
    Flags,
    Floats,
    Ints,
    Keys,
    beta,
    between,
    drawn,
    drawn_from,
    gamma,
    happens,
    keys_of,
    uniform,
)
from rules.days import date_of

NEVER = 1 << 60  # a time and a day that do not come
WHOLESALE = 0.06
NEVER_BUYS = 0.06
DAYS_TO_CLOSE = 240  # an account, after the last purchase


class DemoPeople:
    """Customers `low` to `high` (excluded) of a plan, numbered from 0 in the order in which they join."""

    def __init__(self, plan: DemoPlan, calendar: DemoCalendar, low: int, high: int) -> None:
        self.index = np.arange(low, high, dtype=np.int64)
        self.key = keys = keys_of(plan.seed, "customer", self.index)
        self.joined = calendar.joining_day(self.index)
        self.joined_before = calendar.joined_before[self.joined - calendar.opened]
        self.created = _moment_of(keys, self.joined)
        self.wholesale = happens(keys, "wholesale", WHOLESALE)
        self.buys = self.wholesale | ~happens(keys, "never buys", NEVER_BUYS)
        self.at_purchase = self.buys & ~self.wholesale & happens(keys, "at purchase", 0.7)
        wait = 1 + (-25.0 * np.log1p(-uniform(keys, "wait"))).astype(np.int64)
        self.first_day = np.where(self.at_purchase, self.joined, self.joined + wait)
        self.rate = _rate(keys, self.wholesale)
        self.leaves = np.where(self.wholesale, beta(keys, "leaves", 0.8, 22.0), beta(keys, "leaves", 0.75, 4.2))
        self.favourite = drawn(keys, "favourite", SHELF_CARDS)
        self.loyalty = beta(keys, "loyalty", 1.2, 1.8)  # how often a line is of the favourite shelf
        self.home = drawn(keys, "home", HOME_STORES)
        self.online = np.where(self.wholesale, 0.15, beta(keys, "online", 0.5, 1.1))
        self.has_email = happens(keys, "email", 0.91)
        self.has_phone = happens(keys, "phone", 0.74)  # where there is still a number for it
        self.wants_email = self.has_email & happens(keys, "consent email", 0.66)
        self.wants_sms = self.has_phone & happens(keys, "consent sms", 0.34)
        self.closed = np.full(len(keys), NEVER, np.int64)  # when the account is, by `close_accounts`

    def __len__(self) -> int:
        return len(self.index)

    def close_accounts(self, left: Ints) -> None:
        """Close the accounts of some who never come back; `left` is the day of their last purchase, else NEVER."""
        left = np.where(self.buys, left, self.joined + 60)
        closes = happens(self.key, "closes", 0.16) & (left < NEVER)
        self.closed[closes] = (left[closes] + DAYS_TO_CLOSE) * DAY + 10 * HOUR


def numbers_of(calendar: DemoCalendar, index: Ints) -> list[str]:
    """The customer numbers of indexes.

    The count of the day has five digits, so that it is never a number that the API gives out itself.
    """
    joined = calendar.joining_day(index)
    counts = index - calendar.joined_before[joined - calendar.opened] + 1
    return [
        f"CUST-{date_of(day):%Y%m%d}-{count:05d}" for day, count in zip(joined.tolist(), counts.tolist(), strict=True)
    ]


def _moment_of(keys: Keys, days: Ints) -> Ints:
    hours = drawn_from(keys, "hour", STORE_HOURS, weekday_of(days) - 1)
    return days * DAY + hours * HOUR + between(keys, "second", 0, HOUR - 1)


def _rate(keys: Keys, wholesale: Flags) -> Floats:
    """Purchases a day for as long as a customer stays."""
    weekly = np.where(wholesale, gamma(keys, "rate", 3.0, 0.42), gamma(keys, "rate", 0.9, 0.41))
    return np.clip(weekly, 0.012, 2.5) / 7
