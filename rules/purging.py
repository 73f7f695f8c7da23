"""How long what nobody asks for any more is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rules.days import month_number

KEYS = timedelta(days=30)  # of customers and touchpoints; others are kept for ever
MERGE_LISTS = timedelta(days=30)  # as long as a merge can be undone
JOB_FILES = timedelta(days=7)
CODE_ATTEMPTS = timedelta(days=1)  # their limits are of an hour
KEY_KINDS = ("customer", "touchpoint")


@dataclass(frozen=True)
class Keeping:
    """Before which moments things go; None: they are kept for ever."""

    events: datetime
    audit: datetime | None
    keys: datetime
    merge_lists: datetime
    job_files: datetime
    code_attempts: datetime
    over: datetime  # what says itself until when it holds

    @property
    def moments(self) -> Mapping[str, Any]:
        """The moments by name."""
        return vars(self)


def keeping(now: datetime, zone: ZoneInfo, events_days: int, audit_months: int | None) -> Keeping:
    """What is kept now of a business with these settings."""
    return Keeping(
        events=now - timedelta(days=events_days),
        audit=None if audit_months is None else months_before(now, zone, audit_months),
        keys=now - KEYS,
        merge_lists=now - MERGE_LISTS,
        job_files=now - JOB_FILES,
        code_attempts=now - CODE_ATTEMPTS,
        over=now,
    )


def months_before(now: datetime, zone: ZoneInfo, months: int) -> datetime:
    """The same wall-clock time so many months ago, on the last day of a month that is too short."""
    local = now.astimezone(zone)
    year, month = divmod(month_number(local.date()) - months, 12)
    day = min(local.day, _days_of(year, month + 1))
    return local.replace(year=year, month=month + 1, day=day).astimezone(now.tzinfo)


def _days_of(year: int, month: int) -> int:
    first = datetime(year, month, 1)
    return ((first + timedelta(days=31)).replace(day=1) - first).days
