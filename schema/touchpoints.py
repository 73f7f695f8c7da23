"""Contacts with customers."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from models.touchpoints import TouchpointChannel, TouchpointOutcome, TouchpointType
from resolvers.operation.paging import PageArguments
from resolvers.touchpoints import list_touchpoints
from schema.arguments import After, DateRange, First, Info, about, given, said
from schema.connections import Words, connection
from schema.nodes import Node
from schema.of_customer import customer_of

if TYPE_CHECKING:
    pass

strawberry.enum(TouchpointType, description="What kind of contact it was.")
strawberry.enum(TouchpointChannel, description="By which way the contact came.")
strawberry.enum(TouchpointOutcome, description="The furthest that the contact got.")


@strawberry.type(description="One contact with one customer.")
class Touchpoint(Node):
    """One contact with one customer."""

    type: TouchpointType = about("What kind of contact it was.")
    channel: TouchpointChannel = about("By which way it came.")
    outcome: TouchpointOutcome | None = about("The furthest that it got; null where that is not known.")
    subject: str | None = about("What it was about.")
    notes: str | None = about("What staff wrote about it; personal data.")
    campaign: str | None = about("The campaign that it belonged to.")
    score: int | None = about("The answer to a survey, 0 to 10.")
    occurred_at: datetime = about("When it was.")
    is_void: bool = about("Whether it was taken back as a mistake.")

    customer: Any = customer_of("With whom.")


TouchpointConnection = connection(Touchpoint, Words("A page of contacts, newest first.", "contact"), is_counted=False)


@strawberry.input(description="Which contacts; what is given must all hold.")
class TouchpointFilter:
    """Which contacts."""

    customer: strawberry.ID | None = strawberry.field(default=None, description="With this customer.")
    type: TouchpointType | None = strawberry.field(default=None, description="Of this kind.")
    channel: TouchpointChannel | None = strawberry.field(default=None, description="By this way.")
    campaign: str | None = strawberry.field(default=None, description="Of this campaign.")
    occurred: DateRange | None = strawberry.field(default=None, description="In this period.")


@strawberry.type
class TouchpointsQueries:
    """Contacts of the whole business."""

    @strawberry.field(description="Contacts with customers, newest first.", graphql_type=TouchpointConnection)
    @staticmethod
    async def touchpoints(
        info: Info,
        first: First = None,
        after: After = None,
        filter: Annotated[TouchpointFilter | None, said("Which contacts.")] = None,
    ) -> Any:
        """Contacts with customers."""
        return await list_touchpoints(info.context, given(filter), PageArguments(first, after))
