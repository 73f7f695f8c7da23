"""Entries of the ledger as they are shown: of a member, of the business, and by id."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from models.loyalty.shown import entries_of_each_customer, entries_with_id, entry_page
from resolvers.operation.context import Context
from resolvers.operation.ids import RowKey, key_of
from resolvers.operation.loaders import many_each, one_each
from resolvers.operation.paging import (
    Keyset,
    Page,
    PageArguments,
    Pager,
    day_range,
    list_digest,
    pager,
    pagers_of_each,
    pages_of_each,
)
from rules.loyalty.points import EntryType

LATEST_FIRST = Keyset({"id": RowKey}, lambda row: (row.id,))
Filters = tuple[tuple[str, Any], ...]
OF_OTHERS = {"customer": "Customer", "sale": "Sale"}


class EntryPage(NamedTuple):
    """Which page of entries: its filters as (name, value), and the page as it was asked for."""

    filters: Filters
    asked: PageArguments

    @property
    def params(self) -> dict[str, Any]:
        """The values of the filters."""
        return {name: list(value) if name == "types" else value for name, value in self.filters}

    def conditions(self, page: Pager) -> frozenset[str]:
        """The names of the filters, with `position` where the page does not begin at the top."""
        names = {name for name, _ in self.filters}
        return frozenset(names if page.request.position is None else names | {"position"})


def entry_page_of_each(types: Sequence[EntryType] | None, period: Any, asked: PageArguments) -> EntryPage:
    """The page of each member's entries, of some types or of all, of a period or of ever."""
    days = day_range(period, "period", ("start", "end"))
    kinds = {} if types is None else {"types": tuple(sorted(set(types)))}
    return EntryPage(tuple(sorted({**days, **kinds}.items())), asked)


async def entries_by_customer(context: Context, ids: Sequence[int], page: EntryPage) -> list[Page]:
    """A page of the entries of each customer, the latest first."""
    pagers = pagers_of_each("LoyaltyTransaction", ids, page.filters, page.asked, LATEST_FIRST)
    statement = entries_of_each_customer(page.conditions(pagers[0]))
    rows = await context.reader.rows(statement, ids=list(ids), **page.params, **pagers[0].params)
    return pages_of_each(pagers, many_each(rows, ids, "customer_id"))


async def list_entries(context: Context, asked: Mapping[str, Any], arguments: PageArguments) -> Page:
    """A page of the entries of the business that match the given fields of a filter, the latest first."""
    filters: dict[str, Any] = {name: asked[name] for name in ("reason", "actor") if name in asked}
    filters |= {name: key_of(asked[name], kind) for name, kind in OF_OTHERS.items() if name in asked}
    filters |= day_range(asked.get("period"), "period", ("start", "end"))
    if "types" in asked:
        filters["types"] = tuple(sorted(set(asked["types"])))
    wanted = EntryPage(tuple(sorted(filters.items(), key=lambda item: item[0])), arguments)
    page = pager(arguments, list_digest("loyaltyTransactions", wanted.filters), LATEST_FIRST)
    statement = entry_page(wanted.conditions(page))
    return page.page(await context.reader.rows(statement, **wanted.params, **page.params))


async def entry_by_id(context: Context, ids: Sequence[int], _: Any) -> list[Any]:
    """The entry of each id, None where this business has none or the viewer does not reach it."""
    rows = await context.reader.rows(entries_with_id(), ids=list(ids))
    return one_each((row for row in rows if context.viewer.reaches(row.customer_id)), ids)


async def entries_by_ids(context: Context, keys: Sequence[tuple[int, ...]], _: Any) -> list[list[Any]]:
    """The entries of each of some lists of ids, in their order."""
    ids = [id_ for key in keys for id_ in key]
    found = {row.id: row for row in await context.reader.rows(entries_with_id(), ids=ids)} if ids else {}
    return [[found[id_] for id_ in key] for key in keys]


class MetadataPair(NamedTuple):
    """A key and a value that a caller gave along."""

    key: str
    value: str


def metadata_of(further: str | None) -> list[MetadataPair]:
    """What a caller gave along with an entry, in its order."""
    return [MetadataPair(*pair) for pair in orjson.loads(further)] if further else []
