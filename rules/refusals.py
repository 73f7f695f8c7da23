"""The refusals that a write can expect; each is a member of its result by the name of the class."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from rules.words import shown

PROBLEMS_TOLD = 3


class Refusal(Exception):
    """A write that was refused, which changed nothing; the message says what would be right."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InputProblemCode(StrEnum):
    """What kind of thing is wrong with a part of an input."""

    REQUIRED = "REQUIRED"
    TOO_LONG = "TOO_LONG"
    TOO_MANY = "TOO_MANY"
    INVALID_FORMAT = "INVALID_FORMAT"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    IN_THE_FUTURE = "IN_THE_FUTURE"
    NOT_TOGETHER = "NOT_TOGETHER"
    DOES_NOT_ADD_UP = "DOES_NOT_ADD_UP"
    WRONG_CODE = "WRONG_CODE"
    UNKNOWN_VALUE = "UNKNOWN_VALUE"


class InputProblem(NamedTuple):
    """What is wrong with a part of an input; `path` leads to it through the arguments."""

    path: tuple[str, ...]
    code: InputProblemCode
    message: str


class InvalidInput(Refusal):
    """The input as it is makes no sense; `problems` are all that is wrong with it."""

    def __init__(self, problems: tuple[InputProblem, ...]) -> None:
        told = [f"{'.'.join(problem.path)}: {problem.message}" for problem in problems[:PROBLEMS_TOLD]]
        more = len(problems) - len(told)
        super().__init__(" ".join([*told, f"And {more} more."] if more else told))
        self.problems = problems


class NotFound(Refusal):
    """What the argument at `path` names is not there, or of another business."""

    def __init__(self, message: str, path: tuple[str, ...]) -> None:
        super().__init__(message)
        self.path = path


class NotAllowedReason(StrEnum):
    """Why something that is there cannot be done to it; of several the first in this order is given."""

    ERASED = "ERASED"
    MERGED = "MERGED"
    NOT_YOURS = "NOT_YOURS"
    NEEDS_MANAGER = "NEEDS_MANAGER"
    TOO_LATE = "TOO_LATE"
    OVER_LIMIT = "OVER_LIMIT"
    SUSPENDED = "SUSPENDED"
    PROGRAM_OFF = "PROGRAM_OFF"
    INACTIVE = "INACTIVE"
    SWITCHED_OFF = "SWITCHED_OFF"
    WRONG_STATE = "WRONG_STATE"
    HAS_FACTS = "HAS_FACTS"
    LATER_MERGE = "LATER_MERGE"
    POINTS_SPENT = "POINTS_SPENT"
    OPEN_BALANCE = "OPEN_BALANCE"
    PENDING_SALE = "PENDING_SALE"
    IN_USE = "IN_USE"
    BASE_TIER = "BASE_TIER"
    MANUAL_MEMBERS = "MANUAL_MEMBERS"
    CYCLE = "CYCLE"


class NotAllowed(Refusal):
    """What is there, but as it is, or by this viewer, cannot be changed so."""

    def __init__(self, message: str, reason: NotAllowedReason) -> None:
        super().__init__(message)
        self.reason = reason


class StaleVersion(Refusal):
    """What was changed by somebody else since it was read."""

    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(
            f"This was changed since it was read: version {expected} was expected, it is now at {actual}."
            " Read it again and repeat the change."
        )
        self.expected = expected
        self.actual = actual


class AlreadyMerged(Refusal):
    """A record that was merged before; `kept_id` is the public id of the customer that is kept in the end."""

    def __init__(self, kept_id: str) -> None:
        super().__init__(f"This record was merged already: the customer that is kept is {kept_id}.")
        self.kept_id = kept_id


class IdempotencyConflict(Refusal):
    """A key that was used for another operation or another input."""

    def __init__(self, key: str) -> None:
        super().__init__(f"The key {shown(key)} was used for another operation or another input: use a new one.")
        self.key = key


