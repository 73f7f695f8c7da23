"""Events: their types, and the stream of them for those who fetch it."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from resolvers.events import EventType, event_types, list_events, payload_of
from resolvers.operation.paging import PageArguments
from schema.arguments import After, First, Info, about, said
from schema.connections import Words, connection
from schema.nodes import Node
from schema.of_customer import customer_of
from schema.results import registered
from schema.scalars import BigInt

registered(EventType)


@strawberry.type(description="Something that has happened; `payload` is the stored, thin body.")
class Event(Node):
    """Something that has happened."""

    sequence: BigInt = about("Its place among the events of the business, which has no gaps.")
    type: str = about("What has happened: a name of `eventTypes`.")
    occurred_at: datetime = about("When.")
    revision: BigInt = about("The data revision that it is of.", "dataRevision")
    customer: Any = customer_of("Whose it is; null where it is nobody's.", may_be_null=True)

    @strawberry.field(description="The body, without what is personal.")
    @staticmethod
    def payload(root: strawberry.Parent[Any]) -> str:
        """The body."""
        return payload_of(root)


EventConnection = connection(
    Event,
    Words("A page of events in their order.", "event"),
    is_counted=False,
)


@strawberry.type
class EventsQueries:
    """What has happened."""

    @strawberry.field(
        description="The types of events and messages, each with its schema.", graphql_type=list[EventType]
    )
    @staticmethod
    async def event_types(info: Info) -> Any:
        """The types."""
        return await event_types(info.context)

    @strawberry.field(
        description="For those who would rather fetch than be called: in order, without a gap, from a cursor on.",
        graphql_type=EventConnection,
    )
    @staticmethod
    async def events(
        info: Info,
        first: First = None,
        after: After = None,
        types: Annotated[list[str] | None, said("Only of these types; all unless given.")] = None,
    ) -> Any:
        """The stream."""
        return await list_events(info.context, types, PageArguments(first, after))
