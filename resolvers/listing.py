"""Lists of customers by any filter and order, and the customers behind a number."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics.copy.engine import as_rows, table_of
from analytics.facets import Trait
from analytics.prediction.attention import Attention
from analytics.prediction.worth import ChurnRisk
from analytics.segmentation import RFMScheme
from models.customers import CustomerType
from models.finding import either_query, word_query
from models.listing import (
    COMPUTED_FILTERS,
    COMPUTED_ORDERS,
    CustomerOrder,
    customer_count,
    customer_page,
    found_customers,
    member_pages,
    spending_of_all,
)
from models.only_stored import contactable, genders_of_business
from resolvers.customers import customer_by_id
from resolvers.facets import members_with_tags, spellings
from resolvers.listed_values import VALUES, balances, expected_revenues, refuse_past_balances, within
from resolvers.operation.calendar import BusinessCalendar
from resolvers.operation.context import Context
from resolvers.operation.errors import BadUserInput, Forbidden
from resolvers.operation.ids import RowKey
from resolvers.operation.loaders import many_each
from resolvers.operation.paging import Keyset, Page, PageArguments, Pager, PageRequest, day_range, list_digest, pager
from resolvers.operation.ranges import AmountRange, DateRange, IntRange, money_range, refuse_upside_down
from resolvers.prediction.attention import members_needing
from resolvers.prediction.population import members_at_risk
from resolvers.segmentation.rfm import SegmentTerms, members_of_segment
from resolvers.storefronts import storefront_key
from rules.consents import ConsentChannel
from rules.contacts import folded, phone_endings, search_words
from rules.days import day_number
from rules.preferences import PreferenceWanted

BY_NAME = Keyset({"value": str, "id": RowKey}, attrgetter("value", "id"))
BY_NUMBER = Keyset({"value": int, "id": RowKey}, attrgetter("value", "id"))
BY_REVENUE = Keyset({"value": int, "number": str}, attrgetter("revenue", "number"))
MOST_WORDS = 20
LONGEST_WORD = 320  # no word of a name or contact is longer, and PostgreSQL takes none of more than 2,046 bytes


@dataclass(frozen=True)
class Conditions:
    """Which customers, as a client says it; None is whichever."""

    search: str | None = None
    type: CustomerType | None = None
    is_active: bool | None = None
    is_verified: bool | None = None
    city: str | None = None
    country: str | None = None
    tags: list[str] | None = None
    acquisition_source: str | None = None
    joined: DateRange | None = None
    last_purchase: DateRange | None = None
    revenue: AmountRange | None = None
    total_spent: AmountRange | None = None  # as revenue was called
    rfm_segment: str | None = None
    scheme: RFMScheme | None = None  # of rfm_segment, as the two or three that follow
    days: int | None = None
    all_history: bool | None = None
    include_inactive: bool | None = None
    churn_risk: ChurnRisk | None = None
    attention: Attention | None = None
    storefront: str | None = None
    days_since_last_purchase: IntRange | None = None
    balance: AmountRange | None = None
    expected_revenue: AmountRange | None = None
    gender: str | None = None
    orders: IntRange | None = None
    consent: ConsentChannel | None = None
    preference: PreferenceWanted | None = None

    @property
    def given(self) -> dict[str, Any]:
        """Those that were given."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class ListQuestion:
    """The arguments of a list of customers, as a client gives them."""

    filter: Conditions = Conditions()
    order: CustomerOrder = CustomerOrder.NEWEST
    as_of: date | None = None


@dataclass(frozen=True)
class Listing:
    """A list of customers: the names of its conditions, their values, its order, and a group it is limited to.

    `values` are those of the order where no statement alone can tell them.
    """

    filters: frozenset[str]
    params: dict[str, Any]
    order: CustomerOrder
    digest: str
    members: pa.Table | None = None
    values: pa.Table | None = None

    @property
    def tables(self) -> dict[str, pa.Table]:
        """What is given along with a statement on the copy."""
        given = {"member": self.members, "valued": self.values}
        return {name: table for name, table in given.items() if table is not None}

    @property
    def is_computed(self) -> bool:
        """Whether it needs sums over sales, which only the columnar copy has at hand."""
        return bool(self.filters & COMPUTED_FILTERS) or self.order in COMPUTED_ORDERS


