"""Contacts with customers: of the business, and of each customer."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from models.touchpoints import TouchpointType, touchpoint_page, touchpoints_of_each_customer, touchpoints_with_id
from resolvers.operation.context import Context
from resolvers.operation.ids import key_of
from resolvers.operation.loaders import many_each, one_each
from resolvers.operation.paging import (
    NEWEST_FIRST,
    Page,
    PageArguments,
    Pager,
    day_range,
    list_digest,
    pager,
    pagers_of_each,
    pages_of_each,
)

Filters = tuple[tuple[str, Any], ...]


class TouchpointPage(NamedTuple):
    """Which page of contacts: its filters as (name, value), and the page as it was asked for."""

    filters: Filters
    asked: PageArguments

    def conditions(self, pager: Pager) -> frozenset[str]:
        """The names of the filters, with `position` where the page does not begin at the top."""
        names = {name for name, _ in self.filters}
        return frozenset(names if pager.request.position is None else names | {"position"})


async def list_touchpoints(context: Context, asked: Mapping[str, Any], arguments: PageArguments) -> Page:
    """A page of the contacts of the business that match the given fields of a TouchpointFilter, newest first."""
    filters = {name: asked[name] for name in ("type", "channel", "campaign") if name in asked}
    if "customer" in asked:
        filters["customer"] = key_of(asked["customer"], "Customer")
    filters |= day_range(asked.get("occurred"), "occurred", ("start", "end"))
    wanted = TouchpointPage(tuple(sorted(filters.items())), arguments)
    page = pager(arguments, list_digest("Touchpoint", None, wanted.filters), NEWEST_FIRST)
    statement = touchpoint_page(wanted.conditions(page), context.viewer.sees_personal_data)
    return page.page(await context.reader.rows(statement, **filters, **page.params))


def touchpoint_page_of_each(type_: TouchpointType | None, to: int | None, asked: PageArguments) -> TouchpointPage:
    """The page of each customer's contacts, of one type or of all, up to a day number or to the last."""
    filters = {"type": type_, "end": to}
    return TouchpointPage(tuple((name, value) for name, value in filters.items() if value is not None), asked)


async def touchpoints_by_customer(context: Context, ids: Sequence[int], page: TouchpointPage) -> list[Page]:
    """A page of the contacts of each customer, newest first."""
    pagers = pagers_of_each("Touchpoint", ids, page.filters, page.asked)
    statement = touchpoints_of_each_customer(page.conditions(pagers[0]), context.viewer.sees_personal_data)
    rows = await context.reader.rows(statement, ids=list(ids), **dict(page.filters), **pagers[0].params)
    return pages_of_each(pagers, many_each(rows, ids, "customer_id"))


async def touchpoint_by_id(context: Context, ids: Sequence[int], _: Any) -> list[Any]:
    """The contact of each id, None where this business has no such contact."""
    statement = touchpoints_with_id(context.viewer.sees_personal_data)
    return one_each(await context.reader.rows(statement, ids=list(ids)), ids)
