"""Why a document is not executed: the codes, and the exception of one that is beyond a limit."""

from graphql import GraphQLError, Node

VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
TOO_COSTLY = "TOO_COSTLY"


class DocumentRefused(Exception):
    """A document beyond a limit."""

    def __init__(self, message: str, node: Node | None = None) -> None:
        super().__init__(message)
        self.error = GraphQLError(message, node, extensions={"code": VALIDATION_FAILED})
