"""Lists of the sales of a whole business, by any filter."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from models.sale_listing import sale_count, sale_page
from resolvers.listing import checked_words, search_for
from resolvers.operation.context import Context
from resolvers.operation.ids import key_of
from resolvers.operation.paging import NEWEST_FIRST, Page, PageArguments, day_range, list_digest, pager
from resolvers.operation.ranges import money_range
from resolvers.storefronts import storefront_key

PLAIN = ("channel", "status")


async def list_sales(context: Context, asked: Mapping[str, Any], arguments: PageArguments) -> Page:
    """A page of the sales that match the given fields of a SaleFilter, whatever their status, newest first."""
    params = await _params(context, asked)
    filters = frozenset(params)
    page = pager(arguments, list_digest("sales", sorted(asked.items(), key=lambda item: item[0])), NEWEST_FIRST)
    if "search" in asked:
        condition, found = await search_for(context, asked["search"])
        found = {**found, "phrase": f"% {checked_words(asked['search'])}%"}
        filters, params = filters | {condition}, params | found
    statement = sale_page(filters, page.request.backward, page.request.position is not None)
    rows = await context.reader.rows(statement, **params, **page.params)

    async def count() -> int:
        counted = await context.reader.stored(sale_count(filters), params)
        return int(counted[0].count)

    return replace(page.page(rows), count=count)


async def _params(context: Context, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the conditions, which are called as they; BadUserInput says which cannot be."""
    business = await context.business()
    total = money_range(asked.get("total"), "total", business)
    params: dict[str, Any] = {name: asked[name] for name in PLAIN if name in asked}
    params |= day_range(asked.get("period"), "period", ("start", "end"))
    params |= {f"total_{edge}": amount for edge, amount in total.items()}
    if "storefront" in asked:
        params["storefront"] = await storefront_key(context, asked["storefront"])
    if "customer" in asked:
        params["customer"] = key_of(asked["customer"], "Customer")
    return params
