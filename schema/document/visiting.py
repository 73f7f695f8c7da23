"""What is for everybody: operations that need no token."""

from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode, OperationType

from schema.document.roles import PUBLIC_FIELDS
from schema.document.walking import Walker, fragments_of

LONGEST = 10_000  # characters of a document that is read for somebody without a token
NAMES = tuple(coordinate.partition(".")[2] for coordinate in PUBLIC_FIELDS)


def is_about_public(text: str) -> bool:
    """Whether a document may be for everybody, told without reading it: most others are not."""
    return len(text) <= LONGEST and any(name in text for name in NAMES)


def is_public(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> bool:
    """Whether every field at the root of a valid operation is for everybody, whatever its variables leave out."""
    if operation.operation is not OperationType.MUTATION:
        return False
    roots = Walker(schema).fields(operation, fragments_of(document), lambda _: False)
    asked = {coordinate for coordinate, _ in roots}
    return bool(asked) and asked <= PUBLIC_FIELDS
