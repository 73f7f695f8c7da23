"""What can go wrong that a caller should be told of. Anything else is masked and logged with an id."""


class RequestError(Exception):
    """A request that gets an entry of `errors`; `code` is its extensions.code."""

    code = "INTERNAL"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadUserInput(RequestError):
    """An argument that cannot be answered; the message says what would be right."""

    code = "BAD_USER_INPUT"


class Forbidden(RequestError):
    """The viewer's token does not reach this."""

    code = "FORBIDDEN"


class Unauthenticated(RequestError):
    """There is no token, or it does not hold."""

    code = "UNAUTHENTICATED"


class Unavailable(RequestError):
    """The store cannot be reached just now; asking again later may help."""

    code = "UNAVAILABLE"


class TooCostly(RequestError):
    """The answer would be larger than one may be."""

    code = "TOO_COSTLY"
