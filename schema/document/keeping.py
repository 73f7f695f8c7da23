"""Which answers may be kept and given again: a table of the fields that tell of more than the facts and the day."""

from dataclasses import dataclass

from graphql import DocumentNode, GraphQLSchema

from schema.document.access import fields_asked

# They tell of one computation, or are signed for a time. Whoever asks for them is answered anew.
VOLATILE_TYPES = frozenset(("CodeSent", "Freshness", "Job", "JobStep", "WebhookDelivery", "WebhookEndpoint"))
VOLATILE_FIELDS = frozenset(("codesSentToday", "durationMs", "exportUrl", "fittedAt"))

# What the answer says of the bearer beside the role and the rest that decides what may be seen.
OF_BEARER = frozenset(("Viewer.subject",))


@dataclass(frozen=True)
class Keeping:
    """Whether the answers to an operation may be kept, and whether only for one bearer."""

    is_allowed: bool
    is_of_bearer: bool


def keeping_of(schema: GraphQLSchema, document: DocumentNode, operation_name: str | None) -> Keeping:
    """What the fields of a valid operation allow."""
    asked = set(fields_asked(schema, document, operation_name))
    return Keeping(
        is_allowed=not any(is_volatile(coordinate) for coordinate in asked),
        is_of_bearer=not asked.isdisjoint(OF_BEARER),
    )


def is_volatile(coordinate: str) -> bool:
    """Whether a field ("Type.field") may be answered differently at the same state of everything."""
    type_, _, field = coordinate.partition(".")
    return type_ in VOLATILE_TYPES or field in VOLATILE_FIELDS
