"""What a caller is told of an error: the message and code of an expected one, an id of any other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from graphql import GraphQLError

from analytics.copy.pinned import StatementTimeout
from models.outages import is_outage
from resolvers.operation.errors import BadUserInput, RequestError, Unavailable
from server.watching.logs import request_id

log = structlog.get_logger()

TIMEOUT = "TIMEOUT"
# An answer that has several of these is of the first.
STATUSES = {"UNAUTHENTICATED": 401, "UNAVAILABLE": 503, "RATE_LIMITED": 429, TIMEOUT: 504}
RETRY_AFTER_SECONDS = 5
LONGEST_MESSAGE = 1_000
TRACEBACKS_LOGGED = 3
MOST_ERRORS = 100  # of an answer: each object of a page may have one of its own
OUTAGE = "the store cannot be reached just now: ask again in a few seconds"
TOO_SLOW = "it takes too long to compute: ask for less at once, a shorter period or a smaller page"


class BadRequest(RequestError):
    """A request that is no GraphQL request; `status` says in which way."""

    code = "BAD_USER_INPUT"

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Told:
    """The `errors` of an answer, and what they mean for its status."""

    errors: list[dict[str, Any]]

    @property
    def codes(self) -> set[str]:
        """The codes of all errors."""
        return {error["extensions"]["code"] for error in self.errors}

    @property
    def status(self) -> int | None:
        """The status that an error asks for, None where the answer decides it."""
        if not self.errors:
            return None
        return next((status for code, status in STATUSES.items() if code in self.codes), None)

    @property
    def headers(self) -> dict[str, str]:
        """What a client needs to know to do better next time."""
        if self.status == STATUSES["UNAUTHENTICATED"]:
            return {"WWW-Authenticate": "Bearer"}
        if self.status in (503, 429):
            given = (error["extensions"].get("retryAfter") for error in self.errors)
            return {"Retry-After": str(next((seconds for seconds in given if seconds), RETRY_AFTER_SECONDS))}
        return {}


def told_before_execution(errors: Sequence[GraphQLError]) -> Told:
    """What is told of errors that validation found."""
    return _told(errors, refusal="GRAPHQL_VALIDATION_FAILED")


def told_by_execution(errors: Sequence[GraphQLError]) -> Told:
    """What is told of errors in variables and resolvers."""
    return _told(errors, refusal=BadUserInput.code)


def told_of(error: Exception) -> Told:
    """What is told of an error outside of execution."""
    told = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
    return _told([told], refusal=BadUserInput.code)


def told_of_timeout(seconds: float, *, writes: bool) -> Told:
    """What is told of an operation that was ended at its time limit."""
    message = f"the operation took longer than {seconds:g} s and was ended"
    if writes:
        message += "; a part of it may have been done: ask before sending it again, or send it with the same key"
    return told_of(GraphQLError(message, extensions={"code": TIMEOUT}))


def origin_of(error: GraphQLError) -> Exception | None:
    """The exception that an error came from, None where GraphQL itself refuses."""
    origin: Exception | None = error
    while isinstance(origin, GraphQLError):
        origin = origin.original_error
    return origin


def _told(errors: Sequence[GraphQLError], refusal: str) -> Told:
    incident = Incident()
    told = [_entry(error, incident, refusal) for error in errors[:MOST_ERRORS]]
    if left := len(errors) - len(told):
        told.append({"message": f"{left:,} more errors are not told", "extensions": {"code": _code_of(told)}})
    return Told(told)


def _code_of(told: Sequence[dict[str, Any]]) -> str:
    return told[-1]["extensions"]["code"]


def _entry(error: GraphQLError, incident: "Incident", refusal: str) -> dict[str, Any]:
    expected = _expected(error, refusal) or incident.of(error)
    entry = dict(error.formatted) if error.path or error.nodes or error.source else {}
    entry["message"] = _shortened(expected.message)
    entry["extensions"] = {**(error.extensions or {}), **expected.extensions}
    return entry


def _shortened(message: str) -> str:
    """A message without most of what a caller sent, where it repeats all of that."""
    if len(message) <= LONGEST_MESSAGE:
        return message
    return f"{message[: LONGEST_MESSAGE // 2]} … {message[-LONGEST_MESSAGE // 2 :]}"


@dataclass(frozen=True)
class Expected:
    """An error as its reader sees it."""

    message: str
    extensions: dict[str, Any]


def _expected(error: GraphQLError, refusal: str) -> Expected | None:
    origin = origin_of(error)
    if isinstance(origin, RequestError):
        return Expected(origin.message, origin.extensions)
    if origin is not None and is_outage(origin):
        log.warning("store unavailable", error=type(origin).__name__)
        return Expected(OUTAGE, {"code": Unavailable.code})
    if isinstance(origin, StatementTimeout):
        return Expected(TOO_SLOW, {"code": TIMEOUT})
    if "code" in (error.extensions or {}):
        return Expected(error.message, {})
    if _is_refusal(error, origin):
        return Expected(error.message, {"code": refusal})
    return None


def _is_refusal(error: GraphQLError, origin: Exception | None) -> bool:
    """Whether GraphQL itself refuses the document or a value in it, as opposed to something that failed on our side.

    Before any field is resolved such errors have no path, later they are an argument's. An extension that fails
    points at no part of the document; a value that a resolver returned and GraphQL cannot show is our fault too.
    """
    if error.path is None:
        return origin is None or bool(error.nodes)
    return origin is None and error.message.startswith("Argument ")


class Incident:
    """Something unexpected: logged in full under the request's id, which is all that a caller is told."""

    def __init__(self) -> None:
        self._id = ""
        self._logged = 0

    def of(self, error: GraphQLError) -> Expected:
        """What is told of an unexpected error; the first few of an answer are logged with their traceback."""
        self._id = self._id or request_id()
        if self._logged < TRACEBACKS_LOGGED:
            self._logged += 1
            log.error("unexpected error", id=self._id, path=error.path, exc_info=origin_of(error) or error)
        message = f"Something went wrong here; tell support this id: {self._id}"
        return Expected(message, {"code": RequestError.code, "id": self._id})
