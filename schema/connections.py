"""Pages of lists: the connection of a type with its edges, its nodes and their count."""

from dataclasses import dataclass
from typing import Any

import strawberry

from schema.arguments import about


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    """Where a page lies in its list."""

    has_next_page: bool = about("Whether there are more after it; backwards, whether it was cut from more.")
    has_previous_page: bool = about("Whether there are more before it; forwards, whether it begins after a cursor.")
    start_cursor: str | None = about("The cursor of its first object.")
    end_cursor: str | None = about("The cursor of its last object.")


@dataclass(frozen=True)
class Listed:
    """An object of a list with its cursor."""

    cursor: str
    node: Any


@dataclass(frozen=True)
class Words:
    """How a list and what it holds are called in descriptions."""

    page: str  # the connection
    each: str  # one object, in the middle of a sentence; more of them have an s
    edge: str = ""  # an edge, unless it is a {each} of a list
    node: str = ""  # what an edge holds, unless that is the {each}
    many: str = ""  # more of them, unless they are {each}s


def connection(of: type, words: Words, *, name: str = "", exported_by: Any = None, is_counted: bool = True) -> Any:
    """The type of a page of `of`: its root is a Page, which tells its count and its question where they are shown.

    `exported_by` is the field `exportUrl` of a list that can be exported.
    """
    name, many = name or of.__name__, words.many or f"{words.each}s"

    @strawberry.type(name=f"{name}Edge", description=words.edge or f"A {words.each} of a list with its cursor.")
    class Edge:
        cursor: str = about("Its place in the list.")
        node = about(words.node or f"The {words.each}.", type_=of)

    @strawberry.type(name=f"{name}Connection", description=words.page)
    class Connection:
        @strawberry.field(description="Where this page lies in the list.", graphql_type=PageInfo)
        @staticmethod
        def page_info(root: strawberry.Parent[Any]) -> Any:
            """The page itself knows."""
            return root

        nodes = about(f"The {many} of this page.", type_=list[of])
        if exported_by is not None:
            export_url = exported_by

        @strawberry.field(description=f"The {many} of this page with their cursors.", graphql_type=list[Edge])
        @staticmethod
        def edges(root: strawberry.Parent[Any]) -> Any:
            """Its objects, each with its cursor."""
            return [Listed(*pair) for pair in zip(root.cursors, root.nodes, strict=True)]

        if is_counted:

            @strawberry.field(description=f"How many {many} the whole list has.")
            @staticmethod
            async def total_count(root: strawberry.Parent[Any]) -> int:
                """The size of the list."""
                return await root.count()

    return Connection
