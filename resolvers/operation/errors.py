"""What can go wrong that a caller should be told of. Anything else is masked and logged with an id."""

from typing import Any


class RequestError(Exception):
    """A request that gets an entry of `errors`; `code` is its extensions.code."""

    code = "INTERNAL"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def extensions(self) -> dict[str, Any]:
        """What a program reads of it."""
        return {"code": self.code}


class BadUserInput(RequestError):
    """An argument that cannot be answered; the message says what would be right."""

    code = "BAD_USER_INPUT"


class Forbidden(RequestError):
    """The viewer's token does not reach this."""

    code = "FORBIDDEN"


class NotOpen(Forbidden):
    """What a business does not let people do without a token; the same is said of a business that is not there."""

    def __init__(self) -> None:
        super().__init__("this business does not let customers do that by themselves, or there is no such business")


class Unauthenticated(RequestError):
    """There is no token, or it does not hold."""

    code = "UNAUTHENTICATED"


class Unavailable(RequestError):
    """The store cannot be reached just now; asking again later may help."""

    code = "UNAVAILABLE"


class TooCostly(RequestError):
    """The answer would be larger than one may be."""

    code = "TOO_COSTLY"


class RateLimited(RequestError):
    """It was asked for too often; `seconds` are to be waited."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds

    @property
    def extensions(self) -> dict[str, Any]:
        """What a program reads of it."""
        return {"code": self.code, "retryAfter": self.seconds}
