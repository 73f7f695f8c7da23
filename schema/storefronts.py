"""Storefronts: the places and sites where the business sells."""

from typing import Any

import strawberry

from resolvers.storefronts import list_storefronts
from schema.arguments import Info, about
from schema.nodes import Node


@strawberry.type(description="A place or site where the business sells.")
class Storefront(Node):
    """A place or site where the business sells."""

    name: str = about("Its name.")
    is_active: bool = about("Whether it still sells.")


@strawberry.type
class StorefrontsQueries:
    """The places where the business sells."""

    @strawberry.field(description="The storefronts of the business by name.", graphql_type=list[Storefront])
    @staticmethod
    async def storefronts(info: Info) -> Any:
        """The storefronts of the business."""
        return await list_storefronts(info.context)
