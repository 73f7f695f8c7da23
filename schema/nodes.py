"""Objects with an id, and finding them again by it."""

from typing import Annotated, Any

import strawberry

from resolvers.nodes import node_by_id, nodes_by_id
from schema.arguments import Info, about, said


@strawberry.interface(description="An object with an id by which `node` finds it again.")
class Node:
    """An object with an opaque id."""

    global_id: strawberry.ID = about("The opaque id.", "id")


@strawberry.type
class NodesQueries:
    """Objects by their ids."""

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
