"""Endpoints that are told of events, and when what did not arrive is sent again."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import NamedTuple

from rules.events import CODE_SENT, STREAMED
from rules.problems import Problems, known_word, short_list
from rules.refusals import InputProblemCode

MOST_ENDPOINTS = 20
MOST_TYPES = 50
MOST_HOURS = 168
MOST_ATTEMPTS_KEPT = 20
GONE = 410
ASKS_TO_WAIT = frozenset((429, 503))
LONGEST_WAIT = timedelta(days=1)
SILENT_FOR = timedelta(hours=120)
JITTER = 0.2

_WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
_CODE_WAITS = tuple(timedelta(seconds=seconds) for seconds in (2, 5, 10, 20, 30, 60, 60, 120, 120, 300))


class AttemptError(StrEnum):
    """Why a try did not deliver, in one word."""

    REFUSED = "refused"
    TIMEOUT = "timeout"
    NAME = "name"
    ADDRESS = "address"
    TLS = "tls"
    REDIRECT = "redirect"
    STATUS = "status"


class Attempt(NamedTuple):
    """A try: when it began, what was answered, how long it took, and why it did not deliver."""

    at: datetime
    status: int | None
    duration_ms: float
    error: AttemptError | None
    retry_after: str | None = None

    @property
    def has_delivered(self) -> bool:
        """Whether the receiver has it."""
        return self.error is None


def error_of_status(status: int) -> AttemptError | None:
    """Why an answer of this status is none, None for one that is."""
    if 200 <= status < 300:
        return None
    return AttemptError.REDIRECT if 300 <= status < 400 else AttemptError.STATUS


def next_try(tries: int, attempt: Attempt, random: float, *, is_code: bool = False) -> datetime | None:
    """When what was tried so often, `attempt` being the last, is tried again; None where it has failed.

    `random` is from 0 to 1: receivers that come back are not called by all at once.
    """
    waits = _CODE_WAITS if is_code else _WAITS
    if tries > len(waits):
        return None
    wait = waits[tries - 1] * (1 + JITTER * (2 * random - 1))
    ended = attempt.at + timedelta(milliseconds=attempt.duration_ms)
    return ended + max(wait, _asked_wait(attempt, ended))


def _asked_wait(attempt: Attempt, now: datetime) -> timedelta:
    """How long the receiver asked to wait, at most a day."""
    if attempt.status not in ASKS_TO_WAIT or attempt.retry_after is None:
        return timedelta(0)
    said = attempt.retry_after.strip()
    if said.isascii() and said.isdigit():
        return min(timedelta(seconds=min(int(said[:9]), LONGEST_WAIT.total_seconds())), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return timedelta(0)
    until = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta(0)), LONGEST_WAIT)


def reason_to_disable(attempt: Attempt, failing_since: datetime | None) -> str | None:
    """Why an endpoint is told no more after a try, None where it goes on."""
    if attempt.status == GONE:
        return "It answered 410, which is: never again."
    if not attempt.has_delivered and failing_since is not None and attempt.at - failing_since >= SILENT_FOR:
        return f"Nothing was delivered for {SILENT_FOR.total_seconds() / 3600:.0f} hours."
    return None


def checked_types(problems: Problems, name: str, types: Sequence[str]) -> tuple[str, ...]:
    """Types of events as they are kept; none are all. That of codes stands alone."""
    cleaned = tuple(dict.fromkeys(type_.strip() for type_ in short_list(problems, name, types, most=MOST_TYPES)))
    for place, type_ in enumerate(cleaned):
        known_word(problems.under(name), str(place), type_, (*STREAMED, CODE_SENT))
    if CODE_SENT in cleaned and len(cleaned) > 1:
        message = f"{CODE_SENT} stands alone: codes go to an endpoint that is for nothing else."
        problems.add(name, InputProblemCode.NOT_TOGETHER, message)
    return cleaned