async def customer_listing(context: Context, question: ListQuestion) -> Listing:
    """The list that a question asks for; BadUserInput or Forbidden says which condition cannot be answered."""
    asked, order = question.filter.given, question.order
    business = await context.business()
    _refuse_personal(context, asked)
    day, _ = business.as_of(question.as_of)
    is_past = day < day_number(business.today)
    for_all = Listing(frozenset(("joined_by_then",) if is_past else ()), {"as_of": day}, order, "")
    listing = await _with_traits(context, for_all, asked)
    listing = _with(listing, await _ranges(context, asked, business, day))
    # Only what is computed to a day depends on it: other lists page on over midnight.
    depends_on_day = is_past or listing.is_computed or not asked.keys().isdisjoint(OF_A_DAY)
    terms = "rfm_segment" in asked and segment_terms(asked, business)
    of = sorted(asked.items(), key=lambda item: item[0])
    digest = list_digest("customers", of, order, depends_on_day and day, terms)
    listing = await _with_members(context, replace(listing, digest=digest), question, day)
    if order in VALUES:
        if order is CustomerOrder.BALANCE:
            refuse_past_balances(question.as_of, business, "orderBy")
        listing = replace(listing, values=await VALUES[order](context, day, "orderBy"))
    return await _by_the_store(context, listing, asked)


OF_A_DAY = ("rfm_segment", "churn_risk", "attention", "expected_revenue", "balance")


def _with(listing: Listing, params: Mapping[str, Any]) -> Listing:
    """The list with further conditions that are called as their values."""
    return replace(listing, filters=listing.filters | set(params), params={**listing.params, **params})


async def _with_traits(context: Context, listing: Listing, asked: Mapping[str, Any]) -> Listing:
    """The list, limited by what is known of customers without their purchases."""
    found = _with(listing, {name: asked[name] for name in ("type", "is_active") if name in asked})
    for trait in (Trait.CITY, Trait.COUNTRY, Trait.ACQUISITION_SOURCE):
        if trait in asked:
            found = _with(found, {trait.value: await spellings(context, trait, asked[trait])})
    if asked.get("tags"):
        found = _within(found, await members_with_tags(context, asked["tags"]))
    names = set(found.filters)
    if "is_verified" in asked:
        names.add("verified" if asked["is_verified"] else "unverified")
    if "attention" in asked:
        names.add("served")
    return replace(found, filters=frozenset(names))


async def _ranges(context: Context, asked: Mapping[str, Any], business: BusinessCalendar, day: int) -> dict[str, int]:
    """The conditions on days and money, and the storefront."""
    spent = _revenue(asked, business)
    storefront = await storefront_key(context, asked.get("storefront"))
    return {
        **day_range(asked.get("joined"), "joined", ("joined_from", "joined_to")),
        **day_range(asked.get("last_purchase"), "lastPurchase", ("last_from", "last_to")),
        **_days_since(asked.get("days_since_last_purchase"), day),
        **{f"spent_{edge}": amount for edge, amount in spent.items()},
        **_orders(asked.get("orders")),
        **({} if storefront is None else {"storefront": storefront}),
    }


def _revenue(asked: Mapping[str, Any], business: BusinessCalendar) -> dict[str, int]:
    if "revenue" not in asked:
        return money_range(asked.get("total_spent"), "totalSpent", business)
    if "total_spent" in asked:
        raise BadUserInput("`totalSpent` is the former name of `revenue`: give `revenue` alone")
    return money_range(asked["revenue"], "revenue", business)


def _refuse_personal(context: Context, asked: Mapping[str, Any]) -> None:
    if "gender" in asked and not context.viewer.sees_personal_data:
        raise Forbidden("filtering by gender needs a token with the pii claim, since it is personal data")
    for name in ("city", "country"):
        if name in asked and not context.viewer.sees_personal_data:
            raise Forbidden(f"filtering by {name} needs a token with the pii claim, since addresses are personal data")


def _orders(asked: IntRange | None) -> dict[str, int]:
    if asked is None:
        return {}
    refuse_upside_down("orders", asked.min, asked.max)
    edges = (("orders_min", asked.min), ("orders_max", asked.max))
    return {name: edge for name, edge in edges if edge is not None}


def _days_since(asked: IntRange | None, day: int) -> dict[str, int]:
    """The same of days since the last purchase, as those between which it was: many days ago is early."""
    if asked is None:
        return {}
    refuse_upside_down("daysSinceLastPurchase", asked.min, asked.max)
    edges = (("since_to", asked.min), ("since_from", asked.max))
    return {name: day - edge for name, edge in edges if edge is not None}


def segment_terms(asked: Mapping[str, Any], business: BusinessCalendar) -> SegmentTerms:
    """By what segments are meant: as is said, else as the settings of the business have it."""
    days = None if asked.get("all_history") else asked.get("days", business.row.segment_days)
    return SegmentTerms(
        RFMScheme(asked.get("scheme", business.row.segment_scheme)), days, asked.get("include_inactive", False)
    )


