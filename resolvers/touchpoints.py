"""Contacts with customers: of the business, and of each customer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from models.touchpoints import touchpoint_page, touchpoints_of_each_customer, touchpoints_with_id
from resolvers.batches import many_each, one_each
from resolvers.context import Context
from resolvers.ids import key_of
from resolvers.paging import Page, PageArguments, PageRequest, day_range, list_digest, page_of, page_request


class TouchpointPage(NamedTuple):
    """Which page of contacts: its filters as (name, value), and the request."""

    filters: tuple[tuple[str, Any], ...]
    request: PageRequest

    @property
    def conditions(self) -> frozenset[str]:
        """The names of the filters, with `position` where the page does not begin at the top."""
        names = {name for name, _ in self.filters}
        return frozenset(names if self.request.position is None else names | {"position"})

    @property
    def params(self) -> dict[str, Any]:
        """The values of the statement."""
        params: dict[str, Any] = {**dict(self.filters), "size": self.request.limit + 1}
        if self.request.position is not None:
            params["at"], params["id"] = self.request.position
        return params

    def of(self, rows: Sequence[Any], customer_id: int | None) -> Page:
        """The page that these rows are."""
        digest = _digest(customer_id, self.filters)
        return page_of(rows, self.request, digest, lambda row: [row.occurred_at.isoformat(), row.id])


def _digest(customer_id: int | None, filters: tuple[tuple[str, Any], ...]) -> str:
    return list_digest("Touchpoint", customer_id, filters)


def _page(customer_id: int | None, filters: Mapping[str, Any], page: PageArguments) -> TouchpointPage:
    named = tuple(sorted(filters.items()))
    return TouchpointPage(named, page_request(page, _digest(customer_id, named), (datetime, int)))


async def list_touchpoints(context: Context, asked: Mapping[str, Any], page: PageArguments) -> Page:
    """A page of the contacts of the business that match the given fields of a TouchpointFilter, newest first."""
    filters = {name: asked[name] for name in ("type", "channel", "campaign") if name in asked}
    if "customer" in asked:
        filters["customer"] = key_of(asked["customer"], "Customer")
    wanted = _page(None, filters | day_range(asked.get("occurred"), "occurred", ("start", "end")), page)
    statement = touchpoint_page(wanted.conditions, context.viewer.sees_personal_data)
    return wanted.of(await context.reader.rows(statement, **wanted.params), None)


async def touchpoints_of(context: Context, customer_id: int, type_: Any, page: PageArguments) -> Page:
    """A page of a customer's contacts, of one type or of all, newest first."""
    wanted = _page(customer_id, {} if type_ is None else {"type": type_}, page)
    return await context.load(touchpoints_by_customer, customer_id, wanted)


async def touchpoints_by_customer(context: Context, ids: Sequence[int], page: TouchpointPage) -> list[Page]:
    """A page of the contacts of each customer, newest first."""
    statement = touchpoints_of_each_customer(page.conditions, context.viewer.sees_personal_data)
    rows = many_each(await context.reader.rows(statement, ids=list(ids), **page.params), ids, "customer_id")
    return [page.of(own, id_) for id_, own in zip(ids, rows, strict=True)]


async def touchpoint_by_id(context: Context, ids: Sequence[int], _: Any) -> list[Any]:
    """The contact of each id, None where this business has no such contact."""
    statement = touchpoints_with_id(context.viewer.sees_personal_data)
    return one_each(await context.reader.rows(statement, ids=list(ids)), ids)
