"""The customers behind a number, as a field of whatever shows the number."""

import inspect
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from resolvers.listing import page_of_members
from resolvers.operation.paging import PageArguments
from schema.arguments import After, First, Info

if TYPE_CHECKING:
    from schema.customers import CustomerConnection

CustomersOfPage = Annotated["CustomerConnection", strawberry.lazy("schema.customers")]


def counted_customers(description: str = "Exactly these customers, by revenue descending.") -> Any:
    """A field with a page of the customers that `members()` of its object gives, its cursors bound to `digest`."""

    async def customers(root: strawberry.Parent[Any], info: Info, first: First = None, after: After = None) -> Any:
        members = root.members()
        if inspect.isawaitable(members):
            members = await members
        page = await page_of_members(info.context, members, root.digest, PageArguments(first, after))
        return replace(page, asked=root.members_asked)

    return strawberry.field(resolver=customers, description=description, graphql_type=CustomersOfPage)
