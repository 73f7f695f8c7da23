"""What every identified object and every list has."""

from dataclasses import dataclass
from typing import Any

import strawberry

from schema.arguments import about


@strawberry.interface(description="An object with an id by which `node` finds it again.")
class Node:
    """An object with an opaque id."""

    global_id: strawberry.ID = about("The opaque id.", "id")


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    """Where a page lies in its list."""

    has_next_page: bool = about("Whether there are more after it; backwards, whether it was cut from more.")
    has_previous_page: bool = about("Whether there are more before it; forwards, whether it begins after a cursor.")
    start_cursor: str | None = about("The cursor of its first object.")
    end_cursor: str | None = about("The cursor of its last object.")


@strawberry.type
class OfPage:
    """What the connections share: their root is a page."""

    @strawberry.field(description="Where this page lies in the list.", graphql_type=PageInfo)
    @staticmethod
    def page_info(root: strawberry.Parent[Any]) -> Any:
        """The page itself knows."""
        return root


@dataclass(frozen=True)
class Edge:
    """An object of a list with its cursor."""

    cursor: str
    node: Any


def edges_of(page: Any) -> list[Edge]:
    """The objects of a page, each with its cursor."""
    return [Edge(cursor, node) for cursor, node in zip(page.cursors, page.nodes, strict=True)]