async def _with_members(context: Context, listing: Listing, question: ListQuestion, day: int) -> Listing:
    """The list, limited to those whom scores, predictions and balances choose."""
    asked, business = question.filter.given, await context.business()
    if "rfm_segment" in asked:
        terms = segment_terms(asked, business)
        listing = _within(listing, await members_of_segment(context, terms, asked["rfm_segment"], day))
    if "churn_risk" in asked:
        listing = _within(listing, await members_at_risk(context, asked["churn_risk"], day))
    if "attention" in asked:
        listing = _within(listing, await members_needing(context, asked["attention"], day))
    if "balance" in asked:
        refuse_past_balances(question.as_of, business, "balance")
        edges = money_range(asked["balance"], "balance", business)
        listing = _within(listing, within(await balances(context, day), **edges))
    if "expected_revenue" in asked:
        edges = money_range(asked["expected_revenue"], "expectedRevenue", business)
        listing = _within(listing, within(await expected_revenues(context, day, "expectedRevenue"), **edges))
    return listing


def _within(listing: Listing, members: pa.Table) -> Listing:
    """The list, limited to some customers and to those that it was limited to before."""
    if listing.members is not None:
        before = listing.members.column("customer_id").to_numpy()
        members = members.filter(np.isin(members.column("customer_id").to_numpy(), before))
    return replace(listing, filters=listing.filters | {"members"}, members=members)


def checked_words(search: str) -> str:
    """The words of a search as they are looked up; BadUserInput where there is none, or one longer than any is."""
    words = search_words(search)
    if not words:
        raise BadUserInput("`search` needs at least one letter or digit")
    if max(map(len, words.split())) > LONGEST_WORD:
        raise BadUserInput(f"`search` takes words of up to {LONGEST_WORD} letters")
    if words.count(" ") >= MOST_WORDS:
        raise BadUserInput(f"`search` takes up to {MOST_WORDS} different words")
    return words


async def search_for(context: Context, search: str) -> tuple[str, dict[str, str]]:
    """The condition of whom a search finds, a name of FOUND, and its values."""
    words, is_sqlite = checked_words(search), context.services.database.is_sqlite
    if not context.viewer.sees_personal_data:
        return "names", {"words": word_query(words, False, is_sqlite)}
    query, endings = word_query(words, True, is_sqlite), phone_endings(search, (await context.business()).row.region)
    if endings is None:
        return "contacts", {"words": query}
    written, dialled = endings
    query = either_query(query, word_query(written, True, is_sqlite), is_sqlite)  # as far as it was written
    return "phones", {"words": query, "written": f"%{written}", "dialled": f"%{dialled}"}


async def _by_the_store(context: Context, listing: Listing, asked: Mapping[str, Any]) -> Listing:
    """The list, limited by what the store alone can tell: free text, genders, consents and preferences."""
    names, params = set[str](), dict[str, Any]()
    if "search" in asked:
        by, words = await search_for(context, asked["search"])
        names.add(by)
        params |= words
    if "gender" in asked:
        names.add("gender")
        params["genders"] = await _genders(context, asked["gender"])
    if "consent" in asked:
        names.add(contactable(asked["consent"]))
    if "preference" in asked:
        wanted: PreferenceWanted = asked["preference"]
        names.add("preferred" if wanted.value is None else "preferred_value")
        params |= wanted.params
    if not names:
        return listing
    if not listing.is_computed:
        return replace(listing, filters=listing.filters | names, params=listing.params | params)
    rows = await context.reader.stored(found_customers(frozenset(names)), params)
    return _with(listing, {"candidates": [row.id for row in rows]})


async def _genders(context: Context, gender: str) -> list[str]:
    """A gender in all the ways in which it is written here."""
    wanted = folded(gender)
    rows = await context.reader.stored(genders_of_business(), {})
    return [row.gender for row in rows if folded(row.gender) == wanted]


async def list_customers(context: Context, question: ListQuestion, arguments: PageArguments) -> Page:
    """A page of a list of customers."""
    listing = await customer_listing(context, question)
    page = pager(arguments, listing.digest, BY_NAME if listing.order is CustomerOrder.NAME else BY_NUMBER)
    request = page.request
    statement = customer_page(_conditions(listing), listing.order, request.backward, request.position is not None)
    found = await _profiles(context, page, await _run(context, listing, statement, listing.params | page.params))
    return replace(found, count=partial(count_customers, context, listing), asked=question)


async def count_customers(context: Context, listing: Listing) -> int:
    """How many customers a list has."""
    rows = await _run(context, listing, customer_count(_conditions(listing)), listing.params)
    return int(rows[0].count)


EVERYTHING = 2**62  # more rows than there can be
ROWS_AT_ONCE = 10_000


