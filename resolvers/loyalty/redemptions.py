"""Redemptions as they are shown: of a member, of the business, by id and by code."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

from models.loyalty.redemptions import (
    redemption_count,
    redemption_counts,
    redemption_page,
    redemption_with_code,
    redemptions_of_each_customer,
    redemptions_with_id,
)
from resolvers.operation.context import Context
from resolvers.operation.ids import RowKey
from resolvers.operation.loaders import many_each, one_each
from resolvers.operation.paging import (
    Keyset,
    Page,
    PageArguments,
    Pager,
    list_digest,
    pager,
    pagers_of_each,
    pages_of_each,
)
from resolvers.operation.viewer import Role
from rules.codes import read_code
from rules.days import day_number
from rules.loyalty.rewards import RedemptionStatus

NEWEST = Keyset({"at": datetime, "id": RowKey}, attrgetter("created_at", "id"))


class RedemptionPage(NamedTuple):
    """Which page of redemptions: of a status or of all."""

    status: RedemptionStatus | None
    asked: PageArguments

    @property
    def params(self) -> dict[str, Any]:
        """The values of the filters."""
        return {} if self.status is None else {"status": self.status}

    def conditions(self, page: Pager) -> frozenset[str]:
        """The names of the filters, with `position` where the page does not begin at the top."""
        return frozenset(self.params if page.request.position is None else {**self.params, "position": None})


async def redemptions_by_customer(context: Context, ids: Sequence[int], page: RedemptionPage) -> list[Page]:
    """A page of the redemptions of each customer, the newest first."""
    pagers = pagers_of_each("LoyaltyRedemption", ids, page.status, page.asked, NEWEST)
    statement = redemptions_of_each_customer(page.conditions(pagers[0]), _sees_codes(context))
    day = await _today(context)
    rows = await context.reader.rows(statement, ids=list(ids), day=day, **page.params, **pagers[0].params)
    pages = pages_of_each(pagers, many_each(rows, ids, "customer_id"))
    counted = [partial(context.load, _count_by_customer, id_, page.status) for id_ in ids]
    return [replace(one, count=count) for one, count in zip(pages, counted, strict=True)]


async def _count_by_customer(context: Context, ids: Sequence[int], status: RedemptionStatus | None) -> list[int]:
    params = {} if status is None else {"status": status}
    statement = redemption_counts(frozenset(params))
    rows = await context.reader.rows(statement, ids=list(ids), day=await _today(context), **params)
    counts = {row.customer_id: row.count for row in rows}
    return [counts.get(id_, 0) for id_ in ids]


async def list_redemptions(context: Context, status: RedemptionStatus | None, asked: PageArguments) -> Page:
    """A page of the redemptions of the business, of a status or of all, the newest first."""
    wanted = RedemptionPage(status, asked)
    page = pager(asked, list_digest("loyaltyRedemptions", status), NEWEST)
    statement, day = redemption_page(wanted.conditions(page), _sees_codes(context)), await _today(context)
    rows = await context.reader.rows(statement, day=day, **wanted.params, **page.params)

    async def count() -> int:
        statement = redemption_count(frozenset(wanted.params))
        (counted,) = await context.reader.rows(statement, day=day, **wanted.params)
        return counted.count

    return replace(page.page(rows), count=count)


async def redemption_by_code(context: Context, code: str) -> Any:
    """The redemption with a code, however it was typed; None where there is none."""
    found = await context.reader.rows(redemption_with_code(), code=read_code(code), day=await _today(context))
    return found[0] if found else None


async def redemption_by_id(context: Context, ids: Sequence[int], _: Any) -> list[Any]:
    """The redemption of each id, None where this business has none or the viewer does not reach it."""
    statement = redemptions_with_id(_sees_codes(context))
    rows = await context.reader.rows(statement, ids=list(ids), day=await _today(context))
    return one_each((row for row in rows if context.viewer.reaches(row.customer_id)), ids)


def _sees_codes(context: Context) -> bool:
    """Whether codes are shown: to whose they are, and from STAFF up."""
    return context.viewer.role is not Role.VIEWER


async def _today(context: Context) -> int:
    return day_number((await context.business()).today)
