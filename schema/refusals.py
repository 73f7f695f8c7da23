"""Refusals as members of results: what a mutation answers where it changed nothing."""

from datetime import datetime
from decimal import Decimal

import strawberry

from rules.loyalty.rewards import RedemptionStatus
from rules.refusals import CriteriaProblem, InputProblemCode, NotAllowedReason
from rules.selling import SaleStatus
from schema.arguments import about
from schema.scalars import BigInt

strawberry.enum(InputProblemCode, description="What kind of thing is wrong with a part of an input.")
strawberry.enum(NotAllowedReason, description="Why what is asked cannot be done; the first in this order is given.")
strawberry.enum(SaleStatus, description="Where a sale stands; PENDING and CANCELLED never count.")
strawberry.enum(RedemptionStatus, description="How a redemption stands.")
strawberry.enum(CriteriaProblem, description="What kind of thing is wrong with criteria.")


@strawberry.interface(description="Why nothing was changed; the message says what would be right.")
class Refusal:
    """Why nothing was changed."""

    message: str = about("What is wrong, and what would be right.")


@strawberry.type(description="What is wrong with a part of an input.")
class InputProblem:
    """What is wrong with a part of an input."""

    path: list[str] = about("Where it is in the arguments.")
    code: InputProblemCode = about("What kind of thing is wrong.")
    message: str = about("What is wrong, and what would be right.")


@strawberry.type(description="All problems of the input at once.")
class InvalidInput(Refusal):
    """The input as it is makes no sense."""

    problems: list[InputProblem] = about("All that is wrong with it.")


@strawberry.type(description="What is there, but as it is, or by this viewer, cannot be changed so.")
class NotAllowed(Refusal):
    """What is asked cannot be done."""

    reason: NotAllowedReason = about("Why not.")


@strawberry.type(description="Somebody changed it since it was read.")
class StaleVersion(Refusal):
    """Somebody changed it since it was read."""

    expected: int = about("The version that was sent along.")
    actual: int = about("The version that it has.")


@strawberry.type(description="What an argument names is not there, or of another business.")
class NotFound(Refusal):
    """What an argument names is not there."""

    path: list[str] = about("The argument.")


@strawberry.type(description="What has to be unique is taken.")
class Duplicate(Refusal):
    """What has to be unique is taken."""

    field: str = about("What has to be unique.")
    value: str = about("What is taken.")
    existing: strawberry.ID | None = about("Whose it is; null where that may not be told.")


@strawberry.type(description="The record was merged before.")
class AlreadyMerged(Refusal):
    """The record was merged before."""

    kept_id: strawberry.ID | None = about("The customer that is kept in the end.")


@strawberry.type(description="More than the customer may owe.")
class CreditLimitExceeded(Refusal):
    """More than the customer may owe."""

    limit: Decimal = about("What it may owe.")
    outstanding: Decimal = about("What it owes before this.")


@strawberry.type(description="The status of the sale does not let it be changed so.")
class WrongStatus(Refusal):
    """The sale does not stand so."""

    status: SaleStatus = about("Where it stands.")


@strawberry.type(description="Payments above what is due: change is the till's business.")
class TooMuchPaid(Refusal):
    """Payments above what is due."""

    due: Decimal = about("What was still due before the payments given.")


@strawberry.type(description="More than is left to give back.")
class RefundTooLarge(Refusal):
    """More than is left."""

    refundable: Decimal = about("What is left: of the line `item`, else of the sale.")
    item: strawberry.ID | None = about("The line of which more is asked than is left.")


@strawberry.type(description="The key was used for another operation or another input of its kind.")
class IdempotencyConflict(Refusal):
    """The key was used for something else."""

    key: str = about("The key.")


@strawberry.type(description="Somebody who is no member of the loyalty program, or has left it.")
class NotEnrolled(Refusal):
    """Nobody's membership."""


@strawberry.type(description="Fewer points than are needed.")
class InsufficientPoints(Refusal):
    """Fewer points than are needed."""

    needed: BigInt = about("How many are needed.")
    available: BigInt = about("How many there are.")


@strawberry.type(description="A redemption that cannot be used as it stands.")
class RedemptionNotUsable(Refusal):
    """A redemption that cannot be used as it stands."""

    status: RedemptionStatus = about("How it stands.")
    at: datetime | None = about("Since when.")


@strawberry.type(description="Criteria that mean nothing here; columns are UTF-16 units from 0, the end exclusive.")
class InvalidCriteria(Refusal):
    """Criteria that mean nothing here."""

    code: CriteriaProblem = about("What kind of thing is wrong.")
    line: int = about("In which line, from 1.")
    column: int = about("Where it begins.")
    end_column: int = about("Where it ends.")
    suggestion: str | None = about("What was probably meant.")