async def ids_of_list(context: Context, listing: Listing) -> NDArray[np.int64]:
    """The ids of all customers of a list, in its order."""
    statement = customer_page(_conditions(listing), listing.order, False, False)
    params = {**listing.params, "size": EVERYTHING}
    if listing.is_computed:
        found = await (await context.facts()).fetch(statement, params, listing.tables)
        return found.column("id").to_numpy()
    parts = [
        np.fromiter((row[0] for row in rows), np.int64, len(rows))
        async for rows in context.reader.batches(statement, params, ROWS_AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


@dataclass(frozen=True)
class ListedSpending:
    """What each customer spent, when last (NEVER is none), in how many orders, by id; money in minor units."""

    customer_id: NDArray[np.int64]
    spent: NDArray[np.int64]
    last_day: NDArray[np.int32]
    orders: NDArray[np.int64]

    def at(self, ids: NDArray[np.int64]) -> "ListedSpending":
        """The same of some customers, in their order."""
        places = np.searchsorted(self.customer_id, ids)
        return ListedSpending(ids, self.spent[places], self.last_day[places], self.orders[places])


async def spending_at(context: Context, as_of: int) -> ListedSpending:
    """The NET revenue and last purchase of every customer to a day."""
    found = await (await context.facts()).fetch(spending_of_all(), {"as_of": as_of})
    return ListedSpending(*(found.column(name).to_numpy() for name in ("id", "spent", "last_day", "orders")))


# ---------------------------------------------------------------- the customers behind a number


async def all_members(context: Context, members: pa.Table) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All customers behind a number with their revenue, in the order of the pages."""
    table = members.append_column("grp", pa.array(np.zeros(members.num_rows, np.int32)))
    found = await (await context.facts()).fetch(member_pages(False, False), {"size": EVERYTHING}, {"member": table})
    return found.column("id").to_numpy(), found.column("revenue").to_numpy()


@dataclass(frozen=True, eq=False)
class Members:
    """The customers behind one number, with a revenue each."""

    customer_id: NDArray[np.int64]
    revenue: NDArray[np.int64]

    def on_page(self, request: PageRequest) -> NDArray[np.bool_] | slice:
        """Those that can be among the rows of a page: by revenue alone, with all that tie for its last place."""
        order = self.revenue if request.backward else -self.revenue
        within = slice(None)
        if request.position is not None:
            edge = request.position[0] if request.backward else -request.position[0]
            within = order >= edge
            if np.count_nonzero(order > edge) > request.limit + 1:
                beyond = order[order > edge]
                within &= order <= np.partition(beyond, request.limit)[request.limit]
        elif len(order) > request.limit + 1:
            within = order <= np.partition(order, request.limit)[request.limit]
        return within


async def page_of_members(context: Context, members: pa.Table, digest: str, arguments: PageArguments) -> Page:
    """A page of the customers behind a number, by revenue descending, then number. `members`: customer_id, revenue.

    The pages of several numbers that are asked for together are read together.
    """
    page = pager(arguments, digest, BY_REVENUE)
    group = Members(*(members.column(name).to_numpy() for name in ("customer_id", "revenue")))
    found = await _profiles(context, page, await context.load(pages_of_members, group, page.request))

    async def count() -> int:
        return members.num_rows

    return replace(found, count=count)


async def pages_of_members(context: Context, groups: Sequence[Members], request: PageRequest) -> list[list[Any]]:
    """The rows of the same page of each group, and one more where there are more."""
    members = await asyncio.to_thread(_on_pages, groups, request)
    statement = member_pages(request.backward, request.position is not None)
    params = BY_REVENUE.params(request)
    rows = as_rows(await (await context.facts()).fetch(statement, params, {"member": members}))
    return many_each(rows, range(len(groups)), "grp")


def _on_pages(groups: Sequence[Members], request: PageRequest) -> pa.Table:
    chosen = [(group, group.on_page(request)) for group in groups]
    parts = [(group.customer_id[rows], group.revenue[rows]) for group, rows in chosen]
    return table_of(
        customer_id=np.concatenate([customer_id for customer_id, _ in parts]),
        revenue=np.concatenate([revenue for _, revenue in parts]),
        grp=np.repeat(np.arange(len(parts), dtype=np.int32), [len(customer_id) for customer_id, _ in parts]),
    )


# ---------------------------------------------------------------- details


def _conditions(listing: Listing) -> frozenset[str]:
    return listing.filters if listing.is_computed else listing.filters | {"business"}


async def _run(context: Context, listing: Listing, statement: Any, params: dict[str, Any]) -> Sequence[Any]:
    if not listing.is_computed:
        return await context.reader.stored(statement, params)
    return as_rows(await (await context.facts()).fetch(statement, params, listing.tables))


async def _profiles(context: Context, pager: Pager, rows: Sequence[Any]) -> Page:
    page = pager.page(rows)
    ids = [row.id for row in page.nodes]
    return replace(page, nodes=await context.load_many(_profiles_on_pages, ids) if ids else ())


async def _profiles_on_pages(context: Context, ids: Sequence[int], _: Any) -> list[Any]:
    """The profiles of all pages of one answer together; apart from single customers, which other fields look up."""
    return await customer_by_id(context, ids)
