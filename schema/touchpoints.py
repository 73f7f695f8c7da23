"""Contacts with customers."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from models.touchpoints import TouchpointChannel, TouchpointOutcome, TouchpointType
from resolvers.customers import customer_by_id
from schema.arguments import DateRange, about
from schema.execution.lookups import looked_up
from schema.nodes import Node, OfPage, edges_of

if TYPE_CHECKING:
    from schema.customers import Customer

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

    customer: Any = looked_up(
        customer_by_id, Annotated["Customer", strawberry.lazy("schema.customers")], "With whom.", key="customer_id"
    )


@strawberry.type(description="A contact of a list with its cursor.")
class TouchpointEdge:
    """A contact with its cursor."""

    cursor: str = about("Its place in the list.")
    node: Touchpoint = about("The contact.")


@strawberry.type(description="A page of contacts, newest first.")
class TouchpointConnection(OfPage):
    """A page of contacts."""

    nodes: list[Touchpoint] = about("The contacts of this page.")

    @strawberry.field(description="The contacts of this page with their cursors.", graphql_type=list[TouchpointEdge])
    @staticmethod
    def edges(root: strawberry.Parent[Any]) -> Any:
        """The contacts with their cursors."""
        return edges_of(root)


@strawberry.input(description="Which contacts; what is given must all hold.")
class TouchpointFilter:
    """Which contacts."""

    customer: strawberry.ID | None = strawberry.field(default=None, description="With this customer.")
    type: TouchpointType | None = strawberry.field(default=None, description="Of this kind.")
    channel: TouchpointChannel | None = strawberry.field(default=None, description="By this way.")
    campaign: str | None = strawberry.field(default=None, description="Of this campaign.")
    occurred: DateRange | None = strawberry.field(default=None, description="In this period.")
