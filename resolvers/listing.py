"""Lists of customers by any filter and order, and the customers behind a number."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import pyarrow as pa

from analytics.engine import as_rows
from analytics.segments import RFMScheme
from models.finding import word_query
from models.listing import (
    COMPUTED_FILTERS,
    COMPUTED_ORDERS,
    CustomerOrder,
    customer_count,
    customer_page,
    found_customers,
    member_page,
)
from models.search import search_words
from resolvers.context import BusinessCalendar, Context
from resolvers.customers import customer_by_id
from resolvers.errors import BadUserInput, Forbidden
from resolvers.paging import Page, PageArguments, PageRequest, day_range, list_digest, page_of, page_request
from resolvers.rfm import members_of_segment

LONGEST_WORD = 320  # no word of a name or contact is longer, and PostgreSQL takes none of more than 2,046 bytes


@dataclass(frozen=True)
class Listing:
    """A list of customers: the names of its conditions, their values, its order, and a group it is limited to."""

    filters: frozenset[str]
    params: dict[str, Any]
    order: CustomerOrder
    digest: str
    members: pa.Table | None = None

    @property
    def is_computed(self) -> bool:
        """Whether it needs sums over sales, which only the columnar copy has at hand."""
        return bool(self.filters & COMPUTED_FILTERS) or self.order in COMPUTED_ORDERS


async def customer_listing(
    context: Context, asked: Mapping[str, Any], order: CustomerOrder, as_of: date | None
) -> Listing:
    """The list that the fields of a CustomerFilter (those given) and an order ask for.

    BadUserInput or Forbidden says which field cannot be answered.
    """
    business = await context.business()
    _refuse_personal(context, asked)
    day, _ = business.as_of(as_of)
    params: dict[str, Any] = {"as_of": day}
    filters = {name for name in ("type", "city", "country", "acquisition_source", "is_active") if name in asked}
    params.update({name: asked[name] for name in filters})
    if "is_verified" in asked:
        filters.add("verified" if asked["is_verified"] else "unverified")
    if asked.get("tags"):
        filters.add("tags")
        params["tags"] = sorted(set(asked["tags"]))
        params["tag_count"] = len(params["tags"])
    ranges = {
        **day_range(asked.get("joined"), "joined", ("joined_from", "joined_to")),
        **day_range(asked.get("last_purchase"), "lastPurchase", ("last_from", "last_to")),
        **_money_range(asked.get("total_spent"), business),
    }
    listing = Listing(frozenset((*filters, *ranges)), params | ranges, order, "")
    # Only what is computed to a day depends on it: other lists page on over midnight.
    depends_on_day = listing.is_computed or "rfm_segment" in asked
    digest = list_digest("customers", sorted(asked.items(), key=lambda item: item[0]), order, depends_on_day and day)
    listing = replace(listing, digest=digest)
    if "rfm_segment" in asked:
        listing = await _within_segment(context, listing, asked["rfm_segment"], day)
    return await _found(context, listing, asked["search"]) if "search" in asked else listing


def _refuse_personal(context: Context, asked: Mapping[str, Any]) -> None:
    for name in ("city", "country"):
        if name in asked and not context.viewer.sees_personal_data:
            raise Forbidden(f"filtering by {name} needs a token with the pii claim, since addresses are personal data")


def _money_range(asked: Any, business: BusinessCalendar) -> dict[str, int]:
    if asked is None:
        return {}
    if asked.min is not None and asked.max is not None and asked.min > asked.max:
        raise BadUserInput(f"`totalSpent` has min {asked.min} above max {asked.max}")
    edges = (("spent_min", asked.min), ("spent_max", asked.max))
    return {name: business.minor(edge, "totalSpent") for name, edge in edges if edge is not None}


async def _within_segment(context: Context, listing: Listing, name: str, day: int) -> Listing:
    members = await members_of_segment(context, RFMScheme.RETAIL, name, day)
    return Listing(listing.filters | {"members"}, listing.params, listing.order, listing.digest, members)


async def _found(context: Context, listing: Listing, search: str) -> Listing:
    words, contacts = search_words(search), context.viewer.sees_personal_data
    if not words:
        raise BadUserInput("`search` needs at least one letter or digit")
    if max(map(len, words.split())) > LONGEST_WORD:
        raise BadUserInput(f"`search` takes words of up to {LONGEST_WORD} letters")
    query = word_query(words, contacts, context.services.database.is_sqlite)
    condition = "contacts" if contacts else "names"
    if not listing.is_computed:
        filters, params = listing.filters | {condition}, listing.params | {"words": query}
    else:  # free text is the store's: the copy gets the customers that it found
        rows = await context.reader.stored(found_customers(contacts), {"words": query})
        filters, params = listing.filters | {"candidates"}, listing.params | {"candidates": [row.id for row in rows]}
    return Listing(filters, params, listing.order, listing.digest, listing.members)


async def list_customers(context: Context, listing: Listing, page: PageArguments) -> Page:
    """A page of a list of customers."""
    kinds = (str if listing.order is CustomerOrder.NAME else int, int)
    request = page_request(page, listing.digest, kinds)
    params = {**listing.params, "size": request.limit + 1}
    if request.position is not None:
        params["value"], params["id"] = request.position
    statement = customer_page(_conditions(listing), listing.order, request.backward, request.position is not None)
    rows = await _run(context, listing, statement, params)
    found = await _profiles(context, rows, request, listing.digest, lambda row: [row.value, row.id])
    return replace(found, count=partial(count_customers, context, listing))


async def count_customers(context: Context, listing: Listing) -> int:
    """How many customers a list has."""
    rows = await _run(context, listing, customer_count(_conditions(listing)), listing.params)
    return int(rows[0].count)


async def page_of_members(context: Context, members: pa.Table, digest: str, page: PageArguments) -> Page:
    """A page of the customers behind a number, by revenue descending, then number. `members`: customer_id, revenue."""
    request = page_request(page, digest, (int, str))
    params: dict[str, Any] = {"size": request.limit + 1}
    if request.position is not None:
        params["value"], params["number"] = request.position
    statement = member_page(request.backward, request.position is not None)
    rows = as_rows(await (await context.facts()).fetch(statement, params, {"member": members}))
    found = await _profiles(context, rows, request, digest, lambda row: [row.revenue, row.number])

    async def count() -> int:
        return members.num_rows

    return replace(found, count=count)


def _conditions(listing: Listing) -> frozenset[str]:
    return listing.filters if listing.is_computed else listing.filters | {"business"}


async def _run(context: Context, listing: Listing, statement: Any, params: dict[str, Any]) -> Sequence[Any]:
    if not listing.is_computed:
        return await context.reader.stored(statement, params)
    tables = {} if listing.members is None else {"member": listing.members}
    return as_rows(await (await context.facts()).fetch(statement, params, tables))


async def _profiles(
    context: Context, rows: Sequence[Any], request: PageRequest, digest: str, position_of: Callable[[Any], list[Any]]
) -> Page:
    page = page_of(rows, request, digest, position_of)
    found = await customer_by_id(context, [row.id for row in page.nodes]) if page.nodes else []
    return Page(found, page.cursors, page.has_next_page, page.has_previous_page)
