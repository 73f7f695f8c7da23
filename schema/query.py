"""The questions that can be asked."""

from typing import Annotated, Any

import strawberry

from analytics.segments import RFMScheme, SegmentationMethod
from models.listing import CustomerOrder
from resolvers.customers import find_customer
from resolvers.listing import customer_listing, list_customers
from resolvers.nodes import node_by_id, nodes_by_id
from resolvers.paging import PageArguments
from resolvers.rfm import Question, segmentation
from resolvers.storefronts import list_storefronts
from resolvers.touchpoints import list_touchpoints
from schema.arguments import (
    After,
    AsOf,
    Before,
    CustomerTypeArg,
    Days,
    First,
    Info,
    Last,
    Scheme,
    StorefrontArg,
    given,
    said,
)
from schema.business import Storefront, Viewer
from schema.customers import Customer, CustomerBy, CustomerConnection, CustomerFilter
from schema.nodes import Node
from schema.segments import Segmentation
from schema.touchpoints import TouchpointConnection, TouchpointFilter


@strawberry.type(description="What can be asked.")
class Query:
    """What can be asked."""

    @strawberry.field(
        description="The object with this id; null where the business has none.", graphql_type=Node | None
    )
    @staticmethod
    async def node(info: Info, id: Annotated[strawberry.ID, said("The opaque id.")]) -> Any:
        """One object by its id."""
        return await node_by_id(info.context, id)

    @strawberry.field(
        description="The objects with these ids in their order, at most 100; null where the business has none.",
        graphql_type=list[Node | None],
    )
    @staticmethod
    async def nodes(info: Info, ids: Annotated[list[strawberry.ID], said("Opaque ids.")]) -> Any:
        """Objects by their ids."""
        return await nodes_by_id(info.context, ids)

    @strawberry.field(description="Who asks.", graphql_type=Viewer)
    @staticmethod
    async def viewer(info: Info) -> Any:
        """Who asks."""
        await info.context.business()
        return info.context.viewer

    @strawberry.field(description="The storefronts of the business by name.", graphql_type=list[Storefront])
    @staticmethod
    async def storefronts(info: Info) -> Any:
        """The storefronts of the business."""
        return await list_storefronts(info.context)

    @strawberry.field(description="One customer; null where the business has none.", graphql_type=Customer | None)
    @staticmethod
    async def customer(info: Info, by: Annotated[CustomerBy, said("By exactly one of these.")]) -> Any:
        """One customer by any key."""
        return await find_customer(info.context, given(by))

    @strawberry.field(
        description="Customers of the business, without erased and merged ones.", graphql_type=CustomerConnection
    )
    @staticmethod
    async def customers(
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Annotated[CustomerFilter | None, said("Which customers.")] = None,
        order_by: Annotated[CustomerOrder | None, said("Their order; NEWEST unless given.")] = None,
        as_of: AsOf = None,
    ) -> Any:
        """A list of customers."""
        order = order_by or CustomerOrder.NEWEST
        listing = await customer_listing(info.context, given(filter), order, as_of)
        return await list_customers(info.context, listing, PageArguments(first, after, last, before))

    @strawberry.field(
        description="The customers of a window in segments by recency, frequency and monetary value.",
        graphql_type=Segmentation,
    )
    @staticmethod
    async def segmentation(
        info: Info,
        method: Annotated[
            SegmentationMethod, said("By what customers are put into segments.")
        ] = SegmentationMethod.RFM,
        scheme: Scheme = RFMScheme.POS,
        days: Days = 90,
        storefront: StorefrontArg = None,
        customer_type: CustomerTypeArg = None,
        include_inactive: Annotated[bool, said("Whether customers that are not active are scored too.")] = False,
        segment_name: Annotated[str | None, said("List only the segment of this name; totals stay.")] = None,
        segment_code: Annotated[str | None, said("List only the segment of this code; totals stay.")] = None,
        as_of: AsOf = None,
    ) -> Any:
        """The customers of a window in segments."""
        question = Question(
            method, scheme, days, storefront, customer_type, include_inactive, segment_name, segment_code, as_of
        )
        return await segmentation(info.context, question)

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
