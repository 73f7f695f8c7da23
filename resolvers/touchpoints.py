"""Contacts with customers: of the business, and of each customer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from models.touchpoints import TouchpointType, touchpoint_page, touchpoints_of_each_customer, touchpoints_with_id
from resolvers.operation.context import Context
from resolvers.operation.ids import key_of
from resolvers.operation.loaders import many_each, one_each
from resolvers.operation.paging import Page, PageArguments, PageRequest, day_range, list_digest, page_of, page_request

Filters = tuple[tuple[str, Any], ...]


class TouchpointPage(NamedTuple):
    """Which page of contacts: its filters as (name, value), and the page as it was asked for."""

    filters: Filters
    asked: PageArguments

    def request(self, customer_id: int | None) -> PageRequest:
        """What is asked of a customer, or of the business; BadUserInput for a cursor of another list."""
        return page_request(self.asked, _digest(customer_id, self.filters), (datetime, int))

    def conditions(self, request: PageRequest) -> frozenset[str]:
        """The names of the filters, with `position` where the page does not begin at the top."""
        names = {name for name, _ in self.filters}
        return frozenset(names if request.position is None else names | {"position"})

    def params(self, request: PageRequest) -> dict[str, Any]:
        """The values of the statement."""
        params: dict[str, Any] = {**dict(self.filters), "size": request.limit + 1}
        if request.position is not None:
            params["at"], params["id"] = request.position
        return params


def _digest(customer_id: int | None, filters: Filters) -> str:
    return list_digest("Touchpoint", customer_id, filters)


def _shown(rows: Sequence[Any], request: PageRequest, digest: str) -> Page:
    return page_of(rows, request, digest, lambda row: [row.occurred_at.isoformat(), row.id])


async def list_touchpoints(context: Context, asked: Mapping[str, Any], page: PageArguments) -> Page:
    """A page of the contacts of the business that match the given fields of a TouchpointFilter, newest first."""
    filters = {name: asked[name] for name in ("type", "channel", "campaign") if name in asked}
    if "customer" in asked:
        filters["customer"] = key_of(asked["customer"], "Customer")
    filters |= day_range(asked.get("occurred"), "occurred", ("start", "end"))
    wanted = TouchpointPage(tuple(sorted(filters.items())), page)
    request = wanted.request(None)
    statement = touchpoint_page(wanted.conditions(request), context.viewer.sees_personal_data)
    return _shown(
        await context.reader.rows(statement, **wanted.params(request)), request, _digest(None, wanted.filters)
    )


def touchpoint_page_of_each(type_: TouchpointType | None, asked: PageArguments) -> TouchpointPage:
    """The page of each customer's contacts, of one type or of all."""
    return TouchpointPage(() if type_ is None else (("type", type_),), asked)


async def touchpoints_by_customer(context: Context, ids: Sequence[int], page: TouchpointPage) -> list[Page]:
    """A page of the contacts of each customer, newest first."""
    requests = [page.request(id_) for id_ in ids]
    request = requests[0]
    statement = touchpoints_of_each_customer(page.conditions(request), context.viewer.sees_personal_data)
    found = await context.reader.rows(statement, ids=list(ids), **page.params(request))
    rows = many_each(found, ids, "customer_id")
    return [_shown(own, request, _digest(id_, page.filters)) for id_, own in zip(ids, rows, strict=True)]


async def touchpoint_by_id(context: Context, ids: Sequence[int], _: Any) -> list[Any]:
    """The contact of each id, None where this business has no such contact."""
    statement = touchpoints_with_id(context.viewer.sees_personal_data)
    return one_each(await context.reader.rows(statement, ids=list(ids)), ids)
