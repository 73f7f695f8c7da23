"""When something of the shop's books happened: told by a till, or the moment of the write."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from resolvers.operation.writing import Write
from rules.days import BusinessMoment, business_moment
from rules.problems import Problems
from rules.refusals import InputProblemCode, NotAllowed, NotAllowedReason

AHEAD = timedelta(minutes=5)  # a till's clock may be ahead of ours by so much
BACK = timedelta(days=30)  # what is older is a manager's to record


class Happening(NamedTuple):
    """A moment, and where it falls in the calendar of the business."""

    at: datetime
    moment: BusinessMoment

    @property
    def day(self) -> int:
        """The business day."""
        return self.moment.business_day

    @property
    def columns(self) -> dict[str, Any]:
        """The columns of a fact."""
        return {"occurred_at": self.at, **self.moment._asdict()}


def refuse_late(write: Write, told: datetime | None) -> None:
    """TOO_LATE for what is older than 30 days, by STAFF."""
    if told is not None and write.now - told > BACK and not write.actor.may_manage:
        message = f"What is more than {BACK.days} days old is recorded by a manager."
        raise NotAllowed(message, NotAllowedReason.TOO_LATE)


def happening(problems: Problems, name: str, write: Write, told: datetime | None) -> Happening:
    """The moment that was told, no later than now."""
    at = write.now if told is None else min(told, write.now)
    if told is not None and told - write.now > AHEAD:
        problems.add(name, InputProblemCode.IN_THE_FUTURE, "This has not happened yet: give a moment up to now.")
    return Happening(at.astimezone(UTC), business_moment(at, write.zone))


def happening_now(write: Write) -> Happening:
    """The moment of the write."""
    return Happening(write.now, business_moment(write.now, write.zone))
