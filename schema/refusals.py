"""Refusals as members of results: what a mutation answers where it changed nothing."""

import strawberry

from rules.refusals import CriteriaProblem, InputProblemCode, NotAllowedReason
from schema.arguments import about

strawberry.enum(InputProblemCode, description="What kind of thing is wrong with a part of an input.")
strawberry.enum(NotAllowedReason, description="Why what is asked cannot be done; the first in this order is given.")
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


@strawberry.type(description="The key was used for another operation or another input of its kind.")
class IdempotencyConflict(Refusal):
    """The key was used for something else."""

    key: str = about("The key.")


@strawberry.type(description="Criteria that mean nothing here; columns are UTF-16 units from 0, the end exclusive.")
class InvalidCriteria(Refusal):
    """Criteria that mean nothing here."""

    code: CriteriaProblem = about("What kind of thing is wrong.")
    line: int = about("In which line, from 1.")
    column: int = about("Where it begins.")
    end_column: int = about("Where it ends.")
    suggestion: str | None = about("What was probably meant.")