class Duplicate(Refusal):
    """What has to be unique is taken; `existing` is the public id of what has it, where that may be told."""

    def __init__(self, field: str, value: str, existing: str | None) -> None:
        super().__init__(f"The {field} {shown(value)} is taken: it has to be unique.")
        self.field = field
        self.value = value
        self.existing = existing


class NotEnrolled(Refusal):
    """A customer who is no member of the loyalty program."""

    def __init__(self) -> None:
        super().__init__("The customer is no member of the loyalty program: enrol it first.")


class InsufficientPoints(Refusal):
    """Points that a member has not got."""

    def __init__(self, needed: int, available: int) -> None:
        super().__init__(f"This needs {needed:,} points, and there are {available:,}.")
        self.needed = needed
        self.available = available


class RewardUnavailableReason(StrEnum):
    """Why a member may not have a reward now; of several the first in this order is given."""

    INACTIVE = "INACTIVE"
    NOT_YET = "NOT_YET"
    EXPIRED = "EXPIRED"
    TIER_TOO_LOW = "TIER_TOO_LOW"
    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    LIMIT_REACHED = "LIMIT_REACHED"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    TOO_FEW_POINTS = "TOO_FEW_POINTS"


class RewardUnavailable(Refusal):
    """A reward that a member may not have now; `tier_id` is the key of the tier that it needs."""

    def __init__(self, message: str, unavailable: RewardUnavailableReason, tier_id: int | None = None) -> None:
        super().__init__(message)
        self.unavailable = unavailable
        self.tier_id = tier_id


class RedemptionNotUsable(Refusal):
    """A redemption that is not ISSUED any more; `at` is when it became what it is, where that is a moment."""

    def __init__(self, message: str, status: str, at: datetime | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.at = at


class CreditLimitExceeded(Refusal):
    """More than a customer may owe; `outstanding` is what it owes before this."""

    def __init__(self, limit: Decimal, outstanding: Decimal) -> None:
        message = f"The customer may owe {limit:f} and owes {outstanding:f} already: take a payment for the rest."
        super().__init__(message)
        self.limit = limit
        self.outstanding = outstanding


class WrongStatus(Refusal):
    """A sale whose status does not let it be changed so."""

    def __init__(self, message: str, status: str) -> None:
        super().__init__(message)
        self.status = status


class TooMuchPaid(Refusal):
    """Payments above what is `due`: change is the till's business."""

    def __init__(self, due: Decimal) -> None:
        super().__init__(f"{due:f} is due: give payments of at most that; change is the till's business.")
        self.due = due


class RefundTooLarge(Refusal):
    """More than is left: of the line with the public id `item`, else of the sale."""

    def __init__(self, refundable: Decimal, item: str | None = None) -> None:
        left = f"{refundable:f} {'is' if item is None else 'of this line is'} left to give back"
        super().__init__(f"There is less than that: {left}.")
        self.refundable = refundable
        self.item = item


class CriteriaProblem(StrEnum):
    """What kind of thing is wrong with criteria."""

    SYNTAX = "SYNTAX"
    TOO_LONG = "TOO_LONG"
    TOO_DEEP = "TOO_DEEP"
    TOO_MANY_TERMS = "TOO_MANY_TERMS"
    UNKNOWN_NAME = "UNKNOWN_NAME"
    WRONG_TYPE = "WRONG_TYPE"
    BAD_VALUE = "BAD_VALUE"
    CYCLE = "CYCLE"
    FORBIDDEN = "FORBIDDEN"
    UNDATED = "UNDATED"
    NO_DATA = "NO_DATA"


class InvalidCriteria(Refusal):
    """Criteria that mean nothing here, and where in them; lines count from 1, columns from 0."""

    def __init__(self, message: str, code: CriteriaProblem, *, end_column: int) -> None:
        super().__init__(message)
        self.code = code
        self.line = 1
        self.column = 0
        self.end_column = end_column
        self.suggestion = None
